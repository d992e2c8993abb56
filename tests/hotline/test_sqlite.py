"""Writers on SQLite wait for their turn, and are told when it takes too long."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections

from hotline.sqlite.base import LOOK_MILLISECONDS, DatabaseWrapper

pytestmark = pytest.mark.django_db
HELD = 0.3
"""Seconds: longer than SQLite itself waits at one look."""


def opened(path: Path, patience: float) -> DatabaseWrapper:
    settings = dict(connections[DEFAULT_DB_ALIAS].settings_dict)
    options = {
        "transaction_mode": "IMMEDIATE",
        "timeout": patience,
        "init_command": "PRAGMA journal_mode=WAL",
    }
    made = DatabaseWrapper(
        settings | {"ENGINE": "hotline.sqlite", "NAME": str(path), "OPTIONS": options}, "other"
    )
    made.inc_thread_sharing()
    return made


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[DatabaseWrapper]:
    """A connection with a table, which holds the only turn to write."""
    made = opened(tmp_path / "turns.sqlite3", 10)
    with made.cursor() as cursor:
        cursor.execute("CREATE TABLE turn (who TEXT)")
        cursor.execute("BEGIN IMMEDIATE")
    yield made
    made.close()


def test_a_writer_waits_until_the_other_has_written(holder: DatabaseWrapper) -> None:
    assert HELD * 1000 > LOOK_MILLISECONDS
    threading.Timer(HELD, holder.connection.rollback).start()
    waiter = opened(Path(holder.settings_dict["NAME"]), 30)
    began = time.monotonic()
    with waiter.cursor() as cursor:
        cursor.execute("INSERT INTO turn VALUES (%s)", ["one"])
        cursor.executemany("INSERT INTO turn VALUES (%s)", (["two"] for _n in range(2)))
        assert cursor.execute("SELECT count(*) FROM turn").fetchone() == (3,)
    waiter.close()
    assert time.monotonic() - began > HELD / 2


def test_who_has_waited_long_enough_is_told(holder: DatabaseWrapper) -> None:
    waiter = opened(Path(holder.settings_dict["NAME"]), HELD)
    began = time.monotonic()
    with pytest.raises(OperationalError, match="locked"), waiter.cursor() as cursor:
        cursor.execute("BEGIN IMMEDIATE")
    assert time.monotonic() - began > HELD / 2
    waiter.close()
