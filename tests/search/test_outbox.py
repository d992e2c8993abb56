"""The index follows the rows: nothing lost by a crash, nothing held up by one bad case."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone
from structlog.testing import capture_logs

from hotline import events
from hotline.models import Case, SearchMark, Staff
from search import build, building, generations, outbox, verify
from search.document import CaseDocument
from search.engine import EngineDown, WriterBusy
from search.fields import SCHEMA_VERSION
from search.find import find
from search.tantivy_engine import TantivyEngine
from tests.search.conftest import now_due

Write = Callable[..., Case]
Drained = Callable[[], int]


def test_the_first_drain_builds_the_index(index: Path, write: Write, supervisor: Staff) -> None:
    write("工资")
    SearchMark.objects.all().delete()  # as after the loss of the whole folder
    assert generations.current() is None
    outbox.drain()
    assert find(supervisor, "工资").total == 1


def test_nothing_due_costs_one_query(drained: Drained, write: Write, django_assert_num_queries: Any) -> None:
    write("工资")
    drained()
    with django_assert_num_queries(1):
        assert outbox.drain() == 0


def test_marks_go_when_their_cases_are_written(drained: Drained, write: Write) -> None:
    assert outbox.lag_seconds() is None
    write("工资")
    assert 0 <= (outbox.lag_seconds() or -1) < 5
    drained()
    assert outbox.lag_seconds() is None


def test_the_limit_holds(drained: Drained, write: Write) -> None:
    drained()
    for number in range(3):
        write("工资", f"+861390000000{number}")
    assert [outbox.drain(2), outbox.drain(2), outbox.drain(2)] == [2, 1, 0]


def test_a_kill_between_writing_and_removing_the_mark_writes_again(
    drained: Drained, write: Write, supervisor: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    drained()
    write("工资")
    real = TantivyEngine.write

    def killed(engine: TantivyEngine, docs: Sequence[CaseDocument]) -> Any:
        real(engine, docs)
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(TantivyEngine, "write", killed)
        with pytest.raises(SystemExit):
            outbox.drain()
    assert SearchMark.objects.count() == 1
    assert outbox.drain() == 0  # still claimed
    now_due()
    assert outbox.drain() == 1
    assert (SearchMark.objects.count(), find(supervisor, "工资").total) == (0, 1)


def test_a_change_while_its_case_is_written_keeps_the_mark(
    drained: Drained, write: Write, supervisor: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    drained()
    case = write("工资")
    real = build.document

    def changed_meanwhile(read: Case) -> CaseDocument:
        made = real(read)
        # The same version again, as when the caller's name changes in another case.
        events.mark_for_search(read)
        return made

    with monkeypatch.context() as patched:
        patched.setattr(build, "document", changed_meanwhile)
        assert outbox.drain() == 1
    assert SearchMark.objects.filter(case=case).exists()
    assert outbox.drain() == 1
    assert not SearchMark.objects.exists()


def test_a_case_that_cannot_be_read_waits_and_holds_nobody_up(
    drained: Drained, write: Write, supervisor: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    drained()
    bad = write("工资一", "+8613900000001")
    write("工资二", "+8613900000002")
    real = build.document

    def poisoned(read: Case) -> CaseDocument:
        if read.pk == bad.pk:
            raise ZeroDivisionError("what it says")
        return real(read)

    with monkeypatch.context() as patched:
        patched.setattr(build, "document", poisoned)
        assert outbox.drain() == 2
        assert find(supervisor, "工资").total == 1
        for tries in (1, 2):
            mark = SearchMark.objects.get()
            assert (mark.pk, mark.tries, mark.problem) == (bad.pk, tries, "ZeroDivisionError")
            assert mark.due_at > timezone.now() + timedelta(seconds=2**tries - 1)
            now_due()
            outbox.drain()
    now_due()
    outbox.drain()
    assert find(supervisor, "工资").total == 2


def test_an_engine_that_fails_blames_no_case(
    drained: Drained, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    drained()
    write("工资")

    def full(engine: TantivyEngine, docs: Sequence[CaseDocument]) -> Any:
        raise EngineDown("no space left")

    with monkeypatch.context() as patched:
        patched.setattr(TantivyEngine, "write", full)
        with pytest.raises(EngineDown):
            outbox.drain()
    mark = SearchMark.objects.get()
    assert (mark.tries, mark.due_at > timezone.now()) == (0, True)
    now_due()
    assert drained() == 1


def test_only_the_holder_of_the_index_drains(drained: Drained, write: Write) -> None:
    drained()
    generations.stop_writing()
    write("工资")
    current = generations.current()
    assert current is not None
    other = TantivyEngine(current)
    other.hold()
    assert outbox.drain() == 0
    other.close()
    assert outbox.drain() == 1


@pytest.mark.drill
def test_a_killed_writer_frees_the_index(drained: Drained, write: Write, supervisor: Staff) -> None:
    drained()
    generations.stop_writing()
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time; from pathlib import Path; from search.tantivy_engine import TantivyEngine\n"
            "engine = TantivyEngine(Path(sys.argv[1])); engine.hold()\n"
            "print('held', flush=True); time.sleep(60)",
            str(generations.current()),
        ],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    write("工资")
    assert outbox.drain() == 0
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    holder.stdout.close()
    assert outbox.drain() == 1
    assert find(supervisor, "工资").total == 1


def test_a_rebuild_switches_without_a_pause(drained: Drained, write: Write, supervisor: Staff) -> None:
    write("工资", "+8613900000001")
    drained()
    before = generations.current()
    seen: list[int] = []

    def meanwhile(done: int) -> None:
        if not seen:
            write("工资", "+8613900000002")
        seen.append(find(supervisor, "工资").total)

    assert outbox.rebuild(progress=meanwhile) == 2
    assert seen == [1, 2]
    assert generations.current() != before
    assert find(supervisor, "工资").total == 2
    assert not SearchMark.objects.exists()
    write("工资", "+8613900000003")
    assert drained() == 1
    assert find(supervisor, "工资").total == 3


def test_changes_during_a_rebuild_reach_the_index_in_use(
    drained: Drained, write: Write, supervisor: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "BUILD_BATCH", 1)
    for number in range(3):
        write("工资", f"+861390000000{number}")
    drained()
    totals: list[int] = []

    def meanwhile(done: int) -> None:
        totals.append(find(supervisor, "社保").total)
        if done == 1:
            write("社保", "+8613900000009")  # a new case
            write("社保", "+8613900000000")  # one that is built already

    outbox.rebuild(progress=meanwhile)
    assert totals == [0, 1, 2, 2]  # one mark a batch here
    assert find(supervisor, "社保").total == 2
    assert not SearchMark.objects.exists()


def test_a_rebuild_that_was_stopped_leaves_the_index_in_use_and_is_gone_on_with(
    drained: Drained, write: Write, supervisor: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "BUILD_BATCH", 1)
    first = write("工资", "+8613900000001")
    write("工资", "+8613900000002")
    drained()
    before = generations.current()

    def stopped(done: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        outbox.rebuild(progress=stopped)
    half = generations.half_built()
    assert (generations.current(), half is None) == (before, False)
    assert find(supervisor, "工资").total == 2
    # What changes now reaches both; a change of the caller alone leaves the case's version.
    first.person.name = "周明"
    first.person.save(update_fields=["name"])
    events.mark_for_search(first)
    write("工资", "+8613900000003")
    assert drained() == 2
    done: list[int] = []
    assert outbox.rebuild(progress=done.append) == 3
    assert done == [2, 3]
    assert (generations.name(), generations.half_built()) == (half, None)
    assert (find(supervisor, "工资").total, find(supervisor, "周明").total) == (3, 1)
    assert verify.differences(generations.reader()) == []
    assert not list(generations.folder().glob("*.position"))


def test_a_rebuild_afresh_begins_at_the_first_case(drained: Drained, write: Write, supervisor: Staff) -> None:
    write("工资")
    drained()
    with pytest.raises(ZeroDivisionError), generations.building() as building:
        building.keep_position(10_000)  # as if it were filled already
        raise ZeroDivisionError
    half = generations.half_built()
    assert outbox.rebuild(afresh=True) == 1
    assert half != generations.name()
    assert find(supervisor, "工资").total == 1


@pytest.mark.parametrize("broken", ["meta.json", ".position"])
def test_a_half_built_index_that_is_broken_is_built_from_the_beginning(
    drained: Drained, write: Write, supervisor: Staff, broken: str
) -> None:
    write("工资")
    drained()
    with pytest.raises(ZeroDivisionError), generations.building() as building:
        building.keep_position(10_000)
        raise ZeroDivisionError
    half = generations.half_built()
    assert half is not None
    if broken == ".position":
        (generations.folder() / f"{half}.position").write_text("")  # a power cut
    else:
        (generations.folder() / half / broken).write_text("no more than this")
    write("工资", "+8613900000002")
    assert drained() == 1
    assert outbox.rebuild() == 2
    assert find(supervisor, "工资").total == 2


def test_a_rebuild_says_who_is_in_the_way(
    drained: Drained, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("工资")
    drained()
    generations.stop_writing()
    monkeypatch.setattr(generations, "STEP_ASIDE_SECONDS", 0)
    current = generations.current()
    assert current is not None
    other = TantivyEngine(current)
    other.hold()
    with pytest.raises(WriterBusy):
        outbox.rebuild()
    other.close()


def test_the_writer_follows_a_switch_by_another_process(
    drained: Drained, write: Write, supervisor: Staff
) -> None:
    drained()
    write("工资", "+8613900000001")
    assert drained() == 1
    other = TantivyEngine(generations.folder() / f"{SCHEMA_VERSION}-other", create=True)
    (generations.folder() / "current").write_text(f"{SCHEMA_VERSION}-other")
    write("工资", "+8613900000002")
    assert drained() == 1
    assert other.count() == 1


def test_old_generations_are_cleared_away(drained: Drained, write: Write) -> None:
    write("工资")
    drained()
    for _n in range(3):
        outbox.rebuild()
    assert len([path for path in generations.folder().iterdir() if path.is_dir()]) == 2


def test_an_index_of_another_schema_is_built_again(drained: Drained, write: Write, supervisor: Staff) -> None:
    write("工资")
    drained()
    generations.stop_writing()
    (generations.folder() / "current").write_text("0-old")
    assert find(supervisor, "工资").engine_down
    outbox.drain()
    assert find(supervisor, "工资").total == 1


def test_an_index_of_code_that_read_less_answers_until_the_worker_has_built_a_new_one(
    drained: Drained, write: Write, supervisor: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        write("工资", f"+861390000000{number}")
    drained()
    before = generations.name()
    assert outbox.renew(timezone.now()) == 0 and generations.name() == before
    monkeypatch.setattr(building, "CONTENT_VERSION", building.CONTENT_VERSION + 1)
    monkeypatch.setattr(outbox, "BUILD_BATCH", 1)
    monkeypatch.setattr(outbox, "RENEW_SECONDS", 0)
    for turn in range(4):  # a part of it at each; it answers all the while
        assert outbox.renew(timezone.now()) == 0 and generations.name() == before
        write("工资", f"+861390000001{turn}")
        assert drained() == 1 and find(supervisor, "工资").total == 5 + turn
    monkeypatch.setattr(outbox, "RENEW_SECONDS", 20)
    assert outbox.renew(timezone.now()) == 8
    assert generations.name() != before and generations.half_built() is None
    assert outbox.renew(timezone.now()) == 0
    assert verify.differences(generations.reader()) == []


def test_what_was_half_built_by_code_that_read_less_is_begun_anew(
    drained: Drained, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("工资")
    drained()
    with pytest.raises(ZeroDivisionError), generations.building() as one:
        one.keep_position(10_000)
        raise ZeroDivisionError
    half = generations.half_built()
    monkeypatch.setattr(building, "CONTENT_VERSION", building.CONTENT_VERSION + 1)
    assert outbox.renew(timezone.now()) == 1
    assert generations.name() != half and not generations.outdated()


def test_two_workers_build_one_index(drained: Drained, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waited for the other's building makes none, and leaves none half done."""
    write("工资")
    drained()
    with pytest.raises(WriterBusy):
        outbox.rebuild(needed=generations.outdated)
    assert generations.half_built() is None


