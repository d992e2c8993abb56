"""Which cases may be one matter, and which employers several workers complain of at once.

Suggestions only: people merge by hand (`workflows.merges`). What is looked through is bounded, however many
cases there are: the worker's own, the newest of an employer, the newest of all.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hotline import access
from hotline.models import Case, CaseEmployer, Employer, Staff
from hotline.names import employer_core

OF_PERSON = 20
OF_EMPLOYER = 200
OF_ALL = 300
"""How many of the newest are looked through, each time."""
SHOWN = 5
GATHERED = 50
"""Cases of one employer that are shown as belonging together, at most."""
SURGE = 3
"""Cases of one employer from which it is said."""
SAME_PERSON = _("same number, employer and kind of matter")
SAME_CODE = _("same credit code and category")
ALIKE = _("similar employer name, same category")
SHORTEST = 3
"""Characters from which one name inside another says something."""


@dataclass(frozen=True)
class Suggestion:
    """A case that may be the same matter, and why."""

    case: Case
    reasons: list[str | Promise]


def suggestions(user: Staff, case: Case) -> list[Suggestion]:
    """The open cases that may be one matter with `case`, of those that `user` may see."""
    own = [part.employer for part in case.employers.select_related("employer")]
    if not case.is_open or case.category_id is None or not own:
        return []
    since = case.opened_at - timedelta(days=settings.HOTLINE_DUPLICATE_DAYS)
    near = access.visible(user, Case.objects.open().filter(opened_at__gte=since).exclude(pk=case.pk))
    reasons: dict[int, list[str | Promise]] = defaultdict(list)
    for pk in _of_person(near, case, own):
        reasons[pk].append(SAME_PERSON)
    for pk in _of_code(near, case, own):
        reasons[pk].append(SAME_CODE)
    for pk in _alike(near, case, own):
        reasons[pk].append(ALIKE)
    rows = Case.objects.filter(pk__in=reasons).select_related("person", "category", "unit")
    ranked = sorted(rows, key=lambda row: (-len(reasons[row.pk]), -row.pk))
    return [Suggestion(row, reasons[row.pk]) for row in ranked[:SHOWN]]


def of_one_employer(user: Staff, case: Case) -> list[Case]:
    """The open cases of other workers against an employer of `case`, of those that `user` may see.

    Fresh ones (a surge), and those that are collective however old they are.
    """
    own = [part.employer for part in case.employers.select_related("employer")]
    if not own:
        return []
    since = case.opened_at - timedelta(days=settings.HOTLINE_SURGE_DAYS)
    others = Case.objects.open().exclude(person=case.person_id).filter(merged_into=None)
    gathered = Q(collective__isnull=False, collective__revoked_at=None)
    near = access.visible(user, others.filter(Q(opened_at__gte=since) | gathered))
    newest: list[int] = []
    for employer in own:
        parts = CaseEmployer.objects.filter(employer=employer).order_by("-pk")
        newest += parts.values_list("case", flat=True)[:OF_EMPLOYER]
    alike_ones = _alike(near.filter(category=case.category_id), case, own)
    found = near.filter(pk__in={*newest, *alike_ones}).select_related("person", "category", "unit")
    return list(found.order_by("opened_at", "pk")[:GATHERED])


def _of_person(near: QuerySet[Case], case: Case, own: list[Employer]) -> set[int]:
    """One caller's, of the same group of categories and the same employer."""
    group = str(case.category_id)[0]
    theirs = near.filter(person=case.person_id, category__code__startswith=group).order_by("-pk")
    pks = list(theirs.values_list("pk", flat=True)[:OF_PERSON])
    parts = CaseEmployer.objects.filter(case__in=pks).values_list("case", "employer__name")
    cores = {employer_core(employer.name) for employer in own}
    return {pk for pk, name in parts if employer_core(name) in cores}


def _of_code(near: QuerySet[Case], case: Case, own: list[Employer]) -> set[int]:
    coded = [employer.pk for employer in own if employer.credit_code]
    newest: list[int] = []
    for pk in coded:  # each by its own index, from the newest on
        parts = CaseEmployer.objects.filter(employer=pk).order_by("-pk")
        newest += parts.values_list("case", flat=True)[:OF_EMPLOYER]
    return set(near.filter(pk__in=newest, category=case.category_id).values_list("pk", flat=True))


def _alike(near: QuerySet[Case], case: Case, own: list[Employer]) -> set[int]:
    """Of the newest of all, those with an employer that is another row and may be the same house."""
    newest = near.order_by("-opened_at", "-pk").values_list("pk", "category")[:OF_ALL]
    pks = [pk for pk, category in newest if category == case.category_id]
    parts = CaseEmployer.objects.filter(case__in=pks).exclude(employer__in=own)
    return {
        pk
        for pk, name in parts.values_list("case", "employer__name")
        if any(alike(name, employer.name) for employer in own)
    }


def alike(one: str, other: str) -> bool:
    """Whether two names may mean one employer: alike without place and form, or one inside the other.

    By sound they are not compared (`hotline.names.alike` does): its tables are not for every page of a case.
    """
    short, long = sorted((employer_core(one), employer_core(other)), key=len)
    return bool(short) and (short == long or (len(short) >= SHORTEST and short in long))


@dataclass(frozen=True)
class Surge:
    """An employer of whom so many cases were opened within the last days."""

    employer: Employer
    cases: int
    persons: int


def surges(cases: QuerySet[Case]) -> list[Surge]:
    """The employers with three or more of `cases` in the last days; merged ones count once."""
    since = timezone.now() - timedelta(days=settings.HOTLINE_SURGE_DAYS)
    fresh = cases.filter(opened_at__gte=since, merged_into=None)
    counted: Iterable[dict[str, Any]] = (
        CaseEmployer.objects.filter(case__in=fresh)
        .order_by()
        .values("employer")
        .annotate(cases=Count("case", distinct=True), persons=Count("case__person", distinct=True))
        .filter(cases__gte=SURGE)
        .order_by("-cases", "employer")[:SHOWN]
    )
    rows = list(counted)
    employers = Employer.objects.in_bulk([row["employer"] for row in rows])
    return [Surge(employers[row["employer"]], row["cases"], row["persons"]) for row in rows]
