"""Whether an award on each claim is final for the employer (Mediation and Arbitration Law, Art. 47).

A finding from the claims beforehand: what the award itself says goes before it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from hotline.enums import ClaimKind
from workflows.calculators.figures import FILE, Figures
from workflows.calculators.parameters import COUNTRY, Article, Figure
from workflows.calculators.sheet import Sheet, money, plain

BY_SUM = frozenset(
    {
        ClaimKind.WAGES,
        ClaimKind.OVERTIME,
        ClaimKind.DOUBLE_WAGE,
        ClaimKind.COMPENSATION,
        ClaimKind.UNLAWFUL_DISMISSAL,
    }
)
"""Remuneration, economic compensation and damages: final up to the bound, each sum by itself."""


@dataclass(frozen=True)
class Asked:
    """One claim: its kind, its sum in yuan where it has one, and what people call it."""

    kind: str
    amount: Decimal | None
    name: str


@dataclass(frozen=True)
class Finding:
    """What an award on one claim would be for the employer; `final` is None where the claim does not say."""

    asked: Asked
    final: bool | None
    why: str


@dataclass(frozen=True)
class Outlook:
    """The findings, the bound they were made with, and what they come to for one award on all of them."""

    findings: tuple[Finding, ...]
    final: bool | None
    bound: Decimal | None
    formula: str
    articles: tuple[Article, ...]
    figures: tuple[Figure, ...]
    unknown: tuple[str, ...]


def reckon(
    claims: Iterable[Asked],
    on: date,
    place: str = COUNTRY,
    minimum_wage: Decimal | None = None,
    awarded: Decimal | None = None,
    figures: Figures = FILE,
) -> Outlook:
    """The outlook for an award made `on` by the minimum wage of `place`, or by the one that is given.

    `awarded` is the sum of all that was awarded: no claim can have come to more.
    """
    sheet = Sheet(figures)
    sheet.cite("final_sums", "final_each", "final_standards", "final_relation")
    months = sheet.figure("award.final_months", on)
    wage = minimum_wage or sheet.find("minimum_wage.monthly", on, place)
    bound = months * wage if wage is not None else None
    formula = f"{money(wage)} × {plain(months)} = {money(bound)}" if wage is not None and bound else ""
    if bound is None:
        text = _("The minimum wage of this place on %(day)s: enter it in the referral.")
        sheet.unknown.append(text % {"day": on})
    findings = tuple(_finding(one, bound, awarded) for one in claims)
    final = _together(findings)
    return Outlook(
        findings, final, bound, formula, tuple(sheet.articles), tuple(sheet.figures), tuple(sheet.unknown)
    )


def _finding(asked: Asked, bound: Decimal | None, awarded: Decimal | None) -> Finding:
    if asked.kind == ClaimKind.SOCIAL_INSURANCE:
        return Finding(asked, True, _("State standards of social insurance (Art. 47(2))"))
    if asked.kind == ClaimKind.RELATION:
        return Finding(asked, False, _("Whether there is an employment is never decided finally"))
    if asked.kind == ClaimKind.INJURY:
        return Finding(asked, None, _("Only medical costs are counted by their sum: the award says it"))
    if asked.kind in BY_SUM or asked.kind == ClaimKind.LEAVE:
        return _by_sum(asked, bound, awarded)
    return Finding(asked, None, _("Depends on what it is: the award says it"))


def _by_sum(asked: Asked, bound: Decimal | None, awarded: Decimal | None) -> Finding:
    known = [one for one in (asked.amount, awarded) if one is not None]
    if bound is None or not known:
        why = _("The minimum wage is not known") if bound is None else _("The claim has no sum")
        return Finding(asked, None, why)
    if min(known) <= bound:
        return Finding(asked, True, _("Not above %(bound)s yuan (Art. 47(1))") % {"bound": money(bound)})
    if asked.kind == ClaimKind.LEAVE:
        return Finding(
            asked, None, _("Above the bound; final all the same where it counts as a matter of rest")
        )
    return Finding(
        asked, False, _("Above %(bound)s yuan, if it is awarded in full") % {"bound": money(bound)}
    )


def _together(findings: tuple[Finding, ...]) -> bool | None:
    """One award on several claims is final where each of them is; one that is not is enough."""
    results = {one.final for one in findings}
    if False in results:
        return False
    return True if results == {True} else None
