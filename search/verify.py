"""Compares the index with the database, case by case."""

from collections.abc import Iterator
from dataclasses import dataclass

from hotline.models import Case, SearchMark
from search.engine import Engine, IndexedVersion

PAGE = 5000


@dataclass(frozen=True)
class Difference:
    """A case whose version in the index is not the database's; None stands for not being there."""

    case_id: int
    indexed: int | None
    stored: int | None


def differences(engine: Engine) -> list[Difference]:
    """Where the index and the database differ, without what waits in marks. Raises EngineDown.

    What changed while it looked is looked at once more, so that a busy floor is no difference.
    """
    first = _compare(engine)
    return [one for one in _compare(engine) if one in first] if first else []


def _compare(engine: Engine) -> list[Difference]:
    indexed = {one.case_id: one.version for one in _all(engine) if not one.deleted}
    stored = dict(Case.objects.values_list("pk", "version"))
    waiting = set(SearchMark.objects.values_list("pk", flat=True))
    return [
        Difference(pk, indexed.get(pk), stored.get(pk))
        for pk in sorted((indexed.keys() | stored.keys()) - waiting)
        if indexed.get(pk) != stored.get(pk)
    ]


def _all(engine: Engine) -> Iterator[IndexedVersion]:
    last = 0
    while page := engine.versions(last, PAGE):
        yield from page
        last = page[-1].case_id
