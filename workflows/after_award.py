"""What the lawyer takes on after an arbitration: a suit or enforcement, as measures beside the path."""

from datetime import date

from django.utils.translation import override

from hotline.actions import clocks
from hotline.enums import ClockState, MeasureKind
from hotline.models import Case, Referral, Staff
from workflows import arbitration
from workflows.documents.chinese import day, figures
from workflows.measures import steps as measure_steps
from workflows.measures.kinds import MeasureDecision


def sue(case: Case, actor: Staff, on: date, note: str) -> None:
    """Begin the court proceedings with the suit filed on `on`; the term for it is met."""
    purpose = note.strip() or words(case)
    measure = measure_steps.begin(case.pk, actor, MeasureKind.LAWSUIT, purpose=purpose)
    task = measure_steps.task_of(measure)
    assert task is not None  # it has just begun
    measure_steps.complete(task.pk, actor, MeasureDecision.FILED, {"on": on, "note": note.strip()})
    clocks.end(case, *arbitration.SUITS)
    clocks.end(case, arbitration.ENFORCEMENT, arbitration.ANNULMENT, state=ClockState.DROPPED)


def enforce(case: Case, actor: Staff, note: str) -> None:
    """Begin the enforcement, its two years from the day on which it could be asked for."""
    since = arbitration.may_be_enforced_from(_referral(case))
    purpose = note.strip() or words(case)
    measure_steps.begin(case.pk, actor, MeasureKind.ENFORCEMENT, purpose=purpose, on=since)
    clocks.end(case, arbitration.ENFORCEMENT)


def _referral(case: Case) -> Referral:
    return case.referrals.latest("pk")


def words(case: Case) -> str:
    """What the arbitration came to, as it goes into the paper that follows."""
    row = _referral(case)
    with override("zh-hans"):
        if row.refused_on:
            return f"{row.commission}{day(row.refused_on)}不予受理：{row.refusal}"
        if row.withdrawn_on:
            return f"{row.commission}立案后申请人{day(row.withdrawn_on)}撤回仲裁申请（含按撤回处理）。"
        if row.settled_on or row.awarded_on:
            kind, on = ("调解书", row.settled_on) if row.settled_on else ("裁决", row.awarded_on)
            assert on is not None
            amount = f"（{figures(row.amount)}元）" if row.amount is not None else ""
            return f"{row.commission}{day(on)}{kind}{amount}：{row.award}"
        return f"{row.commission}逾期未作出决定。"
