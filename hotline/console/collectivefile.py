"""A collective case as the case page's card and its own page show it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.utils import timezone

from hotline import access
from hotline.actions import collectives as rows
from hotline.actions import duplicates
from hotline.console.deadlines import MemberEventForm, entry_of
from hotline.console.views_common import Context, digest
from hotline.enums import ClaimKind, MemberState
from hotline.identifiers import half_width
from hotline.models import Case, Collective, Member, Staff, TermEvent
from workflows import collectives, merges, term_events

PAGE = 50


def card(user: Staff, case: Case) -> Context:
    """The card: what the collective case comes to, or what suggests that it is one."""
    row = rows.of(case)
    suggestion = collectives.suggested(user, case) if row is None else None
    totals = rows.totals(case) if row else None
    speaking = [one.name for one in _speaking(case)] if row else []
    shown: Context = {
        "case": case,
        "topics": f"case:{case.pk}",
        "collective": row,
        "suggestion": suggestion,
        "totals": totals,
        "speaking": speaking,
        "few_speak": row is not None and len(speaking) < _limits()["least"],
    }
    found = suggestion and (suggestion.persons, [o.pk for o in suggestion.others + suggestion.into])
    return {**shown, "collective_version": digest(row and row.pk, totals, speaking, found)}


def page(user: Staff, case: Case, asked: Mapping[str, str], refused: Context | None = None) -> Context:
    """The page: the conditions and the form that confirms them, or the members and all that is done."""
    shown = card(user, case)
    row: Collective | None = shown["collective"]
    may = {name: access.may(user, name, case) and case.is_open for name in ("collective", "facts", "merge")}
    may["terms"] = case.is_open and term_events.may_enter(user, case)
    refused = refused or {}
    shown |= {"may": may, "refused": refused, "kinds": ClaimKind.choices, "least": collectives.least()}
    if row is None:
        return {**shown, "dispute": collectives.is_dispute(case), "heads": case.persons}
    members = _asked_for(case, asked)
    listed = Paginator(members, PAGE).get_page(asked.get("page"))
    for one in listed:
        one.entered = entered_for(one)  # type: ignore[attr-defined]  # for the template
    joined = [one.joined_case_id for one in listed if one.joined_case_id]
    seen = access.visible(user, Case.objects.filter(pk__in=joined)).values_list("pk", flat=True)
    return {
        **shown,
        "members": listed,
        "seen": set(seen) if joined else set(),
        "query": asked.get("q", "").strip()[:60],
        "state": asked.get("state", ""),
        "sort": asked.get("sort", ""),
        "states": MemberState.choices,
        "speaking_members": list(_speaking(case)),
        "may_speak": list(
            rows.taking_part(case).order_by("-represents", "pk").only("pk", "name", "represents")
        ),
        "term_form": refused.get("term_form") or MemberEventForm(initial={"on": timezone.localdate()}),
        "limits": _limits(),
        "near": _near(user, case) if may["merge"] else [],
    }


def entered_for(member: Member) -> list[tuple[TermEvent, str, date]]:
    """What was entered for `member` alone and not struck out."""
    return [entry_of(row) for row in member.term_events.all() if row.struck_at is None]


def _near(user: Staff, case: Case) -> list[Case]:
    """Open cases of the same employer that may join."""
    found = duplicates.of_one_employer(user, case)
    return [one for one in found if one.stage in merges.MERGED_FROM and rows.of(one) is None]


def _limits() -> dict[str, Any]:
    return collectives.conditions()["representatives"]


def _speaking(case: Case) -> QuerySet[Member]:
    return rows.taking_part(case).filter(represents=True)


def _asked_for(case: Case, asked: Mapping[str, str]) -> QuerySet[Member]:
    """The members by name or last digits, state and order, as the address asks."""
    found = rows.with_due(case.members.all()).select_related("joined_case")
    found = found.prefetch_related("claims", "term_events")
    query = half_width(asked.get("q", "")).strip()[:60]
    if query:
        known = Q(name__icontains=query)
        if query.isascii() and query.isdigit():
            known |= Q(phone__endswith=query)
        found = found.filter(known)
    if asked.get("state") in MemberState.values:
        found = found.filter(state=asked["state"])
    return found.order_by("nearest", "pk") if asked.get("sort") == "due" else found.order_by("pk")
