"""The socket's protocol: hello says what a page shows, rings say what has changed (docs/live.md).

A plain ASGI application and not one of Channels' consumers, for two reasons. granian sends a close only
while nobody waits for the browser's next message, so the wait has to be given up first. And a send to a
browser that has just gone raises there; what must be forgotten is forgotten all the same.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any

import structlog
from channels.auth import AuthMiddlewareStack
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
GONE = (OSError, RuntimeError)
"""What servers raise when the browser has gone between two messages."""

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Ending(Exception):  # noqa: N818 - it ends a conversation in good order
    """The socket is to be closed with `code`."""

    def __init__(self, code: int) -> None:
        self.code = code


async def console(scope: Message, receive: Receive, send: Send) -> None:
    """One page's socket. Strangers are told by 4401, which a browser sees only once it is let in."""
    who = await _signed_in(scope, receive, send)
    await receive()
    await send({"type": "websocket.accept"})
    if who is None:
        await send({"type": "websocket.close", "code": hub.SIGNED_OUT})
        return

    def write(text: str) -> Awaitable[None]:
        return send({"type": "websocket.send", "text": text})

    listener, here = Listener(who, write), hub.here()
    try:
        await here.join(listener)
        await Conversation(listener).run(receive)
    except Ending as ending:
        here.leave(listener)
        with suppress(*GONE):
            await send({"type": "websocket.close", "code": ending.code})
    except GONE as error:
        log.info("socket ended", error=str(error))
    finally:
        here.leave(listener)
        listener.ended.set()


async def _signed_in(scope: Message, receive: Receive, send: Send) -> Pass | None:
    """On what this socket is let in. Nothing of the session and of the person's row is kept beside it.

    Nor does what signs in stand between the conversation and the server: its `send` would be a coroutine.
    """
    found: list[Pass] = []

    async def note(scope: Message, _receive: Receive, _send: Send) -> None:
        user, session = scope["user"], scope["session"]
        if user.is_authenticated:
            standing = rights.standing_of(user)
            found.append(Pass(user.pk, user.name, user.role, standing, session.session_key))

    await AuthMiddlewareStack(note)(scope, receive, send)
    return found[0] if found else None


class Conversation:
    """What one page says, and what it is answered."""

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self.topics: dict[str, Any] = {}
        self.page = ""
        self.refused: set[str] = set()

    async def run(self, receive: Receive) -> None:
        """Until the browser has gone. Raises Ending when the socket is to be closed from our side."""
        while True:
            hearing = asyncio.ensure_future(receive())
            either: set[asyncio.Future[Any]] = {hearing, self.listener.closing}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if self.listener.closing.done():
                hearing.cancel()
                await asyncio.wait({hearing}, timeout=1)
                raise Ending(self.listener.closing.result())
            message = hearing.result()
            if message["type"] == "websocket.disconnect":
                return
            await self._heard(message.get("text"))

    async def _heard(self, text: str | None) -> None:
        if text is None:
            raise Ending(BAD_MESSAGE)
        if len(text) > MAX_BYTES or len(text.encode()) > MAX_BYTES:
            raise Ending(TOO_BIG)
        hub.here().answered(self.listener)
        message = _parse(text)
        if "hello" in message:
            try:
                await self._hello(*_hello_of(message["hello"]))
            except Staff.DoesNotExist:
                raise Ending(hub.SIGNED_OUT) from None
            except db.Error as error:
                log.warning("hello failed", error=type(error).__name__)
                raise Ending(TRY_LATER) from None
        elif "pong" not in message:
            raise Ending(BAD_MESSAGE)

    async def _hello(self, topics: dict[str, Any], page: str) -> None:
        """Subscribe first and compare afterwards: a change in between is rung twice, and never lost.

        What may be heard is asked each time, for the ring that took a case away may have been lost.
        """
        here, listener = hub.here(), self.listener
        known = self.topics if page == self.page else {}
        granted = await in_thread(rights.grant)(listener.who.staff_id, topics)
        await self._note_refused(topics.keys() - granted.keys())
        before = listener.topics
        match = CASE_PAGE.match(page)
        here.subscribe(listener, frozenset(granted), f"case:{match[1]}" if match else "")
        self.topics, self.page = topics, page
        versions = {topic: version for topic, version in granted.items() if version is not None}
        if not before >= versions.keys():
            versions = await in_thread(rights.versions)(listener.topics)
        presence = {topic: await here.present(topic) for topic in versions}
        gone = [hub.encode(topic, "gone", 0) for topic in sorted(before & topics.keys() - granted.keys())]
        differ = [
            hub.encode(topic, "changed", versions.get(topic, 0))
            for topic in sorted(listener.topics)
            if (versions[topic] != topics.get(topic) if topic in versions else topic not in known)
        ]
        for text in [json.dumps({"hello": True, "presence": presence}), *gone, *differ]:
            await listener.send(text)

    async def _note_refused(self, topics: set[str]) -> None:
        fresh = topics - self.refused
        if fresh:
            self.refused |= fresh
            await in_thread(rights.note_refused)(self.listener.who.staff_id, fresh)
        if len(self.refused) > MAX_REFUSED:
            raise Ending(POLICY)


def _parse(text: str) -> dict[str, Any]:
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        raise Ending(BAD_MESSAGE) from None
    if not isinstance(message, dict):
        raise Ending(BAD_MESSAGE)
    return message


def _hello_of(hello: object) -> tuple[dict[str, Any], str]:
    """The topics with their versions and the page's path. Raises Ending."""
    if not isinstance(hello, dict):
        raise Ending(BAD_MESSAGE)
    topics, page = hello.get("topics"), hello.get("page", "")
    if not isinstance(topics, dict) or len(topics) > MAX_TOPICS or not isinstance(page, str):
        raise Ending(BAD_MESSAGE)
    return topics, page
