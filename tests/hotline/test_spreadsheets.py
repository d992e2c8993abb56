"""Cells of a spreadsheet: what people wrote is never worked out as a formula."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from hotline.spreadsheets import LONGEST, cell


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+8613800005678", "-1", "@SUM(A1)", "  =1", "\t=1", "\r1", "\n-", "＝1＋1", "＠x", "|cmd", "%0A",
     "\u200b=1", "\ufeff=1", "=HYPERLINK(\"http://evil.example\")"],
)  # fmt: skip
def test_a_text_that_looks_like_a_formula_stays_text(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "拖欠工资", "12351", "1-2", "a=b", "（2026）鲁0202号", "'=1"])
def test_other_text_is_left_alone(text: str) -> None:
    assert cell(text) == text


@pytest.mark.parametrize("value", [None, 0, -5, 1.5, Decimal("-31000.00"), True, date(2026, 11, 23)])
def test_numbers_and_days_stay_what_they_are(value: object) -> None:
    assert cell(value) is value


def test_a_moment_is_local_and_what_no_cell_holds_is_left_out() -> None:
    assert cell(datetime(2026, 11, 23, 6, 5, tzinfo=UTC)) == datetime(2026, 11, 23, 14, 5)
    assert cell("a\x00b\x1b\ud800") == "ab"
    assert cell("\x00=1") == "'=1"
    assert len(str(cell("=" * 40_000))) == LONGEST


def test_a_thing_is_its_words() -> None:
    class Thing:
        def __str__(self) -> str:
            return "=cmd"

    assert cell(Thing()) == "'=cmd"
