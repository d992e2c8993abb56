"""What happens to the demo's cases before the arbitration commission, and with its award."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from hotline.demo import referrals
from hotline.enums import ArbitrationKind, Section
from hotline.models import Unit
from workflows import arbitration, award_ways, rulebook
from workflows.decisions import Decision

if TYPE_CHECKING:
    from hotline.demo.life import Life

K = ArbitrationKind
ROOMS = ("第一仲裁庭", "第三仲裁庭", "第五仲裁庭")


# --- Filing --------------------------------------------------------------------------------------
GAPS: tuple[frozenset[Section], ...] = (
    frozenset(),
    frozenset({Section.EVIDENCE, Section.CALLER}),
    frozenset({Section.CLAIMS, Section.REFERRAL}),
)
"""What the lawyer has not written down yet, in turn; the first is ready to be filed."""


def prepare(life: Life) -> None:
    """The lawyer puts the papers together: one case has them all, the others lack something."""
    life.pass_time(days=1)
    referrals.complete(life, _place(life), without=GAPS[life.turn % len(GAPS)])


def file(life: Life) -> None:
    """The lawyer completes the papers and files them."""
    life.pass_time(days=2)
    life.pass_to_workday()
    referrals.complete(life, _place(life))
    life.complete(Decision.FILED, filed_on=life.today)


def _place(life: Life) -> str:
    district = Unit.objects.filter(code=life.case.district_code).first()
    return district.name.removesuffix("总工会") if district else "青岛市"


def accepted(life: Life) -> None:
    """The commission takes it on."""
    life.pass_time(days=4)
    life.pass_to_workday()
    reference = f"青劳人仲案字〔{life.today.year}〕第{1000 + life.count}号"
    life.complete(Decision.ACCEPTED, on=life.today, reference=reference)


def refused(life: Life) -> None:
    """The commission does not take it on."""
    _refuse(life)


def refused_lately(life: Life) -> None:
    """The commission does not take it on, and the worker has the notice for some days: the suit is open."""
    _refuse(life, days_ago=3 + 2 * life.turn)


def _refuse(life: Life, days_ago: int = 0) -> None:
    life.pass_time(days=4)
    life.pass_to_workday()
    details: dict[str, Any] = {"on": life.today, "note": "被申请人主体不适格，告知可另行起诉。"}
    if days_ago:
        life.pass_until(days_ago)
        details["received_on"] = life.today
    life.complete(Decision.REFUSED, **details)


def let_stand(life: Life) -> None:
    """The worker does not go to court over the refusal."""
    life.pass_time(days=3)
    life.complete(Decision.LET_STAND, note="已告知可在通知书载明的期限内起诉，职工自行决定，不再委托。")


def take_back(life: Life) -> None:
    """The worker takes the application back before the hearing."""
    life.pass_time(days=5)
    life.pass_to_workday()
    _enter(life, K.WITHDRAWN, on=life.today, note="双方庭前自行和解，职工书面撤回仲裁申请，仲裁委准许。")
    life.complete(Decision.TAKEN_BACK)
    life.pass_time(days=2)
    life.complete(Decision.LET_STAND, note="和解款已到账。已告知撤回后可以再次申请，以及时效的截止日。")


# --- Hearing -------------------------------------------------------------------------------------
def _enter(life: Life, kind: ArbitrationKind, **said: Any) -> None:
    lawyer = life.case.lawyer
    assert lawyer is not None
    with life.at():
        arbitration.enter(life.case.pk, lawyer, kind, said)


def _served(life: Life) -> None:
    life.pass_time(days=3)
    life.pass_to_workday()
    _enter(life, K.TRIBUNAL, on=life.today)
    _enter(life, K.SERVED, on=life.today)


def _call(life: Life, day: date, note: str = "") -> datetime:
    """A hearing at half past nine of `day`, or of the first working day after it."""
    workday, _known = rulebook.calendar().first_workday_from(day)
    at = timezone.make_aware(datetime.combine(workday, time(9, 30)))
    _enter(life, K.HEARING, at=at, on=life.today, place=ROOMS[life.count % len(ROOMS)], note=note)
    return at


def call_hearing(life: Life) -> None:
    """Served, and the hearing called for one of the coming days."""
    _served(life)
    coming = timezone.localdate(life.latest) + timedelta(days=3 + 4 * life.turn)
    _call(life, max(coming, life.today + timedelta(days=7)))


def hold_hearing(life: Life) -> None:
    """Served, defended and heard."""
    _served(life)
    at = _call(life, life.today + timedelta(days=12))
    if at + timedelta(hours=3) > life.latest:
        return  # holidays have moved it beyond the present
    life.pass_time(days=7)
    life.pass_to_workday()
    _enter(life, K.DEFENCE, on=life.today, note="被申请人辩称工资已现金发放，未提交签收凭证。")
    life.pass_time(days=2)
    life.pass_to_workday()
    _enter(life, K.DEFENCE_COPY, on=life.today)
    life.moment = max(life.moment, at + timedelta(hours=3))
    words = "双方到庭，完成举证质证。单位未提交工资支付凭证和考勤原件，仲裁庭要求庭后补交。调解未达成一致。"
    _enter(life, K.HELD, on=life.today, note=words)


def after_hearing(life: Life) -> None:
    """In turn: the award is waited for, a part of it was made already, or they are heard once more."""
    turn = life.turn % 3
    if turn == 1:
        life.pass_until(6)
        life.pass_to_workday()
        note = "就已查清的拖欠工资先行裁决，其余请求继续审理。"
        _enter(life, K.PART_AWARD, on=life.today, final=True, amount=Decimal(6000), note=note)
    elif turn == 2:
        life.pass_until(8)
        life.pass_to_workday()
        coming = timezone.localdate(life.latest) + timedelta(days=5 + life.turn)
        _call(life, coming, "单位补交考勤记录，再次开庭质证。")


# --- Award ---------------------------------------------------------------------------------------
def award(life: Life) -> None:
    """The award."""
    life.pass_time(days=life.chance.randint(25, 40))
    life.pass_to_workday()
    _award(life)


def award_lately(life: Life) -> None:
    """The award came some days ago: the periods for suit and setting aside run."""
    life.pass_until(3 + 2 * life.turn)
    life.pass_to_workday()
    _award(life)
    life.pass_time(days=1)
    life.pass_to_workday()
    _enter(life, K.EMPLOYER_GOT, on=life.today, note="仲裁委告知，单位前台签收。")


def _award(life: Life) -> None:
    claimed = sum((row.amount or Decimal(0) for row in life.case.claims.all()), Decimal(0))
    amount = max(round(claimed * 8 / 10, -2), Decimal(2000)).quantize(Decimal("0.01"))
    note = f"裁决单位自裁决生效之日起十日内支付{amount}元。"
    found = award_ways.outlook(life.case, life.today, amount).final
    final = life.turn % 2 == 0 if found is None else found
    life.complete(
        Decision.AWARDED, on=life.today, received_on=life.today, final=final, note=note, amount=amount
    )


def aftermath(life: Life) -> None:
    """What came of the award: paid, or nobody goes further."""
    life.pass_time(days=life.chance.randint(3, 14))
    paid = life.chance.random() < 0.7
    note = "单位已按裁决付清，已告知起诉期限，职工不起诉。" if paid else "职工接受裁决，自行申请执行。"
    life.complete(Decision.PERFORMED if paid else Decision.LET_STAND, note=note)
