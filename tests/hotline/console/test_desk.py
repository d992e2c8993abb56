"""The desk: a call from the offer to the wrap-up, as the agent's browser asks for it."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hotline.actions import calls, offers, seats
from hotline.enums import CallState, Channel, OfferState, Role, SeatState
from hotline.models import Access, Call, Case, Draft, Offer, Staff
from workflows import reception, steps

pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Client]
Arrive = Callable[..., reception.Received]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def waiting(arrive: Arrive) -> Call:
    """A worker who waits in the queue."""
    received = arrive(channel=Channel.CALL, provider_id="CA" + "1" * 32)
    now = timezone.now()
    call = calls.arrived(received.interaction, voicemail=False, recorded=True)
    return calls.wait(call.pk, "1", now)


@pytest.fixture
def offer(waiting: Call, agent: Staff) -> Offer:
    """The call, offered to the agent."""
    seats.set_available(agent)
    assert offers.offer_waiting(timezone.now()) == 1
    return Offer.objects.get()


@pytest.fixture
def taken(offer: Offer, agent: Staff) -> Call:
    """The call, taken by the agent."""
    return offers.accept(offer.pk, agent)


@pytest.mark.parametrize(
    ("who", "there"),
    [
        ("agent", "/desk/"),
        ("supervisor", "/floor/"),
        ("lawyer", "/cases/"),
        ("mediator", "/cases/"),
        ("admin", "/staff/"),
    ],
)
def test_everybody_starts_at_their_own_page(
    who: str, there: str, client_of: SignIn, request: pytest.FixtureRequest
) -> None:
    assert client_of(request.getfixturevalue(who)).get("/")["Location"] == there


def test_the_desk_is_the_agents_alone(supervisor: Staff, lawyer: Staff, client_of: SignIn) -> None:
    for person in (supervisor, lawyer):
        assert client_of(person).get("/desk/").status_code == 403


def test_an_empty_desk_says_what_will_be_here(agent: Staff, client_of: SignIn) -> None:
    page = client_of(agent).get("/desk/")
    assert page.status_code == 200
    assert 'id="desk-queue"' in page.content.decode() and "data-connect-call" not in page.content.decode()


def test_the_seat_is_switched(agent: Staff, client_of: SignIn) -> None:
    client = client_of(agent)
    assert client.post("/desk/seat/", {"state": "AVAILABLE"}).status_code == 303
    assert seats.of(agent).state == SeatState.AVAILABLE
    answer = client.post("/desk/seat/", {"state": "AWAY", "reason": "开会"}, headers=HTMX)
    assert answer["HX-Retarget"] == "#desk"
    assert (seats.of(agent).state, seats.of(agent).reason) == (SeatState.AWAY, "开会")


def test_an_offer_rings_with_the_number_masked(offer: Offer, agent: Staff, client_of: SignIn) -> None:
    text = client_of(agent).get("/desk/").content.decode()
    assert f'data-offer="{offer.pk}"' in text and 'data-key="a"' in text
    assert "138****5678" in text and "13800005678" not in text


def test_accepting_brings_the_case_and_the_softphones_call_id(
    offer: Offer, agent: Staff, client_of: SignIn
) -> None:
    answer = client_of(agent).post(reverse("offer-accept", args=[offer.pk]), headers=HTMX)
    text = answer.content.decode()
    call = Call.objects.get()
    assert f'data-connect-call="{call.uid}"' in text
    assert 'id="section-INTAKE"' in text and "+8613800005678" in text
    assert Access.objects.filter(staff=agent, case=call.interaction.case, what="case").exists()


def test_an_offer_is_taken_once(offer: Offer, agent: Staff, other_agent: Staff, client_of: SignIn) -> None:
    address = reverse("offer-accept", args=[offer.pk])
    assert client_of(other_agent).post(address).status_code == 404
    client = client_of(agent)
    assert client.post(address).status_code == 303
    assert client.post(address).status_code == 409
    assert Offer.objects.get().state == OfferState.ACCEPTED


def test_a_declined_offer_leaves_the_agent_available(offer: Offer, agent: Staff, client_of: SignIn) -> None:
    client_of(agent).post(reverse("offer-decline", args=[offer.pk]))
    assert Offer.objects.get().state == OfferState.DECLINED
    assert seats.of(agent).state == SeatState.AVAILABLE


@pytest.mark.parametrize("part", ["queue", "bar", "call", "wrap", "form", "caller"])
def test_each_part_is_sent_once_for_each_version(
    taken: Call, agent: Staff, client_of: SignIn, part: str
) -> None:
    client = client_of(agent)
    address = f"/desk/parts/{part}/?shape={taken.pk}-{taken.interaction.case_id}"
    first = client.get(address, headers=HTMX)
    assert first.status_code == 200 and "HX-Retarget" not in first
    assert client.get(address, headers=HTMX | {"If-None-Match": first["ETag"]}).status_code == 304


def test_a_part_of_another_call_brings_the_whole_desk(taken: Call, agent: Staff, client_of: SignIn) -> None:
    answer = client_of(agent).get("/desk/parts/queue/?shape=none", headers=HTMX)
    assert answer["HX-Retarget"] == "#desk"
    assert "data-connect-call" in answer.content.decode()


def test_parts_are_answered_together_and_only_those_that_differ(
    taken: Call, agent: Staff, client_of: SignIn
) -> None:
    client, shape = client_of(agent), f"?shape={taken.pk}-{taken.interaction.case_id}"
    names = ["queue", "bar", "call", "wrap", "form", "caller"]
    alone = {name: client.get(f"/desk/parts/{name}/{shape}", headers=HTMX) for name in names}
    address = f"/desk/parts/{','.join(names)}/{shape}"
    every = client.get(address, headers=HTMX)
    assert re.findall(r'<template data-part="desk-(\w+)"', every.content.decode()) == names
    assert [unescape(tag) for tag in re.findall(r'data-etag="([^"]+)"', every.content.decode())] == [
        alone[name]["ETag"] for name in names
    ]
    assert "no-store" in every["Cache-Control"] and every["Vary"].startswith("Cookie")
    shown = HTMX | {"If-None-Match": ", ".join(one["ETag"] for one in alone.values())}
    assert client.get(address, headers=shown).status_code == 304
    taken.transcript.create(
        transcription_sid="GT1", sequence=1, by_worker=True, text="拖欠工资", at=timezone.now()
    )
    steps.events.record(taken.interaction.case, "call.said", interaction=taken.pk)
    changed = client.get(address, headers=shown).content.decode()
    assert 'data-part="desk-call"' in changed and "拖欠工资" in changed
    assert 'data-part="desk-form"' not in changed and 'data-part="desk-bar"' not in changed


def test_parts_together_keep_the_rules_of_one(taken: Call, agent: Staff, client_of: SignIn) -> None:
    client, shape = client_of(agent), f"?shape={taken.pk}-{taken.interaction.case_id}"
    assert client.get(f"/desk/parts/queue,caller/{shape}").status_code == 200
    assert client.get("/desk/parts/queue,caller/?shape=none")["HX-Retarget"] == "#desk"
    for names in ("queue,nothing", "queue,", ",".join(["queue"] * 7)):
        assert client.get(f"/desk/parts/{names}/{shape}").status_code == 404


def test_what_is_said_leaves_the_form_alone(taken: Call, agent: Staff, client_of: SignIn) -> None:
    client = client_of(agent)
    shape = f"?shape={taken.pk}-{taken.interaction.case_id}"
    before = client.get(f"/desk/parts/form/{shape}")
    said = client.get(f"/desk/parts/call/{shape}")
    taken.transcript.create(
        transcription_sid="GT1", sequence=1, by_worker=True, text="拖欠工资", at=timezone.now()
    )
    steps.events.record(taken.interaction.case, "call.said", interaction=taken.pk)
    assert (
        client.get(f"/desk/parts/form/{shape}", headers={"If-None-Match": before["ETag"]}).status_code == 304
    )
    after = client.get(f"/desk/parts/call/{shape}", headers={"If-None-Match": said["ETag"]})
    assert after.status_code == 200 and "拖欠工资" in after.content.decode()


def test_wrap_up_ends_the_call_for_the_desk(taken: Call, agent: Staff, client_of: SignIn) -> None:
    client = client_of(agent)
    address = reverse("call-wrap-up", args=[taken.pk])
    assert client.post(address, {"note": "x"}).status_code == 409
    calls.end(taken.pk, timezone.now())
    assert 'id="wrap-up"' in client.get("/desk/").content.decode()
    client.post(reverse("draft", args=[taken.interaction.case_id, "WRAP_UP"]), {"note": "待补充"})
    assert "待补充" in client.get("/desk/").content.decode()
    assert client.post(address, {"note": "待补充工资条"}).status_code == 303
    call = Call.objects.get()
    assert (call.state, call.note) == (CallState.ENDED, "待补充工资条")
    assert not Draft.objects.exists()
    assert seats.of(agent).state == SeatState.AVAILABLE
    assert client.post(address, {"note": "y"}).status_code == 409


def test_another_matter_goes_to_a_new_case_and_back(
    arrive: Arrive, offer: Offer, agent: Staff, client_of: SignIn
) -> None:
    call = offers.accept(offer.pk, agent)
    old = call.interaction.case_id
    client = client_of(agent)
    answer = client.post(reverse("interaction-new-case", args=[call.pk]), headers=HTMX)
    assert answer["HX-Retarget"] == "#desk" and "toast" in answer["HX-Trigger"]
    call.interaction.refresh_from_db()
    assert call.interaction.case_id != old
    client.post(reverse("interaction-move-back", args=[call.pk]), headers=HTMX)
    call.interaction.refresh_from_db()
    assert call.interaction.case_id == old


def test_a_missed_call_is_called_back_by_one_press(waiting: Call, agent: Staff, client_of: SignIn) -> None:
    calls.end(waiting.pk, timezone.now())
    callback = Case.objects.get().callbacks.get()
    client = client_of(agent)
    assert reverse("callback-start", args=[callback.pk]) in client.get("/desk/").content.decode()
    assert client.post(reverse("callback-start", args=[callback.pk])).status_code == 303
    call = calls.panel(agent)
    assert call is not None and call.state == CallState.DIALLING
    assert client.post(reverse("callback-start", args=[callback.pk])).status_code == 409


def test_the_agent_calls_the_worker_of_a_case(case: Case, agent: Staff, client_of: SignIn) -> None:
    assert client_of(agent).post(reverse("call-worker", args=[case.pk])).status_code == 303
    call = calls.panel(agent)
    assert call is not None and call.interaction.case == case


def test_a_step_completed_at_the_desk_leaves_the_page_where_it_is(
    taken: Call, agent: Staff, client_of: SignIn, category: object
) -> None:
    case = taken.interaction.case
    task = steps.current_task(case)
    assert task is not None
    client = client_of(agent)
    address = reverse("step", args=[case.pk, task.pk])
    refused = client.post(address, {"decision": "ANSWERED", "note": "已解答"}, headers=HTMX)
    assert refused.status_code == 400 and "<html" not in refused.content.decode()
    data = {"revision": "0", "urgency": "P3", "persons": "1", "category": "A01"}
    client.post(reverse("section", args=[case.pk, "INTAKE"]), data, headers=HTMX)
    done = client.post(address, {"decision": "ANSWERED", "note": "已解答"}, headers=HTMX)
    assert done.status_code == 200
    case.refresh_from_db()
    assert case.outcome == "ANSWERED"


def test_the_desk_takes_the_same_queries_however_much_waits(
    taken: Call,
    arrive: Arrive,
    agent: Staff,
    client_of: SignIn,
    django_assert_num_queries: Callable[..., object],
) -> None:
    client = client_of(agent)
    client.get("/desk/")
    with django_assert_num_queries(43):
        client.get("/desk/")
    for number in range(5):
        received = arrive(f"+86139{number:08d}", channel=Channel.CALL)
        call = calls.arrived(received.interaction, voicemail=False, recorded=False)
        calls.wait(call.pk, "2", timezone.now())
    with django_assert_num_queries(43):
        client.get("/desk/")


def test_every_role_is_named_a_home() -> None:
    from hotline.console.desk import HOMES

    assert set(HOMES) == set(Role)
