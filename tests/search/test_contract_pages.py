"""How pages follow each other on every engine, while cases come, go and change."""

from dataclasses import replace
from datetime import timedelta

import pytest

from search import elastic_query, paging
from search.elastic_engine import ElasticEngine
from search.engine import Engine
from search.paging import Sort
from tests.search.contract import START, doc, find, paged

MANY = [doc(pk, "工资") for pk in range(1, 10)]
LADDER = [
    doc(1, "老板说周明不用来了", opened_at=START + timedelta(days=9)),
    doc(2, "工资", names=("周明",)),
    doc(3, "工资", employers=("周明家政服务部",)),
    doc(4, "工资", head=("周明讨薪",), opened_at=START + timedelta(days=9)),
    doc(5, "工资", names=("周铭",), opened_at=START + timedelta(days=9)),
    doc(6, "工资", names=("周鸣",), opened_at=START + timedelta(days=8)),
    doc(7, "周老板说明天"),
]


def test_newest_first_in_pages_with_exact_totals(engine: Engine) -> None:
    engine.write([doc(pk, "工资") for pk in range(1, 8)])
    first = find(engine, "工资", size=3)
    assert (first.total, first.ids) == (7, (7, 6, 5))
    engine.write([doc(8, "工资")])
    second = find(engine, "工资", size=3, after=first.cursor)
    assert (second.total, second.ids) == (8, (4, 3, 2))
    third = find(engine, "工资", size=3, after=second.cursor)
    assert (third.ids, third.cursor) == ((1,), None)


def test_cases_of_one_moment_are_all_on_some_page(engine: Engine) -> None:
    engine.write([doc(pk, "工资", opened_at=START) for pk in range(1, 6)])
    assert [pk for page in paged(engine, "工资", size=2) for pk in page.ids] == [5, 4, 3, 2, 1]


def test_by_relevance_names_come_first_and_names_that_sound_alike_last(engine: Engine) -> None:
    engine.write(LADDER)
    page = find(engine, "周明", sort="relevance")
    assert (page.total, page.ids) == (6, (3, 2, 4, 1, 5, 6))
    assert find(engine, "周明").ids == (5, 4, 1, 6, 3, 2)
    assert find(engine, "“周明”").ids == (4, 1, 3, 2)


def test_by_relevance_the_weakest_of_several_words_counts(engine: Engine) -> None:
    engine.write(
        [
            doc(1, "工资", names=("周明",)),
            doc(2, names=("周明",), head=("工资",)),
            doc(3, "周明", head=("工资",)),
        ]
    )
    assert find(engine, "周明 工资", sort="relevance").ids == (2, 3, 1)


def test_by_deadline_the_nearest_comes_first_and_none_last(engine: Engine) -> None:
    engine.write(
        [
            replace(one, next_due=None if n == 3 else START.date() + timedelta(days=n % 5))
            for n, one in enumerate(MANY)
        ]
    )
    assert find(engine, "工资", sort="deadline").ids == (1, 6, 2, 7, 3, 8, 9, 5, 4)


@pytest.mark.parametrize("size", [1, 2, 3, 4])
@pytest.mark.parametrize("sort", ["newest", "oldest", "relevance", "deadline"])
def test_pages_of_every_sort_and_size_hold_each_case_once(engine: Engine, sort: Sort, size: int) -> None:
    engine.write([replace(one, next_due=(START + timedelta(days=one.case_id % 3)).date()) for one in LADDER])
    whole = find(engine, "周明", sort=sort)
    pages = paged(engine, "周明", sort=sort, size=size)
    assert [pk for page in pages for pk in page.ids] == list(whole.ids)
    assert {page.total for page in pages} == {6}
    assert pages[-1].cursor is None


@pytest.mark.parametrize("sort", ["newest", "oldest"])
def test_a_list_stays_true_far_down_while_cases_change(engine: Engine, sort: Sort) -> None:
    cases = [doc(pk, "工资") for pk in range(100, 900)]
    engine.write(cases)
    seen: list[int] = []
    cursor, page = None, 0
    while cursor or not page:
        hits = find(engine, "工资", size=2, after=cursor, sort=sort)
        seen += hits.ids
        cursor, page = hits.cursor, page + 1
        if page % 40 == 0:
            engine.write(
                [
                    doc(page, "工资"),  # opened before all others
                    doc(1000 + page, "工资"),  # and after all others
                    doc(100 + page, "工资和社保", version=2),  # changed, on one side of the page
                    doc(900 - page, "工资和社保", version=2),  # and on the other
                ]
            )
    assert page >= 400
    assert len(seen) == len(set(seen))
    assert {one.case_id for one in cases} <= set(seen)


