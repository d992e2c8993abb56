"""What each calculator asks; its fields are the inputs of `workflows.calculators`, by the same names."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from hotline.console.forms.fields import DateField, MoneyField
from hotline.console.forms.places import districts
from hotline.errors import Invalid
from hotline.models import Case
from workflows import award_ways
from workflows.calculators.figures import Figures
from workflows.calculators.inputs import YEARS
from workflows.calculators.kinds import CALCULATORS
from workflows.calculators.sheet import Result

MOST_HOURS = Decimal(100_000)
WAGE = _("Monthly wage in yuan")


def _wage(label: Any = WAGE, hint: Any = "") -> MoneyField:
    return MoneyField(label=label, help_text=hint, required=True)


def _number(label: Any, **kwargs: Any) -> forms.DecimalField:
    widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "figure"})
    return forms.DecimalField(
        label=label,
        required=False,
        min_value=0,
        max_value=MOST_HOURS,
        decimal_places=2,
        widget=widget,
        **kwargs,
    )


def _district() -> forms.ChoiceField:
    return forms.ChoiceField(label=_("Place of work"), required=False)


def _minimum() -> MoneyField:
    return MoneyField(
        label=_("Minimum wage, if another holds"), help_text=_("Empty: the figure known for place and day.")
    )


def _average() -> MoneyField:
    return MoneyField(
        label=_("Local average monthly wage of the year before"),
        help_text=_("As the city has published it. Empty: nothing that depends on it is looked at."),
    )


class CalculatorForm(forms.Form):
    """The inputs of one calculator, filled with what the case knows."""

    code: str
    known: tuple[str, ...] = ("employed_from", "employed_until")
    """Fields of the case that are fields here, too."""

    def __init__(self, case: Case, today: date, data: QueryDict | None = None) -> None:
        initial = {name: getattr(case, name) for name in self.known} | self.suggested(case, today)
        initial["district"] = award_ways.place_of(case)
        super().__init__(data, initial=initial, label_suffix="", auto_id="calculator_%s")
        place = self.fields.get("district")
        if isinstance(place, forms.ChoiceField):
            place.choices = districts()
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")

    @classmethod
    def suggested(cls, case: Case, today: date) -> dict[str, Any]:
        """What is put in besides, for the person to change."""
        return {}

    def result(self, figures: Figures) -> Result | None:
        """What comes of it by `figures`, in the page's language; None, with the errors beside the fields."""
        if not self.is_valid():
            return None
        calculator = CALCULATORS[self.code]
        given = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        try:
            return calculator.reckon(calculator.inputs(**given), figures)
        except Invalid as error:
            for name, words in error.fields.items():
                self.add_error(name if name in self.fields else None, words)
            return None


class WagesForm(CalculatorForm):
    """Wages owed."""

    code, known = "wages", ()
    monthly_wage = _wage()
    start = DateField(label=_("Owed from"), required=True)
    end = DateField(label=_("Owed until"), required=True)
    paid = MoneyField(label=_("Paid for this time"))

    @classmethod
    def suggested(cls, case: Case, today: date) -> dict[str, Any]:
        """Nothing is owed after the employment."""
        return {"end": case.employed_until}


class OvertimeForm(CalculatorForm):
    """Overtime."""

    code, known = "overtime", ()
    monthly_wage = _wage(hint=_("The agreed wage of a month of standard hours."))
    start = DateField(label=_("From"), required=True)
    end = DateField(label=_("Until"), required=True)
    weekday_hours = _number(_("Hours on working days"))
    rest_hours = _number(_("Hours on rest days"), help_text=_("Without time off in exchange."))
    holiday_hours = _number(_("Hours on statutory holidays"))
    paid = MoneyField(label=_("Overtime pay received"))

    @classmethod
    def suggested(cls, case: Case, today: date) -> dict[str, Any]:
        """The employment."""
        return {"start": case.employed_from, "end": case.employed_until}


