"""The decision at a step, and the small forms around it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hotline.console.forms.base import long_text, short_text
from hotline.console.forms.fields import DateField, MoneyField
from hotline.console.forms.quality import answer_fields, points_fields
from hotline.models import Case, Staff, Unit
from workflows.decisions import DECISIONS

DETAILS: dict[str, tuple[str, ...]] = {
    "intake": ("note",),
    "legal_review": ("unit", "applied_on", "note"),
    "mediation": ("note",),
    "file_referral": ("filed_on", "reference"),
    "acceptance": ("on", "reference", "note"),
    "award": ("on", "amount", "note"),
    "feedback": ("note",),
    "check": ("note",),
    "visit": ("note",),
}
"""What each step's form asks besides the decision."""
NOTES: dict[str, Any] = {
    "intake": _("What the worker was told"),
    "legal_review": _("What the worker was told, or what is to be asked"),
    "mediation": _("How the mediation ended"),
    "acceptance": _("The commission's reason, if it refused"),
    "award": _("What was awarded"),
    "feedback": _("What was done, and what came of it"),
    "check": _("Remark, or what is to be made good"),
    "visit": _("What the worker is not satisfied with, or was explained"),
}
MORE: dict[str, Callable[[], dict[str, forms.Field]]] = {"check": points_fields, "visit": answer_fields}
"""The fields of steps that are forms of their own; they stand before the note."""
DAYS: dict[str, Any] = {"acceptance": _("Decided on"), "award": _("Award of")}


class StepForm(forms.Form):
    """Completes the present step with one of its decisions."""

    decision = forms.ChoiceField(label=_("Decision"), widget=forms.RadioSelect)
    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Unit that mediates"), required=False)
    applied_on = DateField(label=_("Applied for on"))
    filed_on = DateField(label=_("Filed on"))
    on = DateField()
    reference = short_text(_("Commission's case number"), 60)
    amount = MoneyField(label=_("Amount in yuan"))
    note = long_text(_("Note"), rows=3)

    def __init__(self, step: str, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        for name in set(self.fields) - {"decision", *DETAILS[step]}:
            del self.fields[name]
        if step in MORE:
            self.fields |= MORE[step]()
            self.order_fields([name for name in self.fields if name not in {"decision", "note"}])
        decision = self.fields["decision"]
        assert isinstance(decision, forms.ChoiceField)
        decision.choices = [(d.value, d.label) for d in DECISIONS[step]]
        if len(DECISIONS[step]) == 1:
            decision.initial = DECISIONS[step][0].value
        if "note" in self.fields:
            self.fields["note"].label = NOTES[step]
        if "on" in self.fields:
            self.fields["on"].label = DAYS[step]
        if "unit" in self.fields:
            unit = self.fields["unit"]
            assert isinstance(unit, forms.ModelChoiceField)
            unit.queryset = mediating_units(case)
            self.fields["applied_on"].initial = timezone.localdate()

    def details(self) -> dict[str, Any]:
        """What `workflows.steps.complete` is given besides the decision."""
        return {name: value for name, value in self.cleaned_data.items() if name != "decision"}


def mediating_units(case: Case) -> Any:
    """The units below the case's own in which someone mediates."""
    people = Staff.objects.filter(role="MEDIATOR", is_active=True)
    units = Unit.objects.filter(staff__in=people, path__startswith=case.unit.path)
    return units.distinct()


class ReasonForm(forms.Form):
    """A reason for what cannot be done without one."""

    reason = long_text(_("Reason"), rows=3, required=True, max_length=2000)
