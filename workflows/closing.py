"""A case whose last step is decided closes when no measure is open and no agreed payment is awaited."""

from django.db import transaction
from django.utils.translation import gettext as _
from viewflow.workflow import STATUS
from viewflow.workflow.models import Task

from hotline import access, events
from hotline.actions import emergencies
from hotline.errors import Conflict, Invalid
from hotline.models import Case, Instalment, Referral, Staff
from hotline.models.prepared import insert
from workflows.decisions import Decision
from workflows.flow import CaseFlow


def waiting_decision(case: Case) -> Decision | None:
    """What was decided on a case that waits for its measures; None where it does not wait."""
    tasks = Task.objects.filter(process__caseprocess__case=case, flow_task=CaseFlow.measures)
    decided = tasks.filter(status=STATUS.NEW).values_list("process__caseprocess__decision", flat=True).last()
    return Decision(decided) if decided else None


def go_on(case: Case) -> None:
    """Close the case if it waits and nothing more is open. Call it with the case locked."""
    task = _waiting_task(case)
    payments = Instalment.objects.of(case).awaited()
    if task is None or case.measures.open().exists() or payments.exists():
        return
    if emergencies.open_of(case) is None:
        CaseFlow.measures.run(task)
        case.refresh_from_db()


@transaction.atomic
def take_back(case_pk: int, actor: Staff, reason: str) -> Case:
    """Bring a case that waits for its measures back to the legal review. Raises Conflict, Invalid."""
    case = Case.objects.locked(case_pk)
    access.check(actor, "take_back", case)
    task = _waiting_task(case)
    if task is None:
        raise Conflict(_("The case does not wait for its measures any more."))
    if not reason.strip():
        raise Invalid({"reason": _("Write down why the decision is taken back.")})
    events.record(case, "decision.taken_back", actor=actor, topics=["floor"], reason=reason)
    CaseFlow.measures.run(task, decision=Decision.REVIEW)
    case.refresh_from_db()
    return case


@transaction.atomic
def refer(case_pk: int, actor: Staff, reason: str) -> Case:
    """Bring a case that waits straight to the arbitration referral: what was agreed is not kept.

    Raises Conflict where it no longer waits.
    """
    case = Case.objects.locked(case_pk)
    access.check(actor, "perform", case)
    task = _waiting_task(case)
    if task is None:
        raise Conflict(_("The case does not wait for its payments any more."))
    events.record(case, "decision.taken_back", actor=actor, topics=["floor"], reason=reason)
    insert(Referral(case=case))
    CaseFlow.measures.run(task, decision=Decision.REFER)
    case.refresh_from_db()
    return case


def _waiting_task(case: Case) -> Task | None:
    tasks = Task.objects.filter(process__caseprocess__case=case, flow_task=CaseFlow.measures)
    task: Task | None = tasks.filter(status=STATUS.NEW).last()
    return task
