"""Lists, counts and figures: of what is one's own, and to the number of it."""

import re

import pytest

from hotline import events
from hotline.enums import Role
from hotline.models import Case, Staff
from tests.access.addresses import LISTS
from tests.access.oracle import sees
from tests.access.walk import Walker, roles_of
from tests.access.world import PEOPLE, SOUTH, UNDER

pytestmark = pytest.mark.django_db
CASE_LINK = re.compile(r"/cases/(\d+)/")


@pytest.mark.parametrize("who", [who for who in PEOPLE if roles_of(who) != Role.ADMINISTRATOR])
def test_no_list_names_what_is_not_ones_own(walker: Walker, who: str) -> None:
    own = {row.ids["case"] for row in walker.world.rows.values() if sees(who, row)}
    wrong = []
    for walk in (walk for walks in LISTS.values() for walk in walks):
        if roles_of(who) not in walk.roles:
            continue
        answer = walker.ask(who, walk.method, walk.path, walk.data)
        assert answer.status in {200, 302, 303, 400, 409}, walk.path
        wrong += [f"{walk.path} shows {leak}" for leak in walker.leaks(who, answer)]
        wrong += [f"{walk.path} links to {pk}" for pk in set(map(int, CASE_LINK.findall(answer.text))) - own]
    assert not wrong


@pytest.mark.parametrize("who", [who for who in PEOPLE if roles_of(who) != Role.ADMINISTRATOR])
def test_a_list_counts_what_is_ones_own(walker: Walker, who: str) -> None:
    own = [row for row in walker.world.rows.values() if sees(who, row)]
    for closed in (False, True):
        n = sum((row.stage == "CLOSED") == closed for row in own)
        page = walker.ask(who, "get", "/cases/", {"closed": "1" if closed else "", "whose": everybody(who)})
        shown = re.search(r'class="pager"[^>]*><span>\D*(\d+)', page.text)
        assert (int(shown[1]) if shown else 0) == n, f"{n} expected"


def everybody(who: str) -> str:
    """The filter under which one's own unit's cases all stand."""
    return {Role.AGENT: "unit", Role.MEDIATOR: "all"}.get(roles_of(who), "")


@pytest.mark.parametrize("who", ["supervisor", "supervisor_north", "supervisor_south"])
def test_the_floors_figures_are_of_ones_own_unit(walker: Walker, who: str) -> None:
    from hotline.console.floor import _floor

    own = [row for row in walker.world.rows.values() if sees(who, row)]
    told = _floor(Staff.objects.select_related("unit").get(pk=walker.world.people[who].pk))
    unit = PEOPLE[who][1]
    assert told["figures"]["open"] == sum(row.stage != "CLOSED" for row in own)
    assert told["figures"]["closed"] == sum(row.stage == "CLOSED" for row in own)
    assert told["figures"]["waiting"] == sum(bool(row.offered_to) for row in own) == len(told["waiting"])
    assert len(told["talking"]) == sum(bool(row.held_by) for row in own)
    seats = sum(role == Role.AGENT and at in UNDER[unit] for role, at in PEOPLE.values())
    assert len(told["seats"]) + told["offline"] == seats
    assert {clock.case_id for clock in told["late"]} <= {row.ids["case"] for row in own}
    assert {case.pk for case in told["unassigned"]} == {
        row.ids["case"] for row in own if row.stage == "LEGAL_REVIEW" and not row.lawyer
    }


def test_the_access_log_tells_a_supervisor_of_their_own_cases_and_people(walker: Walker) -> None:
    world = walker.world
    for row in world.rows.values():
        for who in ("agent_south", "lawyer"):
            case = Case.objects.get(pk=row.ids["case"])
            events.looked(world.people[who], "case", case=case, detail=row.marker, reason=row.marker)
    events.looked(world.people["agent_north"], "search", detail="Zq-north-x")
    for who in ("supervisor", "supervisor_north", "supervisor_south"):
        number = world.rows["own"].number
        for query in ("", "?who=Zs", f"?case={number}", "?before=999999"):
            page = walker.ask(who, "get", f"/access-log/{query}")
            shown = {leak for leak in walker.leaks(who, page) if leak != f"the case {number}" or not query}
            own_people = who != "supervisor_south"
            assert shown <= ({"words of north"} if own_people else set()), (who, query)
            assert "case=" in query or ("Zq-north-x" in page.text) == own_people, (who, query)


def test_a_filter_names_nobody_of_another_unit(walker: Walker) -> None:
    people = walker.world.people
    for pk in (people["agent_north"].pk, people["lawyer"].pk):
        for name in ("agent", "lawyer"):
            page = walker.ask("supervisor_south", "get", "/cases/", {name: str(pk)})
            assert (
                page.status == 200 and "Zs-agent_north-x" not in page.text and "Zs-lawyer-x" not in page.text
            )
    assert (
        "Zs-agent_north-x"
        in walker.ask("supervisor", "get", "/cases/", {"agent": people["agent_north"].pk}).text
    )


def test_a_mark_of_anothers_page_opens_nothing(walker: Walker) -> None:
    first = walker.world.rows["sensitive"]
    for mark in (
        f"9999-12-31~{first.ids['case']}",
        f"2030-01-01T00:00:00+08:00~{first.ids['case']}",
        "P0~x~1",
    ):
        for sort in ("due", "new", "urgent"):
            page = walker.ask("lawyer", "get", "/cases/rows/", {"after": mark, "sort": sort})
            assert page.status == 200 and not walker.leaks("lawyer", page)


def test_other_cases_of_the_same_worker_are_named_to_who_may_see_them(walker: Walker) -> None:
    own, twin = walker.world.rows["own"], walker.world.rows["twin"]
    assert twin.unit == SOUTH
    path = f"/cases/{own.ids['case']}/"
    assert twin.number not in walker.ask("lawyer", "get", path).text
    assert twin.number not in walker.ask("supervisor_north", "get", path).text
    assert twin.number in walker.ask("supervisor", "get", path).text
