"""What follows the filing: entries, periods with literal dates, refusals, awards, and what comes next."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.utils import timezone, translation

from hotline.enums import ClockState, MeasureKind, Outcome, Stage
from hotline.errors import Conflict, Invalid, NotAllowed
from hotline.models import ArbitrationEntry, Case, Staff
from tests.conftest import Drive, at
from workflows import arbitration, award_ways, steps, sweep
from workflows.decisions import Decision

D = Decision
Enter = Callable[..., ArbitrationEntry]


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """The case is filed on Monday, 12 October 2026."""
    with time_machine.travel(at("2026-10-12 10:00")) as traveller:
        yield traveller


@pytest.fixture
def filed(clock: time_machine.Traveller, case: Case, drive: Drive) -> Case:
    return drive.to_acceptance(case)


@pytest.fixture
def accepted(filed: Case, drive: Drive) -> Case:
    """Accepted on 12 October 2026, a Monday."""
    return drive.complete(filed, drive.lawyer, D.ACCEPTED, on=date(2026, 10, 12))


def enter(drive: Drive, case: Case, kind: str, on: str | None = None, **said: Any) -> ArbitrationEntry:
    said |= {"on": date.fromisoformat(on)} if on else {}
    return arbitration.enter(case.pk, drive.lawyer, kind, said)


def due(case: Case) -> dict[str, date]:
    """The periods of the arbitration that run, with their ends."""
    live = case.clocks.filter(state=ClockState.RUNNING, measure=None)
    own = ("arbitration.", "litigation.", "enforcement.")
    return {clock.rule: clock.due for clock in live if clock.rule.startswith(own)}


def wrong(drive: Drive, case: Case, kind: str, on: str | None = None, **said: Any) -> set[str]:
    with pytest.raises(Invalid) as caught:
        enter(drive, case, kind, on, **said)
    return set(caught.value.fields)


def award(drive: Drive, case: Case, **details: Any) -> Case:
    on = details.pop("on", date(2026, 11, 20))
    return drive.complete(case, drive.lawyer, D.AWARDED, on=on, **({"note": "支付工资"} | details))


def test_the_periods_of_the_commission_and_the_employer(
    accepted: Case, drive: Drive, clock: time_machine.Traveller
) -> None:
    """From Monday 12 October, working days: five end on the 19th, ten from the 14th on the 28th.

    45 calendar days from the 12th: 26 November, a Thursday.
    """
    assert due(accepted) == {
        "arbitration.service": date(2026, 10, 19),
        "arbitration.tribunal": date(2026, 10, 19),
        "arbitration.award": date(2026, 11, 26),
    }
    clock.move_to(at("2026-10-14 09:00"))
    enter(drive, accepted, "TRIBUNAL", "2026-10-13")
    enter(drive, accepted, "SERVED", "2026-10-14")
    assert due(accepted) == {
        "arbitration.defence": date(2026, 10, 28),
        "arbitration.award": date(2026, 11, 26),
    }
    assert accepted.clocks.get(rule="arbitration.service").state == ClockState.MET
    clock.move_to(at("2026-10-28 09:00"))
    enter(drive, accepted, "DEFENCE", "2026-10-27")
    assert due(accepted)["arbitration.defence_forwarded"] == date(2026, 11, 3)
    enter(drive, accepted, "DEFENCE_COPY", "2026-10-28")
    assert set(due(accepted)) == {"arbitration.award"}


def test_a_hearing_with_its_notice_and_the_day_for_a_postponement(accepted: Case, drive: Drive) -> None:
    """Hearing on Friday 30 October: the notice five working days before, the request three."""
    row = enter(drive, accepted, "HEARING", at=at("2026-10-30 09:30"), place="第三仲裁庭")
    assert due(accepted)["arbitration.hearing_notice"] == date(2026, 10, 23)
    assert due(accepted)["arbitration.postponement"] == date(2026, 10, 27)
    moved = enter(drive, accepted, "HEARING", "2026-10-12", at=at("2026-11-06 09:30"), place="第三仲裁庭")
    row.refresh_from_db()
    assert (row.planned, moved.planned) == (False, True)
    assert "arbitration.hearing_notice" not in due(accepted)
    assert due(accepted)["arbitration.postponement"] == date(2026, 11, 3)
    assert arbitration.notice_is_late(moved) is None
    arbitration.strike(accepted.pk, drive.lawyer, moved.pk, "通知取消")
    row.refresh_from_db()
    assert row.planned and due(accepted)["arbitration.postponement"] == date(2026, 10, 27)


def test_a_notice_that_came_late_is_told(accepted: Case, drive: Drive) -> None:
    row = enter(drive, accepted, "HEARING", "2026-10-12", at=at("2026-10-16 09:30"), place="第三仲裁庭")
    # Back from the 16th: 15, 14, 13, 12 and the 10th, a Saturday that was worked.
    assert arbitration.notice_is_late(row) == date(2026, 10, 10)


@pytest.mark.parametrize(
    ("kind", "on", "said", "fields"),
    [
        ("SERVED", None, {}, {"on"}),
        ("SERVED", "2026-10-11", {}, {"on"}),
        ("SERVED", "2026-10-13", {}, {"on"}),
        ("DEFENCE", "2026-10-12", {}, {"kind"}),
        ("HELD", "2026-10-12", {"note": "开庭"}, {"kind"}),
        ("HEARING", None, {}, {"at", "place"}),
        ("HEARING", None, {"at": "2026-10-11 09:00", "place": "庭"}, {"at"}),
        ("PART_AWARD", "2026-10-12", {}, {"final", "note"}),
        ("EMPLOYER_GOT", "2026-10-12", {}, {"kind"}),
        ("RECEIPT", "2026-10-12", {}, {"kind"}),
        ("X", "2026-10-12", {}, {"kind"}),
    ],
)
def test_what_cannot_be_is_refused(
    accepted: Case, drive: Drive, kind: str, on: str | None, said: dict[str, Any], fields: set[str]
) -> None:
    version = accepted.version
    if "at" in said:
        said = said | {"at": at(said["at"])}
    assert wrong(drive, accepted, kind, on, **said) == fields
    accepted.refresh_from_db()
    assert accepted.version == version and not ArbitrationEntry.objects.exists()


def test_nothing_is_served_before_the_acceptance_and_nothing_twice(
    filed: Case, drive: Drive, agent: Staff
) -> None:
    assert wrong(drive, filed, "SERVED", "2026-10-12") == {"kind"}
    assert wrong(drive, filed, "HEARING", at=at("2026-10-20 09:00"), place="庭") == {"kind"}
    enter(drive, filed, "RECEIPT", "2026-10-12")
    assert wrong(drive, filed, "RECEIPT", "2026-10-12") == {"kind"}
    with pytest.raises(NotAllowed):
        arbitration.enter(filed.pk, agent, "RECEIPT", {})


def test_an_entry_that_others_rest_on_is_struck_out_after_them(accepted: Case, drive: Drive) -> None:
    served = enter(drive, accepted, "SERVED", "2026-10-12")
    answer = enter(drive, accepted, "DEFENCE", "2026-10-12")
    with pytest.raises(Conflict):
        arbitration.strike(accepted.pk, drive.lawyer, served.pk, "记错")
    arbitration.strike(accepted.pk, drive.lawyer, answer.pk, "记错")
    arbitration.strike(accepted.pk, drive.lawyer, served.pk, "记错")
    assert due(accepted)["arbitration.service"] == date(2026, 10, 19)
    with pytest.raises(Conflict):
        arbitration.strike(accepted.pk, drive.lawyer, served.pk, "记错")


def test_a_second_acceptance_and_an_award_without_one(filed: Case, drive: Drive) -> None:
    task = steps.current_task(filed)
    assert task is not None
    with pytest.raises(Invalid):
        award(drive, filed, on=date(2026, 10, 12), final=True)
    steps.complete(task.pk, drive.lawyer, D.ACCEPTED, {"on": date(2026, 10, 12)})
    with pytest.raises(Conflict):
        steps.complete(task.pk, drive.lawyer, D.ACCEPTED, {"on": date(2026, 10, 12)})
    assert filed.referrals.get().accepted_on == date(2026, 10, 12)


def test_without_an_answer_the_worker_may_sue_after_five_working_days(
    filed: Case, drive: Drive, clock: time_machine.Traveller
) -> None:
    """Filed on Monday 12 October: the term ends on the 19th."""
    referral = filed.referrals.get()
    assert not arbitration.may_sue(filed, referral)
    with pytest.raises(Invalid) as caught:
        drive.complete(filed, drive.lawyer, D.UNDECIDED)
    assert set(caught.value.fields) == {"decision"}
    clock.move_to(at("2026-10-20 09:00"))
    assert arbitration.may_sue(filed, referral)
    case = drive.complete(filed, drive.lawyer, D.UNDECIDED)
    case = drive.complete(case, drive.lawyer, D.SUED, on=date(2026, 10, 20))
    assert case.measures.get().kind == MeasureKind.LAWSUIT


def test_a_refusal_opens_the_way_to_court(filed: Case, drive: Drive, clock: time_machine.Traveller) -> None:
    """Received on Friday 16 October: fifteen days end on Saturday the 31st, moved to Monday 2 November."""
    clock.move_to(at("2026-10-16 15:00"))
    told = {"on": date(2026, 10, 15), "received_on": date(2026, 10, 16), "note": "主体不适格"}
    case = drive.complete(filed, drive.lawyer, D.REFUSED, **told)
    assert due(case) == {"litigation.refusal": date(2026, 11, 2)}
    assert case.clocks.filter(rule="limitation.general", state=ClockState.RUNNING).exists()
    with pytest.raises(Invalid) as caught:
        drive.complete(case, drive.lawyer, D.LET_STAND)
    assert "2026-11-02" in caught.value.fields["note"]
    with pytest.raises(Invalid):
        drive.complete(case, drive.lawyer, D.PERFORMED, note="已付")
    case = drive.finish(drive.complete(case, drive.lawyer, D.LET_STAND, note="职工自行起诉"))
    assert (case.stage, case.outcome) == (Stage.CLOSED, Outcome.REFUSED)


@pytest.fixture
def awarded(accepted: Case, drive: Drive, clock: time_machine.Traveller) -> Callable[[bool], Case]:
    """An award of 20 November 2026, received on Monday the 23rd."""

    def make(final: bool) -> Case:
        clock.move_to(at("2026-11-23 16:00"))
        return award(drive, accepted, final=final, received_on=date(2026, 11, 23), amount=31000)

    return make


def test_a_final_award_binds_the_employer(awarded: Callable[[bool], Case], drive: Drive) -> None:
    """From 23 November 2026: 15 days end on 8 December, 30 on the 23rd, two years on 23 November 2028."""
    case = awarded(True)
    assert due(case) == {
        "litigation.final_award": date(2026, 12, 8),
        "litigation.annulment": date(2026, 12, 23),
        "enforcement.application": date(2028, 11, 23),
    }
    enter(drive, case, "EMPLOYER_GOT", "2026-11-20")
    assert due(case)["litigation.annulment"] == date(2026, 12, 21)  # the 20th is a Sunday


def test_another_award_is_in_force_when_nobody_has_sued(
    awarded: Callable[[bool], Case], drive: Drive, clock: time_machine.Traveller
) -> None:
    case = awarded(False)
    assert due(case) == {"litigation.award": date(2026, 12, 8), "enforcement.application": date(2028, 12, 8)}
    with pytest.raises(Invalid):
        drive.complete(case, drive.lawyer, D.ENFORCED)
    clock.move_to(at("2026-12-09 09:00"))
    case = drive.complete(case, drive.lawyer, D.ENFORCED)
    measure = case.measures.get()
    assert measure.kind == MeasureKind.ENFORCEMENT and "支付工资" in measure.purpose
    assert measure.clocks.get().due == date(2028, 12, 8)


def test_an_award_that_the_employer_received_later_is_in_force_later(
    awarded: Callable[[bool], Case], drive: Drive, clock: time_machine.Traveller
) -> None:
    """By the employer on Friday 27 November: fifteen days end on Saturday 12 December, so the 14th."""
    case = awarded(False)
    clock.move_to(at("2026-11-30 09:00"))
    enter(drive, case, "EMPLOYER_GOT", "2026-11-27")
    assert due(case) == {"litigation.award": date(2026, 12, 8), "enforcement.application": date(2028, 12, 14)}
    assert arbitration.may_be_enforced_from(case.referrals.get()) == date(2026, 12, 14)


def test_a_suit_goes_on_as_a_measure_and_the_case_waits(
    awarded: Callable[[bool], Case], drive: Drive
) -> None:
    case = drive.complete(awarded(False), drive.lawyer, D.SUED, on=date(2026, 11, 23), note="要求加付赔偿金")
    measure = case.measures.get()
    assert (measure.kind, measure.step, case.stage) == (MeasureKind.LAWSUIT, "acceptance", Stage.ARBITRATION)
    assert due(case) == {} and case.clocks.get(rule="litigation.award").state == ClockState.MET
    with pytest.raises(Conflict):
        enter(drive, case, "EMPLOYER_GOT", "2026-11-23")


def test_an_award_that_is_set_aside_opens_the_way_to_court(
    awarded: Callable[[bool], Case], drive: Drive, clock: time_machine.Traveller
) -> None:
    """Ruling received on Friday 15 January 2027: fifteen days end on Saturday the 30th, so 1 February."""
    case = awarded(True)
    enter(drive, case, "ANNULMENT", "2026-11-23")
    with pytest.raises(Invalid):
        drive.complete(case, drive.lawyer, D.ENFORCED)
    clock.move_to(at("2027-01-15 10:00"))
    enter(drive, case, "ANNULLED", "2027-01-15")
    assert due(case) == {"litigation.after_annulment": date(2027, 2, 1)}
    assert wrong(drive, case, "UPHELD", "2027-01-15") == {"kind"}


def test_a_settlement_is_in_force_at_once(
    accepted: Case, drive: Drive, clock: time_machine.Traveller
) -> None:
    clock.move_to(at("2026-11-02 10:00"))
    told = {"on": date(2026, 11, 2), "perform_by": date(2026, 11, 30), "note": "分两期付清", "amount": 20000}
    case = drive.complete(accepted, drive.lawyer, D.SETTLED_THERE, **told)
    assert due(case) == {"enforcement.application": date(2028, 11, 30)}
    with pytest.raises(Invalid):
        drive.complete(case, drive.lawyer, D.SUED, on=date(2026, 11, 2))
    case = drive.finish(drive.complete(case, drive.lawyer, D.PERFORMED, note="已付清"))
    assert case.outcome == Outcome.SETTLED_ARB


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"on": date(2026, 10, 11)}, "on"),
        ({"on": None}, "on"),
        ({"final": None}, "final"),
        ({"received_on": date(2026, 11, 19)}, "received_on"),
        ({"received_on": date(2026, 11, 24)}, "received_on"),
        ({"perform_by": date(2026, 11, 1)}, "perform_by"),
        ({"note": " "}, "note"),
    ],
)
def test_an_award_that_cannot_be_is_refused(
    accepted: Case, drive: Drive, clock: time_machine.Traveller, changes: dict[str, Any], field: str
) -> None:
    clock.move_to(at("2026-11-23 16:00"))
    with pytest.raises(Invalid) as caught:
        award(drive, accepted, **({"final": True} | changes))
    assert set(caught.value.fields) == {field}


def test_a_part_award_has_its_own_term(accepted: Case, drive: Drive) -> None:
    """Received on 12 October: fifteen days end on the 27th, a Tuesday; the case goes on."""
    enter(drive, accepted, "PART_AWARD", "2026-10-12", final=False, note="先行裁决支付八月工资", amount=6200)
    assert due(accepted)["litigation.award"] == date(2026, 10, 27)
    assert "arbitration.award" in due(accepted)


def test_terms_that_lapse_are_told_once_and_run_no_longer(
    awarded: Callable[[bool], Case], clock: time_machine.Traveller
) -> None:
    case = awarded(True)
    clock.move_to(at("2026-12-09 09:00"))
    while sweep.run(timezone.now()):
        pass
    assert "litigation.final_award" not in due(case)
    assert case.events.filter(kind="clock.over", data__rule="litigation.final_award").count() == 1
    arbitration.follow(Case.objects.get(pk=case.pk))
    assert "litigation.final_award" not in due(case)


@pytest.fixture
def in_shinan(accepted: Case) -> Case:
    """31,000 yuan of wages are asked for, in Shinan: the bound is 12 × 2,400 = 28,800 yuan."""
    accepted.district_code = "370202"
    accepted.save()
    return accepted


@pytest.mark.parametrize(
    ("amount", "final", "periods"),
    [
        (28800, True, {"litigation.final_award", "litigation.annulment"}),
        (28801, False, {"litigation.award"}),
        (None, False, {"litigation.award"}),
    ],
)
def test_the_sum_says_whether_an_award_is_final(
    in_shinan: Case,
    drive: Drive,
    clock: time_machine.Traveller,
    amount: int | None,
    final: bool,
    periods: set[str],
) -> None:
    """Another choice wants the award's own words; the periods follow the choice."""
    clock.move_to(at("2026-11-23 16:00"))
    with pytest.raises(Invalid) as caught:
        award(drive, in_shinan, final=not final, amount=amount)
    assert set(caught.value.fields) == {"final_words"}
    case = award(drive, in_shinan, final=final, amount=amount)
    assert set(due(case)) == {*periods, "enforcement.application"}


