"""The background worker: each duty in a thread of its own, so that a slow carrier holds up nothing else.

Every duty works from rows and claims what it does, so several workers may run and a kill loses nothing.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

import structlog
from django import db
from django.db import connection
from django.utils import timezone

from hotline.actions import upkeep

log = structlog.get_logger(__name__)
WORKER = "worker"
"""The worker's own heartbeat; its problem names the duties that hang."""
BEAT_SECONDS = 5
HANGING_SECONDS = 120
LONGEST_PAUSE_SECONDS = 60


@dataclass
class Duty:
    """Something done every so many seconds; `run` takes the time and returns how much it did."""

    name: str
    every: float
    run: Callable[[datetime], int]
    failures: int = 0
    running_since: float | None = field(default=None)
    _beaten: float = -BEAT_SECONDS

    def once(self) -> bool:
        """Run it once; a failure is logged and noted by its kind (its words may quote a row)."""
        self.running_since = monotonic()
        problem = ""
        try:
            done = self.run(timezone.now())
            if done:
                log.info(
                    "duty", duty=self.name, done=done, seconds=round(monotonic() - self.running_since, 3)
                )
            self.failures = 0
        except Exception as error:  # whatever one duty meets, it must come back to its work, and alone
            problem = type(error).__name__
            self.failures += 1
            log.error(
                "duty failed", duty=self.name, error=problem, failures=self.failures, where=_where(error)
            )
        self.running_since = None
        self._beat(problem)
        return not problem

    @property
    def pause(self) -> float:
        """Seconds until the next run; longer with each failure in a row."""
        if not self.failures:
            return self.every
        return max(self.every, min(float(2 ** min(self.failures - 1, 10)), LONGEST_PAUSE_SECONDS))

    def _beat(self, problem: str) -> None:
        if problem == "" and monotonic() - self._beaten < BEAT_SECONDS:
            return
        # After a problem the next good run is told at once.
        self._beaten = -BEAT_SECONDS if problem else monotonic()
        _note(self.name, problem)


def run_once(work: Sequence[Duty]) -> list[str]:
    """Run each duty once, one after the other; returns the names of those that failed."""
    failed = [duty.name for duty in work if not duty.once()]
    _note(WORKER, "")
    return failed


def run_until(stop: threading.Event, work: Sequence[Duty]) -> None:
    """Run every duty at its pace until `stop` is set and the runs under way have ended."""
    threads = [threading.Thread(target=_keep_at, args=(duty, stop), name=duty.name) for duty in work]
    for thread in threads:
        thread.start()
    log.info("worker started", duties=len(threads))
    while not stop.is_set():
        _note(WORKER, hanging(work))
        stop.wait(BEAT_SECONDS)
    for thread in threads:
        thread.join()
    connection.close()


def hanging(work: Sequence[Duty]) -> str:
    """The duties whose present run takes longer than two minutes, or nothing."""
    names = [d.name for d in work if (since := d.running_since) and monotonic() - since > HANGING_SECONDS]
    return f"hanging: {', '.join(names)}" if names else ""


def _keep_at(duty: Duty, stop: threading.Event) -> None:
    while not stop.is_set():
        if not duty.once() or connection.vendor == "postgresql":
            connection.close()  # back to the pool; on SQLite a connection costs nothing to keep
        stop.wait(duty.pause)
    connection.close()


def _note(name: str, problem: str) -> None:
    try:
        upkeep.beat(name, timezone.now(), problem)
    except db.Error as error:
        log.warning("heartbeat not written", duty=name, error=type(error).__name__)
        connection.close()


def _where(error: BaseException) -> str:
    """The innermost place in the code; a traceback's words may quote what people said."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}" if trace else ""
