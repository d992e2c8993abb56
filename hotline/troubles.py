"""What is away when something of ours fails: the database, room to write, or only a moment's patience."""

import errno
import sqlite3
from enum import StrEnum

import psycopg
from django.db import InterfaceError, OperationalError


class Trouble(StrEnum):
    """What people and the carrier can be told; each of them passes, and what was stored is safe."""

    DATABASE = "database"
    """It cannot be reached."""
    BUSY = "busy"
    """A lock was not given in time: nothing was changed, and it may be done again at once."""
    STORAGE = "storage"
    """The disk is full or may not be written to."""


SQLITE = {
    sqlite3.SQLITE_BUSY: Trouble.BUSY,
    sqlite3.SQLITE_LOCKED: Trouble.BUSY,
    sqlite3.SQLITE_CANTOPEN: Trouble.DATABASE,
    sqlite3.SQLITE_FULL: Trouble.STORAGE,
    sqlite3.SQLITE_IOERR: Trouble.STORAGE,
    sqlite3.SQLITE_READONLY: Trouble.STORAGE,
}
"""By SQLite's primary result code."""
POSTGRES = {
    "08": Trouble.DATABASE,  # the connection broke
    "57P": Trouble.DATABASE,  # it stops, or has just been started
    "533": Trouble.DATABASE,  # no connection is free
    "55P03": Trouble.BUSY,  # lock_timeout
    "40": Trouble.BUSY,  # deadlock, serialization
    "57014": Trouble.BUSY,  # statement_timeout
    "53100": Trouble.STORAGE,  # disk full
    "58": Trouble.STORAGE,  # input or output failed
    "25006": Trouble.STORAGE,  # read-only, as a standby is
}
"""By the beginning of PostgreSQL's SQLSTATE; no two of them fit one state."""
FILES = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EIO}


def trouble_of(error: BaseException | None) -> Trouble | None:
    """What is away, going by `error` and what caused it; None where the fault is our own."""
    while error is not None:
        found = _trouble(error)
        if found is not None:
            return found
        error = error.__cause__
    return None


def _trouble(error: BaseException) -> Trouble | None:
    if isinstance(error, OSError):
        return Trouble.STORAGE if error.errno in FILES else None
    if not isinstance(error, OperationalError | InterfaceError):
        return None
    cause = error.__cause__
    if isinstance(cause, sqlite3.Error):
        return SQLITE.get(getattr(cause, "sqlite_errorcode", 0) & 0xFF)
    state = cause.sqlstate if isinstance(cause, psycopg.Error) else None
    if state is None:
        return Trouble.DATABASE  # never connected, or the connection was lost: there is no state
    return next((trouble for start, trouble in POSTGRES.items() if state.startswith(start)), None)
