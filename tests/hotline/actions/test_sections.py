"""Saving sections: employers that several cases share, and what an event keeps."""

from collections.abc import Callable

import pytest

from hotline.enums import EmployerRole, Section
from hotline.models import Case, Employer, SearchMark, Staff
from workflows import reception, steps

pytestmark = pytest.mark.django_db
CODE = "91370200MADEM0014N"


def save_employer(case: Case, agent: Staff, **row: object) -> Employer:
    revision = steps.sections.revision_of(case, Section.EMPLOYERS).revision
    data = {"rows": [{"role": EmployerRole.EMPLOYER, **row}]}
    steps.save(case.pk, Section.EMPLOYERS, agent, revision, data)
    part = case.employers.get()
    return part.employer


def test_one_credit_code_is_one_employer_and_its_old_name_stays_known(
    arrive: Callable[..., reception.Received], agent: Staff
) -> None:
    first, second = arrive("+8613800000001").case, arrive("+8613800000002").case
    known = save_employer(first, agent, name="青岛海晴制帽厂", credit_code=CODE)
    SearchMark.objects.all().delete()
    renamed = save_employer(second, agent, name="青岛海晴制帽有限公司", credit_code=CODE)
    assert renamed == known
    assert (renamed.name, renamed.aliases) == ("青岛海晴制帽有限公司", ["青岛海晴制帽厂"])
    assert SearchMark.objects.filter(case=first).exists(), "the other case is found by the new name, too"


def test_a_name_without_a_code_gets_its_code_later(case: Case, agent: Staff) -> None:
    first = save_employer(case, agent, name="青岛海晴制帽厂")
    assert save_employer(case, agent, name="青岛海晴制帽厂", credit_code=CODE) == first
    assert Employer.objects.get().credit_code == CODE


def test_the_event_keeps_what_stood_there_before(case: Case, agent: Staff) -> None:
    steps.save(case.pk, Section.INTAKE, agent, 0, {"narrative": "甲"})
    steps.save(case.pk, Section.INTAKE, agent, 1, {"narrative": "乙"})
    event = case.events.filter(kind="section.saved").order_by("-sequence").first()
    assert event is not None and event.data["changes"] == {"narrative": ["甲", "乙"]}


def test_an_identity_number_is_encrypted_hashed_and_never_in_an_event(case: Case, agent: Staff) -> None:
    number = "11010519491231002X"
    steps.save(case.pk, Section.CALLER, agent, 0, {"name": "周倩", "identity_number": number})
    case.person.refresh_from_db()
    assert case.person.identity_number == number
    assert number not in case.person.identity_token and len(case.person.identity_hash) == 64
    assert number not in str(list(case.events.values_list("data", flat=True)))


def test_saving_the_same_again_writes_nothing(case: Case, agent: Staff) -> None:
    revision = steps.save(case.pk, Section.INTAKE, agent, 0, {"narrative": "甲"})
    case.refresh_from_db()
    assert steps.save(case.pk, Section.INTAKE, agent, revision, {"narrative": "甲"}) == revision
    assert Case.objects.get(pk=case.pk).version == case.version
