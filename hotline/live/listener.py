"""One open page's socket, as the hub sees it."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import monotonic

from hotline.live.rights import Pass

REFRESH = json.dumps({"topic": "*", "kind": "refresh"})


@dataclass(eq=False)
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
    _writing: asyncio.Task[None] | None = None
    _behind: bool = False

    def write(self, texts: list[str]) -> None:
        """Send `texts`, or note that this socket is behind if it still has not taken what went before."""
        if self._writing:
            self._behind = True
        else:
            self._writing = asyncio.get_running_loop().create_task(self._write(texts))

    def close(self, code: int) -> None:
        """Have the socket closed with `code`."""
        if not self.closing.done():
            self.closing.set_result(code)

    def stop(self) -> None:
        """Write nothing more."""
        if self._writing:
            self._writing.cancel()

    async def _write(self, texts: list[str]) -> None:
        try:
            for text in texts:
                await self.send(text)
            while self._behind:
                self._behind = False
                await self.send(REFRESH)
        except Exception:  # the server names its own errors for a socket that is going away
            self._behind = False
        finally:
            self._writing = None
