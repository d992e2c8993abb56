"""A query in tantivy's own terms, made of its parts and never of text."""

from collections.abc import Iterable, Iterator
from typing import Any

from tantivy import FieldType, Occur, Query, SchemaBuilder

from search import fields, paging
from search.engine import FACETS, Filters, Scope
from search.fields import Between, Way
from search.paging import Cursor, Sort
from search.query import Clause, ParsedQuery


def _schema() -> Any:
    builder = SchemaBuilder()
    # An id must be signed: deleting by a term of an unsigned field deletes nothing and says nothing.
    for name in fields.NUMBERS:
        builder.add_integer_field(name, indexed=True, fast=True)
    builder.add_boolean_field("live", indexed=True)
    for name in fields.TEXTS:
        builder.add_text_field(name, tokenizer_name="words")
    for name in fields.KEYWORDS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=name in FACETS)
    return builder.build()


SCHEMA = _schema()


class Found:
    """What a search finds: the query, within the scope, and what was chosen beside it."""

    def __init__(self, query: ParsedQuery, scope: Scope, filters: Filters) -> None:
        self.chosen = {facet: _quiet(_any_of(ways)) for facet, ways in fields.chosen(filters).items()}
        self._clauses = query.clauses
        self._always = [_quiet(_any_of(fields.within(scope))), _quiet(LIVE)]
        self._always += [_quiet(_way(way)) for way in fields.opened(filters)]

    def all_of_it(self, *, but: str = "") -> Query:
        """Everything that is found, whatever was chosen of the facet `but`."""
        return self._matching(fields.ALIKE, but=but)

    def ranks(self, sort: Sort, place: Cursor | None) -> Iterator[int]:
        """How well a page's cases may have been found, the best first, from where the page begins."""
        if sort != "relevance":
            yield 0
            return
        yield from range(place.rank if place else fields.WHO, fields.ALIKE + 1)

    def of_rank(self, rank: int, behind: Query | None) -> Query:
        """What is found exactly that well (0: whatever the rank), and stands behind a page."""
        parts = [(Occur.Must, self._matching(rank or fields.ALIKE))]
        if rank > fields.WHO:
            parts.append((Occur.MustNot, self._matching(rank - 1)))
        if behind is not None:
            parts.append((Occur.Must, behind))
        return Query.boolean_query(parts) if len(parts) > 1 else parts[0][1]

    def _matching(self, level: int, *, but: str = "") -> Query:
        chosen = [query for facet, query in self.chosen.items() if facet != but]
        parts = [(Occur.Must, query) for query in [*self._always, *chosen]]
        return Query.boolean_query([*parts, *(_clause(clause, level) for clause in self._clauses)])


def all_of(queries: Iterable[Query]) -> Query:
    """What every one of `queries` finds."""
    return Query.boolean_query([(Occur.Must, query) for query in queries])


def between(field: str, low: int | None, high: int | None) -> Query:
    """Where `field` is at least `low` and below `high`; None is an open end."""
    return Query.range_query(SCHEMA, field, FieldType.Integer, low, high, include_upper=high is None)


def behind(sort: Sort, key: int | None) -> Query | None:
    """What comes behind `key` in the order of `sort`."""
    if key is None:
        return None
    field = paging.SORT_FIELD[sort]
    return between(field, key + 1, None) if sort in paging.RISING else between(field, None, key)


def _clause(clause: Clause, level: int) -> tuple[Occur, Query]:
    if clause.excluded:
        # Who sounds like what is excluded stays.
        return Occur.MustNot, _any_of(
            way for term in clause.terms for way in fields.ways(term, fields.ANYWHERE)
        )
    return Occur.Must, _any_of(way for term in clause.terms for way in fields.ways(term, level))


def _any_of(ways: Iterable[Way | Between]) -> Query:
    # Of no ways: nothing is found.
    return Query.boolean_query([(Occur.Should, _way(way)) for way in ways])


def _way(way: Way | Between) -> Query:
    if isinstance(way, Between):
        return between(way.field, way.low, way.high)
    if way.near:
        return Query.fuzzy_term_query(SCHEMA, way.field, way.words[0], distance=1)
    if way.field in fields.KEYWORDS:
        return _term(way.field, way.words[0])
    if len(way.words) == 1:
        return Query.term_query(SCHEMA, way.field, way.words[0])
    return Query.phrase_query(SCHEMA, way.field, list(way.words))


def _term(field: str, value: Any) -> Query:
    return Query.term_query(SCHEMA, field, value, index_option="basic")


def _quiet(query: Query) -> Query:
    return Query.const_score_query(query, 0.0)


LIVE = _term("live", True)
DEAD = _term("live", False)
