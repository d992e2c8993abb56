"""What every search engine must do. Elasticsearch is asked where `TEST_ELASTICSEARCH_URL` names a server.

What is asked of it beside words is in test_contract_query.py, how pages follow in test_contract_pages.py.
"""

import random

import pytest

from search.document import paths_above
from search.engine import FACETS, Engine, Hits, IndexedVersion, Scope
from search.query import BadQuery
from tests.search.contract import doc, find, ids


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


@pytest.mark.parametrize("piece", ["91370200MA3ABCDE1X", "91370200", "MA3ABCDE1X", "200ma3a", "370200MA3"])
def test_an_employer_by_part_of_its_credit_code(engine: Engine, piece: str) -> None:
    engine.write([doc(1, codes=("91370200MA3ABCDE1X",)), doc(2, codes=("91370211MA9ZZZZZ1X",))])
    assert ids(engine, piece) == {1}


@pytest.mark.parametrize(
    ("written", "typed"),
    [("青岛制帽", "青島製帽"), ("青島製帽", "青岛制帽"), ("後來說欠薪", "后来说"), ("乾燥", "干燥")],
)
def test_traditional_and_simplified_characters_find_each_other(
    engine: Engine, written: str, typed: str
) -> None:
    engine.write([doc(1, written), doc(2, "别的")])
    assert ids(engine, typed) == {1}


@pytest.mark.parametrize(
    ("name", "typed", "found"),
    [
        ("王果真", "王国珍", True),
        ("王果真", "汪国珍", True),
        ("王果真", "国珍", False),
        ("王果真", "“王国珍”", False),
        ("王果真", "王国珍的", False),
        ("龚紫", "工资", False),
        ("欧阳丽", "欧杨莉", True),
        ("单小强", "善小强", False),
        ("曾丽", "增丽", False),
        ("曾丽", "曾莉", True),
    ],
)
def test_names_that_sound_alike(engine: Engine, name: str, typed: str, found: bool) -> None:
    engine.write([doc(1, names=(name,)), doc(2, "王国有、龚、曾")])
    assert ids(engine, typed) == ({1} if found else set())


def test_texts_are_not_found_by_what_sounds_like_them(engine: Engine) -> None:
    engine.write([doc(1, "王果真说的", employers=("王果真",), head=("王果真",))])
    assert ids(engine, "王国珍") == set()


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
