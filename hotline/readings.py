"""What is read from the database once while one step is done or one page made, however many parts ask for it.

A step moves several clocks, and each would look at all of them and at the rule book again. What is kept is
under the case's lock and written by the module that asks for it alone, so it cannot grow old; it is gone
when the step ends.

A page of a case is made the same way (`console/caserows.py`): it writes nothing of what it reads, and its
parts show one state of the case.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

Read = TypeVar("Read")
_kept: ContextVar[dict[Hashable, Any] | None] = ContextVar("readings", default=None)


@contextmanager
def kept() -> Iterator[None]:
    """Until its end, `once` reads each thing once. In a step it stands inside the transaction that locks
    the case."""
    if _kept.get() is not None:
        yield
        return
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def once(key: Hashable, read: Callable[[], Read]) -> Read:
    """What `read` returns: the same object for the same `key` inside `kept`, else read anew."""
    found = _kept.get()
    if found is None:
        return read()
    if key not in found:
        found[key] = read()
    value: Read = found[key]
    return value
