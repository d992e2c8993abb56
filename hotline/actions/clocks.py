"""The statutory periods that run on a case. Their dates are reckoned by the caller, from the rules."""

from datetime import date

from django.utils import timezone

from hotline import events
from hotline.enums import ClockState
from hotline.models import Case, Clock


def start(
    case: Case, rule: str, start: date, due: date, *, provisional: bool = False, extended: bool = False
) -> None:
    """Run `rule` on `case` from `start` to `due`; a running clock of the same rule is moved."""
    clock = case.clocks.filter(rule=rule, state=ClockState.RUNNING).first()
    if clock and (clock.start, clock.due, clock.extended) == (start, due, extended):
        return
    before = clock.due if clock else None
    clock = clock or Clock(case=case, rule=rule)
    clock.start, clock.due, clock.provisional, clock.extended = start, due, provisional, extended
    clock.save()
    refresh_next_due(case)
    events.record(case, "clock.running", rule=rule, start=start, due=due, before=before, extended=extended)


def end(case: Case, rule: str, state: ClockState = ClockState.MET) -> None:
    """End the running clock of `rule`, if there is one: what it waited for has come, or no longer can."""
    ended = case.clocks.filter(rule=rule, state=ClockState.RUNNING).update(
        state=state, ended_at=timezone.now()
    )
    if ended:
        refresh_next_due(case)
        events.record(case, "clock.ended", rule=rule, state=state)


def end_all(case: Case) -> None:
    """End every clock of a case that closes."""
    for rule in case.clocks.filter(state=ClockState.RUNNING).values_list("rule", flat=True):
        end(case, rule, ClockState.DROPPED)


def refresh_next_due(case: Case) -> None:
    """Put the nearest running due date on the case, where lists sort by it."""
    nearest = (
        case.clocks.filter(state=ClockState.RUNNING).order_by("due").values_list("due", flat=True).first()
    )
    case.next_due = nearest
    case.save(update_fields=["next_due"])
