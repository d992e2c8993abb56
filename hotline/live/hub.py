"""One hub for each process: it holds who listens to which topic and writes each ring to all of them.

Everything here runs in the event loop; queries run in threads (`rights`), rings arrive by `sources`.
A ring says that something changed, never what. Case topics are checked again at each ring: whoever may no
longer see the case is rung once more as `gone` and then no more.
"""

import asyncio
import json
import random
from collections.abc import Awaitable, Coroutine, Iterable
from contextlib import nullcontext
from time import monotonic
from typing import Any

import structlog
from django import db
from django.conf import settings
from django.utils import timezone
from redis.exceptions import RedisError

from hotline.bell import Ring
from hotline.enums import Role
from hotline.live import presence, rights, sources
from hotline.live.listener import REFRESH, Listener
from hotline.live.presence import Present
from hotline.live.rights import in_thread

log = structlog.get_logger(__name__)
SIGNED_OUT, RESTARTING, SILENT = 4401, 1012, 4408
TICK_SECONDS = 0.02
PING_SECONDS = 15.0
SILENT_PINGS = 3
AUDIT_PINGS = 4
SEEN_SECONDS = 10
GONE_SECONDS = 20.0
CLOSE_SECONDS = 3
LONGEST_PAUSE = 5.0

Rung = dict[tuple[str, str], int]
"""What is to be told: the version for each topic and kind."""


