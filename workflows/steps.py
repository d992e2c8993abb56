"""The only door to a case's path: receive, save, complete, withdraw, reassign, reopen, extend.

Each function is one transaction with its events. Locks are taken in the order contact, case, number
series, staff, seat (docs/architecture.md), so that two people and a timer on one case wait for each other
and never lock up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from viewflow.workflow import STATUS
from viewflow.workflow.models import Task

from hotline import access, events
from hotline.actions import cases, clocks, messages, sections, staff, term_events
from hotline.enums import Answer, Channel, ContactKind, Direction, Matching, Section
from hotline.errors import Conflict, Invalid, NotVisible
from hotline.models import Case, Contact, Interaction, Person, Staff
from hotline.models.prepared import Given, Prepared, insert, insert_unless_there, update
from workflows import gates, results, terms
from workflows.decisions import DECISIONS, Decision
from workflows.flow import CaseFlow
from workflows.measures import steps as measure_steps
from workflows.models import CaseProcess

LIVE = [STATUS.NEW, STATUS.ASSIGNED]


@dataclass(frozen=True)
class Arrival:
    """A call or message as it comes in (or goes out), before it has a case."""

    channel: Channel
    provider_id: str | None
    address: str
    """The other side as the carrier wrote it; may be anonymous."""
    number: str | None
    """The same in E.164, else an address that tells one sender from another; None for a withheld one."""
    direction: Direction
    at: datetime
    provider: str = "twilio"


@dataclass(frozen=True)
class Received:
    """Where an arrival has gone."""

    interaction: Interaction
    case: Case
    fresh: bool
    """False: it was here already, and nothing was written."""
    opened: bool
    """True: it opened this case."""


@transaction.atomic(savepoint=False)
def receive(arrival: Arrival, *, case: Case | None = None) -> Received:
    """Store an arrival once, in `case`, else in the sender's newest open case, else in a new one.

    The carrier may deliver twice, at the same moment: the second finds the first's row.
    """
    contact, known = _locked_contact(arrival)
    several = False
    if case is None and contact is not None and known:
        case, several = cases.newest_open_case(contact)
    if case is not None:
        return _store(arrival, contact, case, Matching.SEVERAL if several else Matching.JOINED)
    if found := _known(arrival):
        return found
    # Senders without a number have no contact to wait in line at: the unique key decides, and the
    # savepoint takes the loser's new case away.
    with transaction.atomic():
        person = contact.person if contact else insert(Person(created_at=arrival.at))
        case = open_case(person, arrival.channel, at=arrival.at)
        received = _store(arrival, contact, case, Matching.NEW)
        if not received.fresh:
            transaction.set_rollback(True)
    return received


KNOWN = Prepared(
    lambda: (
        Interaction.objects.select_related("case")
        .filter(provider=Given("provider"), provider_id=Given("provider_id"))
        .order_by()
    )
)
CONTACT = Prepared(
    lambda: Contact.objects.select_for_update(no_key=True).filter(value=Given("value")).order_by()
)


def _known(arrival: Arrival) -> Received | None:
    if arrival.provider_id is None:
        return None
    row = KNOWN.first(provider=arrival.provider, provider_id=arrival.provider_id)
    return Received(row, row.case, fresh=False, opened=False) if row else None


def _store(arrival: Arrival, contact: Contact | None, case: Case, matching: Matching) -> Received:
    """Insert the arrival into `case`, unless its unique key is there: then where that one has gone."""
    interaction = Interaction(
        case=case,
        contact=contact,
        channel=arrival.channel,
        direction=arrival.direction,
        provider=arrival.provider,
        provider_id=arrival.provider_id,
        address=arrival.address[:120],
        matching=matching,
        at=arrival.at,
    )
    if not insert_unless_there(interaction):
        found = _known(arrival)
        assert found is not None  # whoever inserted it has committed, or is this transaction
        return found
    events.record(
        case,
        f"{arrival.channel.lower()}.{arrival.direction.lower()}",
        at=arrival.at,
        topics=["floor"],
        interaction=interaction.pk,
        matching=matching,
    )
    return Received(interaction, case, fresh=True, opened=matching == Matching.NEW)


def _locked_contact(arrival: Arrival) -> tuple[Contact | None, bool]:
    """The sender's contact row, locked, and whether it was here before.

    It is made with a new person where the sender is new.
    """
    if arrival.number is None:
        return None, False
    found = CONTACT.first(value=arrival.number)
    if found is not None:
        return found, True
    person = insert(Person(created_at=arrival.at))
    kind = ContactKind.PHONE if arrival.number.startswith("+") else ContactKind.OTHER
    fresh = Contact(value=arrival.number, kind=kind, person=person)
    # Ours until the commit: whoever inserts the same meanwhile waits for it.
    if insert_unless_there(fresh):
        return fresh, False
    # Another transaction has made it at the same moment; now it is locked.
    person.delete()
    return CONTACT.first(value=arrival.number), True


@transaction.atomic(savepoint=False)
def open_case(person: Person, channel: Channel, *, at: datetime | None = None) -> Case:
    """A new case with its flow, standing at intake."""
    at = at or timezone.now()
    case = cases.open_case(person, channel, at=at, begins=terms.service(at))
    CaseFlow.opened.run(case=case, entry="intake")
    return case


@transaction.atomic
def move_to_new_case(interaction_pk: int, actor: Staff) -> Case:
    """Another matter: give the interaction a case of its own; `move_back` undoes it. Raises Conflict."""
    interaction, case = _locked_interaction(interaction_pk, actor)
    if interaction.previous_case is not None:
        raise _moved_already(interaction)
    fresh = open_case(case.person, Channel(interaction.channel))
    _move(interaction, case, fresh, actor, previous=case)
    if hasattr(interaction, "call") and interaction.call.agent_id == actor.pk:
        cases.assign(fresh, "intake", actor, actor)
    return fresh


@transaction.atomic
def move_back(interaction_pk: int, actor: Staff) -> Case:
    """The same matter after all: put the interaction back where it was before it was moved by hand.

    Raises NotVisible unless the actor sees that case with the interaction in it: who holds a call does.
    """
    interaction, case = _locked_interaction(interaction_pk, actor)
    if interaction.previous_case is None:
        raise Conflict(_("This was not moved from another case."))
    target = Case.objects.locked(interaction.previous_case.pk)
    _move(interaction, case, target, actor, previous=None)
    access.check(actor, "intake", target)
    return target


def _locked_interaction(pk: int, actor: Staff) -> tuple[Interaction, Case]:
    events.several_cases()
    found = Interaction.objects.filter(pk=pk).values_list("case_id", "previous_case_id").first()
    if found is None:
        raise NotVisible(_("There is no such conversation among yours."))
    # In the order of their ids, so that two moves at once cannot lock up.
    for case_pk in sorted(pk for pk in found if pk):
        Case.objects.locked(case_pk)
    case = Case.objects.get(pk=found[0])
    access.check(actor, "intake", case)
    interaction = Interaction.objects.select_related("previous_case").get(pk=pk)
    if (interaction.case_id, interaction.previous_case_id) != found:  # since we looked, before the lock
        raise _moved_already(interaction)
    return interaction, case


def _moved_already(interaction: Interaction) -> Conflict:
    moves = interaction.case.events.filter(kind="interaction.moved", data__interaction=interaction.pk)
    last = moves.select_related("actor").order_by("sequence").last()
    if last is None:
        return Conflict(_("This conversation was moved meanwhile: look again."))
    return Conflict(
        _("%(who)s moved this conversation to %(number)s at %(when)s.")
        % {"who": last.actor, "number": interaction.case.number, "when": _moment(last.at)}
    )


def _move(interaction: Interaction, source: Case, target: Case, actor: Staff, previous: Case | None) -> None:
    if not target.is_open:
        raise Conflict(_("The other case is closed: reopen it first."))
    interaction.case, interaction.previous_case, interaction.matching = target, previous, Matching.MOVED
    interaction.save(update_fields=["case", "previous_case", "matching"])
    interaction.attachments.update(case=target)
    for case, other in ((source, target), (target, source)):
        events.record(
            case,
            "interaction.moved",
            actor=actor,
            interaction=interaction.pk,
            to=target.number,
            away=case is source,
            other=other.number,
        )


@transaction.atomic
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
    return revision


PRESENT = Prepared(
    lambda: Task.objects.filter(
        process__caseprocess__case=Given("case"), flow_task_type="HUMAN", status__in=LIVE
    ).order_by("-pk")[:1]
)


def current_task(case: Case) -> Task | None:
    """The step at which the case stands, or None when it is closed."""
    return PRESENT.first(case=case.pk)


def step_of(task: Task) -> str:
    """The step's name, a key of `decisions.DECISIONS`."""
    return str(task.flow_task.name)


