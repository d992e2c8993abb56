"""The engine for several machines: Elasticsearch 8, through what every edition of it has.

No plugin, no script: words come ready made (search/fields.py) and are only cut at their spaces, so that it
means what the embedded engine means.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from elasticsearch import ApiError, Elasticsearch, NotFoundError, TransportError
from elasticsearch.helpers import streaming_bulk

from search import fields
from search.document import CaseDocument
from search.engine import EngineDown, Hits, IndexedVersion, Scope, Sort
from search.query import ParsedQuery

DEEPEST = 10_000
"""The server counts hits off one by one up to here only (its max_result_window)."""
SETTINGS = {
    "number_of_shards": 1,
    # One machine is enough to be whole; a second gets a copy by itself.
    "auto_expand_replicas": "0-1",
    # Every write makes itself visible.
    "refresh_interval": "-1",
}
MAPPINGS: dict[str, Any] = {
    "dynamic": "strict",
    # The engine answers with ids: what was said is not kept a second time.
    "_source": {"enabled": False},
    "properties": {
        **{name: {"type": "long"} for name in fields.NUMBERS},
        **{name: {"type": "text", "analyzer": "whitespace"} for name in fields.TEXTS},
        **{name: {"type": "keyword", "doc_values": name == "stage"} for name in fields.KEYWORDS},
        "live": {"type": "boolean"},
    },
}
_FACETS = {"stage": {"terms": {"field": "stage", "size": 20}}}
_LIVE = {"term": {"live": True}}
_TRIES = 3
# Why one document is not taken: a newer one is there; its index has just been put aside; its own fault.
_OLDER, _GONE, _WRONG = 409, 404, 400


class ElasticEngine:
    """An `Engine` (see search/engine.py for what it promises) over the index behind `alias`.

    What is written also goes to the index that is being built behind `being_built(alias)`, if there is one.
    `filling` writes only what is newer than what is there: it fills an index that live changes reach, too.
    """

    def __init__(self, client: Elasticsearch, alias: str, *, filling: bool = False) -> None:
        self._client = client
        self.alias = alias
        # A changed caller changes the document of a case at the same version; see docs/search.md.
        self._version_type = "external" if filling else "external_gte"

    def write(self, docs: Sequence[CaseDocument]) -> Mapping[int, str]:
        if not docs:
            return {}
        for _try in range(_TRIES):
            # Looked up after the documents were read: an index that is created later reads them itself.
            targets = _there_are(self._client, [self.alias, being_built(self.alias)])
            if not targets:
                raise EngineDown(f"there is no index behind {self.alias}")
            with answering():
                failed = [item for item in self._write_to(targets, docs) if item["status"] != _OLDER]
            if not any(item["status"] == _GONE for item in failed):
                return _refused(failed)
        raise EngineDown(f"the index behind {self.alias} comes and goes")

    def search(
        self, query: ParsedQuery, scope: Scope, *, size: int, after: str | None = None, sort: Sort = "newest"
    ) -> Hits:
        position = fields.position(after)
        body: dict[str, Any] = {
            "query": _found(query, scope),
            "track_total_hits": True,
            "docvalue_fields": ["case_id"],
        }
        if position is None:
            body["aggs"] = _FACETS
        with answering():
            if sort == "newest":
                return self._newest_page(body, size, position)
            return self._best_page(body, size, max(position or 0, 0))

    def versions(self, after_id: int, limit: int) -> list[IndexedVersion]:
        with answering():
            hits = self._ask(
                query={"range": {"case_id": {"gt": after_id}}},
                sort=[{"case_id": "asc"}],
                size=min(limit, DEEPEST),
                docvalue_fields=["case_id", "version", "live"],
            )["hits"]["hits"]
        return [
            IndexedVersion(_value(hit, "case_id"), _value(hit, "version"), not _value(hit, "live"))
            for hit in hits
        ]

    def count(self) -> int:
        with answering():
            return int(self._client.count(index=self.alias, query=_LIVE)["count"])

    def ready(self) -> bool:
        try:
            self.count()
        except EngineDown:
            return False
        return True

    def close(self) -> None:
        """Nothing: the connections are the client's, which several engines may share."""

    def _write_to(self, targets: Sequence[str], docs: Sequence[CaseDocument]) -> list[dict[str, Any]]:
        """The server's answer to each write that was not taken."""
        answers = streaming_bulk(
            self._client,
            self._actions(targets, docs),
            raise_on_error=False,
            yield_ok=False,
            require_alias=True,
            refresh=True,
        )
        return [item["index"] for _taken, item in answers]

    def _actions(self, targets: Sequence[str], docs: Sequence[CaseDocument]) -> Iterator[dict[str, Any]]:
        for doc in docs:
            source = fields.of_document(doc)
            for target in targets:
                yield {
                    "_op_type": "index",
                    "_index": target,
                    "_id": str(doc.case_id),
                    "version": doc.version,
                    "version_type": self._version_type,
                    "_source": source,
                }

    def _newest_page(self, body: dict[str, Any], size: int, before: int | None) -> Hits:
        page = {} if before is None else {"search_after": [before]}
        answer = self._ask(**body, **page, size=size + 1, sort=[{"newest": "desc"}])
        hits = answer["hits"]["hits"]
        cursor = str(hits[size - 1]["sort"][0]) if len(hits) > size else None
        return _hits(answer, hits[:size], cursor)

    def _best_page(self, body: dict[str, Any], size: int, offset: int) -> Hits:
        if offset + size > DEEPEST:
            raise ValueError(f"invalid literal: pages by relevance end at {DEEPEST}")
        answer = self._ask(**body, from_=offset, size=size, sort=["_score", {"newest": "desc"}])
        further = offset + size
        more = further < answer["hits"]["total"]["value"] and further + size <= DEEPEST
        return _hits(answer, answer["hits"]["hits"], str(further) if more else None)

    def _ask(self, **body: Any) -> Any:
        # A part of the answer would be a wrong answer.
        return self._client.search(index=self.alias, allow_partial_search_results=False, source=False, **body)


