"""Due dates, reckoned as the Civil Code's articles 200 to 203 say.

The day of the event does not count. A period of months or years ends on the corresponding day, or on the
month's last day where there is none. A last day on a rest day moves to the first working day after it.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from workflows.deadlines import rules
from workflows.deadlines.calendar import OFFICIAL, ONE_DAY, WorkCalendar
from workflows.deadlines.rules import DeadlineError, Rule, Unit


class CannotExtend(DeadlineError):
    """The rule knows no extension."""


class OutOfRange(DeadlineError):
    """The period ends beyond the last year that a date can name."""


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


def due(rule: Rule | str, start: date, extension: bool = False, calendar: WorkCalendar = OFFICIAL) -> Due:
    """The end of the period of `rule` that runs from the event on `start`.

    With `extension` the whole period, longest extension included, is counted from `start`, and only its
    end is moved off rest days. `rule` may be a code, then as it stands on `start`.
    Raises UnknownRule, NotInForce, CannotExtend or OutOfRange (all DeadlineError).
    """
    if isinstance(rule, str):
        rule = rules.get(rule, start)
    if extension and not rule.extension:
        raise CannotExtend(rule.code)
    length = rule.length + (rule.extension if extension else 0)
    try:
        if rule.unit == Unit.WORKDAY:
            last, known = calendar.nth_workday_after(start, length)
            return Due(rule, start, last, last, provisional=not known)
        raw = _last_day(rule, start, length)
        if not rule.roll:
            return Due(rule, start, raw, raw, provisional=False)
        last, known = calendar.first_workday_from(raw)
    except (OverflowError, ValueError) as error:
        raise OutOfRange(rule.code) from error
    return Due(rule, start, last, raw, provisional=not known)


def days_left(due: date, on: date) -> int:
    """Calendar days from `on` to `due`: 0 on the last day, negative when it has passed."""
    return (due - on).days


def _last_day(rule: Rule, start: date, length: int) -> date:
    if rule.unit == Unit.NATURAL:
        return start + timedelta(days=length)
    months = length * 12 if rule.unit == Unit.YEAR else length
    day = _corresponding_day(start, months)
    # A period whose first day counts is full the day before the corresponding day.
    return day - ONE_DAY if rule.counts_start and day.day == start.day else day


def _corresponding_day(start: date, months: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
