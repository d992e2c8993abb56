"""What a completed step leaves behind: the review's decision, the mediation, the referral, and the clocks."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from hotline import bell
from hotline.actions import clocks, dispatch
from hotline.bell import Ring
from hotline.enums import ClockState, TransferCode
from hotline.models import Case, Mediation, Referral, Review, Staff
from hotline.models.prepared import insert, update
from workflows import after_award, arbitration, performance, quality, terms
from workflows.decisions import Decision

Writer = Callable[[Case, Staff, Decision, dict[str, Any]], None]


def write(step: str, case: Case, actor: Staff, decision: Decision, details: dict[str, Any]) -> None:
    """Write what completing `step` with `decision` means for the case's other rows and clocks.

    `details` has passed the step's gate. Runs inside the completion's transaction, before the flow moves.
    """
    if step in WRITERS:
        WRITERS[step](case, actor, decision, details)


def _intake(case: Case, actor: Staff, decision: Decision, details: dict[str, Any]) -> None:
    note = details.get("note", "")
    if decision == Decision.NUISANCE:
        dispatch.transfer(case, actor, TransferCode.NUISANCE, body="", phone="", reason=note)
    if decision == Decision.TRANSFERRED:
        code, told = TransferCode(details["code"]), {name: details[name] for name in ("body", "phone")}
        dispatch.transfer(case, actor, code, reason=note, **told)
    if decision == Decision.DISPATCH:
        dispatch.send(case, actor, details["unit"], note)
        clocks.end(case, terms.DISPATCH)
        terms.run(case, terms.RETURN, timezone.localdate(), source="dispatch.sent_at")


def _review(case: Case, actor: Staff, decision: Decision, details: dict[str, Any]) -> None:
    review = Review.objects.open_of(case)
    if review is not None:
        review.decision, review.decided_at = decision, timezone.now()
        update(review, "decision", "decided_at")
    if decision == Decision.MEDIATE:
        insert(Mediation(case=case, unit=details["unit"], applied_on=details["applied_on"]))
        if case.mediator_id is not None:
            case.mediator = None
            update(case, "mediator")
        terms.follow_mediation(case)
        terms.follow_limitation(case)
        bell.ring(Ring(f"unit:{pk}") for pk in details["unit"].ancestors)
    if decision == Decision.REFER:
        insert(Referral(case=case))


def _mediation(case: Case, actor: Staff, decision: Decision, details: dict[str, Any]) -> None:
    mediation = Mediation.objects.newest(case)
    assert mediation is not None  # the step begins with one
    mediation.mediator, mediation.result, mediation.ended_on = actor, decision, timezone.localdate()
    update(mediation, "mediator", "result", "ended_on")
    terms.end_mediation(case)
    if decision != Decision.SETTLED:
        performance.drop(case, actor, str(decision.label))
    if decision == Decision.REFER:
        insert(Referral(case=case))


def _filed(case: Case, actor: Staff, decision: Decision, details: dict[str, Any]) -> None:
    urgent = details.get("note", "") if decision == Decision.FILED_AT_ONCE else ""
    told = {"reference": details.get("reference", ""), "urgent_reason": urgent}
    _note_referral(case, filed_on=details["filed_on"], **told)
    # Filing for arbitration interrupts the limitation period (Art. 27): it no longer presses.
    terms.follow_limitation(case)
    terms.run(case, terms.ACCEPTANCE, details["filed_on"], source="referral.filed_on")


def _acceptance(case: Case, actor: Staff, decision: Decision, details: dict[str, Any]) -> None:
    if decision in (Decision.UNDECIDED, Decision.TAKEN_BACK):
        clocks.end(case, terms.ACCEPTANCE, state=ClockState.DROPPED)
        return
    clocks.end(case, terms.ACCEPTANCE)
    if decision == Decision.ACCEPTED:
        _note_referral(case, accepted_on=details["on"], reference=details.get("reference", ""))
        terms.run(case, terms.AWARD, details["on"], source="referral.accepted_on")
    else:
        received = details.get("received_on")
        _note_referral(case, refused_on=details["on"], refusal=details["note"], received_on=received)
        terms.follow_limitation(case)
    arbitration.follow(case)


def _award(case: Case, actor: Staff, decision: Decision, details: dict[str, Any]) -> None:
    dropped = decision in (Decision.UNDECIDED, Decision.TAKEN_BACK)
    clocks.end(case, terms.AWARD, state=ClockState.DROPPED if dropped else ClockState.MET)
    said = {name: details.get(name) for name in ("amount", "perform_by")}
    if decision == Decision.SETTLED_THERE:
        _note_referral(case, settled_on=details["on"], award=details["note"], **said)
    if decision == Decision.AWARDED:
        received, final = details.get("received_on") or details["on"], details["final"]
        told = {"awarded_on": details["on"], "received_on": received, "final": final}
        words = details.get("final_words", "")
        _note_referral(case, award=details["note"], final_words=words, **told, **said)
    arbitration.close(case)


def _aftermath(case: Case, actor: Staff, decision: Decision, details: dict[str, Any]) -> None:
    _note_referral(case, next_step=decision)
    if decision == Decision.SUED:
        after_award.sue(case, actor, details["on"], details.get("note", ""))
    if decision == Decision.ENFORCED:
        after_award.enforce(case, actor, details.get("note", ""))
    if decision == Decision.PERFORMED:
        clocks.end(case, arbitration.ENFORCEMENT)


def _note_referral(case: Case, **fields: Any) -> None:
    referral = Referral.objects.newest(case)
    assert referral is not None  # the step begins with one
    known = {name: value for name, value in fields.items() if value not in ("", None)}
    for name, value in known.items():
        setattr(referral, name, value)
    update(referral, *known)


WRITERS: dict[str, Writer] = {
    "intake": _intake,
    "legal_review": _review,
    "mediation": _mediation,
    "file_referral": _filed,
    "acceptance": _acceptance,
    "award": _award,
    "aftermath": _aftermath,
    "check": quality.write_check,
    "visit": quality.write_visit,
}