def test_the_awards_own_words_go_before_the_sums(
    in_shinan: Case, drive: Drive, clock: time_machine.Traveller
) -> None:
    clock.move_to(at("2026-11-23 16:00"))
    case = award(drive, in_shinan, final=True, final_words="裁决书载明：本裁决为终局裁决")
    assert set(due(case)) >= {"litigation.final_award", "litigation.annulment"}
    assert case.referrals.get().final_words == "裁决书载明：本裁决为终局裁决"


@pytest.mark.django_db
def test_what_stays_open_to_each_side() -> None:
    with translation.override("en"):
        final, other = award_ways.ways(True), award_ways.ways(False)
    assert "15 days" in final.worker and "30 days" in final.employer and "set it aside" in final.employer
    assert "15 days" in other.worker and "15 days" in other.employer and "sue" in other.employer


def test_two_awards_of_one_day_have_their_own_periods(
    accepted: Case, drive: Drive, clock: time_machine.Traveller
) -> None:
    """Case-handling Rules, Art. 50: the final part from 20 November (a Friday) to 7 and 21 December."""
    clock.move_to(at("2026-11-23 16:00"))
    enter(drive, accepted, "PART_AWARD", "2026-11-20", final=True, note="终局部分", amount=6200)
    assert due(accepted)["litigation.annulment"] == date(2026, 12, 21)
    case = award(drive, accepted, final=False, received_on=date(2026, 11, 23))
    assert {rule: day for rule, day in due(case).items() if rule.startswith("litigation.")} == {
        "litigation.final_award": date(2026, 12, 7),  # the 5th is a Saturday
        "litigation.annulment": date(2026, 12, 21),
        "litigation.award": date(2026, 12, 8),
    }


