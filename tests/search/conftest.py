"""An index of its own for each test, and a caller whose words are searched."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from elasticsearch import Elasticsearch

from hotline.enums import MessageState
from hotline.models import Case, Contact, Message
from search import outbox
from search.engine import Engine
from search.tantivy_engine import TantivyEngine
from tests.search.contract import SERVER, an_index
from workflows import reception

ENGINES = ["tantivy", *([pytest.param("elasticsearch", marks=pytest.mark.services)] if SERVER else [])]
# Where no server has been started there is nothing to ask.
collect_ignore = [] if SERVER else ["test_elastic.py"]


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Each engine in turn, empty."""
    if request.param == "elasticsearch":
        with an_index(request.getfixturevalue("server")) as made:
            yield made
        return
    embedded = TantivyEngine(tmp_path / "engine", create=True)
    yield embedded
    embedded.close()


@pytest.fixture(scope="module")
def server() -> Iterator[Elasticsearch]:
    with Elasticsearch(SERVER) as client:
        yield client


@pytest.fixture
def on_server(settings: Any) -> Iterator[None]:
    """In the place of the folder: indexes of names of their own on the server, cleared away at the end."""
    from search import elastic_generations

    settings.ELASTICSEARCH_URL = SERVER
    settings.HOTLINE_ELASTICSEARCH_INDEX = f"test_{uuid.uuid4().hex}"
    yield
    client = elastic_generations.client()
    for name in client.indices.get(index=f"{settings.HOTLINE_ELASTICSEARCH_INDEX}-*").body:
        client.indices.delete(index=name)
    elastic_generations.stop_writing()


@pytest.fixture
def write(arrive: Callable[..., reception.Received]) -> Callable[..., Case]:
    """A case in which `text` came as a text message."""

    def make(text: str, number: str = "+8613800005678", name: str = "", **changes: Any) -> Case:
        received = arrive(number, **changes)
        Message.objects.create(interaction=received.interaction, body=text, state=MessageState.RECEIVED)
        if name:
            contact = Contact.objects.select_related("person").get(value=number)
            contact.person.name = name
            contact.person.save(update_fields=["name"])
        return received.case

    return make


@pytest.fixture
def drained(index: Path) -> Callable[[], int]:
    """Brings the index up to the rows."""

    def drain() -> int:
        done = 0
        while taken := outbox.drain():
            done += taken
        return done

    return drain


def now_due() -> None:
    """Let every mark that waits be due."""
    from hotline.models import SearchMark

    SearchMark.objects.update(due_at=timezone.now())
