"""Every rule against dates worked out by hand: two for each length, unit and way of counting there is.

2026: rest 1-3 Jan, 15-23 Feb, 4-6 Apr, 1-5 May, 19-21 Jun, 25-27 Sep, 1-7 Oct; worked Sun 4 Jan, Sat 14 Feb,
Sat 28 Feb, Sat 9 May, Sun 20 Sep, Sat 10 Oct. A rule with a figure that stands nowhere here fails.
"""

import ast
import re
from datetime import date, datetime
from pathlib import Path

import pytest

from workflows.deadlines.compute import NeedsMoment, due, end_of
from workflows.deadlines.rules import Rule, all_rules

D = date
ROLL, STAY, COUNTS, BEFORE = "roll", "stay", "counts", "before"
Vectors = tuple[tuple[date, date], tuple[date, date]]

DATES: dict[tuple[int, str, str], Vectors] = {
    # The day that was agreed on, be it a holiday or not.
    (1, "NATURAL", COUNTS): ((D(2026, 12, 31), D(2026, 12, 31)), (D(2026, 10, 1), D(2026, 10, 1))),
    # To the day before the corresponding one. June has no 31st: its last day.
    (1, "MONTH", COUNTS): ((D(2026, 3, 10), D(2026, 4, 9)), (D(2026, 5, 31), D(2026, 6, 30))),
    # 31 Dec: February has no 31st.
    (2, "MONTH", COUNTS): ((D(2026, 1, 15), D(2026, 3, 14)), (D(2025, 12, 31), D(2026, 2, 28))),
    (6, "MONTH", COUNTS): ((D(2026, 1, 10), D(2026, 7, 9)), (D(2025, 8, 31), D(2026, 2, 28))),
    # Twelve months are a year: the day before a year on.
    (12, "MONTH", COUNTS): ((D(2025, 11, 24), D(2026, 11, 23)), (D(2025, 1, 31), D(2026, 1, 30))),
    # 29 Feb has no corresponding day in 2025: the month's last is the last.
    (1, "YEAR", COUNTS): ((D(2025, 3, 10), D(2026, 3, 9)), (D(2024, 2, 29), D(2025, 2, 28))),
    # Sat 3 Oct 2026 is in National Day: Thu 8. Tue 24 Nov stays.
    (1, "YEAR", ROLL): ((D(2025, 10, 3), D(2026, 10, 8)), (D(2025, 11, 24), D(2026, 11, 24))),
    # 2 May is in Labour Day: Wed 6. 28 Feb 2026 is a Saturday, but worked.
    (2, "YEAR", ROLL): ((D(2024, 5, 2), D(2026, 5, 6)), (D(2024, 2, 29), D(2026, 2, 28))),
    # A time to keep something is not moved: Sun 4 Oct stays.
    (2, "YEAR", STAY): ((D(2024, 2, 10), D(2026, 2, 10)), (D(2024, 10, 4), D(2026, 10, 4))),
    (3, "YEAR", STAY): ((D(2023, 3, 15), D(2026, 3, 15)), (D(2023, 5, 1), D(2026, 5, 1))),
    (5, "YEAR", STAY): ((D(2021, 2, 20), D(2026, 2, 20)), (D(2021, 6, 30), D(2026, 6, 30))),
    (10, "YEAR", STAY): ((D(2016, 2, 29), D(2026, 2, 28)), (D(2016, 11, 23), D(2026, 11, 23))),
    # Thu to Fri; Fri 13 Feb to the worked Sat 14.
    (1, "WORKDAY", ROLL): ((D(2026, 2, 12), D(2026, 2, 13)), (D(2026, 2, 13), D(2026, 2, 14))),
    # After National Day: 8, 9. After Dragon Boat: Mon 22, Tue 23.
    (2, "WORKDAY", ROLL): ((D(2026, 9, 30), D(2026, 10, 9)), (D(2026, 6, 18), D(2026, 6, 23))),
    # Fri 3, Tue 7, Wed 8 Apr. Worked Sat 9, Mon 11, Tue 12 May.
    (3, "WORKDAY", ROLL): ((D(2026, 4, 2), D(2026, 4, 8)), (D(2026, 5, 8), D(2026, 5, 12))),
    # 24, 25, 26, 27, Mon 30 Nov. 12, 13, worked Sat 14, 24, 25 Feb.
    (5, "WORKDAY", ROLL): ((D(2026, 11, 23), D(2026, 11, 30)), (D(2026, 2, 11), D(2026, 2, 25))),
    # 15-18, worked Sun 20, 21, 22 Sep. 6-8, worked Sat 9, 11-13 May.
    (7, "WORKDAY", ROLL): ((D(2026, 9, 14), D(2026, 9, 22)), (D(2026, 4, 30), D(2026, 5, 13))),
    # 10-13, 16-20, 23 Nov. 28-30 Sep, 8-10 and 12-15 Oct.
    (10, "WORKDAY", ROLL): ((D(2026, 11, 9), D(2026, 11, 23)), (D(2026, 9, 24), D(2026, 10, 15))),
    # 3-6, 9-13, 16-20, 23 Nov. 12-14 and 24-28 Feb (8), 2-6 Mar (13), 9, 10.
    (15, "WORKDAY", ROLL): ((D(2026, 11, 2), D(2026, 11, 23)), (D(2026, 2, 11), D(2026, 3, 10))),
    # Six weeks less a day: 29 to Fri 20, then Mon 23 Nov. From 5 Jan 29 to Fri 13 Feb, then worked Sat 14.
    (30, "WORKDAY", ROLL): ((D(2026, 10, 12), D(2026, 11, 23)), (D(2026, 1, 5), D(2026, 2, 14))),
    # Sep 22, Oct 8-10 (25), 12-30 (40), Nov 2-27 (60). Mar 24 to 3 Apr, Apr 42, May 6-9 (46), 11-28 (60).
    (60, "WORKDAY", ROLL): ((D(2026, 8, 31), D(2026, 11, 27)), (D(2026, 3, 2), D(2026, 5, 28))),
    # Counted back from a hearing: Sat 10, Fri 9, Thu 8 Oct. Wed 25, Tue 24, Mon 23 Nov.
    (3, "WORKDAY", BEFORE): ((D(2026, 10, 12), D(2026, 10, 8)), (D(2026, 11, 26), D(2026, 11, 23))),
    # 27, 26, 25, 24, 23 Nov. 25, 24, worked Sat 14, 13, 12 Feb.
    (5, "WORKDAY", BEFORE): ((D(2026, 11, 30), D(2026, 11, 23)), (D(2026, 2, 26), D(2026, 2, 12))),
    # A length of notice is not moved: 4 May stays.
    (3, "NATURAL", STAY): ((D(2026, 5, 1), D(2026, 5, 4)), (D(2026, 11, 23), D(2026, 11, 26))),
    (30, "NATURAL", STAY): ((D(2026, 9, 5), D(2026, 10, 5)), (D(2026, 10, 24), D(2026, 11, 23))),
    # 4 May is in Labour Day: Wed 6. Tue to Fri.
    (3, "NATURAL", ROLL): ((D(2026, 5, 1), D(2026, 5, 6)), (D(2026, 11, 24), D(2026, 11, 27))),
    # 3 Oct: 8 Oct. Sat 28 Nov: Mon 30.
    (5, "NATURAL", ROLL): ((D(2026, 9, 28), D(2026, 10, 8)), (D(2026, 11, 23), D(2026, 11, 30))),
    # 4 May: Wed 6. Monday to Monday.
    (7, "NATURAL", ROLL): ((D(2026, 4, 27), D(2026, 5, 6)), (D(2026, 11, 23), D(2026, 11, 30))),
    # 20 Feb is in Spring Festival: Tue 24. Fri 20 Nov stays.
    (10, "NATURAL", ROLL): ((D(2026, 2, 10), D(2026, 2, 24)), (D(2026, 11, 10), D(2026, 11, 20))),
    # 3 Oct: 8 Oct. Wed 6 May is the first day after Labour Day by itself.
    (15, "NATURAL", ROLL): ((D(2026, 9, 18), D(2026, 10, 8)), (D(2026, 4, 21), D(2026, 5, 6))),
    # 5 Oct: 8 Oct. 7 days of October and 23 of November.
    (30, "NATURAL", ROLL): ((D(2026, 9, 5), D(2026, 10, 8)), (D(2026, 10, 24), D(2026, 11, 23))),
    # 14 + 30 + 1: 1 Oct, hence 8 Oct. 22 + 23: Mon 23 Nov.
    (45, "NATURAL", ROLL): ((D(2026, 8, 17), D(2026, 10, 8)), (D(2026, 10, 9), D(2026, 11, 23))),
    # 26 + 30 + 4: 4 Oct, hence 8 Oct. 6 + 31 + 23: Mon 23 Nov.
    (60, "NATURAL", ROLL): ((D(2026, 8, 5), D(2026, 10, 8)), (D(2026, 9, 24), D(2026, 11, 23))),
    # The first day counts: 31 + 30 + 31 + 6. 14 + 30 + 31 + 23.
    (98, "NATURAL", COUNTS): ((D(2026, 3, 1), D(2026, 6, 6)), (D(2026, 8, 18), D(2026, 11, 23))),
}
EXTENDED: dict[tuple[int, str], Vectors] = {
    # 27 + 30 + 3 from 4 Aug: 3 Oct, hence 8 Oct. 14 + 30 + 16: Fri 16 Oct.
    (60, "NATURAL"): ((D(2026, 8, 4), D(2026, 10, 8)), (D(2026, 8, 17), D(2026, 10, 16))),
    # 6 + 30 + 31 + 23: Mon 23 Nov. 26 + 31 + 30 + 3: 3 Oct, hence 8 Oct.
    (90, "NATURAL"): ((D(2026, 8, 25), D(2026, 11, 23)), (D(2026, 7, 5), D(2026, 10, 8))),
    # Two years, the first day counted; no 29 Feb in 2026.
    (24, "MONTH"): ((D(2024, 11, 24), D(2026, 11, 23)), (D(2024, 2, 29), D(2026, 2, 28))),
    # The sixty above, then 29 May, three weeks of June less a day (20), to Fri 10 Jul.
    (90, "WORKDAY"): ((D(2026, 3, 2), D(2026, 7, 10)), (D(2026, 7, 20), D(2026, 11, 27))),
    (10, "WORKDAY"): ((D(2026, 11, 9), D(2026, 11, 23)), (D(2026, 9, 24), D(2026, 10, 15))),
    (15, "WORKDAY"): ((D(2026, 11, 2), D(2026, 11, 23)), (D(2026, 2, 11), D(2026, 3, 10))),
    # Fri 23 Oct, four weeks (21), Mon 23 Nov. The fifteen above, then 11-13 and 16-19 Mar.
    (22, "WORKDAY"): ((D(2026, 10, 22), D(2026, 11, 23)), (D(2026, 2, 11), D(2026, 3, 19))),
}
NOON, LATE = datetime(2026, 11, 23, 12), datetime(2026, 12, 31, 23, 59, 50)
MOMENTS = {
    (15, "SECOND"): (datetime(2026, 11, 23, 12, 0, 15), datetime(2027, 1, 1, 0, 0, 5)),
    (3, "MINUTE"): (datetime(2026, 11, 23, 12, 3), datetime(2027, 1, 1, 0, 2, 50)),
    (30, "MINUTE"): (datetime(2026, 11, 23, 12, 30), datetime(2027, 1, 1, 0, 29, 50)),
    (2, "HOUR"): (datetime(2026, 11, 23, 14), datetime(2027, 1, 1, 1, 59, 50)),
    (24, "HOUR"): (datetime(2026, 11, 24, 12), datetime(2027, 1, 1, 23, 59, 50)),
}


