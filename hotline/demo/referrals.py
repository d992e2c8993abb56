"""The papers of an arbitration referral in the demo: complete, with identifiers that nobody can have."""

import random
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.utils import timezone

from hotline import identifiers
from hotline.actions.sections import CLAIM_FIELDS
from hotline.enums import ArbitrationKind, Authority, ClaimKind, EvidenceKind, Jurisdiction, Section
from hotline.models import Case
from workflows import arbitration

NOWHERE = "379999"
"""No place has this code: an identity number with it belongs to nobody."""
IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
EVIDENCE: tuple[dict[str, Any], ...] = (
    {
        "name": "工资银行流水",
        "kind": EvidenceKind.WAGES,
        "proves": "工资标准及欠薪月份",
        "source": "申请人打印",
        "copies": 2,
        "original_seen": True,
        "page_from": 1,
        "page_to": 4,
    },
    {
        "name": "考勤记录",
        "kind": EvidenceKind.ATTENDANCE,
        "proves": "出勤情况",
        "source": "用人单位掌握",
        "held_by_employer": True,
    },
    {
        "name": "微信聊天记录截图",
        "kind": EvidenceKind.MESSAGES,
        "proves": "单位承认欠薪",
        "source": "申请人手机",
        "copies": 2,
        "original_seen": True,
        "page_from": 5,
        "page_to": 9,
    },
)


def complete(life: Any, place: str) -> None:
    """Write down all that the gate of the filing asks for, as the case's lawyer."""
    case: Case = life.case
    lawyer, today = case.lawyer, life.moment.date()
    assert lawyer is not None
    life.save(Section.CALLER, lawyer, {"identity_number": identity_number(life.chance)})
    life.save(
        Section.EMPLOYERS, lawyer, {"rows": [_registered(part, place) for part in case.employers.all()]}
    )
    claims = [_reckoned(row) for row in case.claims.values(*CLAIM_FIELDS)]
    confirmed = {"kind": ClaimKind.OTHER, "basis": "确认单位行为违法并恢复原状"}
    life.save(Section.CLAIMS, lawyer, {"rows": claims or [confirmed]})
    life.save(Section.EVIDENCE, lawyer, {"rows": list(EVIDENCE)})
    life.save(
        Section.REFERRAL,
        lawyer,
        {
            "commission": f"{place}劳动人事争议仲裁委员会",
            "ground": Jurisdiction.PERFORMANCE,
            "jurisdiction": place,
            "authority": Authority.SPECIAL,
            "authorised_on": today,
            "checked_on": today,
        },
    )


def _registered(part: Any, place: str) -> dict[str, Any]:
    employer = part.employer
    code = employer.credit_code or credit_code(employer.name)
    address = employer.address or f"青岛市{place.removeprefix('青岛市')}示例路1号"
    return {"name": employer.name, "role": part.role, "credit_code": code, "address": address}


def _reckoned(claim: dict[str, Any]) -> dict[str, Any]:
    basis = claim["basis"] or "按申请人陈述的月工资及期间计算"
    return claim | {"basis": basis, "amount": claim["amount"] or Decimal("6000.00")}


def credit_code(name: str) -> str:
    """A code whose own check digit fits and whose organisation's check digit never does, by the name."""
    number = int(sha256(name.encode()).hexdigest(), 16)
    letters = identifiers.CREDIT_CHARACTERS
    body = "91370200MADE" + "".join(letters[number // 31**place % 31] for place in range(5))
    total = sum(w * letters.index(c) for w, c in zip(identifiers.CREDIT_WEIGHTS, body, strict=True))
    return body + letters[-total % 31]


def identity_number(chance: random.Random) -> str:
    """An identity number of a place that there is not."""
    born = date(chance.randint(1968, 2002), chance.randint(1, 12), chance.randint(1, 28))
    body = f"{NOWHERE}{born:%Y%m%d}{chance.randint(1, 999):03d}"
    total = sum(weight * int(digit) for weight, digit in zip(IDENTITY_WEIGHTS, body, strict=True))
    return body + "10X98765432"[total % 11]


def before_hearing(life: Any) -> None:
    """The application is served, the hearing called: what the lawyer writes down of it."""
    case: Case = life.case
    lawyer = case.lawyer
    assert lawyer is not None
    life.pass_time(days=3)
    with life.at():
        today = timezone.localdate()
        arbitration.enter(case.pk, lawyer, ArbitrationKind.TRIBUNAL, {"on": today})
        arbitration.enter(case.pk, lawyer, ArbitrationKind.SERVED, {"on": today})
        when = timezone.now().replace(hour=1, minute=30, second=0, microsecond=0) + timedelta(days=16)
        hearing = {"at": when, "on": today, "place": "第三仲裁庭"}
        arbitration.enter(case.pk, lawyer, ArbitrationKind.HEARING, hearing)
