"""The only door to a case's measures: begin, complete, give, stop.

Each function is one transaction under the case's lock, which every step of a measure takes: the measures
of a case and its main path wait for each other, and the path's closing sees which are open.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from viewflow.workflow import STATUS
from viewflow.workflow.models import Task

from hotline import access
from hotline.actions import cases, collectives, conflicts, measures
from hotline.enums import CheckOccasion, MeasureKind, MeasureOutcome, PriorityGroup, Role, Rung, Stage
from hotline.errors import Conflict, Invalid, NotAllowed, NotVisible
from hotline.models import Case, Measure, MeasureEntry, Staff
from hotline.moments import to_the_second
from workflows import closing, terms
from workflows.documents import making
from workflows.measures.flows import FLOWS
from workflows.measures.kinds import KINDS, Choice, MeasureDecision, StepOf
from workflows.models import MeasureProcess

LIVE = [STATUS.NEW, STATUS.ASSIGNED]
ASSISTANCE = "J"
"""The group of categories that are about assistance in hardship."""
TO_EMPLOYER = frozenset({Rung.REMINDER, Rung.OPINION})
"""The rungs that are addressed to the employer; a proposal goes to the authority."""


def kind_of(measure: Measure) -> MeasureKind:
    """The measure's kind."""
    return MeasureKind(measure.kind)


def spec_of(measure: Measure) -> StepOf:
    """What is asked at the present step of an open measure."""
    return KINDS[kind_of(measure)].steps[measure.step]


def task_of(measure: Measure) -> Task | None:
    """The step at which the measure stands; None once it has ended."""
    tasks = Task.objects.filter(process__measureprocess__measure=measure, flow_task_type="HUMAN")
    task: Task | None = tasks.filter(status__in=LIVE).order_by("pk").last()
    return task


def tasks_of(case: Case) -> dict[int, Task]:
    """The step at which each open measure of a case stands, by the measure's id."""
    tasks = Task.objects.filter(process__measureprocess__measure__case=case, flow_task_type="HUMAN")
    tasks = tasks.filter(status__in=LIVE).annotate(measure=F("process__measureprocess__measure"))
    return {task.measure: task for task in tasks.order_by("pk")}


def may_begin(user: Staff, case: Case) -> list[MeasureKind]:
    """The measures that `user` may begin on `case` while it is open: all of them from legal review on.

    Relief waits for no lawyer: where hardship is noted it may begin from intake on.
    """
    if not (case.is_open and access.may(user, "begin_measure", case)):
        return []
    if case.stage != Stage.INTAKE or case.reviews.exists():
        return list(MeasureKind)
    return [MeasureKind.RELIEF] if hardship_noted(case) else []


def hardship_noted(case: Case) -> bool:
    """Whether the worker counts as one in hardship, or the case is about assistance in it."""
    about = (case.category_id or "").startswith(ASSISTANCE)
    return about or PriorityGroup.HARDSHIP in case.person.priority_groups


def may_decide(user: Staff, measure: Measure) -> bool:
    """Whether the present step of an open measure is `user`'s to complete."""
    if not access.may(user, "measure", measure.case):
        return False
    if spec_of(measure).by_supervisor:
        return user.role == Role.SUPERVISOR
    return _has(user, measure)


def _has(user: Staff, measure: Measure) -> bool:
    """Whether the measure is `user`'s: held, nobody's, or of a lawyer for whom they stand in."""
    if measure.holder_id is None:
        return access.may(user, "begin_measure", measure.case)
    absent = measure.holder_id == measure.case.lawyer_id and access.acts_as_lawyer(user, measure.case)
    return measure.holder_id == user.pk or absent


@transaction.atomic
def begin(
    case_pk: int,
    actor: Staff,
    kind: MeasureKind,
    *,
    rung: Rung | None = None,
    addressee: str = "",
    purpose: str = "",
    on: date | None = None,
    after_pk: int | None = None,
) -> Measure:
    """Begin a measure on a case; `on` is the day from which its first period runs, where it has one.

    Raises NotVisible, NotAllowed, Conflict for a closed case or one that no lawyer has seen, and Invalid.
    """
    case = Case.objects.locked(case_pk)
    access.check(actor, "begin_measure", case)
    cases.refuse_closed(case)
    if kind not in may_begin(actor, case):
        raise Conflict(_("Send the case to legal review first: only relief for hardship begins before it."))
    after = Measure.objects.filter(pk=after_pk, case=case).first() if after_pk else None
    _check_beginning(case, kind, rung, purpose, on)
    if rung == Rung.PROPOSAL and not addressee.strip():
        raise Invalid({"addressee": _("Name the authority that the proposal goes to.")})
    measure = measures.begin(case, actor, kind, rung=rung, addressee=addressee, purpose=purpose, after=after)
    for rule in KINDS[kind].runs:
        assert on is not None
        terms.run(case, rule, on, measure=measure)
    FLOWS[kind].opened.run(measure=measure)
    measure.refresh_from_db()
    return measure


