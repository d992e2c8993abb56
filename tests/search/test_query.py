"""What a person types is taken apart into what must be found."""

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from search.grammar import LENGTH_LIMIT, TERMS_LIMIT, parse
from search.query import BadQuery, Term


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
    assert all(term.words and all(term.words) for term in terms)
