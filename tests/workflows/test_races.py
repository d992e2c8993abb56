"""Two people, a timer and a carrier at the same moment: exactly one wins and nothing is done twice."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from hotline.enums import Channel, Direction, Section, Stage
from hotline.errors import HotlineError, StaleSection
from hotline.models import Case, Interaction, NumberSeries, Staff
from tests.conftest import Drive
from workflows import steps, timers
from workflows.decisions import Decision

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 8


def race(work: Callable[[int], Any]) -> list[Any]:
    """Run `work(0..7)` in eight threads from one starting line; the results or HotlineErrors, in order."""
    barrier = threading.Barrier(THREADS)
    results: list[Any] = [None] * THREADS

    def run(number: int) -> None:
        try:
            barrier.wait(10)
            results[number] = work(number)
        except HotlineError as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def arrival(provider_id: str, number: str | None) -> steps.Arrival:
    return steps.Arrival(
        channel=Channel.SMS,
        provider_id=provider_id,
        address=number or "anonymous",
        number=number,
        direction=Direction.INBOUND,
        at=timezone.now(),
    )


def test_one_senders_first_messages_open_one_case(city: Any) -> None:
    results = race(lambda n: steps.receive(arrival(f"SM{n}", "+8613900001111")))
    assert all(isinstance(r, steps.Received) for r in results)
    assert Case.objects.count() == 1 and Interaction.objects.count() == THREADS
    assert [r.opened for r in results].count(True) == 1


@pytest.mark.parametrize("number", ["+8613900001111", None])
def test_one_delivery_repeated_at_once_is_stored_once(city: Any, number: str | None) -> None:
    results = race(lambda n: steps.receive(arrival("SMsame", number)))
    assert [r.fresh for r in results].count(True) == 1
    assert Case.objects.count() == 1 and Interaction.objects.count() == 1


def test_case_numbers_have_no_gap_and_no_double(city: Any) -> None:
    race(lambda n: steps.receive(arrival(f"SM{n}", f"+86139000022{n:02d}")))
    numbers = sorted(int(c.number[-6:]) for c in Case.objects.all())
    assert numbers == list(range(1, THREADS + 1))
    assert NumberSeries.objects.get().last == THREADS


def test_a_step_is_completed_once(case: Case, drive: Drive, agent: Staff) -> None:
    drive.write_intake(case)
    task = steps.current_task(case)
    assert task is not None
    results = race(lambda n: steps.complete(task.pk, agent, Decision.REVIEW))
    assert sum(isinstance(r, Case) for r in results) == 1
    assert case.events.filter(kind="step.completed").count() == 1
    case.refresh_from_db()
    assert case.stage == Stage.LEGAL_REVIEW


def test_a_section_is_saved_once_for_each_revision(case: Case, agent: Staff) -> None:
    results = race(lambda n: steps.save(case.pk, Section.INTAKE, agent, 0, {"narrative": f"第{n}人"}))
    assert [r for r in results if isinstance(r, int)] == [1]
    case.refresh_from_db()
    assert case.narrative == f"第{results.index(1)}人"


def test_a_timer_against_the_mediator(case: Case, drive: Drive, mediator: Staff) -> None:
    case = drive.to_mediation(case)
    task = steps.current_task(case)
    assert task is not None
    later = timezone.now() + timedelta(days=40)

    def work(n: int) -> Any:
        if n % 2:
            return timers.fire_due(later)
        return steps.complete(task.pk, mediator, Decision.REFER, {"note": "调解不成"})

    results = race(work)
    fired = sum(r for r in results if isinstance(r, int))
    assert fired <= 1
    assert case.events.filter(kind="clock.over").count() == fired
    assert case.events.filter(kind="step.completed", data__step="mediation").count() == 1


def test_reassigned_while_it_is_completed(
    case: Case, drive: Drive, supervisor: Staff, lawyer: Staff, other_lawyer: Staff
) -> None:
    case = drive.to_review(case)
    holder = case.lawyer
    assert holder is not None
    drive.save(case, Section.REVIEW, holder, opinion="应当支付")
    successor = other_lawyer if holder == lawyer else lawyer
    task = steps.current_task(case)
    assert task is not None

    def work(n: int) -> Any:
        if n % 2:
            return steps.reassign(case.pk, supervisor, successor.pk, "均衡")
        return steps.complete(task.pk, holder, Decision.ANSWERED, {"note": "已答复"})

    race(work)
    case.refresh_from_db()
    completed = case.events.filter(kind="step.completed", data__step="legal_review").count()
    assert (completed, case.stage) in {(1, Stage.CLOSED), (0, Stage.LEGAL_REVIEW)}
    assert case.stage == Stage.CLOSED or case.lawyer == successor


def test_one_person_saved_from_all_their_cases_at_once(city: Any, agent: Staff) -> None:
    first = steps.receive(arrival("SM0", "+8613900001111"))
    found = [first.case]
    for n in range(1, THREADS):
        again = steps.receive(arrival(f"SM{n}", "+8613900001111"))
        found.append(steps.move_to_new_case(again.interaction.pk, agent))
    results = race(lambda n: steps.save(found[n].pk, Section.CALLER, agent, 0, {"name": f"第{n}人"}))
    assert [type(r) for r in results].count(int) == 1
    assert all(isinstance(r, int | StaleSection) for r in results), results
    first.case.person.refresh_from_db()
    assert first.case.person.name == f"第{[isinstance(r, int) for r in results].index(True)}人"


def test_one_employer_written_on_many_cases_at_once(city: Any, agent: Staff) -> None:
    found = [steps.receive(arrival(f"SM{n}", f"+86139000022{n:02d}")).case for n in range(THREADS)]

    def work(n: int) -> Any:
        row = {"name": "青岛示例制帽有限公司", "role": "EMPLOYER", "address": f"{n}号"}
        return steps.save(found[n].pk, Section.EMPLOYERS, agent, 0, {"rows": [row]})

    assert race(work) == [1] * THREADS


def test_moved_once_by_many(city: Any, agent: Staff) -> None:
    received = steps.receive(arrival("SM0", "+8613900001111"))
    results = race(lambda n: steps.move_to_new_case(received.interaction.pk, agent))
    assert sum(isinstance(r, Case) for r in results) == 1 and Case.objects.count() == 2


def test_moved_to_and_fro_while_the_sender_writes(city: Any, agent: Staff) -> None:
    first = steps.receive(arrival("SM0", "+8613900001111"))
    second = steps.receive(arrival("SM1", "+8613900001111"))
    steps.move_to_new_case(second.interaction.pk, agent)

    def work(n: int) -> Any:
        if n % 2:
            return steps.receive(arrival(f"SM1{n}", "+8613900001111"))
        return steps.move_back(second.interaction.pk, agent) if n % 4 else move_away(n)

    def move_away(n: int) -> Any:
        return steps.move_to_new_case(first.interaction.pk, agent)

    results = race(work)
    assert None not in results, "every one ended, by itself or with a reason"
    assert Interaction.objects.filter(provider_id__startswith="SM1").count() == 1 + THREADS // 2


def test_deactivated_while_their_cases_are_written(
    city: Any, agent: Staff, other_agent: Staff, admin: Staff
) -> None:
    found = [steps.receive(arrival(f"SM{n}", f"+86139000022{n:02d}")).case for n in range(THREADS)]
    for case in found:
        steps.take_over(case.pk, agent)

    def work(n: int) -> Any:
        if n == 0:
            return steps.deactivate(admin, agent.pk, other_agent.pk)
        return [steps.save(found[n].pk, Section.INTAKE, agent, i, {"narrative": f"{i}"}) for i in range(5)]

    results = race(work)
    assert results[0] == THREADS and None not in results
    assert set(Case.objects.values_list("agent", flat=True)) == {other_agent.pk}
