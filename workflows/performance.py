"""How a mediation agreement is kept: each payment has its clock; one that is missed opens three ways.

A case that was settled waits for its payments before it closes (docs/decisions). Each function is one
transaction under the case's lock, which the sweep of the clocks takes as well.
"""

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hotline import access
from hotline.actions import clocks, mediations
from hotline.enums import ClockState
from hotline.errors import Conflict, Invalid
from hotline.models import Agreement, Case, Instalment, Staff
from workflows import closing, terms
from workflows.days import day_of

INSTALMENT = "mediation.instalment"
CONFIRMATION = "mediation.judicial_confirmation"
JOINT_REVIEW = "mediation.joint_review"
OFFERED = (CONFIRMATION, JOINT_REVIEW)
"""What the parties may do with an agreement, each in its time; nobody has to."""


def begin(case: Case, agreement: Agreement) -> None:
    """Watch an agreement from now on: a clock for each payment, and for what the parties may do with it."""
    if agreement.instalments.exists():
        for rule in OFFERED:
            terms.run(case, rule, agreement.on, source="agreement.on")
    follow(case)


def follow(case: Case) -> None:
    """Let a clock run for each payment that is awaited; after the making, and when a case is reopened."""
    for row in Instalment.objects.of(case).awaited().order_by("due"):
        terms.run(case, INSTALMENT, row.due, instalment=row, source="instalment.due")


def missed(case: Case) -> list[Instalment]:
    """The payments whose day has passed and that are not there in full."""
    today = timezone.localdate()
    return list(Instalment.objects.of(case).awaited().filter(due__lt=today).order_by("due"))


@transaction.atomic
def pay(
    case_pk: int, actor: Staff, pk: int, on: date | None, amount: Decimal | None, note: str, seen: int
) -> Instalment:
    """Write down money that came in; `seen` is how many payments the person saw before it.

    The same money that two people write down at once is thus there once: the second is told of the first.
    Raises Invalid and Conflict.
    """
    case = Case.objects.locked(case_pk)
    access.check(actor, "perform", case)
    row = _awaited(case, pk)
    last = row.payments.select_related("noted_by").last()
    if row.payments.count() != seen and last is not None:
        raise Conflict(
            _("%(who)s wrote down %(amount)s yuan on %(day)s meanwhile: look again.")
            % {"who": last.noted_by, "amount": f"{last.amount:,.2f}", "day": last.on}
        )
    wrong: dict[str, str] = day_of({"on": on}, "on", _("the payment"), since=row.agreement.on)
    if not amount:
        wrong["amount"] = _("Enter what was paid.")
    elif amount > row.left:
        wrong["amount"] = _("Only %(left)s yuan of this instalment is still owed.") % {
            "left": f"{row.left:,.2f}"
        }
    if wrong or on is None or amount is None:
        raise Invalid(wrong)
    mediations.pay(case, row, actor, on, amount, note.strip())
    if row.settled_on:
        clocks.end_of_instalment(case, row)
    if not row.agreement.instalments.filter(settled_on=None).exists():
        _end(case, row.agreement, actor, kept=True)
        closing.go_on(case)
    return row


@transaction.atomic
def give_up(case_pk: int, actor: Staff, reason: str) -> Case:
    """Wait for the payments no longer: another way is gone, or nothing more is to be had."""
    case = Case.objects.locked(case_pk)
    access.check(actor, "perform", case)
    if not reason.strip():
        raise Invalid({"reason": _("Write down why the payments are no longer waited for.")})
    agreement = standing(case)
    if agreement is None:
        raise Conflict(_("No payment is waited for on this case."))
    _end(case, agreement, actor, kept=False, reason=reason.strip())
    closing.go_on(case)
    return case


def drop(case: Case, actor: Staff, reason: str) -> None:
    """End an agreement that the case has left behind, by another decision. With the case locked."""
    agreement = standing(case)
    if agreement is not None:
        _end(case, agreement, actor, kept=False, reason=reason)


def standing(case: Case) -> Agreement | None:
    """The agreement whose payments are waited for."""
    found = Agreement.objects.filter(mediation__case=case, ended_on=None)
    return found.filter(instalments__settled_on=None, instalments__isnull=False).distinct().last()


def _end(case: Case, agreement: Agreement, actor: Staff, *, kept: bool, reason: str = "") -> None:
    mediations.end_agreement(case, agreement, actor, kept=kept, reason=reason)
    for row in agreement.instalments.filter(settled_on=None):
        clocks.end_of_instalment(case, row, ClockState.DROPPED)
    clocks.end(case, *OFFERED, state=ClockState.DROPPED)


def _awaited(case: Case, pk: int) -> Instalment:
    row = Instalment.objects.of(case).select_related("agreement").filter(pk=pk).first()
    if row is None:
        raise Conflict(_("There is no such payment on this case."))
    if row.settled_on is not None:
        raise Conflict(_("This instalment was paid in full on %(day)s.") % {"day": row.settled_on})
    if row.agreement.ended_on is not None:
        raise Conflict(_("The payments of this agreement are no longer waited for."))
    return row
