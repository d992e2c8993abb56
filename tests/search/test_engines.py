"""Which engine searches, and what happens where its server is not there."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.processes import free_port
from hotline.models import Case, SearchMark, Staff
from search import elastic_generations, engines, generations, outbox
from search.engine import EngineDown
from search.find import find

Write = Callable[..., Case]


@pytest.fixture
def nobody_there(settings: Any, index: Path) -> Iterator[None]:
    """Elasticsearch is set, and nothing listens at its address."""
    settings.ELASTICSEARCH_URL = f"http://127.0.0.1:{free_port()}"
    yield
    elastic_generations.stop_writing()


def test_the_embedded_engine_searches_unless_a_server_is_set(settings: Any) -> None:
    assert engines.in_use() is generations
    settings.ELASTICSEARCH_URL = "http://127.0.0.1:9200"
    assert engines.in_use() is elastic_generations


def test_a_server_that_is_not_there_is_told_and_whole_numbers_are_still_found(
    nobody_there: None, write: Write, supervisor: Staff
) -> None:
    case = write("工资")
    found = find(supervisor, "工资")
    assert (found.total, bool(found.engine_down)) == (0, True)
    assert [one.case.pk for one in find(supervisor, case.number).cases] == [case.pk]
    assert not engines.reader().ready()


def test_marks_wait_for_a_server_that_is_not_there(nobody_there: None, write: Write) -> None:
    write("工资")
    with pytest.raises(EngineDown):
        outbox.drain()
    assert SearchMark.objects.get().tries == 0


def test_what_went_wrong_is_told_without_what_was_asked(nobody_there: None) -> None:
    with pytest.raises(EngineDown) as told:
        elastic_generations.current()
    assert str(told.value) == "Elasticsearch does not answer: ConnectionError"


def test_what_is_not_used_is_not_loaded() -> None:
    """Elasticsearch's client takes a quarter of the time in which a process starts."""
    code = "import django, sys; django.setup(); import hotline.urls; sys.exit('elasticsearch' in sys.modules)"
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    assert subprocess.run([sys.executable, "-c", code], env=env).returncode == 0
