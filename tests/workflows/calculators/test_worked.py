"""Each calculator by hand: the reasoning stands beside the sum."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from hotline.enums import ClaimKind
from hotline.errors import Invalid
from workflows.calculators.kinds import CALCULATORS
from workflows.calculators.sheet import Result


def reckon(code: str, **inputs: Any) -> Result:
    """Days as 2026-01-01 and sums as text, as people write them."""
    calculator = CALCULATORS[code]
    return calculator.reckon(calculator.inputs(**{name: read(name, v) for name, v in inputs.items()}))


def read(name: str, value: Any) -> Any:
    if not isinstance(value, str) or name == "district":
        return value
    return date.fromisoformat(value) if value.count("-") == 2 else Decimal(value)


def amount(code: str, **inputs: Any) -> str:
    return str(reckon(code, **inputs).amount)


# --- Wages owed ------------------------------------------------------------------------------------

WAGES = [
    # Three whole calendar months.
    ({"monthly_wage": "6000", "start": "2026-06-01", "end": "2026-08-31"}, "18000.00"),
    # 15 to 30 June 2026 is a Monday to a Tuesday: two full weeks and two days, 12 paid days.
    # 6000 ÷ 21.75 × 12 = 3310.34; July and August whole; 1 to 10 September has 8: 2206.90.
    ({"monthly_wage": "6000", "start": "2026-06-15", "end": "2026-09-10"}, "17517.24"),
    # The same less 1000 that was paid.
    ({"monthly_wage": "6000", "start": "2026-06-15", "end": "2026-09-10", "paid": "1000"}, "16517.24"),
    # 2 to 31 July 2026 has 22 Mondays to Fridays, more than 21.75: the month's wage and no more.
    ({"monthly_wage": "6000", "start": "2026-07-02", "end": "2026-07-31"}, "6000.00"),
    # All of a February of a leap year is a month; 29 February 2024 alone is a Thursday: 4350 ÷ 21.75.
    ({"monthly_wage": "4350", "start": "2024-02-01", "end": "2024-02-29"}, "4350.00"),
    ({"monthly_wage": "4350", "start": "2024-02-29", "end": "2024-02-29"}, "200.00"),
    # Over the turn of the year: December and January.
    ({"monthly_wage": "5000", "start": "2025-12-01", "end": "2026-01-31"}, "10000.00"),
    # A Sunday is not paid; more was paid than was owed.
    ({"monthly_wage": "5000", "start": "2026-11-22", "end": "2026-11-22"}, "0.00"),
    ({"monthly_wage": "5000", "start": "2026-10-01", "end": "2026-10-31", "paid": "6000"}, "0.00"),
]


@pytest.mark.parametrize(("inputs", "owed"), WAGES)
def test_wages(inputs: dict[str, str], owed: str) -> None:
    assert amount("wages", **inputs) == owed


# --- Overtime --------------------------------------------------------------------------------------

MONTH = {"start": "2026-01-01", "end": "2026-01-31"}
OVERTIME = [
    # An hour is 5220 ÷ 21.75 ÷ 8 = 30. 20 × 30 × 1.5 = 900; 16 × 30 × 2 = 960; 8 × 30 × 3 = 720.
    ({"weekday_hours": "20", "rest_hours": "16", "holiday_hours": "8"}, "5220", "2580.00"),
    # 5000 ÷ 174 = 28.7356…, not rounded: × 10 × 1.5 = 431.03 (rounded to 28.74 it would be 431.10).
    ({"weekday_hours": "10"}, "5000", "431.03"),
    # Half an hour on a holiday: 30 × 0.5 × 3.
    ({"holiday_hours": "0.5"}, "5220", "45.00"),
    # 960 less 1000 that was paid: nothing is owed back.
    ({"rest_hours": "16", "paid": "1000"}, "5220", "0.00"),
    ({}, "5220", "0.00"),
]


@pytest.mark.parametrize(("hours", "wage", "owed"), OVERTIME)
def test_overtime(hours: dict[str, str], wage: str, owed: str) -> None:
    assert amount("overtime", monthly_wage=wage, **MONTH, **hours) == owed


def test_before_2008_a_month_had_fewer_paid_days() -> None:
    # 1673.60 ÷ 20.92 ÷ 8 = 10: one hour at 150 percent.
    result = reckon(
        "overtime", monthly_wage="1673.60", start="2007-05-01", end="2007-05-31", weekday_hours="1"
    )
    assert result.amount == Decimal("15.00")
    assert [figure.code for figure in result.unverified] == ["pay.days_a_month"]


def test_much_overtime_is_a_matter_for_inspection() -> None:
    assert len(reckon("overtime", monthly_wage="5220", **MONTH, weekday_hours="36").notes) == 1
    assert len(reckon("overtime", monthly_wage="5220", **MONTH, weekday_hours="36.5").notes) == 2


def test_before_the_labour_law_there_is_no_figure() -> None:
    with pytest.raises(Invalid):
        reckon("overtime", monthly_wage="500", start="1990-01-01", end="1990-01-31", weekday_hours="1")


# --- Minimum wage ----------------------------------------------------------------------------------

SOUTH = "370202"
MINIMUM = [
    # 2400 from January 2026 on: 3 × (2400 − 2100).
    ({"start": "2026-01-01", "end": "2026-03-31"}, "900.00"),
    # Over the change: December at 2200, January at 2400.
    ({"start": "2025-12-01", "end": "2026-01-31"}, "400.00"),
    # 10 to 30 November 2025 is 15 Mondays to Fridays: 100 ÷ 21.75 × 15 = 68.97.
    ({"start": "2025-11-10", "end": "2025-11-30"}, "68.97"),
    # With a figure of one's own: 3 × (2500 − 2100).
    ({"start": "2026-01-01", "end": "2026-03-31", "minimum_wage": "2500"}, "1200.00"),
]


@pytest.mark.parametrize(("inputs", "owed"), MINIMUM)
def test_below_the_minimum_wage(inputs: dict[str, str], owed: str) -> None:
    result = reckon("minimum-wage", monthly_wage="2100", district=SOUTH, **inputs)
    assert str(result.amount) == owed
    assert result.claim == ClaimKind.WAGES


def test_paid_just_the_minimum_wage() -> None:
    inputs = {"start": "2026-01-01", "end": "2026-03-31", "district": SOUTH}
    assert amount("minimum-wage", monthly_wage="2400", **inputs) == "0.00"
    assert amount("minimum-wage", monthly_wage="2399.99", **inputs) == "0.03"


def test_months_without_a_figure_are_not_counted_and_said() -> None:
    # July to September 2023 are not known here; October to December: 3 × (2200 − 2100).
    result = reckon("minimum-wage", monthly_wage="2100", start="2023-07-01", end="2023-12-31", district=SOUTH)
    assert result.amount == Decimal("300.00")
    assert len(result.unknown) == 1 and "2023-09-30" in result.unknown[0]
    # The class of Jiaozhou is not verified: nothing is made up for it.
    elsewhere = reckon(
        "minimum-wage", monthly_wage="100", start="2026-01-01", end="2026-01-31", district="370281"
    )
    assert elsewhere.amount == 0 and elsewhere.unknown


# --- Double wage -----------------------------------------------------------------------------------

DOUBLE = [
    # From 1 March 2025: one month is full on the 31st, double wage from 1 April to 28 February 2026, the day
    # before a year is over: eleven months at most.
    ({"employed_from": "2025-03-01", "claimed_on": "2026-03-01"}, "55000.00"),
    # Signed on 1 July 2025: April, May, June.
    ({"employed_from": "2025-03-01", "signed_on": "2025-07-01", "claimed_on": "2025-08-01"}, "15000.00"),
    # Signed on the last day of the first month, or on the first day after it: nothing yet.
    ({"employed_from": "2025-03-01", "signed_on": "2025-03-31", "claimed_on": "2025-08-01"}, "0.00"),
    ({"employed_from": "2025-03-01", "signed_on": "2025-04-01", "claimed_on": "2025-08-01"}, "0.00"),
    # One day later: 1 April 2025, a Tuesday: 5000 ÷ 21.75.
    ({"employed_from": "2025-03-01", "signed_on": "2025-04-02", "claimed_on": "2025-08-01"}, "229.89"),
    # Left after exactly one month.
    ({"employed_from": "2025-03-01", "employed_until": "2025-03-31", "claimed_on": "2025-08-01"}, "0.00"),
    # Left at the end of May: April and May.
    ({"employed_from": "2025-03-01", "employed_until": "2025-05-31", "claimed_on": "2025-08-01"}, "10000.00"),
    # Still employed on 31 May: what is yet to come is not owed.
    ({"employed_from": "2025-03-01", "claimed_on": "2025-05-31"}, "10000.00"),
    # From 31 January 2025 a month is full on 28 February: March and April.
    ({"employed_from": "2025-01-31", "signed_on": "2025-05-01", "claimed_on": "2025-08-01"}, "10000.00"),
    # From 29 February 2024 a month is full on 28 March: 29 March to 28 May is two months.
    ({"employed_from": "2024-02-29", "signed_on": "2024-05-29", "claimed_on": "2024-08-01"}, "10000.00"),
]


@pytest.mark.parametrize(("inputs", "owed"), DOUBLE)
def test_double_wage(inputs: dict[str, str], owed: str) -> None:
    # Limitation is another matter, below.
    assert amount("double-wage", monthly_wage="5000", expired=True, **inputs) == owed


def test_each_month_has_its_limitation() -> None:
    # Applied for on 23 November 2026. October 2025 could be claimed until 31 October 2026, a Saturday, so
    # until Monday the 2nd: over. November's runs until 30 November 2026: 4 months are left, to February.
    inputs = {"monthly_wage": "5000", "employed_from": "2025-03-01", "claimed_on": "2026-11-23"}
    result = reckon("double-wage", **inputs)
    assert result.amount == Decimal("20000.00")
    assert "2025-11-01" in result.period and "2026-02-28" in result.period
    months = result.steps[1:]
    assert len(months) == 11 and [step.amount for step in months].count(0) == 7
    assert "2026-11-02" in months[6].words and "2026-11-30" in months[7].words


def test_employed_before_the_law_the_month_runs_from_its_first_day() -> None:
    # Art. 97(2): from 1 January 2008; so February to December 2008, eleven months.
    inputs = {"monthly_wage": "1000", "employed_from": "2003-05-01", "claimed_on": "2009-06-01"}
    assert amount("double-wage", expired=True, **inputs) == "11000.00"
    # Limitation of May 2008 ended on 31 May 2009, a Sunday that was worked in place of a holiday.
    assert amount("double-wage", **inputs) == "7000.00"
    assert amount("double-wage", **inputs | {"claimed_on": "2009-05-31"}) == "8000.00"


# --- Economic compensation -------------------------------------------------------------------------

COMPENSATION = [
    # Exactly one year: one month.
    ("2025-03-01", "2026-02-28", "5000.00"),
    # A year and a day: half a month more.
    ("2025-03-01", "2026-03-01", "7500.00"),
    # One day: less than six months.
    ("2026-03-01", "2026-03-01", "2500.00"),
    # Exactly six months count as a year; a day less does not.
    ("2026-01-01", "2026-06-30", "5000.00"),
    ("2026-01-01", "2026-06-29", "2500.00"),
    # Seven years and eight months: eight.
    ("2019-03-01", "2026-10-31", "40000.00"),
    # From 29 February 2024 a year is full on 28 February 2025; a day less is 11 months.
    ("2024-02-29", "2025-02-28", "5000.00"),
    ("2024-02-29", "2025-02-27", "5000.00"),
    ("2024-02-29", "2025-03-01", "7500.00"),
    # From 31 August six months are full on 28 February.
    ("2025-08-31", "2026-02-28", "5000.00"),
    ("2025-08-31", "2026-02-27", "2500.00"),
    # Employed from July 2007: half a year before the law counts as one, then two years and six months: three.
    ("2007-07-01", "2010-06-30", "20000.00"),
    # All of it before the law: three years and a day count as four.
    ("2004-01-01", "2007-01-01", "20000.00"),
]


@pytest.mark.parametrize(("first", "last", "owed"), COMPENSATION)
def test_compensation(first: str, last: str, owed: str) -> None:
    assert amount("compensation", monthly_wage="5000", employed_from=first, employed_until=last) == owed


def test_years_before_the_law_may_be_left_out() -> None:
    years = {"employed_from": "2007-07-01", "employed_until": "2010-06-30"}
    assert amount("compensation", monthly_wage="5000", before_law=False, **years) == "15000.00"


def test_the_cap() -> None:
    years = {"employed_from": "2008-01-01", "employed_until": "2025-12-31", "average_wage": "8000"}
    # 18 years. Just at three times: no cap, 24000 × 18.
    assert amount("compensation", monthly_wage="24000", **years) == "432000.00"
    # One fen above: 24000 × 12 (the step down is the law's own).
    assert amount("compensation", monthly_wage="24000.01", **years) == "288000.00"
    # Two years only: the sum is capped, the years are not.
    short = years | {"employed_from": "2024-01-01"}
    assert amount("compensation", monthly_wage="30000", **short) == "48000.00"
    # Years before the law come on top, with the wage of that time's rules: 3 × 30000 + 12 × 24000.
    long = years | {"employed_from": "2005-07-01"}
    assert amount("compensation", monthly_wage="30000", **long) == "378000.00"


def test_the_minimum_wage_is_the_floor() -> None:
    result = reckon(
        "compensation",
        monthly_wage="2000",
        employed_from="2025-01-01",
        employed_until="2026-12-31",
        district=SOUTH,
    )
    assert result.amount == Decimal("4800.00")
    assert [figure.code for figure in result.unverified] == ["minimum_wage.monthly"]


def test_without_the_citys_average_wage_the_page_says_that_the_cap_was_not_looked_at() -> None:
    years = {"monthly_wage": "50000", "employed_from": "2024-01-01", "employed_until": "2025-12-31"}
    result = reckon("compensation", **years, minimum_wage="2400")
    assert result.amount == Decimal("100000.00")
    assert len(result.unknown) == 1 and "2024" in result.unknown[0]


UNLAWFUL = [
    # Three years: six months.
    ("2023-01-01", "2025-12-31", "30000.00"),
    # Half a year: one month, twice.
    ("2026-01-01", "2026-06-30", "10000.00"),
    # Five months and some days: half a month, twice.
    ("2026-01-01", "2026-06-15", "5000.00"),
    # The years before the law are not parted: from July 2007 to June 2010 are three.
    ("2007-07-01", "2010-06-30", "30000.00"),
]


@pytest.mark.parametrize(("first", "last", "owed"), UNLAWFUL)
def test_unlawful_dismissal(first: str, last: str, owed: str) -> None:
    inputs = {"monthly_wage": "5000", "employed_from": first, "employed_until": last}
    assert amount("unlawful-dismissal", **inputs) == owed


# --- Annual leave ----------------------------------------------------------------------------------

LEAVE = [
    # A day is 4350 ÷ 21.75 = 200. Three years of work: 5 days × 200 × 200 percent.
    ({"year": 2025, "employed_from": "2022-05-01"}, "2000.00"),
    # Ten years are full on the last day of 2025: 10 days. One day later: 5.
    ({"year": 2025, "employed_from": "2016-01-01"}, "4000.00"),
    ({"year": 2025, "employed_from": "2016-01-02"}, "2000.00"),
    # Years elsewhere count: 20 years in all, 15 days, 5 taken.
    ({"year": 2025, "employed_from": "2022-05-01", "working_since": "2005-01-01", "taken": "5"}, "4000.00"),
    # Left on 30 June 2026: 181 ÷ 365 × 10 = 4.96, whole days: 4.
    ({"year": 2026, "employed_from": "2015-01-01", "employed_until": "2026-06-30"}, "1600.00"),
    # Came on 1 July 2025 with years before: 184 ÷ 365 × 5 = 2.52: 2.
    ({"year": 2025, "employed_from": "2025-07-01", "working_since": "2020-01-01"}, "800.00"),
    # First year of work full on 30 June 2025: from 1 July, 184 days: 2. Less than a year of work: none.
    ({"year": 2025, "employed_from": "2024-07-01"}, "800.00"),
    ({"year": 2025, "employed_from": "2025-01-01", "employed_until": "2025-12-31"}, "0.00"),
    # A leap year: 365 of 366 days are no more than the year's five.
    ({"year": 2024, "employed_from": "2020-01-01", "employed_until": "2024-12-30"}, "2000.00"),
    # More was taken than was due.
    ({"year": 2025, "employed_from": "2022-05-01", "taken": "9"}, "0.00"),
]


@pytest.mark.parametrize(("inputs", "owed"), LEAVE)
def test_annual_leave(inputs: dict[str, Any], owed: str) -> None:
    assert amount("leave", monthly_wage="4350", **inputs) == owed


def test_before_the_regulations_there_was_no_such_claim() -> None:
    with pytest.raises(Invalid):
        reckon("leave", monthly_wage="4350", year=2007, employed_from="2000-01-01")


# --- Work injury -----------------------------------------------------------------------------------


def test_injury_of_the_ninth_grade() -> None:
    # 9 months × 6000 from the fund; on leaving, of an average of 8000: 7 months (fund), 12 months (employer).
    inputs: dict[str, Any] = {"grade": 9, "injured_on": "2026-01-05", "monthly_wage": "6000"}
    inputs |= {"employed_until": "2026-10-01", "district": SOUTH, "average_wage": "8000"}
    result = reckon("injury", **inputs)
    assert [step.amount for step in result.steps] == [Decimal(54000), Decimal(56000), Decimal(96000)]
    assert result.amount == Decimal("96000.00")
    # Not insured: the employer owes all three.
    assert reckon("injury", **inputs, insured=False).amount == Decimal("206000.00")


def test_injury_while_the_employment_lasts() -> None:
    # Grade 4, not insured: 21 × 6000; no sums of leaving. Without an average nothing is said of the bounds.
    result = reckon(
        "injury", grade=4, injured_on="2026-01-05", monthly_wage="6000", insured=False, district=SOUTH
    )
    assert result.amount == Decimal("126000.00") and len(result.unknown) == 1


@pytest.mark.parametrize(
    ("wage", "owed"), [("3000", "33600.00"), ("6000", "42000.00"), ("30000", "168000.00")]
)
def test_the_injured_workers_wage_has_bounds(wage: str, owed: str) -> None:
    # Grade 10, 7 months; of an average of 8000 the bounds are 4800 and 24000.
    inputs = {"grade": 10, "injured_on": "2026-01-05", "insured": False, "average_wage": "8000"}
    assert amount("injury", monthly_wage=wage, **inputs) == owed


def test_death() -> None:
    # In 2025: 20 × 54188 (income of 2024) + 6 × 8000.
    inputs = {"grade": 0, "monthly_wage": "6000", "insured": False, "average_wage": "8000"}
    assert reckon("injury", injured_on="2025-01-05", **inputs).amount == Decimal("1131760.00")
    # The income of 2025 is not known here: only the funeral.
    unknown = reckon("injury", injured_on="2026-01-05", **inputs)
    assert unknown.amount == Decimal("48000.00") and len(unknown.unknown) == 1


def test_what_is_not_known_is_said_and_not_counted() -> None:
    inputs: dict[str, Any] = {"grade": 7, "injured_on": "2026-01-05", "monthly_wage": "6000"}
    result = reckon("injury", **inputs, employed_until="2026-10-01", district=SOUTH)
    assert result.amount == 0
    assert len(result.unknown) == 3


# --- Bad input -------------------------------------------------------------------------------------

YEAR = {"start": "2026-01-01", "end": "2026-12-31"}
JOB = {"employed_from": "2025-01-01", "employed_until": "2025-12-31"}
WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("wages", YEAR | {"monthly_wage": "-1"}, "monthly_wage"),
    ("wages", YEAR | {"monthly_wage": "NaN"}, "monthly_wage"),
    ("wages", YEAR | {"monthly_wage": "Infinity"}, "monthly_wage"),
    ("wages", YEAR | {"monthly_wage": "1000000000"}, "monthly_wage"),
    ("wages", YEAR | {"monthly_wage": "1", "end": "2025-12-31"}, "end"),
    ("wages", YEAR | {"monthly_wage": "1", "start": "1850-01-01"}, "start"),
    ("overtime", YEAR | {"monthly_wage": "1", "end": "2025-12-31"}, "end"),
    ("minimum-wage", YEAR | {"monthly_wage": "1", "end": "2025-12-31"}, "end"),
    ("compensation", JOB | {"monthly_wage": "1", "employed_until": "2024-12-31"}, "employed_until"),
    ("unlawful-dismissal", JOB | {"monthly_wage": "1", "employed_until": "9999-12-31"}, "employed_until"),
    (
        "double-wage",
        {"monthly_wage": "1", "employed_from": "2025-01-01", "claimed_on": "2024-12-31"},
        "claimed_on",
    ),
    ("leave", JOB | {"monthly_wage": "1", "year": 9998}, "year"),
    ("leave", JOB | {"monthly_wage": "1", "year": 2025, "working_since": "2025-02-01"}, "working_since"),
    ("injury", {"grade": 11, "injured_on": "2026-01-05", "monthly_wage": "1"}, "grade"),
    ("injury", {"grade": -1, "injured_on": "2026-01-05", "monthly_wage": "1"}, "grade"),
]


@pytest.mark.parametrize(("code", "inputs", "field"), WRONG)
def test_bad_input_is_named(code: str, inputs: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        reckon(code, **inputs)
    assert list(refused.value.fields) == [field]
