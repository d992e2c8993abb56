"""The REST API, through the official SDK."""

import io
import wave
from datetime import UTC, datetime, timedelta

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from .conftest import CREDENTIALS, NUMBER, WORKER, Hotline, Simulator, World, until


def test_a_message_is_sent_and_its_way_told(simulator: Simulator, hotline: Hotline) -> None:
    client = simulator.client()
    message = client.messages.create(
        to=WORKER,
        from_=NUMBER,
        body="您的案件已受理",
        status_callback=f"{hotline.url}/twilio/messages/status/",
    )
    assert (message.status, message.direction, message.num_segments) == ("queued", "outbound-api", "1")
    posts = hotline.wait_for("/twilio/messages/status/", 3)
    assert [post.params["MessageStatus"] for post in posts] == ["queued", "sent", "delivered"]
    assert posts[0].params["MessageSid"] == message.sid
    fetched = client.messages(message.sid).fetch()
    assert (fetched.status, fetched.body) == ("delivered", "您的案件已受理")
    assert simulator.get("/sim/messages", number=WORKER)["messages"][0]["body"] == "您的案件已受理"
    assert client.messages(message.sid).delete()
    assert client.messages.list() == []


def refused(code: int, status: int = 400) -> "pytest.RaisesExc[TwilioRestException]":
    return pytest.raises(
        TwilioRestException, check=lambda error: (error.code, error.status) == (code, status)
    )


@pytest.mark.parametrize(
    ("to", "from_", "body", "code"),
    [
        ("110", NUMBER, "x", 21211),
        ("+8653285911420", NUMBER, "x", 21614),
        (WORKER, "+15005550006", "x", 21606),
        (WORKER, NUMBER, "字" * 1601, 21617),
    ],
)
def test_messages_that_are_refused(simulator: Simulator, to: str, from_: str, body: str, code: int) -> None:
    with refused(code):
        simulator.client().messages.create(to=to, from_=from_, body=body)
    assert simulator.get("/sim/made")["messages"] == []


@pytest.mark.parametrize("word", ["STOP", "TD", " 退订 ", "td"])
def test_who_has_opted_out_is_left_alone_until_start(
    simulator: Simulator, hotline: Hotline, word: str
) -> None:
    client = simulator.client()
    simulator.post("/sim/messages", {"from": WORKER, "body": word})
    assert hotline.wait_for("/twilio/messages/")[0].params["OptOutType"] == "STOP"
    with refused(21610):
        client.messages.create(to=WORKER, from_=NUMBER, body="x")
    simulator.post("/sim/messages", {"from": WORKER, "body": "START"})
    hotline.wait_for("/twilio/messages/", OptOutType="START")
    assert client.messages.create(to=WORKER, from_=NUMBER, body="x").sid


@pytest.mark.parametrize(
    ("user", "password", "code", "status"),
    [
        (CREDENTIALS.account_sid, "wrong", 20003, 401),
        ("AC" + "f" * 32, CREDENTIALS.auth_token, 20003, 401),
        (CREDENTIALS.api_key, "wrong", 20003, 401),
    ],
)
def test_wrong_credentials(simulator: Simulator, user: str, password: str, code: int, status: int) -> None:
    with refused(code, status):
        simulator.client(user, password).messages("SM" + "0" * 32).fetch()


def test_the_api_key_signs_in_too(simulator: Simulator) -> None:
    assert simulator.client(CREDENTIALS.api_key, CREDENTIALS.api_secret).calls.list() == []


def test_what_does_not_exist(simulator: Simulator) -> None:
    client = simulator.client()
    for missing in (
        client.messages("SM" + "0" * 32),
        client.calls("CA" + "0" * 32),
        client.conferences("CF" + "0" * 32),
        client.recordings("RE" + "0" * 32),
    ):
        with refused(20404, 404):
            missing.fetch()
    unknown = requests.get(
        f"{simulator.url}{simulator.config.api_root}/Nothing.json",
        auth=(CREDENTIALS.account_sid, CREDENTIALS.auth_token),
        timeout=5,
    )
    assert (unknown.status_code, unknown.json()["code"]) == (404, 20404)


