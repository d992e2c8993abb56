"""The embedded engine: tantivy, in one folder of this machine. One process writes, any number read."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from tantivy import Document, Index, IndexWriter, Order, Query, Searcher, TextAnalyzerBuilder, Tokenizer

from search import fields, paging, tantivy_query
from search.document import CaseDocument
from search.engine import NO_FILTERS, EngineDown, Filters, Hits, IndexedVersion, Scope, WriterBusy
from search.paging import Cursor, Sort
from search.query import ParsedQuery
from search.tantivy_query import SCHEMA, Found

_HEAP = 30_000_000
"""Bytes a writer gathers in memory before it starts a segment."""


class TantivyEngine:
    """An `Engine` (see search/engine.py for what it promises) over the index in `path`.

    Open it after a fork, not before. Raises EngineDown when there is no index and `create` is not set.
    """

    def __init__(self, path: Path, *, create: bool = False) -> None:
        self.path = path
        self._writer: IndexWriter | None = None
        self._views: paging.Views[Searcher] = paging.Views()
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
        with _answering():
            found = Found(query, scope, filters)
            searcher, view, renewed = self._standing_still(place)
            hits, last, behind = _page(searcher, found, sort, place, size)
            # On the first page nothing is before it, and all of it has been counted.
            total = behind if place is None and sort != "relevance" else _count(searcher, found.all_of_it())
            counts = _count_facets(searcher, found, facets)
            cursor = str(replace(last, view=view)) if last else None
            known = behind if placed else None
            return Hits(total, _ids(searcher, hits), cursor, counts, behind=known, renewed=renewed)

    def versions(self, after_id: int, limit: int) -> list[IndexedVersion]:
        above = tantivy_query.between("case_id", after_id + 1, None)
        with _answering():
            searcher = self._searcher()
            hits = searcher.search(above, limit, order_by_field="case_id", order=Order.Asc).hits
            addresses = [address for _id, address in hits]
            versions = searcher.fast_field_values("version", addresses)
            touched = searcher.fast_field_values("touched", addresses)
            dead = tantivy_query.all_of([above, tantivy_query.DEAD])
            gone = {
                pk
                for pk, _address in searcher.search(
                    dead, limit, order_by_field="case_id", order=Order.Asc
                ).hits
            }
        return [
            IndexedVersion(int(pk), int(version or 0), pk in gone, int(moment or 0))
            for (pk, _address), version, moment in zip(hits, versions, touched, strict=True)
        ]

    def count(self) -> int:
        with _answering():
            return _count(self._searcher(), tantivy_query.LIVE)

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

    def _standing_still(self, place: Cursor | None) -> tuple[Searcher, str, bool]:
        """What a page is read from, its name for the next page, and whether the one before is gone.

        A searcher goes on seeing the index as it was when it was made, for as long as it is kept.
        """
        if place is None or place.sort not in paging.MOVING:
            return self._searcher(), "", False
        kept = self._views.get(place.view) if place.view else None
        if kept is not None:
            return kept, place.view, False
        searcher = self._searcher()
        return searcher, self._views.keep(searcher), bool(place.view)

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


def _count(searcher: Searcher, query: Query) -> int:
    return int(searcher.search(query, 1).count)  # type: ignore[attr-defined]


def _count_facets(searcher: Searcher, found: Found, facets: Sequence[str]) -> dict[str, dict[str, int]]:
    """The counts of `facets`; those of which nothing is chosen are counted together."""
    free = [facet for facet in facets if facet not in found.chosen]
    rounds = [(found.all_of_it(), free)] if free else []
    rounds += [(found.all_of_it(but=facet), [facet]) for facet in facets if facet in found.chosen]
    counts: dict[str, dict[str, int]] = {}
    for query, names in rounds:
        answer = searcher.aggregate(query, {name: _terms(name) for name in names})
        for name in names:
            counts[name] = {str(one["key"]): int(one["doc_count"]) for one in answer[name]["buckets"]}
    return counts


def _terms(facet: str) -> dict[str, Any]:
    return {"terms": {"field": facet, "size": fields.FACET_SIZE}}


def _page(
    searcher: Searcher, found: Found, sort: Sort, place: Cursor | None, size: int
) -> tuple[list[tuple[int, Any]], Cursor | None, int]:
    """The hits of a page with their keys, the last where more follow, and how many there are of them."""
    hits: list[tuple[int, Any]] = []
    last = Cursor(sort, 0, 0)
    counted = 0
    for rank in found.ranks(sort, place):
        behind = place.key if place and place.rank == rank else None
        query = found.of_rank(rank, tantivy_query.behind(sort, behind))
        order = Order.Asc if sort in paging.RISING else Order.Desc
        left = size - len(hits)
        page = searcher.search(query, left + 1, order_by_field=paging.SORT_FIELD[sort], order=order)
        hits += page.hits[:left]
        counted += int(page.count)  # type: ignore[attr-defined]
        if page.hits[:left]:
            last = Cursor(sort, rank, int(page.hits[:left][-1][0]))
        if len(page.hits) > left:
            return hits, last, counted
    return hits, None, counted


def _ids(searcher: Searcher, hits: Sequence[tuple[Any, Any]]) -> tuple[int, ...]:
    values = searcher.fast_field_values("case_id", [address for _key, address in hits])
    return tuple(int(value) for value in values if value is not None)
