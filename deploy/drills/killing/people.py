"""The staff's side of the load, over HTTP as a browser does: agents at their desks, and one who listens."""

import asyncio
import random
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import aiohttp

from deploy.tour.page import Page
from deploy.tour.people import Person
from deploy.tour.report import NotSeen
from deploy.tour.telephones import Softphone

TROUBLE = (NotSeen, aiohttp.ClientError, TimeoutError, OSError)
"""What a person meets while parts of the house are down; they look again a moment later."""
PAUSE = 0.3
CASE = re.compile(r"/cases/(\d+)/")
MOST_WATCHED = 150


class Agent:
    """Takes calls, replies to messages, ends cases and begins them again, until `stop` is set."""

    def __init__(self, person: Person, dice: random.Random, stop: asyncio.Event) -> None:
        self._person = person
        self._dice = dice
        self._stop = stop
        self._joined = ""
        self.replies: dict[str, bool] = {}
        """Each reply's words, and whether the page said that it was on its way."""
        self.accepted = 0

    async def play(self) -> None:
        """Until told to stop and free of calls to wrap up."""
        listening = asyncio.create_task(self._listen())
        try:
            while not self._stop.is_set():
                # In the middle of calls, too: an agent writes while the line is on hold.
                await trying(self._turn if self._dice.random() < 0.6 else self._look_after_a_case)
                await asyncio.sleep(self._dice.uniform(0.1, 0.4))
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def tidy(self) -> bool:
        """Wraps up what is left to be; whether the desk is free then."""
        page = await self._person.get("/desk/")
        wrap = page.form_or_none("/calls/", "/wrap-up/")
        if wrap is not None and not page.attribute("connect-call"):
            page = await self._person.send(page, wrap, note="完成")
        return not page.attribute("connect-call") and page.form_or_none("/calls/", "/wrap-up/") is None

    async def _listen(self) -> None:
        """The desk's socket, without which nobody is offered a call."""
        while True:
            with suppress(*TROUBLE):
                async with await self._person.socket() as socket:
                    await socket.send_json({"hello": {"topics": {"floor": ""}, "page": "/desk/"}})
                    async for frame in socket:
                        message = frame.json() if frame.type == aiohttp.WSMsgType.TEXT else {}
                        if "ping" in message:
                            await socket.send_json({"pong": message["ping"]})
            await asyncio.sleep(PAUSE)

    async def _turn(self) -> None:
        page = await self._person.get("/desk/")
        offer = page.form_or_none("/offers/", "/accept/")
        if offer is not None:
            page = await self._person.send(page, offer)
            self.accepted += 1
        call = page.attribute("connect-call")
        wrap = page.form_or_none("/calls/", "/wrap-up/")
        if call:
            await self._talk(page, call)
        elif wrap is not None:
            await self._person.send(page, wrap, note="完成")
        elif (seat := page.form_or_none("/desk/seat/")) and "AVAILABLE" in seat.choices.get("state", {}):
            await self._person.send(page, seat, state="AVAILABLE")

    async def _talk(self, page: Page, call: str) -> None:
        """Joins the call once, says a word; often the agent hangs up first."""
        if self._joined != call:
            phone = await self._person.softphone(page)
            try:
                await phone.connect(call)
                self._joined = call
                await asyncio.sleep(self._dice.uniform(0.2, 1.5))
                await self._say(phone)
            finally:
                await phone.close()
        elif self._dice.random() < 0.3:
            form = page.form_or_none("/calls/", "/hang-up/")
            if form is not None:
                await self._person.send(page, form)
        elif self._dice.random() < 0.1:
            self._joined = ""  # the line was lost: the page connects again

    async def _say(self, phone: Softphone) -> None:
        with suppress(NotSeen):  # the caller may be gone
            await phone.say("您好，这里是12351。")

    async def _look_after_a_case(self) -> None:
        listed = await self._person.get(self._dice.choice(["/cases/?whose=unit", "/cases/?closed=1"]))
        found = sorted({link for link in listed.links if CASE.fullmatch(link)})
        if not found:
            return
        path = self._dice.choice(found)
        page = await self._person.get(path)
        reply = page.form_or_none(path, "/reply/")
        other = page.form_or_none(path, "/withdraw/") or page.form_or_none(path, "/reopen/")
        if other is not None and self._dice.random() < 0.2:
            await self._person.send(page, other, reason="演练")
        elif reply is not None:
            text = f"答复 {self._dice.getrandbits(64):016x}：请保存工资条。"
            self.replies[text] = False
            await self._person.send(page, reply, text=text)
            self.replies[text] = True


class Watcher:
    """A supervisor's page that shows many cases: what the socket says of their versions."""

    def __init__(self, person: Person) -> None:
        self._person = person
        self.versions: dict[str, int] = {}
        self.connections = 0
        self._socket: aiohttp.ClientWebSocketResponse | None = None

    async def play(self) -> None:
        """For ever: comes back after every break, and says which versions it has."""
        while True:
            with suppress(*TROUBLE):
                async with await self._person.socket() as socket:
                    self._socket = socket
                    self.connections += 1
                    await self._hello()
                    async for frame in socket:
                        if frame.type == aiohttp.WSMsgType.TEXT:
                            await self._heard(socket, frame.json())
            self._socket = None
            await asyncio.sleep(PAUSE)

    async def look_for_cases(self, stop: asyncio.Event) -> None:
        """Takes up the cases that the list shows, as someone does who opens them."""
        while not stop.is_set():
            await trying(self._look)
            await asyncio.sleep(3)

    async def _look(self) -> None:
        page = await self._person.get("/cases/")
        fresh = {f"case:{m[1]}" for link in page.links if (m := CASE.fullmatch(link))} - self.versions.keys()
        for topic in sorted(fresh)[: MOST_WATCHED - len(self.versions)]:
            self.versions[topic] = 0
        if fresh and self._socket is not None:
            await self._hello()

    async def _hello(self) -> None:
        assert self._socket is not None
        await self._socket.send_json({"hello": {"topics": dict(self.versions), "page": "/cases/"}})

    async def _heard(self, socket: aiohttp.ClientWebSocketResponse, message: dict[str, Any]) -> None:
        if "ping" in message:
            await socket.send_json({"pong": message["ping"]})
        elif message.get("topic") == "*":
            # "Anything may have changed": the page asks again with what it shows.
            await self._hello()
        elif message.get("topic") in self.versions and message.get("version"):
            topic = message["topic"]
            self.versions[topic] = max(self.versions[topic], int(message["version"]))


async def trying(act: Callable[[], Awaitable[object]]) -> None:
    """Does it, or leaves it where the house does not answer just now."""
    with suppress(*TROUBLE):
        await act()
