"""Real faults: files that may not grow, databases that are locked or stopped, a carrier that stumbles."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from hotline.models import Staff
from tests.hotline.live.conftest import browser_of, play  # noqa: F401 - fixtures
from tests.hotline.telephony.conftest import carrier, carrier_process, post, ring, seated  # noqa: F401

Visitor = Callable[[Staff], Client]
on_sqlite = pytest.mark.skipif(
    bool(os.environ.get("DATABASE_URL", "sqlite").startswith("postgres")), reason="SQLite's own faults"
)


@pytest.fixture
def visitor(client_of: Callable[[Staff], Client]) -> Visitor:
    """A browser of this person that is shown the page of a fault, as people are."""

    def sign_in(staff: Staff) -> Client:
        client = client_of(staff)
        client.raise_request_exception = False
        return client

    return sign_in


@pytest.fixture
def write_locked(transactional_db: None) -> Callable[[], Any]:
    """Within the block another writer holds SQLite's one lock, for longer than anybody here waits."""

    @contextmanager
    def hold() -> Iterator[None]:
        with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            impatient()
            try:
                yield
            finally:
                other.execute("ROLLBACK")

    return hold


def impatient() -> None:
    """This thread's connection waits for a lock for a moment only."""
    connection.ensure_connection()
    connection.patience = 0.1  # type: ignore[attr-defined]


@contextmanager
def pragma(name: str, value: int, back: int) -> Iterator[None]:
    """SQLite with a limit that it keeps itself: `query_only`, `max_page_count`."""
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {name} = {value}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA {name} = {back}")
