"""What happens to a case's periods, as people enter it: a lawyer confirms, nothing is ever deleted."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils import timezone

from hotline import events
from hotline.models import Case, Member, Staff, TermEvent

NAMED = 5
"""Members whose names an event carries."""


def enter(
    case: Case,
    actor: Staff,
    kind: str,
    on: date,
    *,
    note: str,
    confirmed: bool,
    until: date | None = None,
    members: Sequence[Member] = (),
) -> TermEvent:
    """Write down that `kind` happened on `on`, to `members` alone where some are given.

    Call it with the case locked.
    """
    now = timezone.now()
    row = TermEvent.objects.create(
        case=case,
        kind=kind,
        on=on,
        until=until,
        note=note,
        entered_by=actor,
        entered_at=now,
        confirmed_by=actor if confirmed else None,
        confirmed_at=now if confirmed else None,
    )
    if members:
        row.members.set(members)
    told = {"note": note, "confirmed": confirmed, **_whose(row)}
    events.record(case, "term.entered", actor=actor, term=row.pk, of=kind, on=on, **told)
    return row


def confirm(row: TermEvent, actor: Staff) -> None:
    """A lawyer says that it is so."""
    row.confirmed_by, row.confirmed_at = actor, timezone.now()
    row.save(update_fields=["confirmed_by", "confirmed_at"])
    events.record(row.case, "term.confirmed", actor=actor, term=row.pk, of=row.kind, on=row.on, **_whose(row))


def strike(row: TermEvent, actor: Staff, reason: str) -> None:
    """It was not so: it stays to be read and acts no longer."""
    row.struck_by, row.struck_at, row.struck_reason = actor, timezone.now(), reason[:200]
    row.save(update_fields=["struck_by", "struck_at", "struck_reason"])
    told = {"reason": reason[:200], **_whose(row)}
    events.record(row.case, "term.struck", actor=actor, term=row.pk, of=row.kind, on=row.on, **told)


def _whose(row: TermEvent) -> dict[str, Any]:
    names = list(row.members.order_by("pk").values_list("name", flat=True))
    return {"names": names[:NAMED], "persons": len(names)} if names else {}
