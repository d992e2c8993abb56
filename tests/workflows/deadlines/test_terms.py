"""The periods of a case as its steps and people move them, on days that are known."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone
from viewflow.workflow.models import Task

from hotline.enums import ClockState, Section
from hotline.errors import Conflict, Invalid, NotAllowed, NotVisible
from hotline.models import Case, Clock, Staff
from tests.conftest import Drive
from workflows import reception, steps, sweep, term_events, timers
from workflows.decisions import Decision

pytestmark = pytest.mark.django_db
Travel = Callable[[str], None]


@pytest.fixture
def travel() -> Iterator[Travel]:
    """Sets the clock of the whole process to noon of a day at the hotline's place."""
    with time_machine.travel(noon("2026-11-02"), tick=False) as traveller:
        yield lambda day: traveller.move_to(noon(day))


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def opened(travel: Travel, arrive: Callable[..., reception.Received]) -> Case:
    """A case of Mon 2 Nov 2026."""
    return arrive().case


def live(case: Case, rule: str) -> Clock | None:
    return case.clocks.filter(rule=rule, state__in=["RUNNING", "PAUSED"]).first()


def due(case: Case, rule: str) -> date | None:
    clock = live(case, rule)
    return clock.due if clock else None


def sweep_now() -> int:
    return sweep.run(timezone.now())


# --- The hotline's own terms -----------------------------------------------------------------------
def test_a_new_case_is_to_be_dispatched_and_handled(opened: Case) -> None:
    # Dispatched by Tue 3; five working days: 3, 4, 5, 6, Mon 9.
    assert (due(opened, "service.dispatch"), due(opened, "service.handling")) == (
        date(2026, 11, 3),
        date(2026, 11, 9),
    )
    assert opened.next_due == date(2026, 11, 3)


def test_dispatch_is_met_by_the_step_and_handling_waits_for_a_procedure(
    opened: Case, drive: Drive, travel: Travel
) -> None:
    case = drive.to_review(opened)
    assert case.clocks.get(rule="service.dispatch").state == ClockState.MET
    travel("2026-11-04")
    drive.write_opinion(case)
    drive.complete(case, drive.lawyer, Decision.MEDIATE, unit=drive.unit, applied_on=date(2026, 11, 4))
    handling = live(case, "service.handling")
    assert handling is not None
    assert (handling.state, handling.paused_since) == (ClockState.PAUSED, date(2026, 11, 4))
    travel("2026-11-18")
    drive.complete(case, drive.mediator, Decision.REVIEW, note="再审查")
    # 3 and 4 counted before it; then 19, 20, Mon 23.
    assert due(case, "service.handling") == date(2026, 11, 23)
    drive.write_opinion(case)
    drive.complete(case, drive.lawyer, Decision.ANSWERED, note="已答复")
    assert case.clocks.get(rule="service.handling").state == ClockState.MET


def test_a_supervisor_extends_the_handling_once(opened: Case, drive: Drive, supervisor: Staff) -> None:
    day, kind = date(2026, 11, 2), "SERVICE_EXTENDED"
    with pytest.raises(NotAllowed):
        term_events.enter(opened.pk, drive.agent, kind, day, note="案情特别复杂")
    with pytest.raises(Invalid):
        term_events.enter(opened.pk, supervisor, kind, day)
    assert due(opened, "service.handling") == date(2026, 11, 9)
    term_events.enter(opened.pk, supervisor, kind, day, note="案情特别复杂")
    assert due(opened, "service.handling") == date(2026, 11, 23)
    with pytest.raises(Conflict):
        term_events.enter(opened.pk, supervisor, kind, day, note="再延")


def test_an_extension_is_as_long_as_it_was_approved(opened: Case, supervisor: Staff) -> None:
    day, kind = date(2026, 11, 2), "SERVICE_EXTENDED"
    # 5 + 10 working days end on Mon 23 Nov; 9 Nov is the end as it is.
    for until in (date(2026, 11, 24), date(2026, 11, 9)):
        with pytest.raises(Invalid) as refused:
            term_events.enter(opened.pk, supervisor, kind, day, until=until, note="延期")
        assert set(refused.value.fields) == {"until"}
    # Until Sat 14 Nov: the last working day by then, Fri 13.
    term_events.enter(opened.pk, supervisor, kind, day, until=date(2026, 11, 14), note="延期四日")
    assert due(opened, "service.handling") == date(2026, 11, 13)


