"""Every calculator by its code: its name, what it asks, and the function that reckons."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from workflows.calculators import compensation, double_wage, injury, leave, minimum_wage, overtime, wages
from workflows.calculators.figures import Figures
from workflows.calculators.sheet import Result


@dataclass(frozen=True)
class Calculator:
    """One thing that can be reckoned."""

    code: str
    name: Any
    inputs: type[Any]
    reckon: Callable[[Any, Figures], Result]


CALCULATORS: dict[str, Calculator] = {
    one.code: one
    for one in (
        Calculator("wages", _("Wages owed"), wages.Wages, wages.reckon),
        Calculator("overtime", _("Overtime pay"), overtime.Overtime, overtime.reckon),
        Calculator(
            "minimum-wage", _("Paid below the minimum wage"), minimum_wage.Underpaid, minimum_wage.reckon
        ),
        Calculator(
            "double-wage", _("Double wage for a missing contract"), double_wage.DoubleWage, double_wage.reckon
        ),
        Calculator("compensation", _("Economic compensation"), compensation.Employment, compensation.reckon),
        Calculator(
            "unlawful-dismissal",
            _("Damages for unlawful dismissal"),
            compensation.Employment,
            compensation.reckon_unlawful,
        ),
        Calculator("leave", _("Annual leave pay"), leave.Leave, leave.reckon),
        Calculator("injury", _("Work injury lump sums"), injury.Injury, injury.reckon),
    )
}
"""In the order in which people see them."""
