"""What is done, cancelled, another's, stale or pressed twice: 409 that says who did what, and done once."""

from collections.abc import Callable

import pytest
from django.test import Client

from hotline.enums import CallbackState
from hotline.models import Callback, Case, Review, Staff
from tests.bad_input.conftest import Rows
from tests.conftest import Drive
from workflows import reception, steps
from workflows.decisions import Decision

pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Client]


def test_a_step_of_a_withdrawn_case_says_who_withdrew_it(
    case: Case, drive: Drive, agent: Staff, other_agent: Staff, client_of: SignIn
) -> None:
    drive.write_intake(case)
    task = steps.current_task(case)
    assert task is not None
    client_of(other_agent).post(f"/cases/{case.pk}/withdraw/", {"reason": "已私下解决"})
    answer = client_of(agent).post(f"/cases/{case.pk}/steps/{task.pk}/", {"decision": "REVIEW"})
    assert answer.status_code == 409
    assert "陈建国" in answer.content.decode() and "撤回" in answer.content.decode()


def test_a_stale_step_names_who_completed_that_one_and_not_a_later_one(
    case: Case, drive: Drive, agent: Staff, lawyer: Staff, client_of: SignIn
) -> None:
    drive.write_intake(case)
    task = steps.current_task(case)
    assert task is not None
    drive.write_opinion(drive.complete(case, agent, Decision.REVIEW))
    drive.complete(case, lawyer, Decision.ANSWERED, note="已答复")
    answer = client_of(agent).post(f"/cases/{case.pk}/steps/{task.pk}/", {"decision": "REVIEW"})
    assert answer.status_code == 409
    words = answer.content.decode()
    assert "王晓梅" in words and "李律师" not in words


def test_anothers_step_names_its_holder(
    case: Case, drive: Drive, agent: Staff, other_agent: Staff, client_of: SignIn
) -> None:
    drive.write_intake(case)
    client_of(other_agent).post(f"/cases/{case.pk}/take-over/")
    task = steps.current_task(case)
    assert task is not None
    answer = client_of(agent).post(f"/cases/{case.pk}/steps/{task.pk}/", {"decision": "REVIEW"})
    assert answer.status_code == 409 and "陈建国" in answer.content.decode()
    case.refresh_from_db()
    assert case.stage == "INTAKE"


def test_a_closed_case_says_who_closed_it(
    case: Case, drive: Drive, agent: Staff, other_agent: Staff, client_of: SignIn
) -> None:
    drive.write_intake(case)
    drive.complete(case, other_agent, Decision.ANSWERED, note="已答复")
    data = {"urgency": "P1", "persons": "1", "has_contract": "UNKNOWN", "revision": "1"}
    answer = client_of(agent).post(f"/cases/{case.pk}/sections/INTAKE/", data)
    assert answer.status_code == 409 and "陈建国" in answer.content.decode()


def test_a_section_is_not_written_at_another_stage(
    case: Case, drive: Drive, lawyer: Staff, mediator: Staff, client_of: SignIn
) -> None:
    case = drive.to_mediation(case)
    before = Review.objects.count()
    answer = client_of(lawyer).post(f"/cases/{case.pk}/sections/REVIEW/", {"opinion": "改", "revision": "1"})
    assert answer.status_code == 409 and Review.objects.count() == before
    case = drive.complete(case, mediator, Decision.REFER, note="不成")
    late = client_of(mediator).post(
        f"/cases/{case.pk}/sections/MEDIATION/", {"agreement": "改", "revision": "0"}
    )
    assert late.status_code == 409 and case.mediations.get().agreement == ""


def test_a_call_back_that_is_done_says_who_saw_to_it(
    rows: Rows, agent: Staff, other_agent: Staff, client_of: SignIn
) -> None:
    address = f"/callbacks/{rows['callback']}/give-up/"
    assert client_of(other_agent).post(address, {"reason": "三次无人接听"}).status_code == 303
    again = client_of(agent).post(address, {"reason": "空号"})
    start = client_of(agent).post(f"/callbacks/{rows['callback']}/start/")
    for answer in (again, start):
        assert answer.status_code == 409 and "陈建国" in answer.content.decode()
    assert Callback.objects.get().state == CallbackState.GIVEN_UP


def test_a_conversation_is_moved_once(
    case: Case, agent: Staff, other_agent: Staff, arrive: Callable[..., reception.Received], client_of: SignIn
) -> None:
    address = f"/interactions/{arrive().interaction.pk}/new-case/"
    assert client_of(other_agent).post(address).status_code == 303
    again = client_of(agent).post(address)
    assert again.status_code == 409 and "陈建国" in again.content.decode()
    assert Case.objects.count() == 2


def test_the_same_person_saved_from_two_cases_shows_both(
    case: Case, agent: Staff, other_agent: Staff, arrive: Callable[..., reception.Received], client_of: SignIn
) -> None:
    moved = reception.move_to_new_case(arrive().interaction.pk, agent)
    caller = {"sex": "U", "union_member": "UNKNOWN", "may_disclose": "UNKNOWN", "may_text": "UNKNOWN"}
    first = client_of(agent).post(
        f"/cases/{case.pk}/sections/CALLER/", caller | {"name": "张三", "revision": "0"}
    )
    second = client_of(other_agent).post(
        f"/cases/{moved.pk}/sections/CALLER/", caller | {"name": "章三", "revision": "0"}
    )
    assert (first.status_code, second.status_code) == (303, 409)
    words = second.content.decode()
    assert "张三" in words and "章三" in words and "王晓梅" in words
    case.person.refresh_from_db()
    assert case.person.name == "张三"


def test_the_head_follows_a_name_that_was_changed_from_another_case(
    case: Case, agent: Staff, arrive: Callable[..., reception.Received], client_of: SignIn
) -> None:
    moved = reception.move_to_new_case(arrive().interaction.pk, agent)
    browser, head = client_of(agent), f"/cases/{moved.pk}/parts/head/"
    tag = browser.get(head)["ETag"]
    assert browser.get(head, headers={"If-None-Match": tag}).status_code == 304
    case.person.refresh_from_db()
    steps.save(case.pk, steps.Section.CALLER, agent, 0, {"name": "张三"})
    again = browser.get(head, headers={"If-None-Match": tag})
    assert again.status_code == 200 and "张三" in again.content.decode()
