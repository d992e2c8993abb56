"""What every search engine must do. Elasticsearch is asked where `TEST_ELASTICSEARCH_URL` names a server."""

import os
import random
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from search.document import CaseDocument, paths_above
from search.elastic_engine import MAPPINGS, SETTINGS, ElasticEngine
from search.engine import FACETS, Engine, Hits, IndexedVersion, Scope
from search.grammar import parse
from search.paging import Sort
from search.query import BadQuery
from search.tantivy_engine import TantivyEngine

SERVER = os.environ.get("TEST_ELASTICSEARCH_URL")
ENGINES = ["tantivy", *([pytest.param("elasticsearch", marks=pytest.mark.services)] if SERVER else [])]
CITY = Scope(unit_paths=("/1/",))
START = datetime(2026, 10, 12, 9, 0, tzinfo=UTC)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "elasticsearch":
        yield request.getfixturevalue("elastic")
        return
    made = TantivyEngine(tmp_path / "index", create=True)
    yield made
    made.close()


@pytest.fixture(scope="module")
def server() -> Iterator[Elasticsearch]:
    with Elasticsearch(SERVER) as client:
        yield client


@pytest.fixture
def elastic(server: Elasticsearch) -> Iterator[Engine]:
    name = f"test_{uuid.uuid4().hex}"
    server.indices.create(index=f"{name}-1", settings=SETTINGS, mappings=MAPPINGS, aliases={name: {}})
    yield ElasticEngine(server, name)
    server.indices.delete(index=f"{name}-1")


def doc(pk: int, *texts: str, **changes: Any) -> CaseDocument:
    made = CaseDocument(
        pk,
        1,
        f"QD12351-20261012-{pk:06d}",
        START + timedelta(minutes=pk),
        stage="INTAKE",
        unit_paths=paths_above(["/1/4/"]),
        texts=texts,
    )
    return replace(made, **changes)


def find(engine: Engine, text: str, scope: Scope = CITY, **options: Any) -> Hits:
    return engine.search(parse(text), scope, **({"size": 20} | options))


def ids(engine: Engine, text: str, scope: Scope = CITY, **options: Any) -> set[int]:
    return set(find(engine, text, scope, **options).ids)


def test_an_empty_index_answers(engine: Engine) -> None:
    assert engine.ready()
    assert engine.count() == 0
    assert find(engine, "工资") == Hits(0, (), None)
    assert find(engine, "工资", facets=FACETS).facets == dict.fromkeys(FACETS, {})
    assert engine.versions(0, 10) == []


@pytest.mark.parametrize(
    ("text", "query", "found"),
    [
        ("老板拖欠三个月工资", "拖欠", True),
        ("老板拖欠三个月工资", "三个月工资", True),
        ("老板拖欠三个月工资", "拖工", False),
        ("老板拖欠三个月工资", "资", True),
        ("老板拖欠三个月工资", "工资 老板", True),
        ("老板拖欠三个月工资", "工资,老板", True),
        ("老板拖欠三个月工资", "工资 社保", False),
        ("老板拖欠三个月工资", "“三个月 工资”", True),
        ("老板拖欠三个月工资", "“月资”", False),
        ("先说这个。工资的事", "个工资", True),
        ("干到9月12号", "9月", True),
        ("还差31,000元", "31000", True),
        ("还差31000元", "31,000", True),
        ("还差31000元", "3100", False),
        ("用的是ＡＢＣ系统", "abc", True),
        ("the Foreman said", "foreman", True),
        ("the Foreman said", "fore", False),
        ("打13913919198找我", "9198", True),
        ("打139 1391 9198找我", "139-1391-9198", True),
        ("慢慢慢说", "慢慢", True),
        ("慢说", "慢慢", False),
        ("叫𠮷田的", "𠮷田", True),
        ("说完\x00了😀\u200b好", "了好", True),
    ],
)
def test_words(engine: Engine, text: str, query: str, found: bool) -> None:
    engine.write([doc(1, text), doc(2, "别的事情")])
    assert ids(engine, query) == ({1} if found else set())


def test_a_phrase_does_not_run_from_one_text_into_the_next(engine: Engine) -> None:
    engine.write([doc(1, "说到社", "保的事")])
    assert ids(engine, "社保") == set()


@pytest.mark.parametrize(
    "digits",
    ["9198", "198", "391", "3919", "13913919198", "+8613913919198", "86139", "139 1391 9198", "９１９８"],
)
def test_any_three_or_more_digits_of_a_telephone_number(engine: Engine, digits: str) -> None:
    engine.write([doc(1, phones=("+8613913919198",)), doc(2, phones=("+8615866660000",))])
    assert ids(engine, digits) == {1}


