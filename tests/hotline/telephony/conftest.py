"""The carrier's side: signed posts with the fields that it sends."""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.http import HttpResponse, QueryDict
from django.test import Client
from django.utils import timezone
from twilio.request_validator import RequestValidator

from hotline.enums import SeatState
from hotline.models import Call, Seat, Staff

ACCOUNT = "AC" + "1" * 32
CALL = "CA" + "a" * 32
AGENT_LEG = "CA" + "b" * 32
CONFERENCE = "CF" + "c" * 32
WORKER = "+8613800005678"
Post = Callable[..., HttpResponse]


def signature(path: str, fields: dict[str, str], token: str) -> str:
    """What the carrier sends in X-Twilio-Signature."""
    signed = RequestValidator(token).compute_signature(
        settings.HOTLINE_PUBLIC_URL + path, QueryDict(urlencode(fields))
    )
    return str(signed)


@pytest.fixture
def post() -> Post:
    """Post `fields` to `path` as the carrier does; `token` and `sign` spoil the signature."""

    def send(path: str, fields: dict[str, str], *, token: str = "", sign: str | None = None) -> HttpResponse:
        body = urlencode(fields)
        value = (
            signature(path, fields, token or settings.HOTLINE_TWILIO_AUTH_TOKENS[0]) if sign is None else sign
        )
        headers = {"X-Twilio-Signature": value} if value else {}
        return Client(raise_request_exception=False).post(
            path, body, content_type="application/x-www-form-urlencoded", headers=headers
        )

    return send


def voice(sid: str = CALL, address: str = WORKER, **changes: str) -> dict[str, str]:
    """The fields of a voice post, as they were recorded."""
    return {
        "AccountSid": ACCOUNT,
        "ApiVersion": "2010-04-01",
        "CallSid": sid,
        "CallStatus": "ringing",
        "Called": "+8653212351",
        "CalledCity": "",
        "CalledCountry": "CN",
        "CalledState": "",
        "CalledZip": "",
        "Caller": address,
        "CallerCity": "",
        "CallerCountry": "CN",
        "CallerState": "",
        "CallerZip": "",
        "Direction": "inbound",
        "From": address,
        "FromCity": "",
        "FromCountry": "CN",
        "FromState": "",
        "FromZip": "",
        "To": "+8653212351",
        "ToCity": "",
        "ToCountry": "CN",
        "ToState": "",
        "ToZip": "",
        "StirVerstat": "TN-Validation-Passed-C",
    } | changes


def progress(sid: str = CALL, status: str = "completed", sequence: int = 3, **changes: str) -> dict[str, str]:
    """The fields of a call progress post."""
    return (
        voice(sid)
        | {
            "CallStatus": status,
            "CallDuration": "42",
            "Duration": "1",
            "CallbackSource": "call-progress-events",
            "SequenceNumber": str(sequence),
            "Timestamp": format_datetime(timezone.now()),
        }
        | changes
    )


def conference(call: Call, event: str, sequence: int, leg: str = "", **changes: str) -> dict[str, str]:
    """The fields of a conference post."""
    return {
        "AccountSid": ACCOUNT,
        "ConferenceSid": CONFERENCE,
        "FriendlyName": call.conference,
        "SequenceNumber": str(sequence),
        "StatusCallbackEvent": event,
        "Timestamp": format_datetime(timezone.now()),
        "CallSid": leg,
        "Muted": "false",
        "Hold": "false",
        "Coaching": "false",
        "EndConferenceOnExit": "true",
        "StartConferenceOnEnter": "false",
    } | changes


def recording(sid: str = "RE" + "d" * 32, status: str = "completed", **changes: str) -> dict[str, str]:
    """The fields of a recording post."""
    return {
        "AccountSid": ACCOUNT,
        "CallSid": CALL,
        "RecordingSid": sid,
        "RecordingStatus": status,
        "RecordingUrl": f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Recordings/{sid}",
        "RecordingDuration": "37",
        "RecordingChannels": "1",
        "RecordingSource": "Conference",
        "RecordingStartTime": format_datetime(timezone.now()),
    } | changes


def said(text: str, sequence: int = 1, track: str = "inbound_track", **changes: str) -> dict[str, str]:
    """The fields of a transcription post."""
    return {
        "AccountSid": ACCOUNT,
        "CallSid": CALL,
        "TranscriptionSid": "GT" + "e" * 32,
        "TranscriptionEvent": "transcription-content",
        "SequenceId": str(sequence),
        "Track": track,
        "TranscriptionData": json.dumps({"transcript": text, "confidence": 0.91}, ensure_ascii=False),
        "Final": "true",
        "LanguageCode": "cmn-Hans-CN",
        "Timestamp": timezone.now().isoformat(),
    } | changes