def test_verify_names_what_differs(drained: Drained, write: Write) -> None:
    cases = [write("工资", f"+861390000000{number}") for number in range(3)]
    drained()
    assert verify.differences(generations.reader()) == []
    Case.objects.filter(pk=cases[0].pk).update(version=99)
    events.record(Case.objects.get(pk=cases[1].pk), "touched")  # waits in its mark: no difference
    with generations.writing() as (engine,):
        engine.write([CaseDocument(10_000, 1, "QD12351-20260101-000001", timezone.now())])
    found = [
        (one.case_id, one.indexed is None, one.stored) for one in verify.differences(generations.reader())
    ]
    assert found == [(cases[0].pk, False, 99), (10_000, False, None)]


def test_a_hundred_cases_are_written_in_a_moment(drained: Drained, write: Write) -> None:
    drained()
    for number in range(100):
        write("老板拖欠三个月工资" * 20, f"+86139000{number:05d}")
    start = time.monotonic()
    assert drained() == 100
    assert time.monotonic() - start < 2


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="a file cannot go away between two queries")
def test_a_database_that_goes_away_is_no_fault_of_the_cases(
    index: Path, write: Write, drained: Drained, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("工资")
    drained()
    write("加班费")

    def gone(cases: Any) -> Any:
        connection.cursor().execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with monkeypatch.context() as patch, capture_logs() as said, pytest.raises(OperationalError):
        patch.setattr(build, "with_texts", gone)
        outbox.drain()
    assert [line["event"] for line in said] == []
    connection.close()
    mark = SearchMark.objects.get()
    assert (mark.tries, mark.problem) == (0, "")
    now_due()
    drained()
    assert not SearchMark.objects.exists()