@transaction.atomic
def complete(task_pk: int, actor: Staff, decision: str, details: Mapping[str, Any] | None = None) -> Case:
    """Complete the step `task_pk` with `decision`; `details` is what the step's form adds.

    Raises NotVisible, NotAllowed, Invalid (naming what the gate misses) and Conflict when the step is no
    longer open or is someone else's: it says who did what.
    """
    task, process = _locked_task(task_pk)
    case, step = process.case, step_of(task)
    access.check(actor, gates.ACTION[step], case)
    _refuse_finished(task, case)
    _refuse_other_holder(case, step, actor)
    if getattr(case, f"{cases.HOLDERS[step]}_id") == actor.pk:
        setattr(case, cases.HOLDERS[step], actor)  # who is here need not be read again
    if decision not in DECISIONS[step]:
        raise Invalid({"decision": _("This cannot be decided at this step.")})
    details = dict(details or {})
    gates.check(case, step, Decision(decision), details)
    cases.assign(case, step, actor, actor)
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
    process.decision, process.note = decision, details.get("note", "")
    update(process, "decision", "note")
    _execute(task.flow_task.activation_class(task), actor)
    terms.follow_service(case)
    return case


def _execute(activation: Any, actor: Staff) -> None:
    if activation.task.status == STATUS.NEW:
        activation.assign(actor)
    elif activation.task.owner_id != actor.pk:
        activation.reassign(actor)
    activation.start(None)
    activation.execute()


