"""A collective case: its three conditions, its members, who joins it and calls again, who speaks for all."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.utils import timezone
from time_machine import travel

from hotline.actions import collectives as rows
from hotline.enums import (
    ClockState,
    DocumentKind,
    EmployerRole,
    Matching,
    MeasureKind,
    MemberState,
    Rung,
    Section,
    Stage,
    Urgency,
)
from hotline.errors import Conflict, Invalid, NotAllowed
from hotline.models import Case, Category, Clock, Member, Staff
from tests.conftest import Drive, at
from workflows import (
    collectives,
    emergencies,
    holders,
    merges,
    reception,
    referral_gate,
    steps,
    sweep,
    term_events,
    terms,
)
from workflows.documents.facts import Request, facts, first_words
from workflows.measures import steps as measures

pytestmark = pytest.mark.django_db
Arrive = Callable[..., reception.Received]
EMPLOYER = {"name": "青岛示例制帽有限公司", "role": EmployerRole.EMPLOYER, "credit_code": ""}
IDENTITY = "379999198803140170"


def worker(name: str, phone: str = "", **more: Any) -> dict[str, Any]:
    claims = [{"kind": "WAGES", "amount": Decimal("1000.00"), "period": "2026-07—09", "basis": ""}]
    return {"name": name, "phone": phone, "known_on": date(2026, 9, 24), "claims": claims, **more}


@pytest.fixture
def wanted(case: Case, drive: Drive, agent: Staff) -> Case:
    """Twelve workers of one employer, who is owed wages."""
    drive.write_intake(case)
    drive.save(case, Section.INTAKE, agent, persons=12)
    drive.save(case, Section.EMPLOYERS, agent, rows=[EMPLOYER])
    return case


@pytest.fixture
def collective(wanted: Case, supervisor: Staff) -> Case:
    collectives.confirm(wanted.pk, supervisor, "WAGES", "支付7至9月工资")
    wanted.refresh_from_db()
    return wanted


@pytest.fixture
def other(arrive: Arrive, drive: Drive, agent: Staff) -> Case:
    """A colleague's own case, against the same employer, of eleven workers."""
    case = drive.write_intake(arrive("+8613900009999").case)
    drive.save(case, Section.INTAKE, agent, persons=11, known_on=date(2026, 2, 2))
    drive.save(case, Section.CALLER, agent, name="曲女士", may_disclose="NO")
    drive.save(case, Section.EMPLOYERS, agent, rows=[EMPLOYER])
    claims = [{"kind": "WAGES", "amount": Decimal(190000)}, {"kind": "OTHER", "amount": Decimal(4000)}]
    drive.save(case, Section.CLAIMS, agent, rows=claims)
    return case


def members_clock(case: Case) -> Clock | None:
    return case.clocks.exclude(member=None).filter(state=ClockState.RUNNING).first()


# --- The conditions ------------------------------------------------------------------------------
def test_all_that_is_not_met_is_named(case: Case, drive: Drive, supervisor: Staff, agent: Staff) -> None:
    union = Category.objects.create(code="I01", name_zh="建会入会", name_en="Founding a union")
    drive.save(case, Section.INTAKE, agent, category=union, persons=9)
    with pytest.raises(Invalid) as refused:
        collectives.confirm(case.pk, supervisor, "", " ")
    assert set(refused.value.fields) == {"persons", "category", "kind", "claim"}


@pytest.mark.services
@pytest.mark.parametrize(
    ("persons", "code", "met"),
    [(10, "A01", True), (9, "A01", False), (17, "I01", False), (12, "D06", False), (12, "E02", True)],
)
def test_ten_workers_with_a_dispute(persons: int, code: str, met: bool, wanted: Case, agent: Staff) -> None:
    kind, _made = Category.objects.get_or_create(code=code, defaults={"name_zh": code, "name_en": code})
    Case.objects.filter(pk=wanted.pk).update(persons=persons, category=kind)
    assert (collectives.suggested(agent, Case.objects.get(pk=wanted.pk)) is not None) == met


def test_only_a_supervisor_or_its_lawyer_confirms(
    wanted: Case, agent: Staff, lawyer: Staff, drive: Drive
) -> None:
    with pytest.raises(NotAllowed):
        collectives.confirm(wanted.pk, agent, "WAGES", "支付工资")
    drive.to_review(wanted)
    holders.accept_review(wanted.pk, lawyer)
    collectives.confirm(wanted.pk, lawyer, "WAGES", "支付工资")
    with pytest.raises(Conflict):
        collectives.confirm(wanted.pk, lawyer, "WAGES", "支付工资")


