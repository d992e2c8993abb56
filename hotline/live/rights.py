"""What the sockets ask the database: who still is who, and which topics each person may be rung for.

All of it runs in threads of its own (`in_thread`), so that the event loop never waits for a query.
"""

import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import ParamSpec, TypeVar

from channels.db import database_sync_to_async
from django.contrib.sessions.models import Session
from django.utils import timezone

from hotline import access, events
from hotline.actions import seats
from hotline.models import Case, Seat, Staff

TOPIC = re.compile(r"floor|(?:case|unit|staff):[1-9][0-9]{0,17}")
_POOL = ThreadPoolExecutor(4, "live")

Args = ParamSpec("Args")
Answer = TypeVar("Answer")


def in_thread(function: Callable[Args, Answer]) -> Callable[Args, Awaitable[Answer]]:
    """`function` to be awaited: it runs in a thread, with a database connection of that thread."""
    call = database_sync_to_async(function, thread_sensitive=False, executor=_POOL)
    return wraps(function)(call)


@dataclass(frozen=True)
class Pass:
    """On what a socket was let in; it ends when any of this is no longer so."""

    staff_id: int
    name: str
    role: str
    standing: tuple[str, int, int]
    session_key: str


def standing_of(staff: Staff) -> tuple[str, int, int]:
    """What a change of ends a person's sockets: role, unit and password."""
    return staff.role, staff.unit_id, hash(staff.password)


def signed_out(passes: Collection[Pass]) -> set[Pass]:
    """Those of `passes` whose person was deactivated or changed, or whose session has ended. Two queries."""
    staff = Staff.objects.filter(pk__in={p.staff_id for p in passes}, is_active=True)
    standing = {person.pk: standing_of(person) for person in staff}
    keys = {p.session_key for p in passes}
    running = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    sessions = set(running.values_list("session_key", flat=True))
    return {p for p in passes if standing.get(p.staff_id) != p.standing or p.session_key not in sessions}


def grant(staff_id: int, topics: Collection[str]) -> dict[str, int | None]:
    """Those of `topics` that this person may be rung for now, cases with their version.

    One query for the person and one for all cases together. Raises Staff.DoesNotExist for who is deactivated.
    """
    staff = Staff.objects.select_related("unit").get(pk=staff_id, is_active=True)
    if staff.must_change_password:
        return {}  # as every page: first the password
    asked = {topic for topic in topics if TOPIC.fullmatch(topic)}
    cases = {topic for topic in asked if topic.startswith("case:")}
    visible = access.visible(staff, Case.objects.filter(pk__in=[case_of(topic) for topic in cases]))
    granted: dict[str, int | None] = {
        f"case:{pk}": version for pk, version in visible.values_list("pk", "version")
    }
    return granted | {topic: None for topic in asked - cases if access.may_listen(staff, topic)}


def note_refused(staff_id: int, topics: Collection[str]) -> None:
    """Write into the access log that this person asked to be rung for `topics` and was refused."""
    staff = Staff.objects.get(pk=staff_id)
    for topic in sorted(topics):
        events.looked(staff, "topic", detail=topic if TOPIC.fullmatch(topic) else "malformed", refused=True)


def versions(topics: Collection[str]) -> dict[str, int]:
    """The versions of the cases among `topics`, in one query."""
    cases = [case_of(topic) for topic in topics if topic.startswith("case:")]
    found = Case.objects.filter(pk__in=cases).values_list("pk", "version")
    return {f"case:{pk}": version for pk, version in found}


def who_may_hear(asked: Mapping[str, set[int]]) -> dict[str, set[int]]:
    """Of the people (staff ids) who listen to each case topic, those who may see that case now.

    One query for the people and one for each of them.
    """
    still: dict[str, set[int]] = {topic: set() for topic in asked}
    people = set().union(*asked.values())
    for staff in Staff.objects.select_related("unit").filter(pk__in=people):
        cases = [case_of(topic) for topic, listening in asked.items() if staff.pk in listening]
        for pk in _visible(staff, cases):
            still[f"case:{pk}"].add(staff.pk)
    return still


def case_of(topic: str) -> int:
    """The case's id in a topic `case:12`."""
    return int(topic.partition(":")[2])


def console_seen(staff_id: int) -> None:
    """An agent's console has just answered."""
    seats.seen(staff_id, timezone.now())


def console_gone(staff_id: int, since: datetime) -> None:
    """An agent's last console here went away at `since`, unless another process has heard one after that."""
    if not Seat.objects.filter(pk=staff_id, console_seen_at__gt=since).exists():
        seats.console_gone(staff_id)


def _visible(staff: Staff, cases: Collection[int]) -> set[int]:
    return set(access.visible(staff, Case.objects.filter(pk__in=cases)).values_list("pk", flat=True))