def way_of(rule: Rule) -> str:
    return BEFORE if rule.before else COUNTS if rule.counts_start else ROLL if rule.roll else STAY


@pytest.mark.parametrize(
    "rule", [r for r in all_rules() if not r.unit.of_moments], ids=lambda rule: rule.code
)
def test_two_dates_by_hand(rule: Rule) -> None:
    for start, expected in DATES[rule.length, rule.unit, way_of(rule)]:
        assert due(rule, start).due == expected


@pytest.mark.parametrize("rule", [r for r in all_rules() if r.extension], ids=lambda rule: rule.code)
def test_two_extended_dates_by_hand(rule: Rule) -> None:
    for start, expected in EXTENDED[rule.length + rule.extension, rule.unit]:
        assert due(rule, start, extension=True).due == expected


@pytest.mark.parametrize("rule", [r for r in all_rules() if r.unit.of_moments], ids=lambda rule: rule.code)
def test_two_moments_by_hand(rule: Rule) -> None:
    assert (end_of(rule, NOON), end_of(rule, LATE)) == MOMENTS[rule.length, rule.unit]
    with pytest.raises(NeedsMoment):
        due(rule, date(2026, 11, 23))


# --- No other place knows a number -----------------------------------------------------------------

ROOT = Path(__file__).parents[3]
NOT_OURS = {
    "hotline/actions/upkeep.py": "how long rows of the machine are kept",
    "hotline/telephony/reconcile.py": "how far back the carrier's list is read",
    "hotline/console/floor.py": "how far the floor looks ahead",
    "hotline/console/templates/console/floor/": "the same",
    "hotline/console/templates/console/gallery/": "sample texts of the components",
    "hotline/demo": "the story of the demo",
    "hotline/simulator": "the carrier's own",
}
PERIOD = re.compile(
    r"(\d+|five|seven|ten|fifteen|thirty|forty-five|sixty)[- ](working |calendar )?(days?|months?|years?)\b"
    r"|[0-9一二三四五六七八九十]+ ?(个)?(工作日|日内|天内|个月内|年内)"
)


