"""Where the rings of other processes come from: Redis, else PostgreSQL, else the SQLite file.

Each source runs until it fails (then the hub starts it again): it calls `ready` once it hears every ring
from then on, and `receive` with each batch. Both are called in the event loop.
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic

import psycopg
import redis.asyncio
from django.conf import settings
from django.db import connection
from redis.exceptions import RedisError

from hotline import bell
from hotline.bell import Ring

Ready = Callable[[], None]
Receive = Callable[[list[Ring]], None]
Source = Callable[[Ready, Receive], Awaitable[None]]

FAILURES = (OSError, RedisError, psycopg.Error, sqlite3.Error, ValueError, TypeError)
"""What a source may end with; ValueError and TypeError are rings that nobody can read."""
LOOK_SECONDS = 0.1
NEW_ROWS = "SELECT id, origin, rings FROM hotline_doorbell WHERE id > ? ORDER BY id"
SILENCE_SECONDS = 15


def choose() -> Source:
    """The source that fits the settings, in the order in which `bell.ring` chooses."""
    if settings.REDIS_URL:
        return from_redis
    return from_postgres if connection.vendor == "postgresql" else from_sqlite


async def from_redis(ready: Ready, receive: Receive) -> None:
    """Rings that are published on Redis, our own among them."""
    client = redis.asyncio.Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=2,
        # None: the client's default of 5 s would close a subscription on which nothing happens.
        socket_timeout=None,
        socket_keepalive=True,
    )
    async with client, client.pubsub() as subscription:
        await subscription.subscribe(bell.REDIS_CHANNEL)
        heard = monotonic()
        while monotonic() - heard < 3 * SILENCE_SECONDS:
            message = await subscription.get_message(timeout=SILENCE_SECONDS)
            if message is None:
                await subscription.ping()
                continue
            heard = monotonic()
            if message["type"] == "subscribe":
                ready()
            elif message["type"] == "message":
                receive(bell.decode(message["data"]))
    raise ConnectionError("Redis no longer answers")


async def from_postgres(ready: Ready, receive: Receive) -> None:
    """Rings that are sent by NOTIFY after commit, our own among them."""
    database = connection.settings_dict
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    parameters = {key: database[name] for key, name in names.items() if database[name]}
    opening = psycopg.AsyncConnection.connect(**parameters, autocommit=True, connect_timeout=5)
    async with await opening as wire:
        await wire.execute(f"LISTEN {bell.PG_CHANNEL}")
        ready()
        while True:
            async for notice in wire.notifies(timeout=SILENCE_SECONDS):
                receive(bell.decode(notice.payload))
            await asyncio.wait_for(wire.execute("SELECT 1"), SILENCE_SECONDS)


async def from_sqlite(ready: Ready, receive: Receive) -> None:
    """Our own rings at once; those of other processes from their Doorbell rows, looked for 10 times a second.

    `PRAGMA data_version` costs microseconds and changes with every commit of another connection. Ids are safe
    to go by: SQLite has one writer, so they commit in order.
    """
    with own_rings(receive):
        await _watch_file(str(connection.settings_dict["NAME"]), ready, receive)


@contextmanager
def own_rings(receive: Receive) -> Iterator[None]:
    """Within the block `receive` is called, in the event loop, with what `bell.deliver` hands out here."""
    loop = asyncio.get_running_loop()

    def heard(rings: list[Ring]) -> None:
        loop.call_soon_threadsafe(receive, rings)  # whoever rings does so from another thread

    silence = bell.listen(heard)
    try:
        yield
    finally:
        silence()


async def _watch_file(name: str, ready: Ready, receive: Receive) -> None:
    if "memory" in name and not Path(name).exists():
        ready()
        await asyncio.Event().wait()  # no other process can write to it
    with closing(sqlite3.connect(f"{Path(name).absolute().as_uri()}?mode=ro", uri=True)) as file:
        version = file.execute("PRAGMA data_version").fetchone()
        last = file.execute("SELECT coalesce(max(id), 0) FROM hotline_doorbell").fetchone()[0]
        ready()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            now = file.execute("PRAGMA data_version").fetchone()
            if now == version:
                continue
            version = now
            for row, origin, rings in file.execute(NEW_ROWS, [last]).fetchall():
                last = row
                if origin != bell.ORIGIN:
                    receive(bell.decode(rings))
