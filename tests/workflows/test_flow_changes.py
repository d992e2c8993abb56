"""Cases that stand in the path survive a change of its code: a step is added, one is renamed, one goes."""

import importlib
import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from viewflow.workflow import fields

from hotline.actions import cases
from hotline.enums import Stage
from hotline.models import Case
from tests.conftest import Drive
from workflows import closing, flow, flow_changes, gates, holders, reception, steps
from workflows.decisions import DECISIONS, Decision
from workflows.measures import steps as measures
from workflows.models import CaseProcess

pytestmark = pytest.mark.django_db
SOURCE = Path(flow.__file__).read_text(encoding="utf-8")
LAST = ".Default(this.visit)"
ADDED = """.Default(this.countersign)
    countersign = nodes.Step().Annotation(title="Countersign").Next(this.visit)"""
Change = Callable[[str], None]


@pytest.fixture
def change(monkeypatch: pytest.MonkeyPatch, drive: Drive) -> Change:
    """Puts the path in its place that another source of flow.py says, as a release does."""

    def put(source: str) -> None:
        module = types.ModuleType(flow.__name__)
        module.__file__ = flow.__file__
        exec(compile(source, flow.__file__, "exec"), module.__dict__)  # noqa: S102 - our own source
        for user in (flow, steps, closing, reception):
            monkeypatch.setattr(user, "CaseFlow", module.CaseFlow)
        _forget()

    yield put
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    for cached in ("import_flow_by_ref", "get_flow_ref", "import_task_by_ref", "get_task_ref"):
        getattr(fields, cached).cache_clear()


@pytest.fixture
def countersigned(change: Change, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Adds a step between check and return visit, which a supervisor completes."""

    def add() -> None:
        assert SOURCE.count(LAST) == 1
        change(SOURCE.replace(LAST, ADDED))
        monkeypatch.setitem(DECISIONS, "countersign", (Decision.PASSED,))
        monkeypatch.setitem(gates.ACTION, "countersign", "check")
        monkeypatch.setitem(gates.GATES, "countersign", lambda case, decision, details: {})
        monkeypatch.setitem(cases.HOLDERS, "countersign", "checker")

    return add


def waiting(drive: Drive, case: Case) -> Case:
    """A case that waits for a measure."""
    case = drive.write_opinion(drive.to_review(case))
    measures.begin(case.pk, drive.lawyer, measures.MeasureKind.RELIEF, purpose="救助")
    return drive.complete(case, drive.lawyer, Decision.ANSWERED, note="已答复")


def fed_back(drive: Drive, case: Case) -> Case:
    """A case whose measure has ended."""
    case = waiting(drive, case)
    measures.stop(case.measures.get().pk, drive.lawyer, "不再需要")
    return case


STATIONS: dict[str, Callable[[Drive, Case], Case]] = {
    "intake": lambda drive, case: case,
    "legal_review": lambda drive, case: drive.to_review(case),
    "mediation": lambda drive, case: drive.to_mediation(case),
    "file_referral": lambda drive, case: drive.to_referral(case),
    "acceptance": lambda drive, case: drive.to_acceptance(case),
    "award": lambda drive, case: drive.to_award(case),
    "aftermath": lambda drive, case: drive.to_aftermath(case),
    "measures": waiting,
    "feedback": fed_back,
    "check": lambda drive, case: drive.to_check(case),
    "visit": lambda drive, case: drive.to_visit(case),
}


def step_of(case: Case) -> str:
    task = steps.current_task(case)
    return steps.step_of(task) if task is not None else "measures" if case.is_open else ""


def finish(drive: Drive, case: Case) -> list[str]:
    """Bring the case to its end by whatever step comes; returns the steps."""
    done: list[str] = []
    while (step := step_of(case)) and len(done) < 12:
        done.append(step)
        case = _one(drive, case, step)
        case = Case.objects.get(pk=case.pk)
    return done


def _one(drive: Drive, case: Case, step: str) -> Case:
    if step == "intake":
        return drive.to_review(case)
    if step == "measures":
        measures.stop(case.measures.get().pk, drive.lawyer, "不再需要")
        return case
    if step == "legal_review":
        return drive.complete(drive.write_opinion(case), drive.lawyer, Decision.ANSWERED, note="已答复")
    if step == "mediation":
        case = drive.agree(case, text="单位恢复原岗位")
        return drive.complete(case, drive.mediator, Decision.SETTLED)
    if step in {"check", "countersign"}:
        return drive.check(case)
    if step == "visit":
        return drive.visit(case, Decision.VISITED, satisfied="YES")
    day = drive.unit and reception.timezone.localdate()
    if step == "file_referral":
        return drive.complete(drive.prepare_referral(case), drive.lawyer, Decision.FILED, filed_on=day)
    decision = {
        "acceptance": Decision.ACCEPTED,
        "award": Decision.AWARDED,
        "aftermath": Decision.LET_STAND,
        "feedback": Decision.FED_BACK,
    }[step]
    return drive.complete(case, drive.lawyer, decision, on=day, final=False, note="支付工资")


@pytest.mark.parametrize("station", STATIONS)
def test_a_case_at_every_step_is_finished_by_a_path_with_one_step_more(
    case: Case, drive: Drive, countersigned: Callable[[], None], station: str
) -> None:
    case = STATIONS[station](drive, case)
    assert step_of(case) == station
    countersigned()
    done = finish(drive, Case.objects.get(pk=case.pk))
    assert done[0] == station and Case.objects.get(pk=case.pk).stage == Stage.CLOSED
    assert ("countersign" in done) == (station != "visit")


def test_a_renamed_step_takes_its_cases_along(case: Case, drive: Drive, change: Change) -> None:
    case = drive.to_visit(case)
    change(SOURCE.replace("check", "looked_at").replace("visit", "asked"))
    with pytest.raises(CommandError, match=r"CaseFlow\.visit: 1 open"):
        call_command("check_flows")
    assert flow_changes.move_tasks(apps, "workflows/flow.CaseFlow", "visit", "asked") == 1
    call_command("check_flows")
    task = steps.current_task(case)
    assert task is not None and steps.step_of(task) == "asked"


def test_a_step_that_goes_lets_its_cases_stand_at_another(
    case: Case, drive: Drive, countersigned: Callable[[], None], change: Change
) -> None:
    countersigned()
    case = drive.check(drive.to_check(case))
    assert step_of(case) == "countersign"
    change(SOURCE)
    flow_changes.move_tasks(apps, "workflows/flow.CaseFlow", "countersign", "check")
    assert finish(drive, case) == ["check", "visit"]


def test_cases_that_waited_before_check_and_visit_came_end_as_they_were_decided(
    case: Case, drive: Drive
) -> None:
    case = waiting(drive, case)
    CaseProcess.objects.filter(case=case).update(ending="")  # as the release before has left it
    importlib.import_module("workflows.migrations.0003_ending").keep_endings(apps, None)
    assert finish(drive, case) == ["measures", "feedback", "check", "visit"]
    assert Case.objects.get(pk=case.pk).outcome == "ANSWERED"


def test_cases_of_the_release_before_may_be_withdrawn_handed_over_and_reopened(
    case: Case, drive: Drive, countersigned: Callable[[], None]
) -> None:
    case = drive.to_mediation(case)
    countersigned()
    holders.take_over(case.pk, drive.mediator)
    case = steps.withdraw(case.pk, drive.agent, "本人撤回")
    case = steps.reopen(case.pk, drive.agent, "单位反悔")
    assert finish(drive, case) == ["legal_review", "check", "countersign", "visit"]
    assert sys.modules[flow.__name__] is flow
