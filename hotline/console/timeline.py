"""A case's history as people read it: sentences, notes, and each call and message with all that was said."""

from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from hotline import access
from hotline.console import caserows
from hotline.console.sentences import CONVERSATIONS, KINDS, quoted, sentence
from hotline.console.views_common import Context
from hotline.enums import Role
from hotline.models import Case, Event, Interaction, Recording, Staff, StandIn, TranscriptLine

NAMING = frozenset({"interaction.moved", "case.merged", "case.unmerged", "case.split"})
"""Events that name another case."""
SHOWN = 80
"""Entries shown at once; the rest come by one press."""


@dataclass(frozen=True)
class Entry:
    """One thing on the timeline."""

    event: Event
    text: str = ""
    quote: str = ""
    icon: str = ""
    tone: str = "grey"
    interaction: Interaction | None = None
    merged: bool = False
    """Whether it was said in a case merged into this one."""
    on_behalf: str = ""
    """The absent lawyer in whose place it was done."""

    @property
    def actor(self) -> Staff | None:
        """Who did it, unless the sentence says so already: who takes a case is named once."""
        actor = self.event.actor
        return None if actor and self.event.data.get("to_name") == actor.name else actor


def shown_events(case: Case) -> QuerySet[Event]:
    """The events that the timeline tells of; the steps of a call stand with the call itself."""
    kinds = Q(kind__in=[*KINDS, *CONVERSATIONS])
    return case.events.filter(kinds).select_related("actor")


def interactions_of(case: Case) -> QuerySet[Interaction]:
    """The calls and messages of `case` with all that was said."""
    return case.interactions.select_related(
        "call__agent", "message__sender", "contact", "member"
    ).prefetch_related(
        Prefetch("call__transcript", queryset=TranscriptLine.objects.all()),
        Prefetch("call__recordings", queryset=Recording.objects.all()),
        "attachments",
    )


def entries(user: Staff, case: Case, *, whole: bool = False) -> tuple[list[Entry], int]:
    """The newest entries as `user` reads them, the oldest first, and how many earlier ones there are."""
    rows = shown_events(case).order_by("-sequence")
    total = rows.count()
    events = list(rows if whole else rows[:SHOWN])[::-1]
    earlier = total - len(events)
    merged = caserows.merged(case)
    told = {event.data["interaction"] for event in events if "interaction" in event.data}
    conversations = {row.pk: row for row in interactions_of(case).filter(pk__in=told)}
    for one in merged:
        events, found_there = _with_conversations(events, one)
        conversations |= found_there
    _hide_others(user, events)
    found = [entry for event in events if (entry := _entry(event, conversations, case)) is not None]
    return _with_absent(case, found), earlier


def _with_absent(case: Case, found: list[Entry]) -> list[Entry]:
    """The entries, where a substitute did something, with the lawyer for whom."""
    others = {entry.event.actor_id for entry in found if _is_lawyer(entry.event.actor)} - {case.lawyer_id}
    if not others:
        return found
    rows = list(case.stand_ins.filter(substitute__in=others).select_related("absence__lawyer"))
    return [replace(entry, on_behalf=_absent(entry.event, rows)) for entry in found]


def _is_lawyer(actor: Staff | None) -> bool:
    return actor is not None and actor.role == Role.LAWYER


def _absent(event: Event, rows: list[StandIn]) -> str:
    for row in rows:
        ended = row.ended_at is not None and row.ended_at < event.at
        if row.substitute_id == event.actor_id and row.begun_at <= event.at and not ended:
            return str(row.absence.lawyer)
    return ""


def merged_version(case: Case) -> list[tuple[int, int]]:
    """Differs when something is said in a case that is merged into this one."""
    return [(one.pk, one.version) for one in caserows.merged(case)]


def _with_conversations(events: list[Event], merged: Case) -> tuple[list[Event], dict[int, Interaction]]:
    """`events` with the conversations of a merged case at their time, and these by their ids."""
    said = {row.pk: row for row in interactions_of(merged)}
    told = merged.events.filter(kind__in=CONVERSATIONS).select_related("actor").order_by("-sequence")[:SHOWN]
    more = [event for event in told if event.data["interaction"] in said]
    return sorted([*events, *more], key=lambda event: (event.at, event.sequence)), said


def _hide_others(user: Staff, events: list[Event]) -> None:
    """Leave out the numbers of cases that `user` may not see: for them there are no such cases."""
    named = {event.data["other"] for event in events if event.kind in NAMING}
    if not named:
        return
    seen = access.visible(user, Case.objects.filter(number__in=named)).values_list("number", flat=True)
    hidden = named - set(seen)
    for event in events:
        if event.data.get("other") in hidden:
            event.data = event.data | {"other": ""}


def _entry(event: Event, conversations: dict[int, Interaction], case: Case) -> Entry | None:
    interaction = conversations.get(event.data.get("interaction", 0))
    if event.kind in CONVERSATIONS:
        # One that was moved away is told of by its own event; its words stand with the other case.
        elsewhere = event.case_id != case.pk
        return Entry(event, interaction=interaction, merged=elsewhere) if interaction else None
    kind = KINDS[event.kind]
    moved_here = event.kind == "interaction.moved" and not event.data.get("away")
    return Entry(
        event,
        sentence(event),
        quoted(event),
        kind.icon,
        kind.tone,
        interaction=interaction if moved_here else None,
    )


def by_day(found: list[Entry]) -> list[tuple[date, list[Entry]]]:
    """The entries under the days they stand on."""
    return [(day, list(rows)) for day, rows in groupby(found, lambda e: timezone.localdate(e.event.at))]


def timeline(user: Staff, case: Case, *, whole: bool = False) -> Context:
    """The timeline's context."""
    found, earlier = entries(user, case, whole=whole)
    return {
        "case": case,
        "topics": f"case:{case.pk}",
        "version": case.version,
        "days": by_day(found),
        "earlier": earlier,
        "may_intake": access.may(user, "intake", case),
        "may_listen": access.may(user, "listen", case),
    }
