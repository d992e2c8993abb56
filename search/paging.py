"""Where a page of hits begins: cursors, and lists that stand still while they are read.

Hits are sorted by whole numbers that no two cases share, so a page begins behind the last case of the one
before it, whatever has been written since, however far down the list.
"""

import secrets
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

Sort = Literal["newest", "oldest", "relevance", "deadline"]
SORT_FIELD = {"newest": "newest", "oldest": "newest", "relevance": "newest", "deadline": "deadline"}
RISING = frozenset({"oldest", "deadline"})
MOVING = frozenset({"relevance", "deadline"})
"""Sorts by what may change in a case: their lists are kept still from the second page on."""
VIEW_SECONDS = 300
"""How long a list is kept still after its last page was read."""
_LARGEST = 2**63 - 1
View = TypeVar("View")


@dataclass(frozen=True)
class Cursor:
    """Behind which case a page begins."""

    sort: Sort
    rank: int
    """How well that case was found; 0 where hits are not sorted by it."""
    key: int
    """Its place in the sort's own order."""
    view: str = ""
    """The engine's name for the list that stands still."""

    def __str__(self) -> str:
        return ":".join([self.sort[0], str(self.rank), str(self.key), self.view])


def read(after: str | None, sort: Sort) -> Cursor | None:
    """The cursor in `after`. Raises ValueError for what no engine has given out for this sort."""
    if not after:
        return None
    parts = after.split(":", 3)
    if len(parts) != 4 or parts[0] != sort[0]:
        raise ValueError("invalid literal: no cursor of this list")
    cursor = Cursor(sort, int(parts[1]), int(parts[2]), parts[3])
    if not 0 <= cursor.rank < 100 or abs(cursor.key) > _LARGEST:
        raise ValueError("invalid literal: no cursor is that large")
    return cursor


class Views(Generic[View]):
    """Lists that stand still: `limit` of them, for `VIEW_SECONDS` after each was last asked for."""

    def __init__(self, limit: int = 64) -> None:
        self._limit = limit
        self._kept: OrderedDict[str, tuple[float, View]] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, view: View) -> str:
        """Keep `view`; returns its name."""
        name = secrets.token_urlsafe(9)
        with self._lock:
            self._kept[name] = time.monotonic(), view
            self._drop_old()
        return name

    def get(self, name: str) -> View | None:
        """The view of that name, kept on; None where it is gone."""
        with self._lock:
            self._drop_old()
            found = self._kept.pop(name, None)
            if found is None:
                return None
            self._kept[name] = time.monotonic(), found[1]
            return found[1]

    def _drop_old(self) -> None:
        oldest = time.monotonic() - VIEW_SECONDS
        while self._kept and (len(self._kept) > self._limit or next(iter(self._kept.values()))[0] < oldest):
            self._kept.popitem(last=False)
