"""Rings cross from process to process, and a hub that went deaf says so when it hears again."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import aiohttp
import pytest
import redis
from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from deploy.processes import free_port
from hotline import bell
from hotline.bell import Ring
from hotline.live import hub, sources
from hotline.models import Case, Staff
from tests.hotline.live.conftest import Browser, Play, in_db

Of = Callable[..., Browser]
RING = """
import sys, django
django.setup()
from django.db import transaction
from hotline import bell
with transaction.atomic():
    bell.ring([bell.Ring(topic, "changed", 7) for topic in sys.argv[1:]])
"""


@pytest.fixture(params=["as set", pytest.param("postgres alone", marks=pytest.mark.services)])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each way that a ring takes: by Redis or the SQLite file as set, and by PostgreSQL without Redis."""
    if request.param == "postgres alone":
        assert connection.vendor == "postgresql"
        monkeypatch.setattr(settings, "REDIS_URL", "")
    return str(request.param)


def environment() -> dict[str, str]:
    """What makes another process use this test's database."""
    own = connection.settings_dict
    at = f"{own['USER']}:{own['PASSWORD']}@{own['HOST']}:{own['PORT']}/"
    url = f"postgres://{at}{own['NAME']}" if connection.vendor == "postgresql" else f"sqlite:///{own['NAME']}"
    return os.environ | {
        "DATABASE_URL": url,
        "REDIS_URL": settings.REDIS_URL,
        "DJANGO_SETTINGS_MODULE": "hotline.settings",
    }


def ring_elsewhere(*topics: str) -> None:
    """Ring from a process of its own."""
    subprocess.run([sys.executable, "-c", RING, *topics], env=environment(), check=True, timeout=30)


def test_another_process_rings(way: str, play: Play, supervisor: Staff, case: Case, browser_of: Of) -> None:
    browser, topic = browser_of(supervisor), f"case:{case.pk}"

    async def scene() -> None:
        await browser.open()
        await browser.hello({topic: case.version, "floor": ""})
        await asyncio.to_thread(ring_elsewhere, topic, "floor", "unit:1000")
        rung = [await browser.next(), await browser.next()]
        assert sorted(rung, key=str) == [
            {"topic": topic, "kind": "changed", "version": 7},
            {"topic": "floor", "kind": "changed", "version": 7},
        ]

    play(scene)


def test_our_own_ring_comes_once(way: str, play: Play, supervisor: Staff, browser_of: Of) -> None:
    browser = browser_of(supervisor)

    def ring() -> None:
        with transaction.atomic():
            bell.ring([Ring("floor")])

    async def scene() -> None:
        await browser.open()
        await browser.hello({"floor": ""})
        await in_db(ring)
        assert await browser.next() == {"topic": "floor", "kind": "changed", "version": 0}
        assert await browser.rest(0.5) == []

    play(scene)


def test_a_hub_that_was_deaf_tells_its_pages_to_look(
    play: Play, supervisor: Staff, agent: Staff, browser_of: Of, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever was signed out meanwhile is found, too."""
    real, broken = sources.choose(), asyncio.Event()

    async def breaks(ready: sources.Ready, receive: sources.Receive) -> None:
        await asyncio.wait(
            {asyncio.ensure_future(real(ready, receive)), asyncio.ensure_future(broken.wait())},
            return_when=asyncio.FIRST_COMPLETED,
        )
        if broken.is_set():
            broken.clear()
            raise ConnectionResetError

    monkeypatch.setattr(sources, "choose", lambda: breaks)
    browser, other = browser_of(supervisor), browser_of(agent)

    async def scene() -> None:
        for each in (browser, other):
            await each.open()
            await each.hello({"floor": ""})
        await in_db(Staff.objects.filter(pk=agent.pk).update, is_active=False)
        broken.set()
        assert await browser.next() == {"topic": "*", "kind": "refresh"}
        assert {"closed": 4401} in [await other.next(), await other.next()]
        assert await browser.rest() == []

    play(scene)
    assert hub.LONGEST_PAUSE <= 5


def cut(way: str) -> None:
    """End the hub's line at the other end."""
    if settings.REDIS_URL:
        redis.Redis.from_url(settings.REDIS_URL).client_kill_filter(_type="pubsub")
    else:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN %%' "
                "AND datname = current_database()"
            )


