"""The engines by themselves: the same question in their own terms, the same documents by their own bulk.

What is asked is what the page shows: twenty cases, the newest first, their number, and the six facets.
Nobody's scope is asked for, and nothing is looked for in another field than the one that is meant.
"""

import shutil
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings

from search import analysis, fields, generations
from search.document import CaseDocument
from search.engine import FACETS

SIZE = 20
Bare = tuple[tuple[str, str], ...]
"""Field and words; see `search_kinds.Search.bare`."""


class Yardstick(Protocol):
    """An engine without the hotline."""

    def search(self, bare: Bare) -> int:
        """Ask; returns how many there are."""
        ...

    def bulk(self, documents: Sequence[dict[str, Any]]) -> None:
        """Write `documents` to an index of its own, and make them visible."""
        ...

    def ours(self, docs: Sequence[CaseDocument]) -> None:
        """Write `docs` to an index of its own as a rebuild does."""
        ...

    def size(self) -> int:
        """Bytes of the index in use."""
        ...


def yardstick() -> Yardstick:
    """That of the engine that the settings name."""
    return Elastic() if settings.ELASTICSEARCH_URL else Tantivy()


def _words(field: str, words: str) -> list[str]:
    if field.startswith("grams"):
        return analysis.grams(words, 4)
    return [words] if field in fields.KEYWORDS else analysis.words(words)


class Tantivy:
    """The embedded engine's own searcher and writer."""

    def __init__(self) -> None:
        from tantivy import Index, TextAnalyzerBuilder, Tokenizer

        from search.tantivy_query import SCHEMA

        self._schema = SCHEMA
        self._folder = generations.current()
        self._index = Index(SCHEMA, path=str(self._folder))
        self._analyzer = TextAnalyzerBuilder(Tokenizer.whitespace()).build()
        self._index.register_tokenizer("words", self._analyzer)

    def search(self, bare: Bare) -> int:
        from tantivy import Occur, Order, Query

        marks = {"-": Occur.MustNot, "|": Occur.Should}
        parts = [
            (marks.get(field[0], Occur.Must), self._query(field.lstrip("-|"), words)) for field, words in bare
        ]
        query = Query.boolean_query(parts)
        searcher = self._index.searcher()
        found = searcher.search(query, SIZE, order_by_field="newest", order=Order.Desc)
        terms = {name: {"terms": {"field": name, "size": fields.FACET_SIZE}} for name in FACETS}
        searcher.aggregate(query, terms)
        searcher.fast_field_values("case_id", [address for _key, address in found.hits])
        return int(found.count)  # type: ignore[attr-defined]

    def _query(self, field: str, words: str) -> Any:
        from tantivy import Query

        terms = _words(field, words)
        if field in fields.KEYWORDS:
            return Query.term_query(self._schema, field, terms[0], index_option="basic")
        if len(terms) == 1:
            return Query.term_query(self._schema, field, terms[0])
        return Query.phrase_query(self._schema, field, list(terms))

    def bulk(self, documents: Sequence[dict[str, Any]]) -> None:
        from tantivy import Document, Index

        with _scratch_folder() as folder:
            index = Index(self._schema, path=str(folder))
            index.register_tokenizer("words", self._analyzer)
            writer = index.writer(30_000_000, 1)
            for start in range(0, len(documents), BATCH):
                for values in documents[start : start + BATCH]:
                    writer.add_document(Document.from_dict(values, self._schema))
                writer.commit()
            writer.wait_merging_threads()

    def ours(self, docs: Sequence[CaseDocument]) -> None:
        from search.tantivy_engine import TantivyEngine

        with _scratch_folder() as folder, closing(TantivyEngine(folder, create=True)) as engine:
            for start in range(0, len(docs), BATCH):
                engine.write(docs[start : start + BATCH])

    def size(self) -> int:
        assert self._folder is not None
        return sum(path.stat().st_size for path in Path(self._folder).rglob("*") if path.is_file())


class Elastic:
    """The server's own search and bulk, by its own client."""

    def __init__(self) -> None:
        from search import elastic_generations

        self._client = elastic_generations.client().options(request_timeout=120)
        self._alias = elastic_generations.alias()

    def search(self, bare: Bare) -> int:
        parts: dict[str, list[Any]] = {"filter": [], "must_not": [], "should": []}
        places = {"-": "must_not", "|": "should"}
        for field, words in bare:
            parts[places.get(field[0], "filter")].append(self._query(field.lstrip("-|"), words))
        least: dict[str, Any] = {"minimum_should_match": 1} if parts["should"] else {}
        answer = self._client.search(
            index=self._alias,
            query={"bool": {**parts, **least}},
            sort="newest:desc",
            size=SIZE,
            source=False,
            docvalue_fields=[{"field": "case_id"}],
            track_total_hits=True,
            aggs={name: {"terms": {"field": name, "size": fields.FACET_SIZE}} for name in FACETS},
        )
        return int(answer["hits"]["total"]["value"])

    @staticmethod
    def _query(field: str, words: str) -> dict[str, Any]:
        terms = _words(field, words)
        if field in fields.KEYWORDS:
            return {"term": {field: terms[0]}}
        return {"match_phrase": {field: " ".join(terms)}}

    def bulk(self, documents: Sequence[dict[str, Any]]) -> None:
        from elasticsearch.helpers import bulk

        with self._scratch() as name:
            for start in range(0, len(documents), BATCH):
                part = documents[start : start + BATCH]
                bulk(
                    self._client,
                    ({"_index": name, "_id": str(values["case_id"]), "_source": values} for values in part),
                    refresh=True,
                )

    def ours(self, docs: Sequence[CaseDocument]) -> None:
        from search.elastic_engine import ElasticEngine

        with self._scratch() as name:
            engine = ElasticEngine(self._client, f"{name}-alias", filling=True)
            for start in range(0, len(docs), BATCH):
                engine.write(docs[start : start + BATCH])

    @contextmanager
    def _scratch(self) -> Iterator[str]:
        from search import elastic_generations
        from search.elastic_engine import MAPPINGS

        name = f"bare-{uuid.uuid4().hex[:8]}"
        made = elastic_generations.index_settings()
        self._client.indices.create(
            index=name, settings=made, mappings=MAPPINGS, aliases={f"{name}-alias": {}}
        )
        try:
            yield name
        finally:
            self._client.indices.delete(index=name)

    def size(self) -> int:
        said = self._client.indices.stats(index=self._alias, metric="store")
        return int(said["_all"]["total"]["store"]["size_in_bytes"])


@contextmanager
def _scratch_folder() -> Iterator[Path]:
    folder = generations.folder().parent / f"bare-{uuid.uuid4().hex[:8]}"
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


BATCH = 500
"""Documents that are made visible at once, as a rebuild does."""
