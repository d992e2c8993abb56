"""A case leaves the hotline's intake: told another body, or dispatched to a unit that takes or returns it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from time_machine import travel

from hotline import access, bell
from hotline.actions import dispatch as actions
from hotline.enums import ClockState, DispatchState, EmployerRole, Outcome, Role, Section, Stage, UnitKind
from hotline.errors import Conflict, HotlineError, Invalid, NotAllowed, NotVisible
from hotline.models import Case, Category, Staff, Unit
from tests.conftest import Drive, make_staff, make_unit
from workflows import dispatch, holders, steps, terms
from workflows.decisions import Decision

pytestmark = pytest.mark.django_db
TOLD = {"code": "Z03", "body": "12348公共法律服务热线", "phone": "12348", "note": "房屋租赁纠纷"}


@pytest.fixture
def receiver(district: Unit) -> Staff:
    return make_staff("receiver", "孟凡", Role.AGENT, district)


@pytest.fixture
def chief(district: Unit) -> Staff:
    return make_staff("chief", "秦岭", Role.SUPERVISOR, district)


@pytest.fixture
def sent(case: Case, drive: Drive, agent: Staff, receiver: Staff, district: Unit) -> Case:
    """A case that waits for the district's answer."""
    drive.write_intake(case)
    return drive.complete(case, agent, Decision.DISPATCH, unit=district, note="请就地协调")


def live(case: Case) -> set[str]:
    return {clock.rule for clock in case.clocks.filter(state=ClockState.RUNNING)}


# --- Transferred out -----------------------------------------------------------------------------
def test_transferred_out_keeps_why_and_where_to(case: Case, drive: Drive, agent: Staff) -> None:
    Category.objects.create(code="Z03", name_zh="非劳动争议", name_en="Not a labour dispute")
    case = drive.complete(case, agent, Decision.TRANSFERRED, **TOLD)
    assert (case.stage, case.outcome, case.outcome_note) == (
        Stage.CLOSED,
        Outcome.TRANSFERRED,
        "房屋租赁纠纷",
    )
    row = case.transfers.get()
    assert (row.code, row.body, row.phone, row.reason) == ("Z03", TOLD["body"], TOLD["phone"], TOLD["note"])
    assert Case.objects.get(pk=case.pk).category_id == "Z03", "it had no category of its own"


@pytest.mark.parametrize(
    ("details", "missing"),
    [
        ({}, {"code", "body", "phone", "note"}),
        (TOLD | {"code": "Z04"}, {"code"}),
        (TOLD | {"code": "A01"}, {"code"}),
        (TOLD | {"body": "  ", "phone": " "}, {"body", "phone"}),
        (TOLD | {"note": ""}, {"note"}),
    ],
)
def test_a_transfer_names_what_is_missing(
    case: Case, drive: Drive, agent: Staff, details: dict[str, str], missing: set[str]
) -> None:
    with pytest.raises(Invalid) as caught:
        drive.complete(case, agent, Decision.TRANSFERRED, **details)
    assert set(caught.value.fields) == missing
    assert not case.transfers.exists() and Case.objects.get(pk=case.pk).is_open


def test_nuisance_is_z04(case: Case, drive: Drive, agent: Staff) -> None:
    case = drive.complete(case, agent, Decision.NUISANCE, note="多次无声来电")
    assert case.transfers.get().code == "Z04"


def test_every_code_but_nuisance_has_its_usual_body() -> None:
    usual = [code for route in actions.routes() for code in route.codes]
    assert sorted(usual) == ["Z01", "Z02", "Z03", "Z05"]


# --- Dispatched ----------------------------------------------------------------------------------
def test_while_it_is_offered_the_unit_sees_it_and_nobody_else(
    sent: Case, receiver: Staff, chief: Staff, outsider: Staff, mediator: Staff, district: Unit
) -> None:
    street = make_unit("370202001", "香港中路街道职工服务站", UnitKind.STREET, district)
    below = make_staff("below", "街道坐席", Role.AGENT, street)
    seen = [p for p in (receiver, chief, outsider, mediator, below) if access.visible(p, Case.objects.all())]
    assert seen == [receiver, chief]
    assert (sent.unit.parent, sent.offered_to, sent.stage) == (None, district, Stage.INTAKE)
    allowed = {what for what in access._DOERS if access.may(receiver, what, sent)}
    assert allowed == {"attach", "listen", "look", "note", "receive"}
    assert live(sent) >= {terms.RETURN} and terms.DISPATCH not in live(sent)


