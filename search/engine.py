"""What every search engine does for the hotline. `tests/search/test_contract.py` says it in tests.

An engine returns ids, totals and facets, never text: what is shown comes from the database.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from search.document import CaseDocument
from search.paging import Sort
from search.query import Days, ParsedQuery

FACETS = ("stage", "category", "district", "urgency", "lawyer", "month")
"""What hits are counted and chosen by."""


class EngineDown(Exception):
    """The engine cannot answer; the message is for the log and the administrator."""


class WriterBusy(Exception):
    """Another process writes to this index."""


@dataclass(frozen=True)
class Scope:
    """Whose cases are searched: those that meet any one of these. The empty scope finds nothing."""

    unit_paths: tuple[str, ...] = ()
    """Cases of these units and of the units below them."""
    lawyer_id: int | None = None
    mediation_paths: tuple[str, ...] = ()
    """Cases with a mediation in these units or below."""
    holder_id: int | None = None
    """Cases that this person has for a while: by a call, by a measure, or for a lawyer who is away."""


@dataclass(frozen=True)
class Filters:
    """What the person has chosen beside the words: of each facet any of the values, and days of opening."""

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By facet; `fields.NONE` stands for cases that have none."""
    days: Days = Days()

    def __bool__(self) -> bool:
        return any(self.values.values()) or self.days != Days()


@dataclass(frozen=True)
class Hits:
    """One page of what was found, and the total of all pages."""

    total: int
    ids: tuple[int, ...]
    cursor: str | None
    """What `after` takes for the next page; None on the last one."""
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """How many there are of each value of the facets that were asked for. What is chosen of a facet does
    not narrow its own counts: they say what choosing another value would give."""
    more: bool = False
    """There may be more than `total`: counting all of them would have cost too much."""
    behind: int | None = None
    """How many of all stand behind the place where the page begins, where that was asked for."""
    renewed: bool = False
    """The list no longer stands still as it was: it goes on in the index of now. See `Engine.search`."""


@dataclass(frozen=True)
class IndexedVersion:
    """What `versions` says of one document."""

    case_id: int
    version: int
    deleted: bool
    touched: int = 0
    """`fields.touched_key` of the moment at which the case was changed last."""


NO_FILTERS = Filters()


class Engine(Protocol):
    """A search engine over case documents. Every method raises EngineDown when it cannot answer."""

    def write(self, docs: Sequence[CaseDocument]) -> Mapping[int, str]:
        """Put `docs` in, each in the place of its case's older one, and make them visible.

        A document older than the one inside is left out; one of the same version replaces it. Returns the
        ids of those that could not be taken, with the reason. Raises WriterBusy.
        """
        ...

    def search(
        self,
        query: ParsedQuery,
        scope: Scope,
        *,
        size: int,
        after: str | None = None,
        sort: Sort = "newest",
        filters: Filters = NO_FILTERS,
        facets: Sequence[str] = (),
        placed: bool = False,
    ) -> Hits:
        """The cases of `scope` that match every clause of `query` and all `filters`.

        `placed`: by `newest` and `oldest`, also how many stand behind `after`, with an exact total.

        By `newest` and `oldest` a page begins behind the last case of the one before it by the moment of
        opening, which never changes: each case that is found all the while is on exactly one page. By
        `relevance` and `deadline` the list is kept as it is from the second page on for some minutes; when
        it is gone, it goes on behind the same place in the index of now and says so (`Hits.renewed`).
        Raises ValueError for a wrong cursor.
        """
        ...

    def versions(self, after_id: int, limit: int) -> list[IndexedVersion]:
        """What is inside with a case id above `after_id`, by rising id; tombstones too."""
        ...

    def count(self) -> int:
        """How many cases are inside, without tombstones."""
        ...

    def ready(self) -> bool:
        """Whether a search would be answered."""
        ...

    def close(self) -> None:
        """Give back what is held: the right to write, connections."""
        ...
