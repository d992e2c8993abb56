"""Calling back: one open call-back for a worker and case, one try at a time, each with its result."""

from datetime import datetime

import pytest

from hotline.actions import callbacks, calls
from hotline.enums import CallbackState, CallResult, CallState, Direction, SeatState
from hotline.errors import Conflict, Invalid, NotVisible
from hotline.models import Call, Callback, Event, Seat, Staff
from tests.hotline.actions.conftest import WORKER, Ring

LEG, SID = "CA" + "b" * 32, "CA" + "d" * 32


@pytest.fixture
def missed(ring: Ring, now: datetime) -> Callback:
    call = ring()
    calls.end(call.pk, now)
    return Callback.objects.get()


def test_a_second_missed_call_adds_no_second_call_back(missed: Callback, ring: Ring, now: datetime) -> None:
    calls.end(ring().pk, now)
    assert Callback.objects.get() == missed


def test_a_caller_without_a_number_cannot_be_called_back(ring: Ring, now: datetime) -> None:
    calls.end(ring(None).pk, now)
    assert not Callback.objects.exists()
    assert Call.objects.get().result == CallResult.MISSED


def test_one_key_makes_a_call_that_waits_for_the_softphone(missed: Callback, agent: Staff) -> None:
    call = callbacks.start(missed.pk, agent)
    assert (call.state, call.agent, call.interaction.direction) == (
        CallState.DIALLING,
        agent,
        Direction.OUTBOUND,
    )
    assert call.interaction.address == WORKER and call.interaction.provider_id is None
    assert call.interaction.case == missed.case
    assert Seat.objects.get(staff=agent).state == SeatState.TALKING
    assert calls.panel(agent) == call


@pytest.mark.parametrize(
    ("outcome", "answered", "result", "state"),
    [
        (CallResult.BUSY, False, CallResult.BUSY, CallbackState.OPEN),
        (CallResult.NO_ANSWER, False, CallResult.NO_ANSWER, CallbackState.OPEN),
        (CallResult.ANSWERED, False, CallResult.NO_ANSWER, CallbackState.OPEN),
        (CallResult.FAILED, False, CallResult.FAILED, CallbackState.OPEN),
        (CallResult.ANSWERED, True, CallResult.ANSWERED, CallbackState.REACHED),
    ],
)
def test_each_try_is_counted_with_what_came_of_it(
    missed: Callback,
    agent: Staff,
    now: datetime,
    outcome: CallResult,
    answered: bool,
    result: CallResult,
    state: CallbackState,
) -> None:
    call = callbacks.start(missed.pk, agent)
    calls.agent_leg(call.uid, agent.pk, LEG)
    calls.name_leg(call.pk, SID)
    calls.joined(call.pk, LEG, "CF1", now)
    if answered:
        calls.joined(call.pk, SID, "CF1", now)
    calls.end(call.pk, now, outcome=outcome)
    call.refresh_from_db()
    missed.refresh_from_db()
    assert (call.result, missed.state, missed.tries) == (result, state, 1)
    assert Seat.objects.get(staff=agent).state == SeatState.WRAP_UP
    data = Event.objects.filter(kind__startswith="callback.").last().data
    assert (data["result"], data["tries"]) == (result, 1)


def test_two_agents_do_not_call_the_same_worker(missed: Callback, agent: Staff, other_agent: Staff) -> None:
    callbacks.start(missed.pk, agent)
    with pytest.raises(Conflict, match=agent.name):
        callbacks.start(missed.pk, other_agent)
    assert Seat.objects.get(staff=other_agent).state == SeatState.OFFLINE


def test_a_busy_agent_cannot_start(missed: Callback, agent: Staff) -> None:
    Seat.objects.filter(staff=agent).update(state=SeatState.WRAP_UP)
    with pytest.raises(Conflict):
        callbacks.start(missed.pk, agent)
    assert not Call.objects.filter(callback=missed).exists()


def test_anothers_unit_cannot(missed: Callback, outsider: Staff) -> None:
    with pytest.raises(NotVisible):
        callbacks.start(missed.pk, outsider)
    assert not callbacks.due(outsider).exists()


def test_giving_up_needs_a_reason_and_happens_once(missed: Callback, agent: Staff) -> None:
    with pytest.raises(Invalid):
        callbacks.give_up(missed.pk, agent, " ")
    callbacks.give_up(missed.pk, agent, "三次无人接听")
    with pytest.raises(Conflict):
        callbacks.give_up(missed.pk, agent, "再次")
    with pytest.raises(Conflict):
        callbacks.start(missed.pk, agent)
    assert not callbacks.due(agent).exists()


def test_who_calls_again_and_is_heard_need_not_be_called(
    missed: Callback, ring: Ring, agent: Staff, now: datetime
) -> None:
    call = ring()
    Call.objects.filter(pk=call.pk).update(state=CallState.CONNECTING, agent=agent)
    calls.agent_leg(call.uid, agent.pk, LEG)
    calls.joined(call.pk, LEG, "CF1", now)
    missed.refresh_from_db()
    assert missed.state == CallbackState.REACHED


def test_giving_up_before_the_carrier_dials_ends_the_try(missed: Callback, agent: Staff) -> None:
    call = callbacks.start(missed.pk, agent)
    assert calls.cancel_dialling(call.pk, agent)
    call.refresh_from_db()
    assert (call.state, call.result) == (CallState.ENDED, CallResult.FAILED)
    other = callbacks.start(missed.pk, agent) if Seat.objects.filter(staff=agent, state="TALKING") else None
    assert other is None  # the seat is in wrap-up first


def test_an_agent_may_ask_to_call_the_worker_of_a_case(case: object, agent: Staff) -> None:
    callback = callbacks.request(case.pk, agent)  # type: ignore[attr-defined]
    assert callback.contact.value == WORKER
    assert callbacks.request(case.pk, agent) == callback  # type: ignore[attr-defined]
