"""The workers' side of the load: telephones that ring, speak, wait and hang up, and messages."""

import asyncio
import base64
import random
import time
from typing import Any

import aiohttp

PICTURE = base64.b64encode(
    base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    )
).decode()
NUMBERS = 150
"""Different workers, so that some write again while their case is open and others are new."""
CALLERS, WRITERS = 4, 2
WITHHELD = 0.05
"""The share of calls without a number: they have no contact to wait in line at."""
LONGEST_CALL = 30.0
FAULTS: dict[str, object] = {
    "duplicate": 0.1,
    "delay": [0.0, 0.2],
    "reorder": 0.1,
    "drop": 0.05,
    "rest_429": 0.05,
    "rest_500_after": 0.05,
    "undelivered": 0.05,
    "recording_absent": 0.05,
}


class Doors:
    """The simulator's JSON doors; never through a wire that is cut."""

    def __init__(self, session: aiohttp.ClientSession, address: str) -> None:
        self._session = session
        self._address = address

    async def get(self, path: str, **query: str) -> Any:
        """What the door at `path` answers."""
        async with self._session.get(self._address + path, params=query) as answer:
            answer.raise_for_status()
            return await answer.json()

    async def post(self, path: str, data: dict[str, object]) -> Any:
        """Does something; None where it cannot be done now (409)."""
        async with self._session.post(self._address + path, json=data) as answer:
            if answer.status == 409:
                return None
            answer.raise_for_status()
            return await answer.json()


class Workers:
    """The people who call and write, until `stop` is set."""

    def __init__(self, doors: Doors, dice: random.Random, stop: asyncio.Event) -> None:
        self._doors = doors
        self._dice = dice
        self._stop = stop
        self._written = 0

    async def play(self) -> None:
        """All of them at once; returns when the last has put the receiver down."""
        await asyncio.gather(
            *(self._until_stopped(self._call, 0.2, 2.0) for _ in range(CALLERS)),
            *(self._until_stopped(self._write, 0.2, 1.5) for _ in range(WRITERS)),
        )

    async def _until_stopped(self, act: Any, shortest: float, longest: float) -> None:
        while not self._stop.is_set():
            await act()
            await asyncio.sleep(self._dice.uniform(shortest, longest))

    def _number(self) -> str:
        return f"+86139{self._dice.randrange(NUMBERS):08d}"

    # --- Messages --------------------------------------------------------------------------------
    async def _write(self) -> None:
        self._written += 1
        data: dict[str, object] = {"from": self._number(), "body": f"第{self._written}条：工资还没有发。"}
        if self._dice.random() < 0.15:
            data["media"] = [{"name": "a.png", "content_type": "image/png", "base64": PICTURE}]
        await self._doors.post("/sim/messages", data)

    # --- Calls -----------------------------------------------------------------------------------
    async def _call(self) -> None:
        number = "anonymous" if self._dice.random() < WITHHELD else self._number()
        sid = (await self._doors.post("/sim/calls", {"from": number}))["sid"]
        # Some hang up in the menu, some while they wait, some talk, some wait for the voicemail.
        low, high = self._dice.choice([(0.0, 0.6), (1.0, 5.0), (4.0, 12.0), (12.0, LONGEST_CALL)])
        end = time.monotonic() + self._dice.uniform(low, high)
        said: set[str] = set()
        while time.monotonic() < end and not self._stop.is_set():
            call = await self._doors.get(f"/sim/calls/{sid}")
            if call["status"] in {"completed", "canceled", "busy", "no-answer", "failed"}:
                return
            await self._answer_to(sid, call, said)
            await asyncio.sleep(0.15)
        await self._doors.post(f"/sim/calls/{sid}/hangup", {})

    async def _answer_to(self, sid: str, call: dict[str, Any], said: set[str]) -> None:
        """Does once what the line waits for: a key, words to the agent, a message after the tone."""
        talks = any(line["text"] == "conference-in-progress" for line in call["lines"])
        what = call["waiting_for"] if call["waiting_for"] != "conference" or talks else ""
        if not what or what in said:
            return
        said.add(what)
        if what == "digits":
            await self._doors.post(f"/sim/calls/{sid}/digits", {"digits": self._dice.choice("12")})
        else:
            await self._doors.post(f"/sim/calls/{sid}/say", {"text": f"老板三个月没发工资了，{sid[-6:]}。"})


async def hang_up_all(doors: Doors) -> int:
    """Puts down every receiver that is still off, agents' legs too; returns how many."""
    over = {"completed", "canceled", "busy", "no-answer", "failed"}
    running = [call["sid"] for call in (await doors.get("/sim/made"))["calls"] if call["status"] not in over]
    for sid in running:
        await doors.post(f"/sim/calls/{sid}/hangup", {})
    return len(running)
