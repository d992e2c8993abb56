"""The papers of an arbitration referral in the demo: complete, with identifiers that nobody can have."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from hotline import identifiers
from hotline.actions.sections import CLAIM_FIELDS
from hotline.enums import Authority, ClaimKind, EvidenceKind, Jurisdiction, Section
from hotline.models import Case

if TYPE_CHECKING:
    from hotline.demo.life import Life

NOWHERE = "379999"
"""No place has this code: an identity number with it belongs to nobody."""
IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
E = EvidenceKind
Piece = tuple[EvidenceKind, str, str, str, int]
"""Kind, name, what it proves, where it comes from, how many pages; what the employer holds has none."""
EVIDENCE: tuple[Piece, ...] = (
    (E.WAGES, "工资银行流水", "工资标准及发放情况", "申请人打印", 4),
    (E.ATTENDANCE, "考勤记录", "出勤情况", "用人单位掌握", 0),
    (E.MESSAGES, "微信聊天记录截图", "与单位交涉的经过", "申请人手机", 5),
)
"""What nearly every worker can show."""
OF_CATEGORY: dict[str, tuple[Piece, ...]] = {
    "B": ((E.OTHER, "工牌照片", "劳动关系存续", "申请人", 1),),
    "C": ((E.CONTRACT, "解除劳动合同通知书", "解除的时间和理由", "单位送达", 1),),
    "D": ((E.OFFICIAL, "社会保险缴费明细", "未缴、少缴的月份", "社保经办机构出具", 3),),
    "E": (
        (E.MEDICAL, "诊断证明及病历", "受伤时间和部位", "就诊医院", 6),
        (E.WITNESS, "同班组工友证言", "在岗受伤的经过", "工友书写", 2),
    ),
    "F": ((E.MESSAGES, "加班通知群消息", "加班由单位安排", "申请人手机", 3),),
    "G": ((E.MEDICAL, "孕检手册", "孕期起止", "就诊医院", 2),),
}
"""And what they can show beside it, by the first letter of the category."""


def complete(life: Life, place: str, without: Collection[Section] = ()) -> None:
    """Write down what the gate of the filing asks for, but for `without`, as the case's lawyer."""
    case, lawyer = life.case, life.case.lawyer
    assert lawyer is not None
    case.refresh_from_db()
    told: dict[Section, Callable[[], dict[str, Any]]] = {
        Section.CALLER: lambda: {"identity_number": identity_number(life.chance)},
        Section.EMPLOYERS: lambda: {"rows": [_registered(part, place) for part in case.employers.all()]},
        Section.CLAIMS: lambda: {"rows": _claims(case)},
        Section.EVIDENCE: lambda: {"rows": evidence(case.category_id or "")},
        Section.REFERRAL: lambda: _referral(life, place),
    }
    for section, data in told.items():
        if section not in without:
            life.save(section, lawyer, data())


def evidence(category: str) -> list[dict[str, Any]]:
    """The list of evidence of a case of `category`, its pages numbered through."""
    rows, page = [], 1
    for kind, name, proves, source, pages in (*EVIDENCE, *OF_CATEGORY.get(category[:1], ())):
        row: dict[str, Any] = {"kind": kind, "name": name, "proves": proves, "source": source}
        if pages:
            row |= {"copies": 2, "original_seen": True, "page_from": page, "page_to": page + pages - 1}
        rows.append(row | {"held_by_employer": not pages})
        page += pages
    return rows


def _claims(case: Case) -> list[dict[str, Any]]:
    claims = [_reckoned(row) for row in case.claims.values(*CLAIM_FIELDS)]
    return claims or [{"kind": ClaimKind.OTHER, "basis": "确认单位行为违法并恢复原状"}]


def _referral(life: Life, place: str) -> dict[str, Any]:
    return {
        "commission": f"{place}劳动人事争议仲裁委员会",
        "ground": Jurisdiction.PERFORMANCE,
        "jurisdiction": place,
        "authority": Authority.SPECIAL,
        "authorised_on": life.today,
        "checked_on": life.today,
    }


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