PLACE = Prepared(
    lambda: CaseProcess.objects.filter(task__pk=Given("task"), task__flow_task_type="HUMAN").values_list(
        "pk", "case_id"
    )
)
PROCESS = Prepared(lambda: CaseProcess.objects.select_for_update(of=("self",)).filter(pk=Given("process")))
TASK = Prepared(lambda: Task.objects.filter(pk=Given("task")))


def _locked_task(pk: int) -> tuple[Task, CaseProcess]:
    """A step and its process, with their case locked and then the process, as the flow's own lock does.

    One reading of the case, the process and the task for all that follows.
    """
    found = PLACE.rows(task=pk)
    if not found:
        raise NotVisible(_("There is no such step among yours."))
    case = Case.objects.locked(found[0][1])
    process, task = PROCESS.first(process=found[0][0]), TASK.first(task=pk)
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
                % {"who": who, "when": _moment(at)}
            )
    raise Conflict(
        _("This step is done: %(who)s completed it at %(when)s. Open the case to see where it stands now.")
        % {"who": who or _("The system"), "when": _moment(at)}
    )


def _moment(at: datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S")


def _refuse_other_holder(case: Case, step: str, actor: Staff) -> None:
    field = cases.HOLDERS[step]
    if getattr(case, f"{field}_id") not in {None, actor.pk}:
        raise Conflict(
            _("This step is with %(name)s. Take it over first, or ask a supervisor to reassign it.")
            % {"name": getattr(case, field)}
        )


@transaction.atomic
def withdraw(case_pk: int, actor: Staff, reason: str) -> Case:
    """The worker takes the case back, at whatever stage it stands. Raises Conflict when it is closed."""
    case = Case.objects.locked(case_pk)
    access.check(actor, "withdraw", case)
    if not reason.strip():
        raise Invalid({"reason": _("Write down why the worker withdraws.")})
    task = Task.objects.filter(
        process__caseprocess__case=case, flow_task=CaseFlow.withdrawal, status=STATUS.NEW
    ).last()
    if task is None:
        raise Conflict(_("The case is closed already."))
    events.record(case, "case.withdrawn", actor=actor, topics=["floor"], reason=reason)
    measure_steps.stop_all(case, actor, reason)
    with task.activation() as activation:
        activation.process.note = reason
        activation.process.save(update_fields=["note"])
        CaseFlow.withdrawal.run(activation.task)
    case.refresh_from_db()
    return case


@transaction.atomic
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
    terms.run(case, terms.HANDLING, timezone.localdate(), source="case.reopened")
    return case


@transaction.atomic
def take_over(case_pk: int, actor: Staff) -> Case:
    """Become the holder of the present step: an agent of an intake, a mediator of a mediation."""
    case = Case.objects.locked(case_pk)
    task = current_task(case)
    if task is None:
        raise Conflict(_("The case is closed."))
    step = step_of(task)
    access.check(actor, gates.ACTION[step], case)
    cases.assign(case, step, actor, actor)
    return case


@transaction.atomic
def reassign(case_pk: int, actor: Staff, person_pk: int, reason: str) -> Case:
    """A supervisor gives the present step to someone else who may do it."""
    case = Case.objects.locked(case_pk)
    access.check(actor, "reassign", case)
    task = current_task(case)
    if task is None:
        raise Conflict(_("The case is closed."))
    step = step_of(task)
    person = assignable(case, step).filter(pk=person_pk).first()
    if person is None:
        raise Invalid({"person": _("This person cannot be given this step.")})
    _hand_over(case, task, step, person, actor, reason)
    return case


def assignable(case: Case, step: str) -> Any:
    """The staff who can be given `step` of `case`; for a mediation those of the mediation's unit."""
    if step == "mediation":
        mediation = case.mediations.select_related("unit").latest("pk")
        return Staff.objects.filter(
            is_active=True, role="MEDIATOR", unit__path__startswith=mediation.unit.path
        )
    return access.who_may(gates.ACTION[step], case)


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
    cases.decline(case, actor, reason)
    measure_steps.hand_over(case, actor, None, actor, reason)
    return case


@transaction.atomic
def accept_review(case_pk: int, actor: Staff) -> Case:
    """A lawyer says that they take the review on."""
    case = Case.objects.locked(case_pk)
    access.check(actor, "review", case)
    if not case.events.filter(kind="review.accepted", actor=actor).exists():
        events.record(case, "review.accepted", actor=actor, topics=["floor"])
    return case


@transaction.atomic
def extend_award(case_pk: int, actor: Staff) -> Case:
    """The commission extends its term to the longest that Art. 43 allows, counted from the same start."""
    case = Case.objects.locked(case_pk)
    access.check(actor, "refer", case)
    task = current_task(case)
    referral = case.referrals.last()
    if task is None or step_of(task) != "award" or referral is None or referral.accepted_on is None:
        raise Conflict(_("Only the term of an accepted referral can be extended."))
    if case.clocks.filter(rule=terms.AWARD, extended=True, state__in=clocks.LIVE).exists():
        raise Conflict(_("The term was extended already; the law allows it once."))
    term_events.enter(
        case, actor, "AWARD_EXTENDED", timezone.localdate(), until=None, note="", confirmed=True
    )
    terms.follow_all(case, [terms.AWARD])
    clock = case.clocks.get(rule=terms.AWARD, state__in=clocks.LIVE)
    if not clock.extended:
        raise Conflict(_("The term is over: it can no longer be extended."))
    events.record(case, "award.extended", actor=actor, due=clock.due)
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
    for case in held:
        for step in ("intake", "legal_review", "mediation"):
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
    return len(held)


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
