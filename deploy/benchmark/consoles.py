"""Five hundred consoles: how fast a doorbell reaches them, and how soon all show a change."""

import asyncio
import json
import random
import re
import subprocess
from collections.abc import Awaitable, Callable
from statistics import median
from time import perf_counter
from typing import Any

import aiohttp

from deploy.benchmark.house import House
from deploy.benchmark.table import Row
from deploy.benchmark.wires import Wire, connect
from deploy.prepare import PYTHON
from deploy.processes import free_port
from deploy.progress import ROOT

SOCKETS = 500
RINGS = 20
"""Rings of one round, each to all sockets."""
ROUNDS = 8
CHANGES = 10
RECONNECTS = 200
DEBOUNCE = 0.15
"""As the pages wait (fragments.js)."""
PATIENCE = 120
VERSION = re.compile(r'data-version="(\d+)"')


def measure(house: House, parts: set[str]) -> list[Row]:
    """Both rows."""
    live = house.serve_beside("live", "asgi", "hotline.asgi:application")
    house.children.wait_for("live", f"{live}/health/live", 60)
    who = house.inside("sessions")
    rows = []
    if "bells" in parts:
        port = free_port()
        house.children.start(
            "broadcast", [PYTHON, "-m", "deploy.benchmark.broadcast", str(port)], house.bare_env
        )
        rows.append(asyncio.run(bells(house, live, f"http://127.0.0.1:{port}", who["people"])))
        house.children.kill("broadcast")
    if "consoles" in parts:
        rows.append(asyncio.run(refetch(house, live, who)))
    return rows


class Helper:
    """A process of the hotline's own code that does one thing for each line it is given."""

    def __init__(self, house: House, part: str, *arguments: str) -> None:
        command = [str(PYTHON), "-m", "deploy.benchmark.inside", part, *arguments]
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            command, cwd=ROOT, env=house.bare_env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def do(self, line: str = "") -> str:
        """Do it once more; returns what the process answers."""
        assert self._process.stdin and self._process.stdout
        print(line, file=self._process.stdin, flush=True)
        return self._process.stdout.readline().strip()

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


# --- The doorbell ------------------------------------------------------------------------------------
class Counter:
    """Counts what the sockets have heard of the present round."""

    def __init__(self) -> None:
        self.heard = [0] * SOCKETS
        self.mark = b"bench"
        self.due = 0
        self.missing = 0
        self.all_heard = asyncio.Event()

    def begin(self, mark: str, due: int) -> None:
        """Count texts with `mark` from now on, `due` for each socket."""
        self.mark, self.due = mark.encode(), due
        self.heard = [0] * SOCKETS
        self.missing = SOCKETS * due
        self.all_heard.clear()

    def on(self, place: int) -> Callable[[bytes], None]:
        """What the socket at `place` does with a text."""

        def heard(text: bytes) -> None:
            if self.mark in text:
                self.heard[place] += 1
                self.missing -= 1
                if not self.missing:
                    self.all_heard.set()

        return heard


async def bells(house: House, live: str, bare: str, people: list[dict[str, Any]]) -> Row:
    """Rings of the floor to 500 sockets against a bare broadcast of the same bytes, in turn."""
    floor = [one for one in people if one["role"] in {"AGENT", "SUPERVISOR"}]
    ours, yardstick = Counter(), Counter()
    wrong: list[str] = []
    sockets = [
        await connect(
            live, ours.on(n), path="/live/", origin=house.address, cookie=floor[n % len(floor)]["cookie"]
        )
        for n in range(SOCKETS)
    ]
    ours.begin('"hello": true', 1)
    for wire in sockets:
        wire.say({"hello": {"topics": {"floor": ""}, "page": "/floor/"}})
    await asyncio.wait_for(ours.all_heard.wait(), PATIENCE)
    house.note_memory("live")
    await _until_up(bare)
    others = [await connect(bare, yardstick.on(n)) for n in range(SOCKETS)]
    control = await connect(bare, lambda text: None)
    ringer = Helper(house, "ring")

    async def rate(counter: Counter, mark: str, go: Callable[[list[str]], Awaitable[None]]) -> float:
        kinds = [f"{mark}-{n:02d}" for n in range(RINGS)]
        counter.begin(mark, RINGS)
        began = perf_counter()
        await go(kinds)
        try:
            await asyncio.wait_for(counter.all_heard.wait(), 30)
        except TimeoutError:
            wrong.append(f"{counter.missing} of {SOCKETS * RINGS} deliveries are missing")
        if any(count != RINGS for count in counter.heard):
            wrong.append("some sockets heard too few or too many")
        return SOCKETS * RINGS / (perf_counter() - began)

    async def ring(kinds: list[str]) -> None:
        await asyncio.to_thread(ringer.do, " ".join(kinds))

    async def cast(kinds: list[str]) -> None:
        control.say({"go": [json.dumps({"topic": "floor", "kind": kind, "version": 0}) for kind in kinds]})

    rates: dict[str, list[float]] = {"ours": [], "bare": []}
    for turn in range(ROUNDS + 1):
        one = await rate(ours, f"bench{turn}a", ring)
        other = await rate(yardstick, f"bench{turn}b", cast)
        if turn:
            rates["ours"].append(one)
            rates["bare"].append(other)
    ringer.close()
    for wire in [*sockets, *others, control]:
        wire.transport.abort()
    one, other = median(rates["ours"]), median(rates["bare"])
    return Row(
        f"doorbells to {SOCKETS} sockets, from the commit by Redis to them",
        "websockets.broadcast of the same bytes",
        one / other,
        0.50,
        figures=f"{one:,.0f} deliveries/s against {other:,.0f}",
        wrong=wrong,
    )