def test_it_goes_first_and_with_assets_moved_it_is_an_alarm(wanted: Case, supervisor: Staff) -> None:
    assert wanted.urgency == Urgency.P2
    collectives.confirm(wanted.pk, supervisor, "WAGES", "支付工资")
    wanted.refresh_from_db()
    assert wanted.urgency == Urgency.P1 and not emergencies.is_open(wanted)
    collectives.revoke(wanted.pk, supervisor, "并非共同请求")
    collectives.confirm(wanted.pk, supervisor, "WAGES", "支付工资", assets_moved=True)
    wanted.refresh_from_db()
    assert wanted.urgency == Urgency.P0
    emergency = wanted.emergencies.get(released_at=None)
    assert emergency.written_due - emergency.oral_due == timedelta(minutes=90)


@pytest.mark.services
def test_three_cases_of_one_employer_suggest_it(
    arrive: Arrive, drive: Drive, agent: Staff, supervisor: Staff, outsider: Staff
) -> None:
    found = []
    for number in range(3):
        one = drive.write_intake(arrive(f"+861390000800{number}").case)
        drive.save(one, Section.INTAKE, agent, persons=4)
        drive.save(one, Section.EMPLOYERS, agent, rows=[EMPLOYER])
        found.append(one)
    seen = collectives.suggested(supervisor, found[0])
    assert seen is not None and (seen.persons, seen.enough, seen.others) == (12, True, found[1:])
    assert collectives.suggested(outsider, found[0]) is None, "what one may not see suggests nothing"
    collectives.confirm(found[0].pk, supervisor, "WAGES", "支付工资", join=[one.pk for one in found[1:]])
    assert rows.headcount(found[0]) == 12
    assert Case.objects.filter(merged_into=found[0]).count() == 2


# --- Members -------------------------------------------------------------------------------------
def test_each_has_claims_evidence_and_a_state_of_their_own(collective: Case, agent: Staff) -> None:
    one = collectives.add(collective.pk, agent, worker("甲", "+8613811110001", identity_number=IDENTITY))
    two = collectives.add(collective.pk, agent, worker("乙", "+8613811110002", may_disclose="YES"))
    assert one.identity_number == IDENTITY and IDENTITY not in one.identity_token
    assert rows.totals(collective).amount == 2000
    collectives.set_state(collective.pk, agent, two.pk, "SETTLED", "自行和解")
    found = rows.totals(collective)
    assert (found.amount, found.written, found.persons, found.hidden) == (1000, 1, 12, 1)
    changed = worker("甲", "+8613811110001", evidence="工资条")
    collectives.change(collective.pk, agent, one.pk, 0, changed)
    with pytest.raises(Conflict):
        collectives.change(collective.pk, agent, one.pk, 0, changed)
    one.refresh_from_db()
    assert (one.evidence, one.identity_number, one.revision) == ("工资条", IDENTITY, 1)


def test_nobody_is_a_member_twice(collective: Case, agent: Staff) -> None:
    collectives.add(collective.pk, agent, worker("甲", "+8613811110001", identity_number=IDENTITY))
    collectives.add(collective.pk, agent, worker("丙"))
    for again in (
        worker("甲", "+8613811110001"),
        worker("甲甲", "+8613811110009", identity_number=IDENTITY),
        worker("丙"),
    ):
        with pytest.raises(Invalid):
            collectives.add(collective.pk, agent, again)
    collectives.add(collective.pk, agent, worker("乙", "+8613811110001"))  # a couple with one telephone


def test_a_table_comes_in_whole_or_not_at_all_and_never_twice(collective: Case, agent: Staff) -> None:
    lines = [(n, worker(f"工友{n}", f"+861381112{n:04d}")) for n in range(2, 302)]
    assert collectives.add_all(collective.pk, agent, lines) == 300
    with pytest.raises(Invalid) as refused:
        collectives.add_all(collective.pk, agent, [*lines[:3], (9, worker("新人")), (10, worker("新人"))])
    assert list(refused.value.fields) == ["line-2", "line-3", "line-4", "line-10"]
    assert collective.members.count() == 300 and rows.headcount(collective) == 300
    assert collective.events.filter(kind="members.imported").get().data["count"] == 300


# --- Limitation ----------------------------------------------------------------------------------
def test_the_nearest_limitation_of_any_member_lights_the_case(collective: Case, agent: Staff) -> None:
    far = collectives.add(collective.pk, agent, worker("甲"))
    near = collectives.add(collective.pk, agent, worker("乙", known_on=date(2025, 12, 1)))
    for member in (far, near):
        member.refresh_from_db()
    assert (far.limitation_due, near.limitation_due) == (date(2027, 9, 24), date(2026, 12, 1))
    clock = members_clock(collective)
    assert clock is not None and (clock.member, clock.due) == (near, date(2026, 12, 1))
    collectives.set_state(collective.pk, agent, near.pk, "WITHDREW", "本人不再主张")
    clock = members_clock(collective)
    assert clock is not None and clock.member == far
    collective.refresh_from_db()
    assert collective.clocks.filter(state=ClockState.RUNNING, member__isnull=False).count() == 1