def test_a_withdrawal_ends_the_term_and_limitation_presses_anew(accepted: Case, drive: Drive) -> None:
    """Filed and withdrawn on 12 October 2026: a year from the filing ends on 12 October 2027, a Tuesday."""
    enter(drive, accepted, "HEARING", at=at("2026-10-30 09:30"), place="第三仲裁庭")
    row = enter(drive, accepted, "WITHDRAWN", "2026-10-12", note="单位已付清")
    assert due(accepted) == {}
    assert not accepted.referrals.get().entries.filter(planned=True).exists()
    limitation = accepted.clocks.get(rule="limitation.general", state=ClockState.RUNNING)
    assert limitation.due == date(2027, 10, 12)
    with translation.override("en"):
        words = arbitration.after_withdrawal(accepted, accepted.referrals.get())
    assert "again" in words and "2027-10-12" in words
    assert wrong(drive, accepted, "SERVED", "2026-10-12") == {"kind"}
    arbitration.strike(accepted.pk, drive.lawyer, row.pk, "记错")
    assert {"arbitration.award", "arbitration.service", "arbitration.hearing_notice"} <= set(due(accepted))
    assert not accepted.clocks.filter(rule="limitation.general", state=ClockState.RUNNING).exists()
    assert accepted.referrals.get().withdrawn_on is None


