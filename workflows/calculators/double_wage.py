"""Double wage for a missing written contract: the second wage of each month, and its limitation."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from hotline.enums import ClaimKind
from workflows.calculators import parameters
from workflows.calculators.figures import FILE, Figures
from workflows.calculators.inputs import check, in_order
from workflows.calculators.sheet import ZERO, Result, Sheet, fen, money, plain, slice_pay, span
from workflows.calculators.spans import ONE_DAY, Slice, months_of_work
from workflows.deadlines import compute, rules


@dataclass(frozen=True)
class DoubleWage:
    """The month's wage in yuan, the days that bound the window, and the day of the application.

    `expired`: months whose limitation is over count, too (an interruption is to be shown, or the employer
    does not raise it).
    """

    monthly_wage: Decimal
    employed_from: date
    claimed_on: date
    signed_on: date | None = None
    employed_until: date | None = None
    expired: bool = False


def window(inputs: DoubleWage) -> tuple[date, date]:
    """The first and last day for which double wage is owed; the last lies before the first where none is."""
    law = parameters.articles()["double_wage"].law
    assert law.in_force is not None
    start = max(inputs.employed_from, law.in_force)
    first = compute.due("contract.written", start).due + ONE_DAY
    last = compute.due("contract.open_ended", start).due
    ends = [last, inputs.claimed_on, inputs.employed_until or last]
    if inputs.signed_on:
        ends.append(inputs.signed_on - ONE_DAY)
    return first, min(ends)


def reckon(inputs: DoubleWage, figures: Figures = FILE) -> Result:
    """The second wage of the months that can still be claimed. Raises Invalid."""
    check(inputs)
    in_order(inputs.employed_from, inputs.signed_on, "signed_on")
    in_order(inputs.employed_from, inputs.employed_until, "employed_until")
    in_order(inputs.employed_from, inputs.claimed_on, "claimed_on")
    sheet, (first, last) = Sheet(figures), window(inputs)
    sheet.cite("double_wage", "double_wage_window", "limitation")
    if last < first:
        sheet.step(_("No month without a contract after the first: nothing is owed."), ZERO)
        return sheet.done(ClaimKind.DOUBLE_WAGE, ZERO, "", _("no month of the window = 0"))
    sheet.step(
        _("from the day after one month is full to the last day without a contract: %(span)s")
        % {"span": span(first, last)}
    )
    counted = [part for part in months_of_work(first, last) if _month(sheet, inputs, part)]
    owed = sum((slice_pay(sheet, inputs.monthly_wage, part) for part in counted), ZERO)
    sheet.notes.append(
        _("Limitation is reckoned month by month, as is the practice; a lawyer finds whether it began anew.")
    )
    period = span(counted[0].first, counted[-1].last) if counted else ""
    return sheet.done(ClaimKind.DOUBLE_WAGE, owed, period, _formula(sheet, inputs, counted, owed))


def _month(sheet: Sheet, inputs: DoubleWage, part: Slice) -> bool:
    """Write down one month; whether it counts."""
    rule = rules.get("limitation.general", max(part.last, _limitation_from()))
    end = compute.due(rule, max(part.last, _limitation_from())).due
    data = {"span": span(part.first, part.last), "wage": money(inputs.monthly_wage), "end": end}
    over = end < inputs.claimed_on
    if over:
        words = _("%(span)s: one more month's wage; limitation was over on %(end)s")
    else:
        words = _("%(span)s: one more month's wage; limitation until %(end)s")
    counts = inputs.expired or not over
    sheet.step(words % data, slice_pay(sheet, inputs.monthly_wage, part) if counts else ZERO)
    return counts


def _limitation_from() -> date:
    """The first day that the rule holds for: what was due before is reckoned from there."""
    first = rules.laws()["arbitration"].in_force
    assert first is not None
    return first


def _formula(sheet: Sheet, inputs: DoubleWage, counted: list[Slice], owed: Decimal) -> str:
    wage = money(inputs.monthly_wage)
    whole = sum(part.whole for part in counted)
    said = [f"{wage} × {whole}"] if whole else []
    for part in counted:
        if not part.whole:
            full = slice_pay(sheet, inputs.monthly_wage, part) == fen(inputs.monthly_wage)
            rate = plain(sheet.figure("pay.days_a_month", part.last))
            said.append(wage if full else f"{wage} ÷ {rate} × {part.paid_days}")
    return f"{' + '.join(said) or '0'} = {money(owed)}"
