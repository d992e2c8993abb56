"""Elasticsearch in its place: built, switched and written to by any number of processes, and killed.

What it means is in test_contract.py. These run where `deploy/test` has started a server.
"""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from deploy.elasticsearch import Server
from hotline import events
from hotline.models import Case, SearchMark, Staff
from search import building, elastic_engine, elastic_generations, outbox, verify
from search.document import CaseDocument
from search.elastic_engine import ElasticEngine
from search.engine import EngineDown, WriterBusy
from search.find import find
from tests.search.conftest import now_due
from tests.search.test_commands import run

pytestmark = pytest.mark.services
Write = Callable[..., Case]
Drained = Callable[[], int]


@pytest.fixture
def index(index: Path, on_server: None) -> Path:
    """On the server."""
    return index


def generations() -> list[str]:
    """The names of all indexes of this test."""
    prefix = elastic_generations.alias()
    return sorted(elastic_generations.client().indices.get(index=f"{prefix}-*").body)


def test_the_first_drain_builds_the_index(index: Path, write: Write, supervisor: Staff) -> None:
    case = write("工资", name="周明")
    SearchMark.objects.all().delete()  # as after the loss of the whole index
    found = find(supervisor, "工资")
    assert (found.total, bool(found.engine_down)) == (0, True)
    outbox.drain()
    assert [one.case.pk for one in find(supervisor, "zhouming 工资").cases] == [case.pk]
    assert generations() == [elastic_generations.current()]


def test_commands_say_what_the_index_holds(write: Write, drained: Drained, supervisor: Staff) -> None:
    write("工资")
    drained()
    assert "1" in run("search_verify")
    assert "1" in run("search_rebuild")
    Case.objects.update(version=99)
    assert [one.stored for one in verify.differences(elastic_generations.reader())] == [99]


