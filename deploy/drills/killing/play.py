"""The drill on one database: load, kills at random moments, quiet, count."""

import asyncio
import json
import random
import time
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from deploy.drills.killing.house import House
from deploy.drills.killing.load import FAULTS, Doors, Workers, hang_up_all
from deploy.drills.killing.people import TROUBLE, Agent, Watcher
from deploy.prepare import PYTHON
from deploy.progress import run, step
from deploy.tour.people import Person

AGENTS = ("agent", "agent2")
SHORTEST_PAUSE, LONGEST_PAUSE = 0.3, 2.5
LONGEST_CUT = 1.0
CALM_SECONDS = 3.0
"""Load alone, before the first kill."""
QUIET_SECONDS = 30.0
RING_SECONDS = 1.0
"""So late the last ring may reach an open page."""
MOST_CALLS = 10
"""An agent has one call at a time, and may have some to wrap up whose end was told late."""
IN_THE_MIDST = 0.5
"""How often a kill does not wait until the web server killed before has come up again."""
CHANCES = {"web": 40, "worker": 35, "wire": 25}


@dataclass
class Result:
    """What is said of one database: plain facts, and the counts (what, how many, what is off)."""

    database: str
    facts: dict[str, str] = field(default_factory=dict)
    counts: list[tuple[str, int, list[str]]] = field(default_factory=list)

    @property
    def off(self) -> int:
        """How many are off in all."""
        return sum(len(off) for _what, _there, off in self.counts)


async def play(database: str, folder: Path, kills: int, server_kills: int, dice: random.Random) -> Result:
    """The whole drill on `database`; its data and logs go to `folder`. Raises Failed."""
    result = Result(database)
    print(f"\n{database}", flush=True)
    async with AsyncExitStack() as stack:
        house = House(database, folder)
        stack.push_async_callback(house.close)
        with step("Setting it up"):
            await house.start()
        session = await stack.enter_async_context(aiohttp.ClientSession())
        drill = Drill(house, Doors(session, house.doors), dice)
        try:
            await drill.enter()
            await drill.load_and_kill(kills, server_kills)
            await drill.quiet()
            await drill.count(folder, result)
        finally:
            await drill.leave()
    return result


