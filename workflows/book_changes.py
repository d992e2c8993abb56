"""Changing the rules and the calendar: what would move is shown before, and moved after, by the worker.

A change is one row (`BookChange`) written with what it changes; `workflows.sweep` then follows every live
clock that it can touch, each in a transaction of its own, and goes on after a kill where it stood.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from hotline import events
from hotline.actions import clocks
from hotline.errors import Conflict, Invalid
from hotline.models import BookChange, CalendarDay, CalendarYear, Clock, RuleVersion, Staff
from workflows import rulebook, terms
from workflows.deadlines.book import Book
from workflows.deadlines.calendar import WorkCalendar
from workflows.deadlines.notice import Arrangement
from workflows.deadlines.rules import DeadlineError, check

SHOWN = 100
"""Moves that are shown and kept with a change; the others are counted."""
TURN = 12352
"""The number of PostgreSQL's advisory lock that whoever changes the book holds."""


@dataclass(frozen=True)
class Move:
    """A period that a change moves."""

    number: str
    rule: str
    before: date
    after: date


@dataclass(frozen=True)
class Preview:
    """What a change would move, and the book's revision that this was reckoned by."""

    moves: list[Move]
    count: int
    revision: int


# --- Before -------------------------------------------------------------------------------------
def preview_rule(row: RuleVersion) -> Preview:
    """What `row` (not yet saved) would move. Raises Invalid where it makes no sense."""
    book = rulebook.fresh()
    try:
        rule = rulebook.rule_of(row)
        check(rule)
    except DeadlineError as error:
        raise Invalid({"code": str(error)}) from None
    return _preview(book, replace(book, own=(rule, *book.own)), row.code)


def preview_withdrawal(row: RuleVersion) -> Preview:
    """What taking `row` back would move. Raises Conflict while a period needs it."""
    book = rulebook.fresh()
    then = replace(book, own=tuple(r for r in book.own if r.row != row.pk))
    number = _stranded(then, row.code)
    if number:
        raise Conflict(
            _("A period of %(number)s runs by this rule, and no other would be left for it: end it first.")
            % {"number": number}
        )
    return _preview(book, then, row.code)


def _stranded(then: Book, code: str) -> str:
    """The number of a case with a live clock that cannot be followed by `then`, or nothing."""
    for clock in Clock.objects.filter(state__in=clocks.LIVE, rule=code).select_related("case").order_by("pk"):
        try:
            terms.refollow(then, clock)
        except DeadlineError:
            return clock.case.number
    return ""


def preview_year(found: Arrangement) -> Preview:
    """What this year's arrangement would move, taken in place of what stands there of that year."""
    since = min([date(found.year, 1, 1), *found.known])
    return _preview_days(lambda day: day.year == found.year, found.known, [found.year], since)


def preview_day(day: date, worked: bool | None) -> Preview:
    """What this day would move; None takes back what was entered of it."""
    entered = {} if worked is None else {day: worked}
    return _preview_days(lambda other: other == day, entered, [], day)


def _preview_days(
    gone: Callable[[date], bool], entered: dict[date, bool], years: list[int], since: date
) -> Preview:
    book = rulebook.fresh()
    days = CalendarDay.objects.values_list("day", "worked")
    kept = {day: worked for day, worked in days if not gone(day)}
    settled = {*CalendarYear.objects.values_list("year", flat=True), *years}
    return _preview(book, replace(book, calendar=WorkCalendar(kept | entered, settled)), "", since)


def _preview(book: Book, then: Book, code: str, since: date | None = None) -> Preview:
    moves, count = [], 0
    for move in _moves(then, code, since):
        count += 1
        if count <= SHOWN:
            moves.append(move)
    return Preview(moves, count, book.revision)


