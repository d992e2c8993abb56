"""The embedded engine: tantivy, in one folder of this machine. One process writes, any number read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tantivy import (
    Document,
    FieldType,
    Index,
    IndexWriter,
    Occur,
    Order,
    Query,
    SchemaBuilder,
    Searcher,
    TextAnalyzerBuilder,
    Tokenizer,
)

from search import fields
from search.document import CaseDocument
from search.engine import EngineDown, Hits, IndexedVersion, Scope, Sort, WriterBusy
from search.query import ParsedQuery

_HEAP = 30_000_000
"""Bytes a writer gathers in memory before it starts a segment."""
_FACETS = {"stage": {"terms": {"field": "stage", "size": 20}}}


def _schema() -> Any:
    builder = SchemaBuilder()
    # An id must be signed: deleting by a term of an unsigned field deletes nothing and says nothing.
    for name in fields.NUMBERS:
        builder.add_integer_field(name, indexed=True, fast=True)
    builder.add_boolean_field("live", indexed=True)
    for name in fields.TEXTS:
        builder.add_text_field(name, tokenizer_name="words")
    for name in fields.KEYWORDS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=name in _FACETS)
    return builder.build()


SCHEMA = _schema()


class TantivyEngine:
    """An `Engine` (see search/engine.py for what it promises) over the index in `path`.

    Open it after a fork, not before. Raises EngineDown when there is no index and `create` is not set.
    """

    def __init__(self, path: Path, *, create: bool = False) -> None:
        self.path = path
        self._writer: IndexWriter | None = None
        with _answering():
            if create:
                path.mkdir(parents=True, exist_ok=True)
            elif not Index.exists(str(path)):
                raise EngineDown(f"there is no index in {path}")
            self._index = Index(SCHEMA, path=str(path))
            # What is written holds ready words with a space between.
            words = TextAnalyzerBuilder(Tokenizer.whitespace()).build()
            self._index.register_tokenizer("words", words)
            self._index.config_reader("manual")

    def hold(self) -> None:
        """Take the right to write and keep it until `close`. Raises WriterBusy."""
        if self._writer is None:
            try:
                self._writer = self._index.writer(_HEAP, 1)
            except ValueError as error:
                if "LockBusy" in str(error):
                    raise WriterBusy(f"another process writes to {self.path}") from None
                raise EngineDown(str(error)) from error

    def write(self, docs: Sequence[CaseDocument]) -> Mapping[int, str]:
        self.hold()
        writer = self._writer
        assert writer is not None
        newest: dict[int, CaseDocument] = {}
        for doc in docs:
            if doc.case_id not in newest or newest[doc.case_id].version <= doc.version:
                newest[doc.case_id] = doc
        inside = self._versions_of(list(newest))
        refused: dict[int, str] = {}
        with _answering():
            for doc in newest.values():
                if inside.get(doc.case_id, -1) > doc.version:
                    continue
                try:
                    made = Document.from_dict(fields.of_document(doc), SCHEMA)
                except (ValueError, TypeError, OverflowError) as error:
                    refused[doc.case_id] = type(error).__name__
                    continue
                writer.delete_documents_by_term("case_id", doc.case_id)
                writer.add_document(made)
            writer.commit()
        return refused

    def search(
        self, query: ParsedQuery, scope: Scope, *, size: int, after: str | None = None, sort: Sort = "newest"
    ) -> Hits:
        position = fields.position(after)
        found = _all_of([_matches(query), _within(scope), _LIVE])
        with _answering():
            searcher = self._searcher()
            if sort == "newest":
                total, ids, cursor = _newest_page(searcher, found, size, position)
            else:
                total, ids, cursor = _best_page(searcher, found, size, max(position or 0, 0))
            facets = _count_facets(searcher, found) if position is None else {}
        return Hits(total, ids, cursor, facets)

    def versions(self, after_id: int, limit: int) -> list[IndexedVersion]:
        above = Query.range_query(SCHEMA, "case_id", FieldType.Integer, after_id, include_lower=False)
        with _answering():
            searcher = self._searcher()
            hits = searcher.search(above, limit, order_by_field="case_id", order=Order.Asc).hits
            addresses = [address for _id, address in hits]
            versions = searcher.fast_field_values("version", addresses)
            dead = _all_of([above, _DEAD])
            gone = {
                pk
                for pk, _address in searcher.search(
                    dead, limit, order_by_field="case_id", order=Order.Asc
                ).hits
            }
        return [
            IndexedVersion(int(pk), int(version or 0), pk in gone)
            for (pk, _address), version in zip(hits, versions, strict=True)
        ]

    def count(self) -> int:
        with _answering():
            return _count(self._searcher(), _LIVE)

    def ready(self) -> bool:
        try:
            self.count()
        except EngineDown:
            return False
        return True

    def close(self) -> None:
        if self._writer is not None:
            writer, self._writer = self._writer, None
            writer.wait_merging_threads()

    def _searcher(self) -> Searcher:
        # Some 20 microseconds where nothing has changed, so that each search sees the last commit.
        self._index.reload()
        return self._index.searcher()

    def _versions_of(self, ids: list[int]) -> dict[int, int]:
        if not ids:
            return {}
        with _answering():
            searcher = self._searcher()
            query = Query.term_set_query(SCHEMA, "case_id", ids)
            hits = searcher.search(query, len(ids), order_by_field="case_id").hits
            versions = searcher.fast_field_values("version", [address for _id, address in hits])
        return {int(pk): int(version or 0) for (pk, _address), version in zip(hits, versions, strict=True)}


@contextmanager
def _answering() -> Iterator[None]:
    """Turn what tantivy raises when files are missing, broken or cannot be written into EngineDown."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise EngineDown(str(error)) from error


