"""What an application for arbitration needs before it is filed: all that is missing is said at once.

Labour Dispute Mediation and Arbitration Law, Art. 21, 24, 27 and 28. Where the limitation is about to end,
the application goes at once and its papers are completed afterwards (Case-handling Rules, Art. 29(4)).
"""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from hotline import identifiers
from hotline.actions import clocks, collectives
from hotline.enums import ClaimKind, ClockState
from hotline.models import Case, CaseEmployer, Claim, Clock, Evidence, Referral, Review, TermEvent
from hotline.models.prepared import Given, Prepared
from workflows import rulebook, terms
from workflows.decisions import Decision

Missing = dict[str, str]
AID_FIRST = "AID_FIRST"
"""The level of a limitation's alerts from which aid goes before its papers (Legal Aid Law, Art. 44)."""
WITHOUT_SUM = frozenset({ClaimKind.RELATION, ClaimKind.SOCIAL_INSURANCE, ClaimKind.OTHER})
"""Claims that need not be for money."""
COMPLETED_LATER = frozenset({"formula", "evidence", "credit_codes", "addresses", "checked_on", "identity"})
"""What the commission has completed afterwards; without the rest there is no application."""

CLAIMS = Prepared(lambda: Claim.objects.filter(case=Given("case")))
PARTS = Prepared(lambda: CaseEmployer.objects.filter(case=Given("case")).select_related("employer"))
FOUND = Prepared(
    lambda: Review.objects.filter(case=Given("case")).exclude(limitation_from=None).values_list("pk")
)
LASTS = Prepared(
    lambda: (
        TermEvent.objects.filter(case=Given("case"), kind="EMPLOYMENT_LASTS", struck_at=None, members=None)
        .exclude(confirmed_at=None)
        .values_list("pk")
    )
)
LISTED = Prepared(lambda: Evidence.objects.filter(case=Given("case")).values_list("pk")[:1])


def to_file(case: Case, decision: Decision, details: dict[str, Any]) -> Missing:
    """What is missing for filing by `decision`, `Decision.FILED` or `Decision.FILED_AT_ONCE`."""
    missing = outlook(case)
    note = details.get("note", "").strip()
    over = _over_since(case, details)
    if over is not None and not note:
        missing["note"] = _(
            "The limitation ended on %(day)s: enter what interrupted it, or why it is filed all the same."
        ) % {"day": over.due}
    if decision == Decision.FILED:
        return missing
    if not presses(case):
        missing["decision"] = _("The limitation leaves time enough to complete the papers first.")
    elif not note:
        missing["note"] = _("Write down why it cannot wait.")
    return {name: words for name, words in missing.items() if name not in COMPLETED_LATER}


def outlook(case: Case) -> Missing:
    """What the case itself lacks for filing, whatever is typed into the step."""
    referral = Referral.objects.newest(case) or Referral()
    return (
        _authority(referral)
        | _jurisdiction(referral)
        | _claims(case)
        | _respondents(case, referral)
        | _rest(case)
        | _speakers(case)
    )


def presses(case: Case) -> bool:
    """Whether the limitation of `case` ends so soon that its papers are completed after the filing."""
    book, today = rulebook.fresh(), timezone.localdate()
    return any(AID_FIRST in terms.reached(book, clock, today).levels for clock in _limitations(case))


def _limitations(case: Case) -> list[Clock]:
    rules = (terms.LIMITATION, terms.WAGES)
    return [one for one in clocks.live(case) if one.rule in rules and one.state == ClockState.RUNNING]


def _over_since(case: Case, details: dict[str, Any]) -> Clock | None:
    on = details.get("filed_on") or timezone.localdate()
    return next((clock for clock in _limitations(case) if clock.due < on), None)


def _authority(referral: Referral) -> Missing:
    missing: Missing = {}
    if not referral.authority:
        missing["authority"] = _("Say whether the power of attorney is general or special (Art. 24).")
    if referral.authorised_on is None:
        missing["authorised_on"] = _("The worker's power of attorney is not signed yet (Art. 24).")
    return missing


def _jurisdiction(referral: Referral) -> Missing:
    missing: Missing = {}
    if not referral.commission.strip():
        missing["commission"] = _("Name the arbitration commission (Art. 21).")
    if not referral.ground or not referral.jurisdiction.strip():
        missing["jurisdiction"] = _(
            "Say what the jurisdiction rests on, place of work or employer's seat, and where it is (Art. 21)."
        )
    return missing


def _claims(case: Case) -> Missing:
    claims = CLAIMS.all(case=case.pk)
    if not claims:
        return {"claims": _("Itemise the claims first (Art. 28).")}
    unreckoned = [
        str(at)
        for at, claim in enumerate(claims, 1)
        if not claim.basis.strip() or (claim.amount is None and claim.kind not in WITHOUT_SUM)
    ]
    if not unreckoned:
        return {}
    return {
        "formula": _("Sum or reckoning is missing in claim %(claims)s.") % {"claims": ", ".join(unreckoned)}
    }


def _respondents(case: Case, referral: Referral) -> Missing:
    employers = [part.employer for part in PARTS.all(case=case.pk)]
    if not employers:
        return {"employers": _("Name the respondent first (Art. 28).")}
    missing: Missing = {}
    uncoded = [one.name for one in employers if not _is_code(one.credit_code)]
    if uncoded and not referral.register_note.strip():
        missing["credit_codes"] = _(
            "The credit code is missing or wrong: %(names)s. Without one, write down what the register says."
        ) % {"names": ", ".join(uncoded)}
    homeless = [one.name for one in employers if not one.address.strip()]
    if homeless:
        missing["addresses"] = _("The address for service is missing: %(names)s.") % {
            "names": ", ".join(homeless)
        }
    if referral.checked_on is None:
        missing["checked_on"] = _("Compare the respondents with the business register.")
    return missing


def _is_code(text: str) -> bool:
    try:
        return bool(identifiers.check_credit_code(text))
    except identifiers.WrongIdentifier:
        return False


def _rest(case: Case) -> Missing:
    missing: Missing = {}
    if not FOUND.rows(case=case.pk) and not LASTS.rows(case=case.pk):
        missing["limitation_from"] = _("State from when the limitation period runs (Art. 27).")
    if not LISTED.rows(case=case.pk):
        missing["evidence"] = _("The list of evidence is missing (Art. 28).")
    if not case.person.identity_token:
        missing["identity"] = _("The worker's identity number is missing.")
    return missing


def _speakers(case: Case) -> Missing:
    """A collective case has representatives, or everybody's authority."""
    if collectives.of(case) is None:
        return {}
    members = collectives.taking_part(case)
    if members.filter(represents=True).exists():
        return {}
    if members.exists() and not members.filter(authorised=False).exists():
        return {}
    words = _("A collective case needs representatives, or a power of attorney of each member (Art. 7).")
    return {"representatives": words}