def test_before_the_acceptance_it_can_be_withdrawn_too(filed: Case, drive: Drive) -> None:
    row = enter(drive, filed, "WITHDRAWN", "2026-10-12")
    assert due(filed) == {}
    arbitration.strike(filed.pk, drive.lawyer, row.pk, "记错")
    assert due(filed) == {"arbitration.acceptance": date(2026, 10, 19)}
    assert wrong(drive, filed, "STAYED_AWAY", "2026-10-12") == {"kind"}


def test_who_stays_away_has_withdrawn_and_cannot_apply_again(
    accepted: Case, drive: Drive, clock: time_machine.Traveller
) -> None:
    """Case-handling Rules, Art. 39; only from the day of a hearing on."""
    assert wrong(drive, accepted, "STAYED_AWAY", "2026-10-12") == {"kind"}
    enter(drive, accepted, "HEARING", at=at("2026-10-30 09:30"), place="第三仲裁庭")
    clock.move_to(at("2026-10-30 12:00"))
    assert wrong(drive, accepted, "STAYED_AWAY", "2026-10-29") == {"on"}
    enter(drive, accepted, "STAYED_AWAY", "2026-10-30", note="无正当理由")
    assert due(accepted) == {}
    with translation.override("en"):
        words = arbitration.after_withdrawal(accepted, accepted.referrals.get())
    assert "does not accept" in words


