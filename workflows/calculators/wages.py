"""Wages owed for a time: whole calendar months at the month's wage, parts of one by their paid days."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from hotline.enums import ClaimKind
from workflows.calculators.figures import FILE, Figures
from workflows.calculators.inputs import check, in_order
from workflows.calculators.sheet import ZERO, Result, Sheet, fen, money, plain, slice_pay, span
from workflows.calculators.spans import Slice, calendar_months


@dataclass(frozen=True)
class Wages:
    """The month's wage in yuan, the first and last day it is owed for, and what was paid on it."""

    monthly_wage: Decimal
    start: date
    end: date
    paid: Decimal = ZERO


def reckon(inputs: Wages, figures: Figures = FILE) -> Result:
    """What is still owed. Raises Invalid."""
    check(inputs)
    in_order(inputs.start, inputs.end, "end")
    sheet, wage = Sheet(figures), inputs.monthly_wage
    sheet.cite("wages_monthly", "wages_in_full", "wages_on_leaving")
    months = list(calendar_months(inputs.start, inputs.end))
    whole = sum(part.whole for part in months)
    total, said = fen(wage * whole), []
    if whole:
        said.append(f"{money(wage)} × {whole}")
        words = _("%(count)s whole calendar months × %(wage)s") % {"count": whole, "wage": money(wage)}
        sheet.step(words, total)
    for part in months:
        if not part.whole:
            total += _part(sheet, wage, part, said)
    owed = max(ZERO, total - fen(inputs.paid))
    formula = " + ".join(said)
    if inputs.paid:
        sheet.step(_("less what was paid: %(sum)s") % {"sum": money(inputs.paid)}, -fen(inputs.paid))
        formula = f"{formula} − {money(inputs.paid)}"
    return sheet.done(ClaimKind.WAGES, owed, span(inputs.start, inputs.end), f"{formula} = {money(owed)}")


def _part(sheet: Sheet, wage: Decimal, part: Slice, said: list[str]) -> Decimal:
    pay, days = slice_pay(sheet, wage, part), part.paid_days
    rate = plain(sheet.figure("pay.days_a_month", part.last))
    if pay == fen(wage):
        said.append(money(wage))
        words = _("%(span)s: %(days)s paid days are more than a month's; the month's wage")
        sheet.step(words % {"span": span(part.first, part.last), "days": days}, pay)
    else:
        said.append(f"{money(wage)} ÷ {rate} × {days}")
        words = _("%(span)s: %(wage)s ÷ %(rate)s × %(days)s paid days (Monday to Friday)")
        data = {"span": span(part.first, part.last), "wage": money(wage), "rate": rate, "days": days}
        sheet.step(words % data, pay)
    return pay
