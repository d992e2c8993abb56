"""HTTP and the sockets by ASGI. `/live/` is the only socket."""

import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hotline.settings")
django = get_asgi_application()  # first: it sets Django up for what follows

from channels.routing import ProtocolTypeRouter  # noqa: E402
from channels.security.websocket import WebsocketDenier  # noqa: E402
from django.conf import settings  # noqa: E402
from django.http.request import validate_host  # noqa: E402

from hotline import door  # noqa: E402
from hotline.live import hub  # noqa: E402
from hotline.live.consumer import console  # noqa: E402

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

http = door.asgi(django)
denied = WebsocketDenier.as_asgi()


async def socket(scope: Scope, receive: Receive, send: Send) -> None:
    """Open `/live/` to our own pages; everything else is refused before the handshake ends (403)."""
    allowed = scope["path"] == "/live/" and is_our_origin(scope)
    await (console if allowed else denied)(scope, receive, send)


def is_our_origin(scope: Scope) -> bool:
    """Whether the page that opens the socket is ours, by the rules of Django's CSRF check.

    A browser always names the origin and sends the session's cookie whatever it is, so without this check
    any page on the web could listen as the person who is signed in.
    """
    headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
    origin, host = headers.get(b"origin", ""), headers.get(b"host", "")
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    scheme = "https" if settings.HTTPS else "http"
    name = urlsplit(f"//{host}").hostname or ""
    return origin == f"{scheme}://{host}" and validate_host(name, settings.ALLOWED_HOSTS)


async def lifespan(scope: Scope, receive: Receive, send: Send) -> None:
    """Nothing to start; when the server stops, consoles are told to come back."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.shutdown":
            await hub.here().close()
            await send({"type": "lifespan.shutdown.complete"})
            return
        await send({"type": "lifespan.startup.complete"})


application = ProtocolTypeRouter({"http": http, "websocket": socket, "lifespan": lifespan})
