"""The only writer of Event rows: a case's timeline and audit trail, each row chained to the one before."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from hotline import bell
from hotline.bell import Ring
from hotline.models import Access, Case, Event, SearchMark, Staff

VISIT = timedelta(minutes=30)
"""A page that stays open fetches its parts again and again: its look is noted once in this time."""
visits = LocMemCache("visits", {"TIMEOUT": VISIT.total_seconds(), "OPTIONS": {"MAX_ENTRIES": 50_000}})
"""Who looks at what just now. Each process keeps its own: what is forgotten is noted once more."""


def record(
    case: Case,
    kind: str,
    *,
    actor: Staff | None = None,
    at: datetime | None = None,
    topics: Iterable[str] = (),
    **data: Any,
) -> Event:
    """Write that `kind` happened to `case`; call it inside the change's transaction.

    Bumps the case's version (the event's sequence), marks the case for search, and rings the case, its
    people, its unit upwards and `topics` on commit. `case` gets the new version and chain head.
    """
    at = at or timezone.now()
    head_row = Case.objects.select_for_update(no_key=True).values_list("version", "chain_head")
    version, head = head_row.get(pk=case.pk)
    plain = json.loads(json.dumps(data, cls=DjangoJSONEncoder))
    event = Event(
        case=case, sequence=version + 1, kind=kind, actor=actor, at=at, data=plain, previous_hash=head
    )
    event.hash = chain_hash(event)
    event.save(force_insert=True)
    case.version, case.chain_head, case.updated_at = event.sequence, event.hash, at
    case.save(update_fields=["version", "chain_head", "updated_at"])
    mark_for_search(case)
    ring_case(case, kind, topics)
    return event


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


def ring_case(case: Case, kind: str, topics: Iterable[str] = ()) -> None:
    """Ring everyone who has `case` on a page or in a list."""
    lists = {f"unit:{unit}" for unit in case.unit.ancestors}
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


def looked_in_visit(
    staff: Staff, what: str, *, case: Case, detail: str = "", reason: str = "", opened: bool = False
) -> None:
    """Note in the access log that `staff` read `what`: each time it is `opened`, its pieces once a visit."""
    visit = f"{staff.pk}-{case.pk}-{what}-{detail}"
    if opened or visit not in visits:
        looked(staff, what, case=case, detail=detail, reason=reason)
        visits.set(visit, True)
