"""What every calculator's inputs have in common: which sums and days make sense."""

from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from hotline.errors import Invalid

LARGEST_SUM = Decimal("999999999.99")
YEARS = range(1950, 2101)
"""Years of an employment that anyone can still claim from, and of what is to come."""


def check(inputs: Any) -> None:
    """Raise Invalid naming every sum that is no sum and every day that cannot be right."""
    assert is_dataclass(inputs)
    wrong: dict[str, str] = {}
    for one in fields(inputs):
        value = getattr(inputs, one.name)
        if isinstance(value, Decimal) and not (value.is_finite() and 0 <= value <= LARGEST_SUM):
            wrong[one.name] = _("This is not a sum of money. Write it as 12345.60.")
        if isinstance(value, date) and value.year not in YEARS:
            wrong[one.name] = _("The year cannot be right.")
    if wrong:
        raise Invalid(wrong)


def in_order(first: date, last: date | None, name: str) -> None:
    """Raise Invalid on the field `name` if `last` lies before `first`."""
    if last is not None and last < first:
        raise Invalid({name: _("This day lies before the first one.")})
