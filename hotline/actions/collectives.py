"""Writing down a collective case, its members and who speaks for them. Call these with the case locked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case as Choice
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from hotline import crypto, events
from hotline.actions import emergencies
from hotline.actions.clocks import LIVE
from hotline.enums import Answer, ClaimKind, MemberState, Urgency
from hotline.models import Case, Clock, Collective, Contact, Member, MemberClaim, Staff
from hotline.models.cases import NEVER
from hotline.models.prepared import Given, Prepared

COLLECTIVE = Prepared(lambda: Collective.objects.filter(case=Given("case"), revoked_at=None))
FIELDS = ("name", "phone", "evidence", "known_on", "employed_until", "may_disclose", "authorised")
CLAIM_FIELDS = ("kind", "amount", "period", "basis")
Data = dict[str, Any]
Row = Mapping[str, Any]
"""What is written of a member: `FIELDS`, `identity_number`, and `claims`, each with `CLAIM_FIELDS`."""


def identity_key(number: str) -> str:
    """By what an identity number is found again."""
    return crypto.keyed_hash(number)


def of(case: Case) -> Collective | None:
    """What makes `case` a collective case, unless it is none (any more)."""
    found = COLLECTIVE.first(case=case.pk)
    if found is not None:
        found.case = case
    return found


def taking_part(case: Case) -> QuerySet[Member]:
    """The members who are still in."""
    return case.members.filter(state=MemberState.IN)


def with_due(members: QuerySet[Member]) -> QuerySet[Member]:
    """`members` with `own_due`, the nearest limitation of a case of their own, and `nearest` to sort by.

    One that is paused presses nobody.
    """
    theirs = Clock.objects.filter(
        case=OuterRef("case"), origin=OuterRef("joined_case"), state__in=LIVE, rule__startswith="limitation."
    )
    own = Subquery(theirs.order_by("due").values("due")[:1])
    running = Choice(When(limitation_paused=None, then=F("limitation_due")))
    return members.annotate(own_due=own, nearest=Coalesce("own_due", running, NEVER))


@dataclass(frozen=True)
class Totals:
    """What all who take part ask for together."""

    persons: int
    """Those written down and those whom their cases speak for."""
    written: int
    amount: Decimal
    by_kind: list[tuple[str, int, Decimal]]
    """What is asked, by how many, and how much."""
    nearest: date | None
    hidden: int
    """How many have not agreed to be named to the employer."""


def totals(case: Case) -> Totals:
    """The sums over the members of `case` who take part."""
    members = taking_part(case)
    claims = MemberClaim.objects.filter(member__in=members).order_by().values("kind")
    rows = claims.annotate(n=Count("member", distinct=True), sum=Sum("amount")).order_by("-sum")
    by_kind = [(str(ClaimKind(row["kind"]).label), row["n"], row["sum"] or Decimal(0)) for row in rows]
    nearest = getattr(with_due(members).order_by("nearest").first(), "nearest", NEVER)
    return Totals(
        persons=headcount(case),
        written=members.count(),
        amount=sum((amount for _kind, _n, amount in by_kind), Decimal(0)),
        by_kind=by_kind,
        nearest=None if nearest == NEVER else nearest,
        hidden=members.exclude(may_disclose=Answer.YES).count(),
    )


def headcount(case: Case) -> int:
    """How many workers it is about: those of the case itself and those of each case that has joined it."""
    counted = taking_part(case).aggregate(
        own=Count("pk", filter=Q(joined_case=None)), theirs=Coalesce(Sum("joined_case__persons"), 0)
    )
    return int(max(case.persons, counted["own"]) + counted["theirs"])


def may_be_named(case: Case) -> bool:
    """Whether the worker has agreed to be named to the employer, or all who speak for a collective case."""
    if case.person.may_disclose == Answer.YES:
        return True
    if of(case) is None:
        return False
    speaking = set(taking_part(case).filter(represents=True).values_list("may_disclose", flat=True))
    return speaking == {Answer.YES}


# --- Writing --------------------------------------------------------------------------------------
def confirm(case: Case, actor: Staff, **what: Any) -> Collective:
    """Write down that `case` is collective; `what` are the fields of the row."""
    row, _made = Collective.objects.update_or_create(
        case=case,
        defaults={**what, "confirmed_by": actor, "confirmed_at": timezone.now(), "revoked_at": None},
    )
    topics = ["floor", *(f"staff:{pk}" for pk in emergencies.on_duty().values_list("pk", flat=True))]
    events.record(case, "collective.confirmed", actor=actor, topics=topics, note=row.claim)
    return row


def hurry(case: Case, actor: Staff, urgency: Urgency) -> None:
    """Make `case` at least as urgent as `urgency`."""
    if case.urgency > urgency:
        before, case.urgency = case.urgency, urgency
        kind = "urgency.changed" if urgency == Urgency.P0 else "urgency.raised"
        told: Data = {"before": before, "urgency": urgency}
        events.record(case, kind, actor=actor, topics=["floor"], changed=["urgency"], **told)


def revoke(row: Collective, actor: Staff, reason: str) -> None:
    """It is no collective case after all; its members stay written down."""
    row.revoked_at = timezone.now()
    row.save(update_fields=["revoked_at"])
    events.record(row.case, "collective.revoked", actor=actor, topics=["floor"], reason=reason)


def add(case: Case, actor: Staff, rows: Sequence[Row], joined: Case | None = None) -> list[Member]:
    """Add a member for each of `rows`; one comes from a case of their own where `joined` is given."""
    now = timezone.now()
    members = []
    for row in rows:
        member = Member(case=case, added_by=actor, added_at=now, joined_case=joined)
        _fill(member, row)
        members.append(member)
    Member.objects.bulk_create(members)
    _keep_claims(zip(members, rows, strict=True))
    if len(members) == 1:
        told: Data = {"name": members[0].name, "joined": joined.number if joined else ""}
        events.record(case, "member.added", actor=actor, member=members[0].pk, **told)
    else:
        events.record(case, "members.imported", actor=actor, count=len(members))
    return members


def _fill(member: Member, row: Row) -> None:
    for name in FIELDS:
        if name in row:
            setattr(member, name, row[name])
    if row.get("identity_number"):
        member.identity_number = row["identity_number"]


def _keep_claims(pairs: Iterable[tuple[Member, Row]]) -> None:
    MemberClaim.objects.bulk_create(
        MemberClaim(member=member, **{name: one[name] for name in CLAIM_FIELDS if name in one})
        for member, row in pairs
        for one in row.get("claims", ())
    )


def change(member: Member, actor: Staff, row: Row) -> None:
    """Write anew what is known of `member`; the event keeps what stood there before."""
    before = _plain(member)
    hidden = member.identity_hash
    _fill(member, row)
    if "claims" in row:
        member.claims.all().delete()
        _keep_claims([(member, row)])
    changes = {k: [old, new] for (k, old), new in zip(before.items(), _plain(member).values(), strict=True)}
    changes = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    if member.identity_hash != hidden:
        changes["identity_number"] = ["***", "***"]
    if not changes:
        return
    member.revision += 1
    member.save()
    told: Data = {"member": member.pk, "name": member.name, "changes": changes}
    events.record(member.case, "member.changed", actor=actor, **told)


def _plain(member: Member) -> dict[str, Any]:
    return {
        **{name: getattr(member, name) for name in FIELDS},
        "claims": list(member.claims.order_by("pk").values(*CLAIM_FIELDS)),
    }


def set_state(member: Member, actor: Staff | None, state: MemberState, reason: str) -> None:
    """Note that `member` takes part no longer, or again; who is out speaks for nobody."""
    before, member.state = member.state, state
    member.represents = member.represents and state == MemberState.IN
    member.revision += 1
    member.save(update_fields=["state", "represents", "revision"])
    told: Data = {
        "member": member.pk,
        "name": member.name,
        "before": before,
        "state": state,
        "reason": reason,
    }
    events.record(member.case, "member.state", actor=actor, **told)


def come_back(member: Member, actor: Staff, joined: Case) -> None:
    """`member`'s own case is merged into the collective one (again)."""
    member.joined_case = joined
    member.save(update_fields=["joined_case"])
    if member.state != MemberState.IN:
        set_state(member, actor, MemberState.IN, "")


