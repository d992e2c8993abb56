"""Due dates, reckoned as the Civil Code's articles 200 to 203 say.

The day of the event does not count. A period of months or years ends on the corresponding day, or on the
month's last day where there is none. A last day on a rest day moves to the first working day after it.
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from workflows.deadlines import rules
from workflows.deadlines.calendar import OFFICIAL, ONE_DAY, WorkCalendar
from workflows.deadlines.rules import Alert, DeadlineError, Rule, Unit

Pauses = Sequence[tuple[date, date]]
"""Times that do not count: from the day after the first date up to and including the second."""


class CannotExtend(DeadlineError):
    """The rule knows no extension."""


class OutOfRange(DeadlineError):
    """The period ends beyond the last year that a date can name."""


class NeedsMoment(DeadlineError):
    """The period is counted from a moment, in seconds, minutes or hours: see `end_of`."""


@dataclass(frozen=True)
class Due:
    """When a period ends: `raw` as counted, `due` after moving off rest days.

    `provisional` says that a day it depends on lies in a year whose arrangement is not published yet.
    """

    rule: Rule
    start: date
    due: date
    raw: date
    provisional: bool


def due(
    rule: Rule | str,
    start: date,
    extension: bool | int = False,
    calendar: WorkCalendar = OFFICIAL,
    pauses: Pauses = (),
) -> Due:
    """The end of the period of `rule` that runs from the event on `start`.

    With `extension` the whole period, the longest extension included (or so many of its units), is counted
    from `start`, and only its end is moved off rest days. `rule` may be a code, then as it stands on
    `start`. `pauses` do not overlap.
    Raises UnknownRule, NotInForce, CannotExtend, NeedsMoment or OutOfRange (all DeadlineError).
    """
    if isinstance(rule, str):
        rule = rules.get(rule, start)
    if rule.unit.of_moments:
        raise NeedsMoment(rule.code)
    if extension and not rule.extension:
        raise CannotExtend(rule.code)
    length = rule.length + (rule.extension if extension is True else extension)
    try:
        if rule.before:
            return _before(rule, start, calendar)
        if rule.unit == Unit.WORKDAY:
            last, known = calendar.nth_workday_after(start, length, pauses)
            return Due(rule, start, last, last, provisional=not known)
        raw = _last_day(rule, start, length) + sum(((last - first) for first, last in pauses), timedelta())
        if not rule.roll:
            return Due(rule, start, raw, raw, provisional=False)
        last, known = calendar.first_workday_from(raw)
    except (OverflowError, ValueError) as error:
        raise OutOfRange(rule.code) from error
    return Due(rule, start, last, raw, provisional=not known)


def end_of(rule: Rule, start: datetime) -> datetime:
    """The moment at which a period in seconds, minutes or hours ends."""
    return start + timedelta(**{f"{rule.unit.value.lower()}s": rule.length})


def days_left(due: date, on: date) -> int:
    """Calendar days from `on` to `due`: 0 on the last day, negative when it has passed."""
    return (due - on).days


def alert_day(alert: Alert, due: date, calendar: WorkCalendar = OFFICIAL) -> date:
    """The first day on which `alert` is told for a period that ends on `due`."""
    if alert.unit == Unit.NATURAL:
        return due - timedelta(days=alert.left)
    if alert.left < 0:
        return calendar.nth_workday_after(due, -alert.left)[0]
    return calendar.nth_workday_before(due, alert.left)[0]


def _before(rule: Rule, event: date, calendar: WorkCalendar) -> Due:
    if rule.unit == Unit.NATURAL:
        day = event - timedelta(days=rule.length)
        return Due(rule, event, day, day, provisional=False)
    day, known = calendar.nth_workday_before(event, rule.length)
    return Due(rule, event, day, day, provisional=not known)


def _last_day(rule: Rule, start: date, length: int) -> date:
    if rule.unit == Unit.NATURAL:
        return start + timedelta(days=length - rule.counts_start)
    months = length * 12 if rule.unit == Unit.YEAR else length
    day = _corresponding_day(start, months)
    # A period whose first day counts is full the day before the corresponding day.
    return day - ONE_DAY if rule.counts_start and day.day == start.day else day


def _corresponding_day(start: date, months: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
