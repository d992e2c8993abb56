"""A whole search as an address holds it: words, what was chosen of the facets, days, order.

The same text of an address is sent to a colleague, saved, and carried along to a case that was found.
"""

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, get_args
from urllib.parse import urlencode

from django.http import QueryDict

from search.engine import FACETS, Filters
from search.paging import Sort
from search.query import Days

SORTS: tuple[Sort, ...] = get_args(Sort)
MOST_VALUES = 50
"""Values of one facet that are read from an address."""
_VALUE = re.compile(r"[\w.-]{1,40}")


@dataclass(frozen=True)
class Asked:
    """What a person asks the search for. Without words and without a choice, nothing is asked."""

    text: str = ""
    values: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """What was chosen, by facet."""
    first: date | None = None
    last: date | None = None
    sort: Sort = "newest"

    def __bool__(self) -> bool:
        return bool(self.text.strip() or self.filters)

    @property
    def filters(self) -> Filters:
        """What was chosen beside the words."""
        return Filters(dict(self.values), Days(self.first, self.last))

    def chosen(self, facet: str) -> tuple[str, ...]:
        """The values chosen of `facet`."""
        return dict(self.values).get(facet, ())

    def toggled(self, facet: str, value: str) -> "Asked":
        """The same search with `value` of `facet` chosen, or no longer chosen."""
        now = self.chosen(facet)
        now = tuple(one for one in now if one != value) if value in now else (*now, value)
        values = {**dict(self.values), facet: now}
        return replace(self, values=tuple((name, values[name]) for name in FACETS if values.get(name)))

    def saying(self, text: str) -> "Asked":
        """The same search with other words."""
        return replace(self, text=text)

    def sorted(self, sort: Sort) -> "Asked":
        """The same search in another order."""
        return replace(self, sort=sort)

    def without_days(self, end: Literal["first", "last"]) -> "Asked":
        """The same search with no first or no last day."""
        return replace(self, first=None) if end == "first" else replace(self, last=None)

    def address(self, **more: str) -> str:
        """The query string that `asked` reads again, with `more` in it."""
        pairs = [("q", self.text)] if self.text else []
        pairs += [(facet, value) for facet, values in self.values for value in values]
        pairs += [("from", self.first.isoformat())] if self.first else []
        pairs += [("to", self.last.isoformat())] if self.last else []
        pairs += [("sort", self.sort)] if self.sort != "newest" else []
        return urlencode([*pairs, *more.items()])


def asked(query: QueryDict) -> Asked:
    """The search in an address; what it cannot mean is left out."""
    chosen = {facet: _values(query.getlist(facet)) for facet in FACETS}
    sort = query.get("sort", "")
    return Asked(
        text=query.get("q", ""),
        values=tuple((facet, values) for facet, values in chosen.items() if values),
        first=_day(query.get("from", "")),
        last=_day(query.get("to", "")),
        sort=next((one for one in SORTS if one == sort), "newest"),
    )


def asked_at(address: str) -> Asked:
    """The search that `Asked.address` wrote down."""
    return asked(QueryDict(address))


def _values(given: list[str]) -> tuple[str, ...]:
    known = (value for value in given[:MOST_VALUES] if _VALUE.fullmatch(value))
    return tuple(dict.fromkeys(known))


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    # An engine counts seconds from a fixed year; nobody means another millennium.
    return found if 1900 <= found.year <= 2200 else None