@pytest.mark.parametrize("sort", ["relevance", "deadline"])
def test_a_list_by_what_changes_stands_still_from_its_second_page(engine: Engine, sort: Sort) -> None:
    engine.write([replace(one, next_due=START.date() + timedelta(days=one.case_id)) for one in MANY])
    pages = [find(engine, "工资", size=2, sort=sort)]
    while cursor := pages[-1].cursor:
        pages.append(find(engine, "工资", size=2, sort=sort, after=cursor))
        # Whatever is on a later page comes to the front, and another case goes.
        last = MANY[0] if sort == "relevance" else MANY[-1]
        engine.write([replace(last, version=len(pages) + 1, names=("工资",), next_due=START.date())])
        engine.write([replace(MANY[4], version=len(pages) + 1, deleted=True)])
    expected = range(9, 0, -1) if sort == "relevance" else range(1, 10)
    assert [pk for page in pages for pk in page.ids] == list(expected)
    assert not any(page.renewed for page in pages)


@pytest.mark.parametrize("sort", ["relevance", "deadline"])
def test_a_list_that_is_gone_goes_on_behind_its_place_and_says_so(engine: Engine, sort: Sort) -> None:
    engine.write(MANY)
    first = find(engine, "工资", size=2, sort=sort)
    second = find(engine, "工资", size=2, sort=sort, after=first.cursor)
    assert second.cursor and not second.renewed
    place = paging.read(second.cursor, sort)
    assert place is not None and place.view
    if isinstance(engine, ElasticEngine):
        engine._client.close_point_in_time(id=place.view)
    lost = str(replace(place, view=place.view if isinstance(engine, ElasticEngine) else "gone"))
    third = find(engine, "工资", size=2, sort=sort, after=lost)
    assert third.renewed
    assert len({*first.ids, *second.ids, *third.ids}) == 6
    fourth = find(engine, "工资", size=2, sort=sort, after=third.cursor)
    assert not fourth.renewed
    assert len({*first.ids, *second.ids, *third.ids, *fourth.ids}) == 8


def test_a_name_that_no_server_has_given_to_a_list_only_renews_it(engine: Engine) -> None:
    engine.write(MANY)
    first = find(engine, "工资", size=2, sort="relevance")
    place = paging.read(first.cursor, "relevance")
    assert place is not None
    forged = find(engine, "工资", size=2, sort="relevance", after=str(replace(place, view="x:y")))
    assert (forged.renewed, forged.ids) == (True, (7, 6))


def test_totals_are_exact_or_say_that_there_may_be_more(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elastic_query, "COUNTED", 4)
    engine.write(MANY)
    bare = find(engine, "工资", size=2)
    assert (bare.total, bare.more) == ((4, True) if isinstance(engine, ElasticEngine) else (9, False))
    counted = find(engine, "工资", size=2, facets=["stage"])
    assert (counted.total, counted.more) == (9, False)


@pytest.mark.parametrize("sort", ["newest", "oldest"])
def test_how_many_stand_behind_a_page_is_said_when_asked(engine: Engine, sort: Sort) -> None:
    engine.write(MANY)
    first = find(engine, "工资", size=2, sort=sort)
    second = find(engine, "工资", size=2, sort=sort, after=first.cursor, placed=True)
    assert (second.total, second.behind, second.more) == (9, 7, False)
    assert find(engine, "工资", size=2, sort=sort, after=first.cursor).behind is None


@pytest.mark.parametrize(
    "cursor", ["x", "1e3", "n:0", "o:0:1:", "n:0:1e3:", "n:x:1:", "n:-1:1:", f"n:0:{'9' * 40}:"]
)
def test_a_wrong_cursor_is_refused(engine: Engine, cursor: str) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        find(engine, "工资", after=cursor)


def test_lists_that_stand_still_are_let_go_when_they_are_old_or_many(monkeypatch: pytest.MonkeyPatch) -> None:
    views: paging.Views[str] = paging.Views(limit=2)
    first, second = views.keep("first"), views.keep("second")
    assert views.get(first) == "first"  # asked for again: the youngest now
    third = views.keep("third")
    assert (views.get(first), views.get(second), views.get(third)) == ("first", None, "third")
    monkeypatch.setattr(paging, "VIEW_SECONDS", -1)
    assert views.get(first) is None
