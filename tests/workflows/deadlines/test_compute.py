"""Due dates against dates worked out by hand from the State Council's arrangements of 2025 and 2026."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.deadlines.calendar import WorkCalendar
from workflows.deadlines.compute import CannotExtend, OutOfRange, days_left, due
from workflows.deadlines.rules import DeadlineError, NotInForce, Unit, UnknownRule, all_rules, get

COUNTED = [rule for rule in all_rules() if not rule.unit.of_moments]
NARRATIVES = Path(__file__).parents[3] / "hotline" / "fixtures" / "narratives.json"

VECTORS = [
    # Working days. Spring Festival 15-23 Feb; Sat 14 Feb is worked: 13, 14, 24, 25, 26.
    ("arbitration.acceptance", date(2026, 2, 12), date(2026, 2, 26)),
    # National Day 1-7 Oct; Sat 10 Oct is worked: 30 Sep, 8, 9, 10, then Mon 12.
    ("arbitration.acceptance", date(2026, 9, 29), date(2026, 10, 12)),
    # Sun 20 Sep is worked: the next working day after Friday is that Sunday.
    ("service.dispatch", date(2026, 9, 18), date(2026, 9, 20)),
    # Labour Day 1-5 May; Sat 9 May is worked: 30 Apr, 6, 7, 8, 9.
    ("arbitration.acceptance", date(2026, 4, 29), date(2026, 5, 9)),
    # 1-8 Oct 2025; Sat 11 Oct is worked: 9, 10, 11, 13, 14.
    ("arbitration.acceptance", date(2025, 9, 30), date(2025, 10, 14)),
    # Natural days. 1 Feb + 15 = 16 Feb, in Spring Festival: the first day after it is Tue 24.
    ("mediation.agreement", date(2026, 2, 1), date(2026, 2, 24)),
    ("mediation.acceptance_term", date(2026, 2, 1), date(2026, 2, 24)),
    # 17 Aug + 45 = 1 Oct, National Day: 8 Oct.
    ("arbitration.award", date(2026, 8, 17), date(2026, 10, 8)),
    # A last day on a make-up Saturday stays: 30 Jan + 15 = Sat 14 Feb, which is worked.
    ("mediation.agreement", date(2026, 1, 30), date(2026, 2, 14)),
    # A plain weekend rolls too: 13 Nov + 15 = Sat 28 Nov, hence Mon 30.
    ("mediation.agreement", date(2026, 11, 13), date(2026, 11, 30)),
    # Years. The corresponding day a year on is a Tuesday.
    ("limitation.general", date(2025, 6, 9), date(2026, 6, 9)),
    # No 29 Feb a year after: the month's last day, Fri 28 Feb 2025.
    ("limitation.general", date(2024, 2, 29), date(2025, 2, 28)),
    # The other way round nothing is gained: 28 Feb to 28 Feb.
    ("limitation.general", date(2023, 2, 28), date(2024, 2, 28)),
    # Periods of employment count their first day and do not roll: 3 Nov to Wed 2 Dec.
    ("contract.written", date(2026, 11, 3), date(2026, 12, 2)),
    ("contract.written", date(2026, 3, 1), date(2026, 3, 31)),
    # Begun on the 31st, February has no such day: its last day.
    ("contract.written", date(2026, 1, 31), date(2026, 2, 28)),
]


@pytest.mark.parametrize(("rule", "start", "expected"), VECTORS)
def test_due_date(rule: str, start: date, expected: date) -> None:
    found = due(rule, start)
    assert found.due == expected
    assert not found.provisional


def test_extension_counts_from_the_same_start() -> None:
    # 45 days from 17 Aug end on 1 Oct and roll to the 8th; 60 days end on Fri 16 Oct, not on the 8th plus 15.
    found = due("arbitration.award", date(2026, 8, 17), extension=True)
    assert (found.raw, found.due) == (date(2026, 10, 16), date(2026, 10, 16))


def test_extension_rolls_once_at_its_own_end() -> None:
    # 60 days from 4 Aug end on Sat 3 Oct, in National Day.
    found = due("arbitration.award", date(2026, 8, 4), extension=True)
    assert (found.raw, found.due) == (date(2026, 10, 3), date(2026, 10, 8))


def test_extension_of_working_days() -> None:
    # 5 + 5 working days from Mon 2 Nov.
    assert due("mediation.review_decision", date(2026, 11, 2), extension=True).due == date(2026, 11, 16)


def test_unpublished_year_is_provisional() -> None:
    # 12 Sep 2027 is a Sunday; that is all that is known of 2027.
    found = due("limitation.wages", date(2026, 9, 12))
    assert (found.raw, found.due, found.provisional) == (date(2027, 9, 12), date(2027, 9, 13), True)
    # Five working days that run into 2027.
    found = due("arbitration.acceptance", date(2026, 12, 29))
    assert (found.due, found.provisional) == (date(2027, 1, 5), True)
    # A period without rolling does not depend on holidays.
    assert not due("contract.open_ended", date(2026, 1, 5)).provisional


def test_imported_days_settle_a_year() -> None:
    friday, monday = date(2027, 1, 1), date(2027, 1, 4)
    calendar = WorkCalendar({friday: False, monday: False}, years=[2027])
    found = due("arbitration.acceptance", date(2026, 12, 29), calendar=calendar)
    assert (found.due, found.provisional) == (date(2027, 1, 7), False)


def test_one_imported_day_settles_only_itself() -> None:
    calendar = WorkCalendar({date(2027, 1, 1): False})
    assert due("arbitration.acceptance", date(2026, 12, 24), calendar=calendar).provisional is False
    assert due("arbitration.acceptance", date(2026, 12, 28), calendar=calendar).provisional is True


def test_imported_day_goes_before_the_published_arrangement() -> None:
    # A storm closes every office on Tue 24 Nov 2026.
    calendar = WorkCalendar({date(2026, 11, 24): False})
    assert due("service.dispatch", date(2026, 11, 23), calendar=calendar).due == date(2026, 11, 25)


def narrative_deadlines() -> list[tuple[str, dict]]:
    items = json.loads(NARRATIVES.read_text(encoding="utf-8"))
    return [(item["id"], item["deadline"]) for item in items if "deadline" in item]


@pytest.mark.parametrize(("key", "expected"), narrative_deadlines())
def test_deadlines_of_the_sample_narratives(key: str, expected: dict) -> None:
    assert due(expected["rule"], date.fromisoformat(expected["start"])).due.isoformat() == expected["due"]


def test_days_left() -> None:
    last = date(2026, 10, 8)
    assert days_left(last, date(2026, 10, 1)) == 7
    assert days_left(last, last) == 0
    assert days_left(last, date(2026, 10, 10)) == -2


def test_refusals() -> None:
    with pytest.raises(UnknownRule):
        due("limitation.nothing", date(2026, 1, 1))
    with pytest.raises(NotInForce):
        due("limitation.general", date(2008, 4, 30))
    with pytest.raises(CannotExtend):
        due("limitation.general", date(2026, 1, 1), extension=True)
    for rule in COUNTED:
        if rule.length == rule.counts_start:
            continue  # the day itself
        with pytest.raises(OutOfRange):
            due(rule, date.min if rule.before else date.max)
    assert issubclass(DeadlineError, ValueError)


RULES = st.sampled_from([rule for rule in all_rules() if not rule.unit.of_moments and not rule.before])
DAYS = st.dates(date(2005, 1, 1), date(2040, 12, 31))


@given(RULES, DAYS)
def test_a_period_ends_after_it_began_and_never_on_a_rest_day(rule, start) -> None:
    found = due(rule, start)
    assert start - timedelta(days=rule.counts_start) < found.raw <= found.due
    if rule.roll:
        assert WorkCalendar().is_workday(found.due)
        rest = [found.raw + timedelta(days=n) for n in range((found.due - found.raw).days)]
        assert not any(WorkCalendar().is_workday(day) for day in rest)


@given(RULES, DAYS)
def test_a_later_start_never_ends_earlier(rule, start) -> None:
    assert due(rule, start).due <= due(rule, start + timedelta(days=1)).due


@given(RULES.filter(lambda rule: rule.extension), DAYS)
def test_an_extension_never_shortens(rule, start) -> None:
    assert due(rule, start).due <= due(rule, start, extension=True).due


@given(DAYS, st.integers(1, 80))
def test_working_days_counted_back(start, count) -> None:
    calendar = WorkCalendar()
    end, _ = calendar.nth_workday_after(start, count)
    span = [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]
    assert sum(map(calendar.is_workday, span)) == count


@given(DAYS)
def test_years_keep_the_day_of_the_month(start) -> None:
    raw = due(get("limitation.general", date(2026, 1, 1)), start).raw
    assert (raw.year, raw.month) == (start.year + 1, start.month)
    assert raw.day == start.day or (start.month, start.day, raw.day) == (2, 29, 28)
    assert get("limitation.general", date(2026, 1, 1)).unit is Unit.YEAR
