"""What was paid less than the minimum wage, month by month, by the figure of each month."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from hotline.enums import ClaimKind
from workflows.calculators.figures import FILE, Figures
from workflows.calculators.inputs import check, in_order
from workflows.calculators.sheet import ZERO, Result, Sheet, money, plain, slice_pay, span
from workflows.calculators.spans import Slice, calendar_months


@dataclass(frozen=True)
class Underpaid:
    """What was paid a month, without overtime and special allowances, in yuan; the time; the district.

    `minimum_wage` goes before what is known here.
    """

    monthly_wage: Decimal
    start: date
    end: date
    district: str = ""
    minimum_wage: Decimal | None = None


@dataclass(frozen=True)
class Run:
    """Months in a row with the same minimum wage, all whole or one part of a month."""

    parts: tuple[Slice, ...]
    least: Decimal | None

    def goes_on_with(self, part: Slice, least: Decimal | None) -> bool:
        """Whether `part` belongs to it."""
        same = self.least == least
        return same and (least is None or (self.parts[-1].whole and part.whole))


def reckon(inputs: Underpaid, figures: Figures = FILE) -> Result:
    """The difference over the time. Raises Invalid."""
    check(inputs)
    in_order(inputs.start, inputs.end, "end")
    sheet = Sheet(figures)
    sheet.cite("minimum_wage", "minimum_wage_parts")
    total = ZERO
    said: list[str] = []
    for run in _runs(sheet, inputs):
        total += _line(sheet, inputs.monthly_wage, run, said)
    sheet.cite("pay_ordered")
    sheet.notes.append(_("Each month is reckoned with the minimum wage of its first day."))
    formula = f"{' + '.join(said) or '0'} = {money(total)}"
    return sheet.done(ClaimKind.WAGES, total, span(inputs.start, inputs.end), formula)


def _runs(sheet: Sheet, inputs: Underpaid) -> list[Run]:
    runs: list[Run] = []
    for part in calendar_months(inputs.start, inputs.end):
        least = inputs.minimum_wage or sheet.find(
            "minimum_wage.monthly", part.first.replace(day=1), inputs.district
        )
        if runs and runs[-1].goes_on_with(part, least):
            runs[-1] = Run((*runs[-1].parts, part), least)
        else:
            runs.append(Run((part,), least))
    return runs


def _line(sheet: Sheet, paid: Decimal, run: Run, said: list[str]) -> Decimal:
    first, count = run.parts[0], len(run.parts)
    when = span(first.first, run.parts[-1].last)
    if run.least is None:
        text = _("The minimum wage of %(span)s in this place: these months are not counted. Enter it.")
        sheet.unknown.append(text % {"span": when})
        return ZERO
    data = {"span": when, "least": money(run.least), "paid": money(paid), "count": count}
    if paid >= run.least:
        sheet.step(_("%(span)s: %(paid)s is not below %(least)s") % data, ZERO)
        return ZERO
    short = run.least - paid
    if first.whole:
        said.append(f"({money(run.least)} − {money(paid)}) × {count}")
        pay = slice_pay(sheet, short, first) * count
    else:
        rate = plain(sheet.figure("pay.days_a_month", first.last))
        said.append(f"({money(run.least)} − {money(paid)}) ÷ {rate} × {first.paid_days}")
        pay = slice_pay(sheet, short, first)
    sheet.step(f"{when}: {said[-1]}", pay)
    return pay
