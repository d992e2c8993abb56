"""The end of a case: check by points, return visit before closing, redone once, ended with an explanation."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from hotline.enums import ClockState, Outcome, Stage
from hotline.errors import Conflict, Invalid, NotAllowed
from hotline.models import Case, Staff
from tests.conftest import FULL_POINTS, Drive
from workflows import holders, quality, reception, steps
from workflows.decisions import Decision
from workflows.measures import steps as measures

pytestmark = pytest.mark.django_db


@pytest.fixture
def decided(case: Case, drive: Drive) -> Case:
    """A case whose lawyer has answered: it waits for its check."""
    case = drive.write_opinion(drive.to_review(case))
    return drive.complete(case, drive.lawyer, Decision.ANSWERED, note="已书面答复")


def live(case: Case) -> set[str]:
    return set(case.clocks.filter(state=ClockState.RUNNING).values_list("rule", flat=True))


def missing(refused: pytest.ExceptionInfo[Invalid]) -> set[str]:
    return set(refused.value.fields)


def test_what_was_answered_at_intake_and_nuisance_close_at_once(
    arrive: Callable[..., reception.Received], drive: Drive
) -> None:
    case = drive.write_intake(arrive("+8613800000001").case)
    case = drive.complete(case, drive.agent, Decision.ANSWERED, note="已告知")
    assert (case.stage, case.outcome) == (Stage.CLOSED, Outcome.ANSWERED)
    case = drive.complete(arrive("+8613800000002").case, drive.agent, Decision.NUISANCE, note="骚扰")
    assert case.stage == Stage.CLOSED and not case.visits.exists()


def test_asked_back_and_answered_at_intake_went_beyond_it(case: Case, drive: Drive) -> None:
    case = drive.complete(drive.to_review(case), drive.lawyer, Decision.MORE, note="请补充")
    case = drive.complete(case, drive.agent, Decision.ANSWERED, note="已告知")
    assert case.stage == Stage.QUALITY
    assert drive.finish(case).outcome == Outcome.ANSWERED


def test_a_case_is_checked_then_asked_about_then_closed(
    decided: Case, drive: Drive, supervisor: Staff
) -> None:
    assert decided.stage == Stage.QUALITY
    assert live(decided) >= {"service.check"} and "service.handling" not in live(decided)
    case = drive.check(decided, points_record=18, ground_record="漏记入职日期")
    assert live(case) >= {"service.visit"} and "service.check" not in live(case)
    check = case.checks.get()
    assert (check.total, check.checker, check.sheet) == (98, supervisor, quality.sheet().edition)
    assert [one["ground"] for one in check.scores if one["points"] < one["of"]] == ["漏记入职日期"]
    case = drive.visit(case, Decision.VISITED, satisfied="VERY", more="谢谢")
    assert (case.stage, case.outcome, case.outcome_note) == (Stage.CLOSED, Outcome.ANSWERED, "已书面答复")
    visit = case.visits.get()
    assert (visit.satisfied, visit.more, visit.visitor) == ("VERY", "谢谢", drive.agent)
    assert not live(case)


def test_points_taken_off_need_their_ground(decided: Case, drive: Drive, supervisor: Staff) -> None:
    for wrong in ({"points_law": 26}, {"points_law": -1}, {"points_law": None}):
        with pytest.raises(Invalid) as refused:
            drive.check(decided, **wrong)
        assert missing(refused) == {"points_law"}
    with pytest.raises(Invalid) as refused:
        drive.check(decided, Decision.RETURNED, points_law=10)
    assert missing(refused) == {"ground_law", "note"}
    assert not decided.checks.exclude(done_at=None).exists()


def test_only_a_supervisor_checks_and_only_the_floor_asks(
    decided: Case, drive: Drive, agent: Staff, lawyer: Staff, supervisor: Staff
) -> None:
    for person in (agent, lawyer):
        with pytest.raises(NotAllowed):
            drive.complete(decided, person, Decision.PASSED, **FULL_POINTS)
    case = drive.check(decided)
    with pytest.raises(NotAllowed):
        drive.complete(case, lawyer, Decision.VISITED)


def test_what_does_not_pass_goes_back_and_is_checked_again(decided: Case, drive: Drive) -> None:
    case = drive.check(decided, Decision.RETURNED, points_law=5, ground_law="未引用条文", note="补充依据")
    assert case.stage == Stage.LEGAL_REVIEW and case.lawyer == drive.lawyer
    assert "service.handling" in live(case)
    case = drive.complete(drive.write_opinion(case), drive.lawyer, Decision.ANSWERED, note="已补充答复")
    assert drive.finish(case).outcome_note == "已补充答复"
    assert case.checks.count() == 2


def test_a_dissatisfied_worker_has_it_redone_once_then_it_is_explained_and_ended(
    decided: Case, drive: Drive
) -> None:
    case = drive.check(decided)
    with pytest.raises(Invalid) as refused:
        drive.visit(case, Decision.TERMINATED, satisfied="NO", no_new_facts=True, note="已说明")
    assert missing(refused) == {"decision"}
    with pytest.raises(Invalid) as refused:
        drive.visit(case, Decision.REDO, satisfied="YES")
    assert missing(refused) == {"satisfied", "note"}
    case = drive.visit(case, Decision.REDO, satisfied="NO", note="钱还没到账")
    assert case.stage == Stage.LEGAL_REVIEW and "service.handling" in live(case)
    case = drive.complete(drive.write_opinion(case), drive.lawyer, Decision.ANSWERED, note="再次督促")
    case = drive.check(case)
    with pytest.raises(Invalid) as refused:
        drive.visit(case, Decision.REDO, satisfied="NO", note="还是不满意")
    assert missing(refused) == {"decision"}
    with pytest.raises(Invalid) as refused:
        drive.visit(case, Decision.TERMINATED, satisfied="NOT_AT_ALL")
    assert missing(refused) == {"no_new_facts", "note"}
    case = drive.visit(
        case, Decision.TERMINATED, satisfied="NO", no_new_facts=True, note="已说明可申请强制执行"
    )
    assert (case.outcome, case.outcome_note) == (Outcome.TERMINATED, "已说明可申请强制执行")


def test_a_reopened_case_may_be_redone_again(decided: Case, drive: Drive) -> None:
    case = drive.visit(drive.check(decided), Decision.REDO, satisfied="NO", note="未到账")
    case = drive.finish(drive.complete(drive.write_opinion(case), drive.lawyer, Decision.ANSWERED, note="答"))
    case = steps.reopen(case.pk, drive.agent, "单位又不支付")
    assert quality.redone(case) is None
    case = drive.check(drive.complete(drive.write_opinion(case), drive.lawyer, Decision.ANSWERED, note="答"))
    assert drive.visit(case, Decision.REDO, satisfied="NO", note="仍未到账").stage == Stage.LEGAL_REVIEW


def test_who_is_not_reached_is_tried_again_and_given_up_after_three(
    decided: Case, drive: Drive, settings: Any
) -> None:
    settings.HOTLINE_VISIT_TRIES = 2
    case = drive.check(decided)
    due = case.clocks.get(rule="service.visit").due
    case = drive.visit(case, Decision.UNREACHED)
    assert case.stage == Stage.QUALITY and case.visits.get().tries == 1
    with pytest.raises(Invalid) as refused:
        drive.visit(case, Decision.GIVEN_UP)
    assert missing(refused) == {"decision", "note"}
    case = drive.visit(case, Decision.UNREACHED)
    assert case.clocks.get(rule="service.visit").due == due
    case = drive.visit(case, Decision.GIVEN_UP, note="三天内拨打两次，关机")
    assert (case.outcome, case.visits.get().decision) == (Outcome.ANSWERED, "GIVEN_UP")


def test_a_dissatisfied_worker_who_wants_no_redo_is_written_down(decided: Case, drive: Drive) -> None:
    case = drive.check(decided)
    with pytest.raises(Invalid) as refused:
        drive.visit(case, Decision.VISITED, satisfied="NO")
    assert missing(refused) == {"note"}
    assert drive.visit(case, Decision.VISITED, satisfied="NO", note="本人不再要求办理").outcome == "ANSWERED"


def test_a_case_with_measures_is_fed_back_first_or_goes_on(case: Case, drive: Drive, lawyer: Staff) -> None:
    case = drive.write_opinion(drive.to_review(case))
    measure = measures.begin(case.pk, lawyer, measures.MeasureKind.NEGOTIATION, purpose="催讨")
    case = drive.complete(case, lawyer, Decision.ANSWERED, note="已答复")
    measures.stop(measure.pk, lawyer, "单位失联")
    task = steps.current_task(case)
    assert task is not None and steps.step_of(task) == "feedback"
    case.refresh_from_db()
    with pytest.raises(Invalid):
        drive.complete(case, lawyer, Decision.FED_BACK, note=" ")
    again = drive.complete(case, lawyer, Decision.REVIEW, note="协商未果，改走仲裁")
    assert again.stage == Stage.LEGAL_REVIEW


def test_withdrawn_during_the_check_leaves_nothing_to_do(decided: Case, drive: Drive) -> None:
    case = steps.withdraw(decided.pk, drive.agent, "已私下解决")
    assert (case.stage, case.outcome) == (Stage.CLOSED, Outcome.WITHDRAWN)
    assert not case.checks.exists() and not live(case)


def test_a_visit_changes_hands_like_other_steps(decided: Case, drive: Drive, other_agent: Staff) -> None:
    case = drive.check(decided)
    with pytest.raises(Conflict):
        drive.complete(case, other_agent, Decision.UNREACHED)
    holders.take_over(case.pk, other_agent)
    case.refresh_from_db()
    assert drive.visit(case, Decision.VISITED, satisfied="YES").visits.get().visitor == other_agent


def test_the_share_of_consultations_is_drawn_by_their_numbers(
    arrive: Callable[..., reception.Received], drive: Drive, supervisor: Staff, settings: Any
) -> None:
    settings.HOTLINE_SAMPLE_PERCENT = 100
    case = drive.write_intake(arrive().case)
    case = drive.complete(case, drive.agent, Decision.ANSWERED, note="已告知")
    check = case.checks.get()
    assert check.sampled and case.stage == Stage.CLOSED
    with pytest.raises(NotAllowed):
        quality.check_drawn(check.pk, drive.agent, dict(FULL_POINTS))
    with pytest.raises(Invalid):
        quality.check_drawn(check.pk, supervisor, FULL_POINTS | {"points_manner": 1})
    assert quality.check_drawn(check.pk, supervisor, FULL_POINTS | {"note": "规范"}).total == 100
    with pytest.raises(Conflict):
        quality.check_drawn(check.pk, supervisor, dict(FULL_POINTS))
    settings.HOTLINE_SAMPLE_PERCENT = 0
    other = drive.write_intake(arrive("+8613800000009").case)
    other = drive.complete(other, drive.agent, Decision.ANSWERED, note="已告知")
    assert not other.checks.exists()


def test_a_drawn_case_that_is_reopened_is_checked_on_its_path(
    case: Case, drive: Drive, settings: Any
) -> None:
    settings.HOTLINE_SAMPLE_PERCENT = 100
    case = drive.complete(drive.write_intake(case), drive.agent, Decision.ANSWERED, note="已告知")
    case = steps.reopen(case.pk, drive.agent, "来电人补充")
    case = drive.write_opinion(drive.to_review(case))
    case = drive.complete(case, drive.lawyer, Decision.ANSWERED, note="已答复")
    assert not case.checks.get().sampled
    assert drive.finish(case).outcome == Outcome.ANSWERED


def test_whoever_left_meanwhile_is_not_waited_for(
    decided: Case, drive: Drive, admin: Staff, other_agent: Staff
) -> None:
    case = drive.check(decided)
    assert holders.deactivate(admin, drive.agent.pk, other_agent.pk) == 1
    case.refresh_from_db()
    assert case.agent == other_agent
    later = timezone.localdate() + timedelta(days=30)
    assert case.clocks.get(rule="service.visit").due < later
