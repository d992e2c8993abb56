"""An employer's name that is nearly right is answered with the one that there is, from visible cases only."""

from collections.abc import Callable

import pytest

from hotline import events
from hotline.enums import EmployerRole, Section
from hotline.models import Case, Staff
from search.find import find
from tests.conftest import Drive

NAME = "青岛示例制帽有限公司"


@pytest.fixture
def known(write: Callable[..., Case], drive: Drive, agent: Staff, drained: Callable[[], int]) -> Case:
    case = write("工资", "+8613900000001")
    drive.save(case, Section.EMPLOYERS, agent, rows=[{"name": NAME, "role": EmployerRole.EMPLOYER}])
    drained()
    return case


@pytest.mark.parametrize(
    "typed",
    [
        "示列制帽",
        "青岛示例制冒有限公司",
        "示例制帽有限责任公司",
        "山东示例制帽集团有限公司",
        "单位:实力制帽",
        "示例帽制",
    ],
)
def test_a_name_that_is_nearly_right(known: Case, supervisor: Staff, typed: str) -> None:
    found = find(supervisor, typed)
    assert (found.total, found.did_you_mean) == (0, (NAME,))


@pytest.mark.parametrize("typed", ["制帽", "示例制帽", NAME, "示例港务", "制冒", "工资", "“示列”"])
def test_nothing_is_offered_for_what_is_found_too_short_or_another(
    known: Case, supervisor: Staff, typed: str
) -> None:
    assert find(supervisor, typed).did_you_mean == ()


def test_nothing_is_offered_of_cases_that_one_may_not_see(
    known: Case, lawyer: Staff, outsider: Staff, drained: Callable[[], int]
) -> None:
    assert find(lawyer, "示列制帽").did_you_mean == ()
    assert find(outsider, "示列制帽").did_you_mean == ()
    Case.objects.filter(pk=known.pk).update(lawyer=lawyer)
    events.record(Case.objects.get(pk=known.pk), "touched")
    drained()
    assert find(lawyer, "示列制帽").did_you_mean == (NAME,)
    Case.objects.filter(pk=known.pk).update(lawyer=None)  # the index does not know yet
    assert find(lawyer, "示列制帽").did_you_mean == ()
