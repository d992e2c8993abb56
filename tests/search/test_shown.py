"""What is shown of a found case is read once while somebody types, and anew when the case has changed."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils.translation import override

from hotline.actions import notes
from hotline.models import Case, Staff
from search import shown
from search.find import find
from tests.conftest import Drive


def texts(case: Case) -> list[str]:
    return [one.text for one in shown.of([Case.objects.get(pk=case.pk)])[case.pk].texts]


def test_the_second_look_reads_the_case_alone(
    case: Case, django_assert_num_queries: Callable[[int], Any]
) -> None:
    first = shown.of([case])
    with django_assert_num_queries(0):
        assert shown.of([case]) == first


def test_a_change_is_shown_at_once(case: Case, supervisor: Staff) -> None:
    assert "工伤认定已下来" not in texts(case)
    notes.add_note(case.pk, supervisor, "工伤认定已下来")
    assert "工伤认定已下来" in texts(case)


def test_each_language_has_its_words(drive: Drive, case: Case) -> None:
    case = drive.to_review(case)
    labels = []
    for language in ("zh-hans", "en"):
        with override(language):
            labels.append([str(one.label) for one in shown.of([case])[case.pk].texts])
    assert labels[0] != labels[1]


def test_after_a_while_all_is_read_anew(
    case: Case, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Callable[[int], Any]
) -> None:
    monkeypatch.setattr(shown, "MOST", 1)
    other = Case.objects.create(
        **{
            field.attname: getattr(case, field.attname)
            for field in Case._meta.concrete_fields
            if field.name not in {"id", "number"}
        },
        number="QD12351-20261012-999999",
    )
    assert set(shown.of([case])) == {case.pk}
    assert set(shown.of([other])) == {other.pk}
    assert len(shown.kept) == 1


def test_a_case_that_was_taken_away_is_not_shown_although_it_is_kept(
    case: Case, drained: Callable[[], int], supervisor: Staff, outsider: Staff
) -> None:
    drained()
    assert find(supervisor, case.number).cases
    assert shown.kept
    assert not find(outsider, case.number).cases
