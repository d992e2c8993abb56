"""The rules file, and what is refused in one."""

from datetime import date

import pytest

from workflows.deadlines.rules import DeadlineError, NotInForce, Unit, UnknownRule, all_rules, get, parse

LAWS = {"lmal": {"zh": "《调解仲裁法》", "en": "the Law", "from": date(2008, 5, 1)}}
GOOD = {
    "code": "some.period",
    "name_zh": "某期限",
    "name_en": "Some period",
    "law": "lmal",
    "article_zh": "第1条",
    "article_en": "Art. 1",
    "text_zh": "文字",
    "text_en": "Text",
    "start_zh": "某日",
    "start_en": "Some day",
    "length": 5,
    "unit": "WORKDAY",
    "roll": True,
}

# code: (length, unit, extension, what the article is)
NEEDED = {
    "limitation.general": (1, Unit.YEAR, 0, "第27条"),
    "limitation.wages": (1, Unit.YEAR, 0, "第27条"),
    "mediation.agreement": (15, Unit.NATURAL, 0, "第14条"),
    "mediation.acceptance_term": (15, Unit.NATURAL, 0, "第29条"),
    "arbitration.acceptance": (5, Unit.WORKDAY, 0, "第29条"),
    "arbitration.award": (45, Unit.NATURAL, 15, "第43条"),
}


@pytest.mark.parametrize("code", NEEDED)
def test_the_rules_that_the_path_of_a_case_needs(code: str) -> None:
    rule = get(code, date(2026, 11, 23))
    length, unit, extension, article = NEEDED[code]
    assert (rule.length, rule.unit, rule.extension) == (length, unit, extension)
    assert article in rule.basis
    assert rule.roll
    assert rule.verified


def test_every_rule_says_where_it_is_written() -> None:
    for rule in all_rules():
        assert rule.basis.startswith(rule.law.zh)
        assert rule.basis_en.startswith(rule.law.en)
        assert rule.article_zh or not rule.verified
        assert len(rule.code) <= 60


def test_sixty_days_of_the_old_labour_law_is_not_a_limitation() -> None:
    # Article 82 of the Labour Law still says 60 days; article 27 of the later, special law replaced it.
    assert not [rule for rule in all_rules() if rule.code.startswith("limitation") and rule.length == 60]


def test_versions_follow_one_another() -> None:
    first = {**GOOD, "to": date(2019, 12, 31)}
    second = {**GOOD, "from": date(2020, 1, 1), "length": 7}
    rules = parse({"laws": LAWS, "rules": [second, first]})
    assert [rule.length for rule in rules] == [5, 7]
    assert [rule.holds_on(date(2020, 1, 1)) for rule in rules] == [False, True]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"unit": "WEEK"}, "unit must be one of"),
        ({"length": 0}, "above 0"),
        ({"length": "5"}, "above 0"),
        ({"length": True}, "above 0"),
        ({"extension": -1}, "extension"),
        ({"roll": "yes"}, "roll"),
        ({"law": "other"}, "not listed"),
        ({"lenght": 5}, "unknown key lenght"),
        ({"code": "Some Period"}, "area.name"),
        ({"text_en": ""}, "empty"),
        ({"article_zh": ""}, "names its article"),
        ({"counts_start": True}, "months and years"),
        ({"before": True, "extension": 3}, "backwards"),
        ({"unit": "HOUR"}, "neither rolls"),
        ({"alerts": [{"left": 1, "level": "BLUE"}]}, "BLUE"),
        ({"alerts": [{"left": 1, "level": "RED", "unit": "YEAR"}]}, "NATURAL or WORKDAY"),
        ({"from": date(2020, 1, 2), "to": date(2020, 1, 1)}, "before it begins"),
    ],
)
def test_mistakes_are_refused(change: dict, problem: str) -> None:
    with pytest.raises(DeadlineError, match=problem):
        parse({"laws": LAWS, "rules": [{**GOOD, **change}]})


def test_missing_key_and_overlap_are_refused() -> None:
    without = {key: value for key, value in GOOD.items() if key != "start_zh"}
    with pytest.raises(DeadlineError, match="start_zh"):
        parse({"laws": LAWS, "rules": [without]})
    with pytest.raises(DeadlineError, match="same day"):
        parse({"laws": LAWS, "rules": [GOOD, GOOD]})


def test_get_refuses() -> None:
    with pytest.raises(UnknownRule):
        get("no.such", date(2026, 1, 1))
    with pytest.raises(NotInForce):
        get("petition.notice", date(2022, 4, 30))
    assert get("petition.notice", date(2022, 5, 1)).length == 15
