"""The search in everybody's eyes: hits, totals, snippets, pages and the command, all within one's own."""

import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from hotline.enums import Role
from hotline.models import Case, Staff
from search import generations, outbox
from search.find import find
from tests.access.oracle import sees
from tests.access.walk import Walker, roles_of
from tests.access.world import PEOPLE, World

pytestmark = pytest.mark.django_db
SEARCHERS = [who for who in PEOPLE if roles_of(who) != Role.ADMINISTRATOR]


@pytest.fixture(scope="module", autouse=True)
def indexed(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """All cases in an index of their own."""
    from django.test import override_settings

    folder = tmp_path_factory.mktemp("index")
    with override_settings(HOTLINE_DATA_DIR=folder):
        while outbox.drain():
            pass
        yield folder
        generations.stop_writing()


def person(world: World, who: str) -> Staff:
    return Staff.objects.select_related("unit").get(pk=world.people[who].pk)


def queries(world: World) -> list[str]:
    """What stands in all rows, and what stands in one: marker, number, caller, telephone, in turn."""
    found = ["Zq", "拖欠工资", "11010519491231002X"]
    for place, row in enumerate(world.rows.values()):
        found.append((row.marker, row.number, f"Zc-{row.caller or row.key}-x", row.phone[-8:])[place % 4])
    return found


@pytest.mark.parametrize("who", SEARCHERS)
def test_the_search_finds_and_counts_what_is_ones_own(world: World, who: str) -> None:
    user = person(world, who)
    for query in queries(world):
        everywhere = {one.case.pk for one in find(person(world, "supervisor"), query, size=100).cases}
        own = {row.ids["case"] for row in world.rows.values() if sees(who, row)}
        found = find(user, query, size=100)
        assert {one.case.pk for one in found.cases} == everywhere & own, query
        assert found.total == len(everywhere & own), query


@pytest.mark.parametrize("who", SEARCHERS)
def test_the_page_of_the_search_shows_nothing_else(walker: Walker, who: str) -> None:
    foreign = walker.world.rows["others" if who == "supervisor_north" else "sensitive"]
    for query, typed in (("Zq", set()), ("拖欠", set()), (foreign.marker, {f"words of {foreign.key}"})):
        for in_page in (False, True):
            answer = walker.ask(who, "get", "/search/", {"q": query}, in_page=in_page)
            # What was typed stands in its box again, whoever typed it.
            assert answer.status == 200 and walker.leaks(who, answer) <= typed, query
            assert sees(who, foreign) or f"/cases/{foreign.ids['case']}/" not in answer.text


def test_anothers_page_mark_opens_nothing(world: World) -> None:
    first = find(person(world, "supervisor"), "Zq", size=2)
    assert first.cursor
    assert find(person(world, "supervisor"), "Zq", size=100, after=first.cursor).cases
    for who in set(SEARCHERS) - {"supervisor"}:
        found = find(person(world, who), "Zq", size=100, after=first.cursor)
        assert found.error and not found.cases and not found.total


def test_a_case_taken_away_is_gone_before_the_index_knows(world: World) -> None:
    own = world.rows["own"]
    before = find(person(world, "lawyer"), "Zq")
    Case.objects.filter(pk=own.ids["case"]).update(lawyer=world.people["lawyer2"])
    after = find(person(world, "lawyer"), "Zq")
    assert after.total == before.total - 1
    assert own.ids["case"] not in {one.case.pk for one in after.cases}


def test_the_command_shows_what_the_person_may_see(world: World) -> None:
    def told(who: str, *more: Any) -> str:
        out = StringIO()
        call_command("search", "Zq", "--as", who, "--json", "--size", "100", *more, stdout=out)
        return out.getvalue()

    for who in SEARCHERS:
        numbers = set(re.findall(r"QD12351-\d{8}-\d{6}", told(who)))
        assert numbers == {row.number for row in world.rows.values() if sees(who, row)}, who
    assert not re.findall(r"QD12351", told("admin"))
    Staff.objects.filter(username="lawyer").update(is_active=False)
    with pytest.raises(CommandError):
        told("lawyer")
