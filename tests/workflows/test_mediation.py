"""A mediation from the application to the last instalment, and what is refused on the way."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from hotline.actions.mediations import Part
from hotline.enums import ClockState, MeasureKind, Outcome, SessionState, Stage
from hotline.errors import Conflict, Invalid, NotAllowed, NotVisible
from hotline.models import Agreement, Case, Instalment, Payment, Staff
from tests.conftest import Drive
from workflows import closing, mediation, performance, remedies, steps, sweep
from workflows.decisions import Decision
from workflows.remedies import Way

pytestmark = pytest.mark.django_db


def days(number: int) -> date:
    return timezone.localdate() + timedelta(days=number)


def clock_states(case: Case) -> list[str]:
    return list(case.clocks.exclude(instalment=None).order_by("due").values_list("state", flat=True))


@pytest.fixture
def mediated(case: Case, drive: Drive) -> Case:
    return drive.to_mediation(case)


@pytest.fixture
def settled(mediated: Case, drive: Drive, mediator: Staff) -> Case:
    """Settled in three instalments, none of them paid."""
    case = drive.agree(mediated, (days(0), "10000.00"), (days(10), "10000.00"), (days(20), "11000.00"))
    return drive.complete(case, mediator, Decision.SETTLED)


def instalment(case: Case, number: int) -> Instalment:
    return Instalment.objects.of(case).get(number=number)


def pay(case: Case, actor: Staff, number: int, amount: str, seen: int = 0) -> Instalment:
    row = instalment(case, number)
    return performance.pay(case.pk, actor, row.pk, timezone.localdate(), Decimal(amount), "转账", seen)


def test_sessions_are_planned_held_and_called_off(mediated: Case, mediator: Staff) -> None:
    with pytest.raises(Invalid) as caught:
        mediation.plan_session(mediated.pk, mediator, None, " ", "")
    assert set(caught.value.fields) == {"at", "place", "invited"}
    past = mediation.plan_session(mediated.pk, mediator, timezone.now(), "调解室", "双方")
    later = timezone.now() + timedelta(days=2)
    coming = mediation.plan_session(mediated.pk, mediator, later, "调解室", "双方")
    with pytest.raises(Invalid):
        mediation.hold_session(mediated.pk, mediator, coming.pk, "CAME", "CAME", "还没有开")
    with pytest.raises(Invalid) as caught:
        mediation.hold_session(mediated.pk, mediator, past.pk, "", "", "")
    assert set(caught.value.fields) == {"worker", "employer", "minutes"}
    held = mediation.hold_session(mediated.pk, mediator, past.pk, "CAME", "STAYED_AWAY", "单位未到场")
    assert held.state == SessionState.HELD
    with pytest.raises(Conflict, match="孙调解"):
        mediation.hold_session(mediated.pk, mediator, past.pk, "CAME", "CAME", "再写一次")
    with pytest.raises(Invalid):
        mediation.call_off_session(mediated.pk, mediator, coming.pk, "")
    mediation.call_off_session(mediated.pk, mediator, coming.pk, "单位请求改期")
    kinds = list(mediated.events.filter(kind__startswith="session.").values_list("kind", flat=True))
    assert kinds == ["session.planned", "session.planned", "session.held", "session.off"]


def test_a_new_version_takes_the_place_of_the_one_before(mediated: Case, mediator: Staff) -> None:
    today = timezone.localdate()
    first = mediation.propose(mediated.pk, mediator, "EMPLOYER", today, "付一半", Decimal(15000))
    assert (first.version, first.employer, first.worker) == (1, "ACCEPTS", "OPEN")
    second = mediation.propose(mediated.pk, mediator, "WORKER", today, "全付", Decimal(31000))
    with pytest.raises(Conflict, match="第 2 版"):
        mediation.answer(mediated.pk, mediator, first.pk, "WORKER", "ACCEPTS", today, "")
    row = mediation.answer(mediated.pk, mediator, second.pk, "EMPLOYER", "DECLINES", today, "资金困难")
    assert not row.is_accepted and "资金困难" in row.answers
    with pytest.raises(Invalid) as caught:
        mediation.agree(mediated.pk, mediator, second.pk, today, "", [])
    assert set(caught.value.fields) == {"accepted_on", "proposal", "text", "plan"}
    with pytest.raises(Invalid) as caught:
        mediation.propose(mediated.pk, mediator, "", days(1), "", None)
    assert set(caught.value.fields) == {"made_by", "on", "text"}


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ([(5, "10000"), (9, "20000")], "少 1,000.00 元"),
        ([(5, "10000"), (9, "21500")], "多出 500.00 元"),
        ([(9, "10000"), (5, "21000")], "依次在后"),
        ([(5, "10000"), (5, "21000")], "依次在后"),
        ([(-1, "31000")], "早于协议"),
        ([(5, "31000"), (9, "0")], "大于零"),
        ([], "少 31,000.00 元"),
    ],
)
def test_a_plan_that_does_not_add_up_is_refused(parts: list[tuple[int, str]], words: str) -> None:
    plan = [Part(days(day), Decimal(amount)) for day, amount in parts]
    assert words in mediation.check_plan(Decimal(31000), days(0), plan)["plan"]


def test_nothing_is_paid_where_no_sum_was_proposed(mediated: Case, drive: Drive, mediator: Staff) -> None:
    assert mediation.check_plan(None, days(0), [Part(days(1), Decimal(1))])
    case = drive.agree(mediated, text="单位恢复原岗位")
    assert not case.clocks.filter(rule__in=performance.OFFERED).exists()
    assert drive.finish(drive.complete(case, mediator, Decision.SETTLED)).stage == Stage.CLOSED


def test_an_agreement_is_made_once(mediated: Case, drive: Drive, mediator: Staff) -> None:
    case = drive.agree(mediated, (days(5), "100.00"))
    row = Agreement.objects.get()
    with pytest.raises(Conflict, match="孙调解"):
        mediation.agree(case.pk, mediator, row.proposal_id, timezone.localdate(), "又", [])
    with pytest.raises(Conflict):
        mediation.propose(case.pk, mediator, "WORKER", timezone.localdate(), "又", None)


def fed_back(drive: Drive, case: Case) -> Case:
    """The lawyer says what came of it; then the case is checked and its worker asked."""
    case.refresh_from_db()
    return drive.finish(drive.complete(case, drive.lawyer, Decision.FED_BACK, note="款项已付清"))


def test_a_settled_case_closes_with_its_last_payment(
    settled: Case, drive: Drive, mediator: Staff, agent: Staff
) -> None:
    assert settled.stage == Stage.MEDIATION and closing.waiting_decision(settled) == Decision.SETTLED
    assert clock_states(settled) == [ClockState.RUNNING] * 3
    assert settled.clocks.get(rule=performance.CONFIRMATION).start == timezone.localdate()
    pay(settled, agent, 1, "4000.00")
    assert clock_states(settled)[0] == ClockState.RUNNING
    with pytest.raises(Conflict, match="4,000.00"):
        pay(settled, mediator, 1, "4000.00")
    with pytest.raises(Invalid) as caught:
        pay(settled, mediator, 1, "6000.01", seen=1)
    assert "6,000.00" in caught.value.fields["amount"]
    pay(settled, mediator, 1, "6000.00", seen=1)
    assert clock_states(settled)[0] == ClockState.MET
    with pytest.raises(Conflict):
        pay(settled, mediator, 1, "1.00", seen=2)
    pay(settled, mediator, 2, "10000.00")
    settled.refresh_from_db()
    assert settled.is_open and not settled.events.filter(kind="agreement.kept").exists()
    pay(settled, mediator, 3, "11000.00")
    closed = fed_back(drive, settled)
    assert (closed.stage, closed.outcome) == (Stage.CLOSED, Outcome.SETTLED)
    assert settled.events.filter(kind="agreement.kept").exists()


def test_a_payment_has_a_day_that_can_be(settled: Case, mediator: Staff) -> None:
    row = instalment(settled, 1)
    for on in (None, days(1), days(-1)):
        with pytest.raises(Invalid) as caught:
            performance.pay(settled.pk, mediator, row.pk, on, None, "", 0)
        assert set(caught.value.fields) == {"on", "amount"}


def test_the_worker_reminds_before_and_tells_after(settled: Case) -> None:
    said = settled.events.filter(data__rule=performance.INSTALMENT)
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1)):
        sweep.run(timezone.now())
        sweep.run(timezone.now())
    second = said.filter(kind="clock.alert", data__due=instalment(settled, 2).due.isoformat())
    assert list(second.values_list("data__level", flat=True)) == ["COMING"]
    assert said.filter(kind="clock.over").count() == 1  # the first, due on the day of the agreement


def test_what_nobody_must_do_ends_with_its_term(settled: Case) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=60)):
        sweep.run(timezone.now())
    assert set(settled.clocks.filter(rule__in=performance.OFFERED).values_list("state", flat=True)) == {
        "DROPPED"
    }


def late(case: Case) -> Any:
    return time_machine.travel(timezone.now() + timedelta(days=12))


def test_a_missed_payment_opens_three_ways(settled: Case, lawyer: Staff, mediator: Staff) -> None:
    with pytest.raises(Conflict):
        remedies.take(settled.pk, lawyer, Way.ORDER)
    with late(settled):
        with pytest.raises(NotAllowed):
            remedies.take(settled.pk, mediator, Way.ORDER)
        remedies.take(settled.pk, lawyer, Way.CONFIRM)
        remedies.take(settled.pk, lawyer, Way.ORDER)
        with pytest.raises(Invalid):
            remedies.take(settled.pk, lawyer, Way.ORDER)
        rows = {row.kind: row for row in settled.measures.all()}
        assert set(rows) == {MeasureKind.CONFIRMATION, MeasureKind.PAYMENT_ORDER}
        assert "第2期10,000.00元" in rows["PAYMENT_ORDER"].purpose
        assert "共欠31,000.00元" in rows["PAYMENT_ORDER"].purpose
        states = settled.clocks.filter(rule=performance.CONFIRMATION).order_by("pk")
        assert [(c.measure_id is None, c.state) for c in states] == [(True, "MET"), (False, "RUNNING")]


def test_to_arbitration_from_a_case_that_waits(settled: Case, mediator: Staff) -> None:
    with late(settled):
        remedies.take(settled.pk, mediator, Way.ARBITRATE)
    settled.refresh_from_db()
    task = steps.current_task(settled)
    assert settled.stage == Stage.ARBITRATION and task is not None and steps.step_of(task) == "file_referral"
    assert settled.referrals.count() == 1 and set(clock_states(settled)) == {ClockState.DROPPED}
    assert Agreement.objects.get().ended_on is not None


def test_to_arbitration_from_the_step_itself(mediated: Case, drive: Drive, mediator: Staff) -> None:
    case = drive.agree(mediated, (days(1), "100.00"))
    with late(case):
        case = remedies.take(case.pk, mediator, Way.ARBITRATE)
    assert case.stage == Stage.ARBITRATION and set(clock_states(case)) == {ClockState.DROPPED}


def test_confirmation_is_not_begun_after_its_term(settled: Case, lawyer: Staff) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=60)), pytest.raises(Invalid) as caught:
        remedies.take(settled.pk, lawyer, Way.CONFIRM)
    assert "way" in caught.value.fields


def test_waiting_is_given_up_with_a_reason(settled: Case, mediator: Staff, outsider: Staff) -> None:
    with pytest.raises(Invalid):
        performance.give_up(settled.pk, mediator, " ")
    with pytest.raises(NotVisible):
        performance.give_up(settled.pk, outsider, "不再等待")
    performance.give_up(settled.pk, mediator, "单位已注销")
    assert closing.waiting_decision(settled) is None
    with pytest.raises(Conflict):
        performance.give_up(settled.pk, mediator, "再次")


def test_a_reopened_case_waits_for_its_payments_again(settled: Case, agent: Staff) -> None:
    steps.withdraw(settled.pk, agent, "本人撤回")
    assert set(clock_states(settled)) == {ClockState.DROPPED}
    steps.reopen(settled.pk, agent, "单位仍未付款")
    assert clock_states(settled).count(ClockState.RUNNING) == 3


def test_an_application_is_not_accepted_with_a_reason(mediated: Case, drive: Drive, mediator: Staff) -> None:
    with pytest.raises(Invalid) as caught:
        drive.complete(mediated, mediator, Decision.NOT_TAKEN_UP)
    assert set(caught.value.fields) == {"note"}
    case = drive.complete(mediated, mediator, Decision.NOT_TAKEN_UP, note="单位不同意调解")
    assert case.stage == Stage.LEGAL_REVIEW
    assert case.mediations.get().result == Decision.NOT_TAKEN_UP


def test_what_was_accepted_is_not_turned_down(mediated: Case, drive: Drive, mediator: Staff) -> None:
    case = drive.agree(mediated, (days(1), "100.00"))
    with pytest.raises(Invalid) as caught:
        drive.complete(case, mediator, Decision.NOT_TAKEN_UP, note="反悔")
    assert set(caught.value.fields) == {"decision"}


def test_a_kill_while_a_payment_is_noted_leaves_nothing_of_it(
    settled: Case, mediator: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*args: Any, **kwargs: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(performance.clocks, "end_of_instalment", killed)
    with pytest.raises(KeyboardInterrupt):
        pay(settled, mediator, 1, "10000.00")
    assert not Payment.objects.exists() and instalment(settled, 1).paid == 0
    assert not settled.events.filter(kind="instalment.paid").exists()


@pytest.mark.parametrize("what", ["plan", "propose", "hold"])
def test_only_who_mediates_now_writes(mediated: Case, agent: Staff, what: str) -> None:
    now, today = timezone.now(), timezone.localdate()
    write: dict[str, Callable[[], object]] = {
        "plan": lambda: mediation.plan_session(mediated.pk, agent, now, "调解室", "双方"),
        "propose": lambda: mediation.propose(mediated.pk, agent, "WORKER", today, "全付", None),
        "hold": lambda: mediation.hold_session(mediated.pk, agent, 1, "CAME", "CAME", "笔录"),
    }
    with pytest.raises(NotAllowed):
        write[what]()
