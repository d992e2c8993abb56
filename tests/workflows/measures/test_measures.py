"""What runs beside a case's main path: each kind to its end, its clocks and gates, the closing that waits."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from hotline.enums import Answer, ClockState, MeasureKind, MeasureOutcome, Outcome, Role, Rung, Section, Stage
from hotline.errors import Conflict, Invalid, NotAllowed, NotVisible
from hotline.models import Case, Category, Measure, Staff
from tests.conftest import Drive, make_staff
from workflows import closing, holders, timers
from workflows import steps as path
from workflows.decisions import Decision
from workflows.measures import steps
from workflows.measures.flows import FLOWS
from workflows.measures.kinds import KINDS
from workflows.measures.kinds import MeasureDecision as D

pytestmark = pytest.mark.django_db
TODAY = date(2026, 9, 1)
EMPLOYER = "青岛示例制帽有限公司"


@pytest.fixture(autouse=True)
def first_of_september(time_machine: Any) -> None:
    time_machine.move_to("2026-09-01 10:00:00+08:00", tick=True)


@pytest.fixture
def reviewed(case: Case, drive: Drive, lawyer: Staff) -> Case:
    """A case at legal review, with the lawyer, whose worker may be named to the employer."""
    drive.to_review(case)
    case.refresh_from_db()
    case.person.may_disclose = Answer.YES
    case.person.save()
    return case


def begin(case: Case, actor: Staff, kind: MeasureKind, **more: Any) -> Measure:
    more = {"purpose": "追回三个月工资", **({"on": TODAY} if KINDS[kind].runs else {}), **more}
    return steps.begin(case.pk, actor, kind, **more)


def decide(measure: Measure, actor: Staff, decision: D, **details: Any) -> Measure:
    task = steps.task_of(measure)
    assert task is not None
    return steps.complete(task.pk, actor, decision, {"on": TODAY, "note": "已记录", **details})


def due(measure: Measure) -> dict[str, date]:
    return {c.rule: c.due for c in measure.clocks.filter(state=ClockState.RUNNING)}


PATHS: dict[MeasureKind, list[list[D]]] = {
    MeasureKind.NEGOTIATION: [[D.REQUESTED, D.AGREED], [D.REQUESTED, D.FAILED], [D.REQUESTED, D.NO_ANSWER]],
    MeasureKind.LETTER: [
        [D.TO_SIGN, D.SIGNED, D.SENT, D.MENDED],
        [D.TO_SIGN, D.BACK, D.TO_SIGN, D.SIGNED, D.SENT, D.UNHEEDED],
    ],
    MeasureKind.UNION_AID: [
        [D.READY, D.APPROVED, D.CONCLUDED],
        [D.READY, D.REFUSED],
        [D.URGENT, D.APPROVED, D.CONCLUDED],
        [D.URGENT, D.REFUSED],
    ],
    MeasureKind.STATE_AID: [[D.FILED, D.APPROVED, D.APPOINTED, D.CONCLUDED], [D.FILED, D.REFUSED]],
    MeasureKind.INSPECTION: [
        [D.FILED, D.ACCEPTED, D.DECIDED],
        [D.FILED, D.ACCEPTED, D.DISMISSED],
        [D.FILED, D.REFUSED],
    ],
    MeasureKind.INJURY: [
        [D.FILED, D.RECOGNISED, D.ASSESSED],
        [D.FILED, D.RECOGNISED, D.NOT_NEEDED],
        [D.FILED, D.NOT_RECOGNISED],
    ],
    MeasureKind.PAYMENT_ORDER: [
        [D.FILED, D.ACCEPTED, D.ISSUED, D.PAID],
        [D.FILED, D.ACCEPTED, D.ISSUED, D.OBJECTED],
        [D.FILED, D.ACCEPTED, D.REFUSED],
        [D.FILED, D.REFUSED],
    ],
    MeasureKind.CONFIRMATION: [[D.FILED, D.CONFIRMED], [D.FILED, D.REFUSED]],
    MeasureKind.LAWSUIT: [
        [D.FILED, D.ACCEPTED, D.DECIDED],
        [D.FILED, D.ACCEPTED, D.DISMISSED],
        [D.FILED, D.REFUSED],
    ],
    MeasureKind.ENFORCEMENT: [
        [D.FILED, D.ACCEPTED, D.PAID],
        [D.FILED, D.ACCEPTED, D.FAILED],
        [D.FILED, D.REFUSED],
    ],
    MeasureKind.RELIEF: [[D.FILED, D.GRANTED], [D.FILED, D.REFUSED]],
    MeasureKind.REFERRAL: [
        [D.SENT, D.RECEIVED, D.ANSWERED],
        [D.SENT, D.RECEIVED, D.NO_ANSWER],
        [D.SENT, D.RETURNED],
    ],
}
"""Every way through every kind."""


def test_every_decision_is_on_some_way() -> None:
    for kind, spec in KINDS.items():
        offered = {(name, d) for name, step in spec.steps.items() for d in step.choices}
        # A decision belongs to one step of a kind, but for the two approvals of union aid.
        assert {d for _name, d in offered} == {d for way in PATHS[kind] for d in way}, kind


def test_the_flow_and_the_table_name_the_same_steps() -> None:
    for kind, flow in FLOWS.items():
        humans = {node.name for node in flow.instance.nodes() if node.task_type == "HUMAN"}
        assert humans == set(KINDS[kind].steps), kind


@pytest.mark.parametrize(
    ("kind", "way"),
    [(kind, way) for kind, ways in PATHS.items() for way in ways],
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)
def test_every_way_ends(
    reviewed: Case, lawyer: Staff, supervisor: Staff, kind: MeasureKind, way: list[D]
) -> None:
    more = {"rung": Rung.OPINION, "addressee": EMPLOYER} if kind == MeasureKind.LETTER else {}
    measure = begin(reviewed, lawyer, kind, **more)
    for decision in way:
        actor = supervisor if steps.spec_of(measure).by_supervisor else lawyer
        last = steps.spec_of(measure).choices[decision]
        measure = decide(measure, actor, decision, text="青岛示例制帽有限公司：……")
    assert last.ends is not None
    assert (measure.outcome, measure.step, measure.is_open) == (last.ends, "", False)
    assert steps.task_of(measure) is None and not due(measure)
    assert [entry.decision for entry in measure.entries.all()] == way
    reviewed.refresh_from_db()
    assert reviewed.stage == Stage.LEGAL_REVIEW  # the main path has not moved


def test_measures_begin_with_the_legal_review(case: Case, agent: Staff, drive: Drive) -> None:
    with pytest.raises(Conflict):
        begin(case, agent, MeasureKind.RELIEF)
    drive.to_review(case)
    assert begin(case, agent, MeasureKind.RELIEF).step == "application"


def test_relief_waits_for_no_lawyer_where_hardship_is_noted(
    case: Case, agent: Staff, supervisor: Staff, drive: Drive
) -> None:
    drive.write_intake(case)
    assert steps.may_begin(agent, case) == []
    drive.save(case, Section.CALLER, agent, name="迟女士", priority_groups=["HARDSHIP"])
    case = Case.objects.get(pk=case.pk)
    assert steps.may_begin(agent, case) == [MeasureKind.RELIEF]
    with pytest.raises(Conflict):
        begin(case, agent, MeasureKind.NEGOTIATION)
    relief = begin(case, agent, MeasureKind.RELIEF)
    drive.complete(case, agent, Decision.ANSWERED, note="已一次性告知材料")
    case.refresh_from_db()
    assert case.is_open and closing.waiting_decision(case) == Decision.ANSWERED
    decide(relief, agent, D.FILED)
    decide(relief, supervisor, D.GRANTED)
    case.refresh_from_db()
    assert (case.stage, case.outcome) == (Stage.CLOSED, Outcome.ANSWERED), "as after intake, with no lawyer"


@pytest.mark.services
def test_the_category_of_assistance_notes_hardship_and_the_form_offers_relief_alone(
    case: Case, agent: Staff, drive: Drive, client_of: Callable[[Staff], Client]
) -> None:
    kind = Category.objects.create(code="J01", name_zh="困难职工建档", name_en="Registration of hardship")
    drive.save(case, Section.INTAKE, agent, category=kind)
    client, page = client_of(agent), f"/cases/{case.pk}/"
    shown = client.get(page).content.decode()
    assert 'value="RELIEF"' in shown and 'value="LETTER"' not in shown and 'name="rung"' not in shown
    begun = client.post(f"{page}measures/", {"kind": "RELIEF", "addressee": "市北区职工服务中心"})
    assert begun.status_code == 400 and 'value="LETTER"' not in begun.content.decode()
    begun = client.post(f"{page}measures/", {"kind": "RELIEF", "purpose": "困难建档、医疗互助"})
    assert begun.status_code == 303
    assert client.post(f"{page}measures/", {"kind": "NEGOTIATION", "purpose": "协商"}).status_code == 409


def test_several_run_at_once_each_with_its_clock(reviewed: Case, lawyer: Staff) -> None:
    first, second = (begin(reviewed, lawyer, MeasureKind.NEGOTIATION) for _ in range(2))
    decide(first, lawyer, D.REQUESTED)
    decide(second, lawyer, D.REQUESTED, on=date(2026, 8, 31))
    assert due(first) == {"negotiation.reply": date(2026, 9, 6) + timedelta(days=1)}  # the 6th is a Sunday
    assert due(second) == {"negotiation.reply": date(2026, 9, 7)}  # five days end on Saturday the 5th


def test_the_union_aid_has_its_two_terms_of_seven_working_days(reviewed: Case, lawyer: Staff) -> None:
    measure = begin(reviewed, lawyer, MeasureKind.UNION_AID)
    assert due(measure) == {"legal_aid.union_file": date(2026, 9, 10)}
    measure = decide(measure, lawyer, D.READY)
    assert due(measure) == {"legal_aid.union_approval": date(2026, 9, 10)}


def test_a_term_that_is_over_is_told_and_moves_nothing(
    reviewed: Case, lawyer: Staff, time_machine: Any
) -> None:
    measure = decide(begin(reviewed, lawyer, MeasureKind.NEGOTIATION), lawyer, D.REQUESTED)
    time_machine.move_to("2026-09-08 08:00:00+08:00", tick=True)
    assert timers.fire_due(timezone.now()) == 1
    measure.refresh_from_db()
    assert measure.step == "talks" and steps.task_of(measure) is not None
    assert reviewed.events.get(kind="clock.over").data["rule"] == "negotiation.reply"
    assert timers.fire_due(timezone.now()) == 0
    assert decide(measure, lawyer, D.NO_ANSWER).outcome == MeasureOutcome.NOT_REACHED


def test_no_letter_to_the_employer_without_the_workers_consent(reviewed: Case, lawyer: Staff) -> None:
    person = reviewed.person
    person.may_disclose = Answer.UNKNOWN
    person.save()
    for rung in (Rung.REMINDER, Rung.OPINION):
        with pytest.raises(Invalid) as refused:
            begin(reviewed, lawyer, MeasureKind.LETTER, rung=rung)
        assert set(refused.value.fields) == {"rung"}
    assert not reviewed.measures.exists()


def test_consent_taken_back_stops_the_letter_before_it_is_signed_or_sent(
    reviewed: Case, lawyer: Staff, supervisor: Staff
) -> None:
    letter = begin(reviewed, lawyer, MeasureKind.LETTER, rung=Rung.OPINION, addressee=EMPLOYER)
    letter = decide(letter, lawyer, D.TO_SIGN, text="……")
    person = reviewed.person
    person.may_disclose = Answer.NO
    person.save()
    with pytest.raises(Invalid):
        decide(letter, supervisor, D.SIGNED)
    person.may_disclose = Answer.YES
    person.save()
    letter = decide(letter, supervisor, D.SIGNED)
    person.may_disclose = Answer.NO
    person.save()
    with pytest.raises(Invalid):
        decide(letter, lawyer, D.SENT)
    assert steps.stop(letter.pk, lawyer, "职工撤回同意").outcome == MeasureOutcome.STOPPED


def test_the_ladder_of_letters(reviewed: Case, lawyer: Staff, supervisor: Staff) -> None:
    with pytest.raises(Invalid):
        begin(reviewed, lawyer, MeasureKind.LETTER, rung=Rung.PROPOSAL)
    letter = begin(reviewed, lawyer, MeasureKind.LETTER, rung=Rung.OPINION, addressee=EMPLOYER)
    for actor, decision in (
        (lawyer, D.TO_SIGN),
        (supervisor, D.SIGNED),
        (lawyer, D.SENT),
        (lawyer, D.UNHEEDED),
    ):
        letter = decide(letter, actor, decision, text="……")
    more = {"rung": Rung.PROPOSAL, "after_pk": letter.pk}
    with pytest.raises(Invalid) as refused:
        begin(reviewed, lawyer, MeasureKind.LETTER, **more)
    assert set(refused.value.fields) == {"addressee"}
    proposal = begin(reviewed, lawyer, MeasureKind.LETTER, addressee="人力资源和社会保障局", **more)
    assert proposal.after == letter


def test_signing_is_a_supervisors(reviewed: Case, lawyer: Staff, supervisor: Staff) -> None:
    letter = begin(reviewed, lawyer, MeasureKind.LETTER, rung=Rung.REMINDER, addressee=EMPLOYER)
    letter = decide(letter, lawyer, D.TO_SIGN, text="……")
    with pytest.raises(NotAllowed):
        decide(letter, lawyer, D.SIGNED)
    assert decide(letter, supervisor, D.SIGNED).step == "sending"


def test_what_is_missing_is_named_at_once(reviewed: Case, lawyer: Staff) -> None:
    with pytest.raises(Invalid) as refused:
        begin(reviewed, lawyer, MeasureKind.INJURY, purpose=" ", on=None)
    assert set(refused.value.fields) == {"purpose", "on"}
    measure = begin(reviewed, lawyer, MeasureKind.INSPECTION)
    task = steps.task_of(measure)
    assert task is not None
    for on in (None, date(2026, 9, 2)):
        with pytest.raises(Invalid) as refused:
            steps.complete(task.pk, lawyer, D.FILED, {"on": on})
        assert set(refused.value.fields) == {"on"}
    measure = decide(measure, lawyer, D.FILED)
    with pytest.raises(Invalid):
        decide(measure, lawyer, D.ACCEPTED, on=date(2026, 8, 31))  # before the filing
    with pytest.raises(Invalid):
        decide(measure, lawyer, D.GRANTED)


def test_who_may(reviewed: Case, lawyer: Staff, other_lawyer: Staff, agent: Staff, mediator: Staff) -> None:
    measure = begin(reviewed, lawyer, MeasureKind.INSPECTION)
    with pytest.raises(NotVisible):
        decide(measure, other_lawyer, D.FILED)
    with pytest.raises(NotVisible):
        begin(reviewed, mediator, MeasureKind.RELIEF)
    with pytest.raises(Conflict):
        decide(measure, agent, D.FILED)  # the lawyer has it
    with pytest.raises(NotAllowed):
        steps.give(measure.pk, agent, agent.pk, "我来")
    with pytest.raises(Invalid):
        steps.give(measure.pk, lawyer, other_lawyer.pk, "换人")  # who could not even see the case
    assert steps.give(measure.pk, lawyer, agent.pk, "请跟进").holder == agent
    assert decide(measure, agent, D.FILED).step == "acceptance"


def test_a_step_is_done_once_and_says_by_whom(reviewed: Case, lawyer: Staff) -> None:
    measure = begin(reviewed, lawyer, MeasureKind.INSPECTION)
    task = steps.task_of(measure)
    assert task is not None
    steps.complete(task.pk, lawyer, D.FILED, {"on": TODAY})
    with pytest.raises(Conflict, match="李律师"):
        steps.complete(task.pk, lawyer, D.FILED, {"on": TODAY})


def test_the_case_closes_when_its_last_measure_has_ended(reviewed: Case, lawyer: Staff, drive: Drive) -> None:
    first, second = (
        begin(reviewed, lawyer, MeasureKind.NEGOTIATION),
        begin(reviewed, lawyer, MeasureKind.RELIEF),
    )
    case = drive.complete(drive.write_opinion(reviewed), lawyer, Decision.ANSWERED, note="已答复")
    assert case.is_open and closing.waiting_decision(case) == Decision.ANSWERED
    assert path.current_task(case) is None
    steps.stop(second.pk, lawyer, "不再需要")
    case.refresh_from_db()
    assert case.is_open
    decide(decide(first, lawyer, D.REQUESTED), lawyer, D.AGREED)
    case.refresh_from_db()
    case = drive.finish(drive.complete(case, lawyer, Decision.FED_BACK, note="单位已支付"))
    assert (case.stage, case.outcome, case.outcome_note) == (Stage.CLOSED, Outcome.ANSWERED, "单位已支付")
    with pytest.raises(Conflict):
        begin(case, lawyer, MeasureKind.RELIEF)


def test_a_decision_that_waits_is_taken_back(reviewed: Case, lawyer: Staff, drive: Drive) -> None:
    measure = begin(reviewed, lawyer, MeasureKind.NEGOTIATION)
    case = drive.complete(drive.write_opinion(reviewed), lawyer, Decision.ANSWERED, note="已答复")
    with pytest.raises(Invalid):
        closing.take_back(case.pk, lawyer, " ")
    case = closing.take_back(case.pk, lawyer, "单位拒绝协商，改走仲裁")
    task = path.current_task(case)
    assert task is not None and path.step_of(task) == "legal_review" and task.owner == lawyer
    with pytest.raises(Conflict):
        closing.take_back(case.pk, lawyer, "再来一次")
    decide(decide(measure, lawyer, D.REQUESTED), lawyer, D.FAILED)
    case.refresh_from_db()
    assert case.is_open


def test_withdrawal_stops_the_measures(reviewed: Case, lawyer: Staff) -> None:
    measure = decide(begin(reviewed, lawyer, MeasureKind.NEGOTIATION), lawyer, D.REQUESTED)
    case = path.withdraw(reviewed.pk, lawyer, "职工与单位自行和解")
    measure.refresh_from_db()
    assert (case.outcome, measure.outcome) == (Outcome.WITHDRAWN, MeasureOutcome.STOPPED)
    assert not case.clocks.filter(state=ClockState.RUNNING).exists()
    assert timers.fire_due(timezone.now() + timedelta(days=400)) == 0


def test_whoever_leaves_hands_their_measures_over(
    reviewed: Case, lawyer: Staff, agent: Staff, supervisor: Staff, admin: Staff
) -> None:
    measure = begin(reviewed, agent, MeasureKind.RELIEF)
    successor = make_staff("agent9", "刘接班", Role.AGENT, agent.unit)
    holders.deactivate(admin, agent.pk, successor.pk)
    measure.refresh_from_db()
    task = steps.task_of(measure)
    assert measure.holder == successor and task is not None and task.owner == successor


def test_measures_follow_the_lawyer_of_the_case(
    reviewed: Case, lawyer: Staff, other_lawyer: Staff, supervisor: Staff
) -> None:
    measure = begin(reviewed, lawyer, MeasureKind.NEGOTIATION)
    holders.decline(reviewed.pk, lawyer, "利益冲突")
    measure.refresh_from_db()
    assert measure.holder is None
    holders.reassign(reviewed.pk, supervisor, other_lawyer.pk, "")
    measure = decide(measure, other_lawyer, D.REQUESTED)
    steps.give(measure.pk, supervisor, other_lawyer.pk, "")
    holders.reassign(reviewed.pk, supervisor, lawyer.pk, "")
    measure.refresh_from_db()
    assert measure.holder == lawyer


def test_a_section_of_the_case_is_saved_beside_them(reviewed: Case, lawyer: Staff, drive: Drive) -> None:
    begin(reviewed, lawyer, MeasureKind.NEGOTIATION)
    drive.save(reviewed, Section.REVIEW, lawyer, opinion="应当支付", limitation_from=date(2026, 8, 1))
    assert reviewed.reviews.get().opinion == "应当支付"
