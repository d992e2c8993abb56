"""Overtime pay: an hour is the month's wage by its paid days and eight hours; three rates."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from hotline.enums import ClaimKind
from workflows.calculators.figures import FILE, Figures
from workflows.calculators.inputs import check, in_order
from workflows.calculators.sheet import HUNDRED, ZERO, Result, Sheet, fen, money, plain, span
from workflows.calculators.spans import calendar_months


@dataclass(frozen=True)
class Overtime:
    """The month's wage that hours are reckoned from, in yuan; the time; the hours; what was paid."""

    monthly_wage: Decimal
    start: date
    end: date
    weekday_hours: Decimal = ZERO
    rest_hours: Decimal = ZERO
    holiday_hours: Decimal = ZERO
    paid: Decimal = ZERO


def reckon(inputs: Overtime, figures: Figures = FILE) -> Result:
    """What is owed for the hours beyond the standard ones. Raises Invalid."""
    check(inputs)
    in_order(inputs.start, inputs.end, "end")
    sheet, on = Sheet(figures), inputs.end
    sheet.cite("overtime")
    days, hours = sheet.figure("pay.days_a_month", on), sheet.figure("pay.hours_a_day", on)
    an_hour = inputs.monthly_wage / (days * hours)
    base = f"{money(inputs.monthly_wage)} ÷ {plain(days)} ÷ {plain(hours)}"
    sheet.step(_("an hour: %(base)s (not rounded)") % {"base": base})
    kinds = (
        (_("longer hours on working days"), "overtime.working_day", inputs.weekday_hours),
        (_("rest days without time off"), "overtime.rest_day", inputs.rest_hours),
        (_("statutory holidays"), "overtime.holiday", inputs.holiday_hours),
    )
    total, said = ZERO, []
    for name, code, count in kinds:
        if count:
            rate = sheet.figure(code, on)
            pay = fen(an_hour * count * rate / HUNDRED)
            reckoned = f"{base} × {plain(count)} × {plain(rate)}%"
            sheet.step(f"{name}: {reckoned}", pay)
            said.append(reckoned)
            total += pay
    owed = max(ZERO, total - fen(inputs.paid))
    formula = " + ".join(said) or "0"
    if inputs.paid:
        sheet.step(_("less what was paid: %(sum)s") % {"sum": money(inputs.paid)}, -fen(inputs.paid))
        formula = f"{formula} − {money(inputs.paid)}"
    _notes(sheet, inputs)
    period = span(inputs.start, inputs.end)
    return sheet.done(ClaimKind.OVERTIME, owed, period, f"{formula} = {money(owed)}")


def _notes(sheet: Sheet, inputs: Overtime) -> None:
    sheet.cite("overtime_proof")
    sheet.notes.append(
        _("For standard working hours. With approved flexible or averaged hours a lawyer decides.")
    )
    most = sheet.figure("overtime.most_a_month", inputs.end)
    months = len(list(calendar_months(inputs.start, inputs.end)))
    if (inputs.weekday_hours + inputs.rest_hours) > most * months:
        text = _(
            "More than %(most)s hours a month: unlawful, and owed all the same; a matter for inspection."
        )
        sheet.notes.append(text % {"most": plain(most)})
