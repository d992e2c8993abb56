"""What happens to a case's periods, as people enter it: a lawyer confirms, nothing is ever deleted."""

from datetime import date

from django.utils import timezone

from hotline import events
from hotline.models import Case, Staff, TermEvent


def enter(
    case: Case, actor: Staff, kind: str, on: date, *, until: date | None, note: str, confirmed: bool
) -> TermEvent:
    """Write down that `kind` happened on `on`; call it with the case locked."""
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
    events.record(
        case, "term.entered", actor=actor, term=row.pk, of=kind, on=on, note=note, confirmed=confirmed
    )
    return row


def confirm(row: TermEvent, actor: Staff) -> None:
    """A lawyer says that it is so."""
    row.confirmed_by, row.confirmed_at = actor, timezone.now()
    row.save(update_fields=["confirmed_by", "confirmed_at"])
    events.record(row.case, "term.confirmed", actor=actor, term=row.pk, of=row.kind, on=row.on)


def strike(row: TermEvent, actor: Staff, reason: str) -> None:
    """It was not so: it stays to be read and acts no longer."""
    row.struck_by, row.struck_at, row.struck_reason = actor, timezone.now(), reason[:200]
    row.save(update_fields=["struck_by", "struck_at", "struck_reason"])
    events.record(
        row.case, "term.struck", actor=actor, term=row.pk, of=row.kind, on=row.on, reason=reason[:200]
    )
