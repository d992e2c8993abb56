"""What may stand in a cell of a spreadsheet that leaves the house: text that a spreadsheet takes for text."""

import re
from datetime import date, datetime, time
from decimal import Decimal

from django.utils import timezone

LONGEST = 32_767
"""Characters of one cell, by the format."""
FORMULA = re.compile(r"[\s\ufeff\u200b]*[=+\-@＝＋－＠|%]|[\t\r\n]")
"""How a text begins that Excel, WPS or LibreOffice may work out; the full-width signs are read as formulas
where full-width is typed."""
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What no cell can hold."""

Value = str | int | float | Decimal | bool | date | datetime | time | None


def cell(value: object) -> Value:
    """`value` as it may stand in a cell: numbers, days and nothing as they are, a moment in local time,
    everything else as text that is never worked out, cut at what a cell holds.

    A text that looks like a formula gets an apostrophe before it, as a person would type it.
    """
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None) if value.tzinfo else value
    if value is None or isinstance(value, int | float | Decimal | date | time):
        return value
    text = UNWRITABLE.sub("", str(value))
    if FORMULA.match(text):
        text = f"'{text}"
    return text[:LONGEST]
