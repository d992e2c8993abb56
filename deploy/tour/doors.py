"""The doors that people use: the worker's telephone at the simulator, and a browser at the hotline."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Self
from urllib.parse import urljoin

import aiohttp

from deploy.tour.report import NotSeen

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Telephone:
    """A worker's telephone: the simulator's second door, in JSON."""

    def __init__(self, session: aiohttp.ClientSession, simulator: str) -> None:
        self._session = session
        self._simulator = simulator

    async def get(self, path: str) -> Any:
        """What the door at `path` answers."""
        async with self._session.get(self._simulator + path) as answer:
            return await _json(answer)

    async def post(self, path: str, **values: Any) -> Any:
        """Does something at the telephone: dials, speaks, presses a key, hangs up."""
        async with self._session.post(self._simulator + path, json=values) as answer:
            return await _json(answer)


async def _json(answer: aiohttp.ClientResponse) -> Any:
    if answer.status >= 400:
        raise NotSeen(f"{answer.method} {answer.url.path} answers {answer.status}: {await answer.text()}")
    return await answer.json()


class Person:
    """Someone of the staff with a browser of their own: signs in and sends the forms of their pages."""

    def __init__(self, base: str, username: str) -> None:
        self.username = username
        self._base = base
        # Addresses without a name keep cookies too.
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *problem: object) -> None:
        await self._session.close()

    async def sign_in(self, password: str) -> str:
        """Signs in through the page and returns the first page seen."""
        path = "/accounts/login/"
        page = await self.submit(path, path, login=self.username, password=password)
        if "sessionid" not in {cookie.key for cookie in self._session.cookie_jar}:
            raise NotSeen(f"{self.username} is not signed in")
        return page

    async def page(self, path: str) -> str:
        """The page at `path` as this person sees it."""
        async with self._session.get(self._base + path) as answer:
            return await self._text(answer)

    async def submit(self, page: str, action: str, **fields: str) -> str:
        """Opens `page`, sends `fields` to `action` with the page's token, and returns what is shown then."""
        found = TOKEN.search(await self.page(page))
        if found is None:
            raise NotSeen(f"{page} shows {self.username} no form")
        data: Mapping[str, str] = {"csrfmiddlewaretoken": found[1], **fields}
        headers = {"Referer": self._base + page, "Origin": self._base}
        async with self._session.post(self._base + action, data=data, headers=headers) as answer:
            return await self._text(answer)

    @asynccontextmanager
    async def listening(self, hello: Mapping[str, Any]) -> AsyncIterator["Listener"]:
        """A websocket at /live/ that has said `hello` and hears what rings."""
        address = urljoin(self._base.replace("http", "ws", 1), "/live/")
        async with self._session.ws_connect(address, origin=self._base) as socket:
            await socket.send_json(dict(hello))
            listener = Listener(socket)
            hearing = asyncio.create_task(listener.hear())
            try:
                yield listener
            finally:
                hearing.cancel()

    async def _text(self, answer: aiohttp.ClientResponse) -> str:
        text = await answer.text()
        if answer.status >= 400:
            raise NotSeen(f"{answer.method} {answer.url.path} answers {self.username} {answer.status}")
        return text


class Listener:
    """Keeps the rings of one socket in their order, and answers the server's pings."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.rings: list[dict[str, Any]] = []
        self._socket = socket

    async def hear(self) -> None:
        """Reads until the socket closes."""
        async for frame in self._socket:
            if frame.type != aiohttp.WSMsgType.TEXT:
                continue
            message = frame.json()
            if "ping" in message:
                await self._socket.send_json({"pong": message["ping"]})
            elif "topic" in message:
                self.rings.append(message)

    async def rung(self, topic: str) -> dict[str, Any] | None:
        """The newest ring of `topic` so far."""
        return next((ring for ring in reversed(self.rings) if ring["topic"] == topic), None)
