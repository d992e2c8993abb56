"""The websocket of a page: what it listens for, and the rings it has heard."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from typing import Any

import aiohttp

from deploy.tour.page import Page
from deploy.tour.report import LIMIT, NotSeen


class Listener:
    """Keeps the rings of one socket in their order, and answers the server's pings."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.rings: list[dict[str, Any]] = []
        self.pings = 0
        self._socket = socket
        self._hellos = 0
        self._news = asyncio.Condition()

    async def hear(self) -> None:
        """Reads until the socket closes."""
        async for frame in self._socket:
            if frame.type == aiohttp.WSMsgType.TEXT:
                await self._heard(frame.json())
        async with self._news:
            self._news.notify_all()

    async def _heard(self, message: dict[str, Any]) -> None:
        if "ping" in message:
            self.pings += 1
            await self._socket.send_json({"pong": message["ping"]})
            return
        async with self._news:
            if message.get("hello"):
                self._hellos += 1
            elif "topic" in message:
                self.rings.append(message)
            self._news.notify_all()

    async def hello(self, page: Page) -> None:
        """Says what `page` shows, and returns when the server has answered."""
        before = self._hellos
        await self._socket.send_json({"hello": {"topics": page.topics, "page": page.path}})
        async with self._news:
            await self._wait(lambda: self._hellos > before, LIMIT, f"no answer to the hello of {page.path}")

    @property
    def kinds(self) -> Counter[str]:
        """How often each kind of ring came, presence aside."""
        return Counter(ring["kind"] for ring in self.rings if ring["kind"] != "presence")

    async def more(self, count: int, seconds: float, what: str) -> None:
        """Returns once there are more than `count` rings. Raises NotSeen with `what`."""
        async with self._news:
            await self._wait(lambda: len(self.rings) > count, seconds, what)

    async def rung(self, kinds: Iterable[str], after: int, seconds: float = LIMIT) -> None:
        """Returns once each of `kinds` has rung since there were `after` rings. Raises NotSeen."""
        wanted = set(kinds)

        def missing() -> set[str]:
            return wanted - {ring["kind"] for ring in self.rings[after:]}

        async with self._news:
            try:
                await self._wait(lambda: not missing(), seconds, "")
            except NotSeen:
                heard = ", ".join(sorted({ring["kind"] for ring in self.rings[after:]})) or "nothing"
                raise NotSeen(f"no ring of {', '.join(sorted(missing()))}; heard {heard}") from None

    async def _wait(self, until: Any, seconds: float, what: str) -> None:
        try:
            await asyncio.wait_for(self._news.wait_for(lambda: until() or self._socket.closed), seconds)
        except TimeoutError:
            raise NotSeen(f"{what} (waited {seconds:g} s)") from None
        if not until():
            raise NotSeen(f"{what}: the socket was closed with {self._socket.close_code}")