def test_the_unit_accepts_to_its_own_intake(
    sent: Case, receiver: Staff, agent: Staff, district: Unit
) -> None:
    case = dispatch.accept(sent.pk, receiver)
    assert (case.unit, case.offered_to, case.agent, case.stage) == (district, None, receiver, Stage.INTAKE)
    row = case.dispatches.get()
    assert (row.state, row.ended_by) == (DispatchState.ACCEPTED, receiver)
    assert not live(case) & {terms.RETURN, terms.DISPATCH}
    task = steps.current_task(case)
    assert task is not None and steps.step_of(task) == "intake"
    assert access.visible(agent, Case.objects.filter(pk=case.pk)).exists(), "it is in the city's tree still"


def test_the_unit_accepts_for_the_legal_review(sent: Case, chief: Staff, lawyer: Staff) -> None:
    case = dispatch.accept(sent.pk, chief, review=True)
    assert (case.stage, case.agent) == (Stage.LEGAL_REVIEW, None)
    assert case.lawyer == lawyer, "the city's lawyers review the cases of units that have none"


def test_what_the_review_needs_is_named_before(sent: Case, receiver: Staff) -> None:
    Case.objects.filter(pk=sent.pk).update(narrative=" ")
    with pytest.raises(Invalid) as caught:
        dispatch.accept(sent.pk, receiver, review=True)
    assert set(caught.value.fields) == {"narrative"}
    sent.refresh_from_db()
    assert sent.offered_to is not None


def test_returned_with_a_reason_within_the_term(sent: Case, receiver: Staff, agent: Staff) -> None:
    with pytest.raises(Invalid):
        dispatch.give_back(sent.pk, receiver, " ")
    case = dispatch.give_back(sent.pk, receiver, "不属本区")
    assert (case.unit.parent, case.offered_to, case.agent, case.stage) == (None, None, agent, Stage.INTAKE)
    assert case.dispatches.get().state == DispatchState.RETURNED
    assert terms.DISPATCH in live(case) and terms.RETURN not in live(case)
    assert not access.visible(receiver, Case.objects.all()).exists()
    with pytest.raises(NotVisible):
        dispatch.accept(sent.pk, receiver)


@pytest.mark.parametrize(
    ("sent_on", "last_day"),
    [
        (date(2026, 11, 20), date(2026, 11, 24)),  # Friday: Monday, Tuesday
        (date(2026, 9, 29), date(2026, 10, 8)),  # Tuesday: Wednesday, then the first day after the holiday
    ],
)
def test_two_working_days_then_the_supervisors_word(
    case: Case, drive: Drive, receiver: Staff, chief: Staff, district: Unit, sent_on: date, last_day: date
) -> None:
    drive.write_intake(case)
    noon = timezone.make_aware(timezone.datetime(sent_on.year, sent_on.month, sent_on.day, 12))
    with travel(noon, tick=False):
        drive.complete(case, drive.agent, Decision.DISPATCH, unit=district)
    assert case.clocks.get(rule=terms.RETURN).due == last_day
    with travel(noon + (last_day - sent_on) + timedelta(days=1), tick=False):
        with pytest.raises(NotAllowed):
            dispatch.give_back(case.pk, receiver, "不属本区")
        case = dispatch.give_back(case.pk, chief, "不属本区，主管核实")
    assert case.dispatches.get().overdue
    assert case.events.get(kind="dispatch.returned").data["overdue"]


def test_taken_back_by_the_sender(sent: Case, agent: Staff, other_agent: Staff, receiver: Staff) -> None:
    with pytest.raises(NotAllowed):
        dispatch.take_back(sent.pk, other_agent, "发错了")
    with pytest.raises(NotAllowed):
        dispatch.take_back(sent.pk, receiver, "发错了")
    case = dispatch.take_back(sent.pk, agent, "发错了")
    assert case.dispatches.get().state == DispatchState.TAKEN_BACK
    with pytest.raises(Conflict, match="王晓梅"):
        dispatch.take_back(sent.pk, agent, "再撤")
    assert not access.visible(receiver, Case.objects.all()).exists()


def test_the_unit_sends_it_on_to_its_street_and_gets_it_back(
    sent: Case, receiver: Staff, drive: Drive, district: Unit
) -> None:
    street = make_unit("370202001", "香港中路街道职工服务站", UnitKind.STREET, district)
    below = make_staff("below", "街道坐席", Role.AGENT, street)
    dispatch.accept(sent.pk, receiver)
    case = drive.complete(sent, receiver, Decision.DISPATCH, unit=street)
    case = dispatch.give_back(case.pk, below, "不属本街道")
    assert (case.unit, case.agent) == (district, receiver)


