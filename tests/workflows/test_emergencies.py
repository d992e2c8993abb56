"""Emergencies: words suggest one, a person raises it, the duty lead takes it over and releases it."""

import importlib
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.apps import apps
from django.test import Client
from time_machine import travel

from hotline.actions import emergencies as rows
from hotline.enums import Outcome, Section, Stage, Urgency
from hotline.errors import Conflict, Invalid, NotAllowed, NotVisible
from hotline.models import Case, Emergency, Staff
from tests.conftest import Drive
from workflows import emergencies, steps
from workflows.decisions import Decision
from workflows.measures import steps as measures

pytestmark = pytest.mark.django_db


@pytest.fixture
def alarm(case: Case, drive: Drive) -> Case:
    """A case at intake that an agent has marked."""
    drive.write_intake(case)
    emergencies.raise_alarm(case.pk, drive.agent)
    case.refresh_from_db()
    return case


def test_words_suggest_an_emergency_and_set_nothing(case: Case, drive: Drive) -> None:
    assert emergencies.suggested(case) == []
    drive.save(case, Section.INTAKE, drive.agent, narrative="老板昨天开始往外拉设备，有人说明天去堵厂门")
    assert emergencies.suggested(case) == ["堵厂门", "拉设备"]
    assert case.urgency == Urgency.P2 and not case.emergencies.exists()
    emergencies.raise_alarm(case.pk, drive.agent)
    case.refresh_from_db()
    assert case.urgency == Urgency.P0 and emergencies.suggested(case) == []
    with pytest.raises(Conflict):
        emergencies.raise_alarm(case.pk, drive.agent)


def test_an_urgency_that_is_saved_as_p0_is_an_emergency_with_its_terms(case: Case, drive: Drive) -> None:
    drive.save(case, Section.INTAKE, drive.agent, urgency=Urgency.P0)
    drive.save(case, Section.INTAKE, drive.agent, urgency=Urgency.P0, narrative="有人要跳楼")
    one = case.emergencies.get()
    assert one.oral_due - one.noticed_at == timedelta(minutes=30)
    assert one.written_due - one.noticed_at == timedelta(hours=2)
    assert case.events.filter(kind="emergency.opened").count() == 1


def test_a_report_that_is_late_is_said_once(
    alarm: Case, drive: Drive, supervisor: Staff, client_of: Callable[[Staff], Client]
) -> None:
    one = alarm.emergencies.get()
    assert emergencies.tell_late(one.oral_due) == 0, "the last moment is in time"
    assert emergencies.tell_late(one.oral_due + timedelta(seconds=1)) == 1
    assert emergencies.tell_late(one.oral_due + timedelta(minutes=5)) == 0
    assert emergencies.tell_late(one.written_due + timedelta(minutes=1)) == 1
    told = alarm.events.filter(kind="emergency.late").order_by("pk")
    assert [event.data["report"] for event in told] == ["oral", "written"]
    page = client_of(supervisor).get(f"/cases/{alarm.pk}/").content.decode()
    assert "特急情况逾时未口头报告（应于" in page and "特急情况逾时未书面报告（应于" in page


def test_what_was_reported_in_time_is_never_late_and_without_a_worker_the_report_says_it(
    alarm: Case, supervisor: Staff
) -> None:
    one = alarm.emergencies.get()
    emergencies.report(alarm.pk, supervisor, "oral", "已报值班领导")
    with travel(one.written_due + timedelta(minutes=1), tick=False):
        emergencies.report(alarm.pk, supervisor, "written", "已报")
        assert emergencies.tell_late(one.written_due + timedelta(hours=1)) == 0
    kinds = alarm.events.filter(kind__startswith="emergency.").order_by("pk").values_list("kind", flat=True)
    assert list(kinds)[1:] == ["emergency.oral", "emergency.late", "emergency.written"]


def test_after_its_release_it_is_urgent_and_p0_anew_is_another_one(
    alarm: Case, drive: Drive, supervisor: Staff
) -> None:
    emergencies.take_over(alarm.pk, supervisor)
    emergencies.release(alarm.pk, supervisor, "平安")
    alarm.refresh_from_db()
    assert alarm.urgency == Urgency.P1
    drive.save(alarm, Section.INTAKE, drive.agent, summary="再来电")
    assert alarm.emergencies.count() == 1
    drive.save(alarm, Section.INTAKE, drive.agent, urgency=Urgency.P0)
    assert alarm.emergencies.filter(released_at=None).count() == 1


