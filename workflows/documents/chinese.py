"""How papers write sums, numbers and days in Chinese.

Sums follow the rules for writing sums on payment instruments (Payment and Settlement Measures, annex 1).
"""

from datetime import date
from decimal import Decimal

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿", "万亿")
LARGEST = Decimal("9999999999999999.99")


def capitals(amount: Decimal) -> str:
    """A sum in capital characters: 人民币叁万壹仟元整.

    Whole yuan and tenths end with 整, hundredths do not. Raises ValueError for a negative sum, one with
    parts of a fen, and one from ten thousand billion yuan on.
    """
    if not Decimal(0) <= amount <= LARGEST or amount != round(amount, 2):
        raise ValueError(f"no sum that is written in capitals: {amount}")
    fen = int(amount * 100)
    yuan, jiao, fen = fen // 100, fen // 10 % 10, fen % 10
    words = f"{_whole(yuan)}元" if yuan or not (jiao or fen) else ""
    if jiao:
        words += f"{DIGITS[jiao]}角"
    elif fen and yuan:
        words += "零"
    return f"人民币{words}{DIGITS[fen] + '分' if fen else '整'}"


def _whole(number: int) -> str:
    """A whole number in capital characters, in groups of four digits."""
    words, gap = "", False
    for group in range(len(GROUPS) - 1, -1, -1):
        part = number // 10_000**group % 10_000
        if not part:
            gap = gap or bool(words)
            continue
        if words and (gap or part < 1000):
            words += "零"
        words += _group(part) + GROUPS[group]
        gap = False
    return words or "零"


def _group(part: int) -> str:
    """Up to four digits; zeros between them are one 零, those at the end none."""
    words, gap = "", False
    for place in range(3, -1, -1):
        digit = part // 10**place % 10
        if not digit:
            gap = gap or bool(words)
            continue
        words += ("零" if gap else "") + DIGITS[digit] + PLACES[place]
        gap = False
    return words


def count(number: int) -> str:
    """A small number in capital characters: 叁."""
    return _whole(number)


def figures(amount: Decimal) -> str:
    """A sum in figures: 31,000.00."""
    return f"{amount:,.2f}"


def day(on: date) -> str:
    """A day as official papers write it (GB/T 9704): 2026年11月23日."""
    return f"{on.year}年{on.month}月{on.day}日"
