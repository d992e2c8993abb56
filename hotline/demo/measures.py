"""What runs beside the path of the demo's cases: negotiations, letters, legal aid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hotline.demo.life import supervisor
from hotline.enums import Answer, MeasureKind, Rung, Section
from hotline.models import Measure, Staff
from workflows.measures import steps
from workflows.measures.kinds import MeasureDecision as D

if TYPE_CHECKING:
    from hotline.demo.life import Life

LETTER = (
    "{employer}：\n经查，你单位存在职工反映的情况。依据《中华人民共和国工会法》和《山东省工会劳动法律监督条例》，"
    "请核实并予改正，将改正情况书面答复本会。"
)


def negotiate(life: Life) -> None:
    """The union asks the employer; sometimes an answer has come, sometimes it is still awaited."""
    if life.chance.random() < 0.5:
        return
    life.pass_time(hours=6)
    measure = _begin(
        life, MeasureKind.NEGOTIATION, addressee=life.employer, purpose="请单位说明情况并限期支付。"
    )
    _decide(life, measure, D.REQUESTED, note="电话联系人事负责人，并发送书面协商要求。")
    if life.chance.random() < 0.4:
        life.pass_time(days=3)
        _decide(life, measure, D.FAILED, note="单位称资金困难，拒绝给出付款日期。")


def write_letter(life: Life) -> None:
    """A letter of opinion to the employer, where the worker agrees to be named."""
    life.case.person.refresh_from_db()
    if life.case.person.may_disclose != Answer.YES:
        return
    life.pass_time(hours=8)
    measure = _letter(life)
    if life.chance.random() < 0.6:
        _send(life, measure)


def letter_without_reply(life: Life) -> None:
    """The worker agrees to be named; the letter of opinion goes off early, and nobody replies to it."""
    assert life.case.lawyer is not None
    life.save(Section.CALLER, life.case.lawyer, {"may_disclose": Answer.YES})
    life.pass_time(hours=8)
    _send(life, _letter(life))


def hear_nothing(life: Life) -> None:
    """The time for the reply is over: the first of a plan still waits for the lawyer to say so."""
    letter = life.case.measures.get(kind=MeasureKind.LETTER)
    if not life.is_first:
        _decide(life, letter, D.UNHEEDED, note="期满未收到书面答复，电话询问人事部门，称负责人出差。")


def _letter(life: Life) -> Measure:
    more = {"rung": Rung.OPINION, "addressee": life.employer}
    measure = _begin(life, MeasureKind.LETTER, purpose="督促单位改正违法行为。", **more)
    _decide(life, measure, D.TO_SIGN, text=LETTER.format(employer=life.employer))
    return measure


def _send(life: Life, letter: Measure) -> None:
    _decide(life, letter, D.SIGNED, actor=supervisor())
    _decide(life, letter, D.SENT, note="挂号信送达，前台签收。")


def ask_for_aid(life: Life) -> None:
    """Union legal aid for the arbitration."""
    measure = _begin(life, MeasureKind.UNION_AID, on=life.today, purpose="仲裁阶段请律师代理。")
    _decide(life, measure, D.READY, note="申请表、身份证明、劳动关系材料已齐备。")
    life.pass_time(days=2)
    _decide(life, measure, D.APPROVED, actor=supervisor(), note="同意。")


def _begin(life: Life, kind: MeasureKind, **details: Any) -> Measure:
    lawyer = life.case.lawyer
    assert lawyer is not None
    with life.at():
        return steps.begin(life.case.pk, lawyer, kind, **details)


def _decide(life: Life, measure: Measure, decision: D, actor: Staff | None = None, **details: Any) -> None:
    with life.at():
        task = steps.task_of(measure)
        assert task is not None and measure.holder is not None
        steps.complete(task.pk, actor or measure.holder, decision, {"on": life.today, **details})
    measure.refresh_from_db()
