"""Where agents stand, who may move them, and what a silent console means."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from hotline.actions import seats
from hotline.enums import SeatState
from hotline.errors import Conflict
from hotline.models import Seat, Staff
from tests.hotline.actions.conftest import Sit


def test_available_away_offline(agent: Staff) -> None:
    assert seats.of(agent).state == SeatState.OFFLINE
    assert seats.set_available(agent).state == SeatState.AVAILABLE
    away = seats.set_away(agent, "午休")
    assert (away.state, seats.reason_text(away)) == (SeatState.AWAY, "午休")
    assert seats.set_available(agent).reason == ""
    assert seats.set_offline(agent).state == SeatState.OFFLINE


def test_pressing_available_twice_keeps_the_turn(agent: Staff) -> None:
    first = seats.set_available(agent)
    assert seats.set_available(agent).since == first.since


@pytest.mark.parametrize("state", [SeatState.OFFERED, SeatState.TALKING, SeatState.WRAP_UP])
def test_a_busy_seat_says_why_it_stays(agent: Staff, state: SeatState) -> None:
    Seat.objects.filter(staff=agent).update(state=state)
    for press in (seats.set_available, seats.set_away):
        with pytest.raises(Conflict) as refusal:
            press(agent)
        assert refusal.value.message == str(seats.BUSY[state])


def test_a_gone_console_takes_the_agent_off_the_floor_but_not_out_of_a_call(
    agent: Staff, other_agent: Staff, sit: Sit
) -> None:
    sit(agent)
    Seat.objects.filter(staff=other_agent).update(state=SeatState.TALKING)
    seats.console_gone(agent.pk)
    seats.console_gone(other_agent.pk)
    assert Seat.objects.get(staff=agent).state == SeatState.OFFLINE
    assert Seat.objects.get(staff=other_agent).state == SeatState.TALKING


def test_consoles_that_died_with_their_server_are_found(agent: Staff, sit: Sit, now: datetime) -> None:
    sit(agent)
    assert seats.close_dead_consoles(now + timedelta(seconds=44)) == 0
    assert seats.close_dead_consoles(now + timedelta(seconds=46)) == 1
    assert Seat.objects.get(staff=agent).state == SeatState.OFFLINE


def test_seen_only_notes_the_time(agent: Staff) -> None:
    now = timezone.now()
    seats.seen(agent.pk, now)
    seat = Seat.objects.get(staff=agent)
    assert (seat.console_seen_at, seat.state) == (now, SeatState.OFFLINE)


def test_a_deactivated_person_has_no_seat(agent: Staff) -> None:
    Seat.objects.filter(staff=agent).update(state=SeatState.TALKING)
    seats.deactivated(agent.pk)
    assert Seat.objects.get(staff=agent).state == SeatState.OFFLINE
