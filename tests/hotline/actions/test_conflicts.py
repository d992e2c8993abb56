"""Conflicts of interest: what is the same, what looks alike, and who is told what."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from hotline import names
from hotline.actions import conflicts
from hotline.enums import CheckOccasion, CheckResult, Section, Stage
from hotline.errors import Conflict, Invalid
from hotline.models import Case, Client, ConflictCheck, LawFirm, LawyerProfile, Staff
from tests.conftest import Drive
from workflows import holders, steps
from workflows.decisions import Decision

pytestmark = pytest.mark.django_db
HOUSE = "青岛海晟制衣有限公司"
CODE = "91370200MADEM0014N"


def named(drive: Drive, case: Case, name: str = HOUSE, code: str = "", **more: Any) -> Case:
    """The case with an employer of this name."""
    row = {"name": name, "role": "EMPLOYER", "credit_code": code, **more}
    drive.save(case, Section.EMPLOYERS, drive.agent, rows=[row])
    return case


def serves(lawyer: Staff, name: str, code: str = "", **more: Any) -> Client:
    return Client.objects.create(lawyer=lawyer, name=name, credit_code=code, **more)


@pytest.mark.parametrize(
    ("client", "code", "why"),
    [
        ({"name": "完全另一名称", "credit_code": CODE}, CODE, "CODE"),
        ({"name": "青岛海晟制衣有限公司"}, "", "NAME"),
        ({"name": "青岛海晟制衣有限公司 "}, CODE, "NAME"),
        ({"name": "青島海晟製衣有限公司"}, "", "NAME"),
        ({"name": "乙公司", "aliases": ["青岛海晟制衣有限公司"]}, "", "NAME"),
        ({"name": HOUSE, "credit_code": "91370211MADEM0022Q"}, CODE, "ALIKE"),
        ({"name": "海晟制衣（集团）股份有限公司"}, "", "ALIKE"),
        ({"name": "海晟制衣"}, "", "ALIKE"),
        ({"name": "青岛海盛制衣有限公司"}, "", "ALIKE"),
        ({"name": "青岛海晟服饰制衣厂"}, "", ""),
        ({"name": "青岛蓝谷物流有限公司"}, "", ""),
        ({"name": HOUSE, "until": "yesterday"}, "", "FORMER"),
    ],
)
def test_what_is_found(
    client: dict[str, Any], code: str, why: str, case: Case, drive: Drive, lawyer: Staff
) -> None:
    if client.get("until"):
        client = client | {"until": timezone.localdate() - timedelta(days=1)}
    named(drive, case, code=code)
    Client.objects.create(lawyer=lawyer, **client)
    found = conflicts.find(conflicts.employers_of(case), [lawyer.pk])
    assert [one.why for one in found.get(lawyer.pk, [])] == ([why] if why else [])


def test_a_firms_clients_are_each_of_its_lawyers(
    case: Case, drive: Drive, lawyer: Staff, other_lawyer: Staff
) -> None:
    firm = LawFirm.objects.create(name="示例律师事务所")
    for person in (lawyer, other_lawyer):
        LawyerProfile.objects.create(staff=person, firm=firm)
    employers = conflicts.employers_of(named(drive, case))
    own = serves(lawyer, HOUSE)
    assert set(conflicts.find(employers, [lawyer.pk, other_lawyer.pk])) == {lawyer.pk, other_lawyer.pk}
    own.delete()
    Client.objects.create(firm=firm, name=HOUSE)
    assert set(conflicts.find(employers, [other_lawyer.pk])) == {other_lawyer.pk}
    LawyerProfile.objects.filter(staff=other_lawyer).update(firm=None)
    assert not conflicts.find(employers, [other_lawyer.pk])


@pytest.mark.parametrize("client", [HOUSE, "海晟制衣"])
def test_the_fair_share_never_picks_who_is_or_may_be_in_conflict(
    client: str, case: Case, drive: Drive, lawyer: Staff, other_lawyer: Staff
) -> None:
    serves(lawyer, client)
    case = drive.to_review(named(drive, case))
    assert case.lawyer == other_lawyer
    check = ConflictCheck.objects.get()
    assert (check.lawyer, check.result, check.occasion) == (other_lawyer, "CLEAR", "PICK")
    assert check.against[0]["name"] == HOUSE


def test_nobody_without_a_conflict_leaves_it_to_the_supervisor(
    case: Case, drive: Drive, lawyer: Staff
) -> None:
    serves(lawyer, HOUSE)
    case = drive.to_review(named(drive, case))
    assert (case.lawyer, case.stage) == (None, Stage.LEGAL_REVIEW)


def test_a_supervisor_is_refused_with_the_client_named(
    case: Case, drive: Drive, lawyer: Staff, other_lawyer: Staff, supervisor: Staff
) -> None:
    serves(other_lawyer, "海晟制衣", until=None)
    case = drive.to_review(named(drive, case))
    assert case.lawyer == lawyer
    with pytest.raises(Invalid, match="海晟制衣"):
        holders.reassign(case.pk, supervisor, other_lawyer.pk, "均衡")
    holders.reassign(case.pk, supervisor, other_lawyer.pk, "均衡", "与该厂仅名称相近")
    case.refresh_from_db()
    assert case.lawyer == other_lawyer
    row = ConflictCheck.objects.get(lawyer=other_lawyer)
    assert (row.result, row.settled_by, row.word) == ("POSSIBLE", supervisor, "与该厂仅名称相近")
    serves(lawyer, HOUSE)
    with pytest.raises(Conflict, match=HOUSE):
        holders.reassign(case.pk, supervisor, lawyer.pk, "均衡", "没有关系")


def test_an_employer_named_later_is_checked_and_no_client_is_told(
    case: Case, drive: Drive, lawyer: Staff, supervisor: Staff, client_of: Callable[[Staff], Browser]
) -> None:
    serves(lawyer, "海晟制衣")
    case = drive.to_review(case)
    assert case.lawyer == lawyer and not ConflictCheck.objects.exists()
    named(drive, case)
    assert conflicts.recheck_due() == 1
    assert conflicts.recheck_due() == 0
    row = conflicts.open_checks(Case.objects.all()).get()
    assert (row.lawyer, row.result, row.occasion) == (lawyer, CheckResult.POSSIBLE, CheckOccasion.AGAIN)
    data = case.events.get(kind="conflict.checked").data
    assert "海晟制衣" not in str(data) and data["result"] == "POSSIBLE"
    page = client_of(lawyer).get(f"/cases/{case.pk}/").content.decode()
    assert "可能存在利益冲突" in page and "客户海晟制衣" not in page
    page = client_of(supervisor).get("/reviews/").content.decode()
    assert "客户海晟制衣" in page
    drive.write_opinion(case)
    with pytest.raises(Invalid) as refused:
        drive.complete(case, lawyer, Decision.ANSWERED, note="已答复")
    assert set(refused.value.fields) == {"conflict"}
    answer = client_of(supervisor).post(f"/cases/{case.pk}/conflicts/{row.pk}/allow/", {"word": "非同一单位"})
    assert answer.status_code == 303
    drive.complete(case, lawyer, Decision.ANSWERED, note="已答复")
    case.refresh_from_db()
    assert case.stage == Stage.QUALITY


def test_the_same_finding_is_told_once(case: Case, drive: Drive, lawyer: Staff) -> None:
    serves(lawyer, "海晟制衣")
    case = named(drive, drive.to_review(case))
    conflicts.recheck_due()
    named(drive, case, industry="制造业", address="新址")
    assert conflicts.recheck_due() == 1
    assert case.events.filter(kind="conflict.checked").count() == 1


def test_a_certain_conflict_cannot_be_let_pass_and_ends_with_another_lawyer(
    case: Case, drive: Drive, lawyer: Staff, other_lawyer: Staff, supervisor: Staff
) -> None:
    case = drive.to_review(case)
    first = case.lawyer
    assert first is not None
    serves(first, HOUSE)
    named(drive, case)
    conflicts.recheck_due()
    row = conflicts.open_checks(Case.objects.all()).get()
    with pytest.raises(Conflict):
        conflicts.allow(row.pk, supervisor, "没有关系")
    other = other_lawyer if first == lawyer else lawyer
    holders.reassign(case.pk, supervisor, other.pk, "回避")
    assert not conflicts.open_checks(Case.objects.all()).exists()


def test_a_new_name_of_an_employer_is_checked_in_its_other_cases(
    arrive: Callable[..., Any], drive: Drive, lawyer: Staff
) -> None:
    first, second = (arrive(f"+861380000{n:04d}").case for n in range(2))
    first, second = (drive.to_review(named(drive, one, code=CODE)) for one in (first, second))
    serves(lawyer, "胶东星辰电子")
    named(drive, first, code=CODE, aliases=["胶东星辰电子有限公司"])
    assert conflicts.recheck_due() == 2
    found = set(conflicts.open_checks(Case.objects.all()).values_list("case_id", flat=True))
    assert found == {first.pk, second.pk}


def test_a_successor_in_conflict_is_not_given_the_case(
    case: Case, drive: Drive, lawyer: Staff, other_lawyer: Staff, admin: Staff
) -> None:
    serves(other_lawyer, HOUSE)
    case = drive.to_review(named(drive, case))
    assert case.lawyer == lawyer
    holders.deactivate(admin, lawyer.pk, other_lawyer.pk)
    case.refresh_from_db()
    assert case.lawyer is None
    task = steps.current_task(case)
    assert task is not None and task.owner is None


def test_names_that_are_too_short_say_nothing() -> None:
    assert not names.alike("青岛公司", "山东公司")
    assert names.alike("海尔", "海尔智家股份有限公司")
    assert not names.alike("新", "新华书店")
