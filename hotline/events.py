"""The only writer of Event rows: a case's timeline and audit trail, each row chained to the one before."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.utils import timezone

from hotline import bell
from hotline.bell import Ring
from hotline.models import Access, Case, Event, SearchMark, Staff
from hotline.models.prepared import insert, planned

VISIT = timedelta(minutes=30)
"""A page that stays open fetches its parts again and again: its look is noted once in this time."""
TYPING = timedelta(seconds=10)
"""A pause in typing is shorter."""
visits = LocMemCache("visits", {"TIMEOUT": VISIT.total_seconds(), "OPTIONS": {"MAX_ENTRIES": 50_000}})
"""Who looks at what just now. Each process keeps its own: what is forgotten is noted once more."""


def record(
    case: Case,
    kind: str,
    *,
    actor: Staff | None = None,
    at: datetime | None = None,
    topics: Iterable[str] = (),
    changed: Iterable[str] = (),
    **data: Any,
) -> Event:
    """Write that `kind` happened to `case`; call it inside the change's transaction.

    `changed` names the fields of `case` that are saved with it.
    Bumps the case's version (the event's sequence), marks the case for search, and rings the case, its
    people, its unit upwards and `topics` on commit. `case` gets the new version and chain head.
    """
    event = Event(case=case, kind=kind, actor=actor, at=at or timezone.now())
    event.data = json.loads(json.dumps(data, cls=DjangoJSONEncoder))
    while not _append(event, {name: getattr(case, name) for name in changed}):
        # Another reading of this case has written since this one was read: go on from what stands now.
        now_there = Case.objects.select_for_update(no_key=True).values_list("version", "chain_head")
        case.version, case.chain_head = now_there.get(pk=case.pk)
    case.version, case.chain_head, case.updated_at = event.sequence, event.hash, event.at
    ring_case(case, kind, topics)
    return event


def _append(event: Event, changed: Mapping[str, Any]) -> bool:
    """Chain `event` to its case as read; False, and nothing is written, where the case has moved on."""
    case = event.case
    event.sequence, event.previous_hash = case.version + 1, case.chain_head
    event.hash = chain_hash(event)
    values = {**changed, "version": event.sequence, "chain_head": event.hash, "updated_at": event.at}
    if connection.vendor == "postgresql":
        return _append_at_once(event, values)
    read = Case.objects.filter(pk=case.pk, version=case.version, chain_head=case.chain_head)
    if not read.update(**values):
        return False
    insert(event)
    case.version = event.sequence
    mark_for_search(case)
    return True


APPEND = """
WITH moved AS (
    UPDATE hotline_case SET {changes} WHERE id = %s AND version = %s AND chain_head = %s RETURNING id
), told AS (
    INSERT INTO hotline_event (case_id, sequence, kind, actor_id, at, data, previous_hash, hash)
    SELECT id, %s, %s, %s::bigint, %s, %s::jsonb, %s, %s FROM moved RETURNING id
), marked AS (
    INSERT INTO hotline_searchmark (case_id, version, marked_at, due_at, tries, problem)
    SELECT id, %s, %s, %s, 0, '' FROM moved
    ON CONFLICT (case_id) DO UPDATE SET
        version = excluded.version, due_at = LEAST(hotline_searchmark.due_at, excluded.due_at), tries = 0
)
SELECT id FROM told
"""
"""What `_append` does, as one statement: every write passes here, and each costs a way to the server."""


def _append_at_once(event: Event, values: Mapping[str, Any]) -> bool:
    case, now = event.case, timezone.now()
    fields = [Case._meta.get_field(name) for name in values]
    changes = ", ".join(f"{field.column} = %s" for field in fields)  # type: ignore[union-attr]
    new = [
        field.get_db_prep_save(getattr(value, "pk", value), connection)  # type: ignore[union-attr]
        for field, value in zip(fields, values.values(), strict=True)
    ]
    parameters: list[Any] = [*new, case.pk, case.version, case.chain_head]
    parameters += [event.sequence, event.kind, event.actor_id, event.at, json.dumps(event.data)]
    parameters += [event.previous_hash, event.hash, event.sequence, now, now]
    with planned() as cursor:
        statement = APPEND.format(changes=changes)  # names of our own columns alone
        cursor.execute(statement, parameters)
        written = cursor.fetchone()
    event.pk = written[0] if written else None
    return written is not None


def chain_hash(event: Event) -> str:
    """The hash over `event` and the one before it; a changed, missing or moved row breaks the chain."""
    parts = [
        event.previous_hash,
        event.case_id,
        event.sequence,
        event.kind,
        event.actor_id,
        int(event.at.timestamp() * 1_000_000),
        event.data,
    ]
    return sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def mark_for_search(*cases: Case) -> None:
    """Note that the search index is behind `cases`, in the change's own transaction."""
    now = timezone.now()
    SearchMark.objects.bulk_create(
        [SearchMark(case=case, version=case.version, marked_at=now, due_at=now) for case in cases],
        update_conflicts=True,
        unique_fields=["case"],
        update_fields=["version", "due_at", "tries"],
    )


def several_cases() -> None:
    """Wait for one's turn to mark several cases for search in one transaction, which lasts until its end.

    Call it before any case is locked. Whoever holds one case's mark and waits for another's could else wait
    for somebody who does the same the other way round.
    """
    if connection.vendor == "postgresql":  # SQLite has one writer
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(12351)")


def ring_case(case: Case, kind: str, topics: Iterable[str] = ()) -> None:
    """Ring everyone who has `case` on a page or in a list."""
    lists = {f"unit:{unit}" for unit in (*case.unit.ancestors, case.offered_to_id) if unit}
    lists |= {f"staff:{pk}" for pk in (case.agent_id, case.lawyer_id, case.mediator_id) if pk}
    lists |= set(topics)
    bell.ring([Ring(f"case:{case.pk}", kind, case.version), *(Ring(t, kind) for t in sorted(lists))])


def looked(
    staff: Staff | None,
    what: str,
    *,
    case: Case | None = None,
    detail: str = "",
    reason: str = "",
    refused: bool = False,
) -> None:
    """Note in the access log that `staff` read (or was refused) `what`."""
    Access.objects.create(
        staff=staff,
        case=case,
        what=what,
        detail=detail[:200],
        reason=reason[:200],
        refused=refused,
        at=timezone.now(),
    )


def looked_typing(staff: Staff, what: str, *, detail: str, beside: str = "") -> None:
    """Note what `staff` looks for while they type: `detail`, with `beside` behind it.

    Where it only goes on from what they looked for some seconds ago, it takes its place: the last of a run
    of typing holds all that was typed before. What was shortened or changed has a row of its own.
    """
    now, tail = timezone.now(), f" {beside}" if beside else ""
    told = f"{detail}{tail}"[:200]
    last = Access.objects.filter(staff=staff, at__gt=now - TYPING).order_by("-pk").first()
    if last and last.what == what and last.detail.endswith(tail):
        begun = last.detail.removesuffix(tail)
        if begun and detail.startswith(begun) and len(detail) + len(tail) <= 200:
            Access.objects.filter(pk=last.pk).update(detail=told, at=now)
            return
    looked(staff, what, detail=told)


def looked_in_visit(
    staff: Staff, what: str, *, case: Case, detail: str = "", reason: str = "", opened: bool = False
) -> None:
    """Note in the access log that `staff` read `what`: each time it is `opened`, its pieces once a visit."""
    visit = sha256(repr((staff.pk, case.pk, what, detail)).encode()).hexdigest()
    if opened or visit not in visits:
        looked(staff, what, case=case, detail=detail, reason=reason)
        visits.set(visit, True)
