"""Pay for annual leave that was not given: twice the day's wage beside the ordinary one."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal

from django.utils.translation import gettext as _

from hotline.enums import ClaimKind
from hotline.errors import Invalid
from workflows.calculators import parameters
from workflows.calculators.figures import FILE, Figures
from workflows.calculators.inputs import YEARS, check, in_order
from workflows.calculators.sheet import HUNDRED, ZERO, Result, Sheet, fen, money, plain, span
from workflows.calculators.spans import MONTHS_A_YEAR, day_after, full_months


@dataclass(frozen=True)
class Leave:
    """One calendar year: the average month's wage without overtime, the employment, the days taken.

    `working_since` is the first day of work anywhere; years with other employers count.
    """

    monthly_wage: Decimal
    year: int
    employed_from: date
    employed_until: date | None = None
    working_since: date | None = None
    taken: Decimal = ZERO


def reckon(inputs: Leave, figures: Figures = FILE) -> Result:
    """What is owed for the days of leave that were not given in that year. Raises Invalid."""
    since = _check(inputs)
    sheet = Sheet(figures)
    sheet.cite("leave_pay", "leave_days", "leave_extra")
    first = max(date(inputs.year, 1, 1), inputs.employed_from, day_after(since, MONTHS_A_YEAR))
    last = min(date(inputs.year, MONTHS_A_YEAR, 31), inputs.employed_until or date.max)
    days = _days(sheet, since, first, last)
    unused = max(ZERO, days - inputs.taken)
    sheet.step(
        _("%(days)s days of leave less %(taken)s taken: %(unused)s")
        % {"days": plain(days), "taken": plain(inputs.taken), "unused": plain(unused)}
    )
    on = date(inputs.year, MONTHS_A_YEAR, 31)
    rate, paid = sheet.figure("leave.in_addition", on), sheet.figure("pay.days_a_month", on)
    total = fen(inputs.monthly_wage / paid * unused * rate / HUNDRED)
    formula = f"{money(inputs.monthly_wage)} ÷ {plain(paid)} × {plain(unused)} × {plain(rate)}%"
    sheet.step(formula, total)
    sheet.notes.append(
        _("The ordinary wage of these days is part of the 300 percent and is held to be paid already.")
    )
    return sheet.done(ClaimKind.LEAVE, total, str(inputs.year), f"{formula} = {money(total)}")


def _check(inputs: Leave) -> date:
    """The first day of work anywhere. Raises Invalid."""
    check(inputs)
    if inputs.year not in YEARS:
        raise Invalid({"year": _("The year cannot be right.")})
    law_from = parameters.articles()["leave_days"].law.in_force
    assert law_from is not None
    if inputs.year < law_from.year:
        raise Invalid({"year": _("The law gives annual leave from %(year)s on.") % {"year": law_from.year}})
    in_order(inputs.employed_from, inputs.employed_until, "employed_until")
    since = inputs.working_since or inputs.employed_from
    if since > inputs.employed_from:
        raise Invalid({"working_since": _("The first day of work lies after that with this employer.")})
    return since


def _days(sheet: Sheet, since: date, first: date, last: date) -> Decimal:
    """How many days of leave the year gives, by the years of work on `last`, for the part from `first`."""
    if last < first:
        sheet.step(_("No day of this year in the employment after a first full year of work: no leave."))
        return ZERO
    years = full_months(since, last) // MONTHS_A_YEAR
    whole = ZERO
    for code in sheet.book.codes():
        area, _dot, least = code.rpartition(".")
        if area == "leave.days_from" and years >= int(least):
            whole = max(whole, sheet.figure(code, last))
    sheet.step(
        _("%(years)s full years of work in all: %(days)s days a year")
        % {"years": years, "days": plain(whole)}
    )
    if (first.month, first.day) == (1, 1) and (last.month, last.day) == (MONTHS_A_YEAR, 31):
        return whole
    here, a_year = (last - first).days + 1, sheet.figure("leave.days_a_year", last)
    days = min(whole, (whole * here / a_year).to_integral_value(ROUND_FLOOR))
    words = _("%(span)s: %(here)s ÷ %(a_year)s × %(whole)s, whole days only: %(days)s")
    data = {"span": span(first, last), "here": here, "a_year": plain(a_year), "whole": plain(whole)}
    sheet.step(words % (data | {"days": plain(days)}))
    return days