def sources() -> list[Path]:
    found = [p for top in ("hotline", "workflows") for p in sorted((ROOT / top).rglob("*"))]
    skipped = ("workflows/deadlines/", "/migrations/", "/static/", "/fixtures/", *NOT_OURS)
    names = [(p, p.relative_to(ROOT).as_posix()) for p in found if p.suffix in {".py", ".html"}]
    return [p for p, name in names if not any(part in name for part in skipped)]


def literals(path: Path) -> list[str]:
    """What the file says to people or reckons with: texts that are no docstring, and days by number."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        return periods_in(text)
    tree = ast.parse(text)
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            found += periods_in(node.value)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("timedelta"):
            numbers = [
                k.value.value for k in node.keywords if isinstance(k.value, ast.Constant) and k.arg == "days"
            ]
            found += [ast.unparse(node) for number in numbers if number not in (0, 1)]
    return found


def periods_in(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if PERIOD.search(line)]


def test_no_other_place_knows_a_number() -> None:
    told = {path.relative_to(ROOT).as_posix(): found for path in sources() if (found := literals(path))}
    assert not told


def test_the_search_for_numbers_finds_some(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text('"""Fifteen days."""\nx = timedelta(days=15)\ny = _("within 15 days")\nz = "5个工作日"\n')
    assert len(literals(path)) == 3
