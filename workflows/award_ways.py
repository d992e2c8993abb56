"""Before an award is entered: whether it is final for the employer, and which way is open to whom then."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from hotline.actions import collectives
from hotline.enums import ClaimKind, Jurisdiction
from hotline.models import Case, MemberClaim, Referral
from workflows import arbitration, rulebook
from workflows.calculators import finality
from workflows.calculators.finality import Asked, Outlook
from workflows.referral_gate import CLAIMS, PARTS


@dataclass(frozen=True)
class Ways:
    """What an award leaves open to each side."""

    final: bool
    worker: str
    employer: str


def outlook(case: Case, on: date | None = None, awarded: Decimal | None = None) -> Outlook:
    """What an award made `on` (by default the award's own day, else today) would be for the employer."""
    referral = Referral.objects.newest(case) or Referral()
    day = on or referral.awarded_on or timezone.localdate()
    sum_ = awarded if awarded is not None else referral.amount
    figures = rulebook.figures()
    return finality.reckon(_asked(case), day, _place(case, referral), referral.minimum_wage, sum_, figures)


def _asked(case: Case) -> list[Asked]:
    """The claims; of a collective case the largest of each kind: each member's count alone."""
    if collectives.of(case) is None:
        return [Asked(row.kind, row.amount, row.get_kind_display()) for row in CLAIMS.all(case=case.pk)]
    theirs = MemberClaim.objects.filter(member__in=collectives.taking_part(case))
    largest = theirs.order_by("kind").values_list("kind").annotate(largest=Max("amount"))
    words = _("%(claim)s, the largest of a member")
    return [Asked(kind, sum_, words % {"claim": ClaimKind(kind).label}) for kind, sum_ in largest]


def _place(case: Case, referral: Referral) -> str:
    """The area whose minimum wage counts: where the commission is competent (Art. 21)."""
    return place_of(case, employers_seat=referral.ground == Jurisdiction.EMPLOYER)


def place_of(case: Case, *, employers_seat: bool = False) -> str:
    """The area code of the place of work, as far as the case knows it, else of the employer's seat.

    With `employers_seat` it is the other way round.
    """
    part = next(iter(PARTS.all(case=case.pk)), None)
    seat = part.employer.district_code if part else ""
    return (seat or case.district_code) if employers_seat else (case.district_code or seat)


def ways(final: bool) -> Ways:
    """Who may do what against an award that is final for the employer, or that is not (Art. 48 to 50)."""
    suit = _days(arbitration.SUIT_FINAL if final else arbitration.SUIT)
    worker = _("The worker may sue within %(days)s days of receiving it.") % {"days": suit}
    if not final:
        return Ways(final, worker, _("The employer may sue, too, within %(days)s days.") % {"days": suit})
    words = _("The employer may not sue, only ask the court to set it aside, within %(days)s days.")
    return Ways(final, worker, words % {"days": _days(arbitration.ANNULMENT)})


def _days(rule: str) -> int:
    return rulebook.shown().get(rule, timezone.localdate()).length