def test_lists_come_newest_first_in_pages_and_by_filters(simulator: Simulator) -> None:
    client = simulator.client()
    sent = [client.messages.create(to=WORKER, from_=NUMBER, body=str(n)).sid for n in range(7)]
    client.messages.create(to="+8613800000002", from_=NUMBER, body="x")
    until(lambda: all(each.date_sent for each in client.messages.list()))
    found = client.messages.list(to=WORKER, page_size=3)
    assert [each.sid for each in found] == sent[::-1]
    now = datetime.now(UTC)
    assert len(client.messages.list(date_sent_after=now - timedelta(minutes=1))) == 8
    assert client.messages.list(date_sent_after=now + timedelta(minutes=1)) == []
    assert len(client.messages.list(date_sent=now.date())) == 8
    assert len(client.messages.list(date_sent_before=now + timedelta(minutes=1), limit=2)) == 2


def test_inbound_media_is_fetched_from_the_carrier(simulator: Simulator, hotline: Hotline) -> None:
    media = [{"name": "合同.png", "content_type": "image/png", "base64": "iVBORw0KGgo="}]
    sid = simulator.post("/sim/messages", {"from": WORKER, "body": "劳动合同🙏", "media": media})["sid"]
    assert sid.startswith("MM")
    [post] = hotline.wait_for("/twilio/messages/")
    assert (post.params["Body"], post.params["NumMedia"]) == ("劳动合同🙏", "1")
    assert post.params["MediaContentType0"] == "image/png"
    url = post.params["MediaUrl0"]
    assert requests.get(url, timeout=5).status_code == 401
    answer = requests.get(url, auth=(CREDENTIALS.account_sid, CREDENTIALS.auth_token), timeout=5)
    assert (answer.content, answer.headers["Content-Type"]) == (b"\x89PNG\r\n\x1a\n", "image/png")
    [listed] = simulator.client().messages(sid).media.list()
    assert url.endswith(listed.sid)
    assert simulator.client().messages(sid).media(listed.sid).delete()
    assert simulator.client().messages(sid).media.list() == []


def test_replies_in_the_answer_are_sent(simulator: Simulator, hotline: Hotline) -> None:
    hotline.answers["/twilio/messages/"] = "<Message>已收到</Message><Message><Body>请稍候</Body></Message>"
    simulator.post("/sim/messages", {"from": WORKER, "body": "你好"})
    sent = until(
        lambda: [
            each["body"]
            for each in simulator.get("/sim/messages", number=WORKER)["messages"]
            if each["status"] == "delivered"
        ]
    )
    assert sent[0] == "已收到"
    assert simulator.get("/sim/messages", number=WORKER)["messages"][2]["body"] == "请稍候"


def dial_out(simulator: Simulator, hotline: Hotline, **more: object) -> str:
    hotline.answers["/twilio/voice/callback/"] = '<Say>这里是12351</Say><Pause length="9999"/>'
    settings = {
        "status_callback": f"{hotline.url}/twilio/voice/status/",
        "status_callback_event": ["initiated", "ringing", "answered", "completed"],
    } | more
    call = simulator.client().calls.create(
        to=WORKER, from_=NUMBER, url=f"{hotline.url}/twilio/voice/callback/", **settings
    )
    assert (call.status, call.direction) == ("queued", "outbound-api")
    sid: str = call.sid
    return sid


def statuses(hotline: Hotline, count: int) -> list[str]:
    posts = hotline.wait_for("/twilio/voice/status/", count)
    return [post.params["CallStatus"] for post in posts]


def test_an_outgoing_call_rings_and_is_answered(simulator: Simulator, hotline: Hotline) -> None:
    sid = dial_out(simulator, hotline)
    until(lambda: simulator.get("/sim/calls", number=WORKER)["calls"][0]["status"] == "ringing")
    assert not hotline.to("/twilio/voice/callback/")
    simulator.post(f"/sim/calls/{sid}/answer")
    until(lambda: simulator.call(sid)["heard"] == ["这里是12351"])
    simulator.client().calls(sid).update(status="completed")
    call = simulator.until_call(sid, status="completed")
    assert call["ended_reason"] == "rest-completed"
    assert statuses(hotline, 4) == ["initiated", "ringing", "in-progress", "completed"]
    simulator.post(f"/sim/calls/{sid}/answer", status=409)
    with refused(21220):
        simulator.client().calls(sid).update(twiml="<Response/>")


