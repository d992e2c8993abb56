"""The administrator's page of the search index."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from hotline.models import Case, SearchDrift, SearchMark, Staff
from search import generations
from tests.search.conftest import drained, write  # noqa: F401 - fixtures

Write = Callable[..., Case]


@pytest.fixture
def page(admin: Staff, client_of: Callable[[Staff], Client]) -> Callable[[], Any]:
    browser = client_of(admin)
    return lambda: browser.get("/search-index/")


def test_an_index_that_is_right(
    page: Callable[[], Any],
    write: Write,  # noqa: F811
    drained: Callable[[], int],  # noqa: F811
) -> None:
    write("工资")
    drained()
    now = timezone.now()
    SearchDrift.objects.create(pk=1, index="x", due_at=now, began_at=now, ended_at=now, repaired=7)
    answer = page()
    context = answer.context
    assert (context["inside"], context["cases"], context["waiting"], context["lag"]) == (1, 1, 0, None)
    assert context["generation"] == generations.name()
    assert (context["meter"].differing, context["meter"].repaired) == (0, 7)
    assert "error-summary" not in answer.content.decode()


def test_what_is_wrong_is_told(
    page: Callable[[], Any],
    write: Write,  # noqa: F811
    drained: Callable[[], int],  # noqa: F811
) -> None:
    case = write("工资")
    drained()
    now = timezone.now()
    SearchDrift.objects.create(pk=1, index="x", due_at=now, began_at=now, differing=3, rounds_off=2)
    SearchMark.objects.create(
        case=case, version=1, marked_at=now - timedelta(hours=1), due_at=now, tries=5, problem="ValueError"
    )
    text = page().content.decode()
    assert "search_rebuild --afresh" in text
    assert "ValueError" in text
    assert case.number not in text, "an administrator reads no case"


def test_an_index_that_does_not_answer(page: Callable[[], Any], index: Path) -> None:  # noqa: F811
    answer = page()
    assert answer.status_code == 200
    assert answer.context["inside"] is None
    assert "error-summary" in answer.content.decode()
