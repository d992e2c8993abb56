"""From a found case to its neighbours, and what is kept of it."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from hotline import events
from hotline.enums import MessageState
from hotline.models import Access, Case, Message, RecentSearch, Staff
from search import outbox
from tests.conftest import Drive
from workflows import reception

pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Client]


@pytest.fixture
def found(arrive: Callable[..., reception.Received], index: Path) -> list[Case]:
    """Three cases, the newest first."""
    cases = []
    for n in range(3):
        received = arrive(f"+861390000{n:04d}", at=timezone.now() - timedelta(hours=n))
        Message.objects.create(interaction=received.interaction, body="拖欠工资", state=MessageState.RECEIVED)
        cases.append(received.case)
    while outbox.drain():
        pass
    return cases


def ways(page: str) -> dict[str, str]:
    return {
        rel: way.replace("&amp;", "&") for rel, way in re.findall(r'rel="(prev|next)" href="([^"]+)"', page)
    }


def test_one_steps_through_the_found_list(found: list[Case], supervisor: Staff, client_of: SignIn) -> None:
    browser = client_of(supervisor)
    listed = browser.get("/search/", {"q": "工资", "stage": "INTAKE"}).content.decode()
    first = re.search(r'<h2><a href="(/cases/\d+/\?[^"]+)"', listed)
    assert first
    page = browser.get(first[1].replace("&amp;", "&")).content.decode()
    assert set(ways(page)) == {"next"}
    page = browser.get(ways(page)["next"]).content.decode()
    assert ways(page)["prev"].startswith(f"/cases/{found[0].pk}/")
    assert ways(page)["next"].startswith(f"/cases/{found[2].pk}/")
    assert 'href="/search/?q=%E5%B7%A5%E8%B5%84&amp;stage=INTAKE"' in page
    assert set(ways(browser.get(ways(page)["next"]).content.decode())) == {"prev"}


@pytest.mark.parametrize("sort", ["newest", "oldest", "relevance", "deadline"])
def test_it_says_which_one_of_how_many_a_case_is(
    sort: str, found: list[Case], supervisor: Staff, client_of: SignIn
) -> None:
    browser = client_of(supervisor)
    places = [browser.get(f"/cases/{case.pk}/?found=1&q=工资&sort={sort}").context["walk"] for case in found]
    assert sorted(walk["place"] for walk in places) == [1, 2, 3]
    assert {walk["total"] for walk in places} == {3}
    assert sort == "deadline" or places[1]["place"] == 2
    page = browser.get(f"/cases/{found[1].pk}/?found=1&q=工资&sort={sort}")
    assert f"第 {places[1]['place']} 件，共 3 件" in page.content.decode()
    # Found no longer: it has no place among those that are.
    Message.objects.filter(interaction__case=found[1]).update(body="社保")
    found[1].refresh_from_db()
    events.record(found[1], "note", text="补记")
    while outbox.drain():
        pass
    walk = browser.get(f"/cases/{found[1].pk}/?found=1&q=工资&sort={sort}").context["walk"]
    assert walk["place"] is None


def test_it_is_noted_once_a_visit_and_kept_as_a_last_search(
    found: list[Case], supervisor: Staff, client_of: SignIn
) -> None:
    browser = client_of(supervisor)
    for _again in range(2):
        browser.get(f"/cases/{found[1].pk}/?found=1&q=工资")
    row = Access.objects.get(what="search.walked")
    assert (row.case, row.detail) == (found[1], "工资")
    assert RecentSearch.objects.get().address == "q=%E5%B7%A5%E8%B5%84"
    events.visits.clear()


@pytest.mark.parametrize("query", ["", "found=1", "found=1&q=律师:无此人", "q=工资"])
def test_a_case_that_was_not_found_has_no_neighbours(
    query: str, found: list[Case], supervisor: Staff, client_of: SignIn
) -> None:
    assert not ways(client_of(supervisor).get(f"/cases/{found[1].pk}/?{query}").content.decode())


def test_a_neighbour_that_is_not_the_persons_is_stepped_over(
    found: list[Case], drive: Drive, lawyer: Staff, other_lawyer: Staff, client_of: SignIn
) -> None:
    for case, person in zip(found, (lawyer, other_lawyer, lawyer), strict=True):
        Case.objects.filter(pk=case.pk).update(lawyer=person)
        case.refresh_from_db()
        events.mark_for_search(case)
    while outbox.drain():
        pass
    page = client_of(lawyer).get(f"/cases/{found[0].pk}/?found=1&q=工资").content.decode()
    assert ways(page)["next"].startswith(f"/cases/{found[2].pk}/")
    assert str(found[1].number) not in page
