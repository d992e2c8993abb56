"""The yardstick of the doorbell: `websockets.broadcast` and nothing else; the argument is the port.

A socket that says `{"go": [text, ...]}` has each text written to all the others.
"""

import asyncio
import json
import sys

from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed

OPEN: set[ServerConnection] = set()


async def one(connection: ServerConnection) -> None:
    """Keep a socket until it goes; do what it says."""
    OPEN.add(connection)
    try:
        async for said in connection:
            for text in json.loads(said)["go"]:
                broadcast(OPEN - {connection}, text)
    except ConnectionClosed:
        return
    finally:
        OPEN.discard(connection)


async def main(port: int) -> None:
    """Serve until the end."""
    async with serve(one, "127.0.0.1", port, compression=None, ping_interval=None) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