def test_digits_do_not_run_from_one_number_into_the_next(engine: Engine) -> None:
    engine.write([doc(1, phones=("+8613900001234", "+8613900005678"))])
    assert ids(engine, "34861") == set()


@pytest.mark.parametrize(
    ("number", "found"),
    [
        ("QD12351-20261012-000123", {123}),
        ("qd1235120261012000123", {123}),
        ("20261012-000123", {123}),
        ("000123", {123}),
        ("0123", {123}),
        ("123", {123}),
        ("12351", set()),
        ("QD12351", set()),
    ],
)
def test_case_numbers(engine: Engine, number: str, found: set[int]) -> None:
    engine.write([doc(123), doc(124)])
    assert ids(engine, number) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("zhouming", {1}),
        ("zhou", {1, 3}),
        ("ming", {1}),
        ("zm", {1}),
        ("ZM", {1}),
        ("shan", {2}),
        ("zhou ming", {1}),
        ("周明", {1}),
        ("hou", set()),
        ("z", set()),
    ],
)
def test_names_by_their_sound(engine: Engine, query: str, found: set[int]) -> None:
    engine.write([doc(1, names=("周明",)), doc(2, names=("单小强",)), doc(3, names=("周师傅",))])
    assert ids(engine, query) == found


def test_every_planted_two_character_name_is_found(engine: Engine) -> None:
    chance = random.Random(12351)
    letters = [chr(code) for code in range(0x4E00, 0x4E00 + 600)]
    noise = ["".join(chance.choices(letters, k=120)) for _n in range(200)]
    names = ["".join(chance.choices(letters, k=2)) for _n in noise]
    engine.write(
        [
            doc(pk, f"{text[:60]}{name}{text[60:]}")
            for pk, (text, name) in enumerate(zip(noise, names, strict=True), start=1)
        ]
    )
    found = [pk in ids(engine, name, size=200) for pk, name in enumerate(names, start=1)]
    assert sum(found) / len(found) == 1.0


def test_an_employer_by_part_of_its_name(engine: Engine) -> None:
    engine.write([doc(1, "青岛示例制帽有限公司", "91370200MA3ABCDE1X"), doc(2, "青岛示例港务有限公司")])
    assert ids(engine, "制帽") == {1}
    assert ids(engine, "示例") == {1, 2}
    assert ids(engine, "91370200ma3abcde1x") == {1}


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
    seen: list[int] = []
    cursor = None
    while not seen or cursor:
        page = find(engine, "工资", size=2, after=cursor)
        seen += page.ids
        cursor = page.cursor
    assert seen == [5, 4, 3, 2, 1]


LADDER = [
    doc(1, "老板说周明不用来了", opened_at=START + timedelta(days=9)),
    doc(2, "工资", names=("周明",)),
    doc(3, "工资", employers=("周明家政服务部",)),
    doc(4, "工资", head=("周明讨薪",), opened_at=START + timedelta(days=9)),
    doc(5, "工资", names=("周铭",), opened_at=START + timedelta(days=9)),
    doc(6, "工资", names=("周鸣",), opened_at=START + timedelta(days=8)),
    doc(7, "周老板说明天"),
]


def test_by_relevance_names_come_first_and_names_that_sound_alike_last(engine: Engine) -> None:
    engine.write(LADDER)
    page = find(engine, "周明", sort="relevance")
    assert (page.total, page.ids) == (6, (3, 2, 4, 1, 5, 6))
    assert find(engine, "周明").ids == (5, 4, 1, 6, 3, 2)
    assert find(engine, "“周明”").ids == (4, 1, 3, 2)


@pytest.mark.parametrize("size", [1, 2, 3, 4])
@pytest.mark.parametrize("sort", ["newest", "oldest", "relevance", "deadline"])
def test_pages_of_every_sort_and_size_hold_each_case_once(engine: Engine, sort: Sort, size: int) -> None:
    engine.write([replace(one, next_due=(START + timedelta(days=one.case_id % 3)).date()) for one in LADDER])
    whole = find(engine, "周明", sort=sort)
    pages = paged(engine, "周明", sort=sort, size=size)
    assert [pk for page in pages for pk in page.ids] == list(whole.ids)
    assert {page.total for page in pages} == {6}
    assert pages[-1].cursor is None


def paged(engine: Engine, text: str, **options: Any) -> list[Hits]:
    """Every page of a search."""
    pages = [find(engine, text, **options)]
    while pages[-1].cursor:
        pages.append(find(engine, text, after=pages[-1].cursor, **options))
    return pages


@pytest.mark.parametrize(
    "cursor", ["x", "1e3", "n:0", "o:0:1:", "n:0:1e3:", "n:x:1:", "n:-1:1:", f"n:0:{'9' * 40}:"]
)
def test_a_wrong_cursor_is_refused(engine: Engine, cursor: str) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        find(engine, "工资", after=cursor)


