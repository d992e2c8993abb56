"""A line for each step of the tour: what was seen, and how long it took."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


class NotSeen(Exception):
    """What a step waited for did not come; ends the scene, and the tour with status 1."""


class Step:
    """One step while it is played; `seen` notes what it saw."""

    def __init__(self) -> None:
        self.what = ""

    def seen(self, what: str) -> None:
        """Says what was seen, for the step's line."""
        self.what = what


class Report:
    """Counts steps and prints their lines."""

    def __init__(self) -> None:
        self.steps = 0
        self.failures = 0

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """One step: its line is printed at its end, seen or not."""
        self.steps += 1
        step = Step()
        started = time.monotonic()
        try:
            yield step
        except Exception as problem:
            # Whatever went wrong, a person reads which step it was; the scene ends with it.
            self.failures += 1
            self._line("✗", title, f"{type(problem).__name__}: {problem}", started)
            raise
        self._line("✓", title, step.what, started)

    def _line(self, mark: str, title: str, what: str, started: float) -> None:
        print(f"  {mark} {time.monotonic() - started:6.2f} s  {title}: {what or 'done'}", flush=True)


async def eventually(look: Callable[[], Awaitable[T | None]], what: str, seconds: float = 10) -> T:
    """The first thing that `look` finds; raises NotSeen with `what` when there is none within `seconds`."""
    end = time.monotonic() + seconds
    while True:
        found = await look()
        if found:
            return found
        if time.monotonic() > end:
            raise NotSeen(f"{what} (waited {seconds:g} s)")
        await asyncio.sleep(0.05)
