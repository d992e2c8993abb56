"""What holds for every wage and every time: never negative, never less for more."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.calculators.compensation import Employment
from workflows.calculators.double_wage import DoubleWage
from workflows.calculators.kinds import CALCULATORS
from workflows.calculators.leave import Leave
from workflows.calculators.minimum_wage import Underpaid
from workflows.calculators.overtime import Overtime
from workflows.calculators.spans import ONE_DAY, day_after, full_months, months_of_work, paid_days
from workflows.calculators.wages import Wages

sums = st.decimals(0, 60_000, places=2)
days = st.dates(date(2000, 4, 1), date(2030, 12, 31))
later = st.integers(0, 3000).map(lambda n: timedelta(days=n))


@st.composite
def spells(draw: Callable[..., Any]) -> tuple[date, date]:
    first = draw(days)
    return first, first + draw(later)


def of(code: str, inputs: Any) -> Decimal:
    return CALCULATORS[code].reckon(inputs).amount


def samples(wage: Decimal, first: date, last: date) -> dict[str, Any]:
    """Each calculator's inputs for one wage and one time; caps, which step down, are left aside."""
    return {
        "wages": Wages(wage, first, last),
        "overtime": Overtime(wage, first, last, Decimal(3), Decimal(2), Decimal(1)),
        "double-wage": DoubleWage(wage, first, last, expired=True),
        "compensation": Employment(wage, first, last),
        "unlawful-dismissal": Employment(wage, first, last),
        "leave": Leave(wage, max(last.year, 2008), min(first, date(2008, 1, 1)), None),
    }


@settings(max_examples=60, deadline=None)
@given(spells(), sums, sums)
def test_never_negative_and_no_less_for_a_higher_wage(
    spell: tuple[date, date], one: Decimal, other: Decimal
) -> None:
    low, high = samples(min(one, other), *spell), samples(max(one, other), *spell)
    for code in low:
        assert 0 <= of(code, low[code]) <= of(code, high[code]), code


@settings(max_examples=60, deadline=None)
@given(spells(), sums)
def test_no_less_for_a_longer_time(spell: tuple[date, date], wage: Decimal) -> None:
    first, last = spell
    shorter, longer = samples(wage, first, last), samples(wage, first, last + ONE_DAY)
    for code in ("wages", "double-wage", "compensation", "unlawful-dismissal"):
        assert of(code, shorter[code]) <= of(code, longer[code]), code


@settings(max_examples=60, deadline=None)
@given(spells(), sums, sums)
def test_the_better_paid_is_short_of_less(spell: tuple[date, date], one: Decimal, other: Decimal) -> None:
    low = Underpaid(min(one, other), *spell, district="370202")
    high = replace(low, monthly_wage=max(one, other))
    assert 0 <= of("minimum-wage", high) <= of("minimum-wage", low)


@given(spells())
def test_months_of_work_leave_no_day_out(spell: tuple[date, date]) -> None:
    first, last = spell
    parts = list(months_of_work(first, last))
    assert (parts[0].first, parts[-1].last) == (first, last)
    assert all(one.last + ONE_DAY == other.first for one, other in zip(parts, parts[1:], strict=False))
    assert sum(part.whole for part in parts) == full_months(first, last)


@given(days, st.integers(0, 400))
def test_months_grow(start: date, months: int) -> None:
    assert day_after(start, months) < day_after(start, months + 1)
    assert full_months(start, day_after(start, months) - ONE_DAY) == months


@given(spells())
def test_paid_days_are_mondays_to_fridays(spell: tuple[date, date]) -> None:
    first, last = spell
    counted = sum((first + timedelta(days=n)).weekday() < 5 for n in range((last - first).days + 1))
    assert paid_days(first, last) == counted


@pytest.mark.parametrize(
    ("start", "months", "following"),
    [
        ("2026-03-01", 1, "2026-04-01"),
        ("2026-01-31", 1, "2026-03-01"),
        ("2024-01-31", 1, "2024-03-01"),
        ("2024-02-29", 12, "2025-03-01"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2025-12-15", 1, "2026-01-15"),
    ],
)
def test_the_day_after_so_many_months(start: str, months: int, following: str) -> None:
    assert day_after(date.fromisoformat(start), months) == date.fromisoformat(following)