class Drill:
    """The people and the killer of one database."""

    def __init__(self, house: House, doors: Doors, dice: random.Random) -> None:
        self._house = house
        self._doors = doors
        self._dice = dice
        self._stop = asyncio.Event()
        self._people = {name: Person(house.address, name) for name in (*AGENTS, "supervisor")}
        self._agents = [Agent(self._people[name], dice, self._stop) for name in AGENTS]
        self._watcher = Watcher(self._people["supervisor"])
        self._tasks: list[asyncio.Task[None]] = []
        self._kills: Counter[str] = Counter()
        self._starts: list[float] = []
        self._coming_up: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._restarts: list[float] = []

    async def enter(self) -> None:
        """Everybody signs in while all is well."""
        for person in self._people.values():
            await person.sign_in(self._house.password)

    async def leave(self) -> None:
        """Ends what is still under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for person in self._people.values():
            await person.close()

    async def load_and_kill(self, kills: int, server_kills: int) -> None:
        """Puts the load on, kills so many times, and takes the load off again."""
        workers = Workers(self._doors, self._dice, self._stop)
        await self._doors.post("/sim/faults", FAULTS | {"seed": self._dice.getrandbits(30)})
        load = [workers.play(), *(agent.play() for agent in self._agents)]
        playing = [asyncio.create_task(one) for one in load]
        playing.append(asyncio.create_task(self._watcher.look_for_cases(self._stop)))
        watching = asyncio.create_task(self._watcher.play())
        self._tasks += [*playing, watching]
        with step(f"Load, {kills} kills" + (f", PostgreSQL {server_kills} times" if server_kills else "")):
            await asyncio.sleep(CALM_SECONDS)
            self._coming_up.set_result(None)
            await self._kill(kills, server_kills)
        self._stop.set()
        await self._doors.post("/sim/faults", {})
        await asyncio.gather(*playing)

    async def _kill(self, kills: int, server_kills: int) -> None:
        orders = self._dice.choices(list(CHANCES), list(CHANCES.values()), k=kills)
        for place in self._dice.sample(range(kills), server_kills):
            orders[place] += " database"
        for order in orders:
            if self._dice.random() > IN_THE_MIDST:
                await self._coming_up
            await asyncio.sleep(self._dice.uniform(SHORTEST_PAUSE, LONGEST_PAUSE))
            self._house.children.check()
            for victim in order.split():
                await getattr(self, f"_kill_{victim}")()

    async def _kill_web(self) -> None:
        # One that is still starting is let come up first: what is to be killed shall be at work.
        await self._coming_up
        self._house.kill("web")
        self._kills["web"] += 1
        self._coming_up = asyncio.create_task(self._note_start())

    async def _note_start(self) -> None:
        self._starts.append(await self._house.until_up("web"))

    async def _kill_worker(self) -> None:
        self._house.kill(self._dice.choice(await self._house.at_work()))
        self._kills["worker"] += 1

    async def _kill_wire(self) -> None:
        name = self._dice.choice(list(self._house.wires))
        await self._house.wires[name].cut(self._dice.uniform(0, LONGEST_CUT))
        self._kills[name] += 1

    async def _kill_database(self) -> None:
        began = time.monotonic()
        await self._house.kill_database()
        self._restarts.append(time.monotonic() - began)
        self._kills["PostgreSQL"] += 1

    async def quiet(self) -> None:
        """Every call ends, the carrier has told what there was to tell, and the workers end in good order."""
        with step("Quiet"):
            await self._coming_up
            end = time.monotonic() + QUIET_SECONDS
            while time.monotonic() < end:
                running = await hang_up_all(self._doors)
                waiting = [d for d in await self._deliveries() if d["outcome"] == "pending"]
                if not running and not waiting:
                    break
                await asyncio.sleep(0.5)
            await self._house.stop_workers()

    async def _deliveries(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self._doors.get("/sim/deliveries"))["deliveries"]
        return found

    async def count(self, folder: Path, result: Result) -> None:
        """Does what is still due, compares, and notes all of it in `result`."""
        replies = {text: sure for agent in self._agents for text, sure in agent.replies.items()}
        (folder / "replies.json").write_text(json.dumps(replies, ensure_ascii=False), encoding="utf-8")
        with step("What is still due, and the count"):
            command = [str(PYTHON), "-m", "deploy.drills.killing.settle", self._house.doors, str(folder)]
            said = await asyncio.to_thread(run, command, self._house.env)
            (self._house.logs / "settle.log").write_text(said, encoding="utf-8")
        counted = json.loads((folder / "counts.json").read_text(encoding="utf-8"))
        result.counts = [(c["what"], c["there"], c["off"]) for c in counted["counts"]]
        await asyncio.sleep(RING_SECONDS)
        result.counts.append(self._sockets(counted["versions"]))
        result.counts.append(await self._free_desks())
        result.facts = await self._facts(counted["seconds"])

    def _sockets(self, versions: dict[str, int]) -> tuple[str, int, list[str]]:
        seen = self._watcher.versions
        off = [
            f"{topic} is at {versions.get(topic)}, the page knows {version}"
            for topic, version in seen.items()
            if versions.get(topic) != version
        ]
        return "cases on an open page, at the right version", len(seen), off

    async def _free_desks(self) -> tuple[str, int, list[str]]:
        """Whatever happened in their calls, agents can wrap them up and take the next."""
        off = []
        for name, agent in zip(AGENTS, self._agents, strict=True):
            for _call in range(MOST_CALLS):
                if await self._is_free(agent):
                    break
            else:
                off.append(f"{name} has a call that cannot be wrapped up")
        return "desks that can be wrapped up", len(AGENTS), off

    async def _is_free(self, agent: Agent) -> bool:
        try:
            return await agent.tidy()
        except TROUBLE:
            return False

    async def _facts(self, seconds: float) -> dict[str, str]:
        outcomes = Counter(d["outcome"] for d in await self._deliveries())
        facts = {f"killed: {name}": str(times) for name, times in sorted(self._kills.items())}
        if self._starts:
            facts["web answers after, median"] = f"{sorted(self._starts)[len(self._starts) // 2]:.1f} s"
        if self._restarts:
            facts["PostgreSQL answers after, longest"] = f"{max(self._restarts):.1f} s"
        facts["calls taken by agents"] = str(sum(agent.accepted for agent in self._agents))
        facts["sockets opened again"] = str(max(self._watcher.connections - 1, 0))
        facts["last posts delivered / failed / dropped"] = "/".join(
            str(outcomes[name]) for name in ("delivered", "failed", "dropped")
        )
        facts["what was due was done after"] = f"{seconds:.1f} s"
        return facts
