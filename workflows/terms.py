"""The statutory periods of a case: from the rules as data to the clocks and timers that run."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from hotline.actions import clocks
from hotline.enums import ClockState
from hotline.models import Case
from workflows.deadlines.compute import due as due_of
from workflows.deadlines.rules import DeadlineError, get

LIMITATION = "limitation.general"
MEDIATION = "mediation.agreement"
ACCEPTANCE = "arbitration.acceptance"
AWARD = "arbitration.award"
NEVER = date(9999, 12, 30)


def longest_extension(rule: str) -> int:
    """By how much `rule` may be made longer today, in its own unit."""
    return get(rule, timezone.localdate()).extension


def run(case: Case, rule: str, start: date, *, extended: bool = False) -> None:
    """Run `rule` on `case` from `start`, which may be in the past."""
    found = due_of(get(rule, start), start, extension=extended)
    clocks.start(case, rule, start, found.due, provisional=found.provisional, extended=extended)


def follow_limitation(case: Case) -> None:
    """Let the limitation clock run from what the lawyer found, else from what the worker says.

    Labour Dispute Mediation and Arbitration Law, Art. 27: one year from the day the worker knew or should
    have known; while the employment lasts, unpaid wages wait, and from its end the year runs.
    """
    review = case.reviews.exclude(limitation_from=None).last()
    start = review.limitation_from if review else case.known_on or case.employed_until
    try:
        rule = get(LIMITATION, start) if start else None
    except DeadlineError:
        # The law of 2008 does not reach back to that day: a lawyer has to say what held then.
        rule = None
    if start is None or rule is None:
        clocks.end(case, LIMITATION, ClockState.DROPPED)
    else:
        run(case, LIMITATION, start)


def end_of(day: date) -> datetime:
    """The moment at which `day` is over, at the hotline's place."""
    zone = ZoneInfo(settings.TIME_ZONE)
    return datetime.combine(day + timedelta(days=1), time.min, zone).astimezone(UTC)


def _over(activation: Any, rule: str) -> datetime:
    clock = activation.process.case.clocks.filter(rule=rule, state=ClockState.RUNNING).first()
    # Steps run the clock before they reach the node; without one there is nothing to warn of today.
    return end_of(clock.due if clock else NEVER)


def mediation_over(activation: Any) -> datetime:
    """When the 15 days of mediation are over (Art. 14)."""
    return _over(activation, MEDIATION)


def acceptance_over(activation: Any) -> datetime:
    """When the commission's five working days are over (Art. 29)."""
    return _over(activation, ACCEPTANCE)


def award_over(activation: Any) -> datetime:
    """When the commission's 45 days are over (Art. 43)."""
    return _over(activation, AWARD)
