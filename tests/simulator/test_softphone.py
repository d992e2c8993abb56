"""The softphone's door: who is let in, from where, and what the leg does."""

import time
from typing import Any

import jwt
import pytest
import requests
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VideoGrant, VoiceGrant

from .conftest import CREDENTIALS, Hotline, Simulator, World, until


def token(**changes: Any) -> str:
    """The token that the hotline makes for an agent, with one thing changed."""
    settings: dict[str, Any] = {
        "account_sid": CREDENTIALS.account_sid,
        "signing_key_sid": CREDENTIALS.api_key,
        "secret": CREDENTIALS.api_secret,
        "identity": "agent_7",
        "ttl": 600,
        "grants": [VoiceGrant(incoming_allow=True, outgoing_application_sid=CREDENTIALS.app_sid)],
    } | changes
    written: str = AccessToken(**settings).to_jwt()
    return written


def connect(simulator: Simulator, access: str, call_id: str = "call-1") -> requests.Response:
    body = {"token": access, "params": {"call_id": call_id}}
    return requests.post(f"{simulator.url}/softphone/connect", json=body, timeout=5)


def bearer(access: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {access}"}


def order(simulator: Simulator, what: str, access: str, **data: Any) -> requests.Response:
    return requests.post(f"{simulator.url}/softphone/{what}", json=data, headers=bearer(access), timeout=5)


def events(simulator: Simulator, sid: str, access: str, after: int = 0) -> Any:
    answer = requests.get(
        f"{simulator.url}/softphone/events/{sid}", params={"after": after}, headers=bearer(access), timeout=30
    )
    return answer.json() if answer.ok else answer.status_code


def test_a_connected_agent_is_announced_like_a_call(simulator: Simulator, hotline: Hotline) -> None:
    answer = connect(simulator, token())
    assert answer.status_code == 201
    [post] = hotline.wait_for("/twilio/voice/agent/")
    assert (
        post.params
        | {
            "CallSid": answer.json()["call_sid"],
            "From": "client:agent_7",
            "Caller": "client:agent_7",
            "To": "",
            "ApplicationSid": CREDENTIALS.app_sid,
            "call_id": "call-1",
            "Direction": "inbound",
        }
        == post.params
    )


def test_a_page_cannot_pretend_to_be_the_carrier(simulator: Simulator, hotline: Hotline) -> None:
    body = {"token": token(), "params": {"From": "client:agent_8", "CallStatus": "completed"}}
    simulator.post("/softphone/connect", body)
    [post] = hotline.wait_for("/twilio/voice/agent/")
    assert (post.params["From"], post.params["CallStatus"]) == ("client:agent_7", "ringing")


REFUSED = {
    "another secret": token(secret="not-the-secret-but-just-as-long-as-it"),
    "another key": token(signing_key_sid="SK" + "0" * 32),
    "another account": token(account_sid="AC" + "0" * 32),
    "expired": token(valid_until=int(time.time()) - 60),
    "not valid yet": token(nbf=int(time.time()) + 600),
    "another application": token(grants=[VoiceGrant(outgoing_application_sid="AP" + "0" * 32)]),
    "no voice grant": token(grants=[VideoGrant(room="x")]),
    "no outgoing calls": token(grants=[VoiceGrant(incoming_allow=True)]),
    "nobody": token(identity=None),
    "an impossible name": token(identity="agent 7"),
    "unsigned": jwt.encode({"iss": CREDENTIALS.api_key, "exp": 4_000_000_000}, "", algorithm="none"),
    "no token": "",
}


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize("what", sorted(REFUSED))
def test_tokens_that_let_nobody_in(simulator: Simulator, hotline: Hotline, what: str) -> None:
    answer = connect(simulator, REFUSED[what])
    assert (answer.status_code, "error" in answer.json()) == (401, True)
    assert simulator.get("/sim/made")["calls"] == []
    assert not hotline.posts


def test_an_agent_reads_speaks_and_hangs_up(simulator: Simulator, hotline: Hotline) -> None:
    hotline.answers["/twilio/voice/agent/"] = '<Say>正在接通</Say><Pause length="9999"/>'
    access = token()
    sid = connect(simulator, access).json()["call_sid"]
    until(lambda: simulator.call(sid)["heard"])
    seen = events(simulator, sid, access)
    assert [(each["n"], each["kind"], each["text"]) for each in seen["events"]] == [
        (1, "status", "ringing"),
        (2, "status", "in-progress"),
        (3, "heard", "正在接通"),
    ]
    assert seen["status"] == "in-progress"
    assert order(simulator, "say", access, call_sid=sid, text="您好").ok
    assert [each["text"] for each in events(simulator, sid, access, 3)["events"]] == ["您好"]
    assert order(simulator, "digits", access, call_sid=sid, digits="1").ok
    assert order(simulator, "hangup", access, call_sid=sid).ok
    simulator.until_call(sid, status="completed")
    assert simulator.call(sid)["ended_reason"] == "agent-hung-up"
    assert events(simulator, sid, access, 99)["status"] == "completed"


def test_a_muted_agent_is_not_heard(simulator: Simulator, hotline: Hotline) -> None:
    hotline.answers["/twilio/voice/agent/"] = '<Gather input="speech" timeout="200" action="/heard/"/>'
    access = token()
    sid = connect(simulator, access).json()["call_sid"]
    simulator.until_call(sid, waiting_for="speech")
    assert order(simulator, "mute", access, call_sid=sid, muted=True).json()["muted"] is True
    assert order(simulator, "say", access, call_sid=sid, text="unheard").ok
    assert order(simulator, "mute", access, call_sid=sid, muted=False).ok
    assert order(simulator, "say", access, call_sid=sid, text="heard").ok
    assert hotline.wait_for("/heard/")[0].params["SpeechResult"] == "heard"


def test_the_wait_for_events_ends_with_news(simulator: Simulator, hotline: Hotline) -> None:
    hotline.answers["/twilio/voice/agent/"] = '<Pause length="10"/><Say>喂</Say><Pause length="9999"/>'
    access = token()
    sid = connect(simulator, access).json()["call_sid"]
    simulator.until_call(sid, status="in-progress")
    assert [each["text"] for each in events(simulator, sid, access, 2)["events"]] == ["喂"]


def test_only_ones_own_call(simulator: Simulator, hotline: Hotline) -> None:
    hotline.answers["/twilio/voice/agent/"] = '<Pause length="9999"/>'
    mine, other = token(), token(identity="agent_8")
    sid = connect(simulator, mine).json()["call_sid"]
    assert events(simulator, sid, other) == 404
    assert order(simulator, "say", other, call_sid=sid, text="x").status_code == 404
    assert events(simulator, sid, "nonsense") == 401
    assert requests.get(f"{simulator.url}/softphone/events/{sid}", timeout=5).status_code == 401
    late = token(valid_until=int(time.time()) - 60)
    assert order(simulator, "hangup", late, call_sid=sid).ok, "a call outlives its token"


def test_a_page_that_is_gone_is_hung_up(world: World) -> None:
    simulator = world.start(softphone_timeout=0.2)
    world.hotline.answers["/twilio/voice/agent/"] = '<Pause length="9999"/>'
    access = token()
    sid = connect(simulator, access).json()["call_sid"]
    simulator.until_call(sid, status="in-progress")
    events(simulator, sid, access)
    assert simulator.until_call(sid, status="completed")["ended_reason"] == "agent-lost"


def test_browsers_are_let_in_from_the_hotline_only(simulator: Simulator, hotline: Hotline) -> None:
    url = f"{simulator.url}/softphone/connect"
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    for origin in (hotline.url, hotline.url.replace("127.0.0.1", "localhost")):
        allowed = requests.options(url, headers={"Origin": origin, **asked}, timeout=5)
        assert allowed.status_code == 204
        assert allowed.headers["Access-Control-Allow-Origin"] == origin
        assert "Authorization" in allowed.headers["Access-Control-Allow-Headers"]
    refused = requests.post(url, json={"token": "x"}, headers={"Origin": hotline.url}, timeout=5)
    assert (refused.status_code, refused.headers["Access-Control-Allow-Origin"]) == (401, hotline.url)
    foreign = requests.options(url, headers={"Origin": "https://example.org", **asked}, timeout=5)
    assert foreign.status_code == 403
    assert "Access-Control-Allow-Origin" not in foreign.headers
    other_door = requests.get(f"{simulator.url}/sim/calls", headers={"Origin": hotline.url}, timeout=5)
    assert "Access-Control-Allow-Origin" not in other_door.headers
