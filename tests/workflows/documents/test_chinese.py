"""Sums in capitals against the examples of the payment rules and by hand; days as papers write them."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.documents import chinese

SUMS = {
    "0": "零元整",
    "0.05": "伍分",
    "0.50": "伍角整",
    "0.55": "伍角伍分",
    "1": "壹元整",
    "1.01": "壹元零壹分",
    "1.10": "壹元壹角整",
    "10": "壹拾元整",
    "10.30": "壹拾元叁角整",
    "15": "壹拾伍元整",
    "100": "壹佰元整",
    "105": "壹佰零伍元整",
    "110": "壹佰壹拾元整",
    "1001": "壹仟零壹元整",
    "1010": "壹仟零壹拾元整",
    "1100": "壹仟壹佰元整",
    "2000": "贰仟元整",
    "1409.50": "壹仟肆佰零玖元伍角整",  # this and the next four: the annex's own examples
    "6007.14": "陆仟零柒元壹角肆分",
    "1680.32": "壹仟陆佰捌拾元叁角贰分",
    "107000.53": "壹拾万柒仟元伍角叁分",
    "16409.02": "壹万陆仟肆佰零玖元零贰分",
    "325.04": "叁佰贰拾伍元零肆分",
    "10000": "壹万元整",
    "10001": "壹万零壹元整",
    "10010.01": "壹万零壹拾元零壹分",
    "10100": "壹万零壹佰元整",
    "11000": "壹万壹仟元整",
    "31000": "叁万壹仟元整",
    "100000": "壹拾万元整",
    "100001": "壹拾万零壹元整",
    "1000000": "壹佰万元整",
    "10000000": "壹仟万元整",
    "10000001": "壹仟万零壹元整",
    "10010000": "壹仟零壹万元整",
    "100000000": "壹亿元整",
    "100000001": "壹亿零壹元整",
    "100010000": "壹亿零壹万元整",
    "110000000": "壹亿壹仟万元整",
    "999999999.99": "玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分",
    "1000000000000": "壹万亿元整",
    "1000100000000": "壹万亿零壹亿元整",
}
VALUES = {sign: value for value, sign in enumerate(chinese.DIGITS)} | {"拾": 10, "佰": 100, "仟": 1000}


@pytest.mark.parametrize(("amount", "words"), SUMS.items())
def test_sums_in_capitals(amount: str, words: str) -> None:
    assert chinese.capitals(Decimal(amount)) == f"人民币{words}"


@given(st.decimals(min_value=0, max_value=Decimal("999999999.99"), places=2))
def test_a_sum_in_capitals_reads_back_as_the_same_sum(amount: Decimal) -> None:
    words = chinese.capitals(amount)
    assert read_back(words.removeprefix("人民币")) == amount
    assert "零零" not in words and "零元" not in words.removeprefix("人民币零元整")
    assert words.endswith("分") == bool(amount * 100 % 10)


def read_back(words: str) -> Decimal:
    """The sum that capitals say, by another way than they were made."""
    yuan, _sep, rest = words.partition("元") if "元" in words else ("", "", words)
    cents = 0
    for sign, weight in (("角", 10), ("分", 1)):
        if sign in rest:
            cents += VALUES[rest[rest.index(sign) - 1]] * weight
    return Decimal(whole(yuan)) + Decimal(cents) / 100


def whole(words: str) -> int:
    for sign, weight in (("亿", 10**8), ("万", 10**4)):
        if sign in words:
            high, _sep, low = words.partition(sign)
            return whole(high) * weight + whole(low)
    number = digit = 0
    for sign in words:
        if VALUES[sign] >= 10:
            number, digit = number + digit * VALUES[sign], 0
        else:
            digit = VALUES[sign]
    return number + digit


@pytest.mark.parametrize("amount", ["-0.01", "0.001", "99999999999999999"])
def test_what_is_no_sum_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match="no sum"):
        chinese.capitals(Decimal(amount))


def test_days_and_copies() -> None:
    assert chinese.day(date(2026, 1, 5)) == "2026年1月5日"
    assert [chinese.count(n) for n in (2, 3, 10, 12)] == ["贰", "叁", "壹拾", "壹拾贰"]
    assert chinese.figures(Decimal("31000")) == "31,000.00"
