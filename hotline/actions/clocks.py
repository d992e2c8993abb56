"""The periods that run on a case. Their dates are reckoned by the caller, from the rules.

A clock is live while it runs or is paused; a paused one presses nobody.
"""

from datetime import date
from typing import Any

from django.utils import timezone

from hotline import events
from hotline.enums import ClockState
from hotline.models import Case, Clock, Instalment, Measure, Member
from hotline.models.prepared import Given, Prepared, insert, update
from hotline.readings import once

LIVE = (ClockState.RUNNING, ClockState.PAUSED)
OF_CASE = Prepared(lambda: Clock.objects.filter(case=Given("case"), state__in=LIVE))
RECKONED = (
    "start", "due", "extended", "provisional", "paused_since", "source", "derivation", "alert_on", "state",
)  # fmt: skip
"""What a clock that is moved may change."""
SERVICE = "service."
"""The hotline's own terms: a case that closes has met them."""


def live(case: Case) -> list[Clock]:
    """The clocks that run on `case` or are paused, those of its measures too."""
    rows = once(("clocks", case.pk), lambda: OF_CASE.all(case=case.pk))
    for clock in rows:
        clock.case = case
    return rows


def reckoned(clock: Clock, due: date, *, paused_since: date | None = None, **fields: Any) -> None:
    """Put on `clock` when it is due and how that was found; saves nothing."""
    clock.due, clock.paused_since = due, paused_since
    clock.state = ClockState.PAUSED if paused_since else ClockState.RUNNING
    for name, value in fields.items():
        setattr(clock, name, value)
    clock.alert_on = None if paused_since else clock.alert_on


def start(
    case: Case,
    rule: str,
    start: date,
    due: date,
    *,
    measure: Measure | None = None,
    instalment: Instalment | None = None,
    origin: Case | None = None,
    member: Member | None = None,
    source: str = "",
    **how: Any,
) -> Clock:
    """Run `rule` on `case` from `start` to `due`; a live clock of the same rule is moved.

    A clock belongs to `measure`, to `instalment`, or to the main path: the same rule may run for two
    measures or instalments at once. One of `origin`, a case merged into this one, is watched beside them.
    `how` is what `reckoned` takes. Call it with the case locked.
    """
    running = live(case)
    found = _one(running, rule, measure, instalment, origin, member)
    owners = {"measure": measure, "instalment": instalment, "origin": origin, "member": member}
    clock = found or Clock(case=case, rule=rule, **owners)
    kept = [getattr(clock, name) for name in RECKONED]
    before = (clock.start, clock.due, clock.extended, clock.paused_since) if found else None
    ended_before = clock.due if found else None
    clock.start, clock.source = start, source or clock.source
    reckoned(clock, due, **how)
    if found is None:
        insert(clock)
        running.append(clock)
    elif kept != [getattr(clock, name) for name in RECKONED]:
        update(clock, *RECKONED)
    if before != (start, due, clock.extended, clock.paused_since):
        _tell_change(
            case,
            running,
            "clock.paused" if clock.paused_since else "clock.running",
            rule=rule,
            start=start,
            due=due,
            before=ended_before,
            extended=clock.extended,
        )
    return clock


def end(case: Case, *rules: str, state: ClockState = ClockState.MET) -> None:
    """End the main path's live clocks of `rules`: what they waited for has come, or no longer can."""
    running = live(case)
    for rule in rules:
        clock = _one(running, rule, None)
        if clock is not None:
            _end(case, running, clock, state)


def end_all(case: Case) -> None:
    """End every clock of a case that closes; the hotline's own terms are met by it."""
    running = live(case)
    for clock in running[:]:
        _end(case, running, clock, ClockState.MET if clock.rule.startswith(SERVICE) else ClockState.DROPPED)


def end_of_measure(measure: Measure, state: ClockState = ClockState.MET) -> None:
    """End every clock of `measure`: its step is done, or it stops."""
    running = live(measure.case)
    for clock in running[:]:
        if clock.measure_id == measure.pk:
            _end(measure.case, running, clock, state)


def end_of_instalment(case: Case, instalment: Instalment, state: ClockState = ClockState.MET) -> None:
    """End the clock of `instalment`: it is paid, or no longer waited for."""
    running = live(case)
    for clock in running[:]:
        if clock.instalment_id == instalment.pk:
            _end(case, running, clock, state)


def end_watched(case: Case, origin: Case | None = None) -> None:
    """End what is watched on `case` for `origin`, or for all that were merged into it."""
    running = live(case)
    for clock in running[:]:
        if clock.origin_id is not None and (origin is None or clock.origin_id == origin.pk):
            _end(case, running, clock, ClockState.DROPPED)


def end_of_members(case: Case, *, but: tuple[int, str] | None, met: bool) -> None:
    """End the limitation of any member that runs on `case`, except `but` (the member's id and the rule)."""
    running = live(case)
    for clock in running[:]:
        if clock.member_id is not None and (clock.member_id, clock.rule) != but:
            _end(case, running, clock, ClockState.MET if met else ClockState.DROPPED)


def _one(
    running: list[Clock],
    rule: str,
    measure: Measure | None,
    instalment: Instalment | None = None,
    origin: Case | None = None,
    member: Member | None = None,
) -> Clock | None:
    owners = (measure, instalment, origin, member)
    wanted = (rule, *(owner.pk if owner else None for owner in owners))
    keys = ((c, (c.rule, c.measure_id, c.instalment_id, c.origin_id, c.member_id)) for c in running)
    return next((clock for clock, key in keys if key == wanted), None)


def _end(case: Case, running: list[Clock], clock: Clock, state: ClockState) -> None:
    clock.state, clock.ended_at, clock.alert_on = state, timezone.now(), None
    update(clock, "state", "ended_at", "alert_on")
    running.remove(clock)
    _tell_change(case, running, "clock.ended", rule=clock.rule, state=state)


def _tell_change(case: Case, running: list[Clock], kind: str, **data: Any) -> None:
    """Record it, and with it the nearest due date, by which lists sort."""
    case.next_due = min((clock.due for clock in running if clock.state == ClockState.RUNNING), default=None)
    events.record(case, kind, changed=["next_due"], **data)


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
