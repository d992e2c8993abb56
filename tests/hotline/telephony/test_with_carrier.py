"""Calls and messages end to end: a real stand-in carrier, real HTTP, the worker's duties run by hand."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from hotline.actions import callbacks, calls, messages, offers
from hotline.enums import CallbackState, CallResult, CallState, MessageState, RecordingState, SeatState
from hotline.models import (
    Attachment,
    Call,
    Callback,
    Case,
    Message,
    Offer,
    Recording,
    Seat,
    Staff,
    TranscriptLine,
)
from hotline.telephony import desk, dialling, gateway, reconcile, sending
from tests.hotline.telephony.conftest import WORKER, Carrier, until, work
from workflows import holders, reception

pytestmark = pytest.mark.django_db(transaction=True)
Seated = Callable[..., Seat]


@pytest.fixture(autouse=True)
def line(city: Any, prompts: None, carrier: Carrier) -> None:
    """The line is open, its carrier fresh."""


def state_is(state: CallState) -> Callable[[], Call | None]:
    return lambda: Call.objects.filter(state=state).order_by("-pk").first()


def ring_in(carrier: Carrier, number: str = WORKER) -> str:
    return str(carrier.ask("/sim/calls", {"from": number})["sid"])


def connect(carrier: Carrier, agent: Staff, call: Call) -> tuple[str, str]:
    token = gateway.softphone_token(agent)
    answer = carrier.softphone("connect", token, {"token": token, "params": {"call_id": str(call.uid)}})
    return token, str(answer["call_sid"])


def test_from_ringing_to_wrap_up(carrier: Carrier, agent: Staff, seated: Seated) -> None:
    seated(agent)
    sid = ring_in(carrier)
    until(state_is(CallState.WAITING))
    work()
    call = offers.accept(Offer.objects.get().pk, agent)
    token, leg = connect(carrier, agent, call)
    until(state_is(CallState.TALKING))
    carrier.ask(f"/sim/calls/{sid}/say", {"text": "老板拖欠三个月工资"})
    carrier.softphone("say", token, {"call_sid": leg, "text": "请问您贵姓"})
    until(lambda: TranscriptLine.objects.count() == 2)
    assert set(TranscriptLine.objects.values_list("text", "by_worker")) == {
        ("老板拖欠三个月工资", True),
        ("请问您贵姓", False),
    }
    call.refresh_from_db()
    gateway.hold(call.conference_sid, sid, on=True)
    until(lambda: Call.objects.get().held)
    gateway.hold(call.conference_sid, sid, on=False)
    until(lambda: not Call.objects.get().held)
    gateway.hang_up(sid)
    ended = until(state_is(CallState.ENDED))
    assert (ended.result, ended.interaction.provider_id) == (CallResult.ANSWERED, sid)
    until(lambda: Recording.objects.filter(state=RecordingState.READY))
    work()
    kept = Recording.objects.get()
    assert kept.state == RecordingState.STORED and len(kept.sha256) == 64
    calls.wrap_up(call.pk, agent, "已登记")
    assert Seat.objects.get(staff=agent).state == SeatState.AVAILABLE


def test_nobody_free_in_time_voicemail_then_called_back(
    carrier: Carrier, agent: Staff, seated: Seated
) -> None:
    sid = ring_in(carrier)
    until(state_is(CallState.WAITING))
    work(seconds=200)
    until(
        lambda: (
            carrier.ask(f"/sim/calls/{sid}")["waiting_for"] == "speech"
            or calls.by_sid(sid).recordings.exists()
        )
    )
    carrier.ask(f"/sim/calls/{sid}/say", {"text": "我叫张三，工地欠薪"})
    carrier.ask(f"/sim/calls/{sid}/digits", {"digits": "#"})
    ended = until(state_is(CallState.ENDED))
    until(lambda: Call.objects.filter(result=CallResult.VOICEMAIL))
    callback = Callback.objects.get(case=ended.interaction.case)
    seated(agent)
    out = callbacks.start(callback.pk, agent)
    work()
    assert carrier.made("calls", "outbound") == []  # nobody is rung before the agent is there
    connect(carrier, agent, out)
    until(lambda: Call.objects.get(pk=out.pk).agent_call_sid)
    work(), work()
    made = carrier.made("calls", "outbound")
    assert len(made) == 1
    until(lambda: carrier.ask(f"/sim/calls/{made[0]['sid']}")["status"] == "ringing")
    carrier.ask(f"/sim/calls/{made[0]['sid']}/answer", {})
    until(lambda: Call.objects.get(pk=out.pk).state == CallState.TALKING)
    carrier.ask(f"/sim/calls/{made[0]['sid']}/hangup", {})
    until(lambda: Callback.objects.get().state == CallbackState.REACHED)


def test_a_declined_call_back_is_busy_and_the_softphone_is_let_go(
    carrier: Carrier, agent: Staff, seated: Seated
) -> None:
    sid = ring_in(carrier)
    until(state_is(CallState.WAITING))
    carrier.ask(f"/sim/calls/{sid}/hangup", {})
    until(state_is(CallState.ENDED))
    out = callbacks.start(Callback.objects.get().pk, agent)
    _token, leg = connect(carrier, agent, out)
    until(lambda: Call.objects.get(pk=out.pk).agent_call_sid)
    work()
    worker = carrier.made("calls", "outbound")[0]["sid"]
    until(lambda: carrier.ask(f"/sim/calls/{worker}")["status"] == "ringing")
    carrier.ask(f"/sim/calls/{worker}/decline", {})
    until(lambda: Call.objects.get(pk=out.pk).state == CallState.ENDED)
    work()
    until(lambda: not Call.objects.get(pk=out.pk).agent_call_sid)
    tried = Callback.objects.get()
    assert (tried.state, tried.tries, Call.objects.get(pk=out.pk).result) == ("OPEN", 1, CallResult.BUSY)


def test_an_agent_lost_in_mid_call_does_not_leave_the_worker_alone(
    carrier: Carrier, agent: Staff, seated: Seated
) -> None:
    seated(agent)
    sid = ring_in(carrier)
    until(state_is(CallState.WAITING))
    work()
    call = offers.accept(Offer.objects.get().pk, agent)
    token, leg = connect(carrier, agent, call)
    until(state_is(CallState.TALKING))
    carrier.softphone("hangup", token, {"call_sid": leg})
    until(lambda: not Call.objects.get().agent_call_sid)
    work(seconds=30)
    until(lambda: calls.CarrierEvent.objects.filter(key=f"voicemail:{sid}").exists())
    assert Call.objects.get().state == CallState.VOICEMAIL


def test_a_message_with_a_picture_and_a_reply_delivered(carrier: Carrier, agent: Staff) -> None:
    png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    carrier.ask(
        "/sim/messages",
        {
            "from": WORKER,
            "body": "工资条😀",
            "media": [{"name": "../../x.png", "content_type": "image/png", "base64": png}],
        },
    )
    until(lambda: Message.objects.exists())
    work()
    kept = Attachment.objects.get()
    assert (kept.content_type, kept.problem) == ("image/png", "")
    row = messages.reply(Case.objects.get().pk, agent, "请带身份证和劳动合同来我处。")
    assert sending.send_due(timezone.now()) == 1
    until(lambda: Message.objects.get(pk=row.pk).state == MessageState.DELIVERED)
    assert sending.send_due(timezone.now()) == 0
    assert [m["body"] for m in carrier.made("messages", "outbound")] == [row.body]


def test_who_opted_out_at_the_carrier_fails_with_its_code(carrier: Carrier, agent: Staff) -> None:
    carrier.ask("/sim/messages", {"from": WORKER, "body": "讨薪"})
    until(lambda: Message.objects.exists())
    row = messages.reply(Case.objects.get().pk, agent, "好")
    carrier.ask("/sim/messages", {"from": WORKER, "body": "TD"})
    until(lambda: Case.objects.get().person.contacts.get().opted_out_at)
    assert sending.send_due(timezone.now()) == 0
    row.refresh_from_db()
    assert (row.state, row.error_code) == (MessageState.FAILED, "21610")


@pytest.mark.parametrize("fault", [{"rest_500_after": 1.0}, {"rest_429": 1.0}])
def test_a_carrier_that_stumbles_never_makes_us_send_twice(
    carrier: Carrier, agent: Staff, fault: dict[str, float]
) -> None:
    carrier.ask("/sim/messages", {"from": WORKER, "body": "讨薪"})
    until(lambda: Message.objects.exists())
    row = messages.reply(Case.objects.get().pk, agent, "已收到，我们会尽快联系您。")
    carrier.ask("/sim/faults", fault)
    assert sending.send_due(timezone.now()) == 0
    carrier.ask("/sim/faults", {})
    later = timezone.now()
    for _look in range(12):
        later += timedelta(seconds=45)
        sending.settle_uncertain(later)
        sending.send_due(later)
    until(lambda: Message.objects.get(pk=row.pk).state == MessageState.DELIVERED)
    assert len(carrier.made("messages", "outbound")) == 1


def test_a_process_killed_while_sending_sends_once_all_the_same(carrier: Carrier, agent: Staff) -> None:
    carrier.ask("/sim/messages", {"from": WORKER, "body": "讨薪"})
    until(lambda: Message.objects.exists())
    before, after = (messages.reply(Case.objects.get().pk, agent, body) for body in ("第一条", "第二条"))
    now = timezone.now()
    for row in (before, after):
        assert messages.claim(Message, row.pk, now)
    gateway.send_message(WORKER, "第二条")  # killed after the post: the sid was never stored
    later = now
    for _look in range(12):
        later += timedelta(seconds=45)
        sending.send_due(later)
        sending.settle_uncertain(later)
    bodies = sorted(m["body"] for m in carrier.made("messages", "outbound"))
    assert bodies == ["第一条", "第二条"]
    for row in (before, after):
        row.refresh_from_db()
        assert row.state in {MessageState.SENT, MessageState.DELIVERED}


def test_lost_posts_are_made_good_by_the_carriers_lists(carrier: Carrier, agent: Staff) -> None:
    carrier.ask("/sim/faults", {"drop": 1.0})
    carrier.ask("/sim/messages", {"from": WORKER, "body": "没有人收到"})
    sid = ring_in(carrier, "+8613900001111")
    carrier.ask(f"/sim/calls/{sid}/hangup", {})
    carrier.ask("/sim/faults", {})
    until(lambda: carrier.ask(f"/sim/calls/{sid}")["status"] in {"completed", "failed", "no-answer"})
    reconcile.reconcile(timezone.now())
    assert Message.objects.get().body == "没有人收到"
    missed = calls.by_sid(sid)
    assert missed is not None and missed.state == CallState.ENDED
    assert Callback.objects.filter(contact__value="+8613900001111").exists()
    assert reconcile.reconcile(timezone.now()) == 0


def test_an_end_that_was_lost_is_found(carrier: Carrier) -> None:
    sid = ring_in(carrier)
    until(state_is(CallState.WAITING))
    carrier.ask("/sim/faults", {"drop": 1.0})
    carrier.ask(f"/sim/calls/{sid}/hangup", {})
    until(lambda: carrier.ask(f"/sim/calls/{sid}")["status"] == "completed")
    carrier.ask("/sim/faults", {})
    assert Call.objects.get().state == CallState.WAITING
    assert reconcile.reconcile(timezone.now()) == 1
    assert Call.objects.get().result == CallResult.MISSED


def test_a_recording_of_a_conference_that_no_post_told_of_is_found(
    carrier: Carrier, agent: Staff, seated: Seated
) -> None:
    seated(agent)
    sid = ring_in(carrier)
    until(state_is(CallState.WAITING))
    work()
    call = offers.accept(Offer.objects.get().pk, agent)
    connect(carrier, agent, call)
    until(state_is(CallState.TALKING))
    carrier.ask("/sim/faults", {"drop": 1.0})
    carrier.ask(f"/sim/calls/{sid}/hangup", {})
    until(lambda: carrier.ask(f"/sim/calls/{sid}")["status"] == "completed")
    carrier.ask("/sim/faults", {})
    Call.objects.update(conference_sid="")  # as if the post of the first who joined had been lost, too
    reconcile.reconcile(timezone.now())
    kept = Recording.objects.get()
    assert (kept.call_id, kept.state) == (call.pk, RecordingState.READY)


def test_a_dial_whose_answer_was_lost_is_never_made_again(carrier: Carrier, agent: Staff) -> None:
    sid = ring_in(carrier)
    until(state_is(CallState.WAITING))
    carrier.ask(f"/sim/calls/{sid}/hangup", {})
    until(state_is(CallState.ENDED))
    out = callbacks.start(Callback.objects.get().pk, agent)
    connect(carrier, agent, out)
    until(lambda: Call.objects.get(pk=out.pk).agent_call_sid)
    carrier.ask("/sim/faults", {"rest_500_after": 1.0, "drop": 1.0})
    assert dialling.dial_due(timezone.now()) == 0
    carrier.ask("/sim/faults", {})
    assert dialling.dial_due(timezone.now()) == 0
    dialling.settle_uncertain_dials(timezone.now())
    made = carrier.made("calls", "outbound")
    assert len(made) == 1
    assert Call.objects.get(pk=out.pk).interaction.provider_id == made[0]["sid"]


def test_the_desks_buttons(
    carrier: Carrier, agent: Staff, other_agent: Staff, seated: Seated, client_of: Any
) -> None:
    seated(agent)
    sid = ring_in(carrier)
    until(state_is(CallState.WAITING))
    work()
    call = offers.accept(Offer.objects.get().pk, agent)
    browser = client_of(agent)
    answer = browser.get("/softphone/token/").json()
    assert answer["carrier"] == carrier.base and answer["ttl"] == desk.TOKEN_SECONDS
    assert browser.post(f"/calls/{call.pk}/hold/").status_code == 409
    connect(carrier, agent, call)
    until(state_is(CallState.TALKING))
    assert client_of(other_agent).post(f"/calls/{call.pk}/hang-up/").status_code == 404
    assert browser.post(f"/calls/{call.pk}/hold/").status_code == 204
    until(lambda: Call.objects.get().held)
    assert browser.post(f"/calls/{call.pk}/hang-up/").status_code == 204
    until(state_is(CallState.ENDED))
    assert browser.post(f"/calls/{call.pk}/hang-up/").status_code == 204
    assert carrier.ask(f"/sim/calls/{sid}")["status"] == "completed"


def test_when_our_own_address_fails_the_caller_still_leaves_a_message(
    carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, tries = reception.receive, []

    def down_at_first(arrival: reception.Arrival, **more: Any) -> reception.Received:
        tries.append(arrival)
        if len(tries) == 1:
            raise OperationalError("database is locked")
        return real(arrival, **more)

    monkeypatch.setattr(reception, "receive", down_at_first)
    sid = ring_in(carrier)
    until(state_is(CallState.VOICEMAIL))
    carrier.ask(f"/sim/calls/{sid}/hangup", {})
    until(state_is(CallState.ENDED))
    assert (Call.objects.count(), Callback.objects.count()) == (1, 1)


def test_a_deactivated_agents_leg_is_let_go_and_the_worker_is_not(
    carrier: Carrier, agent: Staff, admin: Staff, seated: Seated
) -> None:
    seated(agent)
    sid = ring_in(carrier)
    until(state_is(CallState.WAITING))
    work()
    call = offers.accept(Offer.objects.get().pk, agent)
    connect(carrier, agent, call)
    until(state_is(CallState.TALKING))
    holders.deactivate(admin, agent.pk, None)
    assert Seat.objects.get(staff=agent).state == SeatState.OFFLINE
    work()
    work(seconds=30)
    until(lambda: calls.CarrierEvent.objects.filter(key=f"voicemail:{sid}").exists())


def test_after_an_outage_of_hours_the_lists_are_read_from_its_beginning(carrier: Carrier) -> None:
    now = timezone.now()
    reconcile.reconcile(now - timedelta(hours=5))
    assert reconcile._done_until(now) == now - timedelta(hours=5)
    reconcile.reconcile(now)
    assert reconcile._done_until(now) == now
