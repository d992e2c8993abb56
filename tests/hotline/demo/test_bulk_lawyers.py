"""Two hundred and two lawyers, and the page on which a supervisor chooses among them."""

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from hotline.actions import lawyers
from hotline.demo import bulk_lawyers
from hotline.enums import Role, Section
from hotline.models import Case, Client, LawyerProfile, Staff, Unit
from tests.conftest import Drive

pytestmark = pytest.mark.django_db
ALL = 202


def test_they_are_spread_over_the_units_and_the_same_each_time(
    district: Unit, other_district: Unit, category: Any
) -> None:
    assert (bulk_lawyers.hire(20), bulk_lawyers.hire(24), bulk_lawyers.hire(24)) == (20, 4, 0)
    people = Staff.objects.filter(role=Role.LAWYER)
    spread = Counter(people.values_list("unit__code", flat=True))
    assert spread == {"QD": 12, district.code: 6, other_district.code: 6}
    assert not any(person.has_usable_password() for person in people)
    assert LawyerProfile.objects.filter(firm=None).count() == 0 and Client.objects.count() == 8


@pytest.fixture
def waiting(drive: Drive, case: Case) -> Case:
    """A review that waits for a lawyer, of a case with an employer."""
    Staff.objects.filter(role=Role.LAWYER).update(is_active=False)
    case = drive.to_review(case)
    drive.save(
        case, Section.EMPLOYERS, drive.agent, rows=[{"name": "青岛示例制帽有限公司", "role": "EMPLOYER"}]
    )
    return case


def test_choosing_takes_as_many_statements_with_all_of_them_as_with_a_few(
    waiting: Case, supervisor: Staff, district: Unit, client_of: Callable[[Staff], Browser]
) -> None:
    page, address = client_of(supervisor), f"/reviews/{waiting.pk}/"
    counts = []
    for many in (2, 12):
        bulk_lawyers.hire(many)
        page.get(address)
        with CaptureQueriesContext(connection) as told:
            shown = page.get(address)
        counts.append(len(told))
        assert len(shown.context["candidates"]) + shown.context["more"] == many
    assert counts == [13, 13]


@pytest.mark.services
def test_the_work_grows_with_the_lawyers_and_no_faster(waiting: Case, district: Unit) -> None:
    def seconds(many: int) -> float:
        bulk_lawyers.hire(many)
        runs = []
        for _run in range(5):
            begun = time.process_time()
            assert len(lawyers.candidates(waiting)) == many
            runs.append(time.process_time() - begun)
        return min(runs)

    few, all_of_them = seconds(20), seconds(ALL)
    assert all_of_them / few < 2 * ALL / 20, (few, all_of_them)


@pytest.mark.services
def test_the_command_makes_all_of_them(db: None) -> None:
    call_command("seed_bulk", "0", lawyers=ALL)
    assert LawyerProfile.objects.count() == ALL
