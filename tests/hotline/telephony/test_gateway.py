"""What the gateway makes of a carrier that is slow, broken or gone, and where it never goes."""

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import jwt
import pytest
from django.utils import timezone

from hotline.errors import CarrierBusy, CarrierRefused, CarrierUncertain
from hotline.models import Staff
from hotline.telephony import addresses, gateway

Answer = Callable[[socket.socket, bytes], None]
JSON = b"HTTP/1.1 %d x\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"


def says(status: int, body: bytes = b"{}", headers: bytes = b"") -> Answer:
    def answer(connection: socket.socket, _request: bytes) -> None:
        reply = JSON % (status, len(body), body)
        connection.sendall(reply.replace(b"Connection: close\r\n", b"Connection: close\r\n" + headers))

    return answer


def breaks_off(connection: socket.socket, _request: bytes) -> None:
    """The request was read; no answer comes."""


def hangs(connection: socket.socket, _request: bytes) -> None:
    connection.settimeout(5)
    connection.recv(1)


def whole(connection: socket.socket) -> bytes:
    """One request, head and body: they may come in two pieces."""
    request = connection.recv(65536)
    head, _, body = request.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    missing = int(length[1]) - len(body) if length else 0
    while missing > 0 and (piece := connection.recv(missing)):
        request, missing = request + piece, missing - len(piece)
    return request


@contextmanager
def server(answer: Answer) -> Iterator[tuple[str, list[bytes]]]:
    """A carrier that answers each request with `answer`; yields its address and what it was asked."""
    asked: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _peer = listener.accept()
            except OSError:
                return
            with connection:
                asked.append(whole(connection))
                answer(connection, asked[-1])

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", asked
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(6)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (says(429, b'{"code": 20429, "message": "Too Many Requests", "status": 429}'), CarrierBusy),
        (says(500, b'{"code": 20500, "message": "Internal", "status": 500}'), CarrierUncertain),
        (says(503, b"<html>"), CarrierUncertain),
        (says(400, b'{"code": 21211, "message": "Invalid To", "status": 400}'), CarrierRefused),
        (says(401, b'{"code": 20003, "message": "Authenticate", "status": 401}'), CarrierRefused),
        (breaks_off, CarrierUncertain),
        (hangs, CarrierUncertain),
    ],
)
def test_each_trouble_says_whether_it_may_be_tried_again(
    settings: Any, monkeypatch: pytest.MonkeyPatch, answer: Answer, error: type[Exception]
) -> None:
    monkeypatch.setattr(gateway, "TIMEOUT", 0.3)
    with server(answer) as (base, asked):
        settings.HOTLINE_CARRIER_URL = base
        with pytest.raises(error):
            gateway.send_message("+8613800005678", "好", message=7)
    assert len(asked) == 1, "never sent twice by itself"


def test_the_code_of_a_refusal_is_kept(settings: Any) -> None:
    with server(says(400, b'{"code": 21610, "message": "opted out", "status": 400}')) as (base, _asked):
        settings.HOTLINE_CARRIER_URL = base
        with pytest.raises(CarrierRefused) as refusal:
            gateway.send_message("+8613800005678", "好", message=7)
    assert refusal.value.code == "21610"


def test_nobody_there_is_certainly_not_done(settings: Any) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings.HOTLINE_CARRIER_URL = f"http://127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(CarrierBusy):
            gateway.send_message("+8613800005678", "好", message=7)


@pytest.mark.parametrize("answer", [says(500), breaks_off])
def test_what_only_reads_may_always_be_tried_again(settings: Any, answer: Answer) -> None:
    with server(answer) as (base, _asked):
        settings.HOTLINE_CARRIER_URL = base
        with pytest.raises(CarrierBusy):
            gateway.list_calls(timezone.now() - timedelta(minutes=1))


def test_a_status_comes_back_to_the_row_it_is_about(settings: Any) -> None:
    with server(says(201, b'{"sid": "SM1", "status": "queued"}')) as (base, asked):
        settings.HOTLINE_CARRIER_URL = base
        assert gateway.send_message("+8613800005678", "你好😀", message=7) == "SM1"
    fields = parse_qs(asked[0].partition(b"\r\n\r\n")[2].decode())
    address = f"{settings.HOTLINE_PUBLIC_URL}/twilio/messages/status/?message=7#rc=2&rp=ct,rt,5xx"
    assert fields["StatusCallback"] == [address]
    assert fields["Body"] == ["你好😀"] and fields["From"] == [settings.HOTLINE_TWILIO_NUMBER]


def test_without_an_account_nothing_is_tried(settings: Any) -> None:
    settings.HOTLINE_TWILIO_ACCOUNT_SID = ""
    assert not gateway.configured()
    with pytest.raises(CarrierRefused):
        gateway.list_calls(timezone.now())


# --- Files ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "https://127.0.0.1/x",
        "https://10.0.0.8/x",
        "https://[::1]/x",
        "https://localhost/x",
        "file:///etc/passwd",
        "ftp://example.com/x",
        "https://",
        "nonsense",
        "http://api.twilio.com/x",
        "https://api.twilio.com.127.0.0.1.nip.invalid/x",
        "https://[fe80::1%25lo]/x",
    ],
)
def test_private_and_unsafe_addresses_are_not_fetched_from(url: str) -> None:
    assert not addresses.is_carrier(url)
    with pytest.raises(CarrierRefused), gateway.fetch_media(url):
        pass


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("https://api.twilio.com/2010-04-01/x", True),
        ("https://media.twilio.com/x", True),
        ("https://eviltwilio.com/x", False),
        ("https://twilio.com.example.net/x", False),
        ("https://api.twilio.com@example.net/x", False),
    ],
)
def test_credentials_go_to_the_carrier_only(url: str, own: bool) -> None:
    assert addresses.is_carrier(url) is own


def test_a_redirect_is_followed_without_credentials_and_never_inwards(settings: Any) -> None:
    with server(says(200, b"secret")) as (inside, asked_inside):
        to_inside = says(302, headers=b"Location: " + inside.encode() + b"/x\r\n")
        with server(to_inside) as (base, asked):
            settings.HOTLINE_CARRIER_URL = base
            with pytest.raises(CarrierRefused), gateway.fetch_media(f"{base}/media"):
                pass
    assert b"Authorization: Basic" in asked[0] and asked_inside == []


@pytest.mark.parametrize(("status", "error"), [(404, CarrierBusy), (500, CarrierBusy), (403, CarrierRefused)])
def test_a_file_that_is_not_there_yet_is_tried_again(
    settings: Any, status: int, error: type[Exception]
) -> None:
    with server(says(status)) as (base, _asked):
        settings.HOTLINE_CARRIER_URL = base
        with pytest.raises(error), gateway.fetch_media(f"{base}/RE1.mp3"):
            pass


# --- The softphone -------------------------------------------------------------------------------
def test_a_softphones_token_names_the_agent_and_nothing_else(settings: Any, agent: Staff) -> None:
    token = gateway.softphone_token(agent, ttl=600)
    told = jwt.decode(token, settings.HOTLINE_TWILIO_API_SECRET, algorithms=["HS256"])
    assert told["grants"]["identity"] == f"agent_{agent.pk}"
    assert told["grants"]["voice"] == {"outgoing": {"application_sid": settings.HOTLINE_TWILIO_APP_SID}}
    assert 0 < told["exp"] - timezone.now().timestamp() <= 600
    assert agent.name not in str(told)
