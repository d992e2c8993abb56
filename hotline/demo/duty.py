"""The demo's rota: who is on duty at the arbitration institutes, one shift open, one exchange proposed."""

from datetime import date, datetime, time, timedelta
from itertools import cycle

import time_machine
from django.db import transaction
from django.utils import timezone

from hotline.actions import absences, rota, swaps
from hotline.models import DutyPost, DutyShift, Staff, Unit

POSTS = (
    ("青岛市劳动人事争议仲裁院（虚构）", "一楼立案大厅", "370200"),
    ("市南区劳动人事争议仲裁院（虚构）", "法律援助工作站", "370202"),
)
MORNING, AFTERNOON = (time(9), time(11, 30)), (time(13, 30), time(17))
WEEKS_BEFORE, WEEKS = 2, 6
SATURDAY = 5


@transaction.atomic
def plan() -> None:
    """Six weeks from two weeks ago on, planned by the city's supervisor, once."""
    if DutyPost.objects.exists():
        return
    chief = Staff.objects.get(username="supervisor")
    today = timezone.localdate()
    monday = today - timedelta(days=today.weekday(), weeks=WEEKS_BEFORE)
    with time_machine.travel(timezone.make_aware(datetime.combine(monday, time(8))), tick=True):
        _plan_from(chief, monday)
    away = _next_shift("lawyer4", today)
    absences.enter(chief, Staff.objects.get(username="lawyer4").pk, away.day, away.day, None, "外出培训")
    _exchange(today)


def _plan_from(chief: Staff, monday: date) -> None:
    """A lawyer has the same half day each week; nobody is found yet for the last one."""
    people = cycle(Staff.objects.filter(username__startswith="lawyer", unit=chief.unit).order_by("username"))
    for institute, place, code in POSTS:
        unit = Unit.objects.get(code=code)
        post = rota.save_post(chief, None, institute=institute, place=place, unit=unit, is_open=True)
        hours = MORNING if unit.parent_id is None else AFTERNOON
        for weekday in range(SATURDAY):
            lawyer = None if (hours, weekday) == (AFTERNOON, SATURDAY - 1) else next(people)
            day = monday + timedelta(days=weekday)
            rota.plan(chief, post.pk, lawyer.pk if lawyer else None, day, *hours, weeks=WEEKS)


def _next_shift(username: str, today: date) -> DutyShift:
    theirs = DutyShift.objects.standing().filter(lawyer__username=username, day__gt=today)
    return theirs.order_by("day", "begins")[:1].get()


def _exchange(today: date) -> None:
    """One lawyer asks another for an exchange; the answer is awaited."""
    asker = Staff.objects.get(username="lawyer2")
    mine, back = _next_shift("lawyer2", today), _next_shift("lawyer", today)
    swaps.propose(asker, mine.pk, None, back.pk, "当天上午在开发区开庭，能否对调？")
