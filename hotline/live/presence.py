"""Who has which case's page open. In this process from its sockets; between processes through Redis."""

import json
import time
from collections.abc import Iterable
from typing import TypedDict

import redis.asyncio
import structlog

from hotline import bell
from hotline.bell import Ring

log = structlog.get_logger(__name__)
KIND = "presence"
KEPT_SECONDS = 45
"""How long an entry stands without being renewed: a process that was killed leaves no ghosts."""


class Present(TypedDict):
    id: int
    name: str


class Shared:
    """The people on each case's page in all processes: a Redis hash for each case."""

    def __init__(self, url: str) -> None:
        self._redis = redis.asyncio.Redis.from_url(
            url, socket_connect_timeout=1, socket_timeout=1, decode_responses=True
        )

    async def put(self, topic: str, staff_id: int, name: str) -> None:
        """Enter or renew this process's entry for a person on the page of `topic`."""
        entry = json.dumps({"name": name, "until": time.time() + KEPT_SECONDS})
        await self._redis.hset(_key(topic), _field(staff_id), entry)
        await self._redis.expire(_key(topic), 2 * KEPT_SECONDS)

    async def take(self, topic: str, staff_id: int) -> None:
        """Remove this process's entry for a person."""
        await self._redis.hdel(_key(topic), _field(staff_id))

    async def elsewhere(self, topic: str) -> list[tuple[int, str]]:
        """Who has the page of `topic` open in the other processes, as (staff id, name).

        This process knows its own people from its sockets, before its entries have reached Redis.
        """
        found: dict[str, str] = await self._redis.hgetall(_key(topic))  # type: ignore[assignment]
        fields = [(field.rpartition(":"), json.loads(value)) for field, value in found.items()]
        return [
            (int(staff_id), entry["name"])
            for (origin, _sep, staff_id), entry in fields
            if origin != bell.ORIGIN and entry["until"] > time.time()
        ]

    async def tell(self, topic: str) -> None:
        """Have every process tell its listeners who is on the page of `topic`."""
        await self._redis.publish(bell.REDIS_CHANNEL, bell.encode([Ring(topic, KIND)]))

    async def close(self) -> None:
        """Give the connections back."""
        await self._redis.aclose()


def in_order(people: Iterable[tuple[int, str]]) -> list[Present]:
    """`people` (staff id, name) as the browser gets them, each once, in a steady order."""
    return [{"id": pk, "name": name} for pk, name in sorted(set(people))]


def _key(topic: str) -> str:
    return f"hotline:presence:{topic}"


def _field(staff_id: int) -> str:
    return f"{bell.ORIGIN}:{staff_id}"
