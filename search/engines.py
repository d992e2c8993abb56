"""Which engine searches: Elasticsearch where `ELASTICSEARCH_URL` is set, else the embedded one."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from django.conf import settings

from search import generations
from search.building import Building, always
from search.engine import Engine


class Generations(Protocol):
    """What each engine's own module of generations does; see there."""

    def built(self) -> bool:
        """Whether there is an index of this schema."""
        ...

    def outdated(self) -> bool:
        """Whether the index in use was made by code that read less of a case; it answers all the same."""
        ...

    def name(self) -> str | None:
        """The generation in use; None before the first is built in this schema."""
        ...

    def half_built(self) -> str | None:
        """The generation that is being built, or whose builder was killed."""
        ...

    def reader(self) -> Engine:
        """The engine to search with."""
        ...

    def writing(self) -> AbstractContextManager[Sequence[Engine]]:
        """What changes are written to."""
        ...

    def stop_writing(self) -> None:
        """Give back what is held between turns."""
        ...

    def building(
        self, *, afresh: bool = False, needed: Callable[[], bool] = always
    ) -> AbstractContextManager[Building]:
        """A new generation to be filled, in use once the block ends well.

        The one whose builder was killed, if there is one that reads as much of a case; `afresh` throws that
        away. Raises WriterBusy, and makes none, where it is not `needed` once nobody else builds.
        """
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
