"""The drift meter: index and database are compared all the time, and what differs is mended or told."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from structlog.testing import capture_logs

from hotline import events
from hotline.actions import sections
from hotline.enums import Section
from hotline.models import Case, SearchDrift, SearchMark, Staff
from search import build, drift, engines, generations, outbox
from search.document import CaseDocument
from search.engine import IndexedVersion
from search.find import find
from tests.search.conftest import now_due
from tests.search.contract import SERVER

Write = Callable[..., Case]
Drained = Callable[[], int]
ON_SERVER = [pytest.param("elastic", marks=pytest.mark.services)] if SERVER else []


@pytest.fixture(params=["tantivy", *ON_SERVER])
def index(request: pytest.FixtureRequest, index: Path) -> None:
    """On each engine in turn."""
    if request.param == "elastic":
        request.getfixturevalue("on_server")


def steps(count: int = 1) -> list[int]:
    """So many steps, one after the other, as if their time had come."""
    found = []
    for _n in range(count):
        SearchDrift.objects.update(due_at=timezone.now())
        found.append(drift.step(timezone.now()))
    return found


def meter() -> SearchDrift:
    found = drift.meter()
    assert found is not None
    return found


def put(*docs: CaseDocument) -> None:
    with engines.in_use().writing() as written:
        for engine in written:
            engine.write(docs)


def test_before_there_is_an_index_nothing_is_compared(index: None, write: Write) -> None:
    write("工资")
    assert steps() == [0]
    assert drift.meter() is None


def test_an_index_that_is_right_has_no_drift(drained: Drained, write: Write) -> None:
    write("工资")
    drained()
    write("社保", "+8613900000002")  # waits in its mark
    assert steps(2) == [0, 0]
    row = meter()
    assert (row.differing, row.rounds_off, row.repaired, row.position) == (0, 0, 0, 0)
    assert row.ended_at is not None


def test_what_is_late_or_missing_is_written_again(drained: Drained, write: Write, supervisor: Staff) -> None:
    cases = [write("工资", f"+861390000000{n}") for n in range(3)]
    SearchMark.objects.filter(case=cases[0]).delete()
    drained()
    events.record(cases[1], "touched")
    SearchMark.objects.all().delete()  # lost, as by a fault of ours
    put(CaseDocument(cases[2].pk, cases[2].version, "", timezone.now(), deleted=True))
    with capture_logs() as logs:
        assert steps() == [2]
    assert [(one["log_level"], one["late"]) for one in logs] == [("warning", 2)]
    assert (meter().differing, meter().repaired) == (2, 2)
    assert drained() == 2
    assert steps() == [0]
    assert (meter().differing, meter().rounds_off, meter().repaired) == (0, 0, 2)
    assert find(supervisor, "工资").total == 3


def test_a_renamed_caller_is_missed_in_their_other_cases_too(
    drained: Drained, write: Write, supervisor: Staff
) -> None:
    one, other = write("工资", name="王果真"), write("社保", "+8613900000002")
    Case.objects.filter(pk=other.pk).update(person=one.person_id)
    drained()
    sections.save(one.pk, Section.CALLER, supervisor, 0, {"name": "庞玉民"})
    SearchMark.objects.filter(case=other).delete()  # lost, as by a fault of ours
    other.refresh_from_db()
    drained()
    assert find(supervisor, "庞玉民").total == 1
    assert steps() == [1] and drained() == 1
    assert find(supervisor, "庞玉民").total == 2 and find(supervisor, "王果真").total == 0
    assert steps() == [0]


def test_what_the_database_does_not_have_is_taken_out(
    drained: Drained, write: Write, supervisor: Staff
) -> None:
    case = write("工资")
    drained()
    document = build.document(case)
    put(CaseDocument(**{**vars(document), "case_id": case.pk + 1000, "number": "QD12351-20260101-000001"}))
    assert find(supervisor, "工资").total == 1  # the rows have the last word
    assert engines.reader().count() == 2
    assert steps(2) == [1, 0]
    assert engines.reader().count() == 1


def test_an_index_ahead_of_its_database_is_told_as_an_error(drained: Drained, write: Write) -> None:
    case = write("工资")
    drained()
    put(CaseDocument(case.pk, 99, case.number, timezone.now()))
    with capture_logs() as logs:
        assert steps() == [1]
        assert steps() == [1]
    stays = [one for one in logs if one["event"] == "search.drift.stays"]
    assert [(one["log_level"], one["differing"], one["rounds"]) for one in stays] == [("error", 1, 2)]
    assert (meter().repaired, SearchMark.objects.count()) == (0, 0)
    outbox.rebuild()
    assert steps() == [0]


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_in_small_steps(drained: Drained, write: Write, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(drift, "STEP", size)
    cases = [write("工资", f"+861390000000{n}") for n in range(5)]
    drained()
    for gone in (cases[0], cases[3]):
        events.record(gone, "touched")
    SearchMark.objects.all().delete()
    put(CaseDocument(cases[4].pk + 10, 1, "QD12351-20260101-000001", timezone.now()))
    found = []
    while not (found and meter().ended_at):
        found += steps()
    assert sum(found) == meter().differing == 3
    assert sorted(SearchMark.objects.values_list("pk", flat=True)) == [cases[0].pk, cases[3].pk]


def test_what_stands_behind_a_full_page_of_the_index_is_looked_at_next(
    drained: Drained, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drift, "STEP", 2)
    first, _second = write("工资"), write("工资", "+8613900000002")
    drained()
    engine = engines.reader()
    first.refresh_from_db()
    page = [IndexedVersion(first.pk - 1, 1, False), IndexedVersion(first.pk, first.version, False, 2**60)]
    monkeypatch.setattr(engine, "versions", lambda after, limit: page)
    stretch = drift.compare(engine, first.pk - 2)
    assert (stretch.last, stretch.late, stretch.surplus) == (first.pk, [], page[:1])


def test_a_change_between_the_two_looks_is_no_drift(
    drained: Drained, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = write("工资")
    drained()
    engine = engines.reader()
    real = engine.versions

    def changed_first(after: int, limit: int) -> Any:
        events.record(Case.objects.get(pk=case.pk), "touched")
        outbox.drain()
        return real(after, limit)

    monkeypatch.setattr(engine, "versions", changed_first)
    assert len(drift.compare(engine, 0)) == 0


def test_a_pace_for_all_workers_together(drained: Drained, write: Write) -> None:
    write("工资")
    drained()
    now = timezone.now()
    drift.step(now)
    Case.objects.update(version=99)
    assert drift.step(now + timedelta(seconds=1)) == 0, "a round is over, and the next has its time"
    assert drift.step(timezone.now() + drift.ROUND) == 1


def test_another_index_begins_another_round(
    drained: Drained, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drift, "STEP", 1)
    for n in range(3):
        write("工资", f"+861390000000{n}")
    drained()
    steps(2)
    before = meter()
    assert before.position > 0
    outbox.rebuild()
    steps()
    assert meter().index != before.index
    assert meter().position < before.position


def test_an_engine_that_is_away_is_no_drift(
    drained: Drained, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise engines.generations.EngineDown("away")

    write("工资")
    drained()
    monkeypatch.setattr(engines, "reader", away)
    assert steps() == [0]
    assert meter().ended_at is None


def test_a_case_that_cannot_be_read_is_poison_and_no_drift(
    drained: Drained, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    drained()
    bad = write("工资")
    real = build.document

    def poisoned(read: Case) -> CaseDocument:
        raise ZeroDivisionError("what it says")

    with monkeypatch.context() as patched:
        patched.setattr(build, "document", poisoned)
        with capture_logs() as logs:
            drained()
            now_due()
            drained()
        found = outbox.poison()
        assert (found.count, dict(found.kinds)) == (1, {"ZeroDivisionError": 1})
        assert 0 <= (found.seconds or -1) < 5
        assert outbox.lag_seconds() is None
        assert [one["case"] for one in logs if one["log_level"] == "error"] == [bad.pk, bad.pk]
        assert steps() == [0]
    assert build.document is real
    now_due()
    drained()
    assert outbox.poison().count == 0
    generations.stop_writing()
