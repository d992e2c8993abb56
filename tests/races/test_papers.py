"""Two people make papers at the same moment: each number is given once, and a version is not lost."""

from typing import Any

import pytest

from hotline.enums import DocumentKind
from hotline.models import Case, Document, Staff
from tests.conftest import Drive
from tests.races.racing import THREADS, race
from tests.workflows.documents.conftest import asked, write_all
from workflows.documents import making

pytestmark = pytest.mark.django_db(transaction=True)
KIND = DocumentKind.RETURN_VISIT


def test_papers_of_several_cases_get_a_number_each(arrive: Any, drive: Drive, agent: Staff) -> None:
    cases = [write_all(arrive(f"+861380000{n:04d}").case, drive) for n in range(THREADS)]
    race(lambda n: making.make(cases[n].pk, agent, KIND, asked(KIND)))
    numbers = sorted(int(d.number.partition("〕")[2].rstrip("号")) for d in Document.objects.all())
    assert numbers == list(range(1, THREADS + 1))


def test_one_paper_made_by_all_at_once_has_one_number_and_all_versions(
    case: Case, drive: Drive, agent: Staff
) -> None:
    write_all(case, drive)
    race(lambda n: making.make(case.pk, agent, KIND, asked(KIND, remark=f"第{n}人")))
    rows = Document.objects.order_by("version")
    assert [row.version for row in rows] == list(range(1, THREADS + 1))
    assert len({row.number for row in rows}) == 1 and rows.filter(superseded_at=None).count() == 1
