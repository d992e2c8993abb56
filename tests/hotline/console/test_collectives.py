"""The collective case in the browser: card and page, members by form and by table, what leaves the house."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook, load_workbook

from hotline.actions import collectives as rows
from hotline.enums import EmployerRole, Section
from hotline.models import Access, Case, Staff
from search import find, outbox
from tests.conftest import Drive
from workflows import collectives

pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Client]
IDENTITY = "379999198803140170"
HEADS = ["姓名", "联系电话", "身份证号", "请求事项", "金额（元）"]


@pytest.fixture
def wanted(case: Case, drive: Drive, agent: Staff) -> Case:
    drive.write_intake(case)
    drive.save(case, Section.CALLER, agent, name="李大姐")
    drive.save(case, Section.INTAKE, agent, persons=12)
    rows_ = [{"name": "青岛示例制帽有限公司", "role": EmployerRole.EMPLOYER, "credit_code": ""}]
    drive.save(case, Section.EMPLOYERS, agent, rows=rows_)
    return case


@pytest.fixture
def collective(wanted: Case, supervisor: Staff) -> Case:
    collectives.confirm(wanted.pk, supervisor, "WAGES", "支付7至9月工资")
    return wanted


def at(case: Case, rest: str = "") -> str:
    return f"/cases/{case.pk}/collective/{rest}"


def table(*lines: list[Any]) -> SimpleUploadedFile:
    book, file = Workbook(), io.BytesIO()
    for line in lines:
        book.worksheets[0].append(line)
    book.save(file)
    return SimpleUploadedFile("名册.xlsx", file.getvalue())


def text(response: Any) -> str:
    return str(response.content.decode())


# --- Confirming ----------------------------------------------------------------------------------
def test_the_card_suggests_it_and_the_page_confirms_it(
    wanted: Case, agent: Staff, supervisor: Staff, client_of: SignIn
) -> None:
    card = client_of(agent).get(f"/cases/{wanted.pk}/parts/collective/")
    assert "12" in text(card) and at(wanted) in text(card)
    assert "collective/confirm" not in text(client_of(agent).get(at(wanted)))
    client = client_of(supervisor)
    refused = client.post(at(wanted, "confirm/"), {"kind": "WAGES", "claim": ""})
    assert refused.status_code == 400 and "error-summary" in text(refused)
    done = client.post(at(wanted, "confirm/"), {"kind": "WAGES", "claim": "支付工资"}, follow=True)
    assert done.status_code == 200 and "李大姐" in text(done), "the caller is the first member"
    assert client.post(at(wanted, "confirm/"), {"kind": "WAGES", "claim": "支付工资"}).status_code == 409


@pytest.mark.services
def test_an_ordinary_case_has_a_hidden_card(case: Case, agent: Staff, client_of: SignIn) -> None:
    card = client_of(agent).get(f"/cases/{case.pk}/parts/collective/", headers={"HX-Request": "true"})
    assert "hidden>" in text(card)


# --- Members by form -----------------------------------------------------------------------------
def form(**changes: Any) -> dict[str, Any]:
    fields = {
        "name": "甲", "phone": "138 1111 0001", "identity_number": IDENTITY, "may_disclose": "YES",
        "known_on": "2026-09-24", "rows-TOTAL_FORMS": "1", "rows-INITIAL_FORMS": "0",
        "rows-0-kind": "WAGES", "rows-0-amount": "12,000", "revision": "0",
    }  # fmt: skip
    return fields | changes


def test_a_member_is_added_corrected_and_shown_masked(
    collective: Case, agent: Staff, client_of: SignIn
) -> None:
    client = client_of(agent)
    assert client.post(at(collective, "members/"), form(name="", phone="12")).status_code == 400
    assert client.post(at(collective, "members/"), form()).status_code == 303
    member = collective.members.get(name="甲")
    assert (member.phone, member.identity_number, member.total) == ("+8613811110001", IDENTITY, 12000)
    page = text(client.get(at(collective)))
    assert "13811110001" not in page and IDENTITY not in page and "12,000" in page
    opened = text(client.get(at(collective, f"members/{member.pk}/")))
    assert "13811110001" not in opened and IDENTITY not in opened
    changed = form(phone="", identity_number="", name="甲甲", **{"rows-0-amount": "9000"})
    assert client.post(at(collective, f"members/{member.pk}/"), changed).status_code == 303
    assert client.post(at(collective, f"members/{member.pk}/"), changed).status_code == 409
    member.refresh_from_db()
    assert (member.name, member.phone, member.identity_number) == ("甲甲", "+8613811110001", IDENTITY)


@pytest.mark.parametrize("total", [None, "0", "欠薪"])
def test_a_refused_form_shows_the_lines_that_were_sent_however_they_were_counted(
    total: str | None, collective: Case, agent: Staff, client_of: SignIn
) -> None:
    typed = form(name="", **{"rows-TOTAL_FORMS": total, "rows-0-period": "2026-07—09"})
    typed = {name: value for name, value in typed.items() if value is not None}
    refused = client_of(agent).post(at(collective, "members/"), typed)
    assert refused.status_code == 400 and 'value="2026-07—09"' in text(refused)


@pytest.mark.services
def test_a_number_is_shown_for_a_reason_that_is_kept(
    collective: Case, agent: Staff, client_of: SignIn
) -> None:
    client = client_of(agent)
    client.post(at(collective, "members/"), form())
    there = at(collective, f"members/{collective.members.get(name='甲').pk}/reveal/")
    assert client.post(there, {"what": "identity"}).status_code == 400
    shown = client.post(there, {"what": "identity", "reason": "填写申请书"})
    assert IDENTITY in text(shown)
    assert Access.objects.get(what="person.identity", case=collective).reason == "填写申请书"


@pytest.mark.services
def test_states_and_representatives_are_written_on_the_page(
    collective: Case, agent: Staff, client_of: SignIn
) -> None:
    client = client_of(agent)
    found = [collectives.add(collective.pk, agent, {"name": f"工友{n}", "claims": ()}).pk for n in range(3)]
    chosen = {"member": found, "on": "2026-11-01", "how": "全体签名推举", "powers": "代为调解"}
    assert client.post(at(collective, "speakers/"), chosen | {"member": found[:2]}).status_code == 400
    assert client.post(at(collective, "speakers/"), chosen | {"on": "2026-13-01"}).status_code == 400
    assert client.post(at(collective, "speakers/"), chosen).status_code == 303
    assert "工友0、工友1、工友2" in text(client.get(at(collective)))
    state = at(collective, f"members/{found[0]}/state/")
    assert client.post(state, {"state": "WITHDREW", "reason": ""}).status_code == 400
    assert client.post(state, {"state": "WITHDREW", "reason": "已和解"}).status_code == 303
    assert client.get(at(collective, "?state=WITHDREW&q=工友0&sort=due")).status_code == 200


@pytest.mark.services
def test_a_case_joins_and_leaves_on_the_page(
    collective: Case, arrive: Any, drive: Drive, agent: Staff, client_of: SignIn
) -> None:
    other, client = drive.write_intake(arrive("+8613900009999").case), client_of(agent)
    assert client.post(at(collective, "join/"), {"other": "无", "reason": "同厂"}).status_code == 400
    assert client.post(at(collective, "join/"), {"other": other.number, "reason": "同厂"}).status_code == 303
    member = collective.members.get(joined_case=other)
    assert other.number.partition("-")[2] in text(client.get(at(collective)))
    leave = at(collective, f"members/{member.pk}/leave/")
    assert client.post(leave, {"reason": ""}).status_code == 400
    assert client.post(leave, {"reason": "自己仲裁"}).status_code == 303
    other.refresh_from_db()
    assert other.is_open


# --- Tables --------------------------------------------------------------------------------------
def test_a_table_adds_all_with_several_claims_of_one(
    collective: Case, agent: Staff, client_of: SignIn
) -> None:
    sheet = table(
        HEADS,
        ["甲", 13811110001, IDENTITY, "拖欠工资", 12000.5],
        ["", "", "", "其他", "1,000"],
        [],
        ["乙", "0532-85551234", "", "WAGES", 8000],
    )
    answer = client_of(agent).post(at(collective, "table/"), {"table": sheet}, follow=True)
    assert answer.status_code == 200
    one = collective.members.get(name="甲")
    assert [(c.kind, str(c.amount)) for c in one.claims.all()] == [
        ("WAGES", "12000.50"),
        ("OTHER", "1000.00"),
    ]
    assert collective.members.get(name="乙").phone == "+8653285551234"
    assert rows.totals(collective).amount == 21000.5


def test_each_faulty_line_is_named_and_nobody_added(
    collective: Case, agent: Staff, client_of: SignIn
) -> None:
    before = collective.members.count()
    sheet = table(
        HEADS,
        ["甲", "13811110001", "", "拖欠工资", 12000],
        ["乙", "12", "", "", ""],
        ["丙", "", "379999198803140171", "", ""],
        ["丁", "", "", "拖欠", 5],
        ["", "13811110009", "", "拖欠工资", 5],
        ["戊", "", "", "", 5],
    )
    answer = client_of(agent).post(at(collective, "table/"), {"table": sheet})
    assert answer.status_code == 400 and collective.members.count() == before
    summary = text(answer).partition("error-summary")[2].partition("</div>")[0]
    assert summary.count("<p>") == 5
    for line in ("3", "4", "5", "6", "7"):
        assert f"第{line}行" in summary


@pytest.mark.services
@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_csv_is_read_in_both_encodings_and_once(
    encoding: str, collective: Case, agent: Staff, client_of: SignIn
) -> None:
    content = "姓名,联系电话\n甲,13811110001\n".encode(encoding)
    client = client_of(agent)
    for status in (303, 400):
        file = SimpleUploadedFile("名册.csv", content)
        assert client.post(at(collective, "table/"), {"table": file}).status_code == status
    assert collective.members.filter(name="甲").count() == 1


@pytest.mark.services
@pytest.mark.parametrize(
    "file",
    [
        SimpleUploadedFile("a.xlsx", b"PK\x03\x04broken"),
        SimpleUploadedFile("a.csv", b"\xff\xfe\x00\x81"),
        SimpleUploadedFile("a.csv", "列一,列二\n甲,乙\n".encode()),
        SimpleUploadedFile("a.csv", "姓名,工种\n甲,缝纫\n".encode()),
        SimpleUploadedFile("a.pdf", b"%PDF"),
        SimpleUploadedFile("a.csv", "姓名\n".encode() + b"\n" * 2_001),
        SimpleUploadedFile("a.csv", b"x" * (2 * 1024 * 1024 + 1)),
        SimpleUploadedFile("a.csv", "姓名\n".encode()),
    ],
    ids=["damaged", "no text", "no heads", "strange", "other", "long", "large", "empty"],
)
def test_what_is_no_table_of_members_is_refused(
    file: SimpleUploadedFile, collective: Case, agent: Staff, client_of: SignIn
) -> None:
    file.seek(0)
    before = collective.members.count()
    answer = client_of(agent).post(at(collective, "table/"), {"table": file})
    assert answer.status_code == 400 and collective.members.count() == before


def test_the_list_leaves_the_house_for_a_reason_and_without_formulas(
    collective: Case, agent: Staff, supervisor: Staff, client_of: SignIn
) -> None:
    named = {"name": "=HYPERLINK(1)", "phone": "+8613811110001", "evidence": "@工资条"}
    collectives.add(collective.pk, agent, {**named, "claims": [{"kind": "WAGES", "amount": 5}]})
    assert client_of(agent).post(at(collective, "export/"), {"reason": "立案"}).status_code == 403
    client = client_of(supervisor)
    assert client.post(at(collective, "export/"), {"reason": ""}).status_code == 400
    answer = client.post(at(collective, "export/"), {"reason": "立案"})
    content = answer.getvalue()
    book = load_workbook(io.BytesIO(content))
    line = [value.value for value in book.worksheets[0][3]]
    assert line[1] == "'=HYPERLINK(1)" and line[7] == "'@工资条" and "13811110001" not in str(line)
    assert Access.objects.get(what="members.exported", case=collective).reason == "立案"
    blank = client.get(at(collective, "blank.xlsx")).content
    assert load_workbook(io.BytesIO(blank)).worksheets[0]["A1"].value == "姓名"


# --- Found ---------------------------------------------------------------------------------------
@pytest.mark.services
def test_it_is_found_by_each_member(
    index: Any, collective: Case, agent: Staff, supervisor: Staff, client_of: SignIn
) -> None:
    member = {"name": "欧阳小红", "phone": "+8613811117788", "evidence": "微信记账截图", "claims": ()}
    collectives.add(collective.pk, agent, member)
    outbox.drain()
    for words in ("欧阳小红", "7788", "微信记账截图"):
        assert [one.case for one in find.find(supervisor, words).cases] == [collective], words
