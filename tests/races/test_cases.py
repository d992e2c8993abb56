"""Several people, a timer and a supervisor at one case: one wins, and the others are told by whom."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from hotline.actions import notes
from hotline.enums import Section, Stage
from hotline.errors import Conflict, StaleSection
from hotline.models import Case, Employer, Event, Staff
from tests.conftest import Drive
from tests.races.racing import THREADS, arrival, done, race
from workflows import holders, reception, steps, timers
from workflows.decisions import Decision

pytestmark = pytest.mark.django_db(transaction=True)


def task_of(case: Case) -> int:
    task = steps.current_task(case)
    assert task is not None
    return int(task.pk)


def test_a_step_is_completed_once(case: Case, drive: Drive, agent: Staff) -> None:
    drive.write_intake(case)
    task = task_of(case)
    results = race(lambda n: steps.complete(task, agent, Decision.REVIEW))
    assert len(done(results)) == 1
    assert all(isinstance(r, Case | Conflict) for r in results), results
    assert case.events.filter(kind="step.completed").count() == 1
    case.refresh_from_db()
    assert case.stage == Stage.LEGAL_REVIEW


def test_every_event_has_its_own_number_in_one_chain(case: Case, agent: Staff) -> None:
    before = case.version
    race(lambda n: [notes.add_note(case.pk, agent, f"{n}.{i}") for i in range(4)])
    sequences = list(Event.objects.filter(case=case).values_list("sequence", flat=True))
    assert sequences == list(range(1, before + 4 * THREADS + 1))


def test_a_section_is_saved_once_for_each_revision(case: Case, agent: Staff) -> None:
    """Guarded twice: by the case's lock and by the section's own, which the person's sections need."""
    for revision in range(3):
        results = race(
            lambda n, r=revision: steps.save(case.pk, Section.INTAKE, agent, r, {"narrative": f"{r}第{n}人"})
        )
        assert done(results) == [revision + 1]
        assert all(isinstance(r, int | StaleSection) for r in results), results
        case.refresh_from_db()
        assert case.narrative == f"{revision}第{results.index(revision + 1)}人"


def test_a_timer_against_the_mediator(case: Case, drive: Drive, mediator: Staff) -> None:
    case = drive.to_mediation(case)
    task = task_of(case)
    later = timezone.now() + timedelta(days=40)

    def work(n: int) -> Any:
        if n % 2:
            return timers.fire_due(later)
        return steps.complete(task, mediator, Decision.REFER, {"note": "调解不成"})

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
    task = task_of(case)

    def work(n: int) -> Any:
        if n % 2:
            return holders.reassign(case.pk, supervisor, successor.pk, "均衡")
        return steps.complete(task, holder, Decision.ANSWERED, {"note": "已答复"})

    race(work)
    case.refresh_from_db()
    completed = case.events.filter(kind="step.completed", data__step="legal_review").count()
    assert (completed, case.stage) in {(1, Stage.QUALITY), (0, Stage.LEGAL_REVIEW)}
    assert case.stage == Stage.QUALITY or case.lawyer == successor


def test_one_person_saved_from_all_their_cases_at_once(city: Any, agent: Staff) -> None:
    first = reception.receive(arrival("SM0", "+8613900001111"))
    found = [first.case]
    for n in range(1, THREADS):
        again = reception.receive(arrival(f"SM{n}", "+8613900001111"))
        found.append(reception.move_to_new_case(again.interaction.pk, agent))
    results = race(lambda n: steps.save(found[n].pk, Section.CALLER, agent, 0, {"name": f"第{n}人"}))
    assert [type(r) for r in results].count(int) == 1
    assert all(isinstance(r, int | StaleSection) for r in results), results
    first.case.person.refresh_from_db()
    assert first.case.person.name == f"第{[isinstance(r, int) for r in results].index(True)}人"


def test_the_same_employers_written_on_many_cases_at_once(city: Any, agent: Staff) -> None:
    """Half of them in the other order: without an order of their own they lock each other up (PostgreSQL)."""
    found = [reception.receive(arrival(f"SM{n}", f"+86139000022{n:02d}")).case for n in range(THREADS + 1)]
    names = ["甲公司", "乙公司", "丙公司"]

    def work(n: int) -> Any:
        rows = [{"name": name, "role": "EMPLOYER", "address": f"{n}号"} for name in names]
        return steps.save(found[n].pk, Section.EMPLOYERS, agent, 0, {"rows": rows[:: 1 if n % 2 else -1]})

    work(THREADS)
    assert race(work) == [1] * THREADS
    assert Employer.objects.count() == len(names)
