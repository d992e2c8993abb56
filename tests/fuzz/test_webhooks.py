"""Faulty posts to every address of the carrier: what is not signed leaves no row, and nothing is a 500."""

import time
import uuid
from dataclasses import dataclass
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import get_resolver
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from hotline import door
from hotline.actions import calls, messages
from hotline.enums import MessageState
from hotline.models import Call, Case, Staff
from hotline.telephony.receiving import call_arrived
from tests.fuzz.size import Tally, sized
from tests.fuzz.strategies import content_types, encoded, multipart, mutated, odd
from tests.hotline.telephony.conftest import (
    ACCOUNT,
    AGENT_LEG,
    CALL,
    WORKER,
    conference,
    progress,
    recording,
    said,
    text,
    voice,
)

PATHS = sorted(
    "/twilio/" + str(pattern.pattern) for pattern in get_resolver("hotline.telephony.urls").url_patterns
)
CPU_SECONDS = 1.0
"""Of our own thread for one post: far above what any takes, far below what holds up a line."""
UIDS = [uuid.UUID(int=n) for n in (1, 2)]
SIDS = [CALL, "CA" + "9" * 32]
SENT = "SM" + "7" * 32
FORM = "application/x-www-form-urlencoded"
BASES: dict[str, list[dict[str, str]]] = {
    "voice/status/": [progress(status=s) for s in ("completed", "ringing", "busy", "in-progress")],
    "conference/": [
        conference(Call(uid=uid), f"participant-{event}", n, leg)
        for uid in UIDS
        for n, (event, leg) in enumerate(
            [("join", AGENT_LEG), ("join", CALL), ("leave", CALL), ("hold", CALL)]
        )
    ],
    "recording/": [recording(status=s) for s in ("in-progress", "completed", "absent")],
    "transcription/": [said("老板拖欠工资"), said("三个月", 2)],
    "messages/": [
        text("讨薪"),
        text("STOP", sid="SM" + "0" * 32),
        text("工资条", NumMedia="2", MediaUrl0="https://api.twilio.com/ME1", MediaContentType0="image/jpeg"),
    ],
    "messages/status/": [
        {"AccountSid": ACCOUNT, "MessageSid": SENT, "MessageStatus": status, "ErrorCode": "30008"}
        for status in ("sent", "delivered", "failed", "queued")
    ],
}
"""What the carrier sends to each address; the others get a voice post."""
QUERIES = [
    "", "", "", *(f"call={uid}" for uid in UIDS), "voicemail=1", "recorded=1", "message=1&notice=1", "%",
    "call=%00", "call=%ff", "message=99999999999999999999", "bodySHA256=abc", "a=1&a=2",
]  # fmt: skip
SIGNATURES = ["right", "right", "right", "right", "none", "wrong", "other address", "other token"]
METHODS = [*["POST"] * 12, "GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"]


@dataclass(frozen=True)
class Faulty:
    """One post."""

    path: str
    method: str
    body: bytes
    content_type: str
    signature: str

    @property
    def is_ours(self) -> bool:
        """Whether the carrier itself has sent it."""
        return self.signature == "right" and self.method == "POST"


@st.composite
def posts(draw: st.DrawFn) -> Faulty:
    """A post to one of the carrier's addresses, realistic or not, signed or not."""
    place = draw(st.sampled_from(PATHS)).removeprefix("/twilio/")
    known = BASES.get(place) or [voice(), voice(SIDS[1], draw(odd)[:100]), voice(address="client:agent_1")]
    pairs = draw(mutated(draw(st.sampled_from(known))))
    if draw(st.booleans()):
        pairs = [(name, draw(st.sampled_from(SIDS)) if name == "CallSid" else value) for name, value in pairs]
    body, content_type = encoded(pairs), FORM
    how = draw(st.sampled_from(["form"] * 8 + ["charset", "type", "parts", "bytes"]))
    if how == "charset":
        body = encoded(pairs, draw(st.sampled_from(["gbk", "latin-1", "utf-16"])))
    elif how == "type":
        content_type = draw(content_types)
        body = draw(st.sampled_from([body, multipart(pairs), b"", b"{}"]))
    elif how == "parts":
        content_type = "multipart/form-data; boundary=frontier"
        body = multipart(pairs, [("file", draw(odd)[:99], b"x")], draw(st.sampled_from(["", "; x*=y''%41"])))
    elif how == "bytes":
        body = draw(st.binary(max_size=200))
    query = draw(st.sampled_from(QUERIES))
    return Faulty(
        f"/twilio/{place}" + (f"?{query}" if query else ""),
        draw(st.sampled_from(METHODS)),
        body,
        content_type,
        draw(st.sampled_from(SIGNATURES)),
    )