class MinimumWageForm(CalculatorForm):
    """Paid below the minimum wage."""

    code, known = "minimum-wage", ()
    monthly_wage = _wage(
        _("Paid a month, in yuan"), _("Without overtime pay, hardship allowances and statutory benefits.")
    )
    start = DateField(label=_("From"), required=True)
    end = DateField(label=_("Until"), required=True)
    district = _district()
    minimum_wage = _minimum()

    @classmethod
    def suggested(cls, case: Case, today: date) -> dict[str, Any]:
        """The employment."""
        return {"start": case.employed_from, "end": case.employed_until}


class DoubleWageForm(CalculatorForm):
    """Double wage."""

    code = "double-wage"
    monthly_wage = _wage()
    employed_from = DateField(label=_("First day of work"), required=True)
    signed_on = DateField(label=_("Contract signed on"), help_text=_("Empty: never."))
    employed_until = DateField(label=_("Last day of work"), help_text=_("Empty: still employed."))
    claimed_on = DateField(label=_("Arbitration applied for on"), required=True)
    expired = forms.BooleanField(label=_("Count months whose limitation is over, too"), required=False)

    @classmethod
    def suggested(cls, case: Case, today: date) -> dict[str, Any]:
        """Applied for today."""
        return {"claimed_on": today}


class CompensationForm(CalculatorForm):
    """Economic compensation."""

    code = "compensation"
    monthly_wage = _wage(
        _("Average monthly wage in yuan"),
        _("All that was earned in the last twelve months, bonuses and allowances too, by the months worked."),
    )
    employed_from = DateField(label=_("First day of work"), required=True)
    employed_until = DateField(label=_("Last day of work"), required=True)
    district = _district()
    minimum_wage = _minimum()
    average_wage = _average()
    before_law = forms.BooleanField(label=_("Count the years before 2008"), required=False, initial=True)


class UnlawfulForm(CompensationForm):
    """Damages for an unlawful dismissal: all years count."""

    code = "unlawful-dismissal"
    before_law = None  # type: ignore[assignment] # Django's way to take a field away


class LeaveForm(CalculatorForm):
    """Annual leave."""

    code = "leave"
    monthly_wage = _wage(
        _("Average monthly wage in yuan"), _("Of the last twelve months, without overtime pay.")
    )
    year = forms.IntegerField(
        label=_("Year"),
        min_value=YEARS[0],
        max_value=YEARS[-1],
        widget=forms.TextInput({"inputmode": "numeric"}),
    )
    employed_from = DateField(label=_("First day of work"), required=True)
    employed_until = DateField(label=_("Last day of work"), help_text=_("Empty: still employed."))
    working_since = DateField(
        label=_("First day of work anywhere"),
        help_text=_("Years with other employers count. Empty: as above."),
    )
    taken = _number(_("Days of leave taken"))

    @classmethod
    def suggested(cls, case: Case, today: date) -> dict[str, Any]:
        """The year of leaving, or the last one that is over."""
        return {"year": case.employed_until.year if case.employed_until else today.year - 1}


class InjuryForm(CalculatorForm):
    """Work injury."""

    code, known = "injury", ("employed_until",)
    grade = forms.TypedChoiceField(label=_("Grade of disability"), coerce=int)
    injured_on = DateField(label=_("Day of the accident"), required=True)
    monthly_wage = _wage(_("Average monthly wage in yuan"), _("Of the twelve months before the accident."))
    insured = forms.BooleanField(label=_("Insured against work injury"), required=False, initial=True)
    employed_until = DateField(
        label=_("Last day of work"),
        help_text=_("Empty: still employed. Medical and employment lump sums are due at the end."),
    )
    district = _district()
    average_wage = _average()

    def __init__(self, case: Case, today: date, data: QueryDict | None = None) -> None:
        super().__init__(case, today, data)
        grade = self.fields["grade"]
        assert isinstance(grade, forms.TypedChoiceField)
        grades = [(str(n), _("Grade %(n)s") % {"n": n}) for n in range(1, 11)]
        grade.choices = [("", "—"), *grades, ("0", _("Death"))]


FORMS: dict[str, type[CalculatorForm]] = {
    form.code: form
    for form in (
        WagesForm,
        OvertimeForm,
        MinimumWageForm,
        DoubleWageForm,
        CompensationForm,
        UnlawfulForm,
        LeaveForm,
        InjuryForm,
    )
}
"""The form of each calculator."""
