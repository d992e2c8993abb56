"""Merging, undoing and splitting by the case page; what is merged is read on the surviving case."""

from collections.abc import Callable

import pytest
from django.test import Client

from hotline.actions import calls, transcripts
from hotline.enums import Channel, EmployerRole, RecordingState, Section
from hotline.models import Case, Recording, Staff
from tests.conftest import Drive
from workflows import merges, reception
from workflows.decisions import Decision

pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Client]
Arrive = Callable[..., reception.Received]
WHY = "同一职工换号来电"


@pytest.fixture
def other(arrive: Arrive, drive: Drive, agent: Staff) -> Case:
    """A call from another number, with a claim that the first case has not."""
    received = arrive("+8613900009999", channel=Channel.CALL, provider_id="CA" + "1" * 32)
    call = calls.arrived(received.interaction, voicemail=False, recorded=True)
    at = received.interaction.at
    transcripts.said(call.pk, "GT1", 1, by_worker=True, text="押金也没退", confidence=0.9, at=at)
    Recording.objects.create(call=call, sid="RE1", state=RecordingState.STORED)
    case = drive.write_intake(received.case)
    drive.save(case, Section.CLAIMS, agent, rows=[{"kind": "OTHER", "amount": 321, "basis": "押金"}])
    return case


def merge(client: Client, case: Case, other: Case | str, **more: str) -> tuple[int, str]:
    number = other if isinstance(other, str) else other.number
    answer = client.post(f"/cases/{case.pk}/merge/", {"other": number, "reason": WHY, **more})
    return answer.status_code, answer.content.decode()


def test_merged_by_its_number_and_read_here(
    case: Case, other: Case, drive: Drive, agent: Staff, client_of: SignIn
) -> None:
    client = client_of(agent)
    assert merge(client, case, other)[0] == 303
    page = client.get(f"/cases/{case.pk}/").content.decode()
    for words in ("押金也没退", "321.00", other.number, WHY, "撤销并案"):
        assert words in page, words
    theirs = client.get(f"/cases/{other.pk}/").content.decode()
    assert case.number in theirs and "完成此环节" not in theirs
    assert client.post(f"/cases/{other.pk}/merge/undo/", {"reason": "两件事"}).status_code == 303
    assert "押金也没退" not in client.get(f"/cases/{case.pk}/").content.decode()


def test_the_other_way_round(case: Case, other: Case, agent: Staff, client_of: SignIn) -> None:
    assert merge(client_of(agent), case, other, way="there")[0] == 303
    case.refresh_from_db()
    assert case.merged_into == other


def test_what_is_refused_stays_in_the_form(
    case: Case, other: Case, agent: Staff, outsider: Staff, client_of: SignIn
) -> None:
    status, page = merge(client_of(agent), case, "QD12351-19990101-000001", reason="写了很长的理由")
    assert status == 400 and "写了很长的理由" in page and "QD12351-19990101-000001" in page
    status, page = merge(client_of(agent), case, case)
    assert status == 400
    assert merge(client_of(outsider), case, other)[0] == 404


def test_what_comes_too_late_says_so(
    case: Case, other: Case, drive: Drive, agent: Staff, client_of: SignIn
) -> None:
    client = client_of(agent)
    answer = client.post(f"/cases/{case.pk}/merge/undo/", {"reason": "写了很长的理由"})
    assert answer.status_code == 409 and "没有并入" in answer.content.decode()
    drive.complete(case, agent, Decision.NUISANCE, note="骚扰")
    status, page = merge(client, case, other, reason="写了很长的理由")
    assert status == 409 and 'class="problem-status"' in page


def test_it_is_suggested_with_the_reason(
    case: Case, other: Case, drive: Drive, agent: Staff, client_of: SignIn
) -> None:
    drive.write_intake(case)
    for one, name in ((case, "青岛示例制帽有限公司"), (other, "示例制帽")):
        drive.save(one, Section.EMPLOYERS, agent, rows=[{"name": name, "role": EmployerRole.EMPLOYER}])
    page = client_of(agent).get(f"/cases/{case.pk}/parts/links/").content.decode()
    assert other.number in page and "单位名称相近" in page


def test_the_survivors_lawyer_hears_what_is_shown(
    case: Case, other: Case, drive: Drive, agent: Staff, client_of: SignIn
) -> None:
    """The merged case itself is not theirs; its number is left out."""
    reviewed = drive.to_review(case)
    merges.merge(other.pk, case.pk, agent, WHY)
    assert reviewed.lawyer is not None
    client = client_of(reviewed.lawyer)
    page = client.get(f"/cases/{case.pk}/").content.decode()
    assert "押金也没退" in page and other.number not in page
    assert client.get(f"/cases/{other.pk}/").status_code == 404
    recording = Recording.objects.get()
    answer = client.post(f"/recordings/{recording.pk}/listen/", {"reason": "核对"})
    assert answer.status_code == 303


def test_split_by_the_form(case: Case, arrive: Arrive, drive: Drive, agent: Staff, client_of: SignIn) -> None:
    second = arrive().interaction
    drive.write_intake(case)
    client = client_of(agent)
    data = {"interactions": [str(second.pk), "x", "9" * 40], "reason": ""}
    refused = client.post(f"/cases/{case.pk}/split/", data)
    assert refused.status_code == 400 and f'value="{second.pk}" checked' in refused.content.decode()
    answer = client.post(f"/cases/{case.pk}/split/", data | {"reason": "另一家单位"})
    fresh = Case.objects.latest("pk")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/cases/{fresh.pk}/")
    for one, linked in ((case, fresh), (fresh, case)):
        assert linked.number in client.get(f"/cases/{one.pk}/").content.decode()


def test_the_supervisor_is_told_of_a_surge(
    arrive: Arrive, drive: Drive, agent: Staff, supervisor: Staff, outsider: Staff, client_of: SignIn
) -> None:
    for n in range(3):
        one = drive.write_intake(arrive(f"+861390000001{n}").case)
        drive.save(one, Section.EMPLOYERS, agent, rows=[{"name": "示例制帽", "role": EmployerRole.EMPLOYER}])
    assert "示例制帽" in client_of(supervisor).get("/floor/").content.decode()
    assert "示例制帽" not in client_of(outsider).get("/floor/").content.decode()
