"""The starting line of a race, and what runs in it."""

import threading
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from hotline.enums import Channel, Direction
from hotline.errors import HotlineError
from workflows import reception

THREADS = 8
ROUNDS = 1 if settings.ON_SQLITE else 4
"""How often a race is run that does not break each time without its lock; one writer never breaks."""
LONGEST = 60
"""Seconds after which a racer counts as locked up."""


def race(work: Callable[[int], Any], threads: int = THREADS) -> list[Any]:
    """Run `work(0..threads-1)` at once, each on a connection of its own; results or refusals, in order.

    What is neither a result nor a refusal (HotlineError) that a person can read is raised here.
    """
    barrier = threading.Barrier(threads)
    results: list[Any] = [TimeoutError(f"locked up for {LONGEST} s")] * threads

    def run(number: int) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(LONGEST)
            results[number] = work(number)
        except Exception as error:
            results[number] = error
        finally:
            connection.close()

    running = [threading.Thread(target=run, args=(number,), daemon=True) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join(LONGEST)
    broken = [r for r in results if isinstance(r, Exception) and not isinstance(r, HotlineError)]
    if broken:
        raise ExceptionGroup("the race broke down", broken)
    return results


def done(results: list[Any]) -> list[Any]:
    """Those of the results that are no refusals."""
    return [result for result in results if not isinstance(result, HotlineError)]


def arrival(provider_id: str, number: str | None, channel: Channel = Channel.SMS) -> reception.Arrival:
    """A message (or call) as the carrier brings it."""
    return reception.Arrival(
        channel=channel,
        provider_id=provider_id,
        address=number or "anonymous",
        number=number,
        direction=Direction.INBOUND,
        at=timezone.now(),
    )
