"""What stands in a field of which there is a list is found by code or name, in either language."""

import pytest
from django.utils.translation import override

from hotline.models import Category, Staff, Unit
from search.grammar import parse
from search.lookup import looked_up
from search.query import BadQuery


def values(typed: str) -> tuple[str, ...]:
    return looked_up(parse(typed), typed).terms[0].values


def test_people_by_part_of_their_name_or_their_user_name(lawyer: Staff, other_lawyer: Staff) -> None:
    assert values("律师:李") == values("lawyer:LAWYER") == (str(lawyer.pk),)
    assert values("律师:律师") == tuple(sorted((str(lawyer.pk), str(other_lawyer.pk))))
    assert values("律师:无") == values("lawyer:none") == ("-",)


def test_a_role_is_looked_up_in_its_own_people(agent: Staff, mediator: Staff) -> None:
    assert values("坐席:王") == (str(agent.pk),)
    assert values("调解员:孙") == (str(mediator.pk),)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("阶段:调解", ("MEDIATION",)),
        ("阶段:办结", ("CLOSED",)),
        ("stage:mediation", ("MEDIATION",)),
        ("stage:review", ("LEGAL_REVIEW",)),
        ("紧急:p0", ("P0",)),
        ("紧急程度:特急", ("P0",)),
    ],
)
def test_stages_and_urgencies(typed: str, found: tuple[str, ...]) -> None:
    for language in ("zh-hans", "en"):
        with override(language):
            assert values(typed) == found


def test_a_category_by_code_or_name_and_a_group_with_all_in_it(category: Category) -> None:
    assert values("类别:A01") == values("category:owed") == values("类别:拖欠") == ("A01",)
    assert values("类别:劳动报酬") == ("A", "A01")


def test_a_district_by_code_or_name(district: Unit, other_district: Unit) -> None:
    Unit.objects.filter(pk=district.pk).update(district_code="370202")
    assert values("区:市南") == values("district:370202") == ("370202",)


@pytest.mark.parametrize("typed", ["律师:赵钱", "阶段:不存在", "工资 区:火星"])
def test_what_does_not_exist_is_told_with_its_place(typed: str, lawyer: Staff) -> None:
    with pytest.raises(BadQuery) as caught:
        looked_up(parse(typed), typed)
    assert caught.value.piece == typed.split()[-1]
    assert caught.value.piece in caught.value.message
