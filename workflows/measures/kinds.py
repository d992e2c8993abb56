"""What each kind of measure asks at each step, which period runs then, and what a decision means at its end.

The order of the steps is the flow's (`flows.py`); what may be decided at one of them stands here once, for
the gate, the form and the page.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from hotline.enums import MeasureKind, MeasureOutcome, Rung

REACHED, NOT_REACHED = MeasureOutcome.REACHED, MeasureOutcome.NOT_REACHED


class MeasureDecision(TextChoices):
    REQUESTED = "REQUESTED", _("Put to the employer")
    AGREED = "AGREED", _("Agreed")
    FAILED = "FAILED", _("No agreement")
    NO_ANSWER = "NO_ANSWER", _("No answer came")
    TO_SIGN = "TO_SIGN", _("Submit for signature")
    SIGNED = "SIGNED", _("Sign")
    BACK = "BACK", _("Back to the drafter")
    SENT = "SENT", _("Sent off")
    MENDED = "MENDED", _("Put right")
    UNHEEDED = "UNHEEDED", _("Not put right, or no reply in time")
    READY = "READY", _("Papers complete, submit for approval")
    URGENT = "URGENT", _("Urgent: act first, approval follows")
    APPROVED = "APPROVED", _("Approved")
    REFUSED = "REFUSED", _("Turned down")
    CONCLUDED = "CONCLUDED", _("Concluded")
    FILED = "FILED", _("Filed")
    ACCEPTED = "ACCEPTED", _("Taken up")
    APPOINTED = "APPOINTED", _("Lawyer appointed")
    DECIDED = "DECIDED", _("Decided in the worker's favour")
    DISMISSED = "DISMISSED", _("Decided against the worker")
    RECOGNISED = "RECOGNISED", _("Recognised as a work injury")
    NOT_RECOGNISED = "NOT_RECOGNISED", _("Not recognised as a work injury")
    ASSESSED = "ASSESSED", _("Ability to work assessed")
    NOT_NEEDED = "NOT_NEEDED", _("No assessment needed")
    ISSUED = "ISSUED", _("Payment order issued")
    PAID = "PAID", _("Paid")
    OBJECTED = "OBJECTED", _("The employer objects")
    GRANTED = "GRANTED", _("Granted")
    CONFIRMED = "CONFIRMED", _("Confirmed by the court")
    RECEIVED = "RECEIVED", _("Receipt confirmed")
    RETURNED = "RETURNED", _("Returned")
    ANSWERED = "ANSWERED", _("Answered")


D = MeasureDecision


@dataclass(frozen=True)
class Choice:
    """One decision: what must be told with it, the period that then runs, and its meaning as an end."""

    needs: tuple[str, ...] = ()
    """Fields of a `MeasureEntry` that must be filled in."""
    runs: str = ""
    """The deadline rule that runs from the day `on`."""
    ends: MeasureOutcome | None = None
    """Set where the decision ends the measure."""


@dataclass(frozen=True)
class StepOf:
    """A step of a measure: its name, its decisions, and what its form asks."""

    title: Any
    choices: Mapping[MeasureDecision, Choice]
    asks: tuple[str, ...] = ("on", "note")
    note: Any = _("What was said or done")
    by_supervisor: bool = False
    """The signature and the approval are a supervisor's; every other step is the holder's."""


@dataclass(frozen=True)
class Kind:
    """A kind of measure: its steps, and the periods that run from its beginning."""

    steps: Mapping[str, StepOf]
    runs: tuple[str, ...] = ()
    runs_from: Any = ""
    """What the day means from which those periods run; empty where the measure needs no such day."""
    addressee: Any = _("To whom")
    by_rung: Mapping[Rung, str] = field(default_factory=dict)
    """The period for the reply to each rung of letters."""


def _filing(note: Any, runs: str) -> StepOf:
    asks = ("on", "reference", "note")
    return StepOf(_("Filing"), {D.FILED: Choice(("on",), runs)}, asks, note)


KINDS: dict[MeasureKind, Kind] = {
    MeasureKind.NEGOTIATION: Kind(
        addressee=_("Employer"),
        steps={
            "request": StepOf(
                _("Request"),
                {D.REQUESTED: Choice(("on", "note"), "negotiation.reply")},
                note=_("What was asked of the employer, and how"),
            ),
            "talks": StepOf(
                _("Talks"),
                {
                    D.AGREED: Choice(("on", "note"), ends=REACHED),
                    D.FAILED: Choice(("note",), ends=NOT_REACHED),
                    D.NO_ANSWER: Choice(("note",), ends=NOT_REACHED),
                },
                ("on", "amount", "note"),
                _("What was agreed, or why not"),
            ),
        },
    ),
    MeasureKind.LETTER: Kind(
        by_rung={
            Rung.REMINDER: "letter.reminder_reply",
            Rung.OPINION: "letter.opinion_reply",
            Rung.PROPOSAL: "letter.proposal_filing",
        },
        steps={
            "draft": StepOf(_("Draft"), {D.TO_SIGN: Choice(("text",))}, ("text",)),
            "sign": StepOf(
                _("Signature"),
                {D.SIGNED: Choice(), D.BACK: Choice(("note",))},
                ("note",),
                _("What is to be changed"),
                by_supervisor=True,
            ),
            "sending": StepOf(
                _("Sending"), {D.SENT: Choice(("on", "note"))}, note=_("How it was delivered, and to whom")
            ),
            "reply": StepOf(
                _("Reply"),
                {
                    D.MENDED: Choice(("on", "note"), ends=REACHED),
                    D.UNHEEDED: Choice(("note",), ends=NOT_REACHED),
                },
                note=_("The reply, or that there was none"),
            ),
        },
    ),
    MeasureKind.UNION_AID: Kind(
        runs=("legal_aid.union_file",),
        runs_from=_("Applied for on"),
        addressee=_("Legal service centre"),
        steps={
            "application": StepOf(
                _("Application"),
                {
                    D.READY: Choice(("on", "note"), "legal_aid.union_approval"),
                    D.URGENT: Choice(("on", "note"), "legal_aid.union_approval"),
                },
                note=_("The papers handed in; for the urgent way, what would be lost by waiting"),
            ),
            "approval": StepOf(
                _("Approval"),
                {D.APPROVED: Choice(("on",)), D.REFUSED: Choice(("note",), ends=NOT_REACHED)},
                note=_("Remark or reason of the approving chairman"),
                by_supervisor=True,
            ),
            "late_approval": StepOf(
                _("Approval afterwards"),
                {D.APPROVED: Choice(("on",)), D.REFUSED: Choice(("note",), ends=NOT_REACHED)},
                note=_("Remark or reason of the approving chairman"),
                by_supervisor=True,
            ),
            "representation": StepOf(
                _("Representation"),
                {D.CONCLUDED: Choice(("on", "note"), ends=REACHED)},
                ("on", "amount", "note"),
                _("How it ended"),
            ),
        },
    ),
    MeasureKind.STATE_AID: Kind(
        addressee=_("Legal aid centre"),
        steps={
            "application": _filing(_("The papers handed in"), "legal_aid.review"),
            "approval": StepOf(
                _("Decision of the centre"),
                {
                    D.APPROVED: Choice(("on",), "legal_aid.assignment"),
                    D.REFUSED: Choice(("on", "note"), ends=NOT_REACHED),
                },
                note=_("The centre's reason, if it refused"),
            ),
            "appointment": StepOf(
                _("Appointment"),
                {D.APPOINTED: Choice(("on", "note"))},
                ("on", "reference", "note"),
                _("The lawyer appointed, and how to reach them"),
            ),
            "representation": StepOf(
                _("Representation"),
                {D.CONCLUDED: Choice(("on", "note"), ends=REACHED)},
                ("on", "amount", "note"),
                _("How it ended"),
            ),
        },
    ),
    MeasureKind.INSPECTION: Kind(
        addressee=_("Labour inspection"),
        steps={
            "filing": _filing(_("What is complained of"), "inspection.filing"),
            "acceptance": StepOf(
                _("Acceptance"),
                {
                    D.ACCEPTED: Choice(("on",), "inspection.investigation"),
                    D.REFUSED: Choice(("note",), ends=NOT_REACHED),
                },
                ("on", "reference", "note"),
                _("The reason, if it was refused"),
            ),
            "result": StepOf(
                _("Result"),
                {
                    D.DECIDED: Choice(("on", "note"), ends=REACHED),
                    D.DISMISSED: Choice(("on", "note"), ends=NOT_REACHED),
                },
                ("on", "amount", "note"),
                _("What was found and ordered"),
            ),
        },
    ),
    MeasureKind.INJURY: Kind(
        runs=("injury.employer_application", "injury.worker_application"),
        runs_from=_("Day of the accident or of the diagnosis"),
        addressee=_("Social insurance administration"),
        steps={
            "filing": _filing(_("Who applied, and with which papers"), "injury.decision"),
            "decision": StepOf(
                _("Decision"),
                {D.RECOGNISED: Choice(("on",)), D.NOT_RECOGNISED: Choice(("on", "note"), ends=NOT_REACHED)},
                ("on", "reference", "note"),
                _("The reason, if it was not recognised"),
            ),
            "assessment": StepOf(
                _("Assessment"),
                {
                    D.ASSESSED: Choice(("on", "note"), ends=REACHED),
                    D.NOT_NEEDED: Choice(("note",), ends=REACHED),
                },
                ("on", "reference", "note"),
                _("The grade, or why none is needed"),
            ),
        },
    ),
    MeasureKind.PAYMENT_ORDER: Kind(
        addressee=_("Court"),
        steps={
            "filing": _filing(_("On which agreement or debt it rests"), "payment_order.acceptance"),
            "acceptance": StepOf(
                _("Acceptance"),
                {
                    D.ACCEPTED: Choice(("on",), "payment_order.issue"),
                    D.REFUSED: Choice(("note",), ends=NOT_REACHED),
                },
                ("on", "reference", "note"),
                _("The reason, if it was refused"),
            ),
            "order": StepOf(
                _("Court order"),
                {
                    D.ISSUED: Choice(("on",), "payment_order.objection"),
                    D.REFUSED: Choice(("note",), ends=NOT_REACHED),
                },
                ("on", "amount", "note"),
                _("The reason, if none was issued"),
            ),
            "payment": StepOf(
                _("Payment or objection"),
                {D.PAID: Choice(("on",), ends=REACHED), D.OBJECTED: Choice(("on", "note"), ends=NOT_REACHED)},
                ("on", "amount", "note"),
                _("The objection and what follows"),
            ),
        },
    ),
    MeasureKind.LAWSUIT: Kind(
        addressee=_("Court"),
        steps={
            "filing": _filing(_("What is asked of the court"), ""),
            "acceptance": StepOf(
                _("Acceptance"),
                {D.ACCEPTED: Choice(("on",)), D.REFUSED: Choice(("note",), ends=NOT_REACHED)},
                ("on", "reference", "note"),
                _("The reason, if it was refused"),
            ),
            "result": StepOf(
                _("Result"),
                {
                    D.DECIDED: Choice(("on", "note"), ends=REACHED),
                    D.DISMISSED: Choice(("on", "note"), ends=NOT_REACHED),
                },
                ("on", "amount", "note"),
                _("What the court decided, or what was settled"),
            ),
        },
    ),
    MeasureKind.ENFORCEMENT: Kind(
        runs=("enforcement.application",),
        runs_from=_("Last day of the term for performance"),
        addressee=_("Court"),
        steps={
            "filing": _filing(_("Which award or agreement is to be enforced"), ""),
            "acceptance": StepOf(
                _("Acceptance"),
                {D.ACCEPTED: Choice(("on",)), D.REFUSED: Choice(("note",), ends=NOT_REACHED)},
                ("on", "reference", "note"),
                _("The reason, if it was refused"),
            ),
            "result": StepOf(
                _("Result"),
                {D.PAID: Choice(("on",), ends=REACHED), D.FAILED: Choice(("note",), ends=NOT_REACHED)},
                ("on", "amount", "note"),
                _("What was enforced, or why nothing was"),
            ),
        },
    ),
    MeasureKind.CONFIRMATION: Kind(
        runs=("mediation.judicial_confirmation",),
        runs_from=_("Day the agreement took effect"),
        addressee=_("Court"),
        steps={
            "filing": _filing(_("Who applies: both parties, within the term"), ""),
            "result": StepOf(
                _("Ruling"),
                {D.CONFIRMED: Choice(("on",), ends=REACHED), D.REFUSED: Choice(("note",), ends=NOT_REACHED)},
                ("on", "reference", "note"),
                _("The reason, if it was refused"),
            ),
        },
    ),
    MeasureKind.RELIEF: Kind(
        addressee=_("Unit that helps"),
        steps={
            "application": _filing(_("The hardship, and the papers handed in"), ""),
            "decision": StepOf(
                _("Decision"),
                {D.GRANTED: Choice(("on",), ends=REACHED), D.REFUSED: Choice(("note",), ends=NOT_REACHED)},
                ("on", "amount", "note"),
                _("What was granted, or the reason"),
                by_supervisor=True,
            ),
        },
    ),
    MeasureKind.REFERRAL: Kind(
        addressee=_("Body"),
        steps={
            "sending": StepOf(
                _("Sending"),
                {D.SENT: Choice(("on", "note"), "service.return")},
                note=_("What was handed over, and to whom"),
            ),
            "receipt": StepOf(
                _("Receipt"),
                {
                    D.RECEIVED: Choice(("on",), "service.handling"),
                    D.RETURNED: Choice(("note",), ends=NOT_REACHED),
                },
                ("on", "reference", "note"),
                _("Why it was returned"),
            ),
            "answer": StepOf(
                _("Answer"),
                {
                    D.ANSWERED: Choice(("on", "note"), ends=REACHED),
                    D.NO_ANSWER: Choice(("note",), ends=NOT_REACHED),
                },
                note=_("The answer, and what the worker was told"),
            ),
        },
    ),
}
