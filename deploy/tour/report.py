"""A line for each step of the tour: what was seen, and how long it took; a table of all scenes at the end."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
LIMIT = 20.0
"""Seconds that anything may take to be seen."""


class NotSeen(Exception):
    """What a step waited for did not come; ends the scene, and the tour with status 1."""


class Step:
    """One step while it is played; `seen` notes what it saw."""

    def __init__(self) -> None:
        self.what = ""

    def seen(self, what: str) -> None:
        """Says what was seen, for the step's line."""
        self.what = f"{self.what}; {what}" if self.what else what


@dataclass
class Tally:
    """What came of a scene's steps."""

    title: str
    seen: int = 0
    failed: int = 0
    seconds: float = 0.0


class Report:
    """Prints a line for each step and counts them by scene."""

    def __init__(self) -> None:
        self.scenes: list[Tally] = []
        self.notes: list[str] = []
        """Said below the table."""

    @contextmanager
    def scene(self, title: str) -> Iterator[None]:
        """A scene: its steps are counted together."""
        print(f"\n{title}", flush=True)
        self.scenes.append(Tally(title))
        started = time.monotonic()
        try:
            yield
        finally:
            self.scenes[-1].seconds = time.monotonic() - started

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """One step: its line is printed at its end, seen or not."""
        step = Step()
        started = time.monotonic()
        try:
            yield step
        except Exception as problem:
            # Whatever went wrong, a person reads which step it was; the scene ends with it.
            self.scenes[-1].failed += 1
            self._line("✗", title, f"{type(problem).__name__}: {problem}", started)
            raise
        self.scenes[-1].seen += 1
        self._line("✓", title, step.what, started)

    def broken_off(self, problem: Exception) -> None:
        """A scene has ended early; counts it where no step of it has said why."""
        if not self.scenes[-1].failed:
            self.scenes[-1].failed = 1
            print(f"  ✗ {type(problem).__name__}: {problem}", flush=True)

    @property
    def failures(self) -> int:
        """How many steps were not seen."""
        return sum(tally.failed for tally in self.scenes)

    def table(self) -> str:
        """All scenes with their steps, and what it comes to."""
        rows = [f"  {'seen':>4}  {'failed':>6}  {'time':>8}"]
        for tally in self.scenes:
            rows.append(f"  {tally.seen:>4}  {tally.failed:>6}  {tally.seconds:>6.1f} s  {tally.title}")
        seen, seconds = sum(t.seen for t in self.scenes), sum(t.seconds for t in self.scenes)
        rows.append(f"  {seen:>4}  {self.failures:>6}  {seconds:>6.1f} s")
        verdict = "Every step was seen." if not self.failures else "Not everything was seen."
        return "\n".join([*rows, *self.notes, verdict])

    def _line(self, mark: str, title: str, what: str, started: float) -> None:
        took = (time.monotonic() - started) * 1000
        print(f"  {mark} {took:6.0f} ms  {title}: {what or 'done'}", flush=True)


async def eventually(look: Callable[[], Awaitable[T | None]], what: str, seconds: float = LIMIT) -> T:
    """The first thing that `look` finds; raises NotSeen with `what` when there is none within `seconds`."""
    end = time.monotonic() + seconds
    while True:
        found = await look()
        if found:
            return found
        if time.monotonic() > end:
            raise NotSeen(f"{what} (waited {seconds:g} s)")
        await asyncio.sleep(0.05)