def text(body: str, sid: str = "SM" + "f" * 32, address: str = WORKER, **changes: str) -> dict[str, str]:
    """The fields of a message post."""
    return {
        "AccountSid": ACCOUNT,
        "ApiVersion": "2010-04-01",
        "MessageSid": sid,
        "SmsMessageSid": sid,
        "SmsSid": sid,
        "SmsStatus": "received",
        "From": address,
        "To": "+8653212351",
        "Body": body,
        "NumMedia": "0",
        "NumSegments": "1",
        "FromCountry": "CN",
        "ToCountry": "CN",
    } | changes


@pytest.fixture
def seated() -> Callable[..., Seat]:
    """Sit an agent down, available with a live console since `minutes` ago."""

    def sit(staff: Staff, minutes: int = 5, skills: list[str] | None = None) -> Seat:
        now = timezone.now()
        staff.skills = skills or []
        staff.save(update_fields=["skills"])
        Seat.objects.filter(staff=staff).update(
            state=SeatState.AVAILABLE, since=now - timedelta(minutes=minutes), console_seen_at=now
        )
        return Seat.objects.get(staff=staff)

    return sit


@pytest.fixture
def ring(post: Post, city: Any, prompts: None) -> Callable[..., Call]:
    """A call that has come in and waits."""

    def call(sid: str = CALL, address: str = WORKER, digits: str = "") -> Call:
        assert post("/twilio/voice/", voice(sid, address)).status_code == 200
        assert post("/twilio/voice/menu/", voice(sid, address, Digits=digits)).status_code == 200
        return Call.objects.get(interaction__provider_id=sid)

    return call


def later(seconds: float) -> datetime:
    """So many seconds from now."""
    return timezone.now() + timedelta(seconds=seconds)


class Carrier:
    """The stand-in carrier, a process of its own, through its second door."""

    def __init__(self, base: str) -> None:
        self.base = base

    def ask(self, path: str, data: dict[str, Any] | None = None) -> dict[str, Any]:
        """Post `data` to the door, or get it without."""
        body = None if data is None else json.dumps(data).encode()
        request = Request(self.base + path, body, {"Content-Type": "application/json"})  # noqa: S310 - our own
        with urlopen(request, timeout=10) as answer:  # noqa: S310
            found: dict[str, Any] = json.load(answer)
            return found

    def made(self, kind: str, direction: str) -> list[dict[str, Any]]:
        """The calls or messages that there were."""
        return [row for row in self.ask("/sim/made")[kind] if row["direction"].startswith(direction)]

    def softphone(self, path: str, token: str, data: dict[str, Any]) -> dict[str, Any]:
        """What the browser's softphone asks."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        request = Request(f"{self.base}/softphone/{path}", json.dumps(data).encode(), headers)  # noqa: S310
        with urlopen(request, timeout=10) as answer:  # noqa: S310
            found: dict[str, Any] = json.load(answer)
            return found


@pytest.fixture(scope="session")
def carrier_process(live_server: Any) -> Iterator[str]:
    """The simulator beside the test's own server; speech and pauses hurried."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "hotline.simulator",
        "--port",
        str(port),
        "--hotline",
        live_server.url,
        "--pace",
        "0.1",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{port}"
    try:
        until(lambda: reachable(base))
        yield base
    finally:
        process.terminate()
        process.wait(10)


def reachable(base: str) -> bool:
    """Whether the simulator answers."""
    try:
        with urlopen(f"{base}/sim/health", timeout=1):  # noqa: S310
            return True
    except OSError:
        return False


@pytest.fixture
def carrier(carrier_process: str, live_server: Any, settings: Any) -> Iterator[Carrier]:
    """The stand-in carrier, fresh, and the hotline reachable for it."""
    settings.HOTLINE_PUBLIC_URL = live_server.url
    settings.HOTLINE_CARRIER_URL = carrier_process
    door = Carrier(carrier_process)
    door.ask("/sim/reset", {})
    with posts_under_way() as under_way:
        yield door
        door.ask("/sim/reset", {})
        # The tables are emptied next, and a post that is still worked would stand in the way.
        until(lambda: not under_way)


@contextmanager
def posts_under_way() -> Iterator[set[int]]:
    """The threads of the test's server that are answering at this moment."""
    under_way: set[int] = set()

    def began(**_signal: Any) -> None:
        if threading.current_thread() is not threading.main_thread():
            under_way.add(threading.get_ident())

    def ended(**_signal: Any) -> None:
        under_way.discard(threading.get_ident())

    request_started.connect(began)
    request_finished.connect(ended)
    try:
        yield under_way
    finally:
        request_started.disconnect(began)
        request_finished.disconnect(ended)


def until(seen: Callable[[], Any], seconds: float = 10.0) -> Any:
    """Wait until `seen` returns something true, and return it."""
    end = time.monotonic() + seconds
    while not (found := seen()):
        assert time.monotonic() < end, "it was never seen"
        time.sleep(0.02)
    return found


def work(seconds: float = 0.0) -> None:
    """Run every duty of the worker process once, so many seconds from now."""
    from hotline.telephony.duties import DUTIES

    for _name, _every, duty in DUTIES:
        duty(timezone.now() + timedelta(seconds=seconds))
