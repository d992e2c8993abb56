"""Who is offered which call, when it lapses, and that only one agent gets it."""

from datetime import datetime, timedelta

import pytest

from hotline import bell
from hotline.actions import calls, offers, seats
from hotline.enums import CallState, OfferState, SeatState
from hotline.errors import Conflict, NotVisible
from hotline.models import Call, Offer, Seat, Staff
from tests.hotline.actions.conftest import Ring, Sit


def offered_to(call: Call) -> Staff | None:
    found = Offer.objects.filter(call=call, state=OfferState.OFFERED).select_related("agent").first()
    return found.agent if found else None


def after(now: datetime, seconds: float) -> datetime:
    """Later, with every console still answering."""
    moment = now + timedelta(seconds=seconds)
    Seat.objects.exclude(console_seen_at=None).update(console_seen_at=moment)
    return moment


def test_the_longest_waiting_call_goes_to_the_longest_idle_agent(
    ring: Ring, sit: Sit, agent: Staff, other_agent: Staff, now: datetime
) -> None:
    newer, older = ring("+8613900000001", seconds=5), ring("+8613900000002", seconds=60)
    sit(agent, minutes=2), sit(other_agent, minutes=9)
    assert offers.offer_waiting(now) == 2
    assert (offered_to(older), offered_to(newer)) == (other_agent, agent)
    assert offers.offer_waiting(now) == 0


@pytest.mark.parametrize(
    ("skills", "digits", "gets_it"),
    [([], "1", True), (["legal"], "1", True), (["enquiry"], "1", False), (["enquiry"], "", True)],
)
def test_only_an_agent_with_the_skill(
    ring: Ring, sit: Sit, agent: Staff, now: datetime, skills: list[str], digits: str, gets_it: bool
) -> None:
    call = ring(digits=digits)
    sit(agent, skills=skills)
    offers.offer_waiting(now)
    assert (offered_to(call) == agent) is gets_it


@pytest.mark.parametrize(
    "change",
    [
        {"console_seen_at": None},
        {"state": SeatState.AWAY},
        {"state": SeatState.WRAP_UP},
        {"state": SeatState.TALKING},
    ],
)
def test_nobody_without_a_live_console_and_a_free_seat(
    ring: Ring, sit: Sit, agent: Staff, now: datetime, change: dict[str, object]
) -> None:
    call = ring()
    sit(agent)
    Seat.objects.filter(staff=agent).update(**change)
    offers.offer_waiting(now)
    assert offered_to(call) is None


def test_a_console_that_stopped_answering_is_not_live(
    ring: Ring, sit: Sit, agent: Staff, now: datetime
) -> None:
    ring()
    sit(agent)
    assert offers.offer_waiting(now + timedelta(seconds=46)) == 0


def test_an_offer_that_lapses_sends_its_agent_away_and_goes_to_the_next(
    ring: Ring, sit: Sit, agent: Staff, other_agent: Staff, now: datetime
) -> None:
    call = ring()
    sit(agent, minutes=9), sit(other_agent, minutes=2)
    offers.work(now)
    moment = after(now, 16)
    offers.work(moment)
    seat = Seat.objects.get(staff=agent)
    assert (seat.state, seat.reason) == (SeatState.AWAY, "lapsed")
    assert seats.reason_text(seat) != "lapsed"
    assert offered_to(call) == other_agent


def test_a_declined_call_goes_on_and_comes_back_only_after_a_pause(
    ring: Ring, sit: Sit, agent: Staff, now: datetime
) -> None:
    call = ring()
    sit(agent)
    offers.work(now)
    offers.decline(Offer.objects.get().pk, agent)
    assert Seat.objects.get(staff=agent).state == SeatState.AVAILABLE
    assert offers.offer_waiting(after(now, 5)) == 0
    offers.offer_waiting(after(now, 35))
    assert offered_to(call) == agent


def test_who_was_offered_it_least_comes_first(
    ring: Ring, sit: Sit, agent: Staff, other_agent: Staff, now: datetime
) -> None:
    call = ring()
    sit(agent, minutes=9)
    offers.work(now)
    offers.decline(Offer.objects.get().pk, agent)
    sit(other_agent, minutes=1)
    offers.work(after(now, 60))
    assert offered_to(call) == other_agent


def test_it_rings_again_every_three_seconds(
    ring: Ring, sit: Sit, agent: Staff, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring()
    sit(agent)
    offers.work(now)
    heard: list[bell.Ring] = []
    monkeypatch.setattr(bell, "ring", heard.extend)
    assert [offers.ring_again(now + timedelta(seconds=s)) for s in (1, 3, 4, 6)] == [0, 1, 0, 1]
    assert heard == [bell.Ring(f"staff:{agent.pk}", "offer")] * 2


def test_accepting_takes_the_call_the_seat_and_the_case(
    ring: Ring, sit: Sit, agent: Staff, now: datetime
) -> None:
    call = ring()
    sit(agent)
    offers.work(now)
    offer = offers.for_agent(agent)
    assert offer is not None
    taken = offers.accept(offer.pk, agent)
    assert (taken.state, taken.agent) == (CallState.CONNECTING, agent)
    assert Seat.objects.get(staff=agent).state == SeatState.TALKING
    assert taken.interaction.case.agent == agent
    assert calls.panel(agent) == call
    with pytest.raises(Conflict, match="already|已"):
        offers.accept(offer.pk, agent)


def test_anothers_offer_is_not_there(
    ring: Ring, sit: Sit, agent: Staff, other_agent: Staff, now: datetime
) -> None:
    ring()
    sit(agent)
    offers.work(now)
    with pytest.raises(NotVisible):
        offers.accept(Offer.objects.get().pk, other_agent)


def test_too_late_says_who_has_it(
    ring: Ring, sit: Sit, agent: Staff, other_agent: Staff, now: datetime
) -> None:
    ring()
    sit(agent, minutes=9), sit(other_agent)
    offers.work(now)
    late = Offer.objects.get()
    offers.work(after(now, 16))
    offers.accept(Offer.objects.get(agent=other_agent).pk, other_agent)
    with pytest.raises(Conflict, match=other_agent.name):
        offers.accept(late.pk, agent)


def test_a_caller_who_hangs_up_leaves_the_agent_their_turn(
    ring: Ring, sit: Sit, agent: Staff, now: datetime
) -> None:
    call = ring()
    seat = sit(agent)
    offers.work(now)
    calls.end(call.pk, now)
    assert Offer.objects.get().state == OfferState.WITHDRAWN
    fresh = Seat.objects.get(staff=agent)
    assert (fresh.state, fresh.since) == (SeatState.AVAILABLE, seat.since)
    with pytest.raises(Conflict):
        offers.accept(Offer.objects.get().pk, agent)


def test_leaving_the_floor_lets_the_offer_lapse_at_once(
    ring: Ring, sit: Sit, agent: Staff, other_agent: Staff, now: datetime
) -> None:
    call = ring()
    sit(agent, minutes=9), sit(other_agent)
    offers.work(now)
    seats.set_offline(agent)
    offers.work(now + timedelta(seconds=1))
    assert Seat.objects.get(staff=agent).state == SeatState.OFFLINE
    assert offered_to(call) == other_agent
