"""Two supervisors at one review, and several reviews for one free place: nobody is given too much."""

from typing import Any

import pytest

from hotline.enums import Role
from hotline.models import Case, LawyerProfile, ReviewOffer, Staff
from tests.conftest import Drive, make_staff
from tests.races.racing import ROUNDS, THREADS, done, race
from workflows import holders, reviews, steps
from workflows.decisions import Decision

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_review_is_reserved_for_one_of_all_who_press(
    drive: Drive, arrive: Any, supervisor: Staff, lawyer: Staff
) -> None:
    case = drive.to_review(arrive().case)
    holders.decline(case.pk, lawyer, "无暇办理")
    people = [make_staff(f"chief{n}", f"主管{n}", Role.SUPERVISOR, supervisor.unit) for n in range(THREADS)]
    results = race(lambda n: reviews.reserve(case.pk, people[n]))
    assert len(done(results)) == 1


def test_the_last_place_is_given_once_by_hand(
    drive: Drive, arrive: Any, supervisor: Staff, lawyer: Staff
) -> None:
    found = [drive.to_review(arrive(f"+86139000033{n:02d}").case) for n in range(THREADS)]
    for number in range(ROUNDS):
        last = make_staff(f"last{number}", "钱律师", Role.LAWYER, lawyer.unit)
        LawyerProfile.objects.create(staff=last, capacity=1)
        results = race(lambda n, pk=last.pk: holders.reassign(found[n].pk, supervisor, pk, "均衡"))
        assert len(done(results)) == 1
        assert Case.objects.filter(lawyer=last).count() == 1
    waiting = ReviewOffer.objects.filter(answered_at=None)
    assert waiting.count() == THREADS


def test_the_last_place_is_given_once_by_the_fair_share(drive: Drive, arrive: Any, lawyer: Staff) -> None:
    LawyerProfile.objects.create(staff=lawyer, capacity=3)
    found = [drive.write_intake(arrive(f"+86139000044{n:02d}").case) for n in range(THREADS)]
    tasks = [task.pk for case in found if (task := steps.current_task(case))]
    results = race(lambda n: steps.complete(tasks[n], drive.agent, Decision.REVIEW))
    assert len(done(results)) == THREADS
    assert Case.objects.filter(lawyer=lawyer).count() == 3
    assert Case.objects.filter(lawyer=None, stage="LEGAL_REVIEW").count() == THREADS - 3
