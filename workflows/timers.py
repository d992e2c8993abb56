"""Fires the flow's timers that are due, one transaction each."""

from datetime import datetime, timedelta

import structlog
from django.db import transaction
from viewflow.workflow import STATUS
from viewflow.workflow.models import Task

from hotline.models import Case
from workflows.models import case_of_task

log = structlog.get_logger(__name__)
PARKED = timedelta(minutes=10)


def fire_due(now: datetime) -> int:
    """Fire every timer that is due at `now` and return how many fired.

    Safe to run in several workers: each timer is looked at again under its case's lock. One that fails
    is parked for ten minutes and told in the log, so that it holds up no other.
    """
    due = Task.objects.filter(flow_task_type="TIMER", status=STATUS.SCHEDULED, scheduled__lte=now)
    fired = 0
    for pk in due.order_by("scheduled").values_list("pk", flat=True)[:500]:
        try:
            fired += _fire(pk, now)
        except Exception as error:  # whatever one case's timer meets, the others must still fire
            log.error("timer failed", task=pk, error=type(error).__name__)
            Task.objects.filter(pk=pk, status=STATUS.SCHEDULED).update(scheduled=now + PARKED)
    return fired


@transaction.atomic
def _fire(pk: int, now: datetime) -> int:
    Case.objects.locked(case_of_task(pk))
    with Task.objects.get(pk=pk).activation() as activation:
        # A person may have completed the step, or moved the term, since we looked.
        if activation.task.status != STATUS.SCHEDULED or activation.task.scheduled > now:
            return 0
        activation.start()
        activation.execute()
    task = Task.objects.get(pk=pk)
    broken = task.process.task_set.filter(status=STATUS.ERROR).exists()
    if broken:
        raise RuntimeError("a step after the timer failed")
    return 1
