"""A search in an address, and what stands beside a case in its list."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone

from hotline.enums import UnitKind
from hotline.models import Case, Staff
from search import neighbours
from search.asked import Asked, asked, asked_at
from search.engine import Filters
from search.find import find
from search.paging import Sort
from tests.conftest import make_unit

Write = Callable[..., Case]
Drained = Callable[[], int]


def test_an_address_holds_the_whole_search() -> None:
    search = Asked(
        "工资 -撤回",
        (("stage", ("INTAKE", "CLOSED")), ("lawyer", ("-",))),
        date(2026, 1, 2),
        date(2026, 3, 4),
        "deadline",
    )
    assert asked_at(search.address()) == search
    assert asked(QueryDict(search.address(after="x:y"))) == search


@pytest.mark.parametrize(
    "address", ["", "q=", "q=+", "stage=", "stage=%27%3B", "from=2026-13-01", "from=0001-01-01", "sort=up"]
)
def test_what_an_address_cannot_mean_asks_for_nothing(address: str) -> None:
    assert not asked(QueryDict(address))


def test_a_value_is_chosen_and_taken_away() -> None:
    search = Asked("工资").toggled("stage", "INTAKE").toggled("stage", "CLOSED")
    assert search.chosen("stage") == ("INTAKE", "CLOSED")
    assert search.toggled("stage", "INTAKE").toggled("stage", "CLOSED") == Asked("工资")


def test_a_cursor_is_good_for_its_own_search_and_person_alone(
    write: Write, drained: Drained, supervisor: Staff, agent: Staff
) -> None:
    for number in range(4):
        write("工资和社保", f"+861390000000{number}")
    drained()
    cursor = find(supervisor, "工资", size=2).cursor
    assert find(supervisor, "工资", size=2, after=cursor).cases
    chosen = Filters({"stage": ("INTAKE",)})
    for other in (
        find(supervisor, "社保", size=2, after=cursor),
        find(agent, "工资", size=2, after=cursor),
        find(supervisor, "工资", size=2, after=cursor, filters=chosen),
    ):
        assert other.error and not other.cases


@pytest.mark.parametrize("sort", ["newest", "oldest", "relevance", "deadline"])
def test_one_walks_through_the_whole_list_both_ways(
    write: Write, drained: Drained, supervisor: Staff, sort: Sort
) -> None:
    now = timezone.now()
    for n in range(5):
        write("工资", f"+861390000000{n}", at=now - timedelta(days=n))
    write("社保", "+8613900000009")
    drained()
    search = Asked("工资", sort=sort)
    order = [one.case.pk for one in find(supervisor, "工资", sort=sort).cases]
    walked = [order[0]]
    while (following := neighbours.of(supervisor, search, Case.objects.get(pk=walked[-1]))).after:
        walked.append(following.after)
    assert walked == order and len(order) == 5
    for one, two in zip(order, order[1:], strict=False):
        assert neighbours.of(supervisor, search, Case.objects.get(pk=two)).before == one
    assert neighbours.of(supervisor, search, Case.objects.get(pk=order[0])).before is None


@pytest.mark.parametrize("sort", ["newest", "relevance"])
def test_a_case_that_is_no_longer_visible_is_stepped_over(
    write: Write, drained: Drained, supervisor: Staff, sort: Sort
) -> None:
    now = timezone.now()
    cases = [write("工资", f"+861390000000{n}", at=now - timedelta(days=n)) for n in range(4)]
    drained()
    elsewhere = make_unit("XX", "别处总工会", UnitKind.CITY, None)
    Case.objects.filter(pk=cases[1].pk).update(unit=elsewhere)
    found = neighbours.of(supervisor, Asked("工资", sort=sort), cases[0])
    assert found == neighbours.Neighbours(None, cases[2].pk, 1, 4)
    assert neighbours.of(supervisor, Asked("工资", sort=sort), cases[2]).before == cases[0].pk
    assert neighbours.of(supervisor, Asked("社保", sort="relevance"), cases[0]) == neighbours.Neighbours()
