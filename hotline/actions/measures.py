"""Starting, moving and ending what is done for a case beside its main path.

Call these with the case locked. The flows' callbacks call `enter` and `end`; nobody else does.
"""

from typing import Any

from django.utils import timezone

from hotline import events
from hotline.actions import clocks, staff
from hotline.enums import ClockState, MeasureKind, MeasureOutcome, Rung
from hotline.models import Case, Measure, MeasureEntry, Staff


def begin(
    case: Case,
    actor: Staff,
    kind: MeasureKind,
    *,
    rung: Rung | None = None,
    addressee: str = "",
    purpose: str = "",
    after: Measure | None = None,
) -> Measure:
    """Write down that `actor` begins a measure on `case`, which they then hold."""
    staff.keep_at_work(actor)
    measure = Measure.objects.create(
        case=case,
        kind=kind,
        rung=rung or "",
        addressee=addressee,
        purpose=purpose,
        after=after,
        holder=actor,
        started_by=actor,
        started_at=timezone.now(),
    )
    _record(measure, "measure.begun", actor, addressee=addressee, note=purpose)
    return measure


def enter(measure: Measure, step: str) -> None:
    """Note that the flow has brought `measure` to `step`."""
    measure.step = step
    measure.save(update_fields=["step"])


def decide(measure: Measure, actor: Staff, decision: str, details: dict[str, Any]) -> MeasureEntry:
    """Keep what was decided at the measure's present step; the clocks that ran at it are met."""
    entry = MeasureEntry.objects.create(
        measure=measure,
        step=measure.step,
        decision=decision,
        actor=actor,
        at=timezone.now(),
        **{name: value for name, value in details.items() if value not in ("", None)},
    )
    clocks.end_of_measure(measure)
    _record(
        measure, "measure.decided", actor, step=measure.step, decision=decision, note=details.get("note", "")
    )
    return entry


def give(measure: Measure, person: Staff | None, actor: Staff | None, reason: str) -> None:
    """Make `person` (None: nobody yet) the holder of `measure`. Raises Conflict when the person has left."""
    if person is not None:
        staff.keep_at_work(person)
    before, measure.holder = measure.holder_id, person
    measure.save(update_fields=["holder"])
    topics = [f"staff:{before}"] if before else []
    to_name = str(person) if person else ""
    _record(measure, "measure.given", actor, topics=topics, to_name=to_name, reason=reason)


def end(measure: Measure, outcome: MeasureOutcome, actor: Staff | None = None, reason: str = "") -> None:
    """End `measure` with `outcome`; its clocks no longer run."""
    clocks.end_of_measure(measure, ClockState.DROPPED)
    measure.step, measure.outcome, measure.ended_at = "", outcome, timezone.now()
    measure.save(update_fields=["step", "outcome", "ended_at"])
    _record(measure, "measure.ended", actor, outcome=outcome, reason=reason)


def _record(
    measure: Measure, kind: str, actor: Staff | None, topics: list[str] | None = None, **data: Any
) -> None:
    told = [*(topics or []), "floor", *([f"staff:{measure.holder_id}"] if measure.holder_id else [])]
    events.record(
        measure.case,
        kind,
        actor=actor,
        topics=told,
        measure=measure.pk,
        measure_kind=measure.kind,
        rung=measure.rung,
        **data,
    )
