"""`manage.py work`: does what is due, from rows, until it is told to end."""

import signal
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hotline.actions import absences, conflicts, reminders, upkeep
from hotline.live import worker
from hotline.live.worker import Duty
from hotline.telephony.duties import DUTIES as TELEPHONY
from search import alerts, attachments, drift, outbox
from workflows import emergencies, reviews, sweep, timers
from workflows.documents import pdf

DRAIN_LIMIT = 200


def drain_search(now: datetime) -> int:
    """Bring the search index up to the rows, at most 4,000 cases; returns how many were written."""
    done = written = outbox.drain(DRAIN_LIMIT)
    while written == DRAIN_LIMIT and done < 20 * DRAIN_LIMIT:
        written = outbox.drain(DRAIN_LIMIT)
        done += written
    return done


def duties() -> list[Duty]:
    """Everything the worker does, with its pace."""
    own: list[tuple[str, float, Callable[[datetime], int]]] = [
        ("timers", 1, timers.fire_due),
        ("deadlines", 5, sweep.run),
        ("emergencies", 15, emergencies.tell_late),
        ("reviews", 30, reviews.lapse_due),
        ("conflicts", 1, conflicts.recheck_due),
        ("absences", 30, absences.run),
        ("documents.pdf", 2, pdf.print_due),
        ("documents.sweep", 60, pdf.sweep_due),
        ("digests", 60, reminders.send_digests),
        ("purge", 60, upkeep.purge),
        ("attachments.read", 2, attachments.read_due),
        # After what changes cases: one round (`--once`) leaves nothing to be found later.
        ("search", 0.2, drain_search),
        ("search.renew", 5, outbox.renew),
        ("search.drift", 1, drift.step),
        ("search.alerts", 5, alerts.look),
    ]
    return [Duty(name, every, run) for name, every, run in [*TELEPHONY, *own]]


class Command(BaseCommand):
    help = "Do what is due: offers, messages, recordings, timers, search. SIGTERM and Ctrl-C end it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="run each duty once, then end")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        work = duties()
        if once:
            if failed := worker.run_once(work):
                raise CommandError(f"failed: {', '.join(failed)} (the log says where)")
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        worker.run_until(stop, work)