def test_the_step_is_completed_as_withdrawn_and_as_nothing_else(accepted: Case, drive: Drive) -> None:
    with pytest.raises(Invalid) as caught:
        drive.complete(accepted, drive.lawyer, D.TAKEN_BACK)
    assert set(caught.value.fields) == {"decision"}
    enter(drive, accepted, "WITHDRAWN", "2026-10-12")
    for other in (D.UNDECIDED, D.SETTLED_THERE):
        with pytest.raises(Invalid) as caught:
            drive.complete(accepted, drive.lawyer, other, on=date(2026, 10, 12), note="和解")
        assert "2026-10-12" in caught.value.fields["decision"]
    case = drive.complete(accepted, drive.lawyer, D.TAKEN_BACK)
    with pytest.raises(Invalid) as caught:
        drive.complete(case, drive.lawyer, D.SUED, on=date(2026, 10, 12))
    assert set(caught.value.fields) == {"note"}
    case = drive.finish(drive.complete(case, drive.lawyer, D.LET_STAND, note="单位已付清"))
    assert (case.stage, case.outcome) == (Stage.CLOSED, Outcome.WITHDRAWN)


def test_after_a_withdrawal_it_is_applied_for_again(accepted: Case, drive: Drive) -> None:
    enter(drive, accepted, "WITHDRAWN", "2026-10-12")
    case = drive.complete(accepted, drive.lawyer, D.TAKEN_BACK)
    case = drive.complete(case, drive.lawyer, D.REVIEW, note="补充证据后再申请")
    assert case.stage == Stage.LEGAL_REVIEW
    assert case.clocks.filter(rule="limitation.general", state=ClockState.RUNNING).exists()
