"""A query in Elasticsearch's own terms, made of its parts and never of text."""

from collections.abc import Iterable, Sequence
from typing import Any

from search import fields, paging
from search.engine import FACETS, Filters, Scope
from search.fields import Between, Way
from search.paging import Cursor, Sort
from search.query import Clause, ParsedQuery

COUNTED = 10_000
"""Where nothing else needs all hits, counting them ends here."""
MAPPINGS: dict[str, Any] = {
    "dynamic": "strict",
    # The engine answers with ids: what was said is not kept a second time.
    "_source": {"enabled": False},
    "properties": {
        **{name: {"type": "long"} for name in fields.NUMBERS},
        **{name: {"type": "text", "analyzer": "whitespace", "norms": False} for name in fields.TEXTS},
        **{name: {"type": "keyword", "doc_values": name in FACETS} for name in fields.KEYWORDS},
        "live": {"type": "boolean"},
    },
}
LIVE = {"term": {"live": True}}
BEHIND = "behind"
"""The name of the count of what stands behind the place of a page."""
Body = dict[str, Any]


def request(
    query: ParsedQuery,
    scope: Scope,
    filters: Filters,
    *,
    sort: Sort,
    place: Cursor | None,
    size: int,
    facets: Sequence[str],
    placed: bool = False,
) -> Body:
    """What the server is asked for one page, and to see whether there is another."""
    chosen = {facet: _any_of(ways) for facet, ways in fields.chosen(filters).items()}
    always = [LIVE, _any_of(fields.within(scope)), *(_way(way) for way in fields.opened(filters))]
    body: Body = {
        "query": _found(query, always, sort),
        "sort": _order(sort),
        "size": size + 1,
        "docvalue_fields": ["case_id"],
        # Where facets are counted, everything is looked at anyway.
        "track_total_hits": True if facets or placed else COUNTED,
    }
    if place is not None:
        body["search_after"] = _behind(place)
    if not facets and chosen:
        body["query"]["bool"]["filter"] += chosen.values()
    elif facets:
        # Counts of a facet leave out what is chosen of it, so hits are chosen after counting.
        body["aggs"] = {facet: _count(facet, chosen) for facet in facets}
        if chosen:
            body["post_filter"] = _all_of(chosen.values())
    if placed and place is not None:
        bound = {"gt" if sort in paging.RISING else "lt": place.key}
        body["aggs"] = {
            **body.get("aggs", {}),
            BEHIND: {"filter": {"range": {paging.SORT_FIELD[sort]: bound}}},
        }
    return body


def rank_of(hit: Body, sort: Sort) -> int:
    """How well `hit` was found, as in `fields.WHO`; 0 where hits are not sorted by it."""
    return fields.ALIKE + 1 - int(hit["sort"][0]) if sort == "relevance" else 0


def key_of(hit: Body, sort: Sort) -> int:
    """The place of `hit` in the order of `sort`."""
    return int(hit["sort"][1 if sort == "relevance" else 0])


def _found(query: ParsedQuery, always: Sequence[Body], sort: Sort) -> Body:
    needed = [_clause(clause, fields.ALIKE) for clause in query.clauses if not clause.excluded]
    parts: Body = {
        "filter": [*always, *needed],
        "must_not": [_clause(clause, fields.ANYWHERE) for clause in query.clauses if clause.excluded],
    }
    if sort == "relevance":
        # One point for each level at which all is found: a whole number, the same on every shard.
        parts["should"] = [_point(query, level) for level in range(fields.WHO, fields.ALIKE + 1)]
    return {"bool": parts}


def _point(query: ParsedQuery, level: int) -> Body:
    found = _all_of(_clause(clause, level) for clause in query.clauses if not clause.excluded)
    return {"constant_score": {"filter": found, "boost": 1}}


def _order(sort: Sort) -> list[Body]:
    if sort == "relevance":
        return [{"_score": "desc"}, {"newest": "desc"}]
    return [{paging.SORT_FIELD[sort]: "asc" if sort in paging.RISING else "desc"}]


def _behind(place: Cursor) -> list[int]:
    if place.sort == "relevance":
        return [fields.ALIKE + 1 - place.rank, place.key]
    return [place.key]


def _count(facet: str, chosen: dict[str, Body]) -> Body:
    others = [query for name, query in chosen.items() if name != facet]
    terms = {"terms": {"field": facet, "size": fields.FACET_SIZE}}
    return {"filter": _all_of(others), "aggs": {"of": terms}}


def _clause(clause: Clause, level: int) -> Body:
    return _any_of(way for term in clause.terms for way in fields.ways(term, level))


def _all_of(queries: Iterable[Body]) -> Body:
    return {"bool": {"filter": list(queries)}}


def _any_of(ways: Iterable[Way | Between]) -> Body:
    queries = [_way(way) for way in ways]
    # Of no ways at all the server would find everything.
    return {"bool": {"should": queries, "minimum_should_match": 1}} if queries else {"match_none": {}}


def _way(way: Way | Between) -> Body:
    if isinstance(way, Between):
        bounds = {"gte": way.low, "lt": way.high}
        return {"range": {way.field: {name: key for name, key in bounds.items() if key is not None}}}
    if way.near:
        return {"fuzzy": {way.field: {"value": way.words[0], "fuzziness": 1}}}
    if way.field in fields.KEYWORDS:
        return {"term": {way.field: way.words[0]}}
    return {"match_phrase": {way.field: " ".join(way.words)}}