def _check_beginning(case: Case, kind: MeasureKind, rung: Rung | None, purpose: str, on: date | None) -> None:
    missing: dict[str, str] = {}
    if not purpose.strip():
        missing["purpose"] = _("Say what it is to reach.")
    if KINDS[kind].runs:
        missing |= _day(on)
    if kind == MeasureKind.LETTER:
        missing |= _check_rung(case, rung)
    if missing:
        raise Invalid(missing)


def _check_rung(case: Case, rung: Rung | None) -> dict[str, str]:
    if rung is None:
        return {"rung": _("Choose which letter it is to be.")}
    if rung in TO_EMPLOYER and not collectives.may_be_named(case):
        return {"rung": _("The worker has not agreed to be named to the employer: no letter may go there.")}
    unheeded = case.measures.filter(
        kind=MeasureKind.LETTER, rung=Rung.OPINION, outcome=MeasureOutcome.NOT_REACHED
    )
    if rung == Rung.PROPOSAL and not unheeded.exists():
        return {"rung": _("A letter of proposal follows a letter of opinion that was not heeded.")}
    return {}


def _day(on: date | None) -> dict[str, str]:
    if on is None:
        return {"on": _("Enter the day.")}
    if on > timezone.localdate():
        return {"on": _("This day lies in the future.")}
    return {}


@transaction.atomic
def complete(task_pk: int, actor: Staff, decision: str, details: Mapping[str, Any] | None = None) -> Measure:
    """Complete the step `task_pk` of a measure with `decision`.

    `details` has the fields of a MeasureEntry. Raises NotVisible, NotAllowed, Invalid (naming all that is
    missing) and Conflict when the step is done or is someone else's.
    """
    task, measure = _locked(task_pk)
    case = measure.case
    access.check(actor, "measure", case)
    _refuse_done(task, measure)
    _refuse_others(measure, actor)
    spec = spec_of(measure)
    if decision not in spec.choices:
        raise Invalid({"decision": _("This cannot be decided at this step.")})
    details = {name: value for name, value in dict(details or {}).items() if name in spec.asks}
    choice = spec.choices[MeasureDecision(decision)]
    _check(measure, choice, details)
    with task.activation() as activation:
        _refuse_done(activation.task, measure)
        entry = measures.decide(measure, actor, decision, details)
        if kind_of(measure) == MeasureKind.LETTER and decision == MeasureDecision.SIGNED:
            making.sign(measure, actor)
        _run_next(measure, choice, entry)
        process = activation.process
        process.decision, process.measure = decision, measure
        process.save(update_fields=["decision"])
        if activation.task.status == STATUS.NEW:
            activation.assign(actor)
        elif activation.task.owner_id != actor.pk:
            activation.reassign(actor)
        activation.start(None)
        activation.execute()
    measure.refresh_from_db()
    if not measure.is_open:
        closing.go_on(case)
    return measure


def _check(measure: Measure, choice: Choice, details: dict[str, Any]) -> None:
    words = {"on": _("Enter the day."), "text": _("Write the letter first.")}
    missing = {
        name: words.get(name, _("Fill this in."))
        for name in choice.needs
        if not str(details.get(name) or "").strip()
    }
    on = details.get("on")
    if on is not None:
        missing |= _day(on)
        before = measure.entries.exclude(on=None).order_by("-pk").values_list("on", flat=True).first()
        if before is not None and on < before:
            missing["on"] = _("This day lies before the step before (%(day)s).") % {"day": before}
    if kind_of(measure) == MeasureKind.LETTER and measure.step in {"sign", "sending"}:
        # The worker may have taken the consent back since the letter was begun.
        refused = _check_rung(measure.case, Rung(measure.rung))
        missing |= {"note": refused["rung"]} if refused else {}
    if missing:
        raise Invalid(missing)


def _run_next(measure: Measure, choice: Choice, entry: MeasureEntry) -> None:
    rule = choice.runs
    if kind_of(measure) == MeasureKind.LETTER and entry.decision == MeasureDecision.SENT:
        rule = KINDS[MeasureKind.LETTER].by_rung[Rung(measure.rung)]
    if rule and entry.on:
        terms.run(measure.case, rule, entry.on, measure=measure)


def _locked(task_pk: int) -> tuple[Task, Measure]:
    found = MeasureProcess.objects.filter(task__pk=task_pk, task__flow_task_type="HUMAN")
    ids = found.values_list("measure__case_id", "measure_id").first()
    if ids is None:
        raise NotVisible(_("There is no such step among yours."))
    case = Case.objects.locked(ids[0])
    measure = Measure.objects.select_related("holder").get(pk=ids[1])
    measure.case = case
    return Task.objects.get(pk=task_pk), measure


def _refuse_done(task: Task, measure: Measure) -> None:
    if task.status in LIVE:
        return
    last = measure.case.events.filter(data__measure=measure.pk).exclude(actor=None)
    event = last.select_related("actor").order_by("sequence").last()
    who = event.actor if event else _("The system")
    at = to_the_second(event.at if event else task.finished)
    raise Conflict(
        _("This step is done: %(who)s completed it at %(when)s. Open the case to see where it stands now.")
        % {"who": who, "when": at}
    )


