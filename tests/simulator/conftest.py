"""A small real hotline over HTTP beside the real simulator, both in one background loop."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pytest
import requests
from aiohttp import web
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from hotline.simulator.app import make_app
from hotline.simulator.config import Config, Credentials, browser_origins

T = TypeVar("T")

CREDENTIALS = Credentials(
    account_sid="AC" + "a" * 32,
    auth_token="the-token-of-the-account",
    api_key="SK" + "b" * 32,
    api_secret="the-secret-of-the-key-is-long-enough",
    app_sid="AP" + "c" * 32,
)
NUMBER = "+8653212351"
WORKER = "+8613800000001"


def until(found: Callable[[], T], what: str = "it", seconds: float = 30.0) -> T:
    """The first true answer of `found`; fails when there is none in time."""
    end = time.monotonic() + seconds
    while True:
        answer = found()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(0.005)


@dataclass(frozen=True)
class Post:
    path: str
    params: dict[str, str]
    token: str
    url: str
    at: float


Reply = str | int | Callable[[dict[str, str]], str | int]


@dataclass
class Hotline:
    """Answers what a test puts into `answers` (TwiML, a status, or a function of the parameters)."""

    url: str = ""
    answers: dict[str, Reply] = field(default_factory=dict)
    posts: list[Post] = field(default_factory=list)
    unsigned: list[str] = field(default_factory=list)
    slow: dict[str, float] = field(default_factory=dict)

    async def handle(self, request: web.Request) -> web.Response:
        params = {str(name): str(value) for name, value in (await request.post()).items()}
        url = self.url + str(request.rel_url)
        signature = request.headers.get("X-Twilio-Signature", "")
        if not RequestValidator(CREDENTIALS.auth_token).validate(url, params, signature):
            self.unsigned.append(url)
            return web.Response(status=403)
        token = request.headers["I-Twilio-Idempotency-Token"]
        self.posts.append(Post(request.path, params or dict(request.query), token, url, time.monotonic()))
        await asyncio.sleep(self.slow.get(request.path, 0))
        answer = self.answers.get(request.path, 204)
        if callable(answer):
            answer = answer(params)
        if isinstance(answer, int):
            return web.Response(status=answer)
        text = f"<?xml version='1.0' encoding='UTF-8'?><Response>{answer}</Response>"
        return web.Response(text=text, content_type="text/xml")

    def to(self, path: str, **params: str) -> list[Post]:
        """The posts to an address with these parameters, in the order in which they came."""
        return [
            post
            for post in list(self.posts)
            if post.path == path and all(post.params.get(name) == value for name, value in params.items())
        ]

    def wait_for(self, path: str, count: int = 1, **params: str) -> list[Post]:
        until(lambda: len(self.to(path, **params)) >= count, f"{count} posts to {path} with {params}")
        return self.to(path, **params)

    def events(self, path: str = "/twilio/conference/") -> list[str]:
        return [post.params["StatusCallbackEvent"] for post in self.to(path)]


class AtSimulator(TwilioHttpClient):
    """The SDK's own client, with the carrier's host replaced: how the hotline does it too."""

    def __init__(self, base: str) -> None:
        super().__init__(timeout=10)
        self.base = base

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        parts = urlsplit(url)
        local = self.base + parts.path + (f"?{parts.query}" if parts.query else "")
        return super().request(method, local, *args, **kwargs)


@dataclass
class Simulator:
    url: str
    config: Config

    def post(self, path: str, data: dict[str, Any] | None = None, status: int | None = None) -> Any:
        answer = requests.post(self.url + path, json=data or {}, timeout=10)
        assert answer.status_code == status or (status is None and answer.ok), answer.text
        return answer.json()

    def get(self, path: str, **params: Any) -> Any:
        answer = requests.get(self.url + path, params=params, timeout=30)
        assert answer.ok, answer.text
        return answer.json()

    def dial(self, number: str = WORKER, **more: Any) -> str:
        sid: str = self.post("/sim/calls", {"from": number, **more})["sid"]
        return sid

    def call(self, sid: str) -> Any:
        return self.get(f"/sim/calls/{sid}")

    def until_call(self, sid: str, **expected: str) -> Any:
        def matches() -> Any:
            call = self.call(sid)
            return call if all(call[name] == value for name, value in expected.items()) else None

        return until(matches, f"call with {expected}")

    def client(self, user: str = CREDENTIALS.account_sid, password: str = CREDENTIALS.auth_token) -> Client:
        return Client(user, password, CREDENTIALS.account_sid, http_client=AtSimulator(self.url))


class World:
    """The background loop with both servers."""

    def __init__(self) -> None:
        self.hotline = Hotline()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._runners: list[web.AppRunner] = []
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    def start(self, **settings: Any) -> Simulator:
        hotline_app = web.Application(client_max_size=50_000_000)
        hotline_app.router.add_route("*", "/{path:.*}", self.hotline.handle)
        self.hotline.url = self.run(self._serve(hotline_app))
        port = self.run(_free_port())
        public = f"http://127.0.0.1:{port}"
        config = Config(
            credentials=CREDENTIALS,
            hotline=self.hotline.url,
            public=public,
            number=NUMBER,
            origins=browser_origins(self.hotline.url, []),
            **({"pace": 0.02} | settings),
        )
        self.run(self._serve(make_app(config), port))
        return Simulator(public, config)

    async def _serve(self, app: web.Application, port: int = 0) -> str:
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        self._runners.append(runner)
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    def stop(self) -> None:
        for runner in reversed(self._runners):
            self.run(runner.cleanup())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()


async def _free_port() -> int:
    server = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0)
    port: int = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    return port


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    yield world
    world.stop()


@pytest.fixture
def hotline(world: World) -> Hotline:
    return world.hotline


@pytest.fixture
def simulator(world: World, hotline: Hotline) -> Iterator[Simulator]:
    yield world.start()
    assert not hotline.unsigned, "the hotline refused signatures"
