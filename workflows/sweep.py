"""What the worker does about periods: tells what they have come to, and follows them through a change.

Works from rows: a clock is looked at on its `alert_on` and no day before, so a sweep costs what is due.
"""

from collections.abc import Callable
from datetime import datetime

import structlog
from django.db import transaction
from django.utils import timezone

from hotline.actions import clocks
from hotline.enums import ClockState
from hotline.models import BookChange, Case, Clock
from workflows import rulebook, terms

log = structlog.get_logger(__name__)
BATCH = 200


def run(now: datetime) -> int:
    """Tell what is due, settle what was provisional, and carry out changes of the book; returns how many."""
    today = timezone.localdate(now)
    due = Clock.objects.filter(state=ClockState.RUNNING, alert_on__lte=today)
    told = sum(_locked(pk, _tell) for pk in due.order_by("alert_on").values_list("pk", flat=True)[:BATCH])
    return told + _settle() + _apply(now)


def _locked(pk: int, act: Callable[[Clock], None]) -> int:
    """Look at one clock under its case's lock; what one meets holds up no other."""
    try:
        with transaction.atomic():
            case_pk = Clock.objects.values_list("case_id", flat=True).get(pk=pk)
            case = Case.objects.select_related("unit").get(pk=Case.objects.locked(case_pk).pk)
            clock = Clock.objects.select_related("measure", "instalment").get(pk=pk)
            clock.case = case
            if clock.state not in clocks.LIVE:
                return 0
            act(clock)
            return 1
    except Exception as error:  # whatever one clock meets, the others must still be told
        log.error("clock failed", clock=pk, error=type(error).__name__)
        Clock.objects.filter(pk=pk).update(alert_on=timezone.localdate() + terms.ONE_DAY)
        return 0


def _tell(clock: Clock) -> None:
    found = terms.reached(rulebook.fresh(), clock, timezone.localdate())
    clocks.tell(clock, found.levels, found.next_on)
    if clock.rule in terms.LAPSING and "OVER" in found.levels:
        clocks.end(clock.case, clock.rule, state=ClockState.DROPPED)


def _settle() -> int:
    """Reckon again what was provisional and whose years are known by now."""
    waiting = Clock.objects.filter(provisional=True, state__in=clocks.LIVE)
    if not waiting.exists():  # almost always: a year is settled long before most periods reach it
        return 0
    years = rulebook.fresh().calendar.years
    latest = waiting.filter(due__year__in=years).order_by("due").values_list("pk", "start", "due")
    spans = ((pk, sorted((start.year, due.year))) for pk, start, due in latest[:BATCH])  # some count back
    ready = [pk for pk, (first, last) in spans if set(range(first, last + 1)) <= years]
    return sum(_locked(pk, terms.follow_again) for pk in ready)


def _apply(now: datetime) -> int:
    """Follow the live clocks through the oldest change of the book that is not carried out yet."""
    change = BookChange.objects.filter(done_at=None).order_by("pk").first()
    if change is None:
        return 0
    affected = Clock.objects.filter(state__in=clocks.LIVE, pk__gt=change.reached).order_by("pk")
    if "code" in change.data:
        affected = affected.filter(rule=change.data["code"])
    pks = list(affected.values_list("pk", flat=True)[:BATCH])
    for pk in pks:
        _locked(pk, terms.follow_again)
    if pks:
        BookChange.objects.filter(pk=change.pk).update(reached=pks[-1])
    else:
        BookChange.objects.filter(pk=change.pk).update(done_at=now)
    return len(pks)
