"""Economic compensation by years of work, its floor and its cap; twice of it for an unlawful dismissal."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from hotline.enums import ClaimKind
from workflows.calculators import parameters
from workflows.calculators.figures import FILE, Figures
from workflows.calculators.inputs import check, in_order
from workflows.calculators.sheet import ZERO, Result, Sheet, chinese, fen, money, plain, span
from workflows.calculators.spans import MONTHS_A_YEAR, ONE_DAY, day_after, full_months


@dataclass(frozen=True)
class Employment:
    """The average month's wage of the last twelve, in yuan, the employment, and the figures of its place.

    `minimum_wage` and `average_wage` (a month, in yuan) go before what is known here. `before_law`: the
    years before the Labour Contract Law count by the rules of their time.
    """

    monthly_wage: Decimal
    employed_from: date
    employed_until: date
    district: str = ""
    minimum_wage: Decimal | None = None
    average_wage: Decimal | None = None
    before_law: bool = True


@dataclass(frozen=True)
class Base:
    """The month's wage that counts, and whether the cap came down on it."""

    wage: Decimal
    capped: bool


def reckon(inputs: Employment, figures: Figures = FILE) -> Result:
    """Economic compensation. Raises Invalid."""
    sheet = _begin(inputs, figures)
    law_from = _law_from()
    base = _base(sheet, inputs)
    total = ZERO
    said: list[str] = []
    if inputs.employed_from < law_from and inputs.before_law:
        months = _months_before(sheet, inputs.employed_from, min(inputs.employed_until, law_from - ONE_DAY))
        wage = max(inputs.monthly_wage, base.wage)
        total += _line(sheet, said, wage, months)
    if inputs.employed_until >= law_from:
        months = _months(sheet, max(inputs.employed_from, law_from), inputs.employed_until, base)
        total += _line(sheet, said, base.wage, months)
    sheet.cite("compensation_due")
    sheet.notes.append(
        _("Whether compensation is due at all depends on how the employment ended: a lawyer finds it.")
    )
    period = span(inputs.employed_from, inputs.employed_until)
    formula = f"{' + '.join(said) or '0'} = {money(total)}"
    return sheet.done(ClaimKind.COMPENSATION, total, period, formula)


def reckon_unlawful(inputs: Employment, figures: Figures = FILE) -> Result:
    """Damages for an unlawful dismissal: twice, and all years from the first day on. Raises Invalid."""
    sheet = _begin(inputs, figures)
    sheet.cite("unlawful", "unlawful_choice", "unlawful_years")
    base = _base(sheet, inputs)
    months = _months(sheet, inputs.employed_from, inputs.employed_until, base)
    times = sheet.figure("compensation.unlawful_times", max(inputs.employed_until, _law_from()))
    total = fen(base.wage * months * times)
    formula = f"{money(base.wage)} × {plain(months)} × {plain(times)}"
    sheet.step(formula, total)
    sheet.notes.append(
        _("In place of economic compensation, not beside it; the worker may ask to be kept on instead.")
    )
    period = span(inputs.employed_from, inputs.employed_until)
    return sheet.done(ClaimKind.UNLAWFUL_DISMISSAL, total, period, f"{formula} = {money(total)}")


def _begin(inputs: Employment, figures: Figures) -> Sheet:
    check(inputs)
    in_order(inputs.employed_from, inputs.employed_until, "employed_until")
    sheet = Sheet(figures)
    sheet.cite("compensation", "compensation_wage")
    return sheet


def _law_from() -> date:
    first = parameters.articles()["compensation"].law.in_force
    assert first is not None
    return first


def _line(sheet: Sheet, said: list[str], wage: Decimal, months: Decimal) -> Decimal:
    total = fen(wage * months)
    said.append(f"{money(wage)} × {plain(months)}")
    sheet.step(said[-1], total)
    return total