class Hub:
    """Starts with the first socket and rests when the last is gone."""

    def __init__(self) -> None:
        self.listeners: set[Listener] = set()
        self._topics: dict[str, set[Listener]] = {}
        self._people: dict[int, set[Listener]] = {}
        self._lists: Rung = {}
        self._cases: Rung = {}
        self._ticking = False
        self._telling_cases = False
        self._listening = asyncio.Event()
        self._running: list[asyncio.Task[None]] = []
        self._tasks: set[asyncio.Task[Any]] = set()
        self._seen: dict[int, float] = {}
        self._shared: presence.Shared | None = None

    # --- Sockets come and go ---------------------------------------------------------------------
    async def join(self, listener: Listener) -> None:
        """Take a socket in; returns when the hub hears the rings of all processes, or after a second."""
        self.listeners.add(listener)
        self._people.setdefault(listener.who.staff_id, set()).add(listener)
        self._start()
        try:
            await asyncio.wait_for(self._listening.wait(), 1)
        except TimeoutError:
            log.warning("socket let in while rings of other processes cannot be heard")

    def subscribe(self, listener: Listener, topics: frozenset[str], page: str = "") -> None:
        """Ring `listener` for exactly `topics` from now on; `page` is the topic of the case it has open."""
        if listener not in self.listeners:
            return
        for topic in listener.topics - topics:
            self._topics[topic].discard(listener)
            if not self._topics[topic]:
                del self._topics[topic]
        for topic in topics - listener.topics:
            self._topics.setdefault(topic, set()).add(listener)
        before, listener.topics = listener.page, topics
        listener.page = page if page in topics else ""
        if listener.page != before:
            self._moved(listener, before)

    def leave(self, listener: Listener) -> None:
        """Forget a socket. An agent's console is gone when no other follows within 20 seconds."""
        if listener not in self.listeners:
            return
        self.subscribe(listener, frozenset())
        self.listeners.discard(listener)
        listener.stop()
        staff_id = listener.who.staff_id
        self._people[staff_id].discard(listener)
        if not self._people[staff_id]:
            del self._people[staff_id]
            self._seen.pop(staff_id, None)
            if listener.who.role == Role.AGENT:
                loop = asyncio.get_running_loop()
                loop.call_later(GONE_SECONDS, self._console_gone, staff_id, timezone.now())
        if not self.listeners:
            self._rest()

    def dismiss(self, listener: Listener, code: int) -> None:
        """Forget a socket and close it with `code`."""
        self.leave(listener)
        listener.close(code)

    async def close(self) -> None:
        """Close every socket; the server is stopping."""
        leaving = list(self.listeners)
        for listener in leaving:
            self.dismiss(listener, RESTARTING)
        ended = [asyncio.ensure_future(listener.ended.wait()) for listener in leaving]
        if ended:
            await asyncio.wait(ended, timeout=CLOSE_SECONDS)
        await asyncio.gather(*self._tasks)
        if self._shared:
            await self._shared.close()
            self._shared = None

    def answered(self, listener: Listener) -> None:
        """The browser has just said something: an agent's seat learns of it, at most every 10 seconds."""
        listener.heard = now = monotonic()
        who = listener.who
        if who.role == Role.AGENT and now - self._seen.get(who.staff_id, -SEEN_SECONDS) >= SEEN_SECONDS:
            self._seen[who.staff_id] = now
            self._spawn(_quietly("seat seen", in_thread(rights.console_seen)(who.staff_id)))

    def _console_gone(self, staff_id: int, since: Any) -> None:
        if staff_id not in self._people:
            self._spawn(_quietly("console gone", in_thread(rights.console_gone)(staff_id, since)))

    # --- Rings -----------------------------------------------------------------------------------
    def receive(self, rings: Iterable[Ring]) -> None:
        """Pass `rings` on with the next tick; several of one topic and kind become one."""
        for ring in rings:
            name, _sep, key = ring.topic.partition(":")
            if ring.kind == "signed-out" and name == "staff" and key.isdecimal():
                for listener in list(self._people.get(int(key), ())):
                    self.dismiss(listener, SIGNED_OUT)
            elif ring.topic in self._topics:
                pending = self._cases if name == "case" else self._lists
                slot = ring.topic, ring.kind
                pending[slot] = max(ring.version, pending.get(slot, 0))
        if (self._lists or self._cases) and not self._ticking:
            self._ticking = True
            asyncio.get_running_loop().call_later(TICK_SECONDS, self._tick)

    def _tick(self) -> None:
        self._ticking = False
        rung, self._lists = self._lists, {}
        self._tell([(topic, encode(topic, kind, version)) for (topic, kind), version in rung.items()])
        if self._cases and not self._telling_cases:
            self._telling_cases = True
            self._spawn(self._tell_cases())

    def _tell(self, messages: Iterable[tuple[str, str]]) -> None:
        out: dict[Listener, list[str]] = {}
        for topic, text in messages:
            for listener in self._topics.get(topic, ()):
                out.setdefault(listener, []).append(text)
        for listener, texts in out.items():
            listener.write(texts)

    async def _tell_cases(self) -> None:
        try:
            while self._cases:
                rung, self._cases = self._cases, {}
                try:
                    await self._drop_who_may_not({topic for topic, _kind in rung})
                except db.Error as error:
                    log.warning("case rings wait for the database", error=type(error).__name__)
                    self._cases = rung | self._cases
                    await asyncio.sleep(1)
                    continue
                self._tell([(slot[0], await self._case_message(*slot, rung[slot])) for slot in rung])
        finally:
            self._telling_cases = False

    async def _drop_who_may_not(self, topics: Iterable[str]) -> None:
        listening = {topic: {x.who.staff_id for x in self._topics.get(topic, ())} for topic in topics}
        may = await in_thread(rights.who_may_hear)(listening)
        for topic, asked in listening.items():
            for listener in list(self._topics.get(topic, ())):
                if listener.who.staff_id in asked - may[topic]:
                    self.subscribe(listener, listener.topics - {topic}, listener.page)
                    listener.write([encode(topic, "gone", 0)])

    async def _case_message(self, topic: str, kind: str, version: int) -> str:
        if kind == presence.KIND:
            return json.dumps({"topic": topic, "kind": kind, "people": await self.present(topic)})
        return encode(topic, kind, version)

    # --- Who is on which page ----------------------------------------------------------------------
    async def present(self, topic: str) -> list[Present]:
        """Who has the page of the case `topic` open; in all processes where Redis is there."""
        people: list[tuple[int, str]] = []
        if self._shared:
            try:
                people = await self._shared.elsewhere(topic)
            except (RedisError, OSError) as error:
                log.warning("presence of this process only", error=type(error).__name__)
        here = (x.who for x in self._topics.get(topic, ()) if x.page == topic)
        return presence.in_order(people + [(who.staff_id, who.name) for who in here])

    def _moved(self, listener: Listener, before: str) -> None:
        for topic in {before, listener.page} - {""}:
            if self._shared:
                self._spawn(_quietly("presence", self._share(self._shared, topic, listener.who)))
            else:
                self.receive([Ring(topic, presence.KIND)])

    async def _share(self, shared: presence.Shared, topic: str, who: rights.Pass) -> None:
        try:
            if any(x.page == topic for x in self._people.get(who.staff_id, ())):
                await shared.put(topic, who.staff_id, who.name)
            else:
                await shared.take(topic, who.staff_id)
            await shared.tell(topic)
        except (RedisError, OSError):
            self.receive([Ring(topic, presence.KIND)])  # at least in this process
            raise

    async def _renew(self, shared: presence.Shared) -> None:
        for listener in [x for x in self.listeners if x.page]:
            await shared.put(listener.page, listener.who.staff_id, listener.who.name)

    # --- What runs beside the sockets -----------------------------------------------------------------
    def _start(self) -> None:
        if self._running:
            return
        if settings.REDIS_URL and not self._shared:
            self._shared = presence.Shared(settings.REDIS_URL)
        loop = asyncio.get_running_loop()
        self._running = [loop.create_task(self._listen()), loop.create_task(self._ping())]

    def _rest(self) -> None:
        for task in self._running:
            task.cancel()
        self._running = []
        self._listening.clear()
        # A ring for nobody is nothing; who comes back says which versions they show.
        self._lists, self._cases = {}, {}

    async def _listen(self) -> None:
        source = sources.choose()
        pause = 0.2
        # While Redis is away `bell` hands this process's rings out here.
        with sources.own_rings(self.receive) if settings.REDIS_URL else nullcontext():
            while True:
                try:
                    await source(self._hears, self.receive)
                except sources.FAILURES as error:
                    log.warning("rings of other processes are lost", error=type(error).__name__)
                lost = self._listening.is_set()
                self._listening.clear()
                pause = 0.2 if lost else min(2 * pause, LONGEST_PAUSE)
                await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - spreads the hubs out

    def _hears(self) -> None:
        # Whoever came while nothing could be heard may have missed rings, and so may have a sign-out.
        self._listening.set()
        waiting = [listener for listener in self.listeners if listener.topics]
        for listener in waiting:
            listener.write([REFRESH])
        if waiting:
            self._spawn(_quietly("audit", self._audit()))

    async def _ping(self) -> None:
        number = 0
        while True:
            await asyncio.sleep(PING_SECONDS)
            number += 1
            text = json.dumps({"ping": number})
            for listener in list(self.listeners):
                if monotonic() - listener.heard > SILENT_PINGS * PING_SECONDS:
                    self.dismiss(listener, SILENT)
                else:
                    listener.write([text])
            if self._shared:
                self._spawn(_quietly("presence", self._renew(self._shared)))
            if number % AUDIT_PINGS == 0:
                self._spawn(_quietly("audit", self._audit()))

    async def _audit(self) -> None:
        """Close the sockets of people who were signed out while the ring that says so was lost."""
        listeners = list(self.listeners)
        out = await in_thread(rights.signed_out)({listener.who for listener in listeners})
        for listener in listeners:
            if listener.who in out:
                self.dismiss(listener, SIGNED_OUT)

    def _spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)  # the loop itself keeps no strong reference
        task.add_done_callback(self._tasks.discard)


def encode(topic: str, kind: str, version: int) -> str:
    """A ring as the browser gets it."""
    return json.dumps({"topic": topic, "kind": kind, "version": version})


async def _quietly(what: str, work: Awaitable[None]) -> None:
    try:
        await work
    except (db.Error, RedisError, OSError) as error:
        log.warning("live duty failed", duty=what, error=type(error).__name__)


_hubs: dict[asyncio.AbstractEventLoop, Hub] = {}


def here() -> Hub:
    """The hub of the running event loop."""
    for loop in [loop for loop in _hubs if loop.is_closed()]:
        del _hubs[loop]
    return _hubs.setdefault(asyncio.get_running_loop(), Hub())
