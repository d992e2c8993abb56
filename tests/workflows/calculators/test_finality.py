"""Art. 47: the bound is twelve months of the local minimum wage, for each sum by itself."""

from datetime import date
from decimal import Decimal

import pytest

from workflows.calculators.finality import Asked, Outlook, reckon

SHINAN, DAY = "370202", date(2026, 11, 20)


def asked(kind: str, amount: str = "") -> Asked:
    return Asked(kind, Decimal(amount) if amount else None, kind)


def outlook(*claims: Asked, place: str = SHINAN, on: date = DAY, awarded: str = "") -> Outlook:
    return reckon(claims, on, place, awarded=Decimal(awarded) if awarded else None)


@pytest.mark.parametrize(
    ("kind", "amount", "final"),
    [
        # 2,400 yuan a month since 1 January 2026: 12 months are 28,800.
        ("WAGES", "28800.00", True),
        ("WAGES", "28800.01", False),
        ("OVERTIME", "28800.00", True),
        ("OVERTIME", "30000", False),
        ("DOUBLE_WAGE", "28799.99", True),
        ("DOUBLE_WAGE", "55000", False),
        ("COMPENSATION", "28800", True),
        ("COMPENSATION", "28801", False),
        ("UNLAWFUL_DISMISSAL", "28800", True),
        ("UNLAWFUL_DISMISSAL", "48000", False),
        ("INJURY", "28800", None),
        ("INJURY", "28801", None),
        ("LEAVE", "28800", True),
        ("LEAVE", "28801", None),
        ("SOCIAL_INSURANCE", "", True),
        ("SOCIAL_INSURANCE", "90000", True),
        ("RELATION", "", False),
        ("OTHER", "100", None),
        ("WAGES", "", None),
    ],
)
def test_each_claim_on_both_sides_of_the_bound(kind: str, amount: str, final: bool | None) -> None:
    found = outlook(asked(kind, amount))
    assert (found.findings[0].final, found.final, found.bound) == (final, final, Decimal(28800))


def test_the_sums_are_not_added_up() -> None:
    """Three claims of 28,000 are 84,000 in all, and each is below 28,800."""
    claims = [asked(kind, "28000") for kind in ("WAGES", "COMPENSATION", "DOUBLE_WAGE")]
    assert outlook(*claims).final is True


def test_one_that_is_not_final_is_enough_and_one_in_doubt_leaves_it_open() -> None:
    small, large, other = asked("WAGES", "6000"), asked("WAGES", "28800.01"), asked("OTHER")
    assert outlook(small, large, other).final is False
    assert outlook(small, other).final is None
    assert outlook().final is None


def test_what_was_awarded_in_all_bounds_each_claim() -> None:
    """Of 31,000 asked for 18,600 are awarded: no sum of the award is above 28,800."""
    assert outlook(asked("WAGES", "31000"), awarded="18600").final is True
    assert outlook(asked("WAGES", "31000"), awarded="28800.01").final is False
    assert outlook(asked("WAGES"), awarded="5000").final is True


def test_the_figure_is_that_of_place_and_day() -> None:
    """Until 31 December 2025 the month was 2,200: 26,400. Pingdu's figure is not known."""
    before = outlook(asked("WAGES", "26400.01"), on=date(2025, 12, 31))
    assert (before.bound, before.final) == (Decimal(26400), False)
    unknown = outlook(asked("WAGES", "100"), place="370283")
    assert (unknown.bound, unknown.final, len(unknown.unknown)) == (None, None, 1)
    entered = reckon([asked("WAGES", "26520.01")], DAY, "370283", Decimal(2210))
    assert (entered.bound, entered.final, entered.formula) == (
        Decimal(26520), False, "2,210.00 × 12 = 26,520.00",
    )  # fmt: skip


def test_the_figures_used_are_named_with_their_source() -> None:
    found = outlook(asked("WAGES", "100"))
    assert {one.code: one.verified for one in found.figures} == {
        "award.final_months": True, "minimum_wage.monthly": False,
    }  # fmt: skip
    assert found.formula == "2,400.00 × 12 = 28,800.00"
