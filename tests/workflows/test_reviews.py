"""Who gets a review: the fair share, the supervisors' queue, and what is not answered."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client as Browser
from django.utils import timezone

from hotline import access
from hotline.actions import absences, lawyers
from hotline.enums import Language, ReviewAnswer, Role, Section, Sex, Stage
from hotline.errors import Conflict
from hotline.models import Absence, Case, LawyerProfile, Reservation, ReviewOffer, Staff
from tests.conftest import Drive, at, make_staff
from workflows import holders, reviews, steps

pytestmark = pytest.mark.django_db
Arrive = Callable[..., Any]


@pytest.fixture
def third(lawyer: Staff) -> Staff:
    return make_staff("lawyer3", "何律师", Role.LAWYER, lawyer.unit)


def profile(person: Staff, **values: Any) -> LawyerProfile:
    return LawyerProfile.objects.create(staff=person, **values)


def given(arrive: Arrive, drive: Drive, number: int) -> list[str]:
    """To whom so many reviews go, one after the other."""
    first = Case.objects.count()
    numbers = range(first, first + number)
    cases = [drive.to_review(arrive(f"+861390000{n:04d}").case) for n in numbers]
    return [case.lawyer.username if case.lawyer else "" for case in cases]


def test_by_load_and_weight_then_who_waits_longest(
    arrive: Arrive, drive: Drive, lawyer: Staff, other_lawyer: Staff, third: Staff
) -> None:
    profile(other_lawyer, weight=Decimal(2))
    assert given(arrive, drive, 8) == [
        *("lawyer", "lawyer2", "lawyer3", "lawyer2"),
        *("lawyer", "lawyer3", "lawyer2", "lawyer2"),
    ]


def test_nobody_gets_more_than_they_can_do(
    arrive: Arrive, drive: Drive, lawyer: Staff, other_lawyer: Staff
) -> None:
    profile(lawyer, capacity=1)
    profile(other_lawyer, capacity=2)
    assert given(arrive, drive, 4) == ["lawyer", "lawyer2", "lawyer2", ""]


def test_who_suits_comes_first(
    arrive: Arrive, drive: Drive, lawyer: Staff, other_lawyer: Staff, third: Staff
) -> None:
    profile(lawyer, fields=["B"], sex=Sex.MALE)
    profile(other_lawyer, fields=["A"], sex=Sex.MALE)
    profile(third, fields=["B"], sex=Sex.FEMALE, languages=[Language.KOREAN])
    assert given(arrive, drive, 2) == ["lawyer2", "lawyer2"]
    case = arrive("+8613800000099").case
    drive.save(case, Section.CALLER, drive.agent, wants_woman=True)
    assert drive.to_review(case).lawyer == third
    case = arrive("+8613800000098").case
    drive.save(case, Section.CALLER, drive.agent, language=Language.KOREAN)
    # The field counts for more than the language.
    assert drive.to_review(case).lawyer == other_lawyer
    LawyerProfile.objects.filter(staff=other_lawyer).update(fields=["B"])
    case = arrive("+8613800000097").case
    drive.save(case, Section.CALLER, drive.agent, language=Language.KOREAN)
    assert drive.to_review(case).lawyer == third


def test_who_is_away_gets_nothing(
    arrive: Arrive, drive: Drive, lawyer: Staff, other_lawyer: Staff, supervisor: Staff
) -> None:
    today = timezone.localdate()
    row = absences.enter(supervisor, lawyer.pk, today, today, None, "出庭")
    assert given(arrive, drive, 2) == ["lawyer2", "lawyer2"]
    case = Case.objects.filter(lawyer=other_lawyer).first()
    assert case is not None
    with pytest.raises(Conflict, match="外出"):
        holders.reassign(case.pk, supervisor, lawyer.pk, "均衡")
    absences.cancel(lawyer, row.pk)
    assert Absence.objects.now().count() == 0
    assert given(arrive, drive, 1) == ["lawyer"]


def test_a_full_desk_is_refused_by_hand_too(
    arrive: Arrive, drive: Drive, lawyer: Staff, other_lawyer: Staff, supervisor: Staff
) -> None:
    profile(other_lawyer, capacity=0)
    case = drive.to_review(arrive().case)
    with pytest.raises(Conflict, match="上限0件"):
        holders.reassign(case.pk, supervisor, other_lawyer.pk, "均衡")


def test_what_is_not_answered_goes_back_to_the_queue(
    arrive: Arrive, drive: Drive, lawyer: Staff, other_lawyer: Staff, supervisor: Staff
) -> None:
    with time_machine.travel(at("2026-11-20 16:00"), tick=False):  # a Friday
        case = drive.to_review(arrive().case)
    row = ReviewOffer.objects.get()
    assert (row.lawyer, str(row.answer_by)) == (lawyer, "2026-11-23")
    assert reviews.lapse_due(at("2026-11-23 23:00")) == 0
    assert reviews.lapse_due(at("2026-11-24 00:05")) == 1
    assert reviews.lapse_due(at("2026-11-24 00:05")) == 0
    case.refresh_from_db()
    row.refresh_from_db()
    assert (case.stage, case.lawyer, row.answer) == (Stage.LEGAL_REVIEW, None, ReviewAnswer.LAPSED)
    first, second = lawyers.candidates(case)
    assert (first.lawyer, first.free, second.lawyer, second.declined) == (other_lawyer, True, lawyer, True)
    task = steps.current_task(case)
    assert task is not None and task.owner is None


@pytest.mark.parametrize("answer", ["accept", "decide", "decline", "reassign"])
def test_an_answer_ends_the_term(
    answer: str, arrive: Arrive, drive: Drive, lawyer: Staff, other_lawyer: Staff, supervisor: Staff
) -> None:
    case = drive.to_review(arrive().case)
    if answer == "accept":
        holders.accept_review(case.pk, lawyer)
    elif answer == "decide":
        drive.complete(drive.write_opinion(case), lawyer, steps.Decision.ANSWERED, note="已答复")
    elif answer == "decline":
        holders.decline(case.pk, lawyer, "无暇办理")
    else:
        holders.reassign(case.pk, supervisor, other_lawyer.pk, "均衡")
    row = ReviewOffer.objects.earliest("pk")
    words = {"accept": "ACCEPTED", "decide": "ACCEPTED", "decline": "DECLINED", "reassign": "MOVED"}
    assert row.answer == words[answer] and row.answered_at is not None
    waiting = ReviewOffer.objects.filter(answered_at=None)
    assert [one.lawyer for one in waiting] == ([other_lawyer] if answer == "reassign" else [])


def test_a_review_is_one_supervisors_while_they_choose(
    arrive: Arrive, drive: Drive, lawyer: Staff, other_lawyer: Staff, supervisor: Staff,
    client_of: Callable[[Staff], Browser],
) -> None:  # fmt: skip
    case = drive.to_review(arrive().case)
    holders.decline(case.pk, lawyer, "无暇办理")
    other = make_staff("supervisor2", "吴主管", Role.SUPERVISOR, supervisor.unit)
    assert client_of(supervisor).post(f"/reviews/{case.pk}/reserve/").status_code == 303
    answer = client_of(other).post(f"/reviews/{case.pk}/reserve/")
    assert answer.status_code == 409 and "周主管正在为本案选派律师" in answer.content.decode()
    with pytest.raises(Conflict, match="周主管"):
        holders.reassign(case.pk, other, other_lawyer.pk, "")
    assert "周主管正在选派" in client_of(other).get("/reviews/").content.decode()
    page = client_of(supervisor).get(f"/reviews/{case.pk}/").content.decode()
    assert page.index("赵律师") < page.index("已拒绝或逾期未答复")
    refused = client_of(other).post(f"/reviews/{case.pk}/assign/", {"person": "x", "word": "早已离开该所"})
    assert refused.status_code == 400 and "早已离开该所" in refused.content.decode()
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        reviews.reserve(case.pk, other)
    reviews.release(case.pk, other)
    answer = client_of(supervisor).post(f"/reviews/{case.pk}/assign/", {"person": other_lawyer.pk})
    assert answer.status_code == 303 and not Reservation.objects.exists()
    case.refresh_from_db()
    assert case.lawyer == other_lawyer
    assert client_of(other).post(f"/reviews/{case.pk}/reserve/").status_code == 409


def test_a_substitute_sees_and_does_the_absent_ones_steps_while_it_lasts(
    arrive: Arrive, drive: Drive, lawyer: Staff, other_lawyer: Staff, supervisor: Staff,
    client_of: Callable[[Staff], Browser],
) -> None:  # fmt: skip
    case = drive.to_review(arrive().case)
    assert case.lawyer == lawyer
    browser, page = client_of(other_lawyer), f"/cases/{case.pk}/"
    assert browser.get(page).status_code == 404
    today = timezone.localdate()
    absences.enter(lawyer, lawyer.pk, today, today, other_lawyer.pk, "")
    assert (absences.run(), absences.run()) == (1, 0)
    assert browser.get(page).status_code == 200
    drive.lawyer = other_lawyer
    drive.write_opinion(case)
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        assert not access.visible(other_lawyer, Case.objects.all()).exists()
    drive.complete(case, other_lawyer, steps.Decision.ANSWERED, note="已答复")
    case.refresh_from_db()
    assert (case.lawyer, case.stage) == (lawyer, Stage.QUALITY)
    shown = client_of(supervisor).get(page).content.decode()
    assert "赵律师代李律师办理" in shown and "（代李律师）" in shown
    absences.cancel(supervisor, Absence.objects.get().pk)
    assert browser.get(page).status_code == 404
    assert absences.run() == 1
    assert case.events.filter(kind="stand_in.ended").count() == 1


def test_who_may_be_in_conflict_is_not_let_into_that_case(
    arrive: Arrive, drive: Drive, lawyer: Staff, other_lawyer: Staff, supervisor: Staff
) -> None:
    case = drive.to_review(arrive().case)
    rows = [{"name": "青岛海晟制衣有限公司", "role": "EMPLOYER"}]
    drive.save(case, Section.EMPLOYERS, drive.agent, rows=rows)
    other_lawyer.clients.create(name="海晟制衣")
    today = timezone.localdate()
    absences.enter(supervisor, lawyer.pk, today, today, other_lawyer.pk, "")
    absences.run()
    assert not access.visible(other_lawyer, Case.objects.all()).exists()
    assert absences.unattended(Case.objects.all()).get() == case
    assert case.events.filter(kind="stand_in.refused").exists()
