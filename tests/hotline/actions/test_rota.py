"""Duty posts: what overlaps is refused, shifts change hands when both agree, the uncovered is seen."""

from datetime import date, time, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from hotline.actions import absences, lawyers, reminders, rota, swaps
from hotline.enums import Role, SwapAnswer
from hotline.errors import Conflict, HotlineError, Invalid, NotVisible
from hotline.models import DutyPost, DutyShift, ShiftSwap, Staff, StaffNotice, Unit
from tests.conftest import Drive, at, make_staff
from workflows import holders

pytestmark = pytest.mark.django_db
NINE, TEN, NOON, TWO = time(9), time(10), time(12), time(14)


def soon(days: int = 1) -> date:
    return timezone.localdate() + timedelta(days=days)


@pytest.fixture
def post(city: Unit) -> DutyPost:
    return DutyPost.objects.create(institute="市劳动人事争议仲裁院", place="一楼大厅", unit=city)


@pytest.fixture
def other_post(district: Unit) -> DutyPost:
    return DutyPost.objects.create(institute="市南区仲裁院", place="3号窗口", unit=district)


def plan(actor: Staff, post: DutyPost, who: Staff | None, day: date, **more: Any) -> DutyShift:
    begins, ends = more.pop("begins", NINE), more.pop("ends", NOON)
    return rota.plan(actor, post.pk, who.pk if who else None, day, begins, ends, **more)[0]


def test_the_same_hours_are_planned_for_several_weeks_or_for_none(
    supervisor: Staff, lawyer: Staff, other_lawyer: Staff, post: DutyPost
) -> None:
    rows = rota.plan(supervisor, post.pk, lawyer.pk, soon(), NINE, NOON, 3)
    assert [row.day for row in rows] == [soon(1), soon(8), soon(15)]
    with pytest.raises(Invalid, match=str(soon(8))):
        rota.plan(supervisor, post.pk, other_lawyer.pk, soon(8), TEN, TWO, 2)
    assert DutyShift.objects.count() == 3


@pytest.mark.parametrize(
    ("begins", "ends", "fits"),
    [
        (NINE, NOON, False),
        (TEN, time(11), False),
        (time(8), TEN, False),
        (NOON, TWO, True),
        (time(7), NINE, True),
    ],
)
@pytest.mark.parametrize("whose", ["post", "lawyer"])
def test_neither_a_post_nor_a_lawyer_has_two_shifts_at_once(
    supervisor: Staff, lawyer: Staff, other_lawyer: Staff, post: DutyPost, other_post: DutyPost,
    begins: time, ends: time, fits: bool, whose: str,
) -> None:  # fmt: skip
    plan(supervisor, post, lawyer, soon())
    where, who = (post, other_lawyer) if whose == "post" else (other_post, lawyer)
    if fits:
        plan(supervisor, where, who, soon(), begins=begins, ends=ends)
    else:
        with pytest.raises(Invalid) as refused:
            plan(supervisor, where, who, soon(), begins=begins, ends=ends)
        assert "09:00–12:00" in refused.value.message
    plan(supervisor, where, who, soon(2), begins=begins, ends=ends)


@pytest.mark.services
@pytest.mark.parametrize("same", ["post", "lawyer"])
def test_the_database_refuses_an_overlap_too(
    supervisor: Staff, lawyer: Staff, other_lawyer: Staff, post: DutyPost, other_post: DutyPost, same: str
) -> None:
    first = plan(supervisor, post, lawyer, soon())
    values = {
        "day": soon(),
        "begins": TEN,
        "ends": TWO,
        "planned_by": supervisor,
        "planned_at": timezone.now(),
    }
    who, where = (other_lawyer, post) if same == "post" else (lawyer, other_post)
    with pytest.raises(IntegrityError), transaction.atomic():
        DutyShift.objects.create(post=where, lawyer=who, **values)
    DutyShift.objects.filter(pk=first.pk).update(cancelled_at=timezone.now())
    DutyShift.objects.create(post=where, lawyer=who, **values)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"begins": NOON, "ends": NINE}, "ends"),
        ({"begins": NINE, "ends": NINE}, "ends"),
        ({"day": -1}, "day"),
        ({"day": 372}, "day"),
        ({"day": 360, "weeks": 3}, "day"),
        ({"who": "away"}, "lawyer"),
        ({"who": "agent"}, "lawyer"),
        ({"who": "stranger"}, "lawyer"),
        ({"closed": True}, "post"),
    ],
)
def test_what_makes_no_sense_is_refused(
    supervisor: Staff, agent: Staff, lawyer: Staff, other_lawyer: Staff, post: DutyPost,
    other_district: Unit, district: Unit, change: dict[str, Any], field: str,
) -> None:  # fmt: skip
    absences.enter(supervisor, other_lawyer.pk, soon(), soon(3), None, "")
    stranger = make_staff("stranger", "钱律师", Role.LAWYER, other_district)
    people = {"away": other_lawyer, "agent": agent, "stranger": stranger, "lawyer": lawyer}
    values = {"day": 1, "who": "lawyer", "closed": False} | change
    closed, who, day = values.pop("closed"), people[values.pop("who")], soon(values.pop("day"))
    DutyPost.objects.filter(pk=post.pk).update(unit=district, is_open=not closed)
    with pytest.raises(Invalid) as refused:
        plan(supervisor, post, who, day, **values)
    assert set(refused.value.fields) == {field}
    assert not DutyShift.objects.exists()


