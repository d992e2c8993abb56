"""One row for each thing measured: a ratio to its yardstick, the bound, and what was counted wrong."""

from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

Measure = Callable[[], float]


@dataclass
class Row:
    """What was measured. `share` rows are to reach the bound, the others are not to exceed it."""

    name: str
    against: str
    ratio: float | None = None
    bound: float | None = None
    share: bool = True
    figures: str = ""
    """Absolute figures, for information."""
    wrong: list[str] = field(default_factory=list)
    """Wrong answers and missing rows: any of them fails the line."""

    @property
    def holds(self) -> bool:
        """Whether the bound is kept and nothing was wrong."""
        if self.wrong:
            return False
        if self.ratio is None or self.bound is None:
            return True
        return self.ratio >= self.bound if self.share else self.ratio <= self.bound

    def line(self) -> str:
        """The row as it is printed."""
        mark = "ok    " if self.holds else "MISSED"
        told = "-" if self.ratio is None else (f"{self.ratio:.0%}" if self.share else f"{self.ratio:.2f}x")
        bound = ""
        if self.bound is not None:
            bound = f"at least {self.bound:.0%}" if self.share else f"at most {self.bound:g}x"
        lines = [f"{mark} {told:>7}  {bound:<13} {self.name}", f"{'':17}against {self.against}"]
        lines += [f"{'':17}{self.figures}"] if self.figures else []
        return "\n".join(lines + [f"{'':17}WRONG: {one}" for one in self.wrong[:5]])


def in_turn(ours: Measure, bare: Measure, rounds: int) -> tuple[float, float]:
    """The medians of both, measured in turn so that what else the machine does meets both alike."""
    pairs = [(ours(), bare()) if turn % 2 else (bare(), ours())[::-1] for turn in range(rounds)]
    return median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)
