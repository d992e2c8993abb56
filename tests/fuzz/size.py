"""How much is thrown at the hotline: little in the suite, all of it by `deploy/drills/fuzz`."""

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, settings


class Tally:
    """Counts what was sent and answered, and the slowest of it; written where the drill reads it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.counts: Counter[str] = Counter()
        self.slowest = 0.0
        self.wrong: list[str] = []

    def add(self, kind: str, status: int, seconds: float, wrong: str) -> None:
        """One post of `kind`, answered with `status`; `wrong` says what is off, if anything."""
        self.counts.update(["sent", kind, f"answered {status // 100}xx"])
        self.slowest = max(self.slowest, seconds)
        if wrong:
            self.counts["off"] += 1
            self.wrong = [*self.wrong, wrong][-20:]

    def write(self) -> None:
        """Leave the counts where the drill looks for them."""
        folder = os.environ.get("FUZZ_REPORTS")
        if folder:
            told = {"counts": self.counts, "slowest": self.slowest, "wrong": self.wrong}
            Path(folder, f"{self.name}.json").write_text(json.dumps(told), encoding="utf-8")


def sized(name: str, small: int, **more: Any) -> settings:
    """`small` examples, always the same ones; or as many as the environment says, new ones each time."""
    wanted = int(os.environ.get(f"FUZZ_{name}", "0"))
    return settings(
        max_examples=wanted or small,
        derandomize=not wanted,
        database=None,
        deadline=None,
        verbosity=Verbosity.quiet,  # the assertion says it all
        phases=(Phase.generate,) if wanted else (Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        **more,
    )