def test_nothing_due_asks_the_server_now_and_then_only(
    drained: Drained, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("工资")
    drained()
    outbox.drain()

    def asked() -> str:
        raise AssertionError("asked")

    monkeypatch.setattr(elastic_generations, "current", asked)
    assert outbox.drain() == 0


def test_changes_during_a_rebuild_reach_both(
    drained: Drained, write: Write, supervisor: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "BUILD_BATCH", 1)
    for number in range(3):
        write("工资", f"+861390000000{number}")
    drained()
    before = elastic_generations.current()
    totals: list[int] = []

    def meanwhile(done: int) -> None:
        totals.append(find(supervisor, "社保").total)
        if done == 1:
            write("社保", "+8613900000009")  # a new case
            write("社保", "+8613900000000")  # one that is built already
        outbox.drain()  # another worker, which steps aside for nobody

    assert outbox.rebuild(progress=meanwhile) == 4
    assert totals[:2] == [0, 2]
    assert elastic_generations.current() != before
    assert find(supervisor, "社保").total == 2
    assert not SearchMark.objects.exists()
    assert verify.differences(elastic_generations.reader()) == []


def test_what_a_rebuild_has_read_never_replaces_a_later_reading(
    drained: Drained, write: Write, supervisor: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = write("工资", name="周明")
    drained()
    real = ElasticEngine.write

    def overtaken(engine: ElasticEngine, docs: Sequence[CaseDocument]) -> Any:
        with monkeypatch.context() as once:
            once.setattr(ElasticEngine, "write", real)
            # The caller's name changes in another case of theirs: this case keeps its version.
            Case.objects.get(pk=case.pk).person.__class__.objects.update(name="吴丽")
            events.mark_for_search(case)
            outbox.drain()
        return real(engine, docs)

    with monkeypatch.context() as patched:
        patched.setattr(ElasticEngine, "write", overtaken)
        outbox.rebuild()
    assert (find(supervisor, "吴丽").total, find(supervisor, "周明").total) == (1, 0)


def test_a_worker_that_was_overtaken_marks_the_case_again(
    drained: Drained, write: Write, supervisor: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    drained()
    case = write("工资", name="周明")
    real = ElasticEngine.write

    def overtaken(engine: ElasticEngine, docs: Sequence[CaseDocument]) -> Any:
        with monkeypatch.context() as once:
            once.setattr(ElasticEngine, "write", real)
            case.person.name = "吴丽"
            case.person.save(update_fields=["name"])
            events.mark_for_search(case)
            assert outbox.drain() == 1  # the other worker
        return real(engine, docs)

    with monkeypatch.context() as patched:
        patched.setattr(ElasticEngine, "write", overtaken)
        assert outbox.drain() == 1
    assert drained() == 1
    assert (find(supervisor, "吴丽").total, find(supervisor, "周明").total) == (1, 0)


def test_a_rebuild_that_was_stopped_leaves_the_index_in_use_and_is_gone_on_with(
    drained: Drained, write: Write, supervisor: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "BUILD_BATCH", 1)
    monkeypatch.setattr(elastic_generations, "KEEP_SECONDS", 0)
    first = write("工资", "+8613900000001")
    write("工资", "+8613900000002")
    drained()
    before = elastic_generations.current()

    def stopped(done: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        outbox.rebuild(progress=stopped)
    half = elastic_generations.half_built()
    assert generations() == sorted([str(before), str(half)])
    assert elastic_generations.current() == before
    assert find(supervisor, "工资").total == 2
    first.person.name = "周明"
    first.person.save(update_fields=["name"])
    events.mark_for_search(first)
    write("工资", "+8613900000003")
    assert drained() == 2
    done: list[int] = []
    assert outbox.rebuild(progress=done.append) == 3
    assert done == [2, 3]
    assert (elastic_generations.current(), elastic_generations.half_built()) == (half, None)
    assert (find(supervisor, "工资").total, find(supervisor, "周明").total) == (3, 1)
    assert verify.differences(elastic_generations.reader()) == []


def test_an_index_of_code_that_read_less_answers_until_the_worker_has_built_a_new_one(
    drained: Drained, write: Write, supervisor: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "BUILD_BATCH", 1)
    monkeypatch.setattr(outbox, "RENEW_SECONDS", 0)
    monkeypatch.setattr(elastic_generations, "KEEP_SECONDS", 0)
    for number in range(3):
        write("工资", f"+861390000000{number}")
    drained()
    before = elastic_generations.current()
    assert outbox.renew(timezone.now()) == 0 and elastic_generations.half_built() is None
    with pytest.raises(ZeroDivisionError), elastic_generations.building():
        raise ZeroDivisionError
    outdated = elastic_generations.half_built()
    monkeypatch.setattr(building, "CONTENT_VERSION", building.CONTENT_VERSION + 1)
    for turn in range(2):
        assert outbox.renew(timezone.now()) == 0 and elastic_generations.current() == before
        write("工资", f"+861390000001{turn}")
        assert drained() == 1 and find(supervisor, "工资").total == 4 + turn
    assert elastic_generations.half_built() not in {None, outdated}
    monkeypatch.setattr(outbox, "RENEW_SECONDS", 20)
    assert outbox.renew(timezone.now()) == 5
    assert elastic_generations.current() != before and elastic_generations.half_built() is None
    assert outbox.renew(timezone.now()) == 0 and verify.differences(elastic_generations.reader()) == []


def test_a_rebuild_afresh_begins_at_the_first_case(
    drained: Drained, write: Write, supervisor: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elastic_generations, "KEEP_SECONDS", 0)
    write("工资")
    drained()
    with pytest.raises(ZeroDivisionError), elastic_generations.building() as building:
        building.keep_position(10_000)  # as if it were filled already
        raise ZeroDivisionError
    assert outbox.rebuild(afresh=True) == 1
    assert find(supervisor, "工资").total == 1


def test_shards_and_replicas_are_as_the_settings_say(drained: Drained, write: Write, settings: Any) -> None:
    write("工资")
    drained()

    def made_with() -> tuple[str, str, str]:
        found = elastic_generations.client().indices.get_settings(index=elastic_generations.current())
        index = next(iter(found.body.values()))["settings"]["index"]
        return index["number_of_shards"], index["number_of_replicas"], index["auto_expand_replicas"]

    assert made_with() == ("1", "0", "0-1")
    settings.HOTLINE_ELASTICSEARCH_SHARDS, settings.HOTLINE_ELASTICSEARCH_REPLICAS = 3, "0"
    outbox.rebuild()
    assert made_with() == ("3", "0", "false")


def test_old_generations_and_strays_are_cleared_away(
    drained: Drained, write: Write, supervisor: Staff
) -> None:
    write("工资")
    drained()
    stray = f"{elastic_generations.alias()}-made-and-not-named"
    elastic_generations.client().indices.create(index=stray, mappings=elastic_engine.MAPPINGS)
    newer = f"{elastic_generations.settings.HOTLINE_ELASTICSEARCH_INDEX}-999-of-newer-code"
    elastic_generations.client().indices.create(index=newer)
    for _n in range(3):
        outbox.rebuild()
    left = generations()
    assert len(left) == 2
    assert stray not in left
    elastic_generations.client().indices.delete(index=newer)  # it was left alone


def test_one_builds_at_a_time(drained: Drained, write: Write) -> None:
    write("工资")
    refused: list[type[Exception]] = []

    def other() -> None:
        try:
            outbox.rebuild()
        except WriterBusy as error:
            refused.append(type(error))
        finally:
            connection.close()

    with elastic_generations.building():
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert refused == [WriterBusy]


def test_a_write_during_the_switch_goes_to_what_is_there_then(
    drained: Drained, write: Write, supervisor: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    drained()
    write("工资")
    real = elastic_engine._there_are
    looked: list[int] = []

    def before_the_switch(client: Any, aliases: Sequence[str]) -> list[str]:
        looked.append(1)
        return list(aliases) if len(looked) == 1 else real(client, aliases)

    monkeypatch.setattr(elastic_engine, "_there_are", before_the_switch)
    assert drained() == 1
    assert len(looked) == 2
    assert find(supervisor, "工资").total == 1


def test_a_document_that_the_server_cannot_take_holds_nobody_up(drained: Drained) -> None:
    drained()
    now = timezone.now()
    engine = elastic_generations.reader()
    refused = engine.write(
        [
            CaseDocument(1, 1, "QD12351-20261012-000001", now, keys=("x" * 40_000,)),
            CaseDocument(2, 1, "QD12351-20261012-000002", now),
        ]
    )
    assert list(refused) == [1]
    assert "xxx" not in refused[1]
    assert engine.count() == 1


def test_a_full_server_blames_no_case(drained: Drained, write: Write) -> None:
    drained()
    write("工资")
    current = elastic_generations.current()
    assert current is not None
    block = "index.blocks.read_only_allow_delete"
    elastic_generations.client().indices.put_settings(index=current, settings={block: True})
    with pytest.raises(EngineDown):
        outbox.drain()
    assert SearchMark.objects.get().tries == 0
    elastic_generations.client().indices.put_settings(index=current, settings={block: None})
    now_due()
    assert drained() == 1


@pytest.mark.drill
@pytest.mark.django_db(transaction=True)
def test_several_workers_drain_at_once(drained: Drained, write: Write, supervisor: Staff) -> None:
    drained()
    for number in range(40):
        write("工资", f"+86139000000{number:02d}")
    done: list[int] = []

    def worker() -> None:
        while SearchMark.objects.exists():
            done.append(outbox.drain(5))
        connection.close()

    threads = [threading.Thread(target=worker) for _n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(done) == 40
    assert find(supervisor, "工资").total == 40


@pytest.fixture
def own_server(settings: Any, index: Path) -> Iterator[Server]:
    """A server that a test may kill."""
    server = Server(Path(os.environ["TEST_ELASTICSEARCH_HOME"]))
    shared = settings.ELASTICSEARCH_URL
    settings.ELASTICSEARCH_URL = server.url
    try:
        server.start()
        server.wait()
        yield server
    finally:
        server.close()
        settings.ELASTICSEARCH_URL = shared


@pytest.mark.drill
def test_a_killed_server_loses_nothing(own_server: Server, write: Write, supervisor: Staff) -> None:
    write("工资", "+8613900000001")
    outbox.drain()
    assert find(supervisor, "工资").total == 1
    waiting = write("工资", "+8613900000002")
    own_server.kill()
    with pytest.raises(EngineDown):
        outbox.drain()
    assert list(SearchMark.objects.values_list("pk", "tries")) == [(waiting.pk, 0)]
    found = find(supervisor, waiting.number)
    assert [one.case.pk for one in found.cases] == [waiting.pk]
    assert found.engine_down
    own_server.start()
    own_server.wait()
    now_due()
    assert outbox.drain() == 1
    assert find(supervisor, "工资").total == 2
    assert verify.differences(elastic_generations.reader()) == []


@pytest.mark.drill
def test_a_server_killed_while_an_index_is_built_is_gone_on_with(
    own_server: Server, write: Write, supervisor: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "BUILD_BATCH", 1)
    monkeypatch.setattr(elastic_generations, "KEEP_SECONDS", 0)
    cases = [write("工资", f"+861390000000{n}") for n in range(3)]
    while outbox.drain():
        pass
    before = elastic_generations.current()

    def killed(done: int) -> None:
        if done == 2:
            own_server.kill()

    with pytest.raises(EngineDown):
        outbox.rebuild(progress=killed)
    assert find(supervisor, cases[0].number).engine_down
    assert [one.case.pk for one in find(supervisor, "13900000001").cases] == [cases[1].pk]
    own_server.start()
    own_server.wait()
    half = elastic_generations.half_built()
    assert (elastic_generations.current(), half is None) == (before, False)
    assert find(supervisor, "工资").total == 3
    done: list[int] = []
    assert outbox.rebuild(progress=done.append) == 3
    assert done[0] in (1, 2)
    assert elastic_generations.current() == half
    assert verify.differences(elastic_generations.reader()) == []
