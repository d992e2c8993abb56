"""Two cases that are one matter: merged by hand, and taken apart again without loss.

The merged case keeps all that it has. Its steps stand still where they are, its clocks are written down and
ended; what the law counts goes on beside the other case's own periods (`terms.watch`). Each function is one
transaction with both cases locked in the order of their ids: crosswise merges wait for each other, and the
second finds the first one's result.
"""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _
from viewflow.workflow import STATUS

from hotline import access, events
from hotline.actions import cases, clocks, collectives, merges, staff
from hotline.enums import ClockState, Stage
from hotline.errors import Conflict, Invalid, NotVisible
from hotline.models import Case, Merge, Staff
from workflows import terms
from workflows.steps import current_task, step_of

MERGED_FROM = frozenset({Stage.INTAKE, Stage.LEGAL_REVIEW})
"""A case in a procedure is not broken off: the other one is merged into it."""


@transaction.atomic
def merge(case_pk: int, into_pk: int, actor: Staff, reason: str) -> Case:
    """End `case_pk` as merged into `into_pk`, which goes on; returns that one.

    Raises NotVisible, NotAllowed, Invalid, and Conflict saying which of the two cannot be merged and why.
    """
    case, into = _locked(case_pk, into_pk, actor)
    if not reason.strip():
        raise Invalid({"reason": _("Write down why the two are one matter.")})
    for one in (case, into):
        cases.refuse_closed(one)
    _refuse(case)
    running = [clock for clock in clocks.live(case) if clock.measure_id is None]
    row = merges.merge(case, into, actor, reason, running)
    for clock in running:
        clocks.end(case, clock.rule, state=ClockState.DROPPED)
        if clock.rule == terms.HANDLING:
            _answer_by_the_earlier(row, into, clock.start)
    terms.watch_all(into, row)
    return into


def _locked(case_pk: int, other_pk: int, actor: Staff) -> tuple[Case, Case]:
    if case_pk == other_pk:
        raise Invalid({"other": _("A case is not merged into itself.")})
    events.several_cases()
    try:
        found = {pk: Case.objects.locked(pk) for pk in sorted((case_pk, other_pk))}
    except Case.DoesNotExist:
        raise NotVisible(_("There is no such case among yours.")) from None
    for case in found.values():
        access.check(actor, "merge", case)
    return found[case_pk], found[other_pk]


def _refuse(case: Case) -> None:
    number = {"number": case.number}
    if case.merged.exists():
        raise Conflict(
            _("Others are merged into %(number)s: merge the other way round, or undo that first.") % number
        )
    if collectives.of(case) is not None:
        raise Conflict(_("%(number)s is a collective case: merge the other one into it.") % number)
    if case.stage not in MERGED_FROM or any(clock.instalment_id for clock in clocks.live(case)):
        raise Conflict(_("%(number)s is in a procedure: merge the other one into it.") % number)
    if case.offered_to_id is not None:
        raise Conflict(_("%(number)s is dispatched to a unit: take it back first.") % number)
    if case.measures.open().exists():
        raise Conflict(_("%(number)s has open measures: merge the other one into it.") % number)


def _answer_by_the_earlier(row: Merge, into: Case, start: date) -> None:
    """The hotline's own term counts from the worker's first word, in whichever of the two it came."""
    own = next((c for c in clocks.live(into) if (c.rule, c.origin_id) == (terms.HANDLING, None)), None)
    if own is not None and start < own.start:
        row.handling = [own.start.isoformat(), own.source]
        row.save(update_fields=["handling"])
        terms.run(into, terms.HANDLING, start, source="merge.case")


@transaction.atomic
def undo(case_pk: int, actor: Staff, reason: str) -> Case:
    """Let a merged case stand again where it stood: the same step, holders and periods, reckoned anew.

    What came in to the other case since stays there. Raises NotVisible, NotAllowed, Invalid, Conflict.
    """
    into_pk = Case.objects.filter(pk=case_pk).values_list("merged_into", flat=True).first()
    if into_pk is None:
        access.check(actor, "merge", Case.objects.locked(case_pk))
        raise Conflict(_("The case is not merged into another one."))
    case, into = _locked(case_pk, into_pk, actor)
    if case.merged_into_id != into_pk:
        raise Conflict(_("The merge was undone meanwhile: look again."))
    if not reason.strip():
        raise Invalid({"reason": _("Write down why they are two matters.")})
    row = Merge.objects.get(case=case, undone_at=None)
    clocks.end_watched(into, case)
    if row.handling and into.is_open:
        terms.run(into, terms.HANDLING, date.fromisoformat(row.handling[0]), source=row.handling[1])
    merges.undo(row, case, into, actor, reason)
    collectives.apart(case, actor, reason)
    for rule, start, source in row.clocks:
        terms.run(case, rule, date.fromisoformat(start), source=source)
    _release_if_gone(case, actor)
    return case


def _release_if_gone(case: Case, actor: Staff) -> None:
    """Whoever held the step may have left since: nobody handed over a case that was merged."""
    task = current_task(case)
    if task is None:
        return
    step = step_of(task)
    holder = getattr(case, cases.HOLDERS[step])
    if holder is None or staff.at_work(holder):
        return
    cases.release_if_gone(case, step)
    if task.status == STATUS.ASSIGNED:
        with task.activation() as activation:
            activation.unassign()
