"""The life of a call: it only moves on, and nobody is left alone in it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hotline import access
from hotline.actions import calls, offers
from hotline.enums import CallResult, CallState, SeatState
from hotline.errors import Conflict, NotVisible
from hotline.models import Call, Case, Event, Offer, Seat, ServiceHours, Staff, Unit
from tests.conftest import make_staff
from tests.hotline.actions.conftest import Ring, Sit

LEG = "CA" + "b" * 32


@pytest.fixture
def talking(ring: Ring, sit: Sit, agent: Staff, now: datetime) -> Call:
    call = ring()
    sit(agent)
    offers.work(now)
    offers.accept(Offer.objects.get().pk, agent)
    assert calls.agent_leg(call.uid, agent.pk, LEG) is not None
    calls.joined(call.pk, LEG, "CF1", now)
    call.refresh_from_db()
    assert call.state == CallState.TALKING
    return call


@pytest.mark.parametrize("state", list(CallState))
def test_a_state_never_goes_back(ring: Ring, state: CallState) -> None:
    call = ring()
    Call.objects.filter(pk=call.pk).update(state=state)
    call.refresh_from_db()
    for other in CallState:
        moved = calls.advance(Call.objects.get(pk=call.pk), other)
        assert moved is (calls.ORDER[other] > calls.ORDER[state])
        Call.objects.filter(pk=call.pk).update(state=state)


def test_the_place_in_the_queue(ring: Ring) -> None:
    third, first, second = ring("+8613900000001", 5), ring("+8613900000002", 60), ring("+8613900000003", 30)
    assert [calls.place_in_queue(call) for call in (first, second, third)] == [1, 2, 3]


def test_wrap_up_ends_the_agents_right_to_anothers_case_and_frees_the_seat(
    talking: Call, agent: Staff, other_district: Unit, now: datetime
) -> None:
    agent.unit = other_district
    agent.save()
    seen = access.visible(agent, Case.objects.all())
    assert seen.exists()
    with pytest.raises(Conflict):
        calls.wrap_up(talking.pk, agent, "")
    calls.end(talking.pk, now, duration=61)
    assert Seat.objects.get(staff=agent).state == SeatState.WRAP_UP
    calls.wrap_up(talking.pk, agent, "已告知维权途径")
    assert Seat.objects.get(staff=agent).state == SeatState.AVAILABLE
    assert Call.objects.get().note == "已告知维权途径"
    assert not access.visible(agent, Case.objects.all()).exists()
    assert calls.panel(agent) is None
    with pytest.raises(Conflict):
        calls.wrap_up(talking.pk, agent, "")


def test_anothers_call_is_not_there(
    talking: Call, other_agent: Staff, supervisor: Staff, outsider: Staff
) -> None:
    for stranger in (other_agent, outsider):
        with pytest.raises(NotVisible):
            calls.for_desk(talking.pk, stranger)
    assert calls.for_desk(talking.pk, supervisor) == talking
    with pytest.raises(NotVisible):
        calls.wrap_up(talking.pk, supervisor, "")


def test_an_agent_whose_softphone_never_joins_gives_the_call_back(
    ring: Ring, sit: Sit, agent: Staff, other_agent: Staff, now: datetime
) -> None:
    call = ring()
    sit(agent, minutes=9)
    offers.work(now)
    offers.accept(Offer.objects.get().pk, agent)
    assert calls.unconnected(now + timedelta(seconds=10)) == []
    late = now + timedelta(seconds=30)
    assert calls.unconnected(late) == [call.pk]
    assert calls.requeue(call.pk, late) and not calls.requeue(call.pk, late)
    sit(other_agent)
    offers.work(now)
    assert Offer.objects.get(state="OFFERED").agent == other_agent
    assert Seat.objects.get(staff=agent).state == SeatState.AWAY
    assert calls.agent_leg(call.uid, agent.pk, LEG) is None


def test_a_worker_left_alone_is_found_unless_the_agent_comes_back(
    talking: Call, agent: Staff, now: datetime
) -> None:
    calls.left(talking.pk, LEG, now)
    assert calls.abandoned(now + timedelta(seconds=10)) == []
    late = now + timedelta(seconds=25)
    assert calls.abandoned(late) == [talking]
    assert calls.agent_leg(talking.uid, agent.pk, "CA" + "9" * 32) is not None
    assert calls.abandoned(late) == []
    calls.left(talking.pk, LEG, late)  # the old leg's end comes late
    assert calls.abandoned(late + timedelta(minutes=1)) == []


def test_a_message_left_after_the_agent_was_lost_is_called_back(talking: Call, now: datetime) -> None:
    assert calls.to_voicemail(talking.pk, now, "agent_left")
    calls.end(talking.pk, now)
    case = talking.interaction.case
    assert case.callbacks.count() == 1
    assert Call.objects.get().result == CallResult.ANSWERED


def test_every_step_is_on_the_cases_timeline(talking: Call, now: datetime) -> None:
    calls.end(talking.pk, now)
    kinds = list(Event.objects.filter(case=talking.interaction.case).values_list("kind", flat=True))
    assert [k for k in kinds if k.startswith("call.")] == [
        "call.inbound",
        "call.waiting",
        "call.accepted",
        "call.talking",
        "call.ended",
    ]


@pytest.mark.parametrize(
    ("clock", "open_"),
    [
        ("2026-11-23 08:59", False),
        ("2026-11-23 09:00", True),
        ("2026-11-23 11:59", True),
        ("2026-11-23 12:00", False),
        ("2026-11-23 23:59", True),
        ("2026-11-24 10:00", False),
    ],
)
def test_service_hours_have_several_blocks_and_may_end_at_midnight(
    city: Unit, clock: str, open_: bool
) -> None:
    ServiceHours.objects.create(weekday=0, opens="09:00", closes="12:00")
    ServiceHours.objects.create(weekday=0, opens="13:30", closes="00:00")
    moment = datetime.fromisoformat(clock).replace(tzinfo=ZoneInfo("Asia/Shanghai"))
    assert calls.within_hours(moment) is open_


def test_without_hours_the_line_is_open(db: None, now: datetime) -> None:
    assert calls.within_hours(now)


def test_a_fired_agents_leg_does_not_join(talking: Call, agent: Staff) -> None:
    agent.is_active = False
    agent.save()
    assert calls.agent_leg(talking.uid, agent.pk, LEG) is None
    assert calls.agent_leg(talking.uid, make_staff("x", "张三", agent.role, agent.unit).pk, LEG) is None
