"""Who holds a case's present step: take it over, give it to someone else, decline it, leave.

Each function is one transaction with its events; locks in the order of docs/architecture.md.
"""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from viewflow.workflow import STATUS
from viewflow.workflow.models import Task

from hotline import access, events
from hotline.actions import absences, cases, conflicts, lawyers, messages, rota, staff
from hotline.enums import CheckOccasion, ReviewAnswer, Role
from hotline.errors import Conflict, Invalid
from hotline.models import Case, Mediation, Reservation, Staff
from workflows import gates, review_terms, reviews
from workflows.measures import steps as measure_steps
from workflows.steps import current_task, step_of


@transaction.atomic
def take_over(case_pk: int, actor: Staff) -> Case:
    """Become the holder of the present step: an agent of an intake, a mediator of a mediation."""
    case = Case.objects.locked(case_pk)
    access.check(actor, "look", case)
    task = _present_task(case)
    step = step_of(task)
    access.check(actor, gates.ACTION[step], case)
    cases.assign(case, step, actor, actor)
    return case


def _present_task(case: Case) -> Task:
    """The step at which the case stands. Raises Conflict, saying why there is none."""
    task = current_task(case)
    if task is not None:
        return task
    if case.offered_to is not None:
        raise Conflict(
            _("The case is dispatched to %(unit)s and waits for its answer.") % {"unit": case.offered_to}
        )
    if case.is_open:
        raise Conflict(_("The case waits for its measures."))
    if case.merged_into_id is not None:
        cases.refuse_closed(case)
    raise Conflict(_("The case is closed."))


@transaction.atomic
def reassign(case_pk: int, actor: Staff, person_pk: int, reason: str, word: str = "") -> Case:
    """A supervisor gives the present step to someone else who may do it.

    A lawyer is checked for conflicts of interest first: a certain one is refused (Conflict), a possible one
    needs the supervisor's `word`. Raises Conflict, too, while another supervisor chooses a lawyer.
    """
    case = Case.objects.locked(case_pk)
    access.check(actor, "reassign", case)
    task = _present_task(case)
    step = step_of(task)
    person = assignable(case, step, actor).filter(pk=person_pk).first()
    if person is None:
        raise Invalid({"person": _("This person cannot be given this step.")})
    if cases.HOLDERS[step] == "lawyer" and person != case.lawyer:
        reviews.refuse_reserved(case, actor)
        lawyers.check_assignable(case, person, actor, word)
        Reservation.objects.filter(case=case).delete()
        if step == "legal_review":
            review_terms.offer(case, person)
    _hand_over(case, task, step, person, actor, reason)
    return case


def assignable(case: Case, step: str, actor: Staff) -> Any:
    """Who of `actor`'s unit and below can be given `step`; a mediation goes to those of its unit."""
    own = Staff.objects.filter(is_active=True, unit__path__startswith=actor.unit.path)
    if step == "mediation":
        mediation = Mediation.objects.newest(case)
        assert mediation is not None  # the step begins with one
        return own.filter(role="MEDIATOR", unit__path__startswith=mediation.unit.path)
    return access.who_may(gates.ACTION[step], case) & own


def _hand_over(case: Case, task: Task, step: str, person: Staff | None, actor: Staff, reason: str) -> None:
    lawyer = case.lawyer
    cases.assign(case, step, person, actor, reason)
    if person is not None:
        messages.notify_assignment(case, person)
    if lawyer is not None and case.lawyer != lawyer:
        # They no longer see the case.
        measure_steps.hand_over(case, lawyer, case.lawyer, actor, reason)
    with task.activation() as activation:
        if activation.task.status == STATUS.ASSIGNED and person is None:
            activation.unassign()
        elif activation.task.status == STATUS.ASSIGNED:
            activation.reassign(person)
        elif person is not None:
            activation.assign(person)


