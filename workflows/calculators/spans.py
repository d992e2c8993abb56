"""Months and years of work, counted as periods of employment are: their first day counts."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)
WEEKEND = 5
MONTHS_A_YEAR = 12


@dataclass(frozen=True)
class Slice:
    """Some days of one month; `whole` where they are all of it."""

    first: date
    last: date
    whole: bool

    @property
    def paid_days(self) -> int:
        """Mondays to Fridays: working days and the holidays among them, which are paid, too."""
        return paid_days(self.first, self.last)


def day_after(start: date, months: int) -> date:
    """The day after `months` months that began on `start` are full.

    One month from 1 March is full on the 31st: 1 April. One from 31 January is full on the last of
    February (Civil Code 202), and so is a year from 29 February: 1 March.
    """
    year, month = divmod(start.year * MONTHS_A_YEAR + start.month - 1 + months, MONTHS_A_YEAR)
    length = monthrange(year, month + 1)[1]
    if start.day <= length:
        return date(year, month + 1, start.day)
    return date(year, month + 1, length) + ONE_DAY


def full_months(start: date, last: date) -> int:
    """How many months that began on `start` are full by the end of `last`; 0 if `last` lies before."""
    count = max(0, (last.year - start.year) * MONTHS_A_YEAR + last.month - start.month + 1)
    while count and day_after(start, count) > last + ONE_DAY:
        count -= 1
    return count


def paid_days(first: date, last: date) -> int:
    """Mondays to Fridays from `first` to `last`, both counted."""
    days = max(0, (last - first).days + 1)
    weeks, rest = divmod(days, 7)
    return weeks * WEEKEND + sum((first + timedelta(days=n)).weekday() < WEEKEND for n in range(rest))


def calendar_months(first: date, last: date) -> Iterator[Slice]:
    """`first` to `last`, both counted, by calendar months."""
    while first <= last:
        end = first.replace(day=monthrange(first.year, first.month)[1])
        yield Slice(first, min(end, last), whole=first.day == 1 and end <= last)
        first = end + ONE_DAY


def months_of_work(start: date, last: date) -> Iterator[Slice]:
    """`start` to `last`, both counted, by months that begin on the same day as `start`."""
    count, first = 0, start
    while first <= last:
        count += 1
        following = day_after(start, count)
        end = following - ONE_DAY
        yield Slice(first, min(end, last), whole=end <= last)
        first = following
