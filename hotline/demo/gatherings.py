"""Disputes of many workers in the demo: confirmed, their members written down, some of them chosen."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from hotline.demo import referrals, words
from hotline.demo.life import supervisor
from hotline.enums import Answer, ClaimKind, MemberState, Section
from hotline.models import Category
from workflows import collectives, term_events

if TYPE_CHECKING:
    from hotline.demo.life import Life

POWERS = "代为参加调解、仲裁；放弃、变更请求及和解须经被代表的职工同意。"


def gather(life: Life) -> None:
    """A whole workshop is owed its wages, and asks for them together."""
    least, most = life.grower.gathered
    told = life.story["persons"]
    number = told if least <= told <= most else life.chance.randint(least, most)
    category = Category.objects.get(code="A01")
    life.save(Section.INTAKE, life.agent, {"category": category, "persons": number, "urgency": "P2"})
    life.pass_time(minutes=25)
    with life.at():
        collectives.confirm(life.case.pk, supervisor(), ClaimKind.WAGES, "支付拖欠的7至9月工资")
    life.pass_time(hours=2)
    with life.at():
        lines = [(place, _worker(life, place)) for place in range(2, number + 1)]
        collectives.add_all(life.case.pk, life.agent, lines)
    life.pass_time(hours=3)
    with life.at():
        chosen = life.case.members.order_by("pk").values_list("pk", flat=True)[:3]
        day = timezone.localdate()
        collectives.choose(life.case.pk, life.agent, chosen, day, "车间全体职工签名推举", POWERS)


def look_into(life: Life) -> None:
    """The lawyer lists the evidence; one worker has complained to the inspection, one takes part no more."""
    lawyer = life.case.lawyer
    assert lawyer is not None
    life.pass_time(hours=20)
    life.save(Section.EVIDENCE, lawyer, {"rows": referrals.evidence("A")})
    *_others, complained, left = life.case.members.order_by("pk")
    with life.at():
        on = timezone.localdate() - timedelta(days=2)
        note = "劳动保障监察大队投诉受理回执，原件已核对。"
        term_events.enter_for(life.case.pk, lawyer, [complained.pk], "COMPLAINT_TO_AUTHORITY", on, note=note)
        collectives.set_state(
            life.case.pk, life.agent, left.pk, MemberState.WITHDREW, "本人来电，单位已私下付清，不再参加。"
        )


def _worker(life: Life, place: int) -> dict[str, Any]:
    known = timezone.localdate(life.moment) - timedelta(days=life.chance.randint(10, 200))
    amount = Decimal(life.chance.randint(60, 260)) * 100
    claim = {"kind": ClaimKind.WAGES, "amount": amount, "period": "2026年7—9月", "basis": "月工资×3"}
    gone = {"employed_until": known} if place % 5 == 0 else {}
    return gone | {
        "name": life.chance.choice(words.FAMILY) + life.chance.choice(words.GIVEN),
        "phone": f"+86197{life.count:04d}{place:04d}",
        "known_on": known,
        "evidence": life.chance.choice(("工资条", "考勤表照片", "微信转账记录", "")),
        "may_disclose": life.chance.choice((Answer.YES, Answer.YES, Answer.UNKNOWN)),
        "authorised": life.chance.random() < 0.4,
        "claims": [claim],
    }