def test_yellow_and_red_cards_are_given_once_each(opened: Case, drive: Drive, travel: Travel) -> None:
    case = drive.to_review(opened)

    def cards() -> list[str]:
        told = case.events.filter(kind__in=["clock.alert", "clock.over"], data__rule="service.handling")
        return [event.data.get("level", "OVER") for event in told.order_by("sequence")]

    travel("2026-11-05")
    sweep_now()
    assert cards() == []
    travel("2026-11-06")  # Friday: one working day is left, Monday
    sweep_now()
    sweep_now()
    assert cards() == ["YELLOW_CARD"]
    travel("2026-11-10")  # the first working day after it
    assert sweep_now() > 0
    assert cards() == ["YELLOW_CARD", "OVER", "RED_CARD"]
    assert sweep_now() == 0


# --- Mediation -------------------------------------------------------------------------------------
def test_the_two_terms_of_mediation_run_from_their_own_starts(
    opened: Case, drive: Drive, travel: Travel
) -> None:
    case = drive.to_mediation(opened, applied_on=date(2026, 11, 2))
    # 2 + 15 = Tue 17 Nov; three working days to accept: 3, 4, 5.
    assert due(case, "mediation.agreement") == date(2026, 11, 17)
    assert due(case, "mediation.screening") == date(2026, 11, 5)
    assert live(case, "mediation.acceptance_term") is None
    travel("2026-11-05")
    drive.save(case, Section.MEDIATION, drive.mediator, accepted_on=date(2026, 11, 5))
    # 5 + 15 = Fri 20 Nov.
    assert due(case, "mediation.acceptance_term") == date(2026, 11, 20)
    assert due(case, "mediation.agreement") == date(2026, 11, 17)
    assert case.clocks.get(rule="mediation.screening").state == ClockState.MET
    term_events.enter(
        case.pk, drive.mediator, "BOTH_AGREED_LONGER", date(2026, 11, 5), until=date(2026, 11, 30)
    )
    assert due(case, "mediation.acceptance_term") == date(2026, 11, 30)
    drive.complete(case, drive.mediator, Decision.REFER, note="调解不成")
    assert not case.clocks.filter(rule__startswith="mediation.", state="RUNNING").exists()


# --- Limitation ------------------------------------------------------------------------------------
def test_limitation_follows_what_the_worker_says_and_then_the_lawyer(opened: Case, drive: Drive) -> None:
    drive.write_intake(opened)
    # 12 Sep 2027 is a Sunday; the year's holidays are not known.
    clock = live(opened, "limitation.general")
    assert clock is not None and (clock.due, clock.provisional) == (date(2027, 9, 13), True)
    drive.to_review(opened)
    drive.save(opened, Section.REVIEW, drive.lawyer, opinion="时效", limitation_from=date(2025, 11, 24))
    assert due(opened, "limitation.general") == date(2026, 11, 24)


def test_wages_wait_while_the_employment_lasts_and_run_from_its_end(opened: Case, drive: Drive) -> None:
    drive.write_intake(opened)
    term_events.enter(opened.pk, drive.agent, "EMPLOYMENT_LASTS", date(2026, 11, 2), note="仍在上班")
    assert due(opened, "limitation.general") is not None  # a lawyer has to confirm it first
    case = drive.to_review(opened)
    term_events.confirm(case.pk, drive.lawyer, case.term_events.get().pk)
    assert due(case, "limitation.general") is None
    drive.save(case, Section.INTAKE, drive.agent, employed_until=date(2025, 11, 28))
    # 28 Nov 2026 is a Saturday.
    assert due(case, "limitation.wages") == date(2026, 11, 30)
    drive.save(case, Section.CLAIMS, drive.lawyer, rows=[{"kind": "WAGES"}, {"kind": "COMPENSATION"}])
    assert due(case, "limitation.general") == date(2027, 9, 13)