@transaction.atomic
def decline(case_pk: int, actor: Staff, reason: str) -> Case:
    """A lawyer gives a review back, with a reason; it goes to the supervisor's list."""
    case = Case.objects.locked(case_pk)
    access.check(actor, "review", case)
    task = current_task(case)
    if task is None or step_of(task) != "legal_review":
        raise Conflict(_("The case is not at legal review."))
    if not reason.strip():
        raise Invalid({"reason": _("Write down why you decline.")})
    with task.activation() as activation:
        if activation.task.status == STATUS.ASSIGNED:
            activation.unassign()
    lawyer = case.lawyer or actor
    review_terms.answered(case, ReviewAnswer.DECLINED)
    cases.decline(case, actor, reason)
    measure_steps.hand_over(case, lawyer, None, actor, reason)
    return case


@transaction.atomic
def accept_review(case_pk: int, actor: Staff) -> Case:
    """A lawyer says that they take the review on."""
    case = Case.objects.locked(case_pk)
    access.check(actor, "review", case)
    if not case.events.filter(kind="review.accepted", actor=actor).exists():
        events.record(case, "review.accepted", actor=actor, topics=["floor"])
    review_terms.answered(case, ReviewAnswer.ACCEPTED)
    return case


@transaction.atomic
def deactivate(actor: Staff, person_pk: int, successor_pk: int | None) -> int:
    """End a person's access everywhere and hand their open work to `successor_pk` or back to the lists.

    Returns how many cases were handed over. Raises Invalid when the successor cannot take them.
    """
    events.several_cases()
    held, person, successor = _locked_with_work(person_pk, successor_pk)
    if successor_pk and (
        successor is None or not successor.is_active or successor.role != person.role or successor == person
    ):
        raise Invalid({"successor": _("The successor must be someone else, active, in the same role.")})
    staff.mark_deactivated(actor, person)
    absences.deactivated(person)
    rota.deactivated(person)
    for case in held:
        _leave(case, person, _fit(case, successor), actor)
    return len(held)


def _fit(case: Case, successor: Staff | None) -> Staff | None:
    """The successor, unless it is a lawyer and something stands between them and the case's employers."""
    if successor is None or successor.role != Role.LAWYER:
        return successor
    return next(iter(lawyers.without_conflict(case, [successor])), None)


def _leave(case: Case, person: Staff, successor: Staff | None, actor: Staff) -> None:
    for step in ("intake", "legal_review", "mediation", "check"):
        if getattr(case, f"{cases.HOLDERS[step]}_id") == person.pk:
            cases.assign(case, step, successor, actor, _("Deactivated"))
    measure_steps.hand_over(case, person, successor, actor, _("Deactivated"))
    task = current_task(case)
    if task is not None and task.owner_id == person.pk:
        with task.activation() as activation:
            if successor is None:
                activation.unassign()
            else:
                activation.reassign(successor)
    if successor is not None and successor.role == Role.LAWYER and task is not None:
        conflicts.check(case, successor, CheckOccasion.ASSIGN, actor, findings=[])
        if step_of(task) == "legal_review":
            review_terms.offer(case, successor)


def _locked_with_work(person_pk: int, successor_pk: int | None) -> tuple[list[Case], Staff, Staff | None]:
    """The person's open cases, the person and the successor, locked in this order, each by id.

    What someone gave the person before that row was ours is not among the cases that were locked: then
    all is let go and locked anew, for nobody locks a case after a person.
    """
    while True:
        begin = transaction.savepoint()
        person = Staff.objects.get(pk=person_pk)
        work = list(access.open_work(person).order_by("pk").values_list("pk", flat=True))
        held = [Case.objects.locked(case_pk) for case_pk in work]
        rows = Staff.objects.select_for_update(no_key=True).filter(pk__in=[person_pk, successor_pk or 0])
        people = {row.pk: row for row in rows.order_by("pk")}
        if not access.open_work(person).exclude(pk__in=work).exists():
            transaction.savepoint_commit(begin)
            return held, people[person_pk], people.get(successor_pk or 0)
        transaction.savepoint_rollback(begin)
