"""What happens to the limitation of single members of a collective case; each date worked by hand."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from time_machine import travel

from hotline.actions import collectives as rows
from hotline.enums import ClockState, EmployerRole, MemberState, Section
from hotline.errors import Conflict, Invalid, NotAllowed
from hotline.models import Case, Member, Staff
from hotline.models.deadlines import TermEvent
from tests.conftest import Drive, at
from workflows import collectives, rulebook, term_events, terms

pytestmark = pytest.mark.django_db
CLAIMED, STOPPED, GOES_ON = "CLAIM_TO_EMPLOYER", "LIMITATION_SUSPENDED", "LIMITATION_RESUMED"
LASTS = "EMPLOYMENT_LASTS"
NOON = at("2026-11-20 12:00")


@pytest.fixture
def collective(case: Case, drive: Drive, agent: Staff, supervisor: Staff) -> Case:
    """Twelve workers who are owed wages, with a lawyer."""
    drive.write_intake(case)
    employer = {"name": "青岛示例制帽有限公司", "role": EmployerRole.EMPLOYER, "credit_code": ""}
    drive.save(case, Section.INTAKE, agent, persons=12)
    drive.save(case, Section.EMPLOYERS, agent, rows=[employer])
    collectives.confirm(case.pk, supervisor, "WAGES", "支付7至9月工资")
    return drive.to_review(Case.objects.get(pk=case.pk))


@pytest.fixture
def add(collective: Case, agent: Staff) -> Callable[..., Member]:
    """Adds a member who knew on a day."""

    def add(name: str, known: date | None, **more: Any) -> Member:
        row = {"name": name, "known_on": known, "claims": [{"kind": "WAGES"}], **more}
        return collectives.add(collective.pk, agent, row)

    return add


def due(member: Member) -> date | None:
    member.refresh_from_db()
    return member.limitation_due


def watched(case: Case) -> tuple[str, date]:
    """Whose limitation lights the case, and when it ends."""
    clock = case.clocks.exclude(member=None).get(state=ClockState.RUNNING)
    return str(clock.member), clock.due


@travel(NOON, tick=False)
def test_an_interruption_moves_those_chosen_once_the_lawyer_confirms(
    collective: Case, add: Callable[..., Member], agent: Staff, lawyer: Staff
) -> None:
    first, second, third = (add(name, date(2026, 2, 2)) for name in "甲乙丙")
    chosen = [first.pk, second.pk]
    row = term_events.enter_for(collective.pk, agent, chosen, CLAIMED, date(2026, 11, 16), note="书面催讨")
    assert [due(one) for one in (first, second, third)] == [date(2027, 2, 2)] * 3, "the nearer date stands"
    with pytest.raises(NotAllowed):
        term_events.confirm(collective.pk, agent, row.pk)
    term_events.confirm(collective.pk, lawyer, row.pk)
    # One year from Mon 16 Nov 2026 ends on Tue 16 Nov 2027; who was not chosen keeps Tue 2 Feb 2027.
    assert [due(first), due(second), due(third)] == [date(2027, 11, 16)] * 2 + [date(2027, 2, 2)]
    assert watched(collective) == ("丙", date(2027, 2, 2))
    told = collective.events.filter(kind="term.confirmed").get().data
    assert (told["names"], told["persons"]) == (["甲", "乙"], 2)
    term_events.strike(collective.pk, lawyer, row.pk, "催讨函未送达")
    assert (due(first), due(second)) == (date(2027, 2, 2), date(2027, 2, 2))


@travel(NOON, tick=False)
def test_a_suspension_of_one_stops_that_one_and_the_next_lights_the_case(
    collective: Case, add: Callable[..., Member], lawyer: Staff
) -> None:
    ill, well = add("甲", date(2025, 12, 1)), add("乙", date(2026, 3, 2))
    assert watched(collective) == ("甲", date(2026, 12, 1))
    stopped = date(2026, 10, 12)
    term_events.enter_for(collective.pk, lawyer, [ill.pk], STOPPED, stopped, note="昏迷，监护人未确定")
    ill.refresh_from_db()
    assert ill.limitation_paused == stopped
    assert watched(collective) == ("乙", date(2027, 3, 2)), "one who is paused presses nobody"
    assert rows.totals(collective).nearest == date(2027, 3, 2)
    term_events.enter_for(collective.pk, lawyer, [ill.pk], GOES_ON, date(2026, 11, 2), note="监护人已确定")
    # Oct 12 to Nov 2 are 21 days that do not count: from Tue 1 Dec 2026 to Tue 22 Dec 2026.
    assert due(ill) == date(2026, 12, 22) and due(well) == date(2027, 3, 2)
    assert watched(collective) == ("甲", date(2026, 12, 22))


@pytest.mark.services
@travel(NOON, tick=False)
def test_after_the_end_nothing_brings_it_back(
    collective: Case, add: Callable[..., Member], lawyer: Staff
) -> None:
    late = add("甲", date(2025, 10, 9))
    term_events.enter_for(collective.pk, lawyer, [late.pk], CLAIMED, date(2026, 11, 16), note="催讨")
    assert due(late) == date(2026, 10, 9), "it ended on Fri 9 Oct 2026"


@pytest.mark.services
@travel(NOON, tick=False)
def test_wages_wait_for_the_one_whose_employment_lasts(
    collective: Case, add: Callable[..., Member], lawyer: Staff
) -> None:
    here, gone = add("甲", date(2026, 2, 2)), add("乙", date(2026, 2, 2))
    term_events.enter_for(collective.pk, lawyer, [here.pk], LASTS, date(2026, 11, 20), note="仍在职")
    assert (due(here), due(gone)) == (None, date(2027, 2, 2))


@pytest.mark.services
@travel(NOON, tick=False)
def test_who_joined_with_a_case_of_their_own_is_moved_there(
    collective: Case, arrive: Any, drive: Drive, agent: Staff, lawyer: Staff
) -> None:
    other = drive.write_intake(arrive("+8613900009999").case)
    drive.save(other, Section.INTAKE, agent, known_on=date(2026, 2, 2))
    member = collectives.join(collective.pk, other.pk, agent, "同一制帽厂")
    term_events.enter_for(collective.pk, lawyer, [member.pk], CLAIMED, date(2026, 11, 16), note="催讨")
    clock = collective.clocks.get(origin=other, rule=terms.LIMITATION, state=ClockState.RUNNING)
    assert clock.due == date(2027, 11, 16)
    assert terms.refollow(rulebook.fresh(), clock).due == clock.due


@travel(NOON, tick=False)
def test_the_clock_of_the_nearest_is_reckoned_again_with_what_was_entered(
    collective: Case, add: Callable[..., Member], lawyer: Staff
) -> None:
    one = add("甲", date(2026, 2, 2))
    term_events.enter_for(collective.pk, lawyer, [one.pk], CLAIMED, date(2026, 11, 16), note="催讨")
    clock = collective.clocks.exclude(member=None).get(state=ClockState.RUNNING)
    assert terms.refollow(rulebook.fresh(), clock).due == clock.due == date(2027, 11, 16)
    limit = collective.clocks.filter(member=None, rule=terms.LIMITATION, state=ClockState.RUNNING)
    assert all(clock.due != date(2027, 11, 16) for clock in limit), "the case's own does not move"


@travel(NOON, tick=False)
def test_what_is_refused_leaves_nothing(
    collective: Case, add: Callable[..., Member], agent: Staff, supervisor: Staff
) -> None:
    one, out = add("甲", date(2026, 2, 2)), add("乙", date(2026, 2, 2))
    collectives.set_state(collective.pk, agent, out.pk, MemberState.WITHDREW, "本人不再主张")
    day = date(2026, 11, 16)
    for members, kind, on, note, field in (
        ([], CLAIMED, day, "催讨", "member"),
        ([one.pk, out.pk], CLAIMED, day, "催讨", "member"),
        ([one.pk], "AWARD_EXTENDED", day, "催讨", "kind"),
        ([one.pk], "MEDIATION_APPLIED", day, "催讨", "kind"),
        ([one.pk], CLAIMED, date(2026, 11, 21), "催讨", "on"),
        ([one.pk], CLAIMED, day, " ", "note"),
    ):
        with pytest.raises(Invalid) as refused:
            term_events.enter_for(collective.pk, agent, members, kind, on, note=note)
        assert set(refused.value.fields) == {field}
    assert not TermEvent.objects.exists()
    term_events.enter_for(collective.pk, agent, [one.pk], CLAIMED, day, note="催讨")
    with pytest.raises(Conflict):
        term_events.enter_for(collective.pk, agent, [one.pk], CLAIMED, day, note="催讨")
    term_events.enter(collective.pk, agent, CLAIMED, day, note="全体催讨")
    collectives.revoke(collective.pk, supervisor, "并非共同请求")
    with pytest.raises(Conflict):
        term_events.enter_for(collective.pk, agent, [one.pk], CLAIMED, date(2026, 11, 17), note="催讨")


@travel(NOON, tick=False)
def test_on_the_page(
    collective: Case,
    add: Callable[..., Member],
    agent: Staff,
    lawyer: Staff,
    client_of: Callable[..., Client],
) -> None:
    one, two = add("甲", date(2026, 2, 2)), add("乙", date(2026, 2, 2))
    where, client = f"/cases/{collective.pk}/collective/", client_of(agent)
    sent = {"member": [one.pk], "kind": CLAIMED, "on": "2026-11-16", "note": "微信催讨工资"}
    refused = client.post(f"{where}terms/", {**sent, "note": ""})
    page = refused.content.decode()
    assert refused.status_code == 400 and f'value="{one.pk}" aria-label="选择甲" checked' in page
    assert "写明证据" in page or "note" in refused.context["term_form"].errors
    assert client.post(f"{where}terms/", {**sent, "member": []}).status_code == 400
    assert client.post(f"{where}terms/", sent).status_code == 303
    assert client.post(f"{where}terms/", sent).status_code == 409
    shown = client.get(where).content.decode()
    assert "向用人单位主张权利" in shown and shown.count("待律师确认</a>") == 1
    member = client.get(f"{where}members/{one.pk}/").content.decode()
    assert "微信催讨工资" in member and "律师尚未确认" in member
    assert "微信催讨工资" not in client.get(f"{where}members/{two.pk}/").content.decode()
    deadlines = f"/cases/{collective.pk}/deadlines/"
    row = collective.term_events.get()
    assert client_of(lawyer).post(deadlines, {"action": "confirm", "row": row.pk}).status_code == 302
    assert due(one) == date(2027, 11, 16)
    timeline = client.get(f"/cases/{collective.pk}/").content.decode()
    assert "（涉及甲）" in timeline