@pytest.mark.services
def test_wages_wait_for_the_end_of_the_employment(collective: Case, agent: Staff) -> None:
    here = collectives.add(collective.pk, agent, worker("甲", known_on=None))
    gone = collectives.add(collective.pk, agent, worker("乙", employed_until=date(2026, 3, 2)))
    here.refresh_from_db()
    gone.refresh_from_db()
    assert here.limitation_due is None
    assert (gone.limitation_rule, gone.limitation_due) == (terms.WAGES, date(2027, 3, 2))


def test_what_interrupts_it_for_the_case_moves_those_who_were_in(
    collective: Case, drive: Drive, lawyer: Staff, agent: Staff
) -> None:
    with travel(at("2026-11-10 09:00"), tick=False):
        early = collectives.add(collective.pk, agent, worker("甲"))
    drive.to_review(collective)
    with travel(at("2026-11-20 09:00"), tick=False):
        late = collectives.add(collective.pk, agent, worker("乙"))
    term_events.enter(collective.pk, lawyer, "CLAIM_TO_EMPLOYER", date(2026, 11, 15), note="书面催讨")
    early.refresh_from_db()
    late.refresh_from_db()
    assert (early.limitation_due, late.limitation_due) == (date(2027, 11, 15), date(2027, 9, 24))


@pytest.mark.services
def test_it_is_told_of_and_ends_with_the_case(collective: Case, agent: Staff) -> None:
    collectives.add(collective.pk, agent, worker("乙", known_on=date(2025, 12, 10)))
    clock = members_clock(collective)
    assert clock is not None
    noon = timezone.make_aware(timezone.datetime(2026, 12, 5, 12))
    with travel(noon, tick=False):
        sweep.run(timezone.now())
    assert collective.events.filter(kind="clock.alert", data__level="AID_FIRST").exists()
    steps.withdraw(collective.pk, agent, "撤回")
    assert members_clock(collective) is None
    steps.reopen(collective.pk, agent, "又来电")
    again = members_clock(collective)
    assert again is not None and again.due == clock.due


# --- Joining and taking apart --------------------------------------------------------------------
def test_a_case_joins_and_keeps_all_that_it_has(collective: Case, other: Case, agent: Staff) -> None:
    due = other.clocks.get(rule=terms.LIMITATION, state=ClockState.RUNNING).due
    member = collectives.join(collective.pk, other.pk, agent, "同一制帽厂")
    other.refresh_from_db()
    assert (other.stage, other.merged_into) == (Stage.CLOSED, collective)
    assert (member.name, member.phone, member.may_disclose) == ("曲女士", "+8613900009999", "NO")
    assert [(c.kind, c.amount) for c in member.claims.all()] == [("WAGES", 190000), ("OTHER", 4000)]
    assert other.claims.count() == 2, "nothing was moved"
    assert rows.headcount(collective) == 23
    shown = rows.with_due(rows.taking_part(collective)).get(pk=member.pk)
    assert shown.due == due, "their own case's period goes on beside"


def test_taken_apart_it_stands_as_before_and_may_join_again(
    collective: Case, other: Case, agent: Staff
) -> None:
    member = collectives.join(collective.pk, other.pk, agent, "同一制帽厂")
    merges.undo(other.pk, agent, "自己仲裁")
    member.refresh_from_db()
    other.refresh_from_db()
    assert member.state == MemberState.OWN_CASE and other.stage == Stage.INTAKE
    assert rows.headcount(collective) == 12 and steps.current_task(other) is not None
    with pytest.raises(Conflict):
        collectives.set_state(collective.pk, agent, member.pk, "IN", "又参加")
    assert collectives.join(collective.pk, other.pk, agent, "还是一起") == member
    assert collective.members.count() == 1


@pytest.mark.services
def test_who_stands_in_the_table_is_not_added_again(collective: Case, other: Case, agent: Staff) -> None:
    listed = collectives.add(collective.pk, agent, worker("曲女士", "+8613900009999"))
    member = collectives.join(collective.pk, other.pk, agent, "同一制帽厂")
    assert member == listed and member.claims.get().amount == 1000, "what was written stays"


@pytest.mark.services
def test_what_is_refused(
    collective: Case, other: Case, wanted: Case, agent: Staff, supervisor: Staff
) -> None:
    with pytest.raises(Conflict):
        merges.merge(collective.pk, other.pk, agent, "反了")
    with pytest.raises(Conflict):
        collectives.join(other.pk, collective.pk, agent, "反了")
    collectives.join(collective.pk, other.pk, agent, "同一制帽厂")
    with pytest.raises(Conflict):
        collectives.join(collective.pk, other.pk, agent, "再来")
    with pytest.raises(Conflict):
        collectives.revoke(collective.pk, supervisor, "撤销")


