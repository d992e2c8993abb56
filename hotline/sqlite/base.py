"""Django's SQLite backend with writers who wait for their turn as equals.

SQLite's own waiting looks ever more rarely: once in 100 ms after the first quarter of a second. Among
sixteen writers on a busy machine the one who has waited longest is then passed by all who come after it,
until its time is over and it is told "database is locked". Here everybody looks again at the same short
pace, however long they have waited.
"""

import sqlite3
from collections.abc import Callable
from time import monotonic
from typing import Any

from django.db.backends.sqlite3 import base

LOOK_MILLISECONDS = 20
"""SQLite looks after 1, 3, 8 and 18 ms, and gives up; then it begins anew."""


class Cursor(base.SQLiteCursorWrapper):
    """Waits up to the backend's `patience` for the one who writes."""

    patience: float

    def execute(self, query: str, params: Any = None) -> Any:
        return self._in_turn(lambda: super(Cursor, self).execute(query, params))

    def executemany(self, query: str, param_list: Any) -> Any:
        rows = list(param_list)
        return self._in_turn(lambda: super(Cursor, self).executemany(query, rows))

    def _in_turn(self, work: Callable[[], Any]) -> Any:
        end = monotonic() + self.patience
        while True:
            try:
                return work()
            except sqlite3.OperationalError as error:
                busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
                # Within a transaction the turn is ours already, and nothing may be done twice.
                if not busy or self.connection.in_transaction or monotonic() > end:
                    raise


class DatabaseWrapper(base.DatabaseWrapper):
    """`timeout` of its options is the patience: the seconds after which "database is locked" is said."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection that waits patiently while it is set up, and as said above from then on."""
        self.patience = float(conn_params["timeout"])
        connection = super().get_new_connection(conn_params)
        connection.execute(f"PRAGMA busy_timeout = {LOOK_MILLISECONDS}")
        return connection

    def create_cursor(self, name: str | None = None) -> Cursor:
        """A cursor of the connection."""
        cursor: Cursor = self.connection.cursor(factory=Cursor)
        cursor.patience = self.patience
        return cursor