def _months(sheet: Sheet, start: date, last: date, base: Base) -> Decimal:
    """How many months' wages the time from `start` to `last` is worth by Art. 47."""
    on = max(last, _law_from())
    full = full_months(start, last)
    years, rest = divmod(full, MONTHS_A_YEAR)
    months = years * sheet.figure("compensation.for_year", on)
    begun = day_after(start, full) <= last
    if rest >= sheet.figure("compensation.year_from", on):
        months += sheet.figure("compensation.for_year", on)
    elif rest or begun:
        months += sheet.figure("compensation.for_less", on)
    data = {"span": span(start, last), "years": years, "rest": rest, "months": plain(months)}
    if begun:
        words = _(
            "%(span)s: %(years)s full years, %(rest)s full months and some days; months of wage: %(months)s"
        )
    else:
        words = _("%(span)s: %(years)s full years, %(rest)s full months; months of wage: %(months)s")
    sheet.step(words % data)
    most = sheet.figure("compensation.cap_years", on)
    if base.capped and months > most:
        sheet.step(_("with the cap at most %(most)s years") % {"most": plain(most)})
        return most
    return months


def _months_before(sheet: Sheet, start: date, last: date) -> Decimal:
    """The same for the time before the law, by the rules of 1994: each year begun counts as one."""
    sheet.cite("before_law", "compensation_1994")
    full = full_months(start, last)
    years, rest = divmod(full, MONTHS_A_YEAR)
    months = Decimal(years + bool(rest or day_after(start, full) <= last))
    words = _("%(span)s, before the law: each year begun counts; months of wage: %(months)s")
    sheet.step(words % {"span": span(start, last), "months": plain(months)})
    sheet.notes.append(
        _(
            "The years before the law count only where the rules of that time gave compensation, in some "
            "cases for twelve of them at most: a lawyer decides."
        )
    )
    return months


def _base(sheet: Sheet, inputs: Employment) -> Base:
    """The average wage between its floor and its cap."""
    wage = _floor(sheet, inputs)
    on = max(inputs.employed_until, _law_from())
    average = inputs.average_wage or sheet.find("average_wage.city", on, inputs.district)
    if not average:
        _say_unknown(sheet, inputs)
        return Base(wage, capped=False)
    times = sheet.figure("compensation.cap_times", on)
    most = average * times
    data = {"wage": money(wage), "average": money(average), "times": plain(times), "most": money(most)}
    if wage <= most:
        sheet.step(_("%(wage)s is not above %(average)s × %(times)s = %(most)s: no cap") % data)
        return Base(wage, capped=False)
    sheet.step(_("%(wage)s is above %(average)s × %(times)s = %(most)s: the cap counts") % data)
    return Base(most, capped=True)


def _floor(sheet: Sheet, inputs: Employment) -> Decimal:
    wage = inputs.monthly_wage
    least = inputs.minimum_wage or sheet.find("minimum_wage.monthly", inputs.employed_until, inputs.district)
    if least is None:
        sheet.unknown.append(
            _("The minimum wage of that place and day: whether the wage lies below it was not looked at.")
        )
    elif wage < least:
        words = _("%(wage)s is below the minimum wage of %(least)s, which counts instead")
        sheet.step(words % {"wage": money(wage), "least": money(least)})
        return least
    return wage


def _say_unknown(sheet: Sheet, inputs: Employment) -> None:
    year = inputs.employed_until.year - 1
    text = _(
        "The city's average monthly wage of %(year)s: the cap was not looked at; enter it for a high wage."
    )
    sheet.unknown.append(text % {"year": year})
    near = sheet.book.find("average_wage.province", inputs.employed_until, inputs.district or "370000")
    if near:
        text = _("For orientation: %(name)s %(value)s (%(source)s, not the city's figure).")
        in_chinese = chinese()
        data = {"name": near.name(in_chinese), "value": money(near.value), "source": near.source(in_chinese)}
        sheet.notes.append(text % data)
