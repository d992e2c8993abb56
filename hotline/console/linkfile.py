"""The cases that belong to one, as its page shows them: merged, split off, maybe the same matter."""

from typing import Any

from hotline import access
from hotline.actions import duplicates
from hotline.console import caserows
from hotline.console.timeline import interactions_of
from hotline.console.views_common import Context, digest
from hotline.models import Case, Claim, Merge, Staff


def context(user: Staff, case: Case, refused: Context | None = None, *, late: bool = False) -> Context:
    """The linked cases, what may be the same matter, and the forms to merge and to split.

    `late`: what may be the same matter and the forms come by a request of their own, once they are in sight.
    """
    may_merge = access.may(user, "merge", case)
    has = caserows.has(case)
    merges = _merges(case) if has.absorbed else []
    own = _own_merge(case) if case.merged_into_id is not None else None
    split_off = list(case.split_off.all()) if has.split_off else []
    others = [one for one in (case.merged_into, case.split_from) if one is not None]
    linked = [*(row.case for row in merges), *split_off, *others]
    seen = _seen(user, linked)
    writes = may_merge and case.is_open
    shows = writes and not late
    suggestions = duplicates.suggestions(user, case) if shows else []
    return {
        "case": case,
        "topics": f"case:{case.pk}",
        "own_merge": own,
        "merges": merges,
        "split_off": [one for one in split_off if one.pk in seen],
        "split_from": case.split_from if case.split_from_id in seen else None,
        "seen": seen,
        "may_merge": may_merge,
        "suggestions": suggestions,
        "may_link": writes,
        "split_parts": split_parts(case) if shows else None,
        "links_refused": refused or {},
        "links_version": "" if late else _version(case, merges, own, split_off, suggestions),
    }


def _own_merge(case: Case) -> Merge | None:
    return case.merges.filter(undone_at=None).select_related("into", "actor").first()


def _merges(case: Case) -> list[Merge]:
    return list(Merge.objects.filter(into=case, undone_at=None).select_related("case", "actor"))


def _seen(user: Staff, linked: list[Case]) -> set[int]:
    """Of the linked cases those that `user` may open."""
    if not linked:
        return set()
    pks = [one.pk for one in linked]
    return set(access.visible(user, Case.objects.filter(pk__in=pks)).values_list("pk", flat=True))


def _version(
    case: Case, merges: list[Merge], own: Merge | None, split_off: list[Case], suggestions: list[Any]
) -> str:
    """Differs when anything that the card shows does."""
    rows = [row.pk for row in merges], own and own.pk, [one.pk for one in split_off]
    found = [(one.case.pk, [str(reason) for reason in one.reasons]) for one in suggestions]
    saved = [(row.section, row.revision) for row in caserows.sections(case)]
    return digest(case.stage, case.merged_into_id, rows, found, saved, case.interactions.count())


def split_parts(case: Case) -> Context:
    """What can be chosen for a case of its own."""
    return {
        "interactions": list(interactions_of(case)),
        "claims": caserows.claims(case),
        "employers": caserows.employers(case),
    }


def merged_claims(case: Case, own: list[Claim]) -> list[Claim]:
    """The claims of the cases merged into this one that are not among its own."""
    if not caserows.has(case).absorbed:
        return []
    known = {(claim.kind, claim.amount, claim.period) for claim in own}
    found = Claim.objects.filter(case__merged_into=case).order_by("case", "pk")
    return [claim for claim in found if (claim.kind, claim.amount, claim.period) not in known]
