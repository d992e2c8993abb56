"""Which index of Elasticsearch is in use, and how a new one takes its place.

Each building of the index is an index of its own, a generation. Searches go through an alias, and so does
every write; while a new one is built, a second alias names it, and whoever writes, writes to both. The switch
is one call. So any number of processes write, on any number of machines, and none has to step aside. How far
the builder has come stands in the new index's own mapping (`_meta`): after a kill another builder goes on.
"""

import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from elastic_transport.client_utils import DEFAULT
from elasticsearch import Elasticsearch

from search.building import Building, always, is_outdated, new_name
from search.elastic_engine import MAPPINGS, SETTINGS, ElasticEngine, answering, being_built
from search.engine import WriterBusy
from search.fields import SCHEMA_VERSION

ANSWER_SECONDS = 8
"""How long one request may take; shorter than the lease of a search mark (search/outbox.py)."""
LOOK_SECONDS = 5
"""How long an index that was there is believed to be there still."""
KEEP_SECONDS = 5
"""How often the builder's position is kept: each time is a change of the cluster's state."""
BUILDER_LOCK = 1_235_101
"""The number of PostgreSQL's advisory lock that the builder of an index holds."""
_lock = threading.Lock()
_client: tuple[tuple[object, ...], Elasticsearch] | None = None
_seen: tuple[str, float] | None = None


def alias() -> str:
    """What searches go through: the index of this deployment in the schema of this code."""
    return f"{settings.HOTLINE_ELASTICSEARCH_INDEX}-{SCHEMA_VERSION}"


def current() -> str | None:
    """The generation in use; None before the first is built in this schema. Raises EngineDown."""
    return _behind(alias())


def outdated() -> bool:
    """Whether the generation in use was made by code that read less of a case. Raises EngineDown."""
    made = current()
    return made is not None and is_outdated(made)


def name() -> str | None:
    """The generation in use, as `current` says."""
    return current()


def half_built() -> str | None:
    """The generation that is being built, or whose builder was killed. Raises EngineDown."""
    return _behind(being_built(alias()))


def built() -> bool:
    """Whether there is an index, as seen at most `LOOK_SECONDS` ago. Raises EngineDown."""
    global _seen
    if _seen and _seen[0] == alias() and time.monotonic() - _seen[1] < LOOK_SECONDS:
        return True
    _seen = (alias(), time.monotonic()) if current() else None
    return _seen is not None


def reader() -> ElasticEngine:
    """The engine to search with; that there is no index shows when it is asked."""
    return ElasticEngine(client(), alias())


@contextmanager
def writing() -> Iterator[Sequence[ElasticEngine]]:
    """The engine in use, to write to; any number of processes may. It writes to one being built by itself."""
    yield [reader()]


def stop_writing() -> None:
    """Give the connections back; they are opened again when they are needed."""
    global _client, _seen
    with _lock:
        if _client is not None:
            _client[1].close()
        _client = _seen = None


@contextmanager
def building(*, afresh: bool = False, needed: Callable[[], bool] = always) -> Iterator[Building]:
    """A new generation to be filled, in use once the block ends well; see `Generations` for what it promises.

    Everybody's changes reach it from its making on, beside the one in use. Raises WriterBusy while another
    process builds.
    """
    with _only_builder():
        if not needed():
            raise WriterBusy("another process has just built the index")
        with answering():
            half = half_built()
            half = None if afresh or (half and is_outdated(half)) else half
            _clear_away({current(), half})
            made = half or _make()
            position = _position(made) if half else 0
        engine = ElasticEngine(client(), being_built(alias()), filling=True)
        yield Building(engine, [reader()], position, Keeper(made))
        _use(made)


class Keeper:
    """Keeps how far the builder of an index has come, now and then."""

    def __init__(self, index: str) -> None:
        self._index = index
        self._kept = time.monotonic()

    def __call__(self, position: int) -> None:
        if time.monotonic() - self._kept < KEEP_SECONDS:
            return
        with answering():
            client().indices.put_mapping(index=self._index, meta={"position": position})
        self._kept = time.monotonic()


def client() -> Elasticsearch:
    """The connections to the server, opened anew after a fork."""
    global _client
    key = (os.getpid(), settings.ELASTICSEARCH_URL)
    with _lock:
        if _client is None or _client[0] != key:
            _client = key, _connect()
        return _client[1]


def _connect() -> Elasticsearch:
    user, password = settings.HOTLINE_ELASTICSEARCH_USER, settings.HOTLINE_ELASTICSEARCH_PASSWORD
    nodes = settings.ELASTICSEARCH_URL.split(",")
    return Elasticsearch(
        nodes,
        basic_auth=(user, password) if user else None,
        api_key=settings.HOTLINE_ELASTICSEARCH_API_KEY or None,
        request_timeout=ANSWER_SECONDS,
        # Once more where a kept connection turns out to be closed, on another node where there is one; and
        # where a node says that it cannot serve at the moment. Never where an answer is late.
        max_retries=len(nodes),
        retry_on_timeout=False,
        ca_certs=settings.HOTLINE_ELASTICSEARCH_CA_FILE or DEFAULT,
    )


def _use(name: str) -> None:
    before = current()
    changes = [
        {"remove": {"index": name, "alias": being_built(alias())}},
        {"add": {"index": name, "alias": alias()}},
    ]
    if before:
        changes.append({"remove": {"index": before, "alias": alias()}})
    with answering():
        # The one before stays until the next is built: a search may be reading it.
        client().indices.update_aliases(actions=changes)


def _behind(one: str) -> str | None:
    """The index behind the alias `one`."""
    with answering():
        found = client().options(ignore_status=404).indices.get_alias(name=one).body
    return next((name for name in found if name not in {"error", "status"}), None)


def _make() -> str:
    made = new_name(f"{alias()}-")
    client().indices.create(
        index=made, settings=index_settings(), mappings=MAPPINGS, aliases={being_built(alias()): {}}
    )
    return made


def index_settings() -> dict[str, Any]:
    """What a new index is made with: as many shards and replicas as the settings say."""
    replicas = settings.HOTLINE_ELASTICSEARCH_REPLICAS
    fixed = {} if replicas == "auto" else {"auto_expand_replicas": "false", "number_of_replicas": replicas}
    return {**SETTINGS, "number_of_shards": settings.HOTLINE_ELASTICSEARCH_SHARDS, **fixed}


def _position(index: str) -> int:
    mapping = client().indices.get_mapping(index=index).body[index]["mappings"]
    return int(mapping.get("_meta", {}).get("position", 0))


def _clear_away(kept: set[str | None]) -> None:
    """Delete generations of this schema and older ones but `kept`: a newer one belongs to newer code."""
    prefix = settings.HOTLINE_ELASTICSEARCH_INDEX
    for name in client().indices.get(index=f"{prefix}-*", features=["aliases"]).body:
        schema = name.removeprefix(f"{prefix}-").partition("-")[0]
        if name not in kept and schema.isdecimal() and int(schema) <= SCHEMA_VERSION:
            client().options(ignore_status=404).indices.delete(index=name)


@contextmanager
def _only_builder() -> Iterator[None]:
    """One process builds at a time; a lock that a kill frees, where all processes of a database see it."""
    if connection.vendor == "postgresql":
        with _advisory_lock():
            yield
        return
    folder = Path(settings.HOTLINE_DATA_DIR) / "search"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "build.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WriterBusy("the index is being built anew") from None
        yield


@contextmanager
def _advisory_lock() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [BUILDER_LOCK])
        if not cursor.fetchone()[0]:
            raise WriterBusy("the index is being built anew")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [BUILDER_LOCK])