def test_the_rest_of_the_path_waits_for_the_answer(
    sent: Case, supervisor: Staff, agent: Staff, admin: Staff, other_agent: Staff, receiver: Staff
) -> None:
    with pytest.raises(Conflict, match="市南区总工会"):
        holders.take_over(sent.pk, other_agent)
    with pytest.raises(Conflict, match="市南区总工会"):
        holders.reassign(sent.pk, supervisor, other_agent.pk, "均衡")
    assert holders.deactivate(admin, agent.pk, other_agent.pk) == 1
    case = dispatch.give_back(sent.pk, receiver, "不属本区")
    assert case.agent == other_agent


def test_the_worker_withdraws_and_comes_back(sent: Case, agent: Staff, receiver: Staff) -> None:
    case = steps.withdraw(sent.pk, agent, "已解决")
    assert (case.stage, case.offered_to, case.dispatches.get().state) == (Stage.CLOSED, None, "WITHDRAWN")
    assert not access.visible(receiver, Case.objects.all()).exists()
    case = steps.reopen(case.pk, agent, "又拖欠")
    task = steps.current_task(case)
    assert task is not None and steps.step_of(task) == "intake"


def test_the_unit_is_rung(
    case: Case, drive: Drive, agent: Staff, receiver: Staff, district: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    drive.write_intake(case)
    heard: list[bell.Ring] = []
    monkeypatch.setattr(bell, "ring", heard.extend)
    drive.complete(case, agent, Decision.DISPATCH, unit=district)
    assert f"unit:{district.pk}" in {ring.topic for ring in heard}


def refused(call: Callable[[], Any]) -> set[str]:
    with pytest.raises(HotlineError) as caught:
        call()
    return set(getattr(caught.value, "fields", {type(caught.value).__name__}))


def test_bad_input_is_refused_with_what_is_wrong(
    case: Case, drive: Drive, agent: Staff, receiver: Staff, district: Unit, other_district: Unit, city: Unit
) -> None:
    def send(**details: Any) -> Callable[[], Any]:
        return lambda: drive.complete(case, agent, Decision.DISPATCH, **details)

    assert refused(send()) == {"unit", "narrative", "category"}
    drive.write_intake(case)
    assert refused(send(unit=other_district)) == {"unit"}, "nobody is there"
    assert refused(send(unit=city)) == {"unit"}, "it is there already"
    assert refused(lambda: dispatch.take_back(case.pk, agent, "没有转办")) == {"Conflict"}
    assert refused(lambda: dispatch.accept(case.pk, receiver)) == {"NotVisible"}
    send(unit=district)()
    assert refused(lambda: dispatch.accept(case.pk, agent)) == {"NotAllowed"}
    assert refused(lambda: dispatch.give_back(case.pk, agent, "误点")) == {"NotAllowed"}
    dispatch.accept(case.pk, receiver)
    assert refused(lambda: dispatch.accept(case.pk, receiver)) == {"Conflict"}
    assert refused(lambda: dispatch.give_back(case.pk, receiver, "晚了")) == {"Conflict"}


def test_the_nearest_unit_is_suggested(
    case: Case, drive: Drive, agent: Staff, receiver: Staff, district: Unit, other_district: Unit, city: Unit
) -> None:
    street = make_unit("370202001", "香港中路街道职工服务站", UnitKind.STREET, district)
    port = make_unit("QY01", "示例港务集团工会职工服务站", UnitKind.ENTERPRISE, city)
    drive.write_intake(case)
    drive.save(case, Section.INTAKE, agent, street_code="370202001", district_code="370202")
    found = actions.suggested(case)
    assert found is not None and found.unit == district, "nobody works at the street's station"
    make_staff("below", "街道坐席", Role.AGENT, street)
    found = actions.suggested(case)
    assert found is not None and found.unit == street
    make_staff("port", "港务主管", Role.SUPERVISOR, port)
    employer = {"name": "示例港务集团有限公司", "role": EmployerRole.EMPLOYER, "district_code": "370281"}
    drive.save(case, Section.EMPLOYERS, agent, rows=[employer])
    found = actions.suggested(case)
    assert found is not None and found.unit == port
