"""A browser's end of a socket, made cheap: the measuring shares the machine with the measured."""

import asyncio
import base64
import json
import os
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
Heard = Callable[[bytes], None]


class Wire(asyncio.Protocol):
    """One socket; each text that comes in goes to `heard`."""

    def __init__(self, request: bytes, heard: Heard) -> None:
        self.heard = heard
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._request, self._rest, self._upgraded = request, b"", False
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Take the frames apart; what is not whole waits."""
        data = self._rest + data
        if not self._upgraded:
            head, found, data = data.partition(b"\r\n\r\n")
            if not found:
                self._rest = head
                return
            if b" 101 " not in head[:20]:
                self.opened.set_exception(ConnectionError(head[:80].decode()))
                self.transport.close()
                return
            self._upgraded = True
            self.opened.set_result(None)
        start = 0
        while len(data) - start >= 2:
            size, begin = data[start + 1] & 127, start + 2
            if size == 126:
                size, begin = int.from_bytes(data[start + 2 : start + 4]), start + 4
            if len(data) < begin + size:
                break
            self._frame(data[start] & 15, data[begin : begin + size])
            start = begin + size
        self._rest = data[start:]

    def _frame(self, kind: int, payload: bytes) -> None:
        if kind == TEXT and payload.startswith(b'{"ping"'):
            self.say({"pong": json.loads(payload)["ping"]})
        elif kind == TEXT:
            self.heard(payload)
        elif kind == PING:
            self._send(PONG, payload)

    def say(self, message: Any) -> None:
        """Send a message as JSON."""
        self._send(TEXT, json.dumps(message).encode())

    def _send(self, kind: int, payload: bytes) -> None:
        # A mask of zeros is a mask: the payload stays as it is.
        size = bytes([128 | len(payload)]) if len(payload) < 126 else b"\xfe" + len(payload).to_bytes(2)
        self.transport.write(bytes([128 | kind]) + size + b"\0\0\0\0" + payload)

    def connection_lost(self, error: Exception | None) -> None:
        """The other side has gone."""
        if not self.opened.done():
            self.opened.set_exception(ConnectionError("closed before it was open"))


async def connect(address: str, heard: Heard, *, path: str = "/", origin: str = "", cookie: str = "") -> Wire:
    """Open a socket at `address` (http://...)."""
    parts = urlsplit(address)
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [
        f"GET {path} HTTP/1.1", f"Host: {parts.netloc}", "Upgrade: websocket", "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13",
        *([f"Origin: {origin}"] if origin else []), *([f"Cookie: {cookie}"] if cookie else []),
    ]  # fmt: skip
    request = ("\r\n".join(lines) + "\r\n\r\n").encode()
    assert parts.hostname and parts.port
    loop = asyncio.get_running_loop()
    _transport, wire = await loop.create_connection(lambda: Wire(request, heard), parts.hostname, parts.port)
    await asyncio.wait_for(wire.opened, 60)
    return wire
