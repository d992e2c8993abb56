"""Each way of misbehaving, and the log of deliveries."""

import time
from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from .conftest import NUMBER, WORKER, Hotline, Simulator, World, until


def send(simulator: Simulator, hotline: Hotline, body: str = "x") -> Any:
    return simulator.client().messages.create(
        to=WORKER, from_=NUMBER, body=body, status_callback=f"{hotline.url}/status/"
    )


def sim_statuses(simulator: Simulator) -> list[str]:
    return [each["status"] for each in simulator.get("/sim/messages", number=WORKER)["messages"]]


def test_duplicate_posts_carry_the_same_token(simulator: Simulator, hotline: Hotline) -> None:
    simulator.post("/sim/faults", {"duplicate": 1})
    hotline.answers["/twilio/voice/"] = "<Hangup/>"
    sid = simulator.dial()
    first, second = hotline.wait_for("/twilio/voice/", 2)
    assert (first.params, first.token) == (second.params, second.token)
    hotline.wait_for("/twilio/voice/status/", 8, CallSid=sid)
    tokens = [post.token for post in hotline.to("/twilio/voice/status/")]
    assert len(tokens) == 8 and len(set(tokens)) == 4


def test_delayed_posts_come_late(simulator: Simulator, hotline: Hotline) -> None:
    simulator.post("/sim/faults", {"delay": [0.2, 0.2]})
    began = time.monotonic()
    simulator.post("/sim/messages", {"from": WORKER, "body": "x"})
    hotline.wait_for("/twilio/messages/")
    assert time.monotonic() - began >= 0.2


def test_reordered_posts_overtake_each_other(simulator: Simulator, hotline: Hotline) -> None:
    simulator.post("/sim/faults", {"reorder": True, "seed": 3})
    hotline.answers["/twilio/voice/"] = "<Hangup/>"
    simulator.dial()
    posts = hotline.wait_for("/twilio/voice/status/", 4)
    numbers = [post.params["SequenceNumber"] for post in posts]
    assert sorted(numbers) == ["0", "1", "2", "3"] != numbers


def test_without_faults_events_wait_for_those_before_them(simulator: Simulator, hotline: Hotline) -> None:
    hotline.slow["/status/"] = 0.1
    send(simulator, hotline)
    queued, sent, delivered = hotline.wait_for("/status/", 3)
    assert [post.params["MessageStatus"] for post in (queued, sent, delivered)] == [
        "queued",
        "sent",
        "delivered",
    ]
    assert sent.at - queued.at >= 0.1 <= delivered.at - sent.at


def test_dropped_events_never_come(simulator: Simulator, hotline: Hotline) -> None:
    simulator.post("/sim/faults", {"drop": 1})
    send(simulator, hotline)
    until(lambda: sim_statuses(simulator) == ["delivered"])
    assert not hotline.posts
    log = simulator.get("/sim/deliveries")["deliveries"]
    assert [(each["outcome"], each["attempts"]) for each in log] == [("dropped", 0)] * 3


def test_a_dropped_call_reaches_nobody(simulator: Simulator, hotline: Hotline) -> None:
    simulator.post("/sim/faults", {"drop": 1})
    assert simulator.until_call(simulator.dial(), status="completed")["ended_reason"] == "application-error"
    assert not hotline.posts


def test_a_busy_carrier_has_done_nothing(simulator: Simulator, hotline: Hotline) -> None:
    simulator.post("/sim/faults", {"rest_429": 1})
    with pytest.raises(TwilioRestException) as refused:
        send(simulator, hotline)
    assert (refused.value.status, refused.value.code) == (429, 20429)
    assert simulator.get("/sim/made")["messages"] == []


def test_a_server_error_after_sending(simulator: Simulator, hotline: Hotline) -> None:
    simulator.post("/sim/faults", {"rest_500_after": 1})
    with pytest.raises(TwilioRestException) as refused:
        send(simulator, hotline, "once")
    assert (refused.value.status, refused.value.code) == (500, 20500)
    assert [each["body"] for each in simulator.get("/sim/made")["messages"]] == ["once"]
    assert [each.body for each in simulator.client().messages.list(to=WORKER)] == ["once"]


