"""Every kind of search that the bench measures finds the planted cases among seeded ones, and no others."""

from collections.abc import Callable

import pytest
from django.core.management import call_command

from deploy.benchmark.search_kinds import Search, kinds
from hotline.demo.bulk_words import planted
from hotline.enums import Role
from hotline.models import Case, SearchMark, Staff
from search import build
from search.find import find

pytestmark = [pytest.mark.django_db, pytest.mark.services]
COUNT = 60


def test_every_kind_of_search_finds_what_was_planted(drained: Callable[[], int]) -> None:
    call_command("seed_bulk", COUNT, marks=True)
    drained()
    assert not SearchMark.objects.exists()
    numbers = dict(Case.objects.values_list("person__name", "number"))
    user = Staff.objects.select_related("unit").get(role=Role.SUPERVISOR, unit__parent=None)
    made = kinds([(one, numbers[one.name]) for one in planted(COUNT)])
    wrong = [f"{kind.name}: {told}" for kind in made for one in kind.searches for told in _wrong(user, one)]
    assert wrong == []
    assert len(made) == 22


def _wrong(user: Staff, search: Search) -> list[str]:
    found = find(user, search.typed, size=100)
    cases = build.with_texts(Case.objects.filter(pk__in=[one.case.pk for one in found.cases]))
    wrong = [f"{search.typed}: {one.number}" for one in cases if not search.fits(build.document(one))]
    missing = set(search.wanted) - {one.number for one in cases}
    wrong += [f"{search.typed}: {number} is missing" for number in missing]
    if search.alone and found.total != len(search.wanted):
        wrong.append(f"{search.typed}: {found.total} found")
    if search.offered and search.offered not in found.did_you_mean:
        wrong.append(f"{search.typed}: {search.offered} is not offered")
    return wrong
