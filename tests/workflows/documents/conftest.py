"""Cases that have everything written down, at each stage."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from hotline.enums import Answer, EmployerRole, Section, Sex
from hotline.models import Case, Staff
from tests.conftest import Drive
from workflows import holders
from workflows.decisions import Decision
from workflows.documents.kinds import KINDS
from workflows.documents.making import DocumentKind

LIST_LINES = {
    "evidence": "劳动合同、银行流水",
    "roll": "张建军 | 31000 | 拖欠工资\n李红 | 18000 | 拖欠工资",
    "heads": "王示例，执行董事",
}


def asked(kind: DocumentKind, **changes: str) -> dict[str, str]:
    """Every field of the paper filled in."""
    said = {
        ask.name: LIST_LINES.get(ask.name, ask.choices[0] if ask.choices else f"关于{ask.name}的说明")
        for ask in KINDS[kind].asks
    }
    return said | changes


def write_all(case: Case, drive: Drive) -> Case:
    """Write down what papers print of the caller, the employer and the claims."""
    person = {
        "name": "张建军",
        "sex": Sex.MALE,
        "birth_date": date(1988, 3, 14),
        "address": "青岛市市南区示例路12号",
        "may_disclose": Answer.YES,
        "priority_groups": ["MIGRANT"],
    }
    drive.save(case, Section.CALLER, drive.agent, **person)
    employer = {
        "name": "青岛示例制帽有限公司",
        "role": EmployerRole.EMPLOYER,
        "credit_code": "91370200MADEM0014N",
        "address": "青岛市胶州市示例大道8号",
    }
    drive.save(case, Section.EMPLOYERS, drive.agent, rows=[employer])
    claim = {
        "kind": "WAGES",
        "amount": Decimal("31000.00"),
        "period": "2026年6月至8月",
        "basis": "月工资10000元",
    }
    drive.save(case, Section.CLAIMS, drive.agent, rows=[claim])
    drive.save(case, Section.INTAKE, drive.agent, summary="制帽厂拖欠三个月工资")
    return case


@pytest.fixture
def written(case: Case, drive: Drive) -> Case:
    """A case at intake with everything that is known of the parties."""
    return write_all(case, drive)


@pytest.fixture
def reviewed(written: Case, drive: Drive, lawyer: Staff) -> Case:
    """The same at legal review, with its lawyer."""
    case = drive.write_opinion(drive.to_review(written))
    case.refresh_from_db()
    return case


@pytest.fixture
def mediated(written: Case, drive: Drive) -> Case:
    """The same in mediation, with an agreement."""
    case = drive.to_mediation(written)
    holders.take_over(case.pk, drive.mediator)
    drive.save(case, Section.MEDIATION, drive.mediator, notes="单位认可欠薪，请求分期。")
    words = "一、单位于2026年12月31日前支付工资。\n二、双方再无其他争议。"
    return drive.agree(case, (timezone.localdate() + timedelta(days=30), "31000.00"), text=words)


@pytest.fixture
def referred(mediated: Case, drive: Drive) -> Case:
    """The same on the way to arbitration."""

    case = drive.complete(mediated, drive.mediator, Decision.REFER, note="单位反悔")
    drive.save(
        case,
        Section.REFERRAL,
        drive.lawyer,
        commission="市南区劳动人事争议仲裁委员会",
        ground="PERFORMANCE",
        jurisdiction="市南区",
        authority="SPECIAL",
        authorised_on=timezone.localdate(),
    )
    evidence = [
        {"name": "劳动合同", "proves": "劳动关系", "source": "申请人保管", "page_from": 1, "page_to": 3},
        {"name": "银行流水", "proves": "工资标准", "source": "银行", "page_from": 4, "original_seen": True},
        {"name": "考勤记录", "proves": "出勤", "held_by_employer": True},
    ]
    drive.save(case, Section.EVIDENCE, drive.lawyer, rows=evidence)
    return Case.objects.get(pk=case.pk)
