"""What must be true before the steps after the filing may be completed: acceptance, award, what follows."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from hotline.actions import clocks
from hotline.models import Case, Referral
from workflows import arbitration, award_ways, terms
from workflows.days import day_of
from workflows.decisions import Decision

Details = dict[str, Any]
Missing = dict[str, str]


def _said(details: Details) -> bool:
    return bool(details.get("note", "").strip())


def acceptance(case: Case, decision: Decision, details: Details) -> Missing:
    """The commission's answer: Art. 29."""
    referral = Referral.objects.newest(case) or Referral()
    if decision == Decision.TAKEN_BACK or referral.withdrawn_on is not None:
        return _withdrawn(referral, decision)
    if decision == Decision.UNDECIDED:
        return _undecided(case, terms.ACCEPTANCE)
    missing = day_of(details, "on", _("the decision"), since=referral.filed_on)
    if decision == Decision.REFUSED:
        missing |= _received(details)
        if not _said(details):
            missing["note"] = _("Write down the commission's reason.")
    return missing


def award(case: Case, decision: Decision, details: Details) -> Missing:
    """What the commission came to: Art. 42 to 50."""
    referral = Referral.objects.newest(case) or Referral()
    if decision == Decision.TAKEN_BACK or referral.withdrawn_on is not None:
        return _withdrawn(referral, decision)
    if decision == Decision.UNDECIDED:
        return _undecided(case, terms.AWARD)
    settled = decision == Decision.SETTLED_THERE
    what = _("the settlement") if settled else _("the award")
    missing = day_of(details, "on", what, since=referral.accepted_on) | _received(details)
    if not settled:
        missing |= _final(case, details)
    on, perform_by = details.get("on"), details.get("perform_by")
    if on and perform_by and perform_by < on:
        missing["perform_by"] = _("This day lies before %(day)s.") % {"day": on}
    if not _said(details):
        missing["note"] = _("Write down what was settled.") if settled else _("Write down what was awarded.")
    return missing


def _withdrawn(referral: Referral, decision: Decision) -> Missing:
    """The step ends as withdrawn where, and only where, that stands in the course of the arbitration."""
    if referral.withdrawn_on is None:
        return {"decision": _("Write down the withdrawal in the course of the arbitration first.")}
    return {} if decision == Decision.TAKEN_BACK else {"decision": only_withdrawn(referral)}


def only_withdrawn(referral: Referral | None) -> str:
    """Why nothing but the withdrawal can be decided at the step; empty where none stands in the course."""
    if referral is None or referral.withdrawn_on is None:
        return ""
    words = _("The application was withdrawn on %(day)s; if that is wrong, strike the entry out first.")
    return words % {"day": referral.withdrawn_on}


def _final(case: Case, details: Details) -> Missing:
    """Art. 47: the choice, with the award's own words where the claims come to something else."""
    final = details.get("final")
    if final is None:
        return {"final": _("Say whether the award is final for the employer (Art. 47).")}
    found = award_ways.outlook(case, details.get("on"), details.get("amount")).final
    if found in (None, final) or details.get("final_words", "").strip():
        return {}
    words = (
        _("By its sums it is final: enter what the award itself says of it.")
        if found
        else _("By the claims it is not final: enter what the award itself says of it.")
    )
    return {"final_words": words}


def _received(details: Details) -> Missing:
    received, on = details.get("received_on"), details.get("on")
    if received is None:
        return {}
    return day_of(details, "received_on", _("the receipt"), since=on)


def _undecided(case: Case, rule: str) -> Missing:
    """Art. 29 and 43: the worker may sue once the commission's term is over."""
    waiting = [one for one in clocks.live(case) if one.rule == rule and one.measure_id is None]
    runs = [one for one in waiting if one.paused_since or one.due >= timezone.localdate()]
    if not runs:
        return {}
    return {"decision": _("The commission's own term runs until %(day)s.") % {"day": runs[0].due}}


def aftermath(case: Case, decision: Decision, details: Details) -> Missing:
    """What the lawyer says comes next; while the worker can still go to court, an end wants its reason."""
    referral = Referral.objects.newest(case) or Referral()
    if decision == Decision.SUED:
        return _sued(case, referral, details)
    if decision == Decision.ENFORCED:
        return _enforced(referral)
    missing: Missing = {}
    if decision == Decision.PERFORMED and referral.awarded_on is None and referral.settled_on is None:
        missing["decision"] = _("There is nothing that could be performed.")
    if not _said(details):
        until = arbitration.suit_ends(case)
        missing["note"] = (
            _("The worker can go to court until %(day)s: write down why it ends before.") % {"day": until}
            if until is not None and decision != Decision.REVIEW
            else _("Write down why, and what the worker was told.")
        )
    return missing


def _sued(case: Case, referral: Referral, details: Details) -> Missing:
    if referral.settled_on is not None:
        return {"decision": _("A settlement is in force once it is signed for: no suit follows (Art. 42).")}
    since = referral.refused_on or referral.awarded_on or referral.withdrawn_on or referral.filed_on
    missing = day_of(details, "on", _("the suit"), since=since)
    until, on = arbitration.suit_ends(case), details.get("on")
    if referral.withdrawn_on is not None and not _said(details):
        missing["note"] = _("The commission has decided nothing: write down why it is filed all the same.")
    bound = referral.refused_on is not None or referral.awarded_on is not None
    if bound and on is not None and (until is None or on > until) and not _said(details):
        missing["note"] = _("The term for the suit was over: write down why it is filed all the same.")
    return missing


def _enforced(referral: Referral) -> Missing:
    since = arbitration.may_be_enforced_from(referral)
    if since is None:
        return {"decision": _("There is nothing that could be enforced, or the court has not ruled yet.")}
    if since > timezone.localdate():
        return {"decision": _("It can be enforced from %(day)s on, not before.") % {"day": since}}
    return {}