def stopped_at_the_door(post: Faulty) -> bool:
    """Whether the head alone gets it refused, before Django sees it."""
    return door.refusal(post.path.partition("?")[0], post.content_type, str(len(post.body))) is not None


def signature_of(post: Faulty) -> str:
    """What stands in X-Twilio-Signature."""
    if post.signature in {"none", "wrong"}:
        return "" if post.signature == "none" else "bm90IHRoZSByaWdodCBvbmU="
    request = RequestFactory().generic("POST", post.path, post.body, post.content_type)
    try:
        fields: Any = request.POST
    except Exception:
        fields = {}  # what cannot be read is signed as nothing: the carrier signs what it sends
    base = "https://evil.example" if post.signature == "other address" else settings.HOTLINE_PUBLIC_URL
    token = "f" * 32 if post.signature == "other token" else settings.HOTLINE_TWILIO_AUTH_TOKENS[0]
    return str(RequestValidator(token).compute_signature(base + request.get_full_path(), fields))


def send(post: Faulty) -> tuple[HttpResponse, float, int]:
    """The answer, the seconds of our own thread, and the number of queries."""
    signature, queries = signature_of(post), 0
    browser = Client(raise_request_exception=False)
    headers = {"X-Twilio-Signature": signature} if signature else {}

    def count(execute: Any, *args: Any) -> Any:
        nonlocal queries
        queries += 1
        return execute(*args)

    started = time.thread_time()
    with connection.execute_wrapper(count):
        answer = browser.generic(post.method, post.path, post.body, post.content_type, headers=headers)
    return answer, time.thread_time() - started, queries


def fault_of(post: Faulty, answer: HttpResponse, seconds: float, queries: int) -> str:
    """What is wrong with the answer, empty where nothing is."""
    if answer.status_code >= 500:
        return f"answered {answer.status_code}"
    if not post.is_ours and (queries or answer.status_code not in {400, 403, 405}):
        return f"not the carrier's, and {queries} queries, {answer.status_code}"
    if seconds > CPU_SECONDS:
        return f"took {seconds:.1f} s"
    return ""


@pytest.fixture
def line(transactional_db: None, prompts: None, agent: Staff, case: Case) -> None:
    """Two calls that wait and a message that was sent, for posts to be about."""
    for uid, sid in zip(UIDS, SIDS, strict=True):
        call = call_arrived(sid, WORKER, case.opened_at, voicemail=False)
        Call.objects.filter(pk=call.pk).update(uid=uid)
        calls.wait(call.pk, "", case.opened_at)
    Client().get("/health/live")  # what is loaded with the first request is not a post's time
    message = messages.reply(case.pk, agent, "请带上工资条")
    messages.settle(message, MessageState.SENT, sid=SENT)


def test_no_faulty_post_is_a_500_and_no_strangers_post_leaves_a_row(line: None) -> None:
    tally = Tally("webhooks")

    @sized("WEBHOOKS", 100)
    @given(posts())
    def throw(post: Faulty) -> None:
        if stopped_at_the_door(post):
            tally.add("stopped at the door", 400, 0, "")
            return
        answer, seconds, queries = send(post)
        if seconds > CPU_SECONDS:  # once more: a machine that is at its end is no fault of the post
            seconds = min(seconds, send(post)[1])
        wrong = fault_of(post, answer, seconds, queries)
        kind = "the carrier's" if post.is_ours else "a stranger's"
        tally.add(kind, answer.status_code, seconds, f"{wrong}: {post}" if wrong else "")
        assert not wrong, f"{wrong}: {post}"

    try:
        throw()
    finally:
        tally.write()
    assert tally.counts["the carrier's"] and tally.counts["a stranger's"]
    call_command("verify_chain", stdout=StringIO())
