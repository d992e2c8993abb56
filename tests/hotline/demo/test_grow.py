"""What the demo promises to those who look at it: a case of each kind, made by the people's own steps."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from hotline.actions import collectives, deployment
from hotline.actions.clocks import LIVE
from hotline.demo import cast
from hotline.demo.grow import DAYS_OPEN, PLANS, Grower
from hotline.demo.lives import LIVES
from hotline.enums import ArbitrationKind, MeasureKind, MeasureOutcome, MemberState, Outcome, Stage
from hotline.models import ArbitrationEntry, Case, Clock, Mediation, Staff
from workflows import arbitration, award_ways, performance, referral_gate, steps
from workflows.collectives import is_dispute

K = ArbitrationKind
Grow = Callable[[str], Case]


def test_every_plan_has_its_life_and_all_are_two_hundred() -> None:
    names = [plan for plan, _share in PLANS]
    assert sum(share for _plan, share in PLANS) == 200  # more would be cut off by chance, the rare ones too
    assert set(names) == set(DAYS_OPEN) == {*LIVES, "nuisance"} and len(names) == len(set(names))


@pytest.fixture
def grow(db: None) -> Grow:
    """Makes the next case of a plan, the first of each for the lawyer who signs in."""
    deployment.load()
    cast.hire("amber-birch-cedar")
    grower, count = Grower(), iter(range(1, 100))

    def one(plan: str) -> Case:
        return Case.objects.get(pk=grower.one(next(count), grower.opened(plan), plan).pk)

    return one


def kinds(case: Case) -> list[str]:
    entries = ArbitrationEntry.objects.filter(referral__case=case)
    return list(entries.order_by("pk").values_list("kind", flat=True))


def runs(case: Case) -> set[str]:
    """The periods that run and are not over."""
    today = timezone.localdate()
    return set(Clock.objects.filter(case=case, state__in=LIVE, due__gte=today).values_list("rule", flat=True))


def step_of(case: Case) -> str:
    task = steps.current_task(case)
    return steps.step_of(task) if task else ""


@pytest.mark.services
def test_one_is_ready_to_be_filed_and_others_say_what_they_lack(grow: Grow) -> None:
    ready, without_list, unreckoned = grow("filing"), grow("filing"), grow("filing")
    assert {step_of(case) for case in (ready, without_list, unreckoned)} == {"file_referral"}
    assert not referral_gate.outlook(ready) and ready.evidence.count() >= 3
    assert ready.lawyer == Staff.objects.get(username="lawyer")
    assert ready.agent == Staff.objects.get(username="agent")
    assert set(referral_gate.outlook(without_list)) == {"evidence", "identity"}
    assert {"authority", "commission"} <= set(referral_gate.outlook(unreckoned))
    call_command("verify_chain")


@pytest.mark.services
def test_a_hearing_is_called_another_was_held(grow: Grow) -> None:
    called, held, partly, again = grow("hearing"), grow("award"), grow("award"), grow("award")
    row = ArbitrationEntry.objects.get(referral__case=called, planned=True)
    assert row.at is not None and row.at > timezone.now() and timezone.localdate(row.at).weekday() < 5
    aid = called.measures.get(kind=MeasureKind.UNION_AID)
    assert (aid.step, aid.is_open) == ("representation", True)
    assert kinds(held) == [K.TRIBUNAL, K.SERVED, K.HEARING, K.DEFENCE, K.DEFENCE_COPY, K.HELD]
    assert kinds(partly)[-1] == K.PART_AWARD and arbitration.SUIT_FINAL in runs(partly)
    assert kinds(again)[-1] == K.HEARING
    letter = held.measures.get(kind=MeasureKind.LETTER)
    assert (letter.step, letter.clocks.get().due < timezone.localdate()) == ("reply", True)
    assert partly.measures.get(kind=MeasureKind.LETTER).outcome == MeasureOutcome.NOT_REACHED


@pytest.mark.services
def test_an_award_with_its_finding_a_refusal_and_a_withdrawal(grow: Grow) -> None:
    awarded, refusal, withdrawn, early = (
        grow("aftermath"),
        grow("refusal"),
        grow("taken_back"),
        grow("withdrawn"),
    )
    assert step_of(awarded) == "aftermath" and award_ways.outlook(awarded).findings
    assert {arbitration.SUIT, arbitration.SUIT_FINAL} & runs(awarded)
    assert kinds(awarded)[-1] == K.EMPLOYER_GOT
    assert step_of(refusal) == "aftermath" and arbitration.REFUSAL in runs(refusal)
    assert (withdrawn.stage, withdrawn.outcome) == (Stage.CLOSED, Outcome.WITHDRAWN)
    assert kinds(withdrawn) == [K.WITHDRAWN] and early.outcome == Outcome.WITHDRAWN


@pytest.mark.services
def test_a_collective_case_has_members_with_claims_and_periods_of_their_own(grow: Grow) -> None:
    case = grow("collective")
    members = collectives.taking_part(case)
    assert collectives.of(case) and members.count() >= 10 and members.filter(represents=True).count() == 3
    assert members.filter(claims=None).count() == 1  # the caller, whose claims stand on the case
    assert len(set(members.values_list("limitation_rule", flat=True)) - {""}) == 2
    event = case.term_events.exclude(members=None).get()
    assert event.confirmed_at and event.members.get().limitation_due > timezone.localdate() + timedelta(
        days=350
    )
    assert case.members.filter(state=MemberState.WITHDREW).count() == 1 and case.evidence.exists()


@pytest.mark.services
def test_of_a_mediation_in_instalments_the_last_is_overdue(grow: Grow) -> None:
    case = grow("instalments")
    assert [row.settled_on for row in performance.missed(case)] == [None]
    mediation = Mediation.objects.get(case=case)
    assert case.mediator == Staff.objects.get(username="mediator") and mediation.unit.parent is None
    assert is_dispute(case) and all(
        9 <= timezone.localtime(row.at).hour < 18 for row in mediation.sessions.all()
    )
