"""The limitation of each member of a collective case; the nearest one runs on the case and lights it.

Labour Dispute Mediation and Arbitration Law, Art. 27: for each worker by themselves, from the day they knew,
and for wages from the end of their employment. What was entered on the case after somebody had been added
moves theirs, too, and so does what was entered for them alone. One who has a case of their own goes by that
case's periods, which are watched already.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from hotline.actions import clocks, collectives
from hotline.models import Case, Member, TermEvent
from workflows import rulebook, terms
from workflows.deadlines.book import Book
from workflows.deadlines.chain import Reckoning

KEPT = ("limitation_rule", "limitation_due", "limitation_paused")
WAGES = {str(kind) for kind in terms.WAGE_CLAIMS}


@dataclass(frozen=True)
class Limit:
    """A member's limitation: which rule, from which day, what says so, and where its chain leads."""

    rule: str
    start: date
    source: str
    found: Reckoning


def follow(case: Case) -> None:
    """Reckon the limitation of every member anew; call it with the case locked."""
    row = collectives.of(case)
    filed = terms.is_filed(case)
    counts = row is not None and not filed and case.is_open
    members = list(collectives.taking_part(case).filter(joined_case=None).prefetch_related("claims"))
    book = rulebook.fresh()
    limits = _limits(book, case, members, row.claim_kind) if row and counts else {}
    _store(members, limits)
    first = min(members, key=lambda one: (*_nearness(limits, one), one.pk), default=None)
    nearest = limits.get(first.pk) if first else None
    if first is None or nearest is None:
        clocks.end_of_members(case, but=None, met=filed)
    else:
        clocks.end_of_members(case, but=(first.pk, nearest.rule), met=False)
        terms.keep_for_member(book, case, first, nearest.rule, nearest.start, nearest.found, nearest.source)


def _nearness(limits: dict[int, Limit], member: Member) -> tuple[bool, date]:
    """Whose limitation is paused comes after all whose year runs."""
    if member.pk not in limits:
        return True, terms.NEVER
    found = limits[member.pk].found
    return found.paused_since is not None, found.due


def start_of(member: Member, kind: str, lasts: bool = False) -> tuple[str, date, str] | None:
    """Which limitation of `member` runs, from which day, and what says so; None where nothing does.

    `kind` is what all ask for, where the member's own claims are not itemised; `lasts` is whether a lawyer
    has confirmed that their employment does.
    """
    wages = ({one.kind for one in member.claims.all()} or {kind}) <= WAGES
    if wages and member.employed_until:
        return terms.WAGES, member.employed_until, "member.employed_until"
    if wages and lasts:
        return None
    if member.known_on:
        return terms.LIMITATION, member.known_on, "member.known_on"
    if member.employed_until:
        return terms.LIMITATION, member.employed_until, "member.employed_until"
    return None


def _limits(book: Book, case: Case, members: list[Member], kind: str) -> dict[int, Limit]:
    known: dict[object, Reckoning] = {}  # hundreds of members began on the same few days
    limits = {}
    entered = _entered(case)
    for member in members:
        theirs = entered[member.pk]
        lasts = any(row.kind == "EMPLOYMENT_LASTS" and row.confirmed_at for row in theirs)
        begun = start_of(member, kind, lasts)
        if begun is None or not terms.holds(begun[0], begun[1]):
            continue
        rule, start, source = begun
        since = timezone.localdate(member.added_at)
        key = (rule, start, since, tuple(row.pk for row in theirs))
        if key not in known:
            later = [*terms.happened_since(case, rule, since), *terms.as_happenings(theirs, rule)]
            known[key] = terms.reckon(book, rule, start, later, source)
        limits[member.pk] = Limit(rule, start, source, known[key])
    return limits


def _entered(case: Case) -> dict[int, list[TermEvent]]:
    """What was entered for single members, by the member."""
    found: dict[int, list[TermEvent]] = defaultdict(list)
    rows = case.term_events.filter(struck_at=None).exclude(members=None)
    for row in rows.distinct().prefetch_related("members"):
        for member in row.members.all():
            found[member.pk].append(row)
    return found


def limit_of(case: Case, member: Member) -> Limit | None:
    """The limitation of `member` as it stands, with its chain; None where none runs or a case has its own."""
    row = collectives.of(case)
    if row is None or member.joined_case_id or member.limitation_due is None:
        return None
    return _limits(rulebook.shown(), case, [member], row.claim_kind).get(member.pk)


def _store(members: list[Member], limits: dict[int, Limit]) -> None:
    changed = []
    for member in members:
        limit = limits.get(member.pk)
        now = (limit.rule, limit.found.due, limit.found.paused_since) if limit else ("", None, None)
        if tuple(getattr(member, name) for name in KEPT) != now:
            for name, value in zip(KEPT, now, strict=True):
                setattr(member, name, value)
            changed.append(member)
    Member.objects.bulk_update(changed, KEPT, batch_size=200)
