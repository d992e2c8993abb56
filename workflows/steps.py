"""The only door to a case's path: save, complete, withdraw, reopen, extend.

Each function is one transaction with its events. Locks are taken in the order contact, case, number
series, staff, seat (docs/architecture.md), so that two people and a timer on one case wait for each other
and never lock up. What comes in: `workflows.reception`; who holds a step: `workflows.holders`.
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from viewflow.workflow import STATUS
from viewflow.workflow.models import Task

from hotline import access, events, readings
from hotline.actions import cases, clocks, dispatch, messages, sections, term_events
from hotline.enums import Answer, DispatchState, ReviewAnswer, Section
from hotline.errors import Conflict, Invalid, NotVisible
from hotline.models import Case, Referral, Staff
from hotline.models.cases import again
from hotline.models.prepared import Given, Prepared, update
from hotline.moments import to_the_second
from workflows import emergencies, gates, performance, results, review_terms, terms
from workflows.decisions import AFTER, DECISIONS, OUTCOMES, Decision
from workflows.flow import CaseFlow
from workflows.measures import steps as measure_steps
from workflows.models import CaseProcess

LIVE = [STATUS.NEW, STATUS.ASSIGNED]


@transaction.atomic
@readings.kept()
def save(case_pk: int, section: Section, actor: Staff, revision: int, data: Mapping[str, Any]) -> int:
    """Save a section (`actions.sections.save`) and let the clocks follow what it says."""
    revision = sections.save(case_pk, section, actor, revision, data)
    case = Case.objects.select_related("person").get(pk=case_pk)
    if section in {Section.INTAKE, Section.CLAIMS, Section.REVIEW}:
        terms.follow_limitation(case)
    if section == Section.MEDIATION:
        terms.follow_mediation(case)
    if section == Section.CALLER and case.person.may_text == Answer.YES:
        messages.notify_receipt(case)
    if section == Section.INTAKE:
        emergencies.follow(case, actor)
    return revision


PRESENT = Prepared(
    lambda: Task.objects.filter(
        process__caseprocess__case=Given("case"), flow_task_type="HUMAN", status__in=LIVE
    ).order_by("-pk")[:1]
)


def current_task(case: Case) -> Task | None:
    """The step at which the case stands, or None when it is closed; while it is merged it stands nowhere."""
    return None if case.merged_into_id is not None else PRESENT.first(case=case.pk)


def step_of(task: Task) -> str:
    """The step's name, a key of `decisions.DECISIONS`."""
    return str(task.flow_task.name)


@transaction.atomic
@readings.kept()
def complete(task_pk: int, actor: Staff, decision: str, details: Mapping[str, Any] | None = None) -> Case:
    """Complete the step `task_pk` with `decision`; `details` is what the step's form adds.

    Raises NotVisible, NotAllowed, Invalid (naming what the gate misses) and Conflict when the step is no
    longer open or is someone else's: it says who did what.
    """
    task, process = _locked_task(task_pk)
    case, step = process.case, step_of(task)
    access.check(actor, gates.ACTION[step], case)
    if case.merged_into_id is not None:
        cases.refuse_closed(case)
    _refuse_finished(task, case)
    _refuse_other_holder(case, step, actor)
    holder_pk = getattr(case, f"{cases.HOLDERS[step]}_id")
    if holder_pk == actor.pk:
        setattr(case, cases.HOLDERS[step], actor)  # who is here need not be read again
    if decision not in DECISIONS[step]:
        raise Invalid({"decision": _("This cannot be decided at this step.")})
    details = dict(details or {})
    gates.check(case, step, Decision(decision), details)
    if holder_pk is None:
        cases.assign(case, step, actor, actor)
    if step == "legal_review":
        review_terms.answered(case, ReviewAnswer.ACCEPTED)
    results.write(step, case, actor, Decision(decision), details)
    events.record(
        case,
        "step.completed",
        actor=actor,
        topics=["floor"],
        step=step,
        decision=decision,
        note=details.get("note", ""),
    )
    _keep_decision(process, decision, details.get("note", ""))
    stage = case.stage
    _execute(task.flow_task.activation_class(task), actor)
    if case.stage != stage:
        terms.follow_service(case)
    return case


def _keep_decision(process: CaseProcess, decision: str, note: str) -> None:
    """For the flow's switches; how the case ends stays, whatever check and return visit decide after it."""
    process.decision = decision
    if decision in OUTCOMES:
        process.ending = decision
    if decision in OUTCOMES or decision == Decision.FED_BACK:
        process.note = note
    if decision in AFTER and note:
        process.note = f"{process.note}\n{note}"
    update(process, "decision", "ending", "note")


def _execute(activation: Any, actor: Staff) -> None:
    if activation.task.status == STATUS.NEW:
        activation.assign(actor)
    elif activation.task.owner_id != actor.pk:
        activation.reassign(actor)
    activation.start(None)
    activation.execute()