def _refuse_others(measure: Measure, actor: Staff) -> None:
    if may_decide(actor, measure):
        return
    if spec_of(measure).by_supervisor:
        raise NotAllowed(_("This is for a supervisor to sign or approve."))
    raise Conflict(
        _("%(name)s has this measure. Ask them, or a supervisor, to give it to you.")
        % {"name": measure.holder}
    )


@transaction.atomic
def give(measure_pk: int, actor: Staff, person_pk: int, reason: str, word: str = "") -> Measure:
    """Give an open measure to someone else who may see the case: by its holder or a supervisor.

    A supervisor may also let another lawyer in, who then sees the case while the measure is open: checked
    for conflicts of interest first, a possible one wants a `word`.
    """
    measure = _locked_measure(measure_pk, actor)
    if actor.role != Role.SUPERVISOR and measure.holder_id != actor.pk:
        raise NotAllowed(_("Only its holder or a supervisor gives a measure away."))
    person = who_may_hold(measure.case).filter(pk=person_pk).first()
    if person is None:
        person = _lawyer_let_in(measure.case, actor, person_pk, word)
    _give(measure, person, actor, reason)
    return measure


def _lawyer_let_in(case: Case, actor: Staff, person_pk: int, word: str) -> Staff:
    person: Staff | None = lawyers_to_let_in(case, actor).filter(pk=person_pk).first()
    if person is None or not access.may(actor, "reassign", case):
        raise Invalid({"person": _("This person cannot be given this measure.")})
    conflicts.check(case, person, CheckOccasion.MEASURE, actor, word=word)
    return person


def lawyers_to_let_in(case: Case, actor: Staff) -> Any:
    """The lawyers of their unit whom a supervisor can give a measure, besides who sees the case already."""
    own = access.who_may("review", case).filter(unit__path__startswith=actor.unit.path)
    return own.exclude(pk=case.lawyer_id or 0)


def hand_over(case: Case, before: Staff, person: Staff | None, actor: Staff | None, reason: str) -> None:
    """Give what `before` holds of a case's measures to `person`; None leaves it to whoever takes it next.

    For someone who leaves, or who no longer has the case. Call it with the case locked.
    """
    for measure in case.measures.open().filter(holder=before):
        measure.case = case
        _give(measure, person, actor, reason)


def _give(measure: Measure, person: Staff | None, actor: Staff | None, reason: str) -> None:
    measures.give(measure, person, actor, reason)
    task = task_of(measure)
    if task is None or spec_of(measure).by_supervisor:
        return
    with task.activation() as activation:
        if task.status == STATUS.NEW and person is not None:
            activation.assign(person)
        elif task.status == STATUS.ASSIGNED and person is None:
            activation.unassign()
        elif task.status == STATUS.ASSIGNED:
            activation.reassign(person)


def who_may_hold(case: Case) -> Any:
    """The staff who see `case` and may work on its measures: its lawyer, and the floor of its unit."""
    floor = Staff.objects.filter(
        is_active=True, role__in=access.FLOOR, unit__path__in=[*_paths_above(case.unit.path)]
    )
    return floor | Staff.objects.filter(is_active=True, lawyer_cases=case)


def _paths_above(path_of_unit: str) -> list[str]:
    parts = path_of_unit.strip("/").split("/")
    return ["/" + "/".join(parts[:end]) + "/" for end in range(1, len(parts) + 1)]


@transaction.atomic
def stop(measure_pk: int, actor: Staff, reason: str) -> Measure:
    """End an open measure before its time, with a reason. Raises Conflict when it has ended."""
    measure = _locked_measure(measure_pk, actor)
    if actor.role != Role.SUPERVISOR and not _has(actor, measure):
        raise NotAllowed(_("Only its holder or a supervisor stops a measure."))
    if not reason.strip():
        raise Invalid({"reason": _("Write down why it stops.")})
    _cancel(measure, actor, reason)
    closing.go_on(measure.case)
    return measure


def stop_all(case: Case, actor: Staff, reason: str) -> None:
    """End every open measure of a case that its worker takes back. Call it with the case locked."""
    for measure in case.measures.open():
        measure.case = case
        _cancel(measure, actor, reason)


def _cancel(measure: Measure, actor: Staff, reason: str) -> None:
    process = MeasureProcess.objects.get(measure=measure)
    process.flow_class.instance.cancel(process)
    measures.end(measure, MeasureOutcome.STOPPED, actor, reason)


def _locked_measure(pk: int, actor: Staff) -> Measure:
    case_pk = Measure.objects.filter(pk=pk).values_list("case_id", flat=True).first()
    if case_pk is None:
        raise NotVisible(_("There is no such measure among yours."))
    case = Case.objects.locked(case_pk)
    access.check(actor, "measure", case)
    measure = Measure.objects.select_related("holder").get(pk=pk)
    measure.case = case
    if not measure.is_open:
        raise Conflict(_("This measure has ended already."))
    return measure