def test_only_who_plans_the_post_plans(outsider: Staff, lawyer: Staff, admin: Staff, post: DutyPost) -> None:
    for person in (outsider, lawyer):
        with pytest.raises(NotVisible):
            plan(person, post, lawyer, soon())
    row = plan(admin, post, lawyer, soon())
    for person in (outsider, lawyer):
        with pytest.raises(NotVisible):
            rota.give(person, row.pk, None)
        with pytest.raises(NotVisible):
            rota.call_off(person, row.pk)


def test_a_shift_is_given_to_another_and_called_off(
    supervisor: Staff, lawyer: Staff, other_lawyer: Staff, post: DutyPost, other_post: DutyPost
) -> None:
    row = plan(supervisor, post, lawyer, soon())
    taken = plan(supervisor, other_post, other_lawyer, soon())
    with pytest.raises(Invalid):
        rota.give(supervisor, row.pk, other_lawyer.pk)
    rota.call_off(supervisor, taken.pk)
    assert rota.give(supervisor, row.pk, other_lawyer.pk).lawyer == other_lawyer
    with pytest.raises(Conflict):
        rota.call_off(supervisor, taken.pk)
    with time_machine.travel(at(f"{soon(2)} 08:00")), pytest.raises(Conflict):
        rota.give(supervisor, row.pk, lawyer.pk)


def test_the_shifts_of_the_absent_and_of_nobody_are_uncovered(
    supervisor: Staff, outsider: Staff, lawyer: Staff, other_lawyer: Staff, post: DutyPost
) -> None:
    plan(supervisor, post, other_lawyer, soon(5))
    away = plan(supervisor, post, lawyer, soon(2))
    nobody = plan(supervisor, post, None, soon(3))
    assert list(rota.uncovered(supervisor)) == [nobody]
    row = absences.enter(supervisor, lawyer.pk, soon(1), soon(2), None, "")
    assert list(rota.uncovered(supervisor)) == [away, nobody]
    assert not rota.uncovered(outsider).exists() and not rota.uncovered(lawyer).exists()
    absences.cancel(supervisor, row.pk)
    assert list(rota.uncovered(supervisor)) == [nobody]


def test_whoever_leaves_leaves_their_shifts_uncovered(
    supervisor: Staff, admin: Staff, lawyer: Staff, other_lawyer: Staff, post: DutyPost
) -> None:
    row = plan(supervisor, post, lawyer, soon())
    theirs = plan(supervisor, post, other_lawyer, soon(2))
    swap = swaps.propose(other_lawyer, theirs.pk, lawyer.pk, None, "")
    holders.deactivate(admin, lawyer.pk, None)
    assert list(rota.uncovered(supervisor)) == [row]
    swap.refresh_from_db()
    assert swap.answer == SwapAnswer.VOID


def test_who_is_on_duty_elsewhere_is_at_work(
    supervisor: Staff, drive: Drive, arrive: Any, lawyer: Staff, post: DutyPost
) -> None:
    plan(supervisor, post, lawyer, soon(0))
    case = drive.to_review(arrive().case)
    assert case.lawyer == lawyer
    holders.decline(case.pk, lawyer, "无暇办理")
    case.refresh_from_db()
    (one,) = lawyers.candidates(case)
    assert one.on_duty and not one.away and one.assignable