def test_it_does_not_end_before_it_is_released(alarm: Case, drive: Drive, supervisor: Staff) -> None:
    for decision in (Decision.ANSWERED, Decision.NUISANCE):
        with pytest.raises(Invalid, match="值班长"):
            drive.complete(alarm, drive.agent, decision, note="已告知")
    with pytest.raises(Conflict, match="值班长"):
        steps.withdraw(alarm.pk, drive.agent, "不用了")
    with pytest.raises(NotAllowed):
        emergencies.release(alarm.pk, supervisor, "已到场")  # has neither taken it over nor the duty
    emergencies.take_over(alarm.pk, supervisor)
    with pytest.raises(Invalid):
        emergencies.release(alarm.pk, supervisor, " ")
    emergencies.release(alarm.pk, supervisor, "属地已到场")
    case = drive.complete(alarm, drive.agent, Decision.ANSWERED, note="已告知")
    assert (case.stage, case.outcome) == (Stage.CLOSED, Outcome.ANSWERED)


def test_a_case_beyond_intake_goes_on_but_is_not_closed(case: Case, drive: Drive, supervisor: Staff) -> None:
    case = drive.to_visit(case)
    emergencies.raise_alarm(case.pk, drive.agent)
    with pytest.raises(Invalid):
        drive.visit(case, Decision.VISITED, satisfied="YES")
    case = drive.visit(case, Decision.UNREACHED)
    rows.set_duty(supervisor, on=True)
    emergencies.release(case.pk, supervisor, "已联系家属，平安")
    assert not drive.visit(case, Decision.VISITED, satisfied="YES").is_open


def test_a_case_that_waits_for_a_measure_waits_for_the_release_too(
    case: Case, drive: Drive, supervisor: Staff
) -> None:
    case = drive.to_review(case)
    measure = measures.begin(case.pk, drive.lawyer, measures.MeasureKind.RELIEF, purpose="救助")
    case = drive.complete(case, drive.lawyer, Decision.MORE, note="请核实")
    case = drive.complete(case, drive.agent, Decision.NUISANCE, note="冒名")
    emergencies.raise_alarm(case.pk, drive.agent)
    measures.stop(measure.pk, drive.lawyer, "不需要")
    assert Case.objects.get(pk=case.pk).is_open
    emergencies.take_over(case.pk, supervisor)
    emergencies.release(case.pk, supervisor, "险情解除")
    assert not Case.objects.get(pk=case.pk).is_open


def test_each_report_is_written_down_once(alarm: Case, drive: Drive, supervisor: Staff, agent: Staff) -> None:
    with pytest.raises(NotAllowed):
        emergencies.report(alarm.pk, agent, "oral", "市总值班")
    emergencies.report(alarm.pk, supervisor, "oral", "电话报市总值班领导")
    with pytest.raises(Conflict):
        emergencies.report(alarm.pk, supervisor, "oral", "再报")
    for kind, note in (("written", ""), ("fax", "市总")):
        with pytest.raises(Invalid):
            emergencies.report(alarm.pk, supervisor, kind, note)
    emergencies.report(alarm.pk, supervisor, "written", "书面报市总")
    one = Emergency.objects.get()
    assert one.oral_at and one.written_at and one.written_at >= one.oral_at


def test_the_alarm_is_for_who_has_the_duty_lead_until_someone_takes_over(
    alarm: Case, supervisor: Staff, outsider: Staff, agent: Staff, drive: Drive
) -> None:
    assert [one.case for one in emergencies.alarms(supervisor)] == [alarm]
    assert emergencies.alarms(agent) == emergencies.alarms(outsider) == []
    with pytest.raises(NotVisible):
        emergencies.take_over(alarm.pk, outsider)
    rows.set_duty(outsider, on=True)
    assert emergencies.alarms(supervisor) == []
    for _twice in range(2):
        rows.set_duty(supervisor, on=True)
    assert emergencies.alarms(supervisor)
    emergencies.take_over(alarm.pk, supervisor)
    with pytest.raises(Conflict, match="周主管"):
        emergencies.take_over(alarm.pk, supervisor)
    assert emergencies.alarms(supervisor) == []
    rows.set_duty(supervisor, on=False)
    assert not rows.has_duty(supervisor)


def test_open_cases_of_the_release_before_that_are_p0_are_emergencies(case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(urgency=Urgency.P0)
    importlib.import_module("hotline.migrations.0013_emergencies").note_emergencies(apps, None)
    assert case.emergencies.get().released_at is None
