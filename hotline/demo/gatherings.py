"""Disputes of many workers in the demo: confirmed, their members written down, three of them chosen."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from hotline.demo import words
from hotline.enums import Answer, ClaimKind, Role, Section
from hotline.models import Category, Staff
from workflows import collectives

if TYPE_CHECKING:
    from hotline.demo.grow import Life

POWERS = "代为参加调解、仲裁；放弃、变更请求及和解须经被代表的职工同意。"


def gather(life: Life) -> None:
    """A whole workshop is owed its wages, and asks for them together."""
    number = life.chance.randint(18, 64)
    category = Category.objects.get(code="A01")
    life.save(Section.INTAKE, life.agent, {"category": category, "persons": number, "urgency": "P2"})
    lead = Staff.objects.filter(role=Role.SUPERVISOR, is_active=True).earliest("pk")
    life.pass_time(minutes=25)
    with life.at():
        collectives.confirm(life.case.pk, lead, ClaimKind.WAGES, "支付拖欠的7至9月工资")
    life.pass_time(hours=2)
    with life.at():
        lines = [(place, _worker(life, place)) for place in range(2, number + 1)]
        collectives.add_all(life.case.pk, life.agent, lines)
    life.pass_time(hours=3)
    with life.at():
        chosen = life.case.members.order_by("pk").values_list("pk", flat=True)[:3]
        day = timezone.localdate()
        collectives.choose(life.case.pk, life.agent, chosen, day, "车间全体职工签名推举", POWERS)


def _worker(life: Life, place: int) -> dict[str, Any]:
    known = timezone.localdate(life.moment) - timedelta(days=life.chance.randint(10, 200))
    amount = Decimal(life.chance.randint(60, 260)) * 100
    claim = {"kind": ClaimKind.WAGES, "amount": amount, "period": "2026年7—9月", "basis": "月工资×3"}
    return {
        "name": life.chance.choice(words.FAMILY) + life.chance.choice(words.GIVEN),
        "phone": f"+86197{life.count:04d}{place:04d}",
        "known_on": known,
        "evidence": life.chance.choice(("工资条", "考勤表照片", "微信转账记录", "")),
        "may_disclose": life.chance.choice((Answer.YES, Answer.YES, Answer.UNKNOWN)),
        "authorised": life.chance.random() < 0.4,
        "claims": [claim],
    }
