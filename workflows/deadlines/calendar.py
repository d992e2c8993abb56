"""Which days are worked: the State Council's yearly arrangement, with make-up workdays and imported days.

The arrangement comes with the `chinesecalendar` package. A year that it does not know yet is reckoned by
weekends alone, and whatever was reckoned so is provisional until the arrangement is published.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta

import chinese_calendar

ONE_DAY = timedelta(days=1)
SATURDAY = 5


class WorkCalendar:
    """The working days, as published and as an administrator imported them.

    `days` says of single days whether they are worked, and goes before everything else. `years` are the
    years whose whole arrangement `days` holds: they are known from then on, and no longer provisional.
    """

    def __init__(self, days: Mapping[date, bool] | None = None, years: Collection[int] = ()) -> None:
        self._days = days or {}
        self._years = frozenset(years)

    def is_workday(self, day: date) -> bool:
        """Whether `day` is worked: a make-up Saturday is, a holiday on a Wednesday is not."""
        imported = self._days.get(day)
        if imported is not None:
            return imported
        if day.year not in self._years:
            try:
                return bool(chinese_calendar.is_workday(day))
            except NotImplementedError:
                pass
        return day.weekday() < SATURDAY

    @property
    def years(self) -> frozenset[int]:
        """The years whose whole arrangement is known."""
        return self._years | PUBLISHED_YEARS

    def knows(self, day: date) -> bool:
        """Whether it is settled that `day` is worked or not."""
        return day in self._days or day.year in self.years

    def first_workday_from(self, day: date) -> tuple[date, bool]:
        """`day` itself, or the first working day after it; and whether every day looked at is known."""
        known = self.knows(day)
        while not self.is_workday(day):
            day += ONE_DAY
            known = known and self.knows(day)
        return day, known

    def nth_workday_after(
        self, start: date, count: int, pauses: Sequence[tuple[date, date]] = ()
    ) -> tuple[date, bool]:
        """The `count`-th working day after `start`; and whether every day on the way is known.

        Days after the first and up to the second date of a pause are not counted.
        """
        day, known = start, True
        while count:
            day += ONE_DAY
            if any(first < day <= last for first, last in pauses):
                continue
            known = known and self.knows(day)
            count -= self.is_workday(day)
        return day, known

    def nth_workday_before(self, event: date, count: int) -> tuple[date, bool]:
        """The `count`-th working day before `event`; and whether every day on the way is known."""
        day, known = event, True
        while count:
            day -= ONE_DAY
            known = known and self.knows(day)
            count -= self.is_workday(day)
        return day, known


def _published_years() -> frozenset[int]:
    """The years whose arrangement the package carries."""
    return frozenset(day.year for day in chinese_calendar.constants.holidays)


PUBLISHED_YEARS = _published_years()
OFFICIAL = WorkCalendar()
