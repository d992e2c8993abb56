"""What must be true before a step may be completed; a refusal names everything that is missing."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from hotline.actions import dispatch, emergencies
from hotline.enums import TransferCode
from hotline.errors import Invalid
from hotline.models import Case, ConflictCheck, Mediation, Review
from hotline.models.prepared import Given, Prepared
from workflows import award_gates, quality, referral_gate
from workflows.days import day_of
from workflows.decisions import Decision

ACTION = {
    "intake": "intake",
    "legal_review": "review",
    "mediation": "mediate",
    "file_referral": "refer",
    "acceptance": "refer",
    "award": "refer",
    "aftermath": "refer",
    "feedback": "review",
    "check": "check",
    "visit": "visit",
}
"""What one must be allowed to do (`access.may`) to complete each step."""

Missing = dict[str, str]
CLOSING = {Decision.ANSWERED, Decision.TRANSFERRED, Decision.NUISANCE, Decision.NOT_PURSUED}
TRANSFER_CODES = frozenset(TransferCode) - {TransferCode.NUISANCE}
"""Nuisance is a decision of its own."""

ENDS: dict[str, tuple[Decision, ...]] = {
    "intake": (Decision.ANSWERED, Decision.TRANSFERRED, Decision.NUISANCE),
    "visit": (Decision.VISITED, Decision.GIVEN_UP, Decision.TERMINATED),
}
"""The decisions after which a case is closed, or closes by itself."""


def check(case: Case, step: str, decision: Decision, details: dict[str, Any]) -> None:
    """Raise Invalid naming all that `decision` at `step` still needs."""
    missing = GATES[step](case, decision, details)
    if decision in CLOSING and not details.get("note", "").strip():
        missing.setdefault("note", _("Write down what the worker was told."))
    if decision in ENDS.get(step, ()) and emergencies.open_of(case) is not None:
        missing["decision"] = _("This is an emergency: it ends when the duty lead has released it.")
    if missing:
        raise Invalid(missing)


def _intake(case: Case, decision: Decision, details: dict[str, Any]) -> Missing:
    if decision == Decision.NUISANCE:
        return {}
    if decision == Decision.TRANSFERRED:
        return _transfer(details)
    missing: Missing = {}
    if case.category_id is None:
        missing["category"] = _("Choose the category first.")
    if decision == Decision.REVIEW and not case.narrative.strip():
        missing["narrative"] = _("Write down what happened before a lawyer reads it.")
    if decision == Decision.DISPATCH:
        missing |= _dispatch(case, details)
    return missing


def _transfer(details: dict[str, Any]) -> Missing:
    missing: Missing = {}
    if details.get("code") not in TRANSFER_CODES:
        missing["code"] = _("Say why the case is not ours.")
    if not details.get("body", "").strip():
        missing["body"] = _("Name the body that the worker was told to turn to.")
    if not details.get("phone", "").strip():
        missing["phone"] = _("Write down the telephone number that the worker was told.")
    if not details.get("note", "").strip():
        missing["note"] = _("Write down why, and what the worker was told.")
    return missing


def _dispatch(case: Case, details: dict[str, Any]) -> Missing:
    missing: Missing = {}
    if not case.narrative.strip():
        missing["narrative"] = _("Write down what happened before a unit is to take it on.")
    unit = details.get("unit")
    if unit is None:
        missing["unit"] = _("Choose the unit.")
    elif not dispatch.units_for(case).filter(pk=unit.pk).exists():
        missing["unit"] = _("Nobody of this unit can receive the case.")
    return missing


DOUBTED = Prepared(
    lambda: (
        ConflictCheck.objects.filter(case=Given("case"), lawyer=Given("lawyer"), settled_at=None)
        .exclude(result="CLEAR")
        .values_list("pk")
    )
)


def _review(case: Case, decision: Decision, details: dict[str, Any]) -> Missing:
    missing: Missing = {}
    if DOUBTED.rows(case=case.pk, lawyer=case.lawyer_id or 0):
        missing["conflict"] = _("A possible conflict of interest waits for a supervisor's word.")
    review = Review.objects.open_of(case)
    if decision == Decision.MORE and not details.get("note", "").strip():
        missing["note"] = _("Write down what is to be asked.")
    if decision != Decision.MORE and (review is None or not review.opinion.strip()):
        missing["opinion"] = _("Write the opinion first.")
    if decision == Decision.MEDIATE:
        if details.get("unit") is None:
            missing["unit"] = _("Choose the unit that mediates.")
        missing |= day_of(
            details, "applied_on", _("the application"), since=timezone.localdate(case.opened_at)
        )
    return missing


def _mediation(case: Case, decision: Decision, details: dict[str, Any]) -> Missing:
    mediation = Mediation.objects.newest(case)
    if decision == Decision.SETTLED and (mediation is None or not mediation.agreement.strip()):
        return {"agreement": _("Write down the agreement first (Art. 14).")}
    if decision == Decision.NOT_TAKEN_UP:
        return _not_taken_up(mediation, details)
    if decision in {Decision.REFER, Decision.REVIEW} and not details.get("note", "").strip():
        return {"note": _("Write down why the mediation failed.")}
    return {}


def _not_taken_up(mediation: Mediation | None, details: dict[str, Any]) -> Missing:
    """Provisions on Negotiation and Mediation, Art. 22: what is not accepted is told in writing, with why."""
    if mediation is not None and mediation.accepted_on is not None:
        return {
            "decision": _("The application was accepted on %(day)s already.") % {"day": mediation.accepted_on}
        }
    if not details.get("note", "").strip():
        return {"note": _("Write down why the application is not accepted.")}
    return {}


def _file(case: Case, decision: Decision, details: dict[str, Any]) -> Missing:
    """The gate of the arbitration referral (`workflows.referral_gate`), and the day it was filed."""
    return referral_gate.to_file(case, decision, details) | day_of(details, "filed_on", _("the filing"))


def _feedback(case: Case, decision: Decision, details: dict[str, Any]) -> Missing:
    if details.get("note", "").strip():
        return {}
    return {"note": _("Write down what was done and what came of it.")}


GATES: dict[str, Callable[[Case, Decision, dict[str, Any]], Missing]] = {
    "intake": _intake,
    "legal_review": _review,
    "mediation": _mediation,
    "file_referral": _file,
    "acceptance": award_gates.acceptance,
    "award": award_gates.award,
    "aftermath": award_gates.aftermath,
    "feedback": _feedback,
    "check": quality.missing_in_check,
    "visit": quality.missing_in_visit,
}
