"""The carrier's posts to the hotline: signed, retried, in order, and misbehaving where it was asked for.

Two kinds: `ask` needs the answer (TwiML) and raises when there is none; `tell` is an event, sent in the
background, in order within its stream (one stream for each call, conference and message).
"""

import asyncio
import logging
import uuid
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
from twilio.request_validator import RequestValidator
from yarl import URL

from hotline.simulator.config import Config
from hotline.simulator.faults import Faults
from hotline.simulator.state import Callback, Json, now

logger = logging.getLogger("hotline.simulator")

HTTP_FAILURE = 11200
CONNECTION_FAILURE = 11205

Spawn = Callable[[Coroutine[Any, Any, None]], "asyncio.Task[None]"]


# What is tried again unless the address says otherwise (`#rp=`): ct is a broken connection, rt an answer that
# did not come in time, 4xx and 5xx are answers. The carrier turns to the fallback after a first 5xx.
TWIML_POLICY = frozenset({"ct"})
EVENT_POLICY = frozenset({"ct", "5xx"})


class WebhookFailed(Exception):
    """The hotline gave no usable answer; `code` is the carrier's error code, `kind` as in the policies."""

    def __init__(self, code: int, url: str, problem: str, kind: str) -> None:
        super().__init__(f"{code} {problem}")
        self.code = code
        self.url = url
        self.kind = kind


@dataclass(frozen=True)
class Answer:
    text: str
    content_type: str


@dataclass
class Delivery:
    """One entry of the log: where a post went and how it fared, never what it said."""

    kind: str
    url: str
    method: str
    at: str = field(default_factory=lambda: now().isoformat())
    status: int | None = None
    attempts: int = 0
    error: str = ""
    outcome: str = "pending"


class Webhooks:
    """Sends posts to the hotline and keeps the log of them."""

    def __init__(self, config: Config, spawn: Spawn) -> None:
        self.config = config
        self.faults = Faults()
        self.log: deque[Delivery] = deque(maxlen=5000)
        self.silent = False
        self._spawn = spawn
        self._validator = RequestValidator(config.credentials.auth_token)
        self._tails: dict[str, asyncio.Task[None]] = {}
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def ask(self, url: str, params: Mapping[str, str], *, method: str = "POST", kind: str) -> Answer:
        """The hotline's answer. Raises WebhookFailed: no connection, no answer in time, no status 2xx."""
        answer = await self._sent(url, params, method, kind)
        if self.faults.happens("duplicate"):
            answer = await self._sent(url, params, method, f"{kind} again", token=answer[1])
        return answer[0]

    def tell(self, callback: Callback, params: Mapping[str, str], *, kind: str, stream: str) -> None:
        """Sends an event in the background, after those told before it in the same stream."""
        if not callback.url or self.silent:
            return
        entry = Delivery(kind, callback.url, callback.method)
        if self.faults.happens("drop"):
            entry.outcome = "dropped"
            self.log.append(entry)
            return
        if self.faults.happens("reorder"):
            held_back = self.faults.dice.uniform(0.1, 1.0)
            self._spawn(self._event(callback, dict(params), entry, after=None, held_back=held_back))
            return
        before = self._tails.get(stream)
        task = self._spawn(self._event(callback, dict(params), entry, after=before))
        self._tails[stream] = task
        task.add_done_callback(lambda done: self._forget(stream, done))

    def _forget(self, stream: str, task: "asyncio.Task[None]") -> None:
        if self._tails.get(stream) is task:
            del self._tails[stream]

    async def _event(
        self,
        callback: Callback,
        params: dict[str, str],
        entry: Delivery,
        after: "asyncio.Task[None] | None",
        held_back: float = 0.0,
    ) -> None:
        if after is not None:
            await asyncio.wait({after})
        await asyncio.sleep(held_back)
        token = str(uuid.uuid4())
        copies = 2 if self.faults.happens("duplicate") else 1
        for copy in range(copies):
            again = entry if copy == 0 else Delivery(f"{entry.kind} again", entry.url, entry.method)
            try:
                await self._attempts(callback.url, params, callback.method, again, token, event=True)
            except WebhookFailed as error:
                logger.warning("%s to %s failed: %s", entry.kind, _path(callback.url), error)

    async def _sent(
        self, url: str, params: Mapping[str, str], method: str, kind: str, token: str = ""
    ) -> tuple[Answer, str]:
        token = token or str(uuid.uuid4())
        entry = Delivery(kind, url, method)
        return await self._attempts(url, params, method, entry, token, event=False), token

    async def _attempts(
        self, url: str, params: Mapping[str, str], method: str, entry: Delivery, token: str, *, event: bool
    ) -> Answer:
        """Sends, and tries again as often and for what the policy, or the address, says."""
        self.log.append(entry)
        default = EVENT_POLICY if event else TWIML_POLICY
        address, retries, policy = _without_overrides(url, self.config.retries, default)
        await asyncio.sleep(self.faults.pause())
        while True:
            entry.attempts += 1
            try:
                if not event and self.faults.happens("drop"):
                    raise WebhookFailed(CONNECTION_FAILURE, address, "the connection broke", "ct")
                answer = await self._once(address, params, method, entry, token)
            except WebhookFailed as error:
                entry.error = str(error)
                if entry.attempts > retries or error.kind not in policy:
                    entry.outcome = "failed"
                    raise
            else:
                entry.outcome = "delivered"
                entry.error = ""
                return answer

    async def _once(
        self, url: str, params: Mapping[str, str], method: str, entry: Delivery, token: str
    ) -> Answer:
        entry.status = None
        if method.upper() == "GET":
            url = f"{url}{'&' if '?' in url else '?'}{urlencode(params)}" if params else url
            params = {}
        headers = {
            "X-Twilio-Signature": self._validator.compute_signature(url, params),
            "I-Twilio-Idempotency-Token": token,
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
        }
        body = None
        if method.upper() != "GET":
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8"
            body = urlencode(params)
        try:
            async with self._client().request(
                method.upper(), URL(url, encoded=True), data=body, headers=headers
            ) as response:
                entry.status = response.status
                if not 200 <= response.status < 300:
                    kind = f"{response.status // 100}xx"
                    raise WebhookFailed(HTTP_FAILURE, url, f"the answer was {response.status}", kind)
                return Answer(await response.text(errors="replace"), response.content_type)
        except TimeoutError:
            raise WebhookFailed(HTTP_FAILURE, url, "no answer in time", "rt") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise WebhookFailed(CONNECTION_FAILURE, url, type(error).__name__, "ct") from None

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=self.config.webhook_timeout)
            # No limit on connections: a slow hotline must not make the carrier's calls wait in line.
            self._session = aiohttp.ClientSession(
                timeout=timeout, connector=aiohttp.TCPConnector(limit=0), cookie_jar=aiohttp.DummyCookieJar()
            )
        return self._session

    def deliveries(self) -> list[Json]:
        """The log, newest last."""
        return [dict(vars(each)) for each in self.log]


def _without_overrides(url: str, retries: int, policy: frozenset[str]) -> tuple[str, int, frozenset[str]]:
    """The address as it is signed, and what its fragment says of retries (`#rc=3&rp=ct,5xx`)."""
    address, _, fragment = url.partition("#")
    overrides = parse_qs(fragment)
    count = overrides.get("rc", [""])[0]
    kinds = frozenset(overrides.get("rp", [""])[0].split(",")) - {""}
    if "all" in kinds:
        kinds = frozenset({"ct", "rt", "4xx", "5xx"})
    return address, min(int(count), 5) if count.isdigit() else retries, kinds or policy


def _path(url: str) -> str:
    return urlsplit(url).path
