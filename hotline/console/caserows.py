"""What several parts of a case page ask for, read once for one page, and which rare rows the case has at all.

A page is made inside `readings.kept()`; outside of it everything here is read anew.
"""

from typing import Any, NamedTuple

from django.db.models import Exists, Model, OuterRef, QuerySet
from viewflow.workflow.models import Task

from hotline.enums import CallbackState
from hotline.models import (
    Attachment,
    Callback,
    Case,
    CaseEmployer,
    Claim,
    ConflictCheck,
    Document,
    Emergency,
    Evidence,
    Measure,
    Mediation,
    Merge,
    QualityCheck,
    Referral,
    ReturnVisit,
    Review,
    SectionRevision,
    Staff,
)  # fmt: skip
from hotline.models.prepared import Given, Prepared
from hotline.readings import once
from workflows import steps


class Has(NamedTuple):
    """Which rows hang on a case: what it has none of is not asked for, part by part."""

    absorbed: bool
    """Cases that are merged into it."""
    attachments: bool
    callbacks: bool
    checks: bool
    conflict_checks: bool
    documents: bool
    emergencies: bool
    evidence: bool
    measures: bool
    mediations: bool
    referrals: bool
    reviews: bool
    split_off: bool
    visits: bool


def _of(rows: "type[Model] | QuerySet[Any, Any]", name: str = "case") -> Exists:
    found = rows if isinstance(rows, QuerySet) else rows._default_manager.all()
    return Exists(found.filter(**{name: OuterRef("pk")}))


_HAS = Prepared(
    lambda: (
        Case.objects.filter(pk=Given("case"))
        .order_by()
        .values_list(
            _of(Merge.objects.filter(undone_at=None), "into"),
            _of(Attachment),
            _of(Callback.objects.filter(state=CallbackState.OPEN)),
            _of(QualityCheck),
            _of(ConflictCheck.objects.filter(settled_at=None)),
            _of(Document),
            _of(Emergency),
            _of(Evidence),
            _of(Measure),
            _of(Mediation),
            _of(Referral),
            _of(Review),
            _of(Case, "split_from"),
            _of(ReturnVisit),
        )
    )
)


def has(case: Case) -> Has:
    """What hangs on the case."""
    return once(("has", case.pk), lambda: Has(*map(bool, _HAS.rows(case=case.pk)[0])))


def task(case: Case) -> Task | None:
    """The present step."""
    return once(("task", case.pk), lambda: steps.current_task(case))


def sections(case: Case) -> list[SectionRevision]:
    """The sections that were saved, with who saved each."""
    rows = case.sections.select_related("saved_by").order_by("pk")
    return once(("sections", case.pk), lambda: list(rows))


def employers(case: Case) -> list[CaseEmployer]:
    """The employers with their parts in the case."""
    return once(("employers", case.pk), lambda: list(case.employers.select_related("employer")))


def claims(case: Case) -> list[Claim]:
    """The claims as they stand."""
    return once(("claims", case.pk), lambda: list(case.claims.all()))


def mediation(case: Case) -> Mediation | None:
    """The newest mediation."""
    if not has(case).mediations:
        return None
    rows = case.mediations.select_related("unit", "mediator")
    return once(("mediation", case.pk), lambda: rows.last())


def merged(case: Case) -> list[Case]:
    """The cases that are merged into this one."""
    if not has(case).absorbed:
        return []
    return once(("merged", case.pk), lambda: list(case.merged.order_by("pk")))


def holds_call(user: Staff, case: Case) -> bool:
    """Whether `user` is on a call of this case or wraps it up: they see the number."""
    calls = user.calls.filter(interaction__case=case, wrapped_up_at=None)
    return once(("holds", user.pk, case.pk), lambda: calls.exists())
