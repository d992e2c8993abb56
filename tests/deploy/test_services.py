"""The private servers that tests and drills start."""

import threading

import psycopg
import pytest

from deploy import services


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
