"""What the tests of the contract share: each engine, documents, and short ways to ask."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from elasticsearch import Elasticsearch

from search.document import CaseDocument, paths_above
from search.elastic_engine import MAPPINGS, SETTINGS, ElasticEngine
from search.engine import Engine, Hits, Scope
from search.grammar import parse

SERVER = os.environ.get("TEST_ELASTICSEARCH_URL")
CITY = Scope(unit_paths=("/1/",))
START = datetime(2026, 10, 12, 9, 0, tzinfo=UTC)


@contextmanager
def an_index(server: Elasticsearch) -> Iterator[ElasticEngine]:
    """Elasticsearch with an empty index of its own."""
    name = f"test_{uuid.uuid4().hex}"
    server.indices.create(index=f"{name}-1", settings=SETTINGS, mappings=MAPPINGS, aliases={name: {}})
    yield ElasticEngine(server, name)
    server.indices.delete(index=f"{name}-1")


def doc(pk: int, *texts: str, **changes: Any) -> CaseDocument:
    """A case of the city's unit 4 with these texts."""
    made = CaseDocument(
        pk,
        1,
        f"QD12351-20261012-{pk:06d}",
        START + timedelta(minutes=pk),
        stage="INTAKE",
        unit_paths=paths_above(["/1/4/"]),
        texts=texts,
    )
    return replace(made, **changes)


def find(engine: Engine, text: str, scope: Scope = CITY, **options: Any) -> Hits:
    return engine.search(parse(text), scope, **({"size": 20} | options))


def ids(engine: Engine, text: str, scope: Scope = CITY, **options: Any) -> set[int]:
    return set(find(engine, text, scope, **options).ids)


def paged(engine: Engine, text: str, **options: Any) -> list[Hits]:
    """Every page of a search."""
    pages = [find(engine, text, **options)]
    while pages[-1].cursor:
        pages.append(find(engine, text, after=pages[-1].cursor, **options))
    return pages
