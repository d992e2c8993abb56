"""The evidence of a case: its lines, its files, what is refused, and where it shows."""

from collections.abc import Callable

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hotline.actions import sections
from hotline.enums import Section
from hotline.models import Attachment, Case, Staff
from search import build
from tests.conftest import Drive

SignIn = Callable[[Staff], Client]


def send(client: Client, case: Case, *rows: dict[str, str], revision: int = 0) -> int:
    data = {"rows-TOTAL_FORMS": str(len(rows)), "rows-INITIAL_FORMS": "0", "revision": str(revision)}
    for at, row in enumerate(rows):
        data |= {f"rows-{at}-{name}": value for name, value in ({"kind": "OTHER"} | row).items()}
    return client.post(reverse("section", args=[case.pk, "EVIDENCE"]), data).status_code


def attach(case: Case) -> Attachment:
    row = Attachment(case=case, name="流水.pdf", content_type="application/pdf", added_at=timezone.now())
    row.file.save("a.pdf", ContentFile(b"%PDF"))
    return row


def test_the_list_is_kept_as_it_was_written(case: Case, agent: Staff, client_of: SignIn) -> None:
    file, client = attach(case), client_of(agent)
    first = {"name": "银行流水", "kind": "WAGES", "proves": "工资标准", "page_from": "1", "page_to": "4"}
    second = {"name": "考勤记录", "held_by_employer": "on"}
    assert send(client, case, first | {"attachment_id": str(file.pk)}, second) == 303
    rows = list(case.evidence.all())
    assert [row.name for row in rows] == ["银行流水", "考勤记录"]
    assert rows[0].attachment == file and rows[1].held_by_employer
    page = client.get(reverse("case", args=[case.pk])).content.decode()
    assert "1. <a" in page and reverse("file", args=[file.pk]) in page
    assert "2. 考勤记录" in page
    found = [one.text for one in build.texts(case)]
    assert {"银行流水", "工资标准", "考勤记录"} <= set(found)


@pytest.mark.parametrize(
    "row",
    [
        {"proves": "工资标准"},
        {"name": "流水", "page_from": "3", "page_to": "2"},
        {"name": "流水", "page_to": "2"},
        {"name": "流水", "page_from": "0"},
        {"name": "流水", "page_from": "1e9"},
        {"name": "流水", "kind": "X"},
        {"name": "长" * 101},
    ],
)
def test_what_is_wrong_is_refused_and_kept(
    case: Case, agent: Staff, client_of: SignIn, row: dict[str, str]
) -> None:
    assert send(client_of(agent), case, row) == 400
    assert not case.evidence.exists() and case.drafts.filter(section="EVIDENCE").exists()


def test_a_file_of_another_case_cannot_be_named(
    case: Case, agent: Staff, client_of: SignIn, arrive: Callable[..., object]
) -> None:
    arrive("+8613900000077")
    other = Case.objects.exclude(pk=case.pk).get()
    assert send(client_of(agent), case, {"name": "流水", "attachment_id": str(attach(other).pk)}) == 400


def test_a_second_save_of_the_same_list_meets_the_first(
    case: Case, agent: Staff, other_agent: Staff, client_of: SignIn
) -> None:
    assert send(client_of(agent), case, {"name": "流水"}) == 303
    assert send(client_of(other_agent), case, {"name": "考勤"}) == 409
    assert [row.name for row in case.evidence.all()] == ["流水"]


def test_the_same_list_again_changes_nothing(case: Case, drive: Drive, agent: Staff) -> None:
    row = {"name": "流水", "kind": "WAGES", "copies": 2}
    drive.save(case, Section.EVIDENCE, agent, rows=[row])
    version, ids = case.version, set(case.evidence.values_list("pk", flat=True))
    now = [{**sections.Evidence(**row).__dict__}]
    drive.save(case, Section.EVIDENCE, agent, rows=now)
    assert case.version == version and set(case.evidence.values_list("pk", flat=True)) == ids


def test_the_step_says_what_is_missing_before_it_is_pressed(
    case: Case, drive: Drive, lawyer: Staff, client_of: SignIn
) -> None:
    case = drive.to_referral(case)
    page = client_of(lawyer).get(reverse("case", args=[case.pk])).content.decode()
    assert reverse("section", args=[case.pk, "CALLER"]) in page and "#section-EVIDENCE" in page
    drive.prepare_referral(case)
    text = client_of(lawyer).get(reverse("case", args=[case.pk])).content.decode()
    assert "#section-EVIDENCE" not in text