def test_an_interruption_acts_once_the_lawyer_has_confirmed_it(opened: Case, drive: Drive) -> None:
    drive.write_intake(opened)
    drive.save(opened, Section.INTAKE, drive.agent, known_on=date(2025, 11, 24))
    with pytest.raises(Invalid):
        term_events.enter(opened.pk, drive.agent, "CLAIM_TO_EMPLOYER", date(2026, 3, 2))
    row = term_events.enter(opened.pk, drive.agent, "CLAIM_TO_EMPLOYER", date(2026, 3, 2), note="微信催要")
    clock = live(opened, "limitation.general")
    assert clock is not None and clock.due == date(2026, 11, 24)
    step = clock.derivation["steps"][1]
    assert (step["why_not"], step["would_be"]) == ("UNCONFIRMED", "2027-03-02")
    case = drive.complete(opened, drive.agent, Decision.REVIEW)
    with pytest.raises(NotAllowed):
        term_events.confirm(case.pk, drive.agent, row.pk)
    term_events.confirm(case.pk, drive.lawyer, row.pk)
    assert due(case, "limitation.general") == date(2027, 3, 2)
    with pytest.raises(NotAllowed):
        term_events.strike(case.pk, drive.agent, row.pk, "记错了")
    with pytest.raises(Invalid):
        term_events.strike(case.pk, drive.lawyer, row.pk, " ")
    term_events.strike(case.pk, drive.lawyer, row.pk, "无证据")
    assert due(case, "limitation.general") == date(2026, 11, 24)
    with pytest.raises(Conflict):
        term_events.strike(case.pk, drive.lawyer, row.pk, "再划")


def test_mediation_interrupts_and_filing_ends_it(opened: Case, drive: Drive, travel: Travel) -> None:
    case = drive.to_mediation(opened, applied_on=date(2026, 11, 2))
    # Begun anew by the application: 2 Nov 2027 is a Tuesday.
    assert due(case, "limitation.general") == date(2027, 11, 2)
    case = drive.complete(case, drive.mediator, Decision.REFER, note="单位拒绝")
    drive.prepare_referral(case)
    case = drive.complete(case, drive.lawyer, Decision.FILED, filed_on=date(2026, 11, 2))
    assert case.clocks.get(rule="limitation.general").state == ClockState.MET
    drive.save(case, Section.REVIEW, drive.lawyer, opinion="补充")
    assert due(case, "limitation.general") is None


def test_red_at_thirty_and_aid_first_at_seven_days(opened: Case, drive: Drive, travel: Travel) -> None:
    drive.write_intake(opened)
    drive.save(opened, Section.INTAKE, drive.agent, known_on=date(2025, 12, 10))
    told = opened.events.filter(kind="clock.alert", data__rule="limitation.general")
    travel("2026-11-09")
    sweep_now()
    assert not told.exists()
    travel("2026-11-10")
    sweep_now()
    assert [event.data["level"] for event in told.all()] == ["RED"]
    travel("2026-12-03")
    sweep_now()
    assert [event.data["level"] for event in told.all()] == ["RED", "AID_FIRST"]


# --- The award -------------------------------------------------------------------------------------
def test_the_award_is_a_chain_and_its_timer_follows(opened: Case, drive: Drive, travel: Travel) -> None:
    case = drive.to_award(opened)
    # 2 Nov + 45 = Thu 17 Dec.
    assert due(case, "arbitration.award") == date(2026, 12, 17)
    travel("2026-11-10")
    term_events.enter(case.pk, drive.lawyer, "TRIAL_SUSPENDED", date(2026, 11, 10), note="等待工伤认定")
    clock = live(case, "arbitration.award")
    assert clock is not None and clock.state == ClockState.PAUSED
    timer = Task.objects.get(process__caseprocess__case=case, status="SCHEDULED")
    assert timer.scheduled.year == 9999
    travel("2026-11-17")
    term_events.enter(case.pk, drive.lawyer, "TRIAL_RESUMED", date(2026, 11, 17))
    # Seven days more: Thu 24 Dec.
    assert due(case, "arbitration.award") == date(2026, 12, 24)
    timer.refresh_from_db()
    assert timer.scheduled == steps.terms.end_of(date(2026, 12, 24))
    steps.extend_award(case.pk, drive.lawyer)
    assert due(case, "arbitration.award") == date(2027, 1, 8)
    term_events.enter(case.pk, drive.lawyer, "PARTY_ADDED", date(2026, 11, 17), note="追加总包")
    # Anew, the extension gone: 17 Nov + 45 = Fri 1 Jan 2027; of a year not published only weekends are known.
    clock = live(case, "arbitration.award")
    assert clock is not None and (clock.due, clock.provisional, clock.extended) == (
        date(2027, 1, 1),
        True,
        False,
    )