def test_an_outgoing_call_is_declined(simulator: Simulator, hotline: Hotline) -> None:
    sid = dial_out(simulator, hotline)
    simulator.until_call(sid, status="ringing")
    simulator.post(f"/sim/calls/{sid}/decline")
    simulator.until_call(sid, status="busy")
    assert statuses(hotline, 3)[-1] == "busy"


def test_an_outgoing_call_that_nobody_answers(simulator: Simulator, hotline: Hotline) -> None:
    sid = dial_out(simulator, hotline, timeout=5)
    simulator.until_call(sid, status="no-answer")
    assert statuses(hotline, 3)[-1] == "no-answer"


def test_an_outgoing_call_that_is_given_up(simulator: Simulator, hotline: Hotline) -> None:
    sid = dial_out(simulator, hotline)
    simulator.until_call(sid, status="ringing")
    assert simulator.client().calls(sid).update(status="canceled").sid == sid
    simulator.until_call(sid, status="canceled")


@pytest.mark.parametrize(("to", "from_", "code"), [("12351", NUMBER, 21211), (WORKER, WORKER, 21210)])
def test_outgoing_calls_that_are_refused(simulator: Simulator, to: str, from_: str, code: int) -> None:
    with refused(code):
        simulator.client().calls.create(to=to, from_=from_, twiml="<Response/>")


def test_calls_are_listed_for_reconciliation(simulator: Simulator, hotline: Hotline) -> None:
    hotline.answers["/twilio/voice/"] = "<Hangup/>"
    first, second = simulator.dial(), simulator.dial("+8613800000002")
    for sid in (first, second):
        simulator.until_call(sid, status="completed")
    client = simulator.client()
    since = datetime.now(UTC) - timedelta(minutes=1)
    assert [each.sid for each in client.calls.list(to=NUMBER, start_time_after=since)] == [second, first]
    assert [each.sid for each in client.calls.list(from_=WORKER, status="completed")] == [first]
    assert client.calls.list(status="in-progress") == []
    fetched = client.calls(first).fetch()
    assert (fetched.direction, fetched._from, fetched.duration) == ("inbound", WORKER, "0")
    assert isinstance(fetched.start_time, datetime)


def test_someone_is_called_into_a_conference(simulator: Simulator, hotline: Hotline) -> None:
    client = simulator.client()
    participant = client.conferences("call-77").participants.create(
        from_=NUMBER, to=WORKER, label="worker", end_conference_on_exit=True
    )
    assert (participant.status, participant.label) == ("queued", "worker")
    simulator.until_call(participant.call_sid, status="ringing")
    simulator.post(f"/sim/calls/{participant.call_sid}/answer")
    simulator.until_call(participant.call_sid, waiting_for="conference")
    place = client.conferences(participant.conference_sid).participants("worker").fetch()
    assert (place.call_sid, place.end_conference_on_exit) == (participant.call_sid, True)


def test_a_recording_can_be_heard(simulator: Simulator, hotline: Hotline) -> None:
    hotline.answers["/twilio/voice/"] = (
        '<Record action="/after/" timeout="20" recordingStatusCallback="/recording/"/>'
    )
    sid = simulator.dial()
    simulator.until_call(sid, waiting_for="speech")
    simulator.post(f"/sim/calls/{sid}/say", {"text": "请回电"})
    url = hotline.wait_for("/recording/")[0].params["RecordingUrl"]
    sign_in = (CREDENTIALS.api_key, CREDENTIALS.api_secret)
    for ending in ("", ".wav", ".mp3"):
        sound = requests.get(url + ending, auth=sign_in, timeout=5)
        with wave.open(io.BytesIO(sound.content)) as file:
            assert file.getnframes() == file.getframerate()
    client = simulator.client()
    since = datetime.now(UTC) - timedelta(minutes=1)
    [found] = client.recordings.list(date_created_after=since, call_sid=sid)
    assert (found.status, found.source, found.duration) == ("completed", "RecordVerb", "1")
    assert found.media_url == url
    assert client.recordings(found.sid).delete()
    assert requests.get(url, auth=sign_in, timeout=5).status_code == 404


def test_slow_speech_is_not_hurried_at_full_pace(world: World) -> None:
    simulator = world.start(pace=1.0)
    world.hotline.answers["/twilio/voice/"] = "<Say>一二三四五六七八九十</Say>"
    began = datetime.now(UTC)
    simulator.until_call(simulator.dial(), status="completed")
    assert datetime.now(UTC) - began >= timedelta(seconds=0.4)
