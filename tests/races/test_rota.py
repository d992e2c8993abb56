"""Several plan the same hours, or agree to swaps of the same shifts, at once: nobody is in two places."""

from datetime import time, timedelta

import pytest
from django.utils import timezone

from hotline.actions import rota, swaps
from hotline.enums import Role
from hotline.models import DutyPost, DutyShift, ShiftSwap, Staff, Unit
from tests.conftest import make_staff
from tests.races.racing import ROUNDS, THREADS, done, race

pytestmark = pytest.mark.django_db(transaction=True)
NINE, NOON = time(9), time(12)


def posts(city: Unit, many: int = THREADS) -> list[DutyPost]:
    return [DutyPost.objects.create(institute="仲裁院", place=f"{n}号窗口", unit=city) for n in range(many)]


def test_a_lawyer_is_planned_for_one_of_many_posts(supervisor: Staff, lawyer: Staff, city: Unit) -> None:
    places, tomorrow = posts(city), timezone.localdate() + timedelta(days=1)
    for number in range(ROUNDS):
        day = tomorrow + timedelta(days=number)
        results = race(lambda n, day=day: rota.plan(supervisor, places[n].pk, lawyer.pk, day, NINE, NOON))
        assert len(done(results)) == 1
        assert DutyShift.objects.filter(day=day).count() == 1


def test_a_post_is_planned_for_one_of_many_lawyers(supervisor: Staff, city: Unit) -> None:
    (place,) = posts(city, 1)
    people = [make_staff(f"duty{n}", f"律师{n}", Role.LAWYER, city) for n in range(THREADS)]
    tomorrow = timezone.localdate() + timedelta(days=1)
    for number in range(ROUNDS):
        day = tomorrow + timedelta(days=number)
        results = race(lambda n, day=day: rota.plan(supervisor, place.pk, people[n].pk, day, NINE, NOON, 2))
        assert len(done(results)) == 1
        assert DutyShift.objects.filter(day=day).count() == 1


def test_colleagues_who_ask_for_the_same_shift_in_return_get_it_once(
    supervisor: Staff, lawyer: Staff, city: Unit
) -> None:
    people = [make_staff(f"asks{n}", f"律师{n}", Role.LAWYER, city) for n in range(4)]
    places, day = posts(city, 5), timezone.localdate() + timedelta(days=1)
    for _round in range(ROUNDS):
        wanted = rota.plan(supervisor, places[4].pk, lawyer.pk, day, NINE, NOON)[0]
        shifts = [rota.plan(supervisor, places[n].pk, people[n].pk, day, NINE, NOON)[0] for n in range(4)]
        asked = [swaps.propose(people[n], shifts[n].pk, None, wanted.pk, "") for n in range(4)]
        # Four are agreed to at once, each by two presses.
        results = race(lambda n, asked=asked: swaps.answer(lawyer, asked[n % 4].pk, True))
        assert len(done(results)) == 1
        assert ShiftSwap.objects.filter(pk__in=[one.pk for one in asked], answer="AGREED").count() == 1
        held = DutyShift.objects.filter(day=day).values_list("lawyer", flat=True)
        assert len(held) == len(set(held)) == 5
        day += timedelta(days=1)


def test_a_shift_that_is_given_away_while_its_swap_is_agreed_has_one_lawyer(
    supervisor: Staff, lawyer: Staff, other_lawyer: Staff, city: Unit
) -> None:
    third = make_staff("third", "何律师", Role.LAWYER, city)
    (place,) = posts(city, 1)
    for number in range(1, ROUNDS + 1):
        day = timezone.localdate() + timedelta(days=number)
        shift = rota.plan(supervisor, place.pk, lawyer.pk, day, NINE, NOON)[0]
        swap = swaps.propose(lawyer, shift.pk, other_lawyer.pk, None, "")

        def act(n: int, swap_pk: int = swap.pk, shift_pk: int = shift.pk) -> object:
            if n % 2:
                return swaps.answer(other_lawyer, swap_pk, True)
            return rota.give(supervisor, shift_pk, third.pk)

        race(act)
        swap.refresh_from_db()
        shift.refresh_from_db()
        assert swap.answered_at is not None
        # The supervisor's word came after the agreement, or instead of it.
        assert shift.lawyer == third
