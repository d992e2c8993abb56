"""What happens to the demo's cases on their main path, but for the arbitration (`arbitrations`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from hotline.actions.dispatch import routes
from hotline.demo import mediations, words
from hotline.demo.life import supervisor
from hotline.enums import Role, Section
from hotline.models import Unit
from workflows import holders, quality, steps, timers
from workflows.decisions import Decision

if TYPE_CHECKING:
    from hotline.demo.life import Life


def answer(life: Life) -> None:
    """Answered at once and closed by the agent."""
    life.complete(Decision.ANSWERED, note=life.chance.choice(words.ANSWERED))


def transfer(life: Life) -> None:
    """Not a labour matter: told where to go."""
    code = life.chance.choice(["Z01", "Z02", "Z03", "Z05"])
    route = next(one for one in routes() if code in one.codes)
    note = f"不属于本热线受理范围，已告知拨打{route.phone}。"
    life.complete(Decision.TRANSFERRED, code=code, body=route.body, phone=route.phone, note=note)


def to_review(life: Life) -> None:
    """On to a lawyer."""
    life.pass_time(minutes=20)
    life.complete(Decision.REVIEW)
    lawyer = life.lawyer_to_see_it()
    if lawyer is not None and lawyer != life.case.lawyer:
        life.pass_time(minutes=10)
        with life.at():
            life.case = holders.reassign(
                life.case.pk, supervisor(), lawyer.pk, "原律师当日外出开庭，改派。", word="无利益冲突。"
            )


def accept(life: Life) -> None:
    """Taken on; one that came today may still wait for the lawyer's answer."""
    life.pass_time(hours=3)
    lawyer = life.case.lawyer
    if lawyer is not None and timezone.localdate(life.moment) < timezone.localdate():
        with life.at():
            holders.accept_review(life.case.pk, lawyer)


def write_opinion(life: Life) -> None:
    """The lawyer takes it on and writes the opinion."""
    life.pass_time(hours=life.chance.randint(4, 40))
    lawyer = life.case.lawyer
    assert lawyer is not None
    law, core = words.ARTICLES.get(life.story["category"][0], words.OTHER_ARTICLES)
    with life.at():
        holders.accept_review(life.case.pk, lawyer)
    opinion = (
        f"根据来电人陈述及现有材料，{core}。建议先行调解，同时保全工资支付、考勤等证据；"
        "调解不成的，在时效内申请仲裁。"
    )
    life.save(Section.REVIEW, lawyer, {"opinion": opinion, "law": law, "limitation_from": life.case.known_on})


def to_mediation(life: Life) -> None:
    """To the mediators of the case's district; to the city's where it has none, and with a plan's first."""
    near = Unit.objects.filter(code=life.case.district_code, staff__role=Role.MEDIATOR)
    unit = None if life.is_first else near.first()
    life.pass_time(hours=5)
    day = timezone.localdate(life.moment)
    life.complete(Decision.MEDIATE, unit=unit or life.case.unit, applied_on=day)


def meet(life: Life) -> None:
    """A session with both parties."""
    life.pass_time(days=life.chance.randint(3, 9))
    life.pass_to_workday()
    mediator = life.mediator()
    assert mediator is not None
    life.save(
        Section.MEDIATION,
        mediator,
        {
            "accepted_on": life.case.mediations.latest("pk").applied_on,
            "notes": "已分别听取双方意见。职工坚持原请求；单位承认事实，对金额有异议。",
        },
    )
    mediations.meet(life, mediator)


def settle(life: Life) -> None:
    """An agreement that is paid at its signature."""
    mediator = life.mediator()
    assert mediator is not None
    mediations.agree(life, mediator)
    mediations.pay(life, mediator)
    life.complete(Decision.SETTLED)


def settle_in_parts(life: Life) -> None:
    """An agreement in instalments, a fortnight apart: some are paid, the last is late or awaited."""
    mediator = life.mediator()
    assert mediator is not None
    mediations.agree(life, mediator, parts=2 if life.turn % 2 == 0 else 3)
    life.complete(Decision.SETTLED)
    mediations.pay(life, mediator, keeps_back=True)


def fail(life: Life) -> None:
    """No agreement: on to arbitration. Where the fifteen days are over, the timer has said so."""
    life.pass_time(days=life.chance.randint(2, 8))
    with life.at():
        timers.fire_due(timezone.now())
    life.complete(Decision.REFER, note=life.chance.choice(words.FAILURES))


def check(life: Life) -> None:
    """A supervisor's points; now and then some are taken off."""
    life.pass_time(hours=life.chance.randint(3, 30))
    details: dict[str, Any] = {f"points_{item.code}": item.points for item in quality.sheet().items}
    if life.chance.random() < 0.4:
        details |= {"points_record": 16, "ground_record": "欠薪月份未逐月登记。"}
    life.complete(Decision.PASSED, **details)


def visit(life: Life) -> None:
    """The worker is called: satisfied or fairly so; a few are not reached at first."""
    life.pass_time(hours=life.chance.randint(4, 40))
    if life.chance.random() < 0.25:
        life.complete(Decision.UNREACHED, note="两次拨打均无人接听。")
        life.pass_time(hours=20)
    satisfied = life.chance.choice(("VERY", "YES", "YES", "FAIRLY"))
    result = "PARTLY" if satisfied == "FAIRLY" else "SOLVED"
    answer = {"way": "CALL", "received": "YES", "handled": "YES", "result": result, "satisfied": satisfied}
    life.complete(Decision.VISITED, **answer, more=life.chance.choice(words.SAID_AT_VISIT))


def redo(life: Life) -> None:
    """Not satisfied: handled once more."""
    life.pass_time(hours=9)
    answer = {"way": "CALL", "received": "YES", "handled": "NO", "result": "UNSOLVED", "satisfied": "NO"}
    life.complete(Decision.REDO, **answer, note="协议约定的第一期款项未到账，要求继续督促单位履行。")


def withdraw(life: Life) -> None:
    """The worker takes it back."""
    life.pass_time(days=2)
    with life.at():
        life._release()
        life.case = steps.withdraw(life.case.pk, life.agent, "单位已足额支付，本人要求撤回。")
    life._settle_messages()


def decline(life: Life) -> None:
    """The lawyer gives it back; it stands in the supervisor's list."""
    life.pass_time(hours=3)
    lawyer = life.case.lawyer
    assert lawyer is not None
    with life.at():
        holders.decline(life.case.pk, lawyer, "本所为该单位常年法律顾问，存在利益冲突。")
