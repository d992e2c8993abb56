"""The index is gone: search says so, whole numbers are still found, and it is built again by itself."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.urls import reverse

from hotline import health
from hotline.management.commands.work import drain_search
from hotline.models import Case, SearchMark, Staff
from search import generations
from tests.faults.conftest import Visitor
from tests.search.conftest import drained, now_due, write  # noqa: F401 - fixtures

Write = Callable[..., Case]


@pytest.fixture(autouse=True)
def embedded(settings: object) -> None:
    """The engine of this test is the one that lives in a folder."""
    settings.ELASTICSEARCH_URL = ""  # type: ignore[attr-defined]


def test_gone_and_built_again(
    index: Path,  # noqa: F811
    drained: Callable[[], int],  # noqa: F811
    write: Write,  # noqa: F811
    visitor: Visitor,
    supervisor: Staff,
) -> None:
    case = write("老板拖欠工资")
    drained()
    browser, words = visitor(supervisor), {"q": "拖欠工资"}
    address = reverse("search")
    assert case.number in browser.get(address, words).text
    assert {f.name: f.ok for f in health.figures()}["engine"] is True
    generations.stop_writing()
    shutil.rmtree(index)
    page = browser.get(address, words)
    assert (page.status_code, case.number in page.text) == (200, False)
    assert "案件编号" in page.text and 'role="status"' in page.text
    for exact in (case.number, "13800005678"):
        assert case.number in browser.get(address, {"q": exact}).text
    assert {f.name: f.ok for f in health.figures()}["engine"] is False
    assert browser.get(reverse("case", args=[case.pk])).status_code == 200
    later = write("后来又扣了押金", number="+8613800007777")
    now_due()
    drain_search(later.opened_at)
    assert not SearchMark.objects.exists()
    for query, found in (("拖欠工资", case), ("押金", later)):
        assert found.number in browser.get(address, {"q": query}).text
    assert {f.name: f.ok for f in health.figures()}["engine"] is True
