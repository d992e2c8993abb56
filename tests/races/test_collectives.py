"""A collective case under several hands: one join counts, a table comes in once, nobody joins what closes."""

from typing import Any

import pytest

from hotline.enums import ClockState, MemberState, Section, Stage
from hotline.models import Case, Emergency, Member, Staff
from tests.conftest import Drive
from tests.races.racing import ROUNDS, arrival, done, race
from workflows import collectives, merges, reception, steps

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]


@pytest.fixture
def gather(arrive: Any, drive: Drive, agent: Staff, supervisor: Staff) -> Any:
    """Makes a collective case and one that may join it."""

    def make(number: int) -> tuple[Case, Case]:
        case, other = (drive.write_intake(arrive(f"+86139000066{number}{n}").case) for n in range(2))
        for one in (case, other):
            drive.save(one, Section.INTAKE, agent, persons=12)
        collectives.confirm(case.pk, supervisor, "WAGES", "支付工资")
        return case, other

    return make


def test_two_joins_of_one_case(gather: Any, agent: Staff) -> None:
    for number in range(ROUNDS):
        (one, other), (two, _rest) = gather(number), gather(number + 4)
        results = race(lambda n, c=[one, two], o=other: collectives.join(c[n % 2].pk, o.pk, agent, "同厂"))
        assert len(done(results)) == 1, results
        assert Member.objects.get(joined_case=other).case_id in {one.pk, two.pk}
        other.refresh_from_db()
        assert other.merged_into == Member.objects.get(joined_case=other).case


def test_a_join_against_the_close(gather: Any, agent: Staff) -> None:
    for number in range(ROUNDS):
        case, other = gather(number)

        def work(n: int, case: Case = case, other: Case = other) -> Any:
            if n % 2:
                return collectives.join(case.pk, other.pk, agent, "同厂")
            return steps.withdraw(case.pk, agent, "撤回")

        race(work)
        case.refresh_from_db()
        other.refresh_from_db()
        joined = other.merged_into_id == case.pk
        assert case.stage == Stage.CLOSED and Member.objects.filter(joined_case=other).exists() == joined
        assert not case.clocks.filter(state=ClockState.RUNNING).exists()


def test_joined_and_taken_out_at_once(gather: Any, agent: Staff) -> None:
    for number in range(ROUNDS):
        case, other = gather(number)
        collectives.join(case.pk, other.pk, agent, "同厂")

        def work(n: int, case: Case = case, other: Case = other) -> Any:
            if n % 2:
                return merges.undo(other.pk, agent, "另案")
            return collectives.join(case.pk, other.pk, agent, "同厂")

        race(work)
        other.refresh_from_db()
        member = Member.objects.get(joined_case=other)
        assert (member.state == MemberState.IN) == (other.merged_into_id == case.pk)


def test_a_table_that_is_brought_twice(gather: Any, agent: Staff) -> None:
    for number in range(ROUNDS):
        case, _other = gather(number)
        lines = [
            (n, {"name": f"工友{n}", "phone": f"+8613{number}{n:08d}", "claims": ()}) for n in range(2, 32)
        ]
        results = race(lambda n, case=case, lines=lines: collectives.add_all(case.pk, agent, lines))
        assert done(results) == [30], results
        assert case.members.count() == 30


def test_confirmed_by_several_at_once(arrive: Any, drive: Drive, agent: Staff, supervisor: Staff) -> None:
    for number in range(ROUNDS):
        case = drive.write_intake(arrive(f"+86139000077{number}").case)
        drive.save(case, Section.INTAKE, agent, persons=12)
        results = race(
            lambda n, case=case: collectives.confirm(
                case.pk, supervisor, "WAGES", "支付工资", assets_moved=True
            )
        )
        assert len(done(results)) == 1, results
        assert Emergency.objects.filter(case=case, released_at=None).count() == 1


def test_members_who_call_while_others_are_added(gather: Any, agent: Staff) -> None:
    for number in range(ROUNDS):
        case, _other = gather(number)
        phones = [f"+86137{number}000000{n}" for n in range(8)]
        for n, phone in enumerate(phones):
            collectives.add(case.pk, agent, {"name": f"工友{n}", "phone": phone, "claims": ()})

        def work(n: int, case: Case = case, phones: list[str] = phones, number: int = number) -> Any:
            if n % 2:
                row = {"name": f"新人{n}", "phone": f"+86136{number}000000{n}", "claims": ()}
                return collectives.add(case.pk, agent, row)
            return reception.receive(arrival(f"SR{number}{n:031x}", phones[n])).case

        results = race(work)
        assert len(done(results)) == 8
        assert {one.pk for one in results if isinstance(one, Case)} == {case.pk}
        assert case.members.count() == 8 + 4
