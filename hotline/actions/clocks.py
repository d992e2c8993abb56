"""The periods that run on a case. Their dates are reckoned by the caller, from the rules.

A clock is live while it runs or is paused; a paused one presses nobody.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import timezone

from hotline import events
from hotline.enums import ClockState
from hotline.models import Case, Clock, Measure

LIVE = (ClockState.RUNNING, ClockState.PAUSED)
SERVICE = "service."
"""The hotline's own terms: a case that closes has met them."""


def start(
    case: Case,
    rule: str,
    start: date,
    due: date,
    *,
    provisional: bool = False,
    extended: bool = False,
    measure: Measure | None = None,
    paused_since: date | None = None,
    source: str = "",
    derivation: Mapping[str, Any] | None = None,
    alert_on: date | None = None,
    quietly: bool = False,
) -> Clock:
    """Run `rule` on `case` from `start` to `due`; a live clock of the same rule is moved.

    A clock belongs to `measure`, or to the main path: the same rule may run for two measures at once.
    With `quietly` no event is written: the one that brings the clock with it stands for it.
    """
    found = case.clocks.filter(rule=rule, measure=measure, state__in=LIVE).first()
    clock = found or Clock(case=case, rule=rule, measure=measure)
    before = (clock.start, clock.due, clock.extended, clock.paused_since) if found else None
    ended_before = clock.due if found else None
    clock.start, clock.due, clock.provisional, clock.extended = start, due, provisional, extended
    clock.paused_since, clock.source = paused_since, source or clock.source
    clock.state = ClockState.PAUSED if paused_since else ClockState.RUNNING
    clock.derivation = {**derivation} if derivation is not None else clock.derivation
    clock.alert_on = None if paused_since else alert_on
    clock.save()
    if before == (start, due, extended, paused_since):
        return clock
    refresh_next_due(case)
    if not quietly:
        kind = "clock.paused" if paused_since else "clock.running"
        events.record(case, kind, rule=rule, start=start, due=due, before=ended_before, extended=extended)
    return clock


def end(case: Case, rule: str, state: ClockState = ClockState.MET, *, measure: Measure | None = None) -> None:
    """End the live clock of `rule`, if there is one: what it waited for has come, or no longer can."""
    ended = case.clocks.filter(rule=rule, measure=measure, state__in=LIVE).update(
        state=state, ended_at=timezone.now(), alert_on=None
    )
    if ended:
        refresh_next_due(case)
        events.record(case, "clock.ended", rule=rule, state=state)


def end_all(case: Case) -> None:
    """End every clock of a case that closes; the hotline's own terms are met by it."""
    for clock in case.clocks.filter(state__in=LIVE).select_related("measure"):
        state = ClockState.MET if clock.rule.startswith(SERVICE) else ClockState.DROPPED
        end(case, clock.rule, state, measure=clock.measure)


def end_of_measure(measure: Measure, state: ClockState = ClockState.MET) -> None:
    """End every clock of `measure`: its step is done, or it stops."""
    for rule in measure.clocks.filter(state__in=LIVE).values_list("rule", flat=True):
        end(measure.case, rule, state, measure=measure)


def tell(clock: Clock, levels: list[str], next_on: date | None) -> None:
    """Note on the timeline that `levels` are reached for the clock's present end, each once.

    `OVER` is the end itself. `next_on` is the next day on which there is something to tell.
    """
    fresh = [level for level in levels if _told(clock, level) not in clock.told]
    clock.told = [*clock.told, *(_told(clock, level) for level in fresh)]
    clock.alert_on = next_on
    clock.save(update_fields=["told", "alert_on"])
    if "OVER" in fresh:
        events.record(clock.case, "clock.over", topics=["floor"], rule=clock.rule)
    others = [level for level in fresh if level != "OVER"]
    if others:  # one that was entered late has passed several: the last says all
        events.record(
            clock.case, "clock.alert", topics=["floor"], rule=clock.rule, level=others[-1], due=clock.due
        )


def was_told(clock: Clock, level: str) -> bool:
    """Whether `level` was told for the clock's present end."""
    return _told(clock, level) in clock.told


def _told(clock: Clock, level: str) -> str:
    return f"{level} {clock.due.isoformat()}"


def refresh_next_due(case: Case) -> None:
    """Put the nearest running due date on the case, where lists sort by it."""
    nearest = (
        case.clocks.filter(state=ClockState.RUNNING).order_by("due").values_list("due", flat=True).first()
    )
    case.next_due = nearest
    case.save(update_fields=["next_due"])
