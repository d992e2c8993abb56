"""A wire that can be cut: passes TCP connections on to a port of this machine."""

import asyncio
import socket
import struct
from contextlib import suppress

PIECE = 65536
AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER: the connection is reset, as by a cable that is pulled, and not closed in good order."""


class Relay:
    """Listens on `port` and connects each who comes to `target`; both on 127.0.0.1."""

    def __init__(self, port: int, target: int) -> None:
        self.port = port
        self._target = target
        self._server: asyncio.Server | None = None
        self._wires: set[asyncio.StreamWriter] = set()
        self._down = False

    async def start(self) -> None:
        """Listens from now on."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)

    async def cut(self, seconds: float) -> None:
        """Breaks what is connected, and whatever connects within the next `seconds`."""
        self._down = True
        for wire in list(self._wires):
            _break(wire)
        await asyncio.sleep(seconds)
        self._down = False

    async def close(self) -> None:
        """Listens no more."""
        if self._server is not None:
            self._server.close()
        for wire in list(self._wires):
            _break(wire)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._down:
            _break(writer)
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            _break(writer)
            return
        self._wires |= {writer, far_writer}
        try:
            await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
        finally:
            self._wires -= {writer, far_writer}
            for wire in (writer, far_writer):
                wire.transport.abort()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Passes on one direction to its end; a direction that breaks breaks the other with it."""
    try:
        while piece := await reader.read(PIECE):
            writer.write(piece)
            await writer.drain()
        with suppress(OSError, RuntimeError):
            writer.write_eof()
    except OSError:
        _break(writer)


def _break(wire: asyncio.StreamWriter) -> None:
    if not wire.transport.is_closing():
        with suppress(OSError):
            wire.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
    wire.transport.abort()
