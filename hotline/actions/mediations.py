"""Writing down what happens in a mediation: sessions, proposals, answers, the agreement and its payments.

Call these with the case locked; `workflows.mediation` and `workflows.performance` are the doors.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from hotline import events
from hotline.enums import Party, Presence, SessionState, Stand
from hotline.models import Agreement, Case, Instalment, Mediation, MediationSession, Payment, Proposal, Staff


@dataclass(frozen=True)
class Part:
    """One payment of a plan."""

    due: date
    amount: Decimal


def plan_session(
    case: Case, mediation: Mediation, actor: Staff, at: datetime, place: str, invited: str
) -> MediationSession:
    """Write down when and where the parties are to meet, and who was invited."""
    row = MediationSession.objects.create(
        mediation=mediation, at=at, place=place, invited=invited, planned_by=actor
    )
    _record(case, "session.planned", actor, session=row.pk, when=at, place=place, note=invited)
    return row


def hold_session(
    case: Case, row: MediationSession, actor: Staff, worker: Presence, employer: Presence, minutes: str
) -> None:
    """Write down who came to a session and what was said."""
    row.state, row.written_by = SessionState.HELD, actor
    row.worker, row.employer, row.minutes = worker, employer, minutes
    row.save(update_fields=["state", "written_by", "worker", "employer", "minutes"])
    who = {"worker": worker, "employer": employer}
    _record(case, "session.held", actor, session=row.pk, when=row.at, note=minutes, **who)


def call_off_session(case: Case, row: MediationSession, actor: Staff, reason: str) -> None:
    """Write down that a session does not take place."""
    row.state, row.written_by, row.minutes = SessionState.OFF, actor, reason
    row.save(update_fields=["state", "written_by", "minutes"])
    _record(case, "session.off", actor, session=row.pk, when=row.at, reason=reason)


def propose(
    case: Case,
    mediation: Mediation,
    actor: Staff,
    made_by: Party,
    on: date,
    text: str,
    amount: Decimal | None,
) -> Proposal:
    """Write down a proposal as the next version; whoever makes one stands by it."""
    row = Proposal(mediation=mediation, made_by=made_by, on=on, text=text, amount=amount, written_by=actor)
    row.version = mediation.proposals.count() + 1
    row.worker = Stand.ACCEPTS if made_by == Party.WORKER else Stand.OPEN
    row.employer = Stand.ACCEPTS if made_by == Party.EMPLOYER else Stand.OPEN
    row.save()
    about = {"version": row.version, "made_by": made_by, "amount": amount}
    _record(case, "proposal.made", actor, proposal=row.pk, note=text, **about)
    return row


def answer(case: Case, row: Proposal, actor: Staff, side: Party, stand: Stand, on: date, note: str) -> None:
    """Write down what one side says to a proposal; what it said before stays in the lines above."""
    setattr(row, side.lower(), stand)
    line = f"{on.isoformat()} {side.label}: {stand.label} {note}".rstrip()
    row.answers = f"{row.answers}\n{line}".lstrip()
    row.save(update_fields=["worker", "employer", "answers"])
    about = {"version": row.version, "side": side, "stand": stand, "on": on}
    _record(case, "proposal.answered", actor, proposal=row.pk, note=note, **about)


def agree(
    case: Case, proposal: Proposal, actor: Staff, on: date, text: str, plan: Sequence[Part]
) -> Agreement:
    """Write down the agreement made of `proposal`, with what is to be paid when."""
    mediation = proposal.mediation
    mediation.agreement, mediation.amount = text, proposal.amount
    mediation.save(update_fields=["agreement", "amount"])
    row = Agreement.objects.create(
        mediation=mediation, proposal=proposal, on=on, made_by=actor, made_at=timezone.now()
    )
    Instalment.objects.bulk_create(
        [
            Instalment(agreement=row, number=number, due=part.due, amount=part.amount)
            for number, part in enumerate(plan, 1)
        ]
    )
    dates = [{"due": part.due, "amount": part.amount} for part in plan]
    about = {"version": proposal.version, "amount": proposal.amount, "on": on, "plan": dates}
    _record(case, "agreement.made", actor, agreement=row.pk, note=text, **about)
    return row


def pay(case: Case, row: Instalment, actor: Staff, on: date, amount: Decimal, note: str) -> Payment:
    """Write down that money came in on an instalment; it is settled with the last of it."""
    payment = Payment.objects.create(
        instalment=row, on=on, amount=amount, note=note, noted_by=actor, noted_at=timezone.now()
    )
    row.paid += amount
    row.settled_on = on if row.left == 0 else None
    row.save(update_fields=["paid", "settled_on"])
    about = {"number": row.number, "amount": amount, "left": row.left, "on": on}
    _record(case, "instalment.paid", actor, instalment=row.pk, note=note, **about)
    return payment


def end_agreement(case: Case, row: Agreement, actor: Staff | None, *, kept: bool, reason: str = "") -> None:
    """Its payments are no longer waited for: it was `kept`, or given up for `reason`."""
    row.ended_on = timezone.localdate()
    row.save(update_fields=["ended_on"])
    _record(case, "agreement.kept" if kept else "agreement.given_up", actor, agreement=row.pk, reason=reason)


def _record(case: Case, kind: str, actor: Staff | None, **data: Any) -> None:
    events.record(case, kind, actor=actor, topics=["floor"], **data)
