"""Made-up cases by the thousand are like the grown ones: chained, found by their steps, and carried on."""

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from hotline.demo import bulk
from hotline.demo.bulk_words import planted
from hotline.enums import Channel, Role, Stage
from hotline.models import ArbitrationEntry, Case, Contact, Member, MemberClaim, Person, SearchMark, Unit
from tests.conftest import make_staff
from workflows import reception, steps

pytestmark = pytest.mark.django_db
COUNT = 80


def test_seeded_cases_are_like_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "COLLECTIVE", 1.0)  # of eighty none would be one
    call_command("seed_bulk", COUNT, marks=True)
    assert Case.objects.count() == SearchMark.objects.count() == COUNT
    call_command("verify_chain")
    assert Case.objects.filter(opened_at__gt=timezone.now()).count() == 0
    for one in planted(COUNT):
        case = Case.objects.get(person__name=one.name)
        assert f"转账回执号{one.receipt}。钱是在{one.place_told}旁边" in case.narrative
        part = case.employers.select_related("employer").get()
        assert (part.employer.name, part.employer.credit_code) == (one.employer, one.code)
        assert Contact.objects.get(value=one.number).person.name == one.name
    # The numbers go on where the seeded ones end.
    today = reception.open_case(Person.objects.create(created_at=timezone.now()), Channel.VISIT)
    assert Case.objects.filter(number=today.number).count() == 1
    _before_the_commission()
    _of_many_workers()
    _carried_on()
    with pytest.raises(CommandError):
        call_command("seed_bulk", 1)
    call_command("seed_bulk", 3, force=True)
    assert Case.objects.count() == COUNT + 4
    call_command("verify_chain")


def _before_the_commission() -> None:
    """Each arbitration has its own evidence and entries, written by its own lawyer on days of its own."""
    rows = ArbitrationEntry.objects.select_related("referral__case")
    assert rows.count() >= 6
    for row in rows:
        case = row.referral.case
        assert row.written_by_id == case.lawyer_id and case.opened_at < row.written_at < timezone.now()
        assert row.on is not None and timezone.localdate(case.opened_at) < row.on <= timezone.localdate()
    filed = Case.objects.filter(referrals__filed_on__isnull=False)
    assert filed.count() == filed.filter(evidence__name="工资银行流水").count() > 0


def _of_many_workers() -> None:
    """Each collective case has members of its own, under numbers that nobody else has."""
    cases = Case.objects.filter(collective__isnull=False)
    assert cases.count() >= 2
    for case in cases:
        members = case.members.all()
        assert members.count() == bulk.MEMBERS and members.filter(represents=True).count() == 3
        assert members[0].name == case.person.name and members[1].added_by.unit_id == case.unit_id
        assert case.clocks.get(member__isnull=False, state="RUNNING").member in members
        assert case.term_events.get(members__isnull=False).members.get() in members
    numbers = list(Member.objects.values_list("phone", flat=True))
    assert len(numbers) == len(set(numbers)) == bulk.MEMBERS * cases.count()
    assert MemberClaim.objects.count() == (bulk.MEMBERS - 1) * cases.count()  # the caller's stand on the case


def _carried_on() -> None:
    """A seeded open case stands at a step of the flow, and its agent can go on with it."""
    case = Case.objects.open().filter(agent__isnull=False).earliest("pk")
    assert case.agent is not None and steps.current_task(case) is not None
    assert steps.withdraw(case.pk, case.agent, "单位已支付").stage == Stage.CLOSED


def test_it_is_not_for_a_hotline_where_people_work(city: Unit) -> None:
    make_staff("real", "真人", Role.AGENT, city)
    with pytest.raises(CommandError, match="Real people"):
        call_command("seed_bulk", 1)