def test_a_telephone_that_is_off(simulator: Simulator, hotline: Hotline) -> None:
    simulator.post("/sim/faults", {"undelivered": 1})
    send(simulator, hotline)
    [post] = hotline.wait_for("/status/", MessageStatus="undelivered")
    assert post.params["ErrorCode"] == "30003"


def test_faults_end_with_an_empty_order(simulator: Simulator, hotline: Hotline) -> None:
    simulator.post("/sim/faults", {"rest_429": 1})
    assert simulator.post("/sim/faults", {})["rest_429"] == 0
    assert send(simulator, hotline).sid


@pytest.mark.parametrize(
    "order", [{"dropp": 1}, {"drop": 2}, {"drop": "1"}, {"delay": 1}, {"delay": [2, 1]}, {"seed": 1.5}]
)
def test_faults_that_cannot_be_read(simulator: Simulator, order: dict[str, Any]) -> None:
    simulator.post("/sim/faults", order, status=400)


@pytest.mark.parametrize(("answer", "attempts"), [(503, 2), (403, 1), (204, 1)])
def test_events_are_tried_again_after_a_server_error(
    simulator: Simulator, hotline: Hotline, answer: int, attempts: int
) -> None:
    hotline.answers["/status/"] = answer
    send(simulator, hotline)
    posts = hotline.wait_for("/status/", 3 * attempts)
    assert len({post.token for post in posts}) == 3
    until(lambda: sim_statuses(simulator) == ["delivered"])
    log = until(
        lambda: [
            (each["status"], each["attempts"], each["outcome"])
            for each in simulator.get("/sim/deliveries")["deliveries"]
            if each["outcome"] != "pending"
        ]
    )
    assert log[0] == (answer, attempts, "delivered" if answer == 204 else "failed")


def test_the_address_may_ask_for_more_attempts(simulator: Simulator, hotline: Hotline) -> None:
    hotline.answers["/status/"] = 503
    simulator.client().messages.create(
        to=WORKER, from_=NUMBER, body="x", status_callback=f"{hotline.url}/status/?a=1#rc=3&rp=all"
    )
    posts = hotline.wait_for("/status/", 4, MessageStatus="queued")
    assert posts[0].url.endswith("/status/?a=1")


@pytest.mark.parametrize(("policy", "attempts"), [("rc=2", 1), ("rc=2&rp=5xx", 3), ("rp=ct,rt", 1)])
def test_the_address_says_what_is_tried_again(
    simulator: Simulator, hotline: Hotline, policy: str, attempts: int
) -> None:
    written = policy.replace("&", "&amp;")
    hotline.answers["/twilio/voice/"] = f"<Redirect>/next/#{written}</Redirect>"
    hotline.answers["/next/"] = 503
    simulator.until_call(simulator.dial(), status="completed")
    assert len(hotline.to("/next/")) == attempts


def test_retries_can_be_switched_off(world: World) -> None:
    simulator = world.start(retries=0)
    world.hotline.answers["/status/"] = 503
    send(simulator, world.hotline)
    until(lambda: sim_statuses(simulator) == ["delivered"])
    world.hotline.wait_for("/status/", 3)
    assert [each["attempts"] for each in simulator.get("/sim/deliveries")["deliveries"]] == [1, 1, 1]


def test_the_log_of_deliveries_has_no_content(simulator: Simulator, hotline: Hotline) -> None:
    simulator.post("/sim/messages", {"from": WORKER, "body": "秘密"})
    hotline.wait_for("/twilio/messages/")
    [entry] = until(lambda: simulator.get("/sim/deliveries")["deliveries"])
    assert entry["url"] == f"{hotline.url}/twilio/messages/"
    assert "秘密" not in str(entry) and WORKER not in str(entry)


def test_the_doors_refuse_what_is_not_json(simulator: Simulator) -> None:
    plain = requests.post(f"{simulator.url}/sim/calls", data="{}", timeout=5)
    assert plain.status_code == 415
    simulator.post("/sim/calls", {"to": "12351"}, status=400)
    simulator.post("/sim/messages", {"from": WORKER, "media": [{"base64": "?"}]}, status=400)
    assert requests.get(f"{simulator.url}/sim/calls/CA0", timeout=5).status_code == 404
