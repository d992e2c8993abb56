"""Writing down what happens before the commission: entries, and striking one out."""

from datetime import date
from typing import Any

from django.utils import timezone

from hotline import events
from hotline.enums import ArbitrationKind
from hotline.models import ArbitrationEntry, Case, Referral, Staff
from hotline.models.prepared import Given, Prepared, update

WITHDRAWALS = frozenset({ArbitrationKind.WITHDRAWN, ArbitrationKind.STAYED_AWAY})
"""The worker takes the application back, or is held to have done so (Case-handling Rules, Art. 35 and 39)."""


def enter(
    case: Case, referral: Referral, actor: Staff, kind: ArbitrationKind, **said: Any
) -> ArbitrationEntry:
    """Keep what happened; a hearing takes the place of the one before. Call it with the case locked."""
    if kind in (ArbitrationKind.HEARING, ArbitrationKind.HELD, *WITHDRAWALS):
        no_hearing(referral)
    if kind in WITHDRAWALS:
        _withdrawn(referral, said["on"])
    row = ArbitrationEntry.objects.create(
        referral=referral,
        kind=kind,
        planned=kind == ArbitrationKind.HEARING,
        written_by=actor,
        written_at=timezone.now(),
        **said,
    )
    told = {"on": said.get("on"), "note": said.get("note", ""), "place": said.get("place", "")}
    when = row.at.isoformat() if row.at else None
    events.record(case, "arbitration.entered", actor=actor, entry=row.pk, of=kind, when=when, **told)
    return row


def _withdrawn(referral: Referral, on: date | None) -> None:
    referral.withdrawn_on = on
    referral.save(update_fields=["withdrawn_on"])


PLANNED = Prepared(lambda: ArbitrationEntry.objects.filter(referral=Given("referral"), planned=True))


def no_hearing(referral: Referral) -> None:
    """No hearing of the referral is still to come."""
    for row in PLANNED.all(referral=referral.pk):
        row.planned = False
        update(row, "planned")


def strike(case: Case, row: ArbitrationEntry, actor: Staff, reason: str) -> None:
    """It was not so: it stays to be read and acts no longer; the hearing before a struck one stands again."""
    row.struck_by, row.struck_at, row.struck_reason, row.planned = actor, timezone.now(), reason[:200], False
    row.save(update_fields=["struck_by", "struck_at", "struck_reason", "planned"])
    if row.kind in (ArbitrationKind.HEARING, ArbitrationKind.HELD, *WITHDRAWALS):
        _plan_again(row.referral)
    if row.kind in WITHDRAWALS:
        _withdrawn(row.referral, None)
    events.record(
        case, "arbitration.struck", actor=actor, entry=row.pk, of=row.kind, on=row.on, reason=reason[:200]
    )


def _plan_again(referral: Referral) -> None:
    hearings = (ArbitrationKind.HEARING, ArbitrationKind.HELD)
    last = referral.entries.filter(kind__in=hearings, struck_at=None).last()
    if last is not None and last.kind == ArbitrationKind.HEARING:
        last.planned = True
        last.save(update_fields=["planned"])
