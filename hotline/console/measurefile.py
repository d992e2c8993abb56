"""The measures of a case as the case page shows them."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from viewflow.workflow.models import Task

from hotline import access
from hotline.console import caserows, drafts
from hotline.console.forms.measures import BeginForm, MeasureStepForm
from hotline.console.sentences import rule_words
from hotline.console.views_common import Context, digest
from hotline.enums import ClockState, MeasureKind, Role, Stage
from hotline.models import Case, Clock, Draft, Measure, MeasureEntry, Staff
from hotline.readings import once
from workflows import closing
from workflows.decisions import Decision
from workflows.measures import steps
from workflows.measures.kinds import KINDS, MeasureDecision

ICONS: dict[MeasureKind, str] = {
    MeasureKind.NEGOTIATION: "handshake",
    MeasureKind.LETTER: "mail",
    MeasureKind.UNION_AID: "scale",
    MeasureKind.STATE_AID: "scale",
    MeasureKind.INSPECTION: "landmark",
    MeasureKind.INJURY: "briefcase-medical",
    MeasureKind.PAYMENT_ORDER: "gavel",
    MeasureKind.LAWSUIT: "gavel",
    MeasureKind.ENFORCEMENT: "gavel",
    MeasureKind.CONFIRMATION: "landmark",
    MeasureKind.RELIEF: "heart-handshake",
    MeasureKind.REFERRAL: "send",
}


@dataclass(frozen=True)
class Shown:
    """A measure as a person has it on the page."""

    measure: Measure
    icon: str
    strip: list[tuple[Any, str]]
    """The titles of its steps, each `done`, `now` or nothing."""
    clocks: list[tuple[Clock, str]]
    entries: list[tuple[Any, str, MeasureEntry]]
    """Step, decision and what was kept of each."""
    task_pk: int | None
    form: MeasureStepForm | None
    """Set where the present step is this person's to decide."""
    place: str
    """Where what is typed into the form is kept."""
    waits_for: str
    may_give: bool
    people: list[Staff]


def context(user: Staff, case: Case, bound: Context | None = None) -> Context:
    """The measures of a case, with a refused form put back where there is one."""
    bound = bound or {}
    rows, may_begin = _rows(case), steps.may_begin(user, case)
    waiting = _waiting(case, rows)
    kept = drafts.of(case, user) if rows or may_begin else {}
    file = _File(user, case, kept, steps.tasks_of(case) if rows else {}, bound.get("step"))
    return {
        "case": case,
        "topics": f"case:{case.pk}",
        "measures": [file.shown(row) for row in rows],
        "open_measures": sum(row.is_open for row in rows),
        "may_begin": bool(may_begin),
        "begin_form": _begin_form(bound.get("begin"), kept.get(drafts.MEASURE), may_begin),
        "begin_opened": "begin" in bound or drafts.MEASURE in kept,
        "waiting_decision": waiting,
        "may_take_back": access.may(user, "take_back", case),
        "measures_version": _digest(case, rows, waiting),
    }


def version(case: Case) -> str:
    """Differs when a measure moved or changed hands, a clock of one moved, or the case's path did."""
    rows = _rows(case)
    return _digest(case, rows, _waiting(case, rows))


def _waiting(case: Case, rows: list[Measure]) -> Decision | None:
    return closing.waiting_decision(case) if any(row.is_open for row in rows) else None


def _digest(case: Case, rows: list[Measure], waiting: Decision | None) -> str:
    shown = [
        (
            row.pk,
            row.step,
            row.outcome,
            str(row.holder),
            len(row.entries.all()),
            [(clock.due, clock.state) for clock in row.clocks.all()],
        )
        for row in rows
    ]
    relief = case.stage == Stage.INTAKE and steps.hardship_noted(case)
    return digest(shown, case.stage, case.lawyer_id, waiting, relief)


def _rows(case: Case) -> list[Measure]:
    if not caserows.has(case).measures:
        return []
    found = case.measures.select_related("holder").prefetch_related("entries__actor", "clocks")
    return once(("measures", case.pk), lambda: list(found))


def _begin_form(bound: BeginForm | None, draft: Draft | None, kinds: list[MeasureKind]) -> BeginForm:
    kept = BeginForm(drafts.to_post(draft.data)).quietly() if draft else BeginForm()
    form = bound or kept
    form.offer(kinds)
    return form


@dataclass(frozen=True)
class _File:
    """What is looked up once for all measures of a case."""

    user: Staff
    case: Case
    kept: dict[str, Draft]
    tasks: dict[int, Task]
    bound: MeasureStepForm | None

    def shown(self, measure: Measure) -> Shown:
        """One measure as the person has it."""
        measure.case = self.case
        kind = MeasureKind(measure.kind)
        entries = list(measure.entries.all())
        task = self.tasks.get(measure.pk)
        form = None
        if task is not None and steps.may_decide(self.user, measure):
            form = self._form(measure, task)
        titles = {name: spec.title for name, spec in KINDS[kind].steps.items()}
        running = [c for c in measure.clocks.all() if c.state == ClockState.RUNNING]
        may_give = self.user.role == Role.SUPERVISOR or measure.holder_id == self.user.pk
        return Shown(
            measure=measure,
            icon=ICONS[kind],
            strip=_strip(measure, entries),
            clocks=[(clock, rule_words(clock.rule)[0]) for clock in running],
            entries=[(titles[e.step], str(MeasureDecision(e.decision).label), e) for e in entries],
            task_pk=task.pk if task else None,
            form=form,
            place=drafts.measure_place(measure.pk),
            waits_for=_waits_for(measure) if task is not None and form is None else "",
            may_give=measure.is_open and may_give,
            people=[p for p in self.people if p.pk != measure.holder_id] if may_give else [],
        )

    @cached_property
    def people(self) -> list[Staff]:
        """Who can be given a measure of this case."""
        found = list(steps.who_may_hold(self.case).select_related("unit").distinct())
        if access.may(self.user, "reassign", self.case):
            others = steps.lawyers_to_let_in(self.case, self.user).select_related("unit")
            found += [person for person in others if person not in found]
        return found

    def _form(self, measure: Measure, task: Task) -> MeasureStepForm:
        if self.bound is not None and self.bound.auto_id == f"measure{measure.pk}_%s":
            return self.bound
        spec = steps.spec_of(measure)
        draft = self.kept.get(drafts.measure_place(measure.pk))
        # One of an earlier step is no draft of this one.
        if draft is not None and drafts.text_of(draft, "task") == str(task.pk):
            return MeasureStepForm(measure, spec, drafts.to_post(draft.data)).quietly()
        texts = [entry.text for entry in measure.entries.all() if entry.text]
        return MeasureStepForm(measure, spec, initial={"text": texts[-1] if texts else ""})


def _strip(measure: Measure, entries: list[MeasureEntry]) -> list[tuple[Any, str]]:
    """The steps that were taken or are taken now, and those that may follow."""
    done = {entry.step for entry in entries} - {measure.step}
    found = []
    for name, spec in KINDS[MeasureKind(measure.kind)].steps.items():
        state = "now" if name == measure.step else "done" if name in done else ""
        if state or measure.is_open:
            found.append((spec.title, state))
    return found


def _waits_for(measure: Measure) -> str:
    if steps.spec_of(measure).by_supervisor:
        return _("This waits for a supervisor to sign or approve.")
    if measure.holder is None:
        return _("Nobody has this measure yet.")
    return _("%(name)s has this measure.") % {"name": measure.holder}
