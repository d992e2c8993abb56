"""What a person types is taken apart into what must be found."""

import time
from datetime import date

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from search.grammar import LENGTH_LIMIT, TERMS_LIMIT, parse
from search.query import BadQuery, Days, Term


def texts(typed: str) -> list[str]:
    return [term.text for term in parse(typed).terms]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("工资", ["工资"]),
        ("  工资\t社保\n", ["工资", "社保"]),
        ("工资，社保、工伤；加班。", ["工资", "社保", "工伤", "加班"]),
        ("工资 工资", ["工资"]),
        ("“三个月 工资” 周明", ["三个月 工资", "周明"]),
        ('"没有关上', ["没有关上"]),
        ("「工资」", ["工资"]),
        ("ＡＢＣ　１２３", ["abc", "123"]),
        ("31,000元", ["31000元"]),
        ("139-1391-9198", ["13913919198"]),
        ("+86 139 1391 9198", ["13913919198"]),
        ("工\x00资\u200b\ud800", ["工资"]),
        ("工资！ ？", ["工资!"]),
    ],
)
def test_pieces(typed: str, expected: list[str]) -> None:
    assert texts(typed) == expected


@pytest.mark.parametrize(
    ("typed", "term"),
    [
        ("周明", Term("周明", ("周", "明"), alike="zhou'ming")),
        ("“周明”", Term("周明", ("周", "明"))),
        ("ZhouMing", Term("zhouming", ("zhouming",), sound="zhouming")),
        ("z", Term("z", ("z",))),
        ("9198", Term("9198", ("9198",), digits="9198", number="9198")),
        ("mz730451", Term("mz730451", ("mz730451",), digits="mz730451", number="mz730451")),
        ("198", Term("198", ("198",), digits="198", number="198")),
        ("98", Term("98", ("98",))),
        ("0532-12351", Term("0532-12351", ("0532", "12351"), digits="053212351", number="053212351")),
        (
            "QD12351-20261012-000123",
            Term(
                "qd12351-20261012-000123", ("qd12351", "20261012", "000123"), number="qd1235120261012000123"
            ),
        ),
        ("9月", Term("9月", ("9", "月"))),
        ("37020219900307123X", Term("37020219900307123x", ("37020219900307123x",))),
    ],
)
def test_the_ways_a_piece_may_be_found(typed: str, term: Term) -> None:
    assert parse(typed).terms == (term,)


def test_an_identity_number_is_looked_for_by_its_hash_only() -> None:
    query = parse("周明 37020219900307123x").with_keys(lambda number: f"hash of {number}")
    assert [term.key for term in query.terms] == ["", "hash of 37020219900307123X"]


@pytest.mark.parametrize("typed", ["", " ", "。", "!?", "\x00", "😀", '""', "-", "“ ”"])
def test_nothing_to_search_for(typed: str) -> None:
    with override("en"), pytest.raises(BadQuery, match="Type a word"):
        parse(typed)


def test_too_much() -> None:
    with override("en"), pytest.raises(BadQuery, match=str(LENGTH_LIMIT)):
        parse("工" * (LENGTH_LIMIT + 1))
    with override("en"), pytest.raises(BadQuery, match=str(TERMS_LIMIT)):
        parse(" ".join(f"词{n}" for n in range(TERMS_LIMIT + 1)))


@given(st.text(max_size=LENGTH_LIMIT))
def test_whatever_is_typed_is_parsed_or_refused(typed: str) -> None:
    try:
        terms = parse(typed).terms
    except BadQuery:
        return
    assert all(term.words or term.field for term in terms)
    assert all(0 <= term.start < term.end <= len(typed) for term in terms)


