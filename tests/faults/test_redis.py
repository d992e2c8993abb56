"""Redis killed and back: this process goes on by itself, and hears the others again afterwards."""

import asyncio
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches
from django.db import transaction
from django.test import Client

from hotline import bell, health
from hotline.bell import Ring
from hotline.models import Case, Staff
from tests.conftest import PASSWORD
from tests.hotline.live.conftest import Browser, Play, in_db

pytestmark = pytest.mark.services
Of = Callable[..., Browser]


class Redis:
    """A server of the test's own, to be killed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        program = shutil.which("redis-server")
        assert program
        command = [program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir"]
        self.process = subprocess.Popen([*command, self.folder], stdout=subprocess.DEVNULL)
        end = time.monotonic() + 5
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                assert time.monotonic() < end
                time.sleep(0.02)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def redis(tmp_path: Path, settings: Any) -> Iterator[Redis]:
    """Running, and the one that the hotline uses."""
    server = Redis(tmp_path)
    server.start()
    settings.REDIS_URL = server.url
    settings.CACHES = {
        "default": {
            "BACKEND": "hotline.cache.SharedCache",
            "LOCATION": server.url,
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
        }
    }
    bell._redis.cache_clear()
    yield server
    server.kill()
    bell._redis.cache_clear()


def ring_from_here(case: Case, version: int) -> None:
    with transaction.atomic():
        bell.ring([Ring(f"case:{case.pk}", "changed", version)])


def ring_from_elsewhere(server: Redis, case: Case, version: int) -> None:
    import redis

    with redis.Redis.from_url(server.url) as other:
        other.publish(bell.REDIS_CHANNEL, bell.encode([Ring(f"case:{case.pk}", "changed", version)]))


def test_pages_of_this_process_are_rung_and_see_each_other_without_redis(
    redis: Redis, play: Play, agent: Staff, supervisor: Staff, case: Case, browser_of: Of
) -> None:
    one, two = browser_of(agent), browser_of(supervisor)
    topic, page = f"case:{case.pk}", f"/cases/{case.pk}/"

    async def scene() -> None:
        for browser in (one, two):
            await browser.open()
        await one.hello({topic: case.version}, page=page)
        redis.kill()
        await in_db(ring_from_here, case, 50)
        await one.until(topic=topic, version=50)
        await two.hello({topic: case.version}, page=page)
        await one.until(kind="presence", people=[{"id": p.pk, "name": p.name} for p in (agent, supervisor)])
        redis.start()
        await one.until(kind="refresh")  # deaf for a while: look at everything once
        await asyncio.to_thread(ring_from_elsewhere, redis, case, 51)
        await one.until(topic=topic, version=51)
        await one.rest()
        await in_db(ring_from_here, case, 52)
        rings = [await one.next(), *await one.rest(0.3)]
        assert [r["version"] for r in rings if r.get("version") == 52] == [52], "once, not by both ways"

    play(scene)


def test_people_sign_in_without_redis_and_guessing_is_still_stopped(redis: Redis, agent: Staff) -> None:
    redis.kill()
    caches["default"].clear()
    browser = Client()
    guesses = [
        browser.post("/accounts/login/", {"login": agent.username, "password": "wrong"}) for _ in range(7)
    ]
    assert {g.status_code for g in guesses[:5]} == {200}
    assert "_auth_user_id" not in browser.session
    last = browser.post("/accounts/login/", {"login": agent.username, "password": PASSWORD})
    assert "_auth_user_id" not in browser.session, f"locked out: {last.status_code}"
    caches["default"].clear()
    browser.post("/accounts/login/", {"login": agent.username, "password": PASSWORD})
    assert browser.session["_auth_user_id"] == str(agent.pk)


def test_the_health_page_names_redis(redis: Redis, db: None) -> None:
    assert {f.name: f.ok for f in health.figures()}["redis"] is True
    redis.kill()
    assert {f.name: f.ok for f in health.figures()}["redis"] is False
    redis.start()
    assert {f.name: f.ok for f in health.figures()}["redis"] is True
