"""What every engine does with exclusions, alternatives, fields, facets and what is chosen of them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from search import fields, sounds
from search.document import CaseDocument
from search.elastic_engine import ElasticEngine
from search.engine import FACETS, Engine, Filters, Scope
from search.query import Days, ParsedQuery, Term, all_of
from search.tantivy_engine import TantivyEngine
from tests.search.contract import CITY, doc, find, ids

CASES = [
    doc(1, "工资没发", names=("王丽",), employers=("青岛示例制帽有限公司",), phones=("+8613900001234",)),
    doc(2, "社保没交", names=("李四",), employers=("青岛示例港务有限公司",), lawyer_id=7),
    doc(3, "工资没发，后来撤回", names=("王五",), lawyer_id=8, stage="CLOSED"),
    doc(4, "制帽厂的王丽说", names=("赵六",), phones=("+8613900005678",), lawyer_id=7),
]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("没发 或 没交", {1, 2, 3}),
        ("王丽 没发 或 没交", {1}),
        ("没发 -撤回", {1}),
        ("-撤回", {1, 2, 4}),
        ("-没发 -没交", {4}),
        ("单位:制帽", {1}),
        ("制帽", {1, 4}),
        ("-单位:制帽", {2, 3, 4}),
        ("姓名:王丽", {1}),
        ("姓名:王", {1, 3}),
        ("姓名:wangli", {1}),
        ("姓名:王莉", {1}),
        ("电话:1234", {1}),
        ("电话:139-0000", {1, 4}),
        ("案号:000003", {3}),
        ("000003 或 000004", {3, 4}),
        ("日期:2026-10", {1, 2, 3, 4}),
        ("日期:2026-10-13..", set()),
        ("日期:..2026-10-12", {1, 2, 3, 4}),
        ("-日期:2026", set()),
    ],
)
def test_clauses(engine: Engine, typed: str, found: set[int]) -> None:
    engine.write(CASES)
    assert ids(engine, typed) == found
    assert ids(engine, typed, sort="relevance") == found
    assert ids(engine, typed, Scope(unit_paths=("/9/",))) == set()


def test_who_only_sounds_like_what_is_excluded_stays(engine: Engine) -> None:
    engine.write(CASES)
    assert ids(engine, "-王莉") == {1, 2, 3, 4}
    assert ids(engine, "-王丽") == {2, 3}


def test_a_value_that_was_looked_up(engine: Engine) -> None:
    engine.write(CASES)

    def with_values(*values: str) -> set[int]:
        query = all_of([Term("?", field="lawyer", values=values)])
        return set(engine.search(query, CITY, size=9).ids)

    assert with_values("7") == {2, 4}
    assert with_values("7", "8") == {2, 3, 4}
    assert with_values(fields.NONE) == {1}
    assert with_values("9") == set()


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("示例制帽", {1}),
        ("示列制帽", {1}),
        ("示制帽", {1}),
        ("示例制帽厂", {1}),
        ("使力制冒", {1}),
        ("示列港帽", set()),
        ("示例港务", {2}),
    ],
)
def test_an_employer_that_looks_or_sounds_alike(engine: Engine, typed: str, found: set[int]) -> None:
    engine.write(CASES)
    near = all_of([Term(typed, near=typed, sound=sounds.whole_sound(typed))])
    assert set(engine.search(near, CITY, size=9).ids) == found


MIXED = [
    doc(1, "工资", category="A01", urgency="P1", district="370202", lawyer_id=7),
    doc(2, "工资", stage="CLOSED", category="A01", urgency="P2", district="370203"),
    doc(3, "工资", stage="CLOSED", category="B02", urgency="P2", lawyer_id=7),
    doc(4, "社保", stage="MEDIATION", category="A01"),
    doc(5, "工资", stage="CLOSED", unit_paths=("/9/",)),
    # In the hotline's own time zone the next month has begun.
    doc(6, "工资", stage="CLOSED", opened_at=datetime(2026, 10, 31, 17, tzinfo=UTC)),
]


def test_facets_count_what_is_found_and_what_has_none(engine: Engine) -> None:
    engine.write(MIXED)
    page = find(engine, "工资", facets=FACETS)
    assert page.total == 4
    assert page.facets == {
        "stage": {"CLOSED": 3, "INTAKE": 1},
        "category": {"A01": 2, "B02": 1, "-": 1},
        "urgency": {"P2": 2, "P1": 1, "-": 1},
        "district": {"370202": 1, "370203": 1, "-": 2},
        "lawyer": {"7": 2, "-": 2},
        "month": {"2026-10": 3, "2026-11": 1},
    }
    assert find(engine, "工资").facets == {}


@pytest.mark.parametrize(
    ("filters", "found", "stages", "lawyers"),
    [
        (Filters({"stage": ("CLOSED",)}), {2, 3, 6}, {"CLOSED": 3, "INTAKE": 1}, {"7": 1, "-": 2}),
        (
            Filters({"stage": ("CLOSED", "INTAKE")}),
            {1, 2, 3, 6},
            {"CLOSED": 3, "INTAKE": 1},
            {"7": 2, "-": 2},
        ),
        (Filters({"stage": ("CLOSED",), "lawyer": ("-",)}), {2, 6}, {"CLOSED": 2}, {"7": 1, "-": 2}),
        (Filters({"stage": ("CLOSED",), "category": ("B02",)}), {3}, {"CLOSED": 1}, {"7": 1}),
        (Filters({"month": ("2026-11",)}), {6}, {"CLOSED": 1}, {"-": 1}),
        (Filters({"stage": ("NONSENSE",)}), set(), {"CLOSED": 3, "INTAKE": 1}, {}),
        (Filters({"stage": ()}), {1, 2, 3, 6}, {"CLOSED": 3, "INTAKE": 1}, {"7": 2, "-": 2}),
        (Filters(days=Days(date(2026, 11, 1))), {6}, {"CLOSED": 1}, {"-": 1}),
        (
            Filters(days=Days(None, date(2026, 10, 31))),
            {1, 2, 3},
            {"CLOSED": 2, "INTAKE": 1},
            {"7": 2, "-": 1},
        ),
    ],
)
def test_what_is_chosen_narrows_the_hits_and_all_facets_but_its_own(
    engine: Engine, filters: Filters, found: set[int], stages: dict[str, int], lawyers: dict[str, int]
) -> None:
    engine.write(MIXED)
    page = find(engine, "工资", filters=filters, facets=["stage", "lawyer"])
    assert (set(page.ids), page.total) == (found, len(found))
    assert page.facets == {"stage": stages, "lawyer": lawyers}
    bare = find(engine, "工资", filters=filters)
    assert (bare.ids, bare.total) == (page.ids, page.total)
    ranked = find(engine, "工资", filters=filters, sort="relevance", facets=["stage"])
    assert (ranked.ids, ranked.total, ranked.facets["stage"]) == (page.ids, page.total, stages)


def test_without_words_what_is_chosen_is_found(engine: Engine) -> None:
    engine.write(MIXED)
    chosen = Filters({"category": ("A01",)})
    assert set(engine.search(ParsedQuery(""), CITY, size=9, filters=chosen).ids) == {1, 2, 4}


@pytest.mark.parametrize("scope", [Scope(), Scope(lawyer_id=7), Scope(unit_paths=("/9/",))])
def test_the_scope_holds_whatever_is_asked(engine: Engine, scope: Scope) -> None:
    engine.write(MIXED)
    seen = {pk for pk, one in enumerate(MIXED, 1) if _in_scope(one, scope)}
    for typed in ("工资 或 社保", "-撤回", "日期:2026"):
        for sort in ("newest", "oldest", "relevance", "deadline"):
            page = find(engine, typed, scope, facets=FACETS, sort=sort)
            assert set(page.ids) == seen, (typed, sort)
            assert page.total == len(seen)
            assert all(sum(page.facets[facet].values()) == len(seen) for facet in FACETS)
    chosen = find(engine, "工资", scope, facets=FACETS, filters=Filters({"stage": ("INTAKE",)}))
    assert sum(chosen.facets["stage"].values()) == len(seen - {4})


def _in_scope(one: CaseDocument, scope: Scope) -> bool:
    return bool(set(one.unit_paths) & set(scope.unit_paths)) or (
        scope.lawyer_id is not None and one.lawyer_id == scope.lawyer_id
    )


SECRETS = ("37020219900307123X", "370202199003", "6222020011112222333", "1112222333")


def test_no_term_of_the_index_holds_what_is_sensitive(
    engine: Engine, hidden: Callable[[str], CaseDocument]
) -> None:
    engine.write([hidden(f"身份证{SECRETS[0]}，卡号{SECRETS[2]}，或者 370202 19900307 123X")])
    assert engine.count() == 1
    terms = TERMS_OF[type(engine)](engine)
    assert "身" in terms
    for secret in SECRETS:
        pieces = [secret.lower()] if len(secret) < 18 else [secret.lower(), secret.lower()[6:14]]
        assert not [term for term in terms for piece in pieces if piece in term]


@pytest.fixture
def hidden() -> Callable[[str], CaseDocument]:
    """A document as the rows of a case are made into one."""
    from search import masking

    return lambda text: replace(doc(1, masking.hide_sensitive(text)), keys=("a" * 64,))


def _terms_in_tantivy(engine: Any) -> set[str]:
    searcher = engine._searcher()
    names = (*fields.TEXTS, *fields.KEYWORDS)
    return {term for name in names for term, _count in searcher.terms_with_prefix(name, "")}


def _terms_in_elasticsearch(engine: Any) -> set[str]:
    # The server lists the words of a document that it is given, and tells by whole words what it holds.
    held = set()
    for name in (*fields.TEXTS, *fields.KEYWORDS):
        for word in ("身", *(secret.lower() for secret in SECRETS), "19900307"):
            query = {"prefix": {name: {"value": word}}}
            if engine._client.count(index=engine.alias, query=query)["count"]:
                held.add(word)
    return held


TERMS_OF = {TantivyEngine: _terms_in_tantivy, ElasticEngine: _terms_in_elasticsearch}
