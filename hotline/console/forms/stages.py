"""The sections of the later stages: legal review, mediation, arbitration referral."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from hotline.actions.sections import MEDIATION_FIELDS, REFERRAL_FIELDS, REVIEW_FIELDS
from hotline.console.forms.base import SectionForm, long_text, short_text
from hotline.console.forms.fields import DateField, MoneyField
from hotline.enums import Authority, Jurisdiction
from hotline.models import Case, Mediation, Referral, Review


class ReviewForm(SectionForm):
    """The lawyer's finding."""

    opinion = long_text(_("Opinion"), rows=8)
    law = long_text(_("Law and articles"), rows=3)
    limitation_from = DateField(
        label=_("Limitation runs from"),
        past=True,
        help_text=_(
            "The day the worker knew or should have known; unpaid wages: the end of the employment (Art. 27)."
        ),
    )

    @classmethod
    def values(cls, case: Case) -> dict[str, Any]:
        """The finding that is being written, else an empty one."""
        review = Review.objects.open_of(case) or Review()
        return {name: getattr(review, name) for name in REVIEW_FIELDS}


class MediationForm(SectionForm):
    """What the mediator writes down."""

    accepted_on = DateField(
        label=_("Accepted by the mediation body on"),
        past=True,
        help_text=_("The body's own term runs from here; that of the law from the application."),
    )
    notes = long_text(_("Positions of the parties"), rows=5)

    def clean_accepted_on(self) -> Any:
        """Not before the application came in."""
        accepted = self.cleaned_data["accepted_on"]
        mediation = Mediation.objects.newest(self.case)
        if accepted and mediation and accepted < mediation.applied_on:
            raise ValidationError(_("This lies before the application was received."))
        return accepted

    @classmethod
    def values(cls, case: Case) -> dict[str, Any]:
        """The newest mediation."""
        mediation = Mediation.objects.newest(case) or Mediation()
        return {name: getattr(mediation, name) for name in MEDIATION_FIELDS}


class ReferralForm(SectionForm):
    """What the commission needs."""

    commission = short_text(_("Arbitration commission"), 100)
    ground = forms.ChoiceField(
        label=_("Ground of jurisdiction"),
        choices=[("", "—"), *Jurisdiction.choices],
        required=False,
        help_text=_("The worker chooses; before both commissions, that of performance decides (Art. 21)."),
    )
    jurisdiction = short_text(_("Which place that is"), 200)
    authority = forms.ChoiceField(
        label=_("Power of attorney"), choices=[("", "—"), *Authority.choices], required=False
    )
    authorised_on = DateField(label=_("Signed on"), past=True)
    checked_on = DateField(
        label=_("Respondents compared with the business register on"),
        past=True,
        help_text=_("Name as registered, credit code, address for service."),
    )
    register_note = short_text(
        _("What the register says"),
        200,
        help_text=_("For an employer without a credit code: why it has none."),
    )
    reference = short_text(_("Commission's case number"), 60)
    minimum_wage = MoneyField(
        label=_("Minimum wage, if another holds"),
        help_text=_("For the bound of a final award (Art. 47). Empty: the figure known for place and day."),
    )

    def __init__(self, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(case, *args, **kwargs)
        if not case.referrals.exclude(accepted_on=None).exists():
            del self.fields["minimum_wage"]  # nobody asks for it before there can be an award

    @classmethod
    def values(cls, case: Case) -> dict[str, Any]:
        """The newest referral."""
        referral = Referral.objects.newest(case) or Referral()
        return {name: getattr(referral, name) for name in REFERRAL_FIELDS if name in cls.base_fields}
