"""A carrier that refuses for a moment (429) or does it and says it failed (500): nothing twice, nothing lost.

The real stand-in carrier over HTTP; the worker's duties run by hand with later and later times.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from hotline.actions import callbacks, messages, offers
from hotline.enums import CallbackState, CallResult, CallState, MessageState, RecordingState
from hotline.errors import CarrierBusy
from hotline.models import Attachment, Call, Callback, Case, Message, Offer, Recording, Seat, Staff
from hotline.telephony import dialling, fetching, gateway, reconcile, sending
from tests.hotline.telephony.conftest import WORKER, Carrier, until, work
from tests.hotline.telephony.test_with_carrier import connect, ring_in, state_is

pytestmark = pytest.mark.django_db(transaction=True)
Seated = Callable[..., Seat]
BUSY, DONE = {"rest_429": 1.0}, {"rest_500_after": 1.0}
both = pytest.mark.parametrize("fault", [BUSY, DONE], ids=["429", "500-after"])
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@pytest.fixture(autouse=True)
def line(city: Any, prompts: None, carrier: Carrier) -> None:
    """The line is open, its carrier fresh."""


def later(seconds: float) -> datetime:
    return timezone.now() + timedelta(seconds=seconds)


def test_many_texts_through_a_carrier_that_stumbles_most_of_the_time(carrier: Carrier, agent: Staff) -> None:
    carrier.ask("/sim/messages", {"from": WORKER, "body": "讨薪"})
    until(lambda: Message.objects.exists())
    case = Case.objects.get().pk
    bodies = [f"第{n}条：请带上工资条。" for n in range(12)]
    for body in bodies:
        messages.reply(case, agent, body)
    carrier.ask("/sim/faults", {"rest_429": 0.3, "rest_500_after": 0.5, "drop": 0.3, "seed": 7})
    moment = timezone.now()
    out = Message.objects.filter(interaction__direction="OUTBOUND")
    for _round in range(60):
        sending.send_due(moment)
        sending.settle_uncertain(moment)
        moment += timedelta(seconds=20)
        if not out.exclude(state__in=["SENT", "DELIVERED"]).exists():
            break
    assert {row.state for row in out} <= {MessageState.SENT, MessageState.DELIVERED}
    assert sorted(m["body"] for m in carrier.made("messages", "outbound")) == sorted(bodies)


def dialling_out(carrier: Carrier, agent: Staff) -> Call:
    """A call back whose agent waits in the conference."""
    sid = ring_in(carrier)
    until(state_is(CallState.WAITING))
    carrier.ask(f"/sim/calls/{sid}/hangup", {})
    until(state_is(CallState.ENDED))
    out = callbacks.start(Callback.objects.get().pk, agent)
    connect(carrier, agent, out)
    until(lambda: Call.objects.get(pk=out.pk).agent_call_sid)
    return out


def test_a_call_back_is_dialled_once_however_often_the_carrier_was_busy(
    carrier: Carrier, agent: Staff
) -> None:
    out = dialling_out(carrier, agent)
    carrier.ask("/sim/faults", BUSY)
    assert [dialling.dial_due(later(4 * n)) for n in range(3)] == [0, 0, 0]
    assert Call.objects.get(pk=out.pk).state == CallState.DIALLING
    assert carrier.made("calls", "outbound") == []
    carrier.ask("/sim/faults", {})
    assert [dialling.dial_due(later(20 + 4 * n)) for n in range(3)] == [1, 0, 0]
    assert len(carrier.made("calls", "outbound")) == 1


def test_a_call_back_that_the_carrier_never_takes_is_still_to_be_made(carrier: Carrier, agent: Staff) -> None:
    out = dialling_out(carrier, agent)
    carrier.ask("/sim/faults", BUSY)
    for seconds in (0, 30, 61):
        dialling.dial_due(later(seconds))
    out.refresh_from_db()
    assert (out.state, out.result) == (CallState.ENDED, CallResult.FAILED)
    assert Callback.objects.get().state == CallbackState.OPEN
    carrier.ask("/sim/faults", {})
    assert dialling.dial_due(later(70)) == 0 and carrier.made("calls", "outbound") == []


def test_a_call_back_that_was_made_all_the_same_is_found_and_not_made_again(
    carrier: Carrier, agent: Staff
) -> None:
    out = dialling_out(carrier, agent)
    carrier.ask("/sim/faults", DONE | {"drop": 1.0})
    for seconds in (0, 4, 8):
        dialling.dial_due(later(seconds))
    carrier.ask("/sim/faults", {})
    for seconds in (12, 30, 200):
        dialling.dial_due(later(seconds))
        dialling.settle_uncertain_dials(later(seconds))
    made = carrier.made("calls", "outbound")
    assert [m["sid"] for m in made] == [Call.objects.get(pk=out.pk).interaction.provider_id]


def talking(carrier: Carrier, agent: Staff, seated: Seated) -> tuple[str, Call]:
    seated(agent)
    sid = ring_in(carrier)
    until(state_is(CallState.WAITING))
    work()
    call = offers.accept(Offer.objects.get().pk, agent)
    connect(carrier, agent, call)
    until(state_is(CallState.TALKING))
    call.refresh_from_db()
    return sid, call


@both
def test_an_accepted_offer_needs_no_word_with_the_carrier(
    carrier: Carrier, agent: Staff, seated: Seated, fault: dict[str, float]
) -> None:
    carrier.ask("/sim/faults", fault)
    _sid, call = talking(carrier, agent, seated)
    assert call.agent == agent and Offer.objects.count() == 1


@both
def test_holding_and_hanging_up_may_be_pressed_again(
    carrier: Carrier,
    agent: Staff,
    seated: Seated,
    client_of: Callable[[Staff], Client],
    fault: dict[str, float],
) -> None:
    sid, call = talking(carrier, agent, seated)
    browser = client_of(agent)
    for button, seen in (
        ("hold", lambda: Call.objects.get().held),
        ("unhold", lambda: not Call.objects.get().held),
        ("hang-up", lambda: Call.objects.get().state == CallState.ENDED),
    ):
        carrier.ask("/sim/faults", fault)
        refused = browser.post(f"/calls/{call.pk}/{button}/", headers={"HX-Request": "true"})
        assert refused.status_code == 503 and "data-problem" in refused.text
        carrier.ask("/sim/faults", {})
        assert browser.post(f"/calls/{call.pk}/{button}/").status_code == 204
        until(seen)
    assert carrier.ask(f"/sim/calls/{sid}")["status"] == "completed"
    assert Call.objects.get().result == CallResult.ANSWERED


@both
def test_a_caller_who_shall_leave_a_message_gets_there(carrier: Carrier, fault: dict[str, float]) -> None:
    sid = ring_in(carrier)
    until(state_is(CallState.WAITING))
    carrier.ask("/sim/faults", fault)
    assert dialling.send_overdue_to_voicemail(later(200)) == 1
    for seconds in (0, 11):
        dialling.redirect_to_voicemail(later(seconds))
    carrier.ask("/sim/faults", {})
    dialling.redirect_to_voicemail(later(22))
    until(lambda: carrier.ask(f"/sim/calls/{sid}")["waiting_for"] == "speech")
    carrier.ask(f"/sim/calls/{sid}/say", {"text": "我叫张三"})
    carrier.ask(f"/sim/calls/{sid}/hangup", {})
    until(lambda: Call.objects.get().result == CallResult.VOICEMAIL)
    until(lambda: Recording.objects.filter(state=RecordingState.READY))
    assert Recording.objects.count() == 1, "sent there once"


@both
def test_an_agents_leg_that_was_left_over_is_let_go(
    carrier: Carrier, agent: Staff, seated: Seated, fault: dict[str, float]
) -> None:
    sid, call = talking(carrier, agent, seated)
    carrier.ask("/sim/faults", {"drop": 1.0})  # nobody hears that the leg has gone by itself
    carrier.ask(f"/sim/calls/{sid}/hangup", {})
    until(lambda: carrier.ask(f"/sim/calls/{sid}")["status"] == "completed")
    carrier.ask("/sim/faults", fault)
    reconcile.reconcile(later(0))
    dialling.hang_up_left_over(later(1))
    carrier.ask("/sim/faults", {})
    reconcile.reconcile(later(31))
    dialling.hang_up_left_over(later(32))
    call.refresh_from_db()
    assert (call.state, call.agent_call_sid) == (CallState.ENDED, "")


def test_files_and_recordings_are_fetched_when_the_carrier_is_free(
    carrier: Carrier, agent: Staff, seated: Seated
) -> None:
    media = [{"name": "x.png", "content_type": "image/png", "base64": PNG}]
    sid, _call = talking(carrier, agent, seated)
    carrier.ask("/sim/messages", {"from": WORKER, "body": "工资条", "media": media})
    until(lambda: Attachment.objects.exists())
    carrier.ask(f"/sim/calls/{sid}/hangup", {})
    until(lambda: Recording.objects.filter(state=RecordingState.READY))
    carrier.ask("/sim/faults", BUSY)
    for fetch in (fetching.fetch_media, fetching.fetch_recordings):
        assert [fetch(later(n * 60)) for n in range(3)] == [0, 0, 0]
    carrier.ask("/sim/faults", {})
    for fetch in (fetching.fetch_media, fetching.fetch_recordings):
        assert [fetch(later(3600 + n)) for n in range(3)] == [1, 0, 0]
    assert len(Attachment.objects.get().sha256) == len(Recording.objects.get().sha256) == 64


def test_a_list_that_is_refused_keeps_the_others_from_nothing(carrier: Carrier, monkeypatch: Any) -> None:
    carrier.ask("/sim/faults", {"drop": 1.0})
    carrier.ask("/sim/messages", {"from": WORKER, "body": "没有人收到"})
    since = reconcile._done_until(later(0))

    def busy(*_args: Any, **_more: Any) -> Any:
        raise CarrierBusy("429")

    with monkeypatch.context() as patch:
        patch.setattr(gateway, "list_calls", busy)
        assert reconcile.reconcile(later(0)) == 1
    assert Message.objects.get().body == "没有人收到"
    assert reconcile._done_until(later(600)) > since + timedelta(minutes=9), "not noted as gone through"
    assert reconcile.reconcile(later(1)) == 0
    assert reconcile._done_until(later(600)) < later(60)
