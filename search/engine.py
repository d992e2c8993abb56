"""What every search engine does for the hotline. `tests/search/test_contract.py` says it in tests.

An engine returns ids, totals and facets, never text: what is shown comes from the database.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from search.document import CaseDocument
from search.query import ParsedQuery

Sort = Literal["newest", "relevance"]


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
    """Cases with a call that this agent holds."""


@dataclass(frozen=True)
class Hits:
    """One page of what was found, and the exact total of all pages."""

    total: int
    ids: tuple[int, ...]
    cursor: str | None
    """What `after` takes for the next page; None on the last one."""
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """How many there are of each stage; on the first page only."""


@dataclass(frozen=True)
class IndexedVersion:
    """What `versions` says of one document."""

    case_id: int
    version: int
    deleted: bool


class Engine(Protocol):
    """A search engine over case documents. Every method raises EngineDown when it cannot answer."""

    def write(self, docs: Sequence[CaseDocument]) -> Mapping[int, str]:
        """Put `docs` in, each in the place of its case's older one, and make them visible.

        A document older than the one inside is left out; one of the same version replaces it. Returns the
        ids of those that could not be taken, with the reason. Raises WriterBusy.
        """
        ...

    def search(
        self, query: ParsedQuery, scope: Scope, *, size: int, after: str | None = None, sort: Sort = "newest"
    ) -> Hits:
        """The cases of `scope` that match every term of `query`. Raises ValueError for a wrong cursor."""
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
