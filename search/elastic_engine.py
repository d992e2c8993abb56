"""The engine for several machines: Elasticsearch 8, through what every edition of it has.

No plugin, no script: words come ready made (search/fields.py) and are only cut at their spaces, so that it
means what the embedded engine means.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from elasticsearch import ApiError, BadRequestError, Elasticsearch, NotFoundError, TransportError
from elasticsearch.helpers import streaming_bulk

from search import elastic_query, fields, paging
from search.document import CaseDocument
from search.elastic_query import LIVE, MAPPINGS
from search.engine import NO_FILTERS, EngineDown, Filters, Hits, IndexedVersion, Scope
from search.paging import Cursor, Sort
from search.query import ParsedQuery

__all__ = ["MAPPINGS", "SETTINGS", "ElasticEngine", "answering", "being_built"]
DEEPEST = 10_000
"""Documents in one answer (the server's max_result_window)."""
SETTINGS = {
    "number_of_shards": 1,
    # One machine is enough to be whole; a second gets a copy by itself.
    "auto_expand_replicas": "0-1",
    # Every write makes itself visible.
    "refresh_interval": "-1",
}
_KEPT = f"{paging.VIEW_SECONDS}s"
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
        place = paging.read(after, sort)
        body = elastic_query.request(
            query, scope, filters, sort=sort, place=place, size=size, facets=facets, placed=placed
        )
        with answering():
            if place is None or sort not in paging.MOVING:
                return _hits(self._ask(**body), size, sort)
            return self._in_view(body, place, size)

    def _in_view(self, body: dict[str, Any], place: Cursor, size: int) -> Hits:
        """A page of the list as it stood when its second page was read (a point in time of the server)."""
        gone = False
        if place.view:
            try:
                return self._page_of(place.view, body, place.sort, size)
            except (NotFoundError, BadRequestError):
                gone = True
        opened = self._client.open_point_in_time(index=self.alias, keep_alive=_KEPT)
        return replace(self._page_of(opened["id"], body, place.sort, size), renewed=gone)

    def _page_of(self, view: str, body: dict[str, Any], sort: Sort, size: int) -> Hits:
        answer = self._client.search(
            pit={"id": view, "keep_alive": _KEPT}, allow_partial_search_results=False, source=False, **body
        )
        return _hits(answer, size, sort, answer["pit_id"])

    def versions(self, after_id: int, limit: int) -> list[IndexedVersion]:
        with answering():
            hits = self._ask(
                query={"range": {"case_id": {"gt": after_id}}},
                sort=[{"case_id": "asc"}],
                size=min(limit, DEEPEST),
                docvalue_fields=["case_id", "version", "live", "touched"],
            )["hits"]["hits"]
        return [
            IndexedVersion(
                _value(hit, "case_id"),
                _value(hit, "version"),
                not _value(hit, "live"),
                _value(hit, "touched"),
            )
            for hit in hits
        ]

    def count(self) -> int:
        with answering():
            return int(self._client.count(index=self.alias, query=LIVE)["count"])

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


def _hits(answer: Any, size: int, sort: Sort, view: str = "") -> Hits:
    found = answer["hits"]["hits"]
    page, total = found[:size], answer["hits"]["total"]
    cursor = None
    if len(found) > size:
        last = page[-1]
        cursor = Cursor(sort, elastic_query.rank_of(last, sort), elastic_query.key_of(last, sort), view)
    counted = dict(answer.get("aggregations", {}))
    behind = counted.pop(elastic_query.BEHIND, None)
    return Hits(
        total=int(total["value"]),
        ids=tuple(int(_value(hit, "case_id")) for hit in page),
        cursor=str(cursor) if cursor else None,
        facets={name: _counts(one) for name, one in counted.items()},
        behind=behind["doc_count"] if behind else None,
        more=total["relation"] != "eq",
    )


def _counts(answer: dict[str, Any]) -> dict[str, int]:
    return {str(one["key"]): int(one["doc_count"]) for one in answer["of"]["buckets"]}