@pytest.mark.services
def test_a_cut_line_is_taken_up_again(way: str, play: Play, supervisor: Staff, browser_of: Of) -> None:
    browser = browser_of(supervisor)

    async def scene() -> None:
        await browser.open()
        await browser.hello({"floor": ""})
        await in_db(cut, way)
        assert await browser.next() == {"topic": "*", "kind": "refresh"}
        await asyncio.to_thread(ring_elsewhere, "floor")
        assert await browser.next() == {"topic": "floor", "kind": "changed", "version": 7}

    play(scene)


class Server:
    """A granian process on this test's database."""

    def __init__(self) -> None:
        self.port = free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        command = [
            sys.executable,
            "-m",
            "granian",
            "--interface",
            "asgi",
            "--host",
            "127.0.0.1",
            "--port",
            str(self.port),
            "--log-level",
            "warning",
            "hotline.asgi:application",
        ]
        self.process = subprocess.Popen(command, env=environment() | {"HOTLINE_PUBLIC_URL": self.origin})

    @asynccontextmanager
    async def page(self, client: Client, origin: str = "") -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """The socket of a signed-in page; waits for the server to be up."""
        cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
        headers = {"Origin": origin or self.origin, "Cookie": cookie}
        async with aiohttp.ClientSession() as session:
            for _try in range(1200):
                try:
                    async with session.ws_connect(f"{self.origin}/live/", headers=headers) as wire:
                        yield wire
                        return
                except aiohttp.ClientConnectorError:
                    await asyncio.sleep(0.05)
            raise TimeoutError


@contextmanager
def two_servers() -> Iterator[list[Server]]:
    servers = [Server(), Server()]
    try:
        yield servers
    finally:
        for server in servers:
            server.process.terminate()
        for server in servers:
            try:
                server.process.wait(10)
            except subprocess.TimeoutExpired:  # a server told to end while it starts may not have heard it
                server.process.kill()
                server.process.wait(10)


async def hello(wire: aiohttp.ClientWebSocketResponse, topics: dict[str, Any], page: str = "/") -> None:
    await wire.send_json({"hello": {"topics": topics, "page": page}})
    while "hello" not in await wire.receive_json(timeout=20):
        pass


async def until(wire: aiohttp.ClientWebSocketResponse, **wanted: object) -> None:
    """Read on until something comes that has all of `wanted`."""
    while not wanted.items() <= (await wire.receive_json(timeout=20)).items():
        pass


async def rung(wire: aiohttp.ClientWebSocketResponse, topics: set[str]) -> None:
    """Read on until all of `topics` have been rung at version 7, in any order; a refresh stands for all."""
    while topics:
        message = await wire.receive_json(timeout=20)
        if message.get("version") == 7:
            topics -= {message["topic"]}
        elif message.get("kind") == "refresh":
            return


@pytest.mark.drill
def test_the_real_server_rings_its_pages(
    way: str,
    transactional_db: None,
    supervisor: Staff,
    agent: Staff,
    case: Case,
    client_of: Callable[[Staff], Client],
) -> None:
    """Two processes of the server, one page in each, changes made in a third."""
    chief, clerk, topic = client_of(supervisor), client_of(agent), f"case:{case.pk}"

    def sign_out() -> None:
        with transaction.atomic():
            Staff.objects.filter(pk=agent.pk).update(is_active=False)
            bell.ring([Ring(f"staff:{agent.pk}", "signed-out")])

    async def scene() -> None:
        async with servers[0].page(chief) as one, servers[1].page(clerk) as two:
            await hello(one, {topic: 0, "floor": ""}, f"/cases/{case.pk}/")
            await hello(two, {topic: 0, "floor": ""}, f"/cases/{case.pk}/")
            if settings.REDIS_URL:
                both = [{"id": p.pk, "name": p.name} for p in sorted([agent, supervisor], key=lambda p: p.pk)]
                await until(one, kind="presence", people=both)
            await in_db(ring_elsewhere, topic, "floor")
            for wire in (one, two):
                await rung(wire, {topic, "floor"})
            await in_db(sign_out)
            while (message := await two.receive(timeout=20)).type == aiohttp.WSMsgType.TEXT:
                pass
            assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 4401)
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                async with servers[0].page(chief, origin="http://evil.example"):
                    pass
            assert refused.value.status == 403
            servers[0].process.terminate()
            while (message := await one.receive(timeout=20)).type == aiohttp.WSMsgType.TEXT:
                pass
            assert message.type in {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED}

    with two_servers() as servers:
        asyncio.run(asyncio.wait_for(scene(), 120))