# --- Who speaks for all --------------------------------------------------------------------------
@pytest.mark.services
def test_three_to_five_speak_for_all(collective: Case, agent: Staff) -> None:
    people = [collectives.add(collective.pk, agent, worker(f"工友{n}")).pk for n in range(6)]
    today = timezone.localdate()
    for chosen in (people[:2], people, [*people[:2], 0]):
        with pytest.raises(Invalid):
            collectives.choose(collective.pk, agent, chosen, today, "全体签名", "代为调解、仲裁")
    collectives.choose(collective.pk, agent, people[:3], today, "全体签名", "代为调解、仲裁")
    collectives.set_state(collective.pk, agent, people[0], "WITHDREW", "不参加了")
    speaking = collective.members.filter(represents=True)
    assert [one.pk for one in speaking] == people[1:3], "who is out speaks for nobody"


def test_a_letter_goes_where_all_representatives_may_be_named(
    collective: Case, drive: Drive, agent: Staff, lawyer: Staff
) -> None:
    people = [collectives.add(collective.pk, agent, worker(f"工友{n}", may_disclose="YES")) for n in range(2)]
    people.append(collectives.add(collective.pk, agent, worker("工友2", may_disclose="NO")))
    chosen = [one.pk for one in people]
    collectives.choose(collective.pk, agent, chosen, timezone.localdate(), "全体签名", "代为调解")
    drive.to_review(collective)
    begin = partial(
        measures.begin, collective.pk, lawyer, MeasureKind.LETTER, rung=Rung.OPINION, purpose="函"
    )
    with pytest.raises(Invalid):
        begin()
    collectives.change(collective.pk, agent, chosen[2], 0, worker("工友2", may_disclose="YES"))
    assert begin().rung == Rung.OPINION


@pytest.mark.services
def test_its_roll_and_representatives_stand_in_their_paper(
    collective: Case, drive: Drive, agent: Staff, lawyer: Staff
) -> None:
    people = [collectives.add(collective.pk, agent, worker(f"工友{n}")).pk for n in range(3)]
    collectives.choose(collective.pk, agent, people, timezone.localdate(), "全体签名", "代为调解")
    request = Request(Case.objects.get(pk=collective.pk), DocumentKind.REPRESENTATIVES, lawyer)
    assert first_words(request)["representatives"] == "工友0\n工友1\n工友2"
    printed = facts(request)
    assert [(one["name"], one["amount"], one["claim"]) for one in printed["roll"]][:1] == [
        ("工友0", "1,000.00", "拖欠工资")
    ]
    assert printed["case"]["persons"] == "12"


def test_the_filing_waits_for_them_or_for_everybodys_authority(collective: Case, agent: Staff) -> None:
    assert "representatives" in referral_gate.outlook(collective)
    person = collectives.add(collective.pk, agent, worker("甲", authorised=True))
    assert "representatives" not in referral_gate.outlook(collective)
    collectives.change(collective.pk, agent, person.pk, 0, worker("甲", authorised=False))
    assert "representatives" in referral_gate.outlook(collective)


# --- Who calls again -----------------------------------------------------------------------------
def test_a_member_who_calls_finds_the_case(collective: Case, agent: Staff, arrive: Arrive) -> None:
    member = collectives.add(collective.pk, agent, worker("甲", "+8613811110001"))
    found = arrive("+8613811110001")
    assert (found.case, found.opened) == (collective, False)
    assert (found.interaction.matching, found.interaction.member) == (Matching.MEMBER, member)
    collectives.set_state(collective.pk, agent, member.pk, "WITHDREW", "不参加了")
    assert arrive("+8613811110001").opened


def test_who_has_joined_is_named_and_who_has_an_own_open_case_has_that(
    collective: Case, other: Case, agent: Staff, arrive: Arrive
) -> None:
    collectives.add(collective.pk, agent, worker("曲女士", "+8613900009999"))
    assert arrive("+8613900009999").case == other
    member = collectives.join(collective.pk, other.pk, agent, "同一制帽厂")
    again = arrive("+8613900009999").interaction
    assert (again.case, again.matching, again.member) == (collective, Matching.MEMBER, member)


@pytest.mark.services
def test_a_number_in_two_collective_cases_opens_its_own(
    collective: Case, other: Case, agent: Staff, supervisor: Staff, arrive: Arrive
) -> None:
    collectives.confirm(other.pk, supervisor, "WAGES", "支付工资")
    for case in (collective, other):
        collectives.add(case.pk, agent, worker("甲", "+8613811110001"))
    assert arrive("+8613811110001").opened
    assert Member.objects.filter(phone="+8613811110001").count() == 2
