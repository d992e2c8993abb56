"""The door to what happens in a mediation: sessions, proposals, each side's answer, the agreement.

Each function is one transaction under the case's lock. The mediation is open while its step is undecided
(`workflows.steps`); how an agreement is kept stands in `workflows.performance`.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hotline import access
from hotline.actions import mediations
from hotline.actions.mediations import Part
from hotline.enums import Party, Presence, SessionState, Stage, Stand
from hotline.errors import Conflict, Invalid
from hotline.models import Agreement, Case, Mediation, MediationSession, Proposal, Staff
from hotline.moments import to_the_second
from workflows import performance
from workflows.days import day_of

SIDES = (Party.WORKER, Party.EMPLOYER)


@transaction.atomic
def plan_session(
    case_pk: int, actor: Staff, at: datetime | None, place: str, invited: str
) -> MediationSession:
    """Call the parties to a session. Raises Invalid naming all that is missing."""
    case, mediation = _locked(case_pk, actor)
    wrong: dict[str, str] = {}
    if at is None:
        wrong["at"] = _("Enter day and time.")
    elif timezone.localdate(at) < mediation.applied_on:
        wrong["at"] = _("This lies before the application was received.")
    if not place.strip():
        wrong["place"] = _("Enter where it takes place.")
    if not invited.strip():
        wrong["invited"] = _("Write down who was invited, and how.")
    if wrong or at is None:
        raise Invalid(wrong)
    return mediations.plan_session(case, mediation, actor, at, place.strip(), invited.strip())


@transaction.atomic
def hold_session(
    case_pk: int, actor: Staff, pk: int, worker: str, employer: str, minutes: str
) -> MediationSession:
    """Write down who came to a session, who stayed away, and what was said. Raises Invalid, Conflict."""
    case, mediation = _locked(case_pk, actor)
    row = _session(mediation, pk)
    wrong = {
        name: _("Say whether they came.")
        for name, said in (("worker", worker), ("employer", employer))
        if said not in Presence.values
    }
    if not minutes.strip():
        wrong["minutes"] = _("Write down what was said, or that nobody came.")
    if row.at > timezone.now():
        wrong["minutes"] = _("This session is still to come.")
    if wrong:
        raise Invalid(wrong)
    mediations.hold_session(case, row, actor, Presence(worker), Presence(employer), minutes.strip())
    return row


@transaction.atomic
def call_off_session(case_pk: int, actor: Staff, pk: int, reason: str) -> MediationSession:
    """The session does not take place. Raises Invalid without a reason, and Conflict."""
    case, mediation = _locked(case_pk, actor)
    row = _session(mediation, pk)
    if not reason.strip():
        raise Invalid({"reason": _("Write down why it is called off.")})
    mediations.call_off_session(case, row, actor, reason.strip())
    return row


@transaction.atomic
def propose(
    case_pk: int, actor: Staff, made_by: str, on: date | None, text: str, amount: Decimal | None
) -> Proposal:
    """Write down a proposal; it takes the place of the version before. Raises Invalid, Conflict."""
    case, mediation = _locked(case_pk, actor)
    _refuse_agreed(mediation)
    wrong: dict[str, str] = day_of({"on": on}, "on", _("the proposal"), since=mediation.applied_on)
    if made_by not in Party.values:
        wrong["made_by"] = _("Say who makes it.")
    if not text.strip():
        wrong["text"] = _("Write down what is proposed.")
    if wrong or on is None:
        raise Invalid(wrong)
    return mediations.propose(case, mediation, actor, Party(made_by), on, text.strip(), amount or None)


@transaction.atomic
def answer(
    case_pk: int, actor: Staff, pk: int, side: str, stand: str, on: date | None, note: str
) -> Proposal:
    """Write down what one side says to the newest proposal. Raises Invalid, Conflict for an earlier one."""
    case, mediation = _locked(case_pk, actor)
    _refuse_agreed(mediation)
    row = _newest(mediation, pk)
    wrong: dict[str, str] = day_of({"on": on}, "on", _("the answer"), since=row.on)
    if side not in SIDES:
        wrong["side"] = _("Say which side answers.")
    if stand not in (Stand.ACCEPTS, Stand.DECLINES):
        wrong["stand"] = _("Say whether they accept it.")
    if wrong or on is None:
        raise Invalid(wrong)
    mediations.answer(case, row, actor, Party(side), Stand(stand), on, note.strip())
    return row


@transaction.atomic
def agree(case_pk: int, actor: Staff, pk: int, on: date | None, text: str, plan: Sequence[Part]) -> Agreement:
    """Make the agreement of the proposal that both sides accept, once; its payments are then watched.

    `on` is the day it was signed. Raises Conflict where it was made already or the proposal is no longer
    the newest, and Invalid naming all that is wrong: a plan that does not add up with the difference.
    """
    case, mediation = _locked(case_pk, actor)
    _refuse_agreed(mediation)
    proposal = _newest(mediation, pk)
    since = max(proposal.on, mediation.accepted_on or proposal.on)
    wrong: dict[str, str] = day_of({"on": on}, "on", _("the agreement"), since=since)
    if mediation.accepted_on is None:
        wrong["accepted_on"] = _("Enter when the mediation body accepted the application.")
    if not proposal.is_accepted:
        wrong["proposal"] = _("Both sides have to accept the proposal first.")
    if not text.strip():
        wrong["text"] = _("Write down what was agreed (Art. 14).")
    wrong |= check_plan(proposal.amount, on, plan)
    if wrong or on is None:
        raise Invalid(wrong)
    row = mediations.agree(case, proposal, actor, on, text.strip(), plan)
    performance.begin(case, row)
    return row


def check_plan(amount: Decimal | None, on: date | None, plan: Sequence[Part]) -> dict[str, str]:
    """What is wrong with a plan of payments for `amount` under an agreement of `on`."""
    if amount is None:
        return {"plan": _("The proposal names no sum: nothing is to be paid.")} if plan else {}
    total = sum((part.amount for part in plan), Decimal(0))
    if total != amount:
        words = {"total": f"{total:,.2f}", "amount": f"{amount:,.2f}", "by": f"{abs(amount - total):,.2f}"}
        if total < amount:
            return {
                "plan": _("The instalments add up to %(total)s of %(amount)s: %(by)s is missing.") % words
            }
        return {"plan": _("The instalments add up to %(total)s of %(amount)s: %(by)s too much.") % words}
    if any(part.amount <= 0 for part in plan):
        return {"plan": _("Each instalment is more than nothing.")}
    days = [part.due for part in plan]
    if sorted(set(days)) != days:
        return {"plan": _("Each instalment is due after the one before it.")}
    if on is not None and days[0] < on:
        return {"plan": _("The first instalment is due before the agreement.")}
    return {}


def _locked(case_pk: int, actor: Staff) -> tuple[Case, Mediation]:
    case = Case.objects.locked(case_pk)
    access.check(actor, "mediate", case)
    mediation = case.mediations.filter(ended_on=None).last()
    if mediation is None or case.stage != Stage.MEDIATION:
        raise Conflict(_("The mediation is over: nothing more can be written into it."))
    return case, mediation


def _session(mediation: Mediation, pk: int) -> MediationSession:
    row = mediation.sessions.select_related("written_by").filter(pk=pk).first()
    if row is None:
        raise Conflict(_("There is no such session in this mediation."))
    if row.state != SessionState.PLANNED:
        raise Conflict(_("%(who)s has written this session down already.") % {"who": row.written_by})
    return row


def _newest(mediation: Mediation, pk: int) -> Proposal:
    newest = mediation.proposals.last()
    if newest is None or not mediation.proposals.filter(pk=pk).exists():
        raise Conflict(_("There is no such proposal in this mediation."))
    if newest.pk != pk:
        raise Conflict(_("There is a newer proposal: version %(version)s.") % {"version": newest.version})
    newest.mediation = mediation
    return newest


def agreement_of(mediation: Mediation) -> Agreement | None:
    """The agreement that was made in a mediation."""
    return Agreement.objects.select_related("made_by").filter(mediation=mediation).first()


def _refuse_agreed(mediation: Mediation) -> None:
    made: Any = agreement_of(mediation)
    if made is not None:
        raise Conflict(
            _("The agreement stands: %(who)s wrote it down at %(when)s.")
            % {"who": made.made_by, "when": to_the_second(made.made_at)}
        )
