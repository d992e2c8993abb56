"""The worker's telephone and the agent's softphone, both at the carrier simulator's doors."""

import asyncio
from typing import Any

import aiohttp

from deploy.tour.report import NotSeen, eventually


async def answer_of(answer: aiohttp.ClientResponse) -> Any:
    """The JSON of an answer. Raises NotSeen with its status where it is a refusal."""
    if answer.status >= 400:
        raise NotSeen(f"{answer.method} {answer.url.path} answers {answer.status}: {await answer.text()}")
    return await answer.json()


class Telephone:
    """A worker's telephone: the simulator's second door, in JSON."""

    def __init__(self, session: aiohttp.ClientSession, simulator: str, number: str = "") -> None:
        self._session = session
        self._simulator = simulator
        self.number = number
        self.sid = ""
        """The call that is on."""

    def of(self, number: str) -> "Telephone":
        """The telephone with this number."""
        return Telephone(self._session, self._simulator, number)

    async def get(self, path: str, **query: str) -> Any:
        """What the door at `path` answers."""
        async with self._session.get(self._simulator + path, params=query) as answer:
            return await answer_of(answer)

    async def post(self, path: str, **values: Any) -> Any:
        """Does something at the door at `path`."""
        async with self._session.post(self._simulator + path, json=values) as answer:
            return await answer_of(answer)

    async def dial(self) -> None:
        """Dials 12351."""
        self.sid = (await self.post("/sim/calls", **{"from": self.number, "to": "12351"}))["sid"]

    async def act(self, what: str, **values: str) -> None:
        """Says, presses, hangs up or answers on the present call."""
        await self.post(f"/sim/calls/{self.sid}/{what}", **values)

    async def call(self) -> dict[str, Any]:
        """The present call as this telephone shows it."""
        call: dict[str, Any] = await self.get(f"/sim/calls/{self.sid}")
        return call

    async def until(self, what: str, **wanted: str) -> dict[str, Any]:
        """The call once each of its `wanted` values is as named. Raises NotSeen."""
        last: dict[str, Any] = {}

        async def look() -> dict[str, Any] | None:
            last.update(await self.call())
            return last if all(last[name] == value for name, value in wanted.items()) else None

        try:
            return await eventually(look, what)
        except NotSeen as problem:
            state = {name: last[name] for name in ("status", "waiting_for", "ended_reason")}
            raise NotSeen(f"{problem}; the telephone shows {state}") from None

    async def hears(self, words: str) -> None:
        """Returns once `words` were heard in the present call."""

        async def look() -> bool:
            return any(words in line["text"] for line in (await self.call())["lines"])

        await eventually(look, f"the caller does not hear {words!r}")

    async def rings(self) -> None:
        """Returns once a call from the hotline rings here; it is the present call from then on."""

        async def look() -> str | None:
            calls = (await self.get("/sim/calls", number=self.number))["calls"]
            ringing = (c["sid"] for c in calls if c["direction"] != "inbound" and c["status"] == "ringing")
            return next(ringing, None)

        self.sid = await eventually(look, f"the telephone {self.number} does not ring")

    async def messages(self) -> list[dict[str, Any]]:
        """The messages to and from this number, the oldest first."""
        found: list[dict[str, Any]] = (await self.get("/sim/messages", number=self.number))["messages"]
        return found


class Softphone:
    """The telephone in an agent's page: the same token and call id that the page sends."""

    def __init__(self, session: aiohttp.ClientSession, carrier: str, token: str, origin: str) -> None:
        self._session = session
        self._carrier = carrier.rstrip("/")
        self._token = token
        self._headers = {"Authorization": f"Bearer {token}", "Origin": origin}
        self.sid = ""
        self.lines: list[str] = []
        self.status = ""
        self._polling: asyncio.Task[None] | None = None

    async def connect(self, call_id: str) -> None:
        """Joins the call and listens in from then on."""
        answer = await self._post("connect", token=self._token, params={"call_id": call_id})
        self.sid = answer["call_sid"]
        self._polling = asyncio.create_task(self._listen())

    async def say(self, text: str) -> None:
        """The agent speaks."""
        await self._post("say", call_sid=self.sid, text=text)

    async def hang_up(self) -> None:
        """The agent leaves the call."""
        await self._post("hangup", call_sid=self.sid)

    async def hears(self, words: str) -> None:
        """Returns once the agent has heard `words`."""

        async def look() -> bool:
            return any(words in line for line in self.lines)

        await eventually(look, f"the agent does not hear {words!r}")

    async def close(self) -> None:
        """Stops listening; the page is gone."""
        if self._polling is not None:
            self._polling.cancel()
            await asyncio.gather(self._polling, return_exceptions=True)

    async def _listen(self) -> None:
        seen = 0
        while True:
            address = f"{self._carrier}/softphone/events/{self.sid}"
            async with self._session.get(address, params={"after": seen}, headers=self._headers) as answer:
                heard = await answer_of(answer)
            for event in heard["events"]:
                seen = event["n"]
                self.lines.append(event["text"])
            self.status = heard["status"]
            if self.status in {"completed", "failed", "canceled"}:
                return

    async def _post(self, what: str, **values: Any) -> Any:
        address = f"{self._carrier}/softphone/{what}"
        async with self._session.post(address, json=values, headers=self._headers) as answer:
            return await answer_of(answer)
