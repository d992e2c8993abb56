"""A found list as a spreadsheet: who may, what stands in it, and that it is noted."""

from collections.abc import Callable
from io import BytesIO

import pytest
from django.test import Client
from openpyxl import load_workbook

from hotline.console import search_export
from hotline.enums import MessageState, UnitKind
from hotline.models import Access, Case, ListExport, Message, Staff, Unit
from search import outbox
from search.asked import Asked
from workflows import reception

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("index")]
SignIn = Callable[[Staff], Client]


@pytest.fixture
def found(arrive: Callable[..., reception.Received]) -> list[Case]:
    cases = []
    for n in range(3):
        received = arrive(f"+8613912345{n:03d}")
        Message.objects.create(interaction=received.interaction, body="拖欠工资", state=MessageState.RECEIVED)
        received.case.person.name = "=HYPERLINK(1)"
        received.case.person.save()
        Case.objects.filter(pk=received.case.pk).update(summary="请打 13912345678")
        cases.append(received.case)
    while outbox.drain():
        pass
    return cases


def test_the_list_goes_out_masked_harmless_and_noted(
    found: list[Case], supervisor: Staff, client_of: SignIn
) -> None:
    browser = client_of(supervisor)
    assert "3" in browser.get("/search/export/", {"q": "工资"}).content.decode()
    answer = browser.post("/search/export/", {"search": "q=工资&stage=INTAKE", "reason": "月度核对"})
    assert answer["Content-Type"] == search_export.XLSX and "attachment" in answer["Content-Disposition"]
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    rows = [[value.value for value in row] for row in sheet.iter_rows()]
    assert [row[0] for row in rows[1:]] == [case.number for case in reversed(found)]
    text = str(rows)
    assert "139****5002" in text and "13912345" not in text and "'=HYPERLINK(1)" in text
    row = ListExport.objects.get()
    assert (row.staff, row.rows, row.total, row.reason) == (supervisor, 3, 3, "月度核对")
    noted = Access.objects.get(what="search.exported")
    assert (noted.detail, noted.reason) == ("工资 stage=INTAKE (3)", "月度核对")


def test_without_a_reason_nothing_goes_out(found: list[Case], supervisor: Staff, client_of: SignIn) -> None:
    answer = client_of(supervisor).post("/search/export/", {"search": "q=工资", "reason": " "})
    assert answer.status_code == 400 and 'id="export-reason-error"' in answer.content.decode()
    assert not ListExport.objects.exists()


def test_only_a_supervisor_and_only_their_own(
    found: list[Case], agent: Staff, outsider: Staff, client_of: SignIn
) -> None:
    asked = {"search": "q=工资", "reason": "核对"}
    assert client_of(agent).post("/search/export/", asked).status_code == 403
    answer = client_of(outsider).post("/search/export/", asked)
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    assert sheet.max_row == 1 and ListExport.objects.get().rows == 0


def test_a_longer_list_is_cut_and_says_so(found: list[Case], supervisor: Staff) -> None:
    file = BytesIO()
    assert search_export.write(supervisor, Asked("工资"), file, most=2) == (2, 3)
    sheet = load_workbook(file).active
    assert sheet.max_row == 4 and "2" in sheet.cell(4, 1).value


def test_a_case_taken_away_is_left_out_before_the_index_knows(found: list[Case], supervisor: Staff) -> None:
    elsewhere = Unit.objects.create(code="XX", name="别处总工会", kind=UnitKind.CITY, path="/999999/")
    Case.objects.filter(pk=found[1].pk).update(unit=elsewhere)
    file = BytesIO()
    assert search_export.write(supervisor, Asked("工资"), file)[0] == 2
    assert found[1].number not in str([cell.value for row in load_workbook(file).active for cell in row])