def test_facets_count_what_is_found_only(engine: Engine) -> None:
    engine.write(
        [
            doc(1, "工资"),
            doc(2, "工资", stage="CLOSED"),
            doc(3, "工资", stage="CLOSED"),
            doc(4, "社保", stage="MEDIATION"),
            doc(5, "工资", stage="CLOSED", unit_paths=("/9/",)),
        ]
    )
    assert find(engine, "工资", facets=["stage"]).facets == {"stage": {"INTAKE": 1, "CLOSED": 2}}


SCOPED = [
    doc(1, "工资", unit_paths=paths_above(["/1/4/27/"])),
    doc(2, "工资", unit_paths=paths_above(["/1/5/"]), lawyer_id=70),
    doc(
        3,
        "工资",
        unit_paths=paths_above(["/1/"]),
        lawyer_id=7,
        mediation_paths=paths_above(["/1/4/", "/1/6/8/"]),
    ),
    doc(4, "工资", unit_paths=paths_above(["/1/14/"]), holder_ids=(9, 11)),
]


@pytest.mark.parametrize(
    ("scope", "found"),
    [
        (Scope(), set()),
        (Scope(unit_paths=("/1/",)), {1, 2, 3, 4}),
        (Scope(unit_paths=("/1/4/",)), {1}),
        (Scope(unit_paths=("/4/",)), set()),
        (Scope(lawyer_id=7), {3}),
        (Scope(lawyer_id=0), set()),
        (Scope(mediation_paths=("/1/6/",)), {3}),
        (Scope(mediation_paths=("/1/5/",)), set()),
        (Scope(unit_paths=("/1/5/",), holder_id=11), {2, 4}),
        (Scope(holder_id=1), set()),
    ],
)
def test_the_scope_holds_in_ids_totals_and_facets(engine: Engine, scope: Scope, found: set[int]) -> None:
    engine.write(SCOPED)
    page = find(engine, "工资", scope, facets=["stage"])
    assert set(page.ids) == found
    assert page.total == len(found)
    assert sum(page.facets["stage"].values()) == len(found)


def test_a_newer_version_takes_the_place_of_the_older(engine: Engine) -> None:
    engine.write([doc(1, "工资")])
    engine.write([doc(1, "社保", version=2)])
    assert (ids(engine, "工资"), ids(engine, "社保"), engine.count()) == (set(), {1}, 1)


def test_an_older_version_is_left_out(engine: Engine) -> None:
    engine.write([doc(1, "社保", version=5)])
    engine.write([doc(1, "工资", version=4)])
    engine.write([doc(2, "社保", version=3), doc(2, "工资", version=2)])
    assert (ids(engine, "工资"), ids(engine, "社保")) == (set(), {1, 2})


def test_the_same_version_is_written_again(engine: Engine) -> None:
    engine.write([doc(1, "工资", version=5)])
    engine.write([doc(1, "社保", version=5)])
    assert (ids(engine, "工资"), ids(engine, "社保"), engine.count()) == (set(), {1}, 1)


def test_a_tombstone_is_never_found_and_keeps_older_writes_out(engine: Engine) -> None:
    engine.write([doc(1, "工资"), doc(2, "工资")])
    engine.write([doc(1, "工资", version=3, deleted=True)])
    engine.write([doc(1, "工资", version=2)])
    assert (ids(engine, "工资"), engine.count()) == ({2}, 1)
    assert engine.versions(0, 10) == [IndexedVersion(1, 3, True), IndexedVersion(2, 1, False)]


def test_versions_come_in_pages_by_id(engine: Engine) -> None:
    engine.write([doc(pk, version=pk * 10) for pk in (5, 3, 9, 7)])
    assert [(v.case_id, v.version) for v in engine.versions(0, 2)] == [(3, 30), (5, 50)]
    assert [(v.case_id, v.version) for v in engine.versions(5, 2)] == [(7, 70), (9, 90)]
    assert engine.versions(9, 2) == []


def test_writing_nothing_is_fine(engine: Engine) -> None:
    assert engine.write([]) == {}


@pytest.mark.parametrize(
    "text",
    [
        "body:*",
        "a AND b",
        "NOT x",
        "*",
        "工*",
        "[1 TO 9]",
        "^",
        "~2",
        "\\",
        '"',
        "(",
        "' OR 1=1",
        "工资\x00",
        "%",
        "{}",
        "/.*/",
        "\ud800工资",
    ],
)
def test_nothing_typed_is_an_operator(engine: Engine, text: str) -> None:
    engine.write([doc(1, "社保")])
    try:
        assert ids(engine, text) == set()
    except BadQuery as error:
        assert error.message