def meaning(typed: str) -> list[str]:
    """Each clause in one line: - for an exclusion, the field, the alternatives."""
    return [
        ("-" if clause.excluded else "")
        + "|".join(f"{term.field}:{term.text}" if term.field else term.text for term in clause.terms)
        for clause in parse(typed).clauses
    ]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("lawyer:王 employer:制帽 -撤回", ["lawyer:王", "employer:制帽", "-撤回"]),
        ("律师：王　单位：制帽　－撤回", ["lawyer:王", "employer:制帽", "-撤回"]),
        ("周明 工资 或 社保 OR 工伤", ["周明", "工资|社保|工伤"]),
        ("工资|社保｜工伤", ["工资|社保|工伤"]),
        ("工资 ＯＲ 社保", ["工资|社保"]),
        ("工资 or 社保", ["工资", "or", "社保"]),
        ("“或” 工资", ["或", "工资"]),
        ("工资 AND 社保", ["工资", "and", "社保"]),
        ("工资 - 社保", ["工资", "社保"]),
        ("工资-社保", ["工资-社保"]),
        ("-单位:制帽 -“已经 撤回”", ["-employer:制帽", "-已经 撤回"]),
        ('单位:"青岛 制帽"', ["employer:青岛 制帽"]),
        ("电话:139 1391 9198", ["phone:13913919198"]),
        ("案号:QD12351-20261012-000123", ["number:qd12351-20261012-000123"]),
        ("工资 工资", ["工资"]),
        ("9:30", ["9:30"]),
        ("青島製帽", ["青岛制帽"]),
    ],
)
def test_clauses(typed: str, expected: list[str]) -> None:
    assert meaning(typed) == expected


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2024年2月", date(2024, 2, 1), date(2024, 2, 29)),
        ("2024年5月3日", date(2024, 5, 3), date(2024, 5, 3)),
        ("2024/5/3", date(2024, 5, 3), date(2024, 5, 3)),
        ("2024-05..2024-07", date(2024, 5, 1), date(2024, 7, 31)),
        ("2024-05..", date(2024, 5, 1), None),
        ("..2024-07", None, date(2024, 7, 31)),
    ],
)
def test_days(typed: str, first: date | None, last: date | None) -> None:
    assert [term.days for term in parse(f"日期:{typed}").terms] == [Days(first, last)]


@pytest.mark.parametrize(
    ("typed", "piece", "says"),
    [
        ("工资 阿:王", "阿:王", "no field “阿”"),
        ("工资 律师: 王", "律师:", "After “律师:”"),
        ("工资 电话:12", "电话:12", "three digits"),
        ("工资 案号:-", "案号:-", "After"),
        ("工资 日期:2024-13", "日期:2024-13", "no date"),
        ("工资 日期:昨天", "日期:昨天", "no date"),
        ("工资 日期:..", "日期:..", "After"),
        ("日期:2024-07..2024-05 工资", "日期:2024-07..2024-05", "before it begins"),
        ("或 工资", "或", "before it and after"),
        ("工资 OR", "OR", "before it and after"),
        ("工资 || 社保", "|", "before it and after"),
        ("工资 或 -社保", "-社保", "alternatives"),
        ("-工资 或 社保", "社保", "alternatives"),
        ("ＡＢＣ：１", "ＡＢＣ：１", "no field"),
    ],
)
def test_an_error_points_at_the_place(typed: str, piece: str, says: str) -> None:
    with override("en"), pytest.raises(BadQuery, match=says) as caught:
        parse(typed)
    assert caught.value.piece == piece == typed[caught.value.start : caught.value.end]
    with override("zh-hans"), pytest.raises(BadQuery) as said:
        parse(typed)
    assert said.value.message != caught.value.message


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "工" * 10_000,
        "*" * 200,
        "*?" * 100,
        "，。！？" * 50,
        '"' * 199 + "工",
        "“" * 100,
        "\x00\x1b\u202e" * 66,
        "-" * 200,
        "a:" * 100,
        "工 " * 100,
        "| " * 100,
        "9,9" * 66,
        "((((((((" * 25,
        "曾单解" * 66,
        "😀" * 200,
        "\ud800" * 200,
        "日期:" + "9" * 190,
    ],
)
def test_whatever_is_typed_is_answered_at_once(typed: str) -> None:
    parse_or_refuse(typed)  # the tables are read once
    start = time.process_time()
    parse_or_refuse(typed)
    assert time.process_time() - start < 0.1


def parse_or_refuse(typed: str) -> None:
    try:
        assert parse(typed).clauses
    except BadQuery as error:
        assert error.message