CASE_OF = Prepared(
    lambda: Case.objects.for_update().filter(
        pk__in=CaseProcess.objects.filter(task__pk=Given("task"), task__flow_task_type="HUMAN").values("case")
    )
)
PROCESS = Prepared(lambda: CaseProcess.objects.select_for_update(of=("self",)).filter(task__pk=Given("task")))
TASK = Prepared(lambda: Task.objects.filter(pk=Given("task")))


def _locked_task(pk: int) -> tuple[Task, CaseProcess]:
    """A step and its process, with their case locked and then the process, as the flow's own lock does.

    One reading of the case, the process and the task for all that follows.
    """
    case = again(lambda: CASE_OF.first(task=pk))
    if case is None:
        raise NotVisible(_("There is no such step among yours."))
    process, task = PROCESS.first(task=pk), TASK.first(task=pk)
    assert process is not None and task is not None  # neither is ever deleted
    process.case, task.process = case, process
    return task, process


def _refuse_finished(task: Task, case: Case) -> None:
    if task.status in LIVE:
        return
    who, at = task.owner, task.finished
    if task.status != STATUS.DONE:
        last = case.events.filter(kind__in=["step.completed", "case.withdrawn"]).order_by("sequence").last()
        who, at = (last.actor, last.at) if last else (None, at)
        if last is not None and last.kind == "case.withdrawn":
            raise Conflict(
                _("The worker took the case back: %(who)s wrote it down at %(when)s.")
                % {"who": who, "when": to_the_second(at)}
            )
    raise Conflict(
        _("This step is done: %(who)s completed it at %(when)s. Open the case to see where it stands now.")
        % {"who": who or _("The system"), "when": to_the_second(at)}
    )


def _refuse_other_holder(case: Case, step: str, actor: Staff) -> None:
    field = cases.HOLDERS[step]
    if getattr(case, f"{field}_id") not in {None, actor.pk} and not (
        field == "lawyer" and access.acts_as_lawyer(actor, case)
    ):
        raise Conflict(
            _("This step is with %(name)s. Take it over first, or ask a supervisor to reassign it.")
            % {"name": getattr(case, field)}
        )


@transaction.atomic
@readings.kept()
def withdraw(case_pk: int, actor: Staff, reason: str) -> Case:
    """The worker takes the case back, at whatever stage it stands. Raises Conflict when it is closed."""
    case = Case.objects.locked(case_pk)
    access.check(actor, "withdraw", case)
    if not reason.strip():
        raise Invalid({"reason": _("Write down why the worker withdraws.")})
    if emergencies.is_open(case):
        raise Conflict(_("This is an emergency: it ends when the duty lead has released it."))
    task = Task.objects.filter(
        process__caseprocess__case=case, flow_task=CaseFlow.withdrawal, status=STATUS.NEW
    ).last()
    if case.merged_into_id is not None:
        cases.refuse_closed(case)
    if task is None:
        raise Conflict(_("The case is closed already."))
    events.record(case, "case.withdrawn", actor=actor, topics=["floor"], reason=reason)
    if case.offered_to_id is not None:
        dispatch.end(case, actor, DispatchState.WITHDRAWN, reason)
    measure_steps.stop_all(case, actor, reason)
    with task.activation() as activation:
        activation.process.note = reason
        activation.process.save(update_fields=["note"])
        CaseFlow.withdrawal.run(activation.task)
    case.refresh_from_db()
    return case


@transaction.atomic
@readings.kept()
def reopen(case_pk: int, actor: Staff, reason: str) -> Case:
    """Begin a closed case again: at legal review if it had been there, else at intake."""
    case = Case.objects.locked(case_pk)
    access.check(actor, "reopen", case)
    if not reason.strip():
        raise Invalid({"reason": _("Write down why the case is reopened.")})
    cases.reopen(case, actor, reason)
    CaseFlow.opened.run(case=case, entry="legal_review" if case.reviews.exists() else "intake")
    case.refresh_from_db()
    terms.follow_limitation(case)
    performance.follow(case)
    terms.watch_merged(case)
    terms.run(case, terms.HANDLING, timezone.localdate(), source="case.reopened")
    return case


@transaction.atomic
def extend_award(case_pk: int, actor: Staff) -> Case:
    """The commission extends its term to the longest that Art. 43 allows, counted from the same start."""
    case = Case.objects.locked(case_pk)
    access.check(actor, "refer", case)
    task = current_task(case)
    referral = Referral.objects.newest(case)
    if task is None or step_of(task) != "award" or referral is None or referral.accepted_on is None:
        raise Conflict(_("Only the term of an accepted referral can be extended."))
    if case.clocks.filter(rule=terms.AWARD, extended=True, state__in=clocks.LIVE).exists():
        raise Conflict(_("The term was extended already; the law allows it once."))
    term_events.enter(case, actor, "AWARD_EXTENDED", timezone.localdate(), note="", confirmed=True)
    terms.follow_all(case, [terms.AWARD])
    clock = case.clocks.get(rule=terms.AWARD, origin=None, state__in=clocks.LIVE)
    if not clock.extended:
        raise Conflict(_("The term is over: it can no longer be extended."))
    events.record(case, "award.extended", actor=actor, due=clock.due)
    return case
