"""One open page's socket, as the hub sees it."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic

from hotline.live.rights import Pass

REFRESH = json.dumps({"topic": "*", "kind": "refresh"})


@dataclass(eq=False, slots=True)
class Listener:
    """A socket: whose it is, what it is rung for, and how it is written to.

    Nothing is queued for it. Whoever reads too slowly is told once, when the socket takes data again, that
    anything may have changed; the page then asks for everything with its ETags.
    """

    who: Pass
    send: Callable[[str], Awaitable[None]]
    topics: frozenset[str] = frozenset()
    page: str = ""
    """The topic of the case whose page this is, if it is one."""
    heard: float = field(default_factory=monotonic)
    closing: "asyncio.Future[int]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    """Done with the code once the socket is to be closed."""
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when nothing is written to the socket any more."""
    _writing: "list[asyncio.Future[None]]" = field(default_factory=list)
    """What was written last, text by text: rings of one moment, of which any may come first."""
    _behind: bool = False
    _stopped: bool = False

    def write(self, texts: list[str]) -> None:
        """Send `texts`, or note that this socket is behind if it still has not taken what went before."""
        if self._stopped or self._behind:
            return
        waiting = next((one for one in self._writing if not one.done()), None)
        if waiting:
            self._behind = True
            waiting.add_done_callback(self._takes_again)
        else:
            self._begin(texts)

    def close(self, code: int) -> None:
        """Have the socket closed with `code`."""
        if not self.closing.done():
            self.closing.set_result(code)

    def stop(self) -> None:
        """Write nothing more."""
        self._stopped = True
        for one in self._writing:
            one.cancel()

    def _begin(self, texts: list[str]) -> None:
        try:
            self._writing = [_begun(self.send(text)) for text in texts]
        except Exception:  # the server names its own errors for a socket that is going away
            self._writing = []

    def _takes_again(self, _written: "asyncio.Future[None]") -> None:
        self._behind = False
        if not self._stopped:
            self._begin([REFRESH])


def _begun(sending: Awaitable[None]) -> "asyncio.Future[None]":
    """granian begins to write when it is asked and gives a future, so no socket needs a task of its own.

    Where a server gives a coroutine, nothing happens before a task runs it.
    """
    return sending if asyncio.isfuture(sending) else asyncio.ensure_future(_in_peace(sending))


async def _in_peace(sending: Awaitable[None]) -> None:
    with suppress(Exception):  # as in _begin; the conversation hears of it by itself
        await sending
