"""Someone is deactivated at the very moment at which work is given to them: none of it stays with them.

On SQLite the one writer hides a missing lock: these fail without `staff.at_work` on PostgreSQL.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from hotline import access
from hotline.actions import callbacks, offers, staff
from hotline.enums import OfferState, Role, SeatState, Section, Stage
from hotline.errors import HotlineError, Invalid
from hotline.models import Call, Case, Offer, Seat, Staff
from tests.conftest import Drive, make_staff
from tests.hotline.actions.conftest import Ring, Sit
from tests.races.racing import ROUNDS, THREADS, arrival, race
from workflows import holders, reception, steps
from workflows.decisions import Decision

pytestmark = pytest.mark.django_db(transaction=True)


def leave_while(
    admin: Staff, person: Staff, given: Callable[[int], Any], successor: Staff | None = None
) -> list[Any]:
    """Deactivate `person` in one thread while the others give them work by `given(1..)`."""

    def work(n: int) -> Any:
        return given(n) if n else holders.deactivate(admin, person.pk, successor and successor.pk)

    results = race(work)
    assert isinstance(results[0], int), results[0]
    person.refresh_from_db()
    assert not person.is_active
    assert not access.open_work(person).exists(), "work stayed with someone who is gone"
    return results


def test_while_cases_are_reassigned_to_them(
    drive: Drive, arrive: Any, supervisor: Staff, lawyer: Staff, admin: Staff
) -> None:
    found = [drive.to_review(arrive(f"+8613900002{n:03d}").case) for n in range(THREADS)]
    for number in range(ROUNDS):
        leaver = make_staff(f"leaver{number}", "钱律师", Role.LAWYER, lawyer.unit)
        leave_while(
            admin,
            leaver,
            lambda n, pk=leaver.pk: holders.reassign(found[n].pk, supervisor, pk, "均衡"),
            lawyer,
        )


def test_while_the_flow_picks_them(drive: Drive, arrive: Any, lawyer: Staff, admin: Staff) -> None:
    for number in range(ROUNDS):
        leaver = make_staff(f"leaver{number}", "钱律师", Role.LAWYER, lawyer.unit)
        Case.objects.exclude(stage=Stage.CLOSED).update(lawyer=lawyer)  # the new one has the fewest
        found = [drive.write_intake(arrive(f"+86139{number}0002{n:03d}").case) for n in range(THREADS)]
        tasks = [task.pk for case in found if (task := steps.current_task(case))]
        results = leave_while(
            admin, leaver, lambda n, tasks=tasks: steps.complete(tasks[n], drive.agent, Decision.REVIEW)
        )
        assert not [r for r in results if isinstance(r, HotlineError)]
        waiting = Case.objects.filter(pk__in=[c.pk for c in found[1:]])
        assert {case.lawyer for case in waiting} <= {lawyer, None}


def test_while_they_take_cases_over(city: Any, other_agent: Staff, admin: Staff) -> None:
    found = [reception.receive(arrival(f"SM{n}", f"+86139000022{n:02d}")).case for n in range(THREADS)]
    for number in range(ROUNDS):
        leaver = make_staff(f"leaver{number}", "钱坐席", Role.AGENT, city)
        leave_while(admin, leaver, lambda n, who=leaver: holders.take_over(found[n].pk, who))


def test_while_they_accept_an_offer(ring: Ring, sit: Sit, city: Any, admin: Staff, now: datetime) -> None:
    """The call they have taken is theirs to the end; its case is not."""
    for number in range(ROUNDS):
        leaver = make_staff(f"leaver{number}", "钱坐席", Role.AGENT, city)
        call = ring(f"+861390000100{number}")
        sit(leaver)
        offers.offer_waiting(now)
        offer = Offer.objects.get(agent=leaver)
        results = leave_while(admin, leaver, lambda n, pk=offer.pk, who=leaver: offers.accept(pk, who))
        offer.refresh_from_db()
        call.refresh_from_db()
        taken = any(isinstance(r, Call) for r in results)
        assert (offer.state == OfferState.ACCEPTED, call.agent == leaver) == (taken, taken)
        assert Seat.objects.get(staff=leaver).state == SeatState.OFFLINE
        offers.expire(now)
        Call.objects.update(state="ENDED")


def test_while_they_call_back(city: Any, arrive: Any, admin: Staff) -> None:
    for number in range(ROUNDS):
        leaver = make_staff(f"leaver{number}", "钱坐席", Role.AGENT, city)
        wanted = callbacks.request(arrive(f"+861390000200{number}").case.pk, leaver)
        leave_while(admin, leaver, lambda n, pk=wanted.pk, who=leaver: callbacks.start(pk, who))
        assert Seat.objects.get(staff=leaver).state == SeatState.OFFLINE


def test_while_their_cases_are_written(city: Any, agent: Staff, other_agent: Staff, admin: Staff) -> None:
    found = [reception.receive(arrival(f"SM{n}", f"+86139000022{n:02d}")).case for n in range(THREADS)]
    for case in found:
        holders.take_over(case.pk, agent)

    def write(n: int) -> Any:
        return [steps.save(found[n].pk, Section.INTAKE, agent, i, {"narrative": f"{i}"}) for i in range(5)]

    assert leave_while(admin, agent, write, other_agent)[0] == THREADS
    assert set(Case.objects.values_list("agent", flat=True)) == {other_agent.pk}


def test_while_their_successor_leaves_too(city: Any, admin: Staff) -> None:
    """Each names the other: one of the two is refused, and nothing goes to someone who is gone."""
    second = make_staff("admin2", "另一管理员", Role.ADMINISTRATOR, city)
    for number in range(ROUNDS):
        pair = [make_staff(f"pair{number}.{side}", "钱坐席", Role.AGENT, city) for side in "ab"]
        for n, who in enumerate(pair):
            holders.take_over(
                reception.receive(arrival(f"SM{number}{n}", f"+8613900{number}22{n:02d}")).case.pk, who
            )
        results = race(
            lambda n, pair=pair: holders.deactivate([admin, second][n], pair[n].pk, pair[1 - n].pk), threads=2
        )
        assert [type(r) for r in results].count(Invalid) == 1, results
        assert not Case.objects.open().filter(agent__is_active=False).exists()


def test_a_new_role_while_cases_are_given(
    drive: Drive, arrive: Any, supervisor: Staff, lawyer: Staff, admin: Staff
) -> None:
    found = [drive.to_review(arrive(f"+8613900002{n:03d}").case) for n in range(THREADS)]
    for number in range(ROUNDS):
        mover = make_staff(f"mover{number}", "钱律师", Role.LAWYER, lawyer.unit)

        def work(n: int, mover: Staff = mover) -> Any:
            if n:
                return holders.reassign(found[n].pk, supervisor, mover.pk, "均衡")
            return staff.update(
                admin, mover.pk, name="钱", role=Role.MEDIATOR, unit=mover.unit, skills=[], mobile=""
            )

        race(work)
        mover.refresh_from_db()
        assert mover.role == Role.LAWYER or not access.open_work(mover).exists()


def test_reopened_and_sent_back_cases_do_not_rest_on_someone_gone(
    drive: Drive, case: Case, supervisor: Staff, agent: Staff, lawyer: Staff, admin: Staff
) -> None:
    case = drive.to_review(case)
    assert (case.agent, case.lawyer) == (agent, lawyer)
    holders.deactivate(admin, agent.pk, None)
    case = drive.complete(case, lawyer, Decision.MORE, note="请补充入职日期")
    assert (case.stage, case.agent) == (Stage.INTAKE, None)