async def _until_up(address: str) -> None:
    for _n in range(100):
        try:
            (await connect(address, lambda text: None)).transport.abort()
            return
        except OSError:
            await asyncio.sleep(0.1)


# --- All consoles fetch --------------------------------------------------------------------------------
class Console:
    """A page that shows a case's head: rung, it waits a moment and fetches; cut off, it comes back."""

    def __init__(
        self, http: aiohttp.ClientSession, house: House, live: str, cookie: str, case: dict[str, int]
    ) -> None:
        self.shown = case["version"]
        self._http, self._house, self._live, self._cookie = http, house, live, cookie
        self._topic = f"case:{case['pk']}"
        self._url = f"{house.address}/cases/{case['pk']}/parts/head/"
        self._etag = ""
        self._again = False
        self._fetching: asyncio.Task[None] | None = None
        self._wire: Wire | None = None
        self.wrong: list[str] = []

    async def open(self) -> None:
        """Open the socket and say what is shown."""
        self._wire = await connect(
            self._live, self._heard, path="/live/", origin=self._house.address, cookie=self._cookie
        )
        self._wire.say({"hello": {"topics": {self._topic: self.shown}, "page": "/desk/"}})

    async def reopen(self) -> None:
        """Lose the socket at once, and open another."""
        assert self._wire
        self._wire.heard = lambda text: None
        self._wire.transport.abort()
        await self.open()

    def close(self) -> None:
        """Leave."""
        assert self._wire
        self._wire.transport.abort()
        if self._fetching:
            self._fetching.cancel()

    def _heard(self, text: bytes) -> None:
        if b'"hello"' in text or b'"presence"' in text:
            return
        self._again = True
        if self._fetching is None or self._fetching.done():
            self._fetching = asyncio.get_running_loop().create_task(self._fetch())

    async def _fetch(self) -> None:
        while self._again:
            await asyncio.sleep(DEBOUNCE)
            self._again = False
            headers = {"Cookie": self._cookie, "HX-Request": "true"} | (
                {"If-None-Match": self._etag} if self._etag else {}
            )
            async with self._http.get(self._url, headers=headers) as answer:
                body = await answer.text()
                found = VERSION.search(body)
                if answer.status == 200 and found:
                    self.shown, self._etag = int(found[1]), answer.headers["ETag"]
                elif answer.status != 304:
                    self.wrong.append(f"answer {answer.status}")


async def refetch(house: House, live: str, who: dict[str, Any]) -> Row:
    """A change a second, seen by 500 consoles of which 200 are cut off on the way."""
    case, chance = who["case"], random.Random(1)  # noqa: S311 - nothing secret
    floor = [one for one in who["people"] if one["city"] and one["role"] in {"AGENT", "SUPERVISOR"}]
    limit = aiohttp.TCPConnector(limit=32)
    async with aiohttp.ClientSession(connector=limit, timeout=aiohttp.ClientTimeout(PATIENCE)) as http:
        page = await _plain_view(http, house, floor[0]["cookie"], case["pk"])
        consoles = [Console(http, house, live, floor[n % len(floor)]["cookie"], case) for n in range(SOCKETS)]
        for console in consoles:
            await console.open()
        house.note_memory("live")
        changer = Helper(house, "change", str(case["pk"]))
        version = case["version"]
        for _n in range(CHANGES):
            began = perf_counter()
            version = int(await asyncio.to_thread(changer.do))
            for console in chance.sample(consoles, RECONNECTS // CHANGES):
                await console.reopen()
            await asyncio.sleep(max(0.0, 1 - (perf_counter() - began)))
        for _n in range(PATIENCE * 10):
            if all(console.shown >= version for console in consoles):
                break
            await asyncio.sleep(0.1)
        # Now alone, with nothing else on the way: one change to all of them.
        began = perf_counter()
        last = int(await asyncio.to_thread(changer.do))
        while any(console.shown < last for console in consoles) and perf_counter() - began < PATIENCE:
            await asyncio.sleep(0.01)
        seconds = perf_counter() - began
        changer.close()
        lost = sum(console.shown < last for console in consoles)
        wrong = [one for console in consoles for one in console.wrong] + (
            [f"{lost} consoles lost a change"] if lost else []
        )
        for console in consoles:
            console.close()
    return Row(
        f"one change to all {SOCKETS} consoles refetched (reported), after {CHANGES} of them a second apart",
        f"one plain page view; {lost} lost over {RECONNECTS} forced reconnects",
        seconds / page,
        share=False,
        figures=f"{seconds:.2f} s against {page * 1000:.0f} ms: {SOCKETS / seconds:.0f} fragments/s",
        wrong=wrong,
    )


async def _plain_view(http: aiohttp.ClientSession, house: House, cookie: str, case_pk: int) -> float:
    taken = []
    for _n in range(6):
        began = perf_counter()
        async with http.get(f"{house.address}/cases/{case_pk}/", headers={"Cookie": cookie}) as answer:
            await answer.read()
            answer.raise_for_status()
        taken.append(perf_counter() - began)
    return median(taken[1:])