def _term(field: str, value: Any) -> Query:
    return Query.term_query(SCHEMA, field, value, index_option="basic")


_LIVE = Query.const_score_query(_term("live", True), 0.0)
_DEAD = _term("live", False)


def _all_of(queries: Iterable[Query]) -> Query:
    return Query.boolean_query([(Occur.Must, query) for query in queries])


def _any_of(queries: Iterable[Query]) -> Query:
    # Of no queries: nothing is found.
    return Query.boolean_query([(Occur.Should, query) for query in queries])


def _found_in(field: str, words: Sequence[str]) -> Query:
    if field in fields.KEYWORDS:
        return _term(field, words[0])
    if len(words) == 1:
        return Query.term_query(SCHEMA, field, words[0])
    return Query.phrase_query(SCHEMA, field, list(words))


def _matches(query: ParsedQuery) -> Query:
    return _all_of(_any_of(_found_in(*way) for way in fields.ways(term)) for term in query.terms)


def _within(scope: Scope) -> Query:
    return Query.const_score_query(_any_of(_term(*keyword) for keyword in fields.within(scope)), 0.0)


def _count(searcher: Searcher, query: Query) -> int:
    return int(searcher.search(query, 1).count)  # type: ignore[attr-defined]


def _count_facets(searcher: Searcher, query: Query) -> dict[str, dict[str, int]]:
    answer = searcher.aggregate(query, _FACETS)
    return {
        name: {str(bucket["key"]): int(bucket["doc_count"]) for bucket in answer[name]["buckets"]}
        for name in _FACETS
    }


def _newest_page(
    searcher: Searcher, query: Query, size: int, before: int | None
) -> tuple[int, tuple[int, ...], str | None]:
    page = query
    if before is not None:
        older = Query.range_query(
            SCHEMA, "newest", FieldType.Integer, upper_bound=before, include_upper=False
        )
        page = _all_of([query, older])
    result = searcher.search(page, size + 1, order_by_field="newest")
    total = result.count if before is None else _count(searcher, query)  # type: ignore[attr-defined]
    hits = result.hits[:size]
    cursor = str(hits[-1][0]) if len(result.hits) > size else None
    return int(total), _ids(searcher, hits), cursor


def _best_page(
    searcher: Searcher, query: Query, size: int, offset: int
) -> tuple[int, tuple[int, ...], str | None]:
    result = searcher.search(query, size, offset=offset)
    total = int(result.count)  # type: ignore[attr-defined]
    cursor = str(offset + size) if offset + size < total else None
    return total, _ids(searcher, result.hits), cursor


def _ids(searcher: Searcher, hits: list[tuple[Any, Any]]) -> tuple[int, ...]:
    values = searcher.fast_field_values("case_id", [address for _key, address in hits])
    return tuple(int(value) for value in values if value is not None)
