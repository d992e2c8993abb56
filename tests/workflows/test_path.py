"""The path of a case from the first message to each of its ends."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from viewflow.workflow import PROCESS, STATUS
from viewflow.workflow.models import Task

from hotline.enums import ClockState, Matching, Outcome, Section, Stage
from hotline.errors import Conflict, Invalid, NotAllowed, NotVisible, StaleSection
from hotline.events import chain_hash
from hotline.models import Case, Event, Staff
from tests.conftest import Drive
from workflows import holders, reception, steps, timers
from workflows.decisions import Decision
from workflows.models import CaseProcess

pytestmark = pytest.mark.django_db


def test_a_message_opens_a_case_at_intake(case: Case) -> None:
    assert case.stage == Stage.INTAKE
    assert case.number.startswith("QD12351-")
    task = steps.current_task(case)
    assert task is not None and steps.step_of(task) == "intake"


def test_the_second_message_joins_and_the_same_one_twice_is_one(
    arrive: Callable[..., reception.Received],
) -> None:
    first = arrive(provider_id="SMa")
    again = arrive(provider_id="SMa")
    second = arrive(provider_id="SMb")
    assert (again.fresh, again.interaction.pk) == (False, first.interaction.pk)
    assert second.case == first.case and second.interaction.matching == Matching.JOINED
    assert Case.objects.count() == 1


def test_an_anonymous_duplicate_leaves_no_second_case(arrive: Callable[..., reception.Received]) -> None:
    arrive(None, provider_id="CAx")
    assert not arrive(None, provider_id="CAx").fresh
    arrive(None, provider_id="CAy")
    assert Case.objects.count() == 2


def test_the_whole_path_to_an_award(case: Case, drive: Drive) -> None:
    case = drive.to_closed(case)
    assert (case.stage, case.outcome) == (Stage.CLOSED, Outcome.AWARDED)
    assert case.outcome_note == "支付工资31000元\n单位已付清，职工知晓起诉期限。"
    process = CaseProcess.objects.get(case=case)
    assert process.status == PROCESS.DONE
    assert not process.task_set.exclude(status__in=[STATUS.DONE, STATUS.CANCELED]).exists()
    assert not case.clocks.filter(state=ClockState.RUNNING).exists()
    stages = case.events.filter(kind="case.stage").values_list("data__stage", flat=True)
    assert list(stages) == ["LEGAL_REVIEW", "MEDIATION", "ARBITRATION", "QUALITY"]


def test_every_event_is_chained_to_the_one_before(case: Case, drive: Drive) -> None:
    case = drive.to_mediation(case)
    before = ""
    for number, event in enumerate(case.events.order_by("sequence"), start=1):
        assert (event.sequence, event.previous_hash) == (number, before)
        assert event.hash == chain_hash(Event.objects.get(pk=event.pk))
        before = event.hash
    case.refresh_from_db()
    assert (case.version, case.chain_head) == (number, before)


def test_answered_at_intake_needs_what_the_worker_was_told(case: Case, drive: Drive, agent: Staff) -> None:
    drive.write_intake(case)
    with pytest.raises(Invalid) as caught:
        drive.complete(case, agent, Decision.ANSWERED)
    assert set(caught.value.fields) == {"note"}
    case = drive.complete(case, agent, Decision.ANSWERED, note="已告知加班费计算办法")
    assert (case.stage, case.outcome) == (Stage.CLOSED, Outcome.ANSWERED)


def test_intake_needs_a_category_and_a_narrative_for_a_lawyer(case: Case, drive: Drive, agent: Staff) -> None:
    with pytest.raises(Invalid) as caught:
        drive.complete(case, agent, Decision.REVIEW)
    assert set(caught.value.fields) == {"category", "narrative"}


def test_more_is_asked_and_comes_back_to_the_same_lawyer(
    case: Case, drive: Drive, lawyer: Staff, agent: Staff
) -> None:
    case = drive.to_review(case)
    case = drive.complete(case, lawyer, Decision.MORE, note="请补充合同")
    assert case.stage == Stage.INTAKE
    case = drive.complete(case, agent, Decision.REVIEW)
    assert (case.stage, case.lawyer) == (Stage.LEGAL_REVIEW, lawyer)


def test_the_lawyer_with_the_fewest_cases_gets_the_next(
    arrive: Callable[..., reception.Received], drive: Drive, lawyer: Staff, other_lawyer: Staff
) -> None:
    first = drive.to_review(arrive("+8613800000001").case)
    second = drive.to_review(arrive("+8613800000002").case)
    assert {first.lawyer, second.lawyer} == {lawyer, other_lawyer}


def test_declined_work_goes_to_nobody_and_to_none_who_declined(
    case: Case, drive: Drive, lawyer: Staff, supervisor: Staff
) -> None:
    case = drive.to_review(case)
    with pytest.raises(Invalid):
        holders.decline(case.pk, lawyer, " ")
    case = holders.decline(case.pk, lawyer, "利益冲突")
    assert case.lawyer is None
    with pytest.raises(NotVisible):
        holders.decline(case.pk, lawyer, "again")
    case = holders.reassign(case.pk, supervisor, lawyer.pk, "冲突已排除")
    assert case.lawyer == lawyer
    task = steps.current_task(case)
    assert task is not None and task.owner == lawyer


def test_settled_needs_the_agreement(case: Case, drive: Drive, mediator: Staff) -> None:
    case = drive.to_mediation(case)
    with pytest.raises(Invalid):
        drive.complete(case, mediator, Decision.SETTLED)
    case = drive.agree(case, text="单位恢复原岗位")
    assert drive.finish(drive.complete(case, mediator, Decision.SETTLED)).outcome == Outcome.SETTLED


def test_fifteen_days_of_mediation_are_noted_and_interrupt_nothing(
    case: Case, drive: Drive, mediator: Staff
) -> None:
    case = drive.to_mediation(case, applied_on=timezone.localdate())
    clock = case.clocks.get(rule="mediation.agreement")
    assert timers.fire_due(timezone.now()) == 0
    after = timezone.now() + timedelta(days=30)
    assert clock.due >= timezone.localdate() + timedelta(days=15)
    assert timers.fire_due(after) == 1
    assert timers.fire_due(after) == 0
    assert case.events.filter(kind="clock.over", data__rule="mediation.agreement").count() == 1
    case.refresh_from_db()
    assert case.stage == Stage.MEDIATION
    case = drive.complete(case, mediator, Decision.REFER, note="调解不成")
    assert case.stage == Stage.ARBITRATION


def test_the_referral_gate_names_all_that_is_missing(case: Case, drive: Drive, lawyer: Staff) -> None:
    case = drive.to_referral(case)
    with pytest.raises(Invalid) as caught:
        drive.complete(case, lawyer, Decision.FILED)
    assert set(caught.value.fields) == {
        "authority",
        "authorised_on",
        "commission",
        "jurisdiction",
        "evidence",
        "claims",
        "employers",
        "identity",
        "filed_on",
    }


def test_acceptance_and_award_run_their_clocks(case: Case, drive: Drive, lawyer: Staff) -> None:
    case = drive.to_acceptance(case)
    assert (
        case.clocks.get(state=ClockState.RUNNING, rule="arbitration.acceptance").start == timezone.localdate()
    )
    case = drive.complete(case, lawyer, Decision.ACCEPTED, on=timezone.localdate())
    first = case.clocks.get(rule="arbitration.award")
    steps.extend_award(case.pk, lawyer)
    first.refresh_from_db()
    assert first.extended and first.due >= timezone.localdate() + timedelta(days=60)
    timer = Task.objects.get(process__caseprocess__case=case, status=STATUS.SCHEDULED)
    assert timer.scheduled == steps.terms.end_of(first.due)
    with pytest.raises(Conflict):
        steps.extend_award(case.pk, lawyer)


def test_refused_by_the_commission(case: Case, drive: Drive, lawyer: Staff) -> None:
    case = drive.to_acceptance(case)
    with pytest.raises(Invalid):
        drive.complete(
            case, lawyer, Decision.REFUSED, on=timezone.localdate() + timedelta(days=1), note="不属于受案范围"
        )
    case = drive.complete(case, lawyer, Decision.REFUSED, on=timezone.localdate(), note="不属于受案范围")
    case = drive.complete(case, lawyer, Decision.LET_STAND, note="职工自行起诉")
    case = drive.finish(case)
    assert case.outcome == Outcome.REFUSED


@pytest.mark.parametrize(
    "station", ["write_intake", "to_review", "to_mediation", "to_referral", "to_acceptance", "to_award"]
)
def test_withdrawal_at_any_stage_leaves_nothing_running(
    case: Case, drive: Drive, agent: Staff, station: str
) -> None:
    case = getattr(drive, station)(case)
    case = steps.withdraw(case.pk, agent, "本人撤回")
    assert (case.stage, case.outcome) == (Stage.CLOSED, Outcome.WITHDRAWN)
    process = CaseProcess.objects.get(case=case)
    assert not process.task_set.filter(status__in=[STATUS.NEW, STATUS.ASSIGNED, STATUS.SCHEDULED]).exists()
    with pytest.raises(Conflict):
        steps.withdraw(case.pk, agent, "again")


def test_a_closed_case_begins_again_where_it_makes_sense(
    case: Case, drive: Drive, agent: Staff, lawyer: Staff
) -> None:
    case = drive.to_closed(case)
    with pytest.raises(Invalid):
        steps.reopen(case.pk, agent, "")
    case = steps.reopen(case.pk, agent, "裁决未履行")
    assert (case.stage, case.lawyer, case.outcome) == (Stage.LEGAL_REVIEW, lawyer, "")
    assert CaseProcess.objects.filter(case=case).count() == 2


def test_a_step_is_done_once_and_says_by_whom(
    case: Case, drive: Drive, agent: Staff, other_agent: Staff
) -> None:
    drive.write_intake(case)
    task = steps.current_task(case)
    assert task is not None
    steps.complete(task.pk, agent, Decision.REVIEW)
    with pytest.raises(Conflict, match="王晓梅"):
        steps.complete(task.pk, other_agent, Decision.REVIEW)


def test_a_step_with_someone_else_is_refused_until_taken_over(
    case: Case, drive: Drive, agent: Staff, other_agent: Staff
) -> None:
    drive.write_intake(case)
    holders.take_over(case.pk, other_agent)
    with pytest.raises(Conflict, match="陈建国"):
        drive.complete(case, agent, Decision.REVIEW)
    holders.take_over(case.pk, agent)
    assert drive.complete(case, agent, Decision.REVIEW).stage == Stage.LEGAL_REVIEW


def test_who_may_not(
    case: Case, drive: Drive, agent: Staff, lawyer: Staff, other_lawyer: Staff, outsider: Staff, admin: Staff
) -> None:
    case = drive.to_review(case)
    holder = case.lawyer
    stranger = other_lawyer if holder == lawyer else lawyer
    task = steps.current_task(case)
    assert task is not None
    for person, error in (
        (stranger, NotVisible),
        (outsider, NotVisible),
        (admin, NotVisible),
        (agent, NotAllowed),
    ):
        with pytest.raises(error):
            steps.complete(task.pk, person, Decision.REFER)


def test_a_save_over_someone_elses_change_is_refused(case: Case, agent: Staff, other_agent: Staff) -> None:
    steps.sections.keep_draft(case, Section.INTAKE, other_agent, 0, {"narrative": "我写的"})
    assert steps.save(case.pk, Section.INTAKE, agent, 0, {"narrative": "甲"}) == 1
    with pytest.raises(StaleSection, match="王晓梅"):
        steps.save(case.pk, Section.INTAKE, other_agent, 0, {"narrative": "乙"})
    case.refresh_from_db()
    assert case.narrative == "甲"
    assert case.drafts.get(staff=other_agent).data == {"narrative": "我写的"}


def test_moved_to_a_new_case_and_back(arrive: Callable[..., reception.Received], agent: Staff) -> None:
    received = arrive()
    fresh = reception.move_to_new_case(received.interaction.pk, agent)
    assert fresh.person == received.case.person
    received.interaction.refresh_from_db()
    assert received.interaction.case == fresh
    assert reception.move_back(received.interaction.pk, agent) == received.case
    with pytest.raises(Conflict):
        reception.move_back(received.interaction.pk, agent)


def test_deactivation_hands_the_work_over(
    case: Case, drive: Drive, lawyer: Staff, other_lawyer: Staff, admin: Staff, agent: Staff
) -> None:
    case = drive.to_review(case)
    holder, successor = case.lawyer, other_lawyer if case.lawyer == lawyer else lawyer
    with pytest.raises(Invalid):
        holders.deactivate(admin, holder.pk, agent.pk)
    assert holders.deactivate(admin, holder.pk, successor.pk) == 1
    case.refresh_from_db()
    task = steps.current_task(case)
    assert case.lawyer == successor and task is not None and task.owner == successor
    with pytest.raises(Conflict):
        holders.deactivate(admin, holder.pk, None)
