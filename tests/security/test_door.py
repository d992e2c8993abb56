"""What is refused before Django reads it, through the real ASGI and WSGI applications."""

import asyncio
import io
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.conf import settings

from hotline import asgi, door, wsgi

MIB = 1024 * 1024
FORM = "application/x-www-form-urlencoded"


class Endless:
    """A body that says when it is read."""

    def __init__(self) -> None:
        self.sent = 0

    async def answer(self, path: str, kind: str, length: int | None, piece: int = MIB) -> tuple[int, str]:
        """Post pieces without end until an answer comes: its status and words."""
        heads = [(b"host", b"testserver"), (b"content-type", kind.encode())]
        heads += [(b"content-length", str(length).encode())] if length is not None else []
        scope = {
            "type": "http", "method": "POST", "path": path, "query_string": b"a=1", "headers": heads,
            "scheme": "http", "http_version": "1.1", "root_path": "", "client": ("127.0.0.1", 1),
        }  # fmt: skip
        wire = ApplicationCommunicator(asgi.http, scope)
        while wire.output_queue.empty() and self.sent < 400:
            await wire.send_input({"type": "http.request", "body": bytes(piece), "more_body": True})
            self.sent += 1
            await asyncio.sleep(0)
        start = await wire.receive_output(5)
        words = (await wire.receive_output(5))["body"].decode()
        await wire.wait(1)
        return start["status"], words


def post(path: str, kind: str = FORM, length: int | None = None) -> tuple[int, str, int]:
    """The answer by ASGI, and how many pieces of 1 MiB were taken before it."""
    body = Endless()
    return *asyncio.run(body.answer(path, kind, length)), body.sent


@pytest.mark.parametrize("path", ["/twilio/messages/", "/accounts/login/", "/cases/1/files/x"])
def test_a_body_without_end_is_cut_off(path: str) -> None:
    status, words, pieces = post(path)
    assert status == 413 and pieces < 6
    assert "20 MiB" in words and "过大" in words and "too large" in words


def test_a_length_that_is_too_large_is_refused_unread() -> None:
    assert post("/twilio/messages/", length=3 * MIB)[::2] in {(413, 1), (413, 2)}
    limit = door.largest_body("/cases/1/files/")
    assert post("/cases/1/files/", length=limit + 1)[0] == 413


def test_the_page_for_files_takes_some_of_full_size() -> None:
    assert door.largest_body("/cases/12/files/") > door.FILES_AT_ONCE * settings.HOTLINE_ATTACHMENT_MIB * MIB
    assert door.refusal("/cases/12/files/", "multipart/form-data; boundary=b", str(150 * MIB)) is None
    assert door.refusal("/cases/12/note/", FORM, str(150 * MIB)) == 413


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain; charset=hex",
        "text/plain; charset=undefined",
        "multipart/form-data; boundary=b; charset=unicode_escape",
        "text/plain; charset*=nonsense''x%20",
        "multipart/form-data; boundary=b; charset=utf-16",
    ],
)
def test_a_content_type_that_cannot_be_read_is_400_and_no_fault_of_ours(kind: str) -> None:
    assert post("/health/live", kind, 0)[0] == 400
    assert by_wsgi(kind, "0")[0] == "400 Bad Request"


@pytest.mark.parametrize(
    "kind", ["", FORM, f"{FORM}; charset=UTF-8", "text/plain; charset=utf8", "application/json"]
)
def test_what_browsers_and_the_carrier_send_passes(kind: str) -> None:
    assert door.refusal("/twilio/voice/", kind, "100") is None


@pytest.mark.parametrize("length", ["", "-1", "x", "²", "9" * 30])
def test_a_length_that_is_none_is_left_to_the_server(length: str) -> None:
    assert door.refusal("/twilio/voice/", FORM, length) is None


def test_wsgi_refuses_by_the_length_alone() -> None:
    status, words = by_wsgi(FORM, str(50 * MIB))
    assert status == "413 Request Entity Too Large" and "过大" in words


def by_wsgi(kind: str, length: str) -> tuple[str, str]:
    """The answer of the WSGI application; reading the body would fail."""
    told: list[str] = []
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST", "PATH_INFO": "/twilio/messages/", "QUERY_STRING": "a=1",
        "CONTENT_TYPE": kind, "CONTENT_LENGTH": length,
        "SERVER_NAME": "testserver", "SERVER_PORT": "80", "wsgi.input": io.BytesIO(),
    }  # fmt: skip
    answer = wsgi.application(environ, lambda status, headers: told.append(status))
    return told[0], b"".join(answer).decode()
