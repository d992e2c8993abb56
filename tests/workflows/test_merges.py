"""Two cases that are one matter: merged by hand, nothing lost, and taken apart as if it had never been."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from time_machine import travel

from hotline import access
from hotline.actions import duplicates
from hotline.enums import Channel, ClockState, EmployerRole, Matching, MeasureKind, Outcome, Section, Stage
from hotline.errors import Conflict, HotlineError
from hotline.models import Case, Staff, Unit
from tests.conftest import Drive
from workflows import holders, merges, reception, splits, steps, sweep, term_events, terms
from workflows.decisions import Decision
from workflows.measures import steps as measure_steps

pytestmark = pytest.mark.django_db
Arrive = Callable[..., reception.Received]
WHY = "同一职工同一事项"
EMPLOYER = {"name": "青岛示例制帽有限公司", "role": EmployerRole.EMPLOYER, "credit_code": ""}


@pytest.fixture
def other(arrive: Arrive, drive: Drive, agent: Staff) -> Case:
    """The same matter from another number, whose limitation ends first."""
    case = drive.write_intake(arrive("+8613900009999").case)
    drive.save(case, Section.INTAKE, agent, known_on=date(2026, 2, 2))
    drive.save(case, Section.CLAIMS, agent, rows=[{"kind": "OVERTIME", "amount": 900, "basis": "加班"}])
    return case


@pytest.fixture
def into(case: Case, drive: Drive) -> Case:
    return drive.write_intake(case)


def live(case: Case) -> dict[str, date]:
    return {clock.rule: clock.due for clock in case.clocks.filter(state=ClockState.RUNNING, origin=None)}


def stand(case: Case) -> tuple[Any, ...]:
    """All that makes where a case stands."""
    case = Case.objects.get(pk=case.pk)
    task = steps.current_task(case)
    people = (case.agent_id, case.lawyer_id, case.mediator_id)
    return (case.stage, case.outcome, case.closed_at, case.next_due, people, task and task.pk, live(case))


# --- Merging -------------------------------------------------------------------------------------
def test_one_ends_as_merged_and_the_other_watches_its_limitation(
    other: Case, into: Case, agent: Staff
) -> None:
    due = live(other)[terms.LIMITATION]
    survivor = merges.merge(other.pk, into.pk, agent, WHY)
    other.refresh_from_db()
    assert (other.stage, other.outcome, other.merged_into) == (Stage.CLOSED, Outcome.MERGED, survivor)
    assert not other.clocks.filter(state=ClockState.RUNNING).exists() and steps.current_task(other) is None
    watched = survivor.clocks.get(origin=other, state=ClockState.RUNNING)
    assert (watched.due, watched.rule) == (due, terms.LIMITATION)
    assert due < live(into)[terms.LIMITATION] and survivor.next_due is not None
    assert other.claims.get().kind == "OVERTIME" and other.interactions.count() == 1, "nothing was moved"


def test_what_is_watched_is_told_of_on_the_surviving_case(other: Case, into: Case, agent: Staff) -> None:
    survivor = merges.merge(other.pk, into.pk, agent, WHY)
    watched = survivor.clocks.get(origin=other, state=ClockState.RUNNING)
    noon = timezone.make_aware(timezone.datetime(watched.due.year, watched.due.month, watched.due.day, 12))
    with travel(noon - timedelta(days=5), tick=False):
        sweep.run(timezone.now())
    told = survivor.events.filter(kind="clock.alert", data__rule=watched.rule)
    assert told.exists()


def test_reopened_it_watches_again(other: Case, into: Case, agent: Staff) -> None:
    merges.merge(other.pk, into.pk, agent, WHY)
    steps.withdraw(into.pk, agent, "暂不追究")
    assert not into.clocks.filter(state=ClockState.RUNNING).exists()
    steps.reopen(into.pk, agent, "又来电")
    assert into.clocks.filter(origin=other, state=ClockState.RUNNING).count() == 1


def test_what_happens_after_the_merge_moves_what_is_watched(
    other: Case, into: Case, agent: Staff, lawyer: Staff, drive: Drive
) -> None:
    survivor = drive.complete(merges.merge(other.pk, into.pk, agent, WHY), agent, Decision.REVIEW)
    before = survivor.clocks.get(origin=other, state=ClockState.RUNNING).due
    row = term_events.enter(survivor.pk, lawyer, "CLAIM_TO_EMPLOYER", timezone.localdate(), note="书面催讨")
    if row.confirmed_at is None:
        term_events.confirm(survivor.pk, lawyer, row.pk)
    after = survivor.clocks.get(origin=other, state=ClockState.RUNNING).due
    assert after > before, "the claim to the employer begins both anew"


def test_the_hotlines_own_term_counts_from_the_first_word(
    arrive: Arrive, drive: Drive, agent: Staff, city: Unit
) -> None:
    with travel(timezone.now() - timedelta(days=3), tick=False):
        older = drive.write_intake(arrive("+8613900001111").case)
    younger = drive.write_intake(arrive("+8613900002222").case)
    before = live(younger)[terms.HANDLING]
    earlier = live(older)[terms.HANDLING]
    survivor = merges.merge(older.pk, younger.pk, agent, WHY)
    assert live(survivor)[terms.HANDLING] == earlier < before
    merges.undo(older.pk, agent, "两件事")
    assert live(survivor)[terms.HANDLING] == before


def test_later_calls_of_that_person_join_the_survivor(
    other: Case, into: Case, agent: Staff, arrive: Arrive
) -> None:
    merges.merge(other.pk, into.pk, agent, WHY)
    again = arrive("+8613900009999")
    assert (again.case, again.interaction.matching) == (into, Matching.JOINED)
    steps.withdraw(into.pk, agent, "已解决")
    assert arrive("+8613900009999").opened, "nothing is open any more"


def test_what_is_merged_is_written_at_the_other(
    other: Case, into: Case, agent: Staff, supervisor: Staff, other_agent: Staff
) -> None:
    task = steps.current_task(other)
    assert task is not None
    merges.merge(other.pk, into.pk, agent, WHY)
    for attempt in (
        lambda: steps.complete(task.pk, agent, Decision.ANSWERED, {"note": "已答复"}),
        lambda: steps.withdraw(other.pk, agent, "不告了"),
        lambda: steps.reopen(other.pk, agent, "再来"),
        lambda: holders.take_over(other.pk, other_agent),
        lambda: holders.reassign(other.pk, supervisor, other_agent.pk, "均衡"),
        lambda: steps.save(other.pk, Section.INTAKE, agent, 2, {"summary": "改"}),
    ):
        with pytest.raises(Conflict, match=into.number):
            attempt()
    assert Case.objects.get(pk=other.pk).merged_into == into


# --- Taking apart --------------------------------------------------------------------------------
@pytest.mark.parametrize("at_review", [False, True])
def test_undone_it_stands_where_it_stood(
    other: Case, into: Case, agent: Staff, lawyer: Staff, drive: Drive, at_review: bool
) -> None:
    if at_review:
        drive.complete(other, agent, Decision.REVIEW)
    before, before_into = stand(other), stand(into)
    merges.merge(other.pk, into.pk, agent, WHY)
    merges.undo(other.pk, agent, "两家单位")
    assert stand(other) == before
    assert stand(into) == before_into
    assert not into.clocks.filter(origin=other, state=ClockState.RUNNING).exists()
    if at_review:
        holders.decline(other.pk, lawyer, "利益冲突")
    else:
        drive.complete(other, agent, Decision.REVIEW)
    merges.merge(into.pk, other.pk, agent, "还是一件事")


def test_undone_after_its_holder_has_left(
    other: Case, into: Case, agent: Staff, other_agent: Staff, admin: Staff
) -> None:
    holders.take_over(other.pk, agent)
    merges.merge(other.pk, into.pk, other_agent, WHY)
    holders.deactivate(admin, agent.pk, None)
    case = merges.undo(other.pk, other_agent, "两件事")
    assert case.agent is None and steps.current_task(case) is not None


# --- What is refused -----------------------------------------------------------------------------
def refused(call: Callable[[], Any]) -> str:
    with pytest.raises(HotlineError) as caught:
        call()
    fields = getattr(caught.value, "fields", None)
    return ",".join(fields) if fields else type(caught.value).__name__


def test_chains_and_circles(other: Case, into: Case, agent: Staff, arrive: Arrive) -> None:
    third = arrive("+8613700000000").case
    merges.merge(other.pk, into.pk, agent, WHY)
    assert refused(lambda: merges.merge(into.pk, third.pk, agent, WHY)) == "Conflict", "a chain"
    assert refused(lambda: merges.merge(into.pk, other.pk, agent, WHY)) == "Conflict", "a circle"
    assert refused(lambda: merges.merge(third.pk, other.pk, agent, WHY)) == "Conflict", "it is merged"
    merges.merge(third.pk, into.pk, agent, WHY)
    assert into.merged.count() == 2


def test_bad_input(
    other: Case, into: Case, agent: Staff, lawyer: Staff, outsider: Staff, drive: Drive, district: Unit
) -> None:
    assert refused(lambda: merges.merge(into.pk, into.pk, agent, WHY)) == "other"
    assert refused(lambda: merges.merge(other.pk, into.pk, agent, " ")) == "reason"
    assert refused(lambda: merges.merge(other.pk, 999_999, agent, WHY)) == "NotVisible"
    assert refused(lambda: merges.merge(other.pk, into.pk, outsider, WHY)) == "NotVisible"
    assert refused(lambda: merges.undo(other.pk, agent, "没有并过")) == "Conflict"
    drive.complete(other, agent, Decision.REVIEW)
    other.refresh_from_db()
    assert refused(lambda: merges.merge(other.pk, into.pk, other.lawyer or lawyer, WHY)) in {
        "NotAllowed",
        "NotVisible",
    }
    measure = measure_steps.begin(other.pk, agent, MeasureKind.RELIEF, purpose="临时救助")
    assert refused(lambda: merges.merge(other.pk, into.pk, agent, WHY)) == "Conflict"
    measure_steps.stop(measure.pk, agent, "不符合条件")
    merges.merge(other.pk, into.pk, agent, WHY)
    assert refused(lambda: merges.merge(other.pk, into.pk, agent, WHY)) == "Conflict", "twice"
    assert refused(lambda: merges.undo(other.pk, agent, "")) == "reason"


def test_a_procedure_or_a_dispatch_is_not_broken_off(
    case: Case, arrive: Arrive, drive: Drive, agent: Staff, district: Unit, mediator: Staff
) -> None:
    mediated = drive.to_mediation(arrive("+8613900009999").case)
    with pytest.raises(Conflict, match=mediated.number):
        merges.merge(mediated.pk, case.pk, agent, WHY)
    assert merges.merge(case.pk, mediated.pk, agent, WHY) == mediated


# --- Splitting -----------------------------------------------------------------------------------
def test_parts_become_a_case_of_their_own(into: Case, arrive: Arrive, drive: Drive, agent: Staff) -> None:
    second = arrive().interaction
    rows = [{"kind": "WAGES", "amount": 100}, {"kind": "INJURY", "amount": 200}]
    drive.save(into, Section.CLAIMS, agent, rows=rows)
    drive.save(into, Section.EMPLOYERS, agent, rows=[EMPLOYER, EMPLOYER | {"name": "乙公司"}])
    injury, party = into.claims.get(kind="INJURY"), into.employers.latest("pk")
    fresh = splits.split(
        into.pk, agent, "工伤另案", interactions={second.pk}, claims={injury.pk}, employers={party.pk}
    )
    assert (fresh.split_from, fresh.stage, fresh.agent) == (into, Stage.INTAKE, agent)
    assert [c.kind for c in fresh.claims.all()] == ["INJURY"]
    assert [c.kind for c in into.claims.all()] == ["WAGES"]
    assert fresh.employers.get().employer.name == "乙公司" and into.employers.count() == 1
    second.refresh_from_db()
    assert (second.case, second.previous_case) == (fresh, into)
    assert terms.HANDLING in live(fresh) and fresh.known_on == into.known_on
    assert (
        into.events.filter(kind="case.split").count() == fresh.events.filter(kind="case.split").count() == 1
    )
    with pytest.raises(HotlineError):  # whoever had the claims open began from what no longer stands
        steps.save(into.pk, Section.CLAIMS, agent, 1, {"rows": []})


def test_what_cannot_be_split(into: Case, agent: Staff, outsider: Staff) -> None:
    only = into.interactions.get().pk
    assert refused(lambda: splits.split(into.pk, agent, "另案")) == "parts"
    assert refused(lambda: splits.split(into.pk, agent, "", interactions={only})) == "reason,parts"
    assert refused(lambda: splits.split(into.pk, agent, "另案", claims={999_999})) == "Conflict"
    assert refused(lambda: splits.split(into.pk, outsider, "另案", claims={1})) == "NotVisible"
    assert Case.objects.count() == 1


# --- Suggestions ---------------------------------------------------------------------------------
def named(drive: Drive, agent: Staff, case: Case, name: str, code: str = "") -> Case:
    drive.write_intake(case)
    drive.save(case, Section.EMPLOYERS, agent, rows=[EMPLOYER | {"name": name, "credit_code": code}])
    return case


def test_the_reason_is_said(arrive: Arrive, drive: Drive, agent: Staff, outsider: Staff) -> None:
    code = "91370200MADEM0014N"
    mine = named(drive, agent, arrive("+8613900000001").case, "青岛示例制帽有限公司", code)
    again = reception.open_case(mine.person, Channel.SMS)
    named(drive, agent, again, "示例制帽")
    coded = named(drive, agent, arrive("+8613900000002").case, "青岛示例制帽有限公司", code)
    similar = named(drive, agent, arrive("+8613900000003").case, "山东青岛示例制帽（集团）有限公司")
    named(drive, agent, arrive("+8613900000004").case, "青岛另一家鞋业有限公司")
    found = {one.case: one.reasons for one in duplicates.suggestions(agent, mine)}
    assert found == {
        again: [duplicates.SAME_PERSON, duplicates.ALIKE],
        coded: [duplicates.SAME_CODE],
        similar: [duplicates.ALIKE],
    }
    assert duplicates.suggestions(outsider, mine) == [], "of those that one may see"
    merges.merge(coded.pk, mine.pk, agent, WHY)
    assert coded not in {one.case for one in duplicates.suggestions(agent, mine)}


def test_only_within_the_window(arrive: Arrive, drive: Drive, agent: Staff, settings: Any) -> None:
    with travel(timezone.now() - timedelta(days=10), tick=False):
        named(drive, agent, arrive("+8613900000001").case, "青岛示例制帽有限公司")
    mine = named(drive, agent, arrive("+8613900000002").case, "示例制帽")
    assert duplicates.suggestions(agent, mine)
    settings.HOTLINE_DUPLICATE_DAYS = 7
    assert duplicates.suggestions(agent, mine) == []


def test_however_many_there_are_it_costs_the_same(
    arrive: Arrive, drive: Drive, agent: Staff, django_assert_max_num_queries: Any
) -> None:
    mine = named(drive, agent, arrive("+8613900000001").case, "青岛示例制帽有限公司", "91370200MADEM0014N")
    for n in range(2, 8):
        named(drive, agent, arrive(f"+861390000000{n}").case, "青岛示例制帽有限公司", "91370200MADEM0014N")
    with django_assert_max_num_queries(9):
        assert len(duplicates.suggestions(agent, mine)) == duplicates.SHOWN


def test_three_of_one_employer_in_a_week_are_said(
    arrive: Arrive, drive: Drive, agent: Staff, supervisor: Staff
) -> None:
    def surges() -> list[tuple[str, int]]:
        rows = duplicates.surges(access.visible(supervisor, Case.objects.all()))
        return [(one.employer.name, one.cases) for one in rows]

    with travel(timezone.now() - timedelta(days=8), tick=False):
        named(drive, agent, arrive("+8613900000001").case, "示例制帽")
    cases = [named(drive, agent, arrive(f"+861390000001{n}").case, "示例制帽") for n in range(3)]
    assert surges() == [("示例制帽", 3)]
    merges.merge(cases[0].pk, cases[1].pk, agent, WHY)
    assert surges() == [], "two that are one matter count once"
