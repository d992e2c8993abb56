"""What a mediator writes down: sessions, proposals and answers, the agreement; and what was paid on it."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hotline.actions.mediations import Part
from hotline.console.forms.base import Row, RowsForm, long_text, short_text
from hotline.console.forms.fields import DateField, MoneyField
from hotline.console.forms.measures import Drafted
from hotline.enums import Party, Presence, Stand
from hotline.models import Case, Instalment, Mediation, MediationSession, Proposal

SIDES = [(side, side.label) for side in (Party.WORKER, Party.EMPLOYER)]
ANSWERS = [(stand, stand.label) for stand in (Stand.ACCEPTS, Stand.DECLINES)]


def moment_field(**kwargs: Any) -> forms.DateTimeField:
    """Day and time, as 2026-11-23 14:30."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    words = {"invalid": _("There is no such moment. Write it as 2026-11-23 14:30.")}
    formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
    return forms.DateTimeField(
        widget=widget, required=False, error_messages=words, input_formats=formats, **kwargs
    )


class Deed(Drafted):
    """A form of the mediation's card; `about` is the row it is about."""

    name = ""

    def __init__(self, *args: Any, about: int = 0, **kwargs: Any) -> None:
        self.about = about
        kwargs.setdefault("auto_id", f"{self.name}{about or ''}_%s")
        super().__init__(*args, **{"label_suffix": "", **kwargs})


class SessionForm(Deed):
    """Calls the parties to a session."""

    name = "session"
    at = moment_field(label=_("Day and time"))
    place = short_text(_("Where"), 100)
    invited = short_text(_("Who was invited, and how"), 200)


class HeldForm(Deed):
    """Who came to a session, and what was said."""

    name = "held"
    worker = forms.ChoiceField(label=_("Worker's side"), choices=Presence.choices, widget=forms.RadioSelect)
    employer = forms.ChoiceField(
        label=_("Employer's side"), choices=Presence.choices, widget=forms.RadioSelect
    )
    minutes = long_text(_("Minutes"), rows=5)


class ProposalForm(Deed):
    """A proposal of one side or of the mediator."""

    name = "proposal"
    made_by = forms.ChoiceField(label=_("Made by"), choices=[("", "—"), *Party.choices], required=False)
    on = DateField(label=_("On"))
    amount = MoneyField(label=_("Amount in yuan"), help_text=_("Left empty where nothing is paid."))
    text = long_text(_("What is proposed"), rows=4)


class AnswerForm(Deed):
    """What one side says to the newest proposal."""

    name = "answer"
    side = forms.ChoiceField(label=_("Side"), choices=[("", "—"), *SIDES], required=False)
    stand = forms.ChoiceField(label=_("Answer"), choices=[("", "—"), *ANSWERS], required=False)
    on = DateField(label=_("On"))
    note = short_text(_("In their words"), 200)


class PartRow(Row):
    """One payment of the plan."""

    due = DateField(label=_("Due on"))
    amount = MoneyField(label=_("Amount in yuan"))

    def clean(self) -> dict[str, Any]:
        """A payment has a day and a sum."""
        data = self.cleaned_data
        if not self.is_blank:
            if data.get("due") is None and "due" not in self.errors:
                self.add_error("due", _("Enter when it is due."))
            if data.get("amount") is None and "amount" not in self.errors:
                self.add_error("amount", _("Enter how much is due."))
        return data


class AgreementForm(RowsForm):
    """The agreement that is made of the accepted proposal, with its instalments."""

    row = PartRow
    on = DateField(label=_("Signed on"))
    text = long_text(_("What was agreed"), rows=6)

    @classmethod
    def values(cls, case: Case) -> dict[str, Any]:
        """What the proposal says, to be put into the words of an agreement."""
        mediation = Mediation.objects.newest(case)
        proposal: Proposal | None = mediation.proposals.last() if mediation else None
        rows = [{"amount": proposal.amount}] if proposal and proposal.amount else []
        return {"on": timezone.localdate(), "text": proposal.text if proposal else "", "rows": rows}

    def plan(self) -> list[Part]:
        """The payments."""
        return [Part(row["due"], row["amount"]) for row in self.rows.payload]


class PaymentForm(Deed):
    """Money that came in on an instalment."""

    name = "payment"
    on = DateField(label=_("Paid on"))
    amount = MoneyField(label=_("Amount in yuan"))
    note = short_text(_("How, and what shows it"), 200)


def held_form(session: MediationSession, *args: Any) -> HeldForm:
    """The form of one session."""
    return HeldForm(*args, about=session.pk)


def payment_form(row: Instalment, *args: Any) -> PaymentForm:
    """The form of one instalment: what is still owed on it, paid today."""
    initial = {"on": timezone.localdate(), "amount": row.left}
    return PaymentForm(*args, about=row.pk, initial=initial)
