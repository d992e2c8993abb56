"""One call, one agent: whoever presses, lapses or hangs up at the same moment."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from hotline.actions import calls, offers
from hotline.enums import CallState, OfferState, SeatState
from hotline.models import Call, Offer, Seat, Staff
from tests.conftest import make_staff
from tests.hotline.actions.conftest import Ring, Sit
from tests.races.racing import ROUNDS, done, race

pytestmark = pytest.mark.django_db(transaction=True)


def standing(call: Call) -> tuple[str, str, str]:
    """The state of the call's newest offer, of the call and of the agent's seat."""
    call.refresh_from_db()
    offer = Offer.objects.filter(call=call).latest("pk")
    return offer.state, call.state, Seat.objects.get(staff=offer.agent_id).state


ACCEPTED = (OfferState.ACCEPTED, CallState.CONNECTING, SeatState.TALKING)


def offered(ring: Ring, sit: Sit, agent: Staff, now: datetime, number: int) -> tuple[Call, int]:
    """A call that rings at the agent's desk, and its offer."""
    Call.objects.update(state=CallState.ENDED)
    call = ring(f"+8613900000{number:03d}")
    sit(agent)
    offers.offer_waiting(now)
    return call, Offer.objects.get(call=call).pk


def test_pressed_many_times_the_call_is_taken_once(ring: Ring, sit: Sit, agent: Staff, now: datetime) -> None:
    """Guarded twice, by the offer's claim and by the call's state under its case's lock."""
    for number in range(ROUNDS):
        call, offer = offered(ring, sit, agent, now, number)
        results = race(lambda n, pk=offer: offers.accept(pk, agent))
        assert len(done(results)) == 1
        assert standing(call) == ACCEPTED
        assert call.interaction.case.events.filter(kind="call.accepted").count() == 1


def test_workers_offer_each_call_once_and_each_agent_one(
    ring: Ring, sit: Sit, city: Any, agent: Staff, now: datetime
) -> None:
    for person in [agent, *(make_staff(f"a{n}", f"坐席{n}", agent.role, agent.unit) for n in range(3))]:
        sit(person)
    for n in range(6):
        ring(f"+861390000000{n}", seconds=n + 1)
    made = sum(race(lambda n: offers.offer_waiting(now)))
    # Whoever meant to offer a call that another worker has just offered passes that agent over: the next
    # round, a second later, finds them.
    made += offers.offer_waiting(now)
    found = Offer.objects.filter(state=OfferState.OFFERED)
    assert made == found.count() == len({o.call_id for o in found}) == len({o.agent_id for o in found}) == 4


def test_accepted_declined_and_lapsed_at_once_leaves_one_truth(
    ring: Ring, sit: Sit, agent: Staff, now: datetime
) -> None:
    for number in range(ROUNDS):
        call, offer = offered(ring, sit, agent, now, number)

        def work(n: int, offer: int = offer) -> Any:
            if n % 3 == 0:
                return offers.accept(offer, agent)
            if n % 3 == 1:
                return offers.decline(offer, agent)
            return offers.expire(now + timedelta(seconds=60))

        race(work)
        assert standing(call) in {
            ACCEPTED,
            (OfferState.LAPSED, CallState.WAITING, SeatState.AWAY),
            (OfferState.DECLINED, CallState.WAITING, SeatState.AVAILABLE),
        }
        told = call.interaction.case.events.filter(
            kind__in=["call.accepted", "offer.declined", "offer.lapsed"]
        )
        assert told.count() == 1


def test_accepted_while_the_caller_hangs_up(ring: Ring, sit: Sit, agent: Staff, now: datetime) -> None:
    for number in range(ROUNDS):
        call, offer = offered(ring, sit, agent, now, number)
        race(
            lambda n, call=call, pk=offer: (
                calls.end(call.pk, now) if n == 0 else offers.accept(pk, agent) if n % 2 else None
            )
        )
        assert standing(call) in {
            (OfferState.ACCEPTED, CallState.ENDED, SeatState.WRAP_UP),
            (OfferState.WITHDRAWN, CallState.ENDED, SeatState.AVAILABLE),
        }


def test_one_call_goes_to_one_of_two_ways(ring: Ring, sit: Sit, agent: Staff, now: datetime) -> None:
    """Taken by an agent, or sent to the voicemail because it has waited too long."""
    for number in range(ROUNDS):
        call, offer = offered(ring, sit, agent, now, number)
        race(
            lambda n, call=call, pk=offer: (
                calls.to_voicemail(call.pk, now, "waited") if n % 2 else offers.accept(pk, agent)
            )
        )
        assert standing(call) in {
            (OfferState.WITHDRAWN, CallState.VOICEMAIL, SeatState.AVAILABLE),
            (OfferState.ACCEPTED, CallState.VOICEMAIL, SeatState.WRAP_UP),
        }, "a call that was taken a moment before goes to the voicemail, too"


def test_an_offer_rings_again_once(ring: Ring, sit: Sit, agent: Staff, now: datetime) -> None:
    offered(ring, sit, agent, now, 1)
    assert sum(race(lambda n: offers.ring_again(now + offers.RING_EVERY))) == 1
