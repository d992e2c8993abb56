"""Merges against each other and against the steps: one counts, and no two cases end in each other."""

from typing import Any

import pytest

from hotline.enums import ClockState, Stage
from hotline.errors import Conflict
from hotline.models import Case, Merge, Staff
from tests.conftest import Drive
from tests.races.racing import ROUNDS, done, race
from workflows import merges, steps
from workflows.decisions import Decision

pytestmark = pytest.mark.django_db(transaction=True)


def pair(arrive: Any, drive: Drive, number: int) -> tuple[Case, Case]:
    return tuple(drive.write_intake(arrive(f"+86139000055{number}{n}").case) for n in range(2))  # type: ignore[return-value]


def test_two_merged_crosswise(arrive: Any, drive: Drive, agent: Staff) -> None:
    for number in range(ROUNDS):
        one, two = pair(arrive, drive, number)
        ways = [(one.pk, two.pk), (two.pk, one.pk)]
        results = race(lambda n, ways=ways: merges.merge(*ways[n % 2], agent, "同一事项"))
        assert len(done(results)) == 1, results
        assert all(isinstance(r, Case | Conflict) for r in results), results
        assert Merge.objects.filter(case__in=[one, two], undone_at=None).count() == 1
        assert Case.objects.open().filter(pk__in=[one.pk, two.pk]).count() == 1


def test_merged_while_it_is_completed(arrive: Any, drive: Drive, agent: Staff) -> None:
    for number in range(ROUNDS):
        one, two = pair(arrive, drive, number)
        task = steps.current_task(one)
        assert task is not None

        def work(n: int, one: Case = one, two: Case = two, task: int = task.pk) -> Case:
            if n % 2:
                return merges.merge(one.pk, two.pk, agent, "同一事项")
            return steps.complete(task, agent, Decision.ANSWERED, {"note": "已答复"})

        results = race(work)
        assert len(done(results)) == 1, results
        one.refresh_from_db()
        completed = one.events.filter(kind="step.completed").count()
        assert (one.stage, completed) == (Stage.CLOSED, 0 if one.merged_into_id else 1)


def test_undone_while_the_other_closes(arrive: Any, drive: Drive, agent: Staff) -> None:
    for number in range(ROUNDS):
        one, two = pair(arrive, drive, number)
        merges.merge(one.pk, two.pk, agent, "同一事项")

        def work(n: int, one: Case = one, two: Case = two) -> Case:
            if n % 2:
                return merges.undo(one.pk, agent, "两件事")
            return steps.withdraw(two.pk, agent, "已解决")

        results = race(work)
        assert len(done(results)) == 2, results
        one.refresh_from_db()
        two.refresh_from_db()
        assert (one.is_open, two.is_open, one.merged_into) == (True, False, None)
        assert not two.clocks.filter(state=ClockState.RUNNING).exists()
        assert one.clocks.filter(state=ClockState.RUNNING).exists()
