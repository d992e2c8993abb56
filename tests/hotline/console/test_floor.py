"""The supervisor's floor and the search page."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from hotline.actions import calls
from hotline.enums import Channel, SeatState
from hotline.models import Seat, Staff
from search import outbox
from tests.conftest import Drive
from workflows import reception

pytestmark = pytest.mark.django_db


def waiting_call(arrive: Callable[..., reception.Received], number: str) -> None:
    received = arrive(number, channel=Channel.CALL)
    call = calls.arrived(received.interaction, voicemail=False, recorded=False)
    calls.wait(call.pk, "1", timezone.now())


def test_the_floor_shows_who_waits_and_who_works(
    arrive: Callable[..., reception.Received],
    supervisor: Staff,
    outsider: Staff,
    agent: Staff,
    client_of: Callable[[Staff], Client],
) -> None:
    waiting_call(arrive, "+8613812345678")
    Seat.objects.filter(staff=agent).update(state=SeatState.AVAILABLE)
    page = client_of(supervisor).get("/floor/").content.decode()
    assert "138****5678" in page and "+8613812345678" not in page
    assert agent.name in page
    theirs = client_of(outsider).get("/floor/").content.decode()
    assert "138****5678" not in theirs and agent.name not in theirs


def test_the_floor_is_fetched_again_only_when_it_has_changed(
    arrive: Callable[..., reception.Received], supervisor: Staff, client_of: Callable[[Staff], Client]
) -> None:
    browser = client_of(supervisor)
    tag = browser.get("/floor/live/")["ETag"]
    assert browser.get("/floor/live/", headers={"If-None-Match": tag}).status_code == 304
    waiting_call(arrive, "+8613812345678")
    assert browser.get("/floor/live/", headers={"If-None-Match": tag}).status_code == 200


def test_more_rows_take_no_more_queries(
    arrive: Callable[..., reception.Received],
    supervisor: Staff,
    drive: Drive,
    client_of: Callable[[Staff], Client],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    browser = client_of(supervisor)
    for rows in (1, 6):
        for row in range(rows):
            waiting_call(arrive, f"+86138000{rows}00{row:02d}")
            drive.to_mediation(arrive(f"+86139000{rows}00{row:02d}").case)
        browser.get("/floor/live/")
        with django_assert_num_queries(FLOOR_QUERIES):
            browser.get("/floor/live/")


FLOOR_QUERIES = 15


def test_found_by_a_word_that_was_written_and_only_by_those_who_may(
    arrive: Callable[..., reception.Received],
    drive: Drive,
    supervisor: Staff,
    outsider: Staff,
    lawyer: Staff,
    other_lawyer: Staff,
    client_of: Callable[[Staff], Client],
) -> None:
    case = drive.to_review(arrive().case)
    assert case.lawyer is not None
    while outbox.drain():
        pass
    stranger = other_lawyer if case.lawyer == lawyer else lawyer
    for person, seen in ((supervisor, True), (case.lawyer, True), (outsider, False), (stranger, False)):
        page = client_of(person).get("/search/", {"q": "拖欠"}).content.decode()
        assert (case.number in page) is seen


@pytest.mark.parametrize("typed", ["", "，。！", "a" * 10_000, '"没有结束', "\x00\x1b", "*" * 300])
def test_nothing_that_is_typed_breaks_the_search(
    typed: str, supervisor: Staff, client_of: Callable[[Staff], Client]
) -> None:
    assert client_of(supervisor).get("/search/", {"q": typed}).status_code == 200
