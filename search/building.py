"""What whoever fills a new generation of the index is given."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from search.engine import Engine


@dataclass(frozen=True)
class Building:
    """A generation that is being filled; it outlives a builder that is killed, and the next one goes on."""

    engine: Engine
    """The new one."""
    written: Sequence[Engine]
    """What live changes are written to meanwhile."""
    position: int
    """Cases up to this id are in it already."""
    keep_position: Callable[[int], None]
    """Note beside it that the cases up to this id are in it."""
