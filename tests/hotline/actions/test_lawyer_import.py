"""Lawyers from a table: all of it, or every fault with its line and nothing written."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook

from hotline.actions import lawyer_import
from hotline.enums import Role, Sex
from hotline.errors import Invalid
from hotline.models import Case, Category, Client, ConflictMark, LawyerProfile, Staff, Unit
from tests.conftest import Drive

pytestmark = pytest.mark.django_db
HEAD = "用户名,姓名,单位代码,律师事务所,执业证号,领域,语言,性别,上限,权重,客户,备注"
GOOD = (
    "lvshi1,钱律师,QD,山海律师事务所,13702201012345678,A,韩语；方言,女,12,1.5,"
    "青岛甲公司 91370200MADEM0014N；乙公司,周三值班"
)


def table(folder: Path, *lines: str, head: str = HEAD) -> Path:
    path = folder / "lawyers.csv"
    path.write_text("\n".join([head, *lines]), encoding="utf-8-sig")
    return path


def lines_of(*lines: str, head: str = HEAD) -> list[lawyer_import.Line]:
    return lawyer_import.checked(lawyer_import.read("\n".join([head, *lines]).encode()))


def test_a_table_is_taken_and_taken_again(tmp_path: Path, city: Unit, category: Category) -> None:
    path = table(tmp_path, GOOD, "", "lvshi2,孙律师,QD,,,,,,,,,")
    for _time in range(2):
        call_command("import_lawyers", str(path))
    profile = LawyerProfile.objects.get(staff__username="lvshi1")
    assert (profile.sex, profile.fields, profile.languages) == (Sex.FEMALE, ["A"], ["KOREAN", "DIALECT"])
    assert (profile.capacity, str(profile.weight), str(profile.firm)) == (12, "1.50", "山海律师事务所")
    person = profile.staff
    assert (person.role, person.unit, person.has_usable_password()) == (Role.LAWYER, city, False)
    clients = list(Client.objects.filter(lawyer=person).values_list("name", "credit_code"))
    assert sorted(clients) == [("乙公司", ""), ("青岛甲公司", "91370200MADEM0014N")]
    assert Staff.objects.filter(username="lvshi2").exists()


def test_a_spreadsheet_is_read_like_the_text(tmp_path: Path, city: Unit, category: Category) -> None:
    book = Workbook()
    assert book.active is not None
    for line in (HEAD, GOOD):
        book.active.append(line.split(","))
    book.save(tmp_path / "a.xlsx")
    lines = lawyer_import.checked(lawyer_import.read((tmp_path / "a.xlsx").read_bytes()))
    assert [line.username for line in lines] == ["lvshi1"]


def test_every_fault_is_named_with_its_line_and_nothing_is_written(
    tmp_path: Path, agent: Staff, category: Category
) -> None:
    path = table(
        tmp_path,
        GOOD,
        "坏 名,,XX,,,Q,火星语,不详,很多,-1,甲公司 91370200MADEM0014A,",
        "agent,王晓梅,QD,,,,,,,,,",
        GOOD,
    )
    with pytest.raises(CommandError) as refused:
        call_command("import_lawyers", str(path))
    told = str(refused.value).splitlines()
    assert [line.split("：")[0] for line in told] == ["第3行", "第4行", "第5行"]
    assert told[0].count("；") >= 7
    assert not LawyerProfile.objects.exists() and not Client.objects.exists()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe\x00",
        b"PK\x03\x04 not a book",
        "姓名\n".encode(),
        "用户名,姓名,单位代码,年龄\na,钱律师,QD,40".encode(),
        f"{HEAD}\n,,,".encode(),
        b"a" * (lawyer_import.LARGEST + 1),
    ],
)
def test_what_is_no_table_is_refused(data: bytes, city: Unit) -> None:
    with pytest.raises(Invalid):
        lawyer_import.checked(lawyer_import.read(data))


def test_checking_alone_writes_nothing(tmp_path: Path, city: Unit, category: Category) -> None:
    call_command("import_lawyers", str(table(tmp_path, GOOD)), "--check")
    assert not Staff.objects.filter(role=Role.LAWYER).exists()


def test_a_new_client_has_the_lawyers_open_cases_checked(
    drive: Drive, case: Case, lawyer: Staff, category: Category
) -> None:
    drive.to_review(case)
    lines = lines_of("lawyer,李律师,QD,,,,,,,,海晟制衣,")
    assert lawyer_import.store(lines) == (0, 1)
    assert ConflictMark.objects.count() == 1
    assert lawyer_import.store(lines) == (0, 0)


def test_what_has_no_column_stays_as_it_is(lawyer: Staff, category: Category) -> None:
    LawyerProfile.objects.create(staff=lawyer, capacity=5, licence="137", fields=["A"])
    lawyer_import.store(lines_of("lawyer,李大律师,QD,女", head="用户名,姓名,单位代码,性别"))
    profile = LawyerProfile.objects.select_related("staff").get(staff=lawyer)
    assert (profile.capacity, profile.licence, profile.fields, profile.sex) == (5, "137", ["A"], Sex.FEMALE)
    assert profile.staff.name == "李大律师"


def test_a_table_as_excel_writes_it_is_read(city: Unit) -> None:
    assert lawyer_import.read("用户名,姓名\r\na,钱律师\r\n".encode("gb18030"))[1] == ["a", "钱律师"]


def test_who_comes_to_another_unit_is_signed_out(lawyer: Staff, district: Unit) -> None:
    lawyer_import.store(lines_of(f"lawyer,李律师,{district.code}", head="用户名,姓名,单位代码"))
    before = lawyer.sessions_ended
    lawyer.refresh_from_db()
    assert (lawyer.unit, lawyer.sessions_ended) == (district, before + 1)
