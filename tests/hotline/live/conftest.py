"""Browsers' sockets, played in the test's own event loop against the real ASGI application."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from channels.db import database_sync_to_async
from django.conf import settings
from django.test import Client

from hotline.asgi import application
from hotline.live import hub
from hotline.models import Staff

ORIGIN = "http://testserver"


class Browser:
    """One page's socket; it says hello and remembers what it is told, pings aside."""

    def __init__(self, cookie: str, origin: str | None = ORIGIN, path: str = "/live/") -> None:
        headers = [(b"host", b"testserver")]
        headers += [(b"origin", origin.encode())] if origin is not None else []
        headers += [(b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode())] if cookie else []
        self.scope = {
            "type": "websocket",
            "path": path,
            "query_string": b"",
            "headers": headers,
            "subprotocols": [],
        }

    async def open(self) -> bool:
        self.wire = ApplicationCommunicator(application, self.scope)
        await self.wire.send_input({"type": "websocket.connect"})
        return (await self.wire.receive_output(5))["type"] == "websocket.accept"

    async def say(self, message: object) -> None:
        text = message if isinstance(message, str) else json.dumps(message)
        await self.wire.send_input({"type": "websocket.receive", "text": text})

    async def hello(self, topics: dict[str, Any], page: str = "/") -> dict[str, Any]:
        """Say hello; the answer, with what is rung right behind it under `rings`."""
        await self.say({"hello": {"topics": topics, "page": page}})
        while "hello" not in (answer := await self.next()):
            pass
        return answer | {"rings": await self.rest()}

    async def ping(self) -> int:
        """The number of the ping that comes next."""
        number: int = json.loads((await self.wire.receive_output(15))["text"])["ping"]
        return number

    async def next(self, timeout: float = 15) -> dict[str, Any]:
        message = await self.wire.receive_output(timeout)
        if message["type"] == "websocket.close":
            return {"closed": message["code"]}
        data = json.loads(message["text"])
        return await self.next(timeout) if "ping" in data else data

    async def until(self, **wanted: object) -> None:
        """Read on until something comes that has all of `wanted`."""
        while not wanted.items() <= (await self.next(15)).items():
            pass

    async def rest(self, wait: float = 0.15) -> list[dict[str, Any]]:
        """Everything that comes until nothing has come for `wait` seconds."""
        got = []
        while not await self.wire.receive_nothing(wait, 0.01):
            got.append(await self.next())
        return got

    async def leave(self) -> None:
        await self.wire.send_input({"type": "websocket.disconnect", "code": 1005})
        await self.wire.wait(1)


Play = Callable[[Callable[[], Coroutine[Any, Any, None]]], None]


@pytest.fixture
def play(transactional_db: None) -> Play:
    """Plays a scene in an event loop and ends its hub."""

    async def scene(body: Callable[[], Awaitable[None]]) -> None:
        try:
            await asyncio.wait_for(body(), 90)
        finally:
            await hub.here().close()

    return lambda body: asyncio.run(scene(body))


@pytest.fixture
def browser_of(client_of: Callable[[Staff], Client]) -> Callable[..., Browser]:
    """The socket of a page in which this person is signed in."""

    def make(staff: Staff, **how: Any) -> Browser:
        return Browser(client_of(staff).cookies[settings.SESSION_COOKIE_NAME].value, **how)

    return make


def in_db(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Awaitable[Any]:
    """Run something that writes in a thread, as the pages do; its connection goes back to the pool."""
    return database_sync_to_async(function)(*args, **kwargs)