def test_a_restart_after_the_end_runs_again_and_is_told_again(
    opened: Case, drive: Drive, travel: Travel
) -> None:
    case = drive.to_award(opened)
    travel("2026-12-18")
    timers.fire_due(timezone.now())
    sweep_now()
    over = case.events.filter(kind="clock.over", data__rule="arbitration.award")
    assert over.count() == 1
    term_events.enter(case.pk, drive.lawyer, "PARTY_ADDED", date(2026, 11, 10), note="追加")
    assert due(case, "arbitration.award") == date(2026, 12, 25)
    travel("2026-12-26")
    timers.fire_due(timezone.now())
    sweep_now()
    assert over.count() == 2


# --- By hand, and who may ---------------------------------------------------------------------------
def test_any_rule_can_be_run_by_hand(opened: Case, drive: Drive) -> None:
    clock = term_events.add_clock(
        opened.pk, drive.agent, "letter.opinion_reply", date(2026, 11, 2), "意见书送达"
    )
    assert clock.due == date(2026, 11, 23)
    with pytest.raises(Conflict):
        term_events.add_clock(opened.pk, drive.agent, "letter.opinion_reply", date(2026, 11, 2), "意见书送达")
    for rule in ("no.such", "service.answer", "limitation.general", "limitation.wages"):
        with pytest.raises(Invalid):
            term_events.add_clock(opened.pk, drive.agent, rule, date(2026, 11, 2), "x")
    term_events.end_clock(opened.pk, drive.agent, clock.pk)
    with pytest.raises(Conflict):
        term_events.end_clock(opened.pk, drive.agent, clock.pk)
    handling = live(opened, "service.handling")
    assert handling is not None
    with pytest.raises(NotAllowed):
        term_events.end_clock(opened.pk, drive.agent, handling.pk)


def test_what_was_before_the_start_or_acts_on_nothing_is_refused(opened: Case, drive: Drive) -> None:
    drive.write_intake(opened)
    drive.save(opened, Section.INTAKE, drive.agent, known_on=date(2025, 11, 24))
    for kind, on, field in (
        ("CLAIM_TO_EMPLOYER", date(2025, 11, 23), "on"),
        ("LIMITATION_SUSPENDED", date(2025, 1, 1), "on"),
        ("PARTY_ADDED", date(2026, 11, 2), "kind"),
        ("BOTH_AGREED_LONGER", date(2026, 11, 2), "kind"),
    ):
        with pytest.raises(Invalid) as refused:
            term_events.enter(opened.pk, drive.agent, kind, on, until=date(2026, 11, 30), note="催讨")
        assert set(refused.value.fields) == {field}
    assert not opened.term_events.exists()
    term_events.enter(opened.pk, drive.agent, "CLAIM_TO_EMPLOYER", date(2025, 11, 24), note="当日催讨")


def test_only_what_can_be_planned_is_run_from_a_day_to_come(opened: Case, drive: Drive) -> None:
    ahead = date(2026, 11, 30)
    with pytest.raises(Invalid) as refused:
        term_events.add_clock(opened.pk, drive.agent, "letter.opinion_reply", ahead, "意见书")
    assert set(refused.value.fields) == {"start"}
    # Counted back from the hearing: 27, 26, Wed 25 Nov. 98 days with the first: to 7 March.
    clock = term_events.add_clock(opened.pk, drive.agent, "arbitration.postponement", ahead, "开庭")
    assert clock.due == date(2026, 11, 25)
    clock = term_events.add_clock(opened.pk, drive.agent, "leave.maternity", ahead, "预产")
    assert clock.due == date(2027, 3, 7)


def test_what_cannot_have_happened_is_refused(
    opened: Case, drive: Drive, outsider: Staff, mediator: Staff
) -> None:
    day = date(2026, 11, 2)
    for kind, on, until in (
        ("NO_SUCH", day, None),
        ("MEDIATION_APPLIED", day, None),
        ("CLAIM_TO_EMPLOYER", date(2026, 11, 3), None),
        ("BOTH_AGREED_LONGER", day, None),
    ):
        with pytest.raises(Invalid):
            term_events.enter(opened.pk, drive.agent, kind, on, until=until, note="x")
    for stranger in (outsider, mediator):
        with pytest.raises(NotVisible):
            term_events.enter(opened.pk, stranger, "CLAIM_TO_EMPLOYER", day, note="x")
    steps.withdraw(opened.pk, drive.agent, "撤回")
    with pytest.raises(Conflict):
        term_events.enter(opened.pk, drive.agent, "CLAIM_TO_EMPLOYER", day, note="x")
