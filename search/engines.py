"""Which engine searches: Elasticsearch where `ELASTICSEARCH_URL` is set, else the embedded one."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from django.conf import settings

from search import generations
from search.engine import Engine


class Generations(Protocol):
    """What each engine's own module of generations does; see there."""

    def built(self) -> bool:
        """Whether there is an index of this schema."""
        ...

    def reader(self) -> Engine:
        """The engine to search with."""
        ...

    def writing(self) -> AbstractContextManager[Engine]:
        """The engine to write to."""
        ...

    def stop_writing(self) -> None:
        """Give back what is held between turns."""
        ...

    def building(self) -> AbstractContextManager[tuple[Engine, Sequence[Engine]]]:
        """A new generation to be filled, in use once the block ends well, and what changes are written to."""
        ...


def in_use() -> Generations:
    """The generations of the engine that the settings name."""
    if settings.ELASTICSEARCH_URL:
        # Its client alone takes a quarter of the time in which a process starts.
        from search import elastic_generations

        return elastic_generations
    return generations


def reader() -> Engine:
    """The engine to search with. Raises EngineDown."""
    return in_use().reader()
