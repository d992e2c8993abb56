"""What happens in the mediations of the demo: sessions, proposals, agreements and their payments."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils import timezone

from hotline.actions.mediations import Part
from hotline.demo import words
from hotline.enums import Party, Presence, Stand
from hotline.models import Instalment, Staff
from workflows import mediation as door
from workflows import performance, rulebook

if TYPE_CHECKING:
    from hotline.demo.life import Life

PLACE = "职工服务中心二楼调解室"
INVITED = "电话通知职工本人；向单位人事负责人送达书面通知"


def meet(life: Life, mediator: Staff) -> None:
    """A first session; sometimes the employer stays away, and another one is called."""
    absent = life.chance.random() < 0.25
    employer = Presence.STAYED_AWAY if absent else Presence.REPRESENTED
    minutes = (
        "单位经书面通知未到场。职工陈述了事实和请求。"
        if absent
        else "双方到场。单位承认拖欠事实，请求分期；职工要求年底前付清。"
    )
    with life.at():
        now = timezone.now().replace(minute=0, second=0, microsecond=0)
        session = door.plan_session(life.case.pk, mediator, now, PLACE, INVITED)
        door.hold_session(life.case.pk, mediator, session.pk, Presence.CAME, employer, minutes)
        if absent or life.chance.random() < 0.5:
            day = life.today + timedelta(days=life.chance.randint(2, 9))
            workday, _known = rulebook.calendar().first_workday_from(day)
            again = timezone.make_aware(datetime.combine(workday, time(14)))
            door.plan_session(life.case.pk, mediator, again, PLACE, INVITED)


def agree(life: Life, mediator: Staff, parts: int = 1) -> None:
    """The employer offers too little, the mediator proposes more, both accept: the agreement."""
    amount = Decimal(life.chance.randint(40, 400) * 100)
    with life.at():
        today, pk = timezone.localdate(), life.case.pk
        low = door.propose(pk, mediator, Party.EMPLOYER, today, words.PROPOSALS[1], amount / 2)
        door.answer(pk, mediator, low.pk, Party.WORKER, Stand.DECLINES, today, "数额太低")
        text = words.PROPOSALS[parts > 1]
        fair = door.propose(pk, mediator, Party.MEDIATOR, today, text, amount)
        for side in (Party.WORKER, Party.EMPLOYER):
            door.answer(pk, mediator, fair.pk, side, Stand.ACCEPTS, today, "")
        door.agree(pk, mediator, fair.pk, today, text, plan_of(amount, parts, today))


def plan_of(amount: Decimal, parts: int, today: date) -> list[Part]:
    """`amount` in `parts` payments, the first today and the others a fortnight apart."""
    each = (amount / parts).quantize(Decimal("0.01"))
    sums = [each] * (parts - 1) + [amount - each * (parts - 1)]
    return [Part(today + timedelta(days=14 * number), one) for number, one in enumerate(sums)]


def pay(life: Life, mediator: Staff, *, keeps_back: bool = False) -> None:
    """What is due by today is paid; an employer who `keeps_back` does not pay the last."""
    rows = list(Instalment.objects.of(life.case).awaited())
    for row in rows[:-1] if keeps_back else rows:
        if row.due > timezone.localdate():
            break
        life.moment = max(life.moment, timezone.make_aware(_noon(row.due)))
        with life.at():
            performance.pay(life.case.pk, mediator, row.pk, row.due, row.amount, "银行转账，职工已确认", 0)
    life.case.refresh_from_db()


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12)
