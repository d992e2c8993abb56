"""The three ways that a missed payment opens: judicial confirmation, a payment order, arbitration.

Each is begun by one press, with what the case says of the agreement; each is one transaction.
"""

from decimal import Decimal

from django.db import transaction
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from hotline import access
from hotline.actions import clocks
from hotline.enums import ClaimKind, MeasureKind, Stage
from hotline.errors import Conflict, Invalid, NotAllowed
from hotline.models import Agreement, Case, Staff
from workflows import closing, performance, steps, terms
from workflows.decisions import Decision
from workflows.documents.chinese import day, figures
from workflows.measures import steps as measure_steps


class Way(TextChoices):
    CONFIRM = "CONFIRM", gettext_lazy("Judicial confirmation")
    ORDER = "ORDER", gettext_lazy("Payment order")
    ARBITRATE = "ARBITRATE", gettext_lazy("Arbitration")


KINDS = {Way.CONFIRM: MeasureKind.CONFIRMATION, Way.ORDER: MeasureKind.PAYMENT_ORDER}
ORDERED = frozenset(
    {
        ClaimKind.WAGES,
        ClaimKind.OVERTIME,
        ClaimKind.INJURY,
        ClaimKind.COMPENSATION,
        ClaimKind.UNLAWFUL_DISMISSAL,
        ClaimKind.DOUBLE_WAGE,
    }
)
"""Claims whose agreement a payment order can follow (Mediation and Arbitration Law, Art. 16)."""


def may_take(user: Staff, way: Way, case: Case) -> bool:
    """Whether `user` may begin `way` on `case`: a measure is for the floor and the lawyer."""
    return case.is_open and access.may(user, "perform" if way == Way.ARBITRATE else "measure", case)


def closed_by(case: Case, agreement: Agreement, way: Way) -> str:
    """Why `way` is not open any more (or never was), in words; empty where it is."""
    if way in KINDS and case.measures.open().filter(kind=KINDS[way]).exists():
        return _("Begun already.")
    if way == Way.CONFIRM:
        until = terms.ends(performance.CONFIRMATION, agreement.on)
        if until < timezone.localdate():
            return _("Its term ended on %(day)s.") % {"day": until}
    if way == Way.ORDER:
        kinds = set(case.claims.values_list("kind", flat=True))
        if kinds and not kinds & ORDERED:
            return _("The agreement is not about wages, injury costs, compensation or damages (Art. 16).")
    return ""


@transaction.atomic
def take(case_pk: int, actor: Staff, way: Way) -> Case:
    """Begin `way` on a case whose agreement is not kept. Raises Conflict, Invalid and NotAllowed."""
    case = Case.objects.locked(case_pk)
    access.check(actor, "perform", case)
    if not may_take(actor, way, case):
        raise NotAllowed(_("The case's lawyer or an agent begins this."))
    agreement = performance.standing(case)
    if agreement is None or not performance.missed(case):
        raise Conflict(_("No payment is late on this case."))
    if refused := closed_by(case, agreement, way):
        raise Invalid({"way": refused})
    if way == Way.ARBITRATE:
        return _arbitrate(case, agreement, actor)
    on = agreement.on if way == Way.CONFIRM else None
    measure_steps.begin(case.pk, actor, KINDS[way], purpose=words(case, agreement), on=on)
    if way == Way.CONFIRM:
        clocks.end(case, performance.CONFIRMATION)
    return case


def _arbitrate(case: Case, agreement: Agreement, actor: Staff) -> Case:
    """Art. 15: who does not perform the agreement in time can be taken to arbitration."""
    reason = words(case, agreement)
    task = steps.current_task(case)
    if task is not None and case.stage == Stage.MEDIATION:
        return steps.complete(task.pk, actor, Decision.REFER, {"note": reason})
    closing.refer(case.pk, actor, reason)
    performance.drop(Case.objects.locked(case.pk), actor, reason)
    return case


def words(case: Case, agreement: Agreement) -> str:
    """What was agreed, what was paid and what is late, as it goes into the paper that follows."""
    rows = list(agreement.instalments.all())
    late = [row for row in rows if row.settled_on is None and row.due < timezone.localdate()]
    left = sum((row.left for row in rows), Decimal(0))
    with override("zh-hans"):
        said = "；".join(
            f"第{row.number}期{figures(row.amount)}元应于{day(row.due)}支付，尚欠{figures(row.left)}元"
            for row in late
        )
        return f"{day(agreement.on)}调解协议未按期履行：{said}。协议项下共欠{figures(left)}元。"
