"""A month as a page shows it: its weeks with the days around them, and the months beside it."""

from calendar import Calendar
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone


@dataclass(frozen=True)
class Month:
    """The month that begins on `first`."""

    first: date

    @property
    def weeks(self) -> list[list[date]]:
        """From Monday to Sunday, with the days of the months beside it that complete them."""
        return Calendar().monthdatescalendar(self.first.year, self.first.month)

    @property
    def span(self) -> tuple[date, date]:
        """The first and the last day that the page shows."""
        weeks = self.weeks
        return weeks[0][0], weeks[-1][-1]

    @property
    def before(self) -> str:
        """The month before, as the address has it: 2026-10."""
        return f"{self.first - timedelta(days=1):%Y-%m}"

    @property
    def after(self) -> str:
        """The month after."""
        return f"{self.first + timedelta(weeks=5):%Y-%m}"

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"


def month_of(text: str) -> Month:
    """The month that an address names, as 2026-11; the present one for anything else."""
    this = timezone.localdate().replace(day=1)
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        return Month(this)
    return Month(first if 2000 <= first.year <= 2100 else this)