def apart(joined: Case, actor: Staff, reason: str) -> None:
    """The case of a member stands by itself again: so does the member."""
    for member in joined.memberships.filter(state=MemberState.IN).select_related("case__unit"):
        set_state(member, actor, MemberState.OWN_CASE, reason)


def choose(row: Collective, actor: Staff, members: Sequence[Member], **how: Any) -> None:
    """Write down who speaks for all: `members`, chosen on which day, how, and with what powers."""
    for name, value in how.items():
        setattr(row, name, value)
    row.save(update_fields=list(how))
    chosen = [member.pk for member in members]
    row.case.members.exclude(pk__in=chosen).filter(represents=True).update(represents=False)
    row.case.members.filter(pk__in=chosen).update(represents=True)
    told: Data = {"names": [member.name for member in members], "note": row.chosen_how}
    events.record(row.case, "representatives.chosen", actor=actor, on=row.chosen_on, **told)


# --- Who calls ------------------------------------------------------------------------------------
BY_NUMBER = Prepared(
    lambda: Member.objects.filter(phone=Given("phone"), state=MemberState.IN, joined_case=None).order_by("pk")
)


def case_of_caller(contact: Contact) -> tuple[Case | None, Member | None]:
    """The one open collective case that has the number of `contact` among its members, locked.

    None where there is no such case or more than one: then nobody knows which is meant.
    """
    members = {member.case_id: member for member in BY_NUMBER.all(phone=contact.value)}
    if not members:
        return None, None
    known = Collective.objects.filter(case__in=members, revoked_at=None, case__closed_at=None)
    found = list(known.values_list("case_id", flat=True)[:2])
    if len(found) != 1:
        return None, None
    case = Case.objects.locked(found[0])
    return (case, members[case.pk]) if case.is_open else (None, None)


def member_of_merged(case: Case, person_pk: int) -> Member | None:
    """The member of `case` whose own case, merged into it, is of the person."""
    return taking_part(case).filter(joined_case__person=person_pk).order_by("-pk").first()
