"""Transfer and dispatch by the case page: sent by the intake's form, answered by the unit's, in the lists."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from hotline.enums import Role
from hotline.models import Case, Staff, Unit
from search import outbox
from tests.conftest import Drive, make_staff
from workflows import steps
from workflows.decisions import Decision

pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Client]


@pytest.fixture
def receiver(district: Unit) -> Staff:
    return make_staff("receiver", "孟凡", Role.AGENT, district)


@pytest.fixture
def sent(case: Case, drive: Drive, agent: Staff, receiver: Staff, district: Unit) -> Case:
    drive.write_intake(case)
    return drive.complete(case, agent, Decision.DISPATCH, unit=district, note="请就地协调")


def send(client: Client, case: Case, **data: str) -> tuple[int, str]:
    task = steps.current_task(case)
    assert task is not None
    answer = client.post(reverse("step", args=[case.pk, task.pk]), data)
    return answer.status_code, answer.content.decode()


def test_sent_by_the_form_accepted_by_the_units(
    case: Case, drive: Drive, agent: Staff, receiver: Staff, district: Unit, client_of: SignIn
) -> None:
    drive.write_intake(case)
    status, page = send(client_of(agent), case, decision="DISPATCH", note="请核实")
    assert status == 400 and "请选择承办单位" in page
    assert send(client_of(agent), case, decision="DISPATCH", unit=str(district.pk), note="请核实")[0] == 303
    theirs = client_of(receiver)
    page = theirs.get(f"/cases/{case.pk}/").content.decode()
    assert "请核实" in page and "签收并受理" in page and "撤回转办" not in page
    assert 'name="text"' not in page.split('id="reply"')[-1] or "reply" not in page, "theirs to read"
    for listed in ("/cases/?dispatched=here", "/desk/"):
        assert f"/cases/{case.pk}/" in theirs.get(listed).content.decode(), listed
    assert theirs.post(f"/cases/{case.pk}/reply/", {"text": "您好"}).status_code == 403
    assert theirs.post(f"/cases/{case.pk}/dispatch/accept/").status_code == 303
    case.refresh_from_db()
    assert (case.unit, case.agent) == (district, receiver)
    assert "待承办单位签收" not in theirs.get(f"/cases/{case.pk}/").content.decode()


def test_what_the_review_misses_is_shown_and_nothing_is_lost(
    sent: Case, receiver: Staff, client_of: SignIn
) -> None:
    Case.objects.filter(pk=sent.pk).update(category=None)
    answer = client_of(receiver).post(f"/cases/{sent.pk}/dispatch/accept/", {"review": "1"})
    assert answer.status_code == 400 and "请先选择业务类目" in answer.content.decode()
    sent.refresh_from_db()
    assert sent.offered_to is not None


def test_returned_by_the_dialog(sent: Case, receiver: Staff, client_of: SignIn) -> None:
    theirs = client_of(receiver)
    assert theirs.post(f"/cases/{sent.pk}/dispatch/return/", {"reason": " "}).status_code == 400
    answer = theirs.post(f"/cases/{sent.pk}/dispatch/return/", {"reason": "不属本区"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/cases/"), "theirs no more"
    assert theirs.get(f"/cases/{sent.pk}/").status_code == 404


def test_the_supervisor_has_what_is_not_accepted_with_its_clock(
    sent: Case, supervisor: Staff, client_of: SignIn
) -> None:
    client = client_of(supervisor)
    assert sent.number in client.get("/cases/?dispatched=away").content.decode()
    assert "已转办，待签收" in client.get("/floor/").content.decode()
    drawing = client.get(f"/cases/{sent.pk}/flow.svg").content.decode()
    assert "转办" in drawing
    assert client.post(f"/cases/{sent.pk}/dispatch/take-back/", {"reason": "发错了"}).status_code == 303
    assert sent.number not in client.get("/cases/?dispatched=away").content.decode()


def test_a_transfer_is_told_on_the_timeline_and_found(
    case: Case, agent: Staff, supervisor: Staff, client_of: SignIn
) -> None:
    form = {"decision": "TRANSFERRED", "code": "Z01", "body": "青岛市12345热线", "phone": "12345"}
    status, page = send(client_of(agent), case, **form)
    assert status == 400 and "请写明原因和告知职工的内容" in page and "青岛市12345热线" in page
    assert send(client_of(agent), case, **form, note="路灯不亮")[0] == 303
    assert "Z01" in client_of(agent).get(f"/cases/{case.pk}/").content.decode()
    while outbox.drain():
        pass
    for words in ("青岛市12345热线", "路灯不亮"):
        assert case.number in client_of(supervisor).get("/search/", {"q": words}).content.decode()
