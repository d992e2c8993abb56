"""What is refused before Django reads it: a body that is too large, a content type that nothing can read.

Django's ASGI handler stores a whole body before any view is asked, and gives way on the address's query
where the content type names a character set that is none. Both answers are given here, from the head alone
or as soon as the body has grown too large; nobody needs to be signed in for either.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.http import parse_header_parameters
from django.utils.translation import gettext as _

FILES_AT_ONCE = 10
"""Full-size files that one form may bring."""
FORM_HEADS = 256 * 1024
"""Bytes that a form with files takes besides its contents."""
UPLOADS = re.compile(r"/cases/\d+/files/")

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[..., Awaitable[None]]
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def largest_body(path: str) -> int:
    """The most bytes that a request to `path` may bring: only the page for files takes files."""
    files = settings.HOTLINE_ATTACHMENT_MIB * 1024 * 1024 * FILES_AT_ONCE if UPLOADS.fullmatch(path) else 0
    return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE) + FORM_HEADS + files


def is_readable(content_type: str) -> bool:
    """Whether the content type's parameters can be read and name no character set but ours."""
    try:
        _kind, parameters = parse_header_parameters(content_type)
    except ValueError:
        return False
    return str(parameters.get("charset", "utf-8")).lower() in {"utf-8", "utf8"}


def refusal(path: str, content_type: str, length: str) -> HTTPStatus | None:
    """Why a request with this head is not let in, or None; `length` is what it says of its body."""
    if not is_readable(content_type):
        return HTTPStatus.BAD_REQUEST
    size = int(length) if length.isascii() and length.isdecimal() and len(length) < 20 else 0
    return HTTPStatus.REQUEST_ENTITY_TOO_LARGE if size > largest_body(path) else None


def words(status: HTTPStatus) -> bytes:
    """What is answered, in each language: which one the browser speaks is not known yet."""
    lines = []
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            lines.append(_too_large() if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE else _unreadable())
    return "\n".join(lines).encode()


def _too_large() -> str:
    limits = {"limit": settings.HOTLINE_ATTACHMENT_MIB, "count": FILES_AT_ONCE}
    return _("This is too large: a file has at most %(limit)s MiB, and %(count)s go up at once.") % limits


def _unreadable() -> str:
    return _("The request could not be read. Please go back and try again.")


def asgi(application: Asgi) -> Asgi:
    """`application` behind the door."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        head = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        status = refusal(scope["path"], head.get(b"content-type", ""), head.get(b"content-length", ""))
        left = largest_body(scope["path"])

        async def counted() -> Message:
            nonlocal left, status
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                # As if the browser had gone: Django lets go of what it has stored, and answers nothing.
                status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
                return {"type": "http.disconnect"}
            return message

        if status is None:
            await application(scope, counted, send)
        if status is not None:
            headers = [(name.lower().encode(), value.encode()) for name, value in HEADERS]
            await send({"type": "http.response.start", "status": status.value, "headers": headers})
            await send({"type": "http.response.body", "body": words(status)})

    return guarded


def wsgi(application: Wsgi) -> Wsgi:
    """The same for WSGI, where nothing is read beyond the length that the head names."""

    def guarded(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        status = refusal(
            environ.get("PATH_INFO", ""), environ.get("CONTENT_TYPE", ""), environ.get("CONTENT_LENGTH", "")
        )
        if status is None:
            return application(environ, start_response)
        start_response(f"{status.value} {status.phrase}", HEADERS)
        return [words(status)]

    return guarded


HEADERS = [
    ("Content-Type", "text/plain; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
]
