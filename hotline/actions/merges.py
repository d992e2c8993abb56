"""Writing down that two cases are one matter, that they are not after all, and that one is two.

Call these with the cases locked, in the order of their ids.
"""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from hotline import events
from hotline.enums import Outcome, Stage
from hotline.models import Case, CaseEmployer, Claim, Clock, Merge, Staff

COPIED = (
    "unit",
    "district_code",
    "street_code",
    "employed_from",
    "employed_until",
    "has_contract",
    "known_on",
)
"""What holds for both cases after a split."""
CHANGED = ("stage", "outcome", "closed_at", "next_due", "merged_into")


def merge(case: Case, into: Case, actor: Staff, reason: str, clocks: Sequence[Clock]) -> Merge:
    """End `case` as merged into `into`. Nothing of it is moved; `clocks` ran on it."""
    row = Merge.objects.create(
        case=case,
        into=into,
        reason=reason,
        stage=case.stage,
        clocks=[[clock.rule, clock.start.isoformat(), clock.source] for clock in clocks],
        actor=actor,
        at=timezone.now(),
    )
    case.stage, case.outcome, case.merged_into = Stage.CLOSED, Outcome.MERGED, into
    case.closed_at, case.next_due = row.at, None
    _tell_both("case.merged", case, into, actor, reason)
    return row


def undo(row: Merge, case: Case, into: Case, actor: Staff, reason: str) -> None:
    """Let `case` stand again where it stood."""
    row.undone_by, row.undone_at, row.undone_reason = actor, timezone.now(), reason
    row.save(update_fields=["undone_by", "undone_at", "undone_reason"])
    case.stage, case.outcome, case.merged_into, case.closed_at = row.stage, "", None, None
    _tell_both("case.unmerged", case, into, actor, reason)


def _tell_both(kind: str, case: Case, into: Case, actor: Staff, reason: str) -> None:
    data: dict[str, Any] = {"actor": actor, "topics": ["floor"], "reason": reason}
    events.record(case, kind, changed=CHANGED, away=True, other=into.number, **data)
    events.record(into, kind, away=False, other=case.number, **data)


def split(
    case: Case,
    fresh: Case,
    actor: Staff,
    reason: str,
    claims: Sequence[Claim],
    employers: Sequence[CaseEmployer],
) -> None:
    """Make `fresh` a case of its own out of parts of `case`; its conversations are moved by the caller."""
    for name in COPIED:
        setattr(fresh, name, getattr(case, name))
    fresh.split_from = case
    Claim.objects.filter(pk__in=[claim.pk for claim in claims]).update(case=fresh)
    CaseEmployer.objects.filter(pk__in=[part.pk for part in employers]).update(case=fresh)
    told: dict[str, Any] = {
        "actor": actor,
        "topics": ["floor"],
        "reason": reason,
        "claims": [str(claim.kind) for claim in claims],
        "employers": [part.employer.name for part in employers],
    }
    events.record(fresh, "case.split", changed=[*COPIED, "split_from"], away=False, other=case.number, **told)
    events.record(case, "case.split", away=True, other=fresh.number, **told)
