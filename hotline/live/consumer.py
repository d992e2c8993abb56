"""The socket's protocol: hello says what a page shows, rings say what has changed (docs/live.md)."""

import json
import re
from typing import Any

import structlog
from channels.generic.websocket import AsyncWebsocketConsumer
from django import db

from hotline.live import hub, rights
from hotline.live.listener import Listener
from hotline.live.rights import Pass, in_thread
from hotline.models import Staff

log = structlog.get_logger(__name__)
MAX_BYTES = 16 * 1024
MAX_TOPICS = 200
MAX_REFUSED = 200
BAD_MESSAGE, TOO_BIG, POLICY, TRY_LATER = 4400, 1009, 1008, 1013
CASE_PAGE = re.compile(r"/cases/([1-9][0-9]{0,17})/")


class BadMessage(ValueError):
    """What the browser sent is not of the protocol."""


class ConsoleSocket(AsyncWebsocketConsumer):
    """One page's socket."""

    listener: Listener | None = None

    async def connect(self) -> None:
        """Let signed-in people in; others are told by 4401, which a browser sees only once accepted."""
        await self.accept()
        user = self.scope["user"]
        if not user.is_authenticated:
            await self.close(hub.SIGNED_OUT)
            return
        who = Pass(user.pk, user.name, user.role, rights.standing_of(user), self.scope["session"].session_key)
        self.listener = Listener(who, self._send, self.close)
        self.asked: dict[str, Any] = {}
        self.page = ""
        self.refused: set[str] = set()
        await hub.here().join(self.listener)

    async def disconnect(self, code: int) -> None:
        """Forget the socket."""
        if self.listener:
            hub.here().leave(self.listener)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Answer a hello or note a pong; anything else closes the socket."""
        if self.listener is None or self.listener not in hub.here().listeners:
            return
        if text_data is None or len(text_data) > MAX_BYTES or len(text_data.encode()) > MAX_BYTES:
            await self._dismiss(TOO_BIG if text_data else BAD_MESSAGE)
            return
        hub.here().answered(self.listener)
        try:
            message = _parse(text_data)
            if "hello" in message:
                await self._hello(self.listener, *_hello_of(message["hello"]))
            elif "pong" not in message:
                raise BadMessage
        except BadMessage:
            await self._dismiss(BAD_MESSAGE)
        except (db.Error, Staff.DoesNotExist) as error:
            log.warning("hello failed", error=type(error).__name__)
            await self._dismiss(TRY_LATER)

    async def _hello(self, listener: Listener, topics: dict[str, Any], page: str) -> None:
        """Subscribe first and compare afterwards: a change in between is rung twice, and never lost."""
        here, known = hub.here(), self.asked if page == self.page else {}
        if known.keys() != topics.keys() or page != self.page:
            granted = await in_thread(rights.grant)(listener.who.staff_id, topics)
            await self._note_refused(listener, topics.keys() - granted)
            match = CASE_PAGE.match(page)
            here.subscribe(listener, granted, f"case:{match[1]}" if match else "")
            self.asked, self.page = topics, page
        versions = await in_thread(rights.versions)(listener.topics)
        answer = {"hello": True, "presence": {topic: await here.present(topic) for topic in versions}}
        differ = [
            hub.encode(topic, "changed", versions.get(topic, 0))
            for topic in sorted(listener.topics)
            if (versions[topic] != topics.get(topic) if topic in versions else topic not in known)
        ]
        for text in [json.dumps(answer), *differ]:
            await self._send(text)

    async def _note_refused(self, listener: Listener, topics: set[str]) -> None:
        fresh = topics - self.refused
        if not fresh:
            return
        self.refused |= fresh
        await in_thread(rights.note_refused)(listener.who.staff_id, fresh)
        if len(self.refused) > MAX_REFUSED:
            await self._dismiss(POLICY)

    async def _send(self, text: str) -> None:
        await self.base_send({"type": "websocket.send", "text": text})

    async def _dismiss(self, code: int) -> None:
        if self.listener:
            hub.here().leave(self.listener)
        await self.close(code)


def _parse(text: str) -> dict[str, Any]:
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        raise BadMessage from None
    if not isinstance(message, dict):
        raise BadMessage
    return message


def _hello_of(hello: object) -> tuple[dict[str, Any], str]:
    """The topics with their versions and the page's path. Raises BadMessage."""
    if not isinstance(hello, dict):
        raise BadMessage
    topics, page = hello.get("topics"), hello.get("page", "")
    if not isinstance(topics, dict) or len(topics) > MAX_TOPICS or not isinstance(page, str):
        raise BadMessage
    return topics, page
