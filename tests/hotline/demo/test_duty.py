"""The demo has a rota to look at: for its supervisor a shift to fill, for its lawyers an exchange."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from time_machine import TimeMachineFixture

from hotline.actions import absences, deployment, rota, swaps
from hotline.demo import cast, duty
from hotline.models import DutyPost, DutyShift, Staff

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("weekday", [1, 6])
def test_the_rota_is_planned_once_and_has_something_for_everybody(
    weekday: int, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(datetime(2026, 11, 23 + weekday, 4, tzinfo=UTC))  # noon
    deployment.load()
    cast.hire("correct-horse-12351")
    for _time in range(2):
        duty.plan()
    chief, lawyer = Staff.objects.get(username="supervisor"), Staff.objects.get(username="lawyer")
    today = timezone.localdate()
    assert DutyPost.objects.count() == 2
    assert DutyShift.objects.count() == 2 * duty.SATURDAY * duty.WEEKS
    assert DutyShift.objects.filter(day__lt=today - timedelta(days=today.weekday())).exists()
    assert {shift.lawyer_id is None for shift in rota.uncovered(chief)} == {True, False}
    assert [swap.asked for swap in swaps.waiting(lawyer)] == [lawyer]
    assert absences.visible(chief).count() == 1