def _moves(then: Book, code: str, since: date | None) -> Iterator[Move]:
    found = Clock.objects.filter(state__in=clocks.LIVE).select_related("case").order_by("due", "pk")
    if code:
        found = found.filter(rule=code)
    if since:  # a period that lies wholly before the first day that changes never looks at it
        found = found.filter(
            Q(due__gte=since) | Q(start__gte=since)
        )  # some are counted back from their start
    for clock in found.iterator():
        try:
            after = terms.refollow(then, clock).due
        except DeadlineError:  # the changed rule no longer holds on its day: it stays as it is
            continue
        if after != clock.due:
            yield Move(clock.case.number, clock.rule, clock.due, after)


# --- The change ---------------------------------------------------------------------------------
@transaction.atomic
def save_rule(actor: Staff, row: RuleVersion, revision: int) -> BookChange:
    """Add or amend a rule as it was previewed at `revision`. Raises Invalid, and Conflict if it moved on."""
    wait_turn()
    seen = _preview_again(preview_rule(row), revision)
    row.made_by, row.made_at = actor, timezone.now()
    row.save(force_insert=True)
    return _note(actor, "rule.saved", seen, code=row.code, row=row.pk)


@transaction.atomic
def withdraw_rule(actor: Staff, pk: int, revision: int) -> BookChange:
    """Take an administrator's rule back: the file's holds again."""
    wait_turn()
    row = RuleVersion.objects.select_for_update().filter(pk=pk, withdrawn_at=None).first()
    if row is None:
        raise Conflict(_("This rule was taken back already."))
    seen = _preview_again(preview_withdrawal(row), revision)
    RuleVersion.objects.filter(pk=pk).update(withdrawn_at=timezone.now())
    return _note(actor, "rule.withdrawn", seen, code=row.code, row=pk)


@transaction.atomic
def save_year(actor: Staff, found: Arrangement, text: str, revision: int) -> BookChange:
    """Take a year's arrangement; what stood there of that year before is replaced."""
    wait_turn()
    seen = _preview_again(preview_year(found), revision)
    CalendarDay.objects.filter(day__year=found.year).delete()
    CalendarDay.objects.filter(day__in=list(found.known)).delete()
    CalendarDay.objects.bulk_create(CalendarDay(day=d.day, worked=d.worked, name=d.name) for d in found.days)
    CalendarYear.objects.update_or_create(year=found.year, defaults={"text": text})
    return _note(actor, "year.imported", seen, year=found.year, days=len(found.days))


@transaction.atomic
def save_day(actor: Staff, day: date, worked: bool | None, name: str, revision: int) -> BookChange:
    """Say of a single day whether it is worked; None takes back what was entered. Raises Conflict."""
    wait_turn()
    seen = _preview_again(preview_day(day, worked), revision)
    if worked is None:
        if not takes_back(day).delete()[0]:
            raise Conflict(_("Nothing is entered of this day that could be taken back."))
        return _note(actor, "day.withdrawn", seen, day=day.isoformat())
    CalendarDay.objects.update_or_create(day=day, defaults={"worked": worked, "name": name[:60]})
    return _note(actor, "day.set", seen, day=day.isoformat(), worked=worked)


def takes_back(day: date) -> QuerySet[CalendarDay]:
    """The row of `day` that can be taken back: a day of an imported year is corrected with its year."""
    years = CalendarYear.objects.values_list("year", flat=True)
    return CalendarDay.objects.filter(day=day).exclude(day__year__in=list(years))


def wait_turn() -> None:
    """Wait until nobody else is changing the book; the next one who saves sees what has changed."""
    if connection.vendor == "postgresql":  # SQLite has one writer
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TURN])


def _preview_again(seen: Preview, revision: int) -> Preview:
    if seen.revision != revision:
        raise Conflict(_("The rules were changed meanwhile: look again at what this would move."))
    return seen


def _note(actor: Staff, kind: str, seen: Preview, **data: Any) -> BookChange:
    moved = [[m.number, m.rule, m.before.isoformat(), m.after.isoformat()] for m in seen.moves]
    change = BookChange.objects.create(
        kind=kind, actor=actor, at=timezone.now(), data=data, moved=moved, moved_count=seen.count
    )
    events.looked(actor, kind, detail=" ".join(str(value) for value in data.values()))
    rulebook.forget()
    return change
