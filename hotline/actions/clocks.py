"""The statutory periods that run on a case. Their dates are reckoned by the caller, from the rules."""

from datetime import date

from django.utils import timezone

from hotline import events
from hotline.enums import ClockState
from hotline.models import Case, Clock, Measure


def start(
    case: Case,
    rule: str,
    start: date,
    due: date,
    *,
    provisional: bool = False,
    extended: bool = False,
    measure: Measure | None = None,
) -> None:
    """Run `rule` on `case` from `start` to `due`; a running clock of the same rule is moved.

    A clock belongs to `measure`, or to the main path: the same rule may run for two measures at once.
    """
    clock = case.clocks.filter(rule=rule, measure=measure, state=ClockState.RUNNING).first()
    if clock and (clock.start, clock.due, clock.extended) == (start, due, extended):
        return
    before = clock.due if clock else None
    clock = clock or Clock(case=case, rule=rule, measure=measure)
    clock.start, clock.due, clock.provisional, clock.extended = start, due, provisional, extended
    clock.save()
    refresh_next_due(case)
    events.record(case, "clock.running", rule=rule, start=start, due=due, before=before, extended=extended)


def end(case: Case, rule: str, state: ClockState = ClockState.MET, *, measure: Measure | None = None) -> None:
    """End the running clock of `rule`, if there is one: what it waited for has come, or no longer can."""
    ended = case.clocks.filter(rule=rule, measure=measure, state=ClockState.RUNNING).update(
        state=state, ended_at=timezone.now()
    )
    if ended:
        refresh_next_due(case)
        events.record(case, "clock.ended", rule=rule, state=state)


def end_all(case: Case) -> None:
    """End every clock of a case that closes."""
    for clock in case.clocks.filter(state=ClockState.RUNNING).select_related("measure"):
        end(case, clock.rule, ClockState.DROPPED, measure=clock.measure)


def end_of_measure(measure: Measure, state: ClockState = ClockState.MET) -> None:
    """End every clock of `measure`: its step is done, or it stops."""
    for rule in measure.clocks.filter(state=ClockState.RUNNING).values_list("rule", flat=True):
        end(measure.case, rule, state, measure=measure)


def refresh_next_due(case: Case) -> None:
    """Put the nearest running due date on the case, where lists sort by it."""
    nearest = (
        case.clocks.filter(state=ClockState.RUNNING).order_by("due").values_list("due", flat=True).first()
    )
    case.next_due = nearest
    case.save(update_fields=["next_due"])