def being_built(alias: str) -> str:
    """The alias of the index that is to follow the one behind `alias`."""
    return f"{alias}-next"


def _there_are(client: Elasticsearch, aliases: Sequence[str]) -> list[str]:
    with answering():
        answer = client.options(ignore_status=_GONE).indices.get_alias(name=aliases).body
    # Where one alias is missing, its name stands as `error` beside those that are there.
    found = [index for name, index in answer.items() if name not in {"error", "status"}]
    there = {alias for index in found for alias in index["aliases"]}
    return [alias for alias in aliases if alias in there]


@contextmanager
def answering() -> Iterator[None]:
    """Turn what goes wrong into EngineDown, without the server's words: they may quote what was asked."""
    try:
        yield
    except NotFoundError as error:
        raise EngineDown("the search index is not built yet") from error
    except ApiError as error:
        raise EngineDown(f"Elasticsearch refuses with status {error.meta.status}") from error
    except TransportError as error:
        raise EngineDown(f"Elasticsearch does not answer: {type(error).__name__}") from error


def _refused(failed: Sequence[dict[str, Any]]) -> dict[int, str]:
    for item in failed:
        if item["status"] != _WRONG:
            # Too busy, or no space left: the document is not to blame.
            raise EngineDown(f"Elasticsearch refuses a document with status {item['status']}")
    return {int(item["_id"]): str(item["error"]["type"]) for item in failed}


def _value(hit: dict[str, Any], field: str) -> Any:
    return hit["fields"][field][0]


def _hits(answer: Any, hits: Sequence[dict[str, Any]], cursor: str | None) -> Hits:
    facets = {
        name: {str(bucket["key"]): int(bucket["doc_count"]) for bucket in found["buckets"]}
        for name, found in answer.get("aggregations", {}).items()
    }
    ids = tuple(int(_value(hit, "case_id")) for hit in hits)
    return Hits(int(answer["hits"]["total"]["value"]), ids, cursor, facets)


def _found(query: ParsedQuery, scope: Scope) -> dict[str, Any]:
    terms = [_any_of(_found_in(*way) for way in fields.ways(term)) for term in query.terms]
    who = _any_of({"term": {field: value}} for field, value in fields.within(scope))
    return {"bool": {"must": terms, "filter": [_LIVE, who]}}


def _any_of(queries: Iterable[dict[str, Any]]) -> dict[str, Any]:
    ways = list(queries)
    # Of no ways at all the server would find everything.
    return {"bool": {"should": ways, "minimum_should_match": 1}} if ways else {"match_none": {}}


def _found_in(field: str, words: Sequence[str]) -> dict[str, Any]:
    if field in fields.KEYWORDS:
        return {"term": {field: words[0]}}
    return {"match_phrase": {field: " ".join(words)}}
