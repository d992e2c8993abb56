"""A unit's answer against the sender's change of mind: one of them counts, the others are told which."""

from typing import Any

import pytest

from hotline.enums import ClockState, DispatchState, Role
from hotline.errors import Conflict, NotVisible
from hotline.models import Case, Staff, Unit
from tests.conftest import Drive, make_staff
from tests.races.racing import ROUNDS, done, race
from workflows import dispatch, steps
from workflows.decisions import Decision

pytestmark = pytest.mark.django_db(transaction=True)


def test_accepted_returned_and_taken_back_at_once(
    arrive: Any, drive: Drive, agent: Staff, district: Unit, supervisor: Staff
) -> None:
    receiver = make_staff("receiver", "孟凡", Role.AGENT, district)
    chief = make_staff("chief", "秦岭", Role.SUPERVISOR, district)
    for number in range(ROUNDS):
        case = drive.write_intake(arrive(f"+861390000333{number}").case)
        case = drive.complete(case, agent, Decision.DISPATCH, unit=district)

        def answer(n: int, pk: int = case.pk) -> Case:
            if n % 4 == 0:
                return dispatch.accept(pk, receiver)
            if n % 4 == 1:
                return dispatch.accept(pk, chief, review=True)
            if n % 4 == 2:
                return dispatch.give_back(pk, receiver, "不属本区")
            return dispatch.take_back(pk, supervisor, "发错了")

        results = race(answer)
        assert len(done(results)) == 1, results
        # Whoever no longer sees the case after a return is not told of it.
        assert all(isinstance(r, Case | Conflict | NotVisible) for r in results), results
        row = Case.objects.get(pk=case.pk).dispatches.get()
        case = Case.objects.get(pk=case.pk)
        assert row.state != DispatchState.OFFERED and case.offered_to is None
        assert (row.state == DispatchState.ACCEPTED) == (case.unit == district)
        assert not case.clocks.filter(rule="service.return", state=ClockState.RUNNING).exists()
        assert steps.current_task(case) is not None


def test_withdrawn_while_the_unit_accepts(arrive: Any, drive: Drive, agent: Staff, district: Unit) -> None:
    receiver = make_staff("receiver", "孟凡", Role.AGENT, district)
    for number in range(ROUNDS):
        case = drive.write_intake(arrive(f"+861390000444{number}").case)
        case = drive.complete(case, agent, Decision.DISPATCH, unit=district)
        pk = case.pk
        race(lambda n, pk=pk: dispatch.accept(pk, receiver) if n % 2 else steps.withdraw(pk, agent, "已解决"))
        case.refresh_from_db()
        assert (case.is_open, case.offered_to) == (False, None)
