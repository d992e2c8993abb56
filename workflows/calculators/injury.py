"""The lump sums of a work injury, as far as their figures are known, and who pays which of them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from hotline.enums import ClaimKind
from hotline.errors import Invalid
from workflows.calculators.figures import FILE, Figures
from workflows.calculators.inputs import check, in_order
from workflows.calculators.sheet import HUNDRED, ZERO, Result, Sheet, fen, money, plain

DEATH = 0
GRADES = range(11)
ARTICLES = ((DEATH, "injury_death"), (4, "injury_1_4"), (6, "injury_5_6"), (10, "injury_7_10"))


@dataclass(frozen=True)
class Injury:
    """Grade 1 to 10, or 0 for a death; the average month's wage before it; who insured; when the job ended.

    `average_wage`: the local average wage a month, of the year before, in yuan. The medical and employment
    lump sums are due only once the employment has ended.
    """

    grade: int
    injured_on: date
    monthly_wage: Decimal
    insured: bool = True
    employed_until: date | None = None
    district: str = ""
    average_wage: Decimal | None = None


@dataclass(frozen=True)
class Sum:
    """One lump sum; `by_employer` where the employer pays it though the worker is insured."""

    name: str
    reckoned: str
    amount: Decimal
    by_employer: bool = False


def reckon(inputs: Injury, figures: Figures = FILE) -> Result:
    """What the employer owes; what the fund owes is written down beside it. Raises Invalid."""
    check(inputs)
    if inputs.grade not in GRADES:
        raise Invalid({"grade": _("A grade is 1 to 10; 0 is a death.")})
    in_order(inputs.injured_on, inputs.employed_until, "employed_until")
    sheet = Sheet(figures)
    sheet.cite(next(key for most, key in ARTICLES if inputs.grade <= most))
    sums = _death(sheet, inputs) if inputs.grade == DEATH else _disability(sheet, inputs)
    total, said = ZERO, []
    for one in sums:
        own = one.by_employer or not inputs.insured
        payer = _("the employer") if own else _("the fund")
        sheet.step(f"{one.name}: {one.reckoned} ({payer})", one.amount)
        if own:
            total += one.amount
            said.append(one.reckoned)
    if not inputs.insured:
        sheet.cite("injury_uninsured")
    sheet.notes.append(
        _("Lump sums alone: care, medical costs, wages during treatment and monthly benefits come on top.")
    )
    if inputs.insured:
        sheet.notes.append(
            _("What the fund pays is asked of the fund; the claim has what the employer owes.")
        )
    formula = f"{' + '.join(said) or '0'} = {money(total)}"
    period = _("injury of %(day)s") % {"day": inputs.injured_on}
    return sheet.done(ClaimKind.INJURY, total, period, formula)


def _average(sheet: Sheet, inputs: Injury, on: date) -> Decimal | None:
    return inputs.average_wage or sheet.find("average_wage.city", on, inputs.district)


def _disability(sheet: Sheet, inputs: Injury) -> list[Sum]:
    wage = _own_wage(sheet, inputs)
    months = sheet.figure(f"injury.disability.{inputs.grade}", inputs.injured_on)
    sums = [Sum(_("disability lump sum"), f"{money(wage)} × {plain(months)}", fen(wage * months))]
    if inputs.employed_until:
        sums += _on_leaving(sheet, inputs, inputs.employed_until)
    return sums


def _on_leaving(sheet: Sheet, inputs: Injury, on: date) -> list[Sum]:
    """The medical lump sum (the fund's) and the employment lump sum (the employer's)."""
    place = inputs.district or "370000"
    names = {"medical": _("medical lump sum"), "employment": _("employment lump sum")}
    if sheet.book.find(f"injury.medical.{inputs.grade}", on, place) is None:
        return []
    average, sums = _average(sheet, inputs, on), []
    for kind, name in names.items():
        months = sheet.figure(f"injury.{kind}.{inputs.grade}", on, place)
        if average is None:
            text = _(
                "%(name)s: %(months)s months of the local average wage of %(year)s, not known: not counted."
            )
            sheet.unknown.append(text % {"name": name, "months": plain(months), "year": on.year - 1})
        else:
            said = f"{money(average)} × {plain(months)}"
            sums.append(Sum(name, said, fen(average * months), by_employer=kind == "employment"))
    return sums


def _own_wage(sheet: Sheet, inputs: Injury) -> Decimal:
    """The worker's wage between 60 and 300 percent of the local average."""
    sheet.cite("injury_wage")
    average = _average(sheet, inputs, inputs.injured_on)
    if average is None:
        text = _(
            "The local average wage of %(year)s: whether the wage lies between its bounds was not looked at."
        )
        sheet.unknown.append(text % {"year": inputs.injured_on.year - 1})
        return inputs.monthly_wage
    least = average * sheet.figure("injury.wage_least", inputs.injured_on) / HUNDRED
    most = average * sheet.figure("injury.wage_most", inputs.injured_on) / HUNDRED
    wage = min(max(inputs.monthly_wage, least), most)
    if wage != inputs.monthly_wage:
        words = _("%(wage)s lies outside %(least)s to %(most)s: %(bound)s counts")
        data = {"wage": money(inputs.monthly_wage), "least": money(least), "most": money(most)}
        sheet.step(words % (data | {"bound": money(wage)}))
    return wage


def _death(sheet: Sheet, inputs: Injury) -> list[Sum]:
    on, sums = inputs.injured_on, []
    income, times = sheet.find("income.urban_national", on), sheet.figure("injury.death_times", on)
    year = on.year - 1
    if income is None:
        text = _(
            "The national disposable income of townspeople of %(year)s: the death lump sum is not counted."
        )
        sheet.unknown.append(text % {"year": year})
    else:
        sums.append(Sum(_("death lump sum"), f"{money(income)} × {plain(times)}", fen(income * times)))
    average, months = _average(sheet, inputs, on), sheet.figure("injury.funeral", on)
    if average is None:
        text = _("The local average wage of %(year)s: the funeral allowance is not counted.")
        sheet.unknown.append(text % {"year": year})
    else:
        sums.append(Sum(_("funeral allowance"), f"{money(average)} × {plain(months)}", fen(average * months)))
    return sums
