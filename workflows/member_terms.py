"""The limitation of each member of a collective case; the nearest one runs on the case and lights it.

Labour Dispute Mediation and Arbitration Law, Art. 27: for each worker by themselves, from the day they knew,
and for wages from the end of their employment. What was entered on the case after somebody had been added
moves theirs, too. One who has a case of their own goes by that case's periods, which are watched already.
"""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from hotline.actions import clocks, collectives
from hotline.models import Case, Member
from workflows import rulebook, terms
from workflows.deadlines.book import Book
from workflows.deadlines.chain import Reckoning

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
    first = min(members, key=lambda one: (_due(limits, one), one.pk), default=None)
    nearest = limits.get(first.pk) if first else None
    if first is None or nearest is None:
        clocks.end_of_members(case, but=None, met=filed)
    else:
        clocks.end_of_members(case, but=(first.pk, nearest.rule), met=False)
        terms.keep_for_member(book, case, first, nearest.rule, nearest.start, nearest.found, nearest.source)


def _due(limits: dict[int, Limit], member: Member) -> date:
    return limits[member.pk].found.due if member.pk in limits else terms.NEVER


def start_of(member: Member, kind: str) -> tuple[str, date, str] | None:
    """Which limitation of `member` runs, from which day, and what says so; None where nothing does.

    `kind` is what all ask for, where the member's own claims are not itemised.
    """
    wages = ({one.kind for one in member.claims.all()} or {kind}) <= WAGES
    if wages and member.employed_until:
        return terms.WAGES, member.employed_until, "member.employed_until"
    if member.known_on:
        return terms.LIMITATION, member.known_on, "member.known_on"
    if member.employed_until:
        return terms.LIMITATION, member.employed_until, "member.employed_until"
    return None


def _limits(book: Book, case: Case, members: list[Member], kind: str) -> dict[int, Limit]:
    known: dict[tuple[str, date, date], Reckoning] = {}  # hundreds of members began on the same few days
    limits = {}
    for member in members:
        begun = start_of(member, kind)
        if begun is None or not terms.holds(begun[0], begun[1]):
            continue
        rule, start, source = begun
        key = (rule, start, timezone.localdate(member.added_at))
        if key not in known:
            known[key] = terms.reckon(book, rule, start, terms.happened_since(case, rule, key[2]), source)
        limits[member.pk] = Limit(rule, start, source, known[key])
    return limits


def _store(members: list[Member], limits: dict[int, Limit]) -> None:
    changed = []
    for member in members:
        limit = limits.get(member.pk)
        now = (limit.rule, limit.found.due) if limit else ("", None)
        if (member.limitation_rule, member.limitation_due) != now:
            member.limitation_rule, member.limitation_due = now
            changed.append(member)
    Member.objects.bulk_update(changed, ["limitation_rule", "limitation_due"], batch_size=200)
