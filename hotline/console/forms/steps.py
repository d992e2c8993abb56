"""The decision at a step, and the small forms around it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hotline.actions import dispatch
from hotline.console.forms.base import long_text, short_text
from hotline.console.forms.fields import DateField, MoneyField, final_field, final_value
from hotline.console.forms.quality import ScoredForm, answer_fields, points_fields
from hotline.enums import TransferCode
from hotline.models import Case, Referral, Staff, Unit
from workflows import award_gates, award_ways
from workflows.decisions import DECISIONS, Decision
from workflows.gates import TRANSFER_CODES

DETAILS: dict[str, tuple[str, ...]] = {
    "intake": ("unit", "code", "body", "phone", "note"),
    "legal_review": ("unit", "applied_on", "note"),
    "mediation": ("note",),
    "file_referral": ("filed_on", "reference", "note"),
    "acceptance": ("on", "received_on", "reference", "note"),
    "award": ("on", "received_on", "final", "final_words", "perform_by", "amount", "note"),
    "aftermath": ("on", "note"),
    "feedback": ("note",),
    "check": ("note",),
    "visit": ("note",),
}
"""What each step's form asks besides the decision."""
NOTES: dict[str, Any] = {
    "intake": _("What the worker was told, or what the unit is to know"),
    "legal_review": _("What the worker was told, or what is to be asked"),
    "mediation": _("How the mediation ended"),
    "file_referral": _("Why it is filed at once, or though the limitation is over"),
    "acceptance": _("The commission's reason, if it refused"),
    "award": _("What was awarded or settled"),
    "aftermath": _("What comes next and why, and what the worker was told"),
    "feedback": _("What was done, and what came of it"),
    "check": _("Remark, or what is to be made good"),
    "visit": _("What the worker is not satisfied with, or was explained"),
}
MORE: dict[str, Callable[[], dict[str, forms.Field]]] = {"check": points_fields, "visit": answer_fields}
"""The fields of steps that are forms of their own; they stand before the note."""
DAYS: dict[str, Any] = {
    "acceptance": _("Decided on"),
    "award": _("Award of, or settlement signed for on"),
    "aftermath": _("Suit filed on"),
}


ONLY_FOR: dict[str, dict[str, Decision]] = {
    "intake": {
        "unit": Decision.DISPATCH,
        "code": Decision.TRANSFERRED,
        "body": Decision.TRANSFERRED,
        "phone": Decision.TRANSFERRED,
    },
    "legal_review": {"unit": Decision.MEDIATE, "applied_on": Decision.MEDIATE},
    "acceptance": {"received_on": Decision.REFUSED, "reference": Decision.ACCEPTED},
    "award": {"received_on": Decision.AWARDED, "final": Decision.AWARDED, "final_words": Decision.AWARDED},
    "aftermath": {"on": Decision.SUED},
}
"""Fields that are shown with one decision alone."""


class StepForm(ScoredForm):
    """Completes the present step with one of its decisions."""

    decision = forms.ChoiceField(label=_("Decision"), widget=forms.RadioSelect)
    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Unit that mediates"), required=False)
    code = forms.ChoiceField(label=_("Not ours because"), required=False)
    body = short_text(_("Told to turn to"), 100)
    phone = short_text(_("Its telephone"), 40)
    applied_on = DateField(label=_("Applied for on"))
    filed_on = DateField(label=_("Filed on"))
    on = DateField()
    received_on = DateField(label=_("Received on"))
    final = final_field()
    final_words = short_text(
        _("What the award says of it"), 300, help_text=_("Where it differs from the finding: its own words.")
    )
    perform_by = DateField(label=_("To be performed by"))
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
        if step == "legal_review":
            self._offer_units(mediating_units(case))
            self.fields["applied_on"].initial = timezone.localdate()
        if step == "intake":
            self._ask_where_to(case)
        if step in ("acceptance", "award"):
            self._say_withdrawn(case)
        if step == "award":
            self.fields["final"].initial = final_value(award_ways.outlook(case).final)
        for name, only in ONLY_FOR.get(step, {}).items():
            self.fields[name].widget.attrs["data-for"] = only.value

    def _offer_units(self, units: Any) -> None:
        unit = self.fields["unit"]
        assert isinstance(unit, forms.ModelChoiceField)
        unit.queryset = units

    def _ask_where_to(self, case: Case) -> None:
        """A unit to dispatch to, with the nearest one put in; the codes of what is not ours."""
        self._offer_units(dispatch.units_for(case))
        self.fields["unit"].label = _("Unit that is to take it")
        nearest = dispatch.suggested(case)
        if nearest is not None:
            self.fields["unit"].initial = nearest.unit
            self.fields["unit"].help_text = _("Suggested: %(why)s.") % {"why": nearest.reason}
        code = self.fields["code"]
        assert isinstance(code, forms.ChoiceField)
        codes = [(one.value, f"{one.value} {one.label}") for one in TransferCode if one in TRANSFER_CODES]
        code.choices = [("", "—"), *codes]
        self.fields["body"].widget.attrs |= {"list": "transfer-routes", "autocomplete": "off"}
        self.fields["phone"].widget.attrs["autocomplete"] = "off"

    def _say_withdrawn(self, case: Case) -> None:
        """After a withdrawal that alone can be decided, whatever was chosen before it."""
        if words := award_gates.only_withdrawn(Referral.objects.newest(case)):
            self.initial["decision"] = Decision.TAKEN_BACK.value
            self.fields["decision"].help_text = words

    def details(self) -> dict[str, Any]:
        """What `workflows.steps.complete` is given besides the decision."""
        return {name: value for name, value in self.cleaned_data.items() if name != "decision"}


def mediating_units(case: Case) -> Any:
    """The case's unit and those below and above it in which someone mediates."""
    people = Staff.objects.filter(role="MEDIATOR", is_active=True)
    near = Q(path__startswith=case.unit.path) | Q(pk__in=case.unit.ancestors)
    return Unit.objects.filter(near, staff__in=people).distinct()


class ReasonForm(forms.Form):
    """A reason for what cannot be done without one."""

    reason = long_text(_("Reason"), rows=3, required=True, max_length=2000)
