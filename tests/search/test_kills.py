"""Workers and builders of the index are killed (-9) in the middle of each thing they do; nothing is lost."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.db import connection

from hotline import events
from hotline.models import Case, SearchMark, Staff
from search import engines, outbox, verify
from search.find import find
from tests.search.conftest import now_due
from tests.search.contract import SERVER

pytestmark = [pytest.mark.drill, pytest.mark.django_db(transaction=True)]
Write = Callable[..., Case]
Kill = Callable[..., None]
ROOT = Path(__file__).parents[2]
MANY = 6
ENGINES = {
    "tantivy": ("search.tantivy_engine:TantivyEngine.write", "search.generations:_use"),
    "elastic": ("search.elastic_engine:ElasticEngine.write", "search.elastic_generations:_use"),
}
"""What writes, and what switches, in each engine."""


@pytest.fixture(
    params=["tantivy", *([pytest.param("elastic", marks=pytest.mark.services)] if SERVER else [])]
)
def index(request: pytest.FixtureRequest, index: Path) -> str:
    """On each engine in turn."""
    if request.param == "elastic":
        request.getfixturevalue("on_server")
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def forker(django_db_setup: None) -> Iterator[subprocess.Popen[str]]:
    """Makes victims, which stand still where they are to be killed; see victim.py."""
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": _database()}
    made = subprocess.Popen(
        [sys.executable, "-m", "tests.search.victim"],
        cwd=ROOT,
        env=env,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    yield made
    made.communicate()


@pytest.fixture
def kill(forker: subprocess.Popen[str], index: str) -> Kill:
    """Kills a process that drains or rebuilds at the named place."""

    def at(what: str, where: str, *, nth: int = 1, after: bool = True, batch: int = 2) -> None:
        changed = {
            "HOTLINE_DATA_DIR": str(configured.HOTLINE_DATA_DIR),
            "ELASTICSEARCH_URL": configured.ELASTICSEARCH_URL,
            "HOTLINE_ELASTICSEARCH_INDEX": configured.HOTLINE_ELASTICSEARCH_INDEX,
        }
        order = {"what": what, "where": where, "nth": nth, "after": after, "batch": batch, **changed}
        assert forker.stdin and forker.stdout
        forker.stdin.write(f"{json.dumps(order)}\n")
        forker.stdin.flush()
        os.kill(int(forker.stdout.readline()), signal.SIGKILL)
        assert forker.stdout.readline() == "gone\n"

    return at


@pytest.fixture
def cases(write: Write, index: str, kill: Kill) -> list[Case]:
    """Some cases, in the index; nobody here holds it."""
    made = [write("工资", f"+86139000000{n:02d}") for n in range(MANY)]
    catch_up()
    return made


def _database() -> str:
    """The address of the tests' own database."""
    one = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{one['NAME']}"
    return f"postgres://{one['USER']}@{one['HOST']}:{one['PORT']}/{one['NAME']}"


def catch_up() -> None:
    """Another worker, after the claims of the killed one have run out."""
    now_due()
    while outbox.drain():
        pass
    engines.in_use().stop_writing()


def touch(cases: list[Case]) -> None:
    for case in cases:
        events.record(Case.objects.get(pk=case.pk), "touched")


DRAINS = [("write", True), ("write", False), ("search.outbox:_claim", True), ("search.outbox:_remove", True)]


@pytest.mark.parametrize(("where", "after"), DRAINS)
def test_a_worker_killed_while_it_drains(
    index: str, cases: list[Case], kill: Kill, write: Write, supervisor: Staff, where: str, after: bool
) -> None:
    touch(cases)
    write("工资", "+8613900000099")
    kill("drain", ENGINES[index][0] if where == "write" else where, after=after)
    assert find(supervisor, "工资").total >= MANY
    catch_up()
    assert (SearchMark.objects.count(), find(supervisor, "工资").total) == (0, MANY + 1)
    assert verify.differences(engines.reader()) == []


REBUILDS = [
    ("write", True, 1),
    ("write", False, 2),
    ("write", True, 3),
    ("search.outbox:_drain_into", True, 2),
]


@pytest.mark.parametrize(("where", "after", "nth"), REBUILDS)
def test_a_builder_killed_while_it_fills(
    index: str,
    cases: list[Case],
    kill: Kill,
    write: Write,
    supervisor: Staff,
    where: str,
    after: bool,
    nth: int,
) -> None:
    before = engines.in_use().name()
    touch(cases[:1])
    kill("rebuild", ENGINES[index][0] if where == "write" else where, after=after, nth=nth)
    half = engines.in_use().half_built()
    assert (engines.in_use().name(), half is None) == (before, False)
    assert find(supervisor, "工资").total == MANY
    write("工资", "+8613900000099")
    touch(cases[:3])
    catch_up()
    assert find(supervisor, "工资").total == MANY + 1
    assert outbox.rebuild() == MANY + 1
    assert (engines.in_use().name(), engines.in_use().half_built()) == (half, None)
    assert find(supervisor, "工资").total == MANY + 1
    assert verify.differences(engines.reader()) == []


@pytest.mark.parametrize("after", [True, False])
def test_a_builder_killed_at_the_switch(
    index: str, cases: list[Case], kill: Kill, write: Write, supervisor: Staff, after: bool
) -> None:
    before = engines.in_use().name()
    kill("rebuild", ENGINES[index][1], after=after)
    assert (engines.in_use().name() == before, engines.in_use().half_built() is None) == (not after, after)
    assert find(supervisor, "工资").total == MANY
    write("工资", "+8613900000099")
    catch_up()
    assert find(supervisor, "工资").total == MANY + 1
    assert outbox.rebuild() == MANY + 1
    assert verify.differences(engines.reader()) == []


def test_the_first_building_killed(index: str, write: Write, kill: Kill, supervisor: Staff) -> None:
    for n in range(MANY):
        write("工资", f"+86139000000{n:02d}")
    kill("drain", ENGINES[index][0], nth=2)
    assert find(supervisor, "工资").engine_down
    catch_up()
    assert find(supervisor, "工资").total == MANY
    assert engines.in_use().half_built() is None