def test_a_shift_is_taken_over_once_the_colleague_agrees(
    supervisor: Staff, lawyer: Staff, other_lawyer: Staff, post: DutyPost
) -> None:
    row = plan(supervisor, post, lawyer, soon())
    with pytest.raises(NotVisible):
        swaps.propose(other_lawyer, row.pk, lawyer.pk, None, "")
    swap = swaps.propose(lawyer, row.pk, other_lawyer.pk, None, "开庭")
    with pytest.raises(Conflict):
        swaps.propose(lawyer, row.pk, other_lawyer.pk, None, "")
    for person in (lawyer, supervisor):
        with pytest.raises(NotVisible):
            swaps.answer(person, swap.pk, True)
    assert list(swaps.waiting(other_lawyer)) == [swap] == list(swaps.waiting(supervisor))
    swaps.answer(other_lawyer, swap.pk, True)
    row.refresh_from_db()
    assert row.lawyer == other_lawyer
    with pytest.raises(Conflict):
        swaps.answer(other_lawyer, swap.pk, False)
    # It stands on the supervisor's list until somebody has seen it.
    assert not swaps.waiting(lawyer).exists() and list(swaps.waiting(supervisor)) == [swap]
    swaps.take_note(supervisor, swap.pk)
    assert not swaps.waiting(supervisor).exists()
    assert ShiftSwap.objects.get().seen_by == supervisor


def test_two_shifts_at_the_same_hours_are_exchanged(
    supervisor: Staff, lawyer: Staff, other_lawyer: Staff, post: DutyPost, other_post: DutyPost
) -> None:
    mine, theirs = plan(supervisor, post, lawyer, soon()), plan(supervisor, other_post, other_lawyer, soon())
    swap = swaps.propose(lawyer, mine.pk, None, theirs.pk, "")
    assert (swap.asked, swap.in_return) == (other_lawyer, theirs)
    swaps.answer(other_lawyer, swap.pk, True)
    assert DutyShift.objects.get(pk=mine.pk).lawyer == other_lawyer
    assert DutyShift.objects.get(pk=theirs.pk).lawyer == lawyer


def _is_given(supervisor: Staff, row: DutyShift, other: Staff) -> None:
    rota.give(supervisor, row.pk, None)


def _is_called_off(supervisor: Staff, row: DutyShift, other: Staff) -> None:
    rota.call_off(supervisor, row.pk)


def _has_duty(supervisor: Staff, row: DutyShift, other: Staff) -> None:
    where = DutyPost.objects.create(institute="另一仲裁院", place="大厅", unit=supervisor.unit)
    plan(supervisor, where, other, row.day, begins=TEN, ends=TWO)


def _is_away(supervisor: Staff, row: DutyShift, other: Staff) -> None:
    absences.enter(supervisor, other.pk, row.day, row.day, None, "")


def _takes_back(supervisor: Staff, row: DutyShift, other: Staff) -> None:
    swaps.take_back(row.lawyer, row.swaps.get().pk)  # type: ignore[arg-type]


@pytest.mark.parametrize("meanwhile", [_is_given, _is_called_off, _has_duty, _is_away, _takes_back])
def test_what_no_longer_fits_cannot_be_agreed(
    supervisor: Staff, lawyer: Staff, other_lawyer: Staff, post: DutyPost, meanwhile: Any
) -> None:
    row = plan(supervisor, post, lawyer, soon())
    swap = swaps.propose(lawyer, row.pk, other_lawyer.pk, None, "")
    meanwhile(supervisor, row, other_lawyer)
    before = DutyShift.objects.get(pk=row.pk).lawyer
    with pytest.raises(HotlineError):
        swaps.answer(other_lawyer, swap.pk, True)
    assert DutyShift.objects.get(pk=row.pk).lawyer == before != other_lawyer


def test_the_days_text_says_that_one_is_on_duty(
    supervisor: Staff, lawyer: Staff, drive: Drive, case: Any, post: DutyPost
) -> None:
    with time_machine.travel(at("2026-11-24 09:00"), tick=False):
        drive.to_review(case)
        Staff.objects.filter(pk=lawyer.pk).update(mobile="+8613800001111")
        lawyer.refresh_from_db()
        reminders.set_by_text(lawyer, True)
        plan(supervisor, post, lawyer, date(2026, 11, 24))
        assert reminders.send_digests(timezone.now()) == 1
    assert StaffNotice.objects.get(purpose="digest").body.endswith("您今天值班。")


def test_a_post_has_one_name_and_is_not_closed_over_its_shifts(
    supervisor: Staff, outsider: Staff, lawyer: Staff, post: DutyPost, city: Unit
) -> None:
    values = {"institute": post.institute, "place": post.place, "unit": city, "is_open": True}
    with pytest.raises(Invalid):
        rota.save_post(supervisor, None, **values)
    with pytest.raises(Invalid):
        rota.save_post(outsider, None, **(values | {"place": "二楼"}))
    row = plan(supervisor, post, lawyer, soon())
    with pytest.raises(Invalid):
        rota.save_post(supervisor, post.pk, **(values | {"is_open": False}))
    rota.call_off(supervisor, row.pk)
    assert not rota.save_post(supervisor, post.pk, **(values | {"is_open": False})).is_open
