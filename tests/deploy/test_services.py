"""The private servers that tests and drills start."""

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from deploy import services
from deploy.processes import Children


@pytest.mark.services
def test_a_failed_run_says_who_waited_for_whose_lock() -> None:
    with services.running(0) as running, psycopg.connect(running.database_url) as holder:
        holder.execute("CREATE TABLE case_file ()")
        holder.commit()
        holder.execute("LOCK TABLE case_file")
        waiter = psycopg.connect(running.database_url, autocommit=True)
        waiting, holding = waiter.info.backend_pid, holder.info.backend_pid
        thread = threading.Thread(target=waiter.execute, args=("TRUNCATE case_file",))
        thread.start()
        thread.join(1.5)  # PostgreSQL tells of it after one second
        holder.rollback()
        thread.join()
        waiter.close()
        told = services.lock_waits(running.logs)
    assert f"process {waiting} still waiting for AccessExclusiveLock" in told
    assert f"Process holding the lock: {holding}" in told


@pytest.mark.services
def test_one_that_was_killed_starts_again_although_its_sessions_end_after_it(folder: Path) -> None:
    children = Children(folder / "logs")
    postgres = services.Postgres(children, folder / "postgres")
    try:
        postgres.start()
        # A session that works notices only at its next word that the server has gone.
        with psycopg.connect(postgres.url, autocommit=True) as busy:
            thread = threading.Thread(target=_reckon, args=(busy,))
            thread.start()
            time.sleep(0.3)
            postgres.kill()
            postgres.start()
            thread.join()
        assert "is still in use" not in children.log("postgres").read_text()
    finally:
        children.stop()


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that PostgreSQL's own user can reach, which those of pytest are not."""
    with TemporaryDirectory(prefix="hotline-test-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def _reckon(connection: psycopg.Connection) -> None:
    with suppress(psycopg.OperationalError):
        connection.execute("SELECT count(*) FROM generate_series(1, 10000000)")
