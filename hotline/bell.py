"""The doorbell: tells other people's pages that something changed, never what.

`ring` is called inside a transaction and rings when it commits. It knows nothing of sockets: hubs
(`hotline.live`) listen. Between processes a ring goes through Redis, else through PostgreSQL's
NOTIFY, else through `Doorbell` rows on SQLite. While Redis is away the ring reaches this process alone;
pages of the others ask by themselves within half a minute.
"""

import json
import uuid
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from functools import cache

import redis
import structlog
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from redis.exceptions import RedisError

from hotline.models import Doorbell

log = structlog.get_logger(__name__)
ORIGIN = str(uuid.uuid4())
"""This process's name: it does not answer its own rows."""
PG_CHANNEL = REDIS_CHANNEL = "hotline_bell"


@dataclass(frozen=True)
class Ring:
    """Something behind `topic` changed; `version` is its version where it has one, else 0."""

    topic: str
    kind: str = "changed"
    version: int = 0


Listener = Callable[[list[Ring]], None]
_listeners: list[Listener] = []


def listen(listener: Listener) -> Callable[[], None]:
    """Call `listener` with every ring of this process; returns the function that ends it."""
    _listeners.append(listener)
    return lambda: _listeners.remove(listener)


def ring(rings: Iterable[Ring]) -> None:
    """Ring each of `rings` once the transaction commits; nothing rings if it does not."""
    batch = list(rings)
    if not batch:
        return
    if not settings.REDIS_URL and connection.vendor != "postgresql":
        Doorbell.objects.create(origin=ORIGIN, rings=[asdict(r) for r in batch], at=timezone.now())
    out = _out_of_this_part()
    if out is None:
        transaction.on_commit(_Out(batch).ring, robust=True)
    else:
        out.add(batch)


class _Out:
    """What rings when the transaction commits, all at once: the newest of each topic and kind."""

    def __init__(self, batch: Iterable[Ring]) -> None:
        self._rings: dict[tuple[str, str], Ring] = {}
        self.add(batch)

    def add(self, batch: Iterable[Ring]) -> None:
        self._rings |= {(one.topic, one.kind): one for one in batch}

    def ring(self) -> None:
        rings = list(self._rings.values())
        if settings.REDIS_URL:
            _publish(rings)
        elif connection.vendor == "postgresql":
            _notify(rings)
        else:
            deliver(rings)


def _out_of_this_part() -> _Out | None:
    """What waits for the commit already; what is rolled back to a savepoint takes no other along."""
    here = set(connection.savepoint_ids)
    for waiting in connection.run_on_commit:
        savepoints, hook = waiting[:2]
        out = getattr(hook, "__self__", None)
        if isinstance(out, _Out) and savepoints == here:
            return out
    return None


def deliver(rings: list[Ring]) -> None:
    """Hand `rings` to the listeners of this process."""
    for listener in list(_listeners):
        listener(rings)


def encode(rings: list[Ring]) -> str:
    """`rings` as text for the way between processes."""
    return json.dumps([asdict(r) for r in rings])


def decode(text: str) -> list[Ring]:
    """The rings behind what `encode` made."""
    return [Ring(**r) for r in json.loads(text)]


def reachable() -> float:
    """0.0 where Redis answers. Raises RedisError or OSError."""
    _redis().ping()
    return 0.0


@cache
def _redis() -> "redis.Redis":
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1)


def _publish(batch: list[Ring]) -> None:
    try:
        _redis().publish(REDIS_CHANNEL, encode(batch))
    except (RedisError, OSError) as error:
        log.warning("rung in this process only", error=type(error).__name__)
        deliver(batch)


def _notify(batch: list[Ring]) -> None:
    # After commit on purpose: inside the transaction NOTIFY takes a global lock at commit.
    # A payload ends at 8,000 bytes, so a long batch goes in parts.
    with connection.cursor() as cursor:
        for start in range(0, len(batch), 40):
            cursor.execute("SELECT pg_notify(%s, %s)", [PG_CHANNEL, encode(batch[start : start + 40])])
