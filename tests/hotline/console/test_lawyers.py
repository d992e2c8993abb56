"""A lawyer's profile and clients, the table of lawyers, and the page of those who are away."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.utils import timezone

from hotline.actions import absences, conflicts
from hotline.enums import CheckResult, Section
from hotline.errors import NotAllowed
from hotline.models import (
    Absence,
    Access,
    Case,
    Category,
    Client,
    ConflictCheck,
    ConflictMark,
    LawFirm,
    LawyerProfile,
    Staff,
    Unit,
)
from tests.conftest import Drive

pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Browser]
HOUSE = "青岛海晟制衣有限公司"
PROFILE = {
    "firm": "山海（虚构）律师事务所",
    "licence": "13702201012345678",
    "sex": "F",
    "capacity": "12",
    "weight": "1.5",
    "fields": ["A"],
    "languages": ["KOREAN"],
    "note": "周三值班",
}


@pytest.fixture
def browser(admin: Staff, client_of: SignIn) -> Browser:
    return client_of(admin)


@pytest.fixture
def reviewed(drive: Drive, case: Case) -> Case:
    """A case with an employer, at the lawyer's."""
    drive.to_review(case)
    drive.save(case, Section.EMPLOYERS, drive.agent, rows=[{"name": HOUSE, "role": "EMPLOYER"}])
    conflicts.recheck_due()
    return case


def test_a_profile_is_written_and_shown_again(browser: Browser, lawyer: Staff, category: Category) -> None:
    address = f"/staff/{lawyer.pk}/lawyer/"
    assert address in browser.get(f"/staff/{lawyer.pk}/").content.decode()
    assert browser.post(address, PROFILE)["Location"] == address
    row = LawyerProfile.objects.get(staff=lawyer)
    assert (str(row.firm), row.sex, row.capacity, str(row.weight)) == (PROFILE["firm"], "F", 12, "1.50")
    assert (row.fields, row.languages, row.note) == (["A"], ["KOREAN"], "周三值班")
    shown = browser.get(address).context["form"].initial
    assert shown["firm"] == PROFILE["firm"] and shown["fields"] == ["A"]
    assert Access.objects.filter(what="lawyer.profile", detail="lawyer").exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("capacity", "-1"),
        ("weight", "0"),
        ("weight", "1.555"),
        ("fields", "Q"),
        ("sex", "X"),
        ("firm", "所" * 101),
    ],
)
def test_a_wrong_profile_is_refused_and_kept_on_the_page(
    browser: Browser, lawyer: Staff, category: Category, field: str, value: str
) -> None:
    answer = browser.post(f"/staff/{lawyer.pk}/lawyer/", PROFILE | {field: value})
    assert answer.status_code == 400 and field in answer.context["form"].errors
    assert "周三值班" in answer.content.decode()
    assert not LawyerProfile.objects.exists()


def test_only_lawyers_have_a_profile(browser: Browser, agent: Staff) -> None:
    assert browser.get(f"/staff/{agent.pk}/lawyer/").status_code == 404
    assert browser.post(f"/staff/{agent.pk}/clients/", {"name": HOUSE}).status_code == 404


def test_a_client_that_comes_has_the_open_cases_checked(
    browser: Browser, lawyer: Staff, reviewed: Case
) -> None:
    browser.post(f"/staff/{lawyer.pk}/clients/", {"name": HOUSE, "since": "2025-01-01"})
    assert Client.objects.get().name == HOUSE
    assert conflicts.recheck_due() == 1
    assert ConflictCheck.objects.filter(case=reviewed).latest("pk").result == CheckResult.CONFLICT


def test_a_client_of_the_firm_concerns_the_colleagues(
    browser: Browser, lawyer: Staff, other_lawyer: Staff, reviewed: Case
) -> None:
    firm = LawFirm.objects.create(name="山海（虚构）律师事务所")
    LawyerProfile.objects.create(staff=lawyer, firm=firm)
    refused = browser.post(f"/staff/{other_lawyer.pk}/clients/", {"name": HOUSE, "of_firm": "on"})
    assert refused.status_code == 400 and "of_firm" in refused.context["client"].errors
    browser.post(f"/staff/{other_lawyer.pk}/lawyer/", PROFILE | {"fields": []})
    ConflictMark.objects.all().delete()
    browser.post(f"/staff/{other_lawyer.pk}/clients/", {"name": HOUSE, "of_firm": "on"})
    assert Client.objects.get().firm == firm
    assert list(ConflictMark.objects.values_list("case", flat=True)) == [reviewed.pk]
    assert HOUSE in browser.get(f"/staff/{lawyer.pk}/lawyer/").content.decode()


def test_whoever_joins_a_firm_is_checked_against_its_clients(
    browser: Browser, lawyer: Staff, reviewed: Case
) -> None:
    Client.objects.create(firm=LawFirm.objects.create(name=PROFILE["firm"]), name=HOUSE)
    browser.post(f"/staff/{lawyer.pk}/lawyer/", PROFILE)
    assert conflicts.recheck_due() == 1
    assert ConflictCheck.objects.filter(case=reviewed).latest("pk").result == CheckResult.CONFLICT


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": HOUSE, "credit_code": "91370200MADEM0014A"}, "credit_code"),
        ({"name": HOUSE, "since": "2026-02-02", "until": "2026-02-01"}, "until"),
    ],
)
def test_a_wrong_client_is_refused(browser: Browser, lawyer: Staff, data: dict[str, str], field: str) -> None:
    answer = browser.post(f"/staff/{lawyer.pk}/clients/", data)
    assert answer.status_code == 400 and field in answer.context["client"].errors
    assert not Client.objects.exists()


def test_a_client_is_changed_ended_and_taken_away(
    browser: Browser, lawyer: Staff, other_lawyer: Staff, reviewed: Case
) -> None:
    row = Client.objects.create(lawyer=lawyer, name="海晟", aliases=["旧名"])
    address = f"/staff/{lawyer.pk}/clients/{row.pk}/"
    assert browser.get(f"/staff/{other_lawyer.pk}/clients/{row.pk}/").status_code == 404
    assert browser.get(address).context["form"].initial["aliases"] == "旧名"
    browser.post(address, {"name": HOUSE, "aliases": "海晟，海晟集团", "until": "2026-01-31"})
    row.refresh_from_db()
    assert (row.name, row.aliases, str(row.until)) == (HOUSE, ["海晟", "海晟集团"], "2026-01-31")
    assert ConflictMark.objects.filter(case=reviewed).exists()
    browser.post(address, {"action": "remove"})
    assert not Client.objects.exists()


def upload(text: str) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("律师.csv", text.encode("gb18030")), "action": "look"}


def test_a_table_is_looked_at_then_taken_over(browser: Browser, city: Unit) -> None:
    answer = browser.post("/staff/lawyers/", upload("用户名,姓名,单位代码\nqian,钱律师,QD\nsun,孙律师,QD\n"))
    seen = answer.context["seen"]
    assert [(line.name, line.is_new) for line in seen.lines] == [("钱律师", True), ("孙律师", True)]
    assert not Staff.objects.filter(username="qian").exists()
    taken = browser.post("/staff/lawyers/", {"table": seen.text, "action": "take"})
    assert taken["Location"] == "/staff/"
    assert Staff.objects.filter(username__in=["qian", "sun"], must_change_password=True).count() == 2


def test_a_wrong_table_names_each_line_and_nothing_is_taken(browser: Browser, city: Unit) -> None:
    answer = browser.post("/staff/lawyers/", upload("用户名,姓名,单位代码\nqian,,QD\nsun,孙律师,XX\n"))
    assert answer.status_code == 400
    assert [fault[:3] for fault in answer.context["seen"].faults] == ["第2行", "第3行"]
    # Whoever sends the wrong table past the preview is told the same.
    again = browser.post("/staff/lawyers/", {"table": "用户名,姓名,单位代码\nqian,,QD\n", "action": "take"})
    assert again.status_code == 400 and not Staff.objects.filter(username="qian").exists()


def away(lawyer: Staff, first: int, last: int, **more: Any) -> dict[str, Any]:
    today = timezone.localdate()
    days = {"first_day": today + timedelta(days=first), "last_day": today + timedelta(days=last)}
    return {"lawyer": lawyer.pk, **days, **more}


def test_a_lawyer_enters_their_own_days_and_ends_them(
    lawyer: Staff, other_lawyer: Staff, client_of: SignIn
) -> None:
    page = client_of(lawyer)
    assert page.get("/absences/").context["form"].fields["lawyer"].queryset.get() == lawyer
    page.post("/absences/", away(lawyer, 1, 3, substitute=other_lawyer.pk, reason="开庭"))
    row = Absence.objects.get()
    assert (row.lawyer, row.substitute, row.entered_by, row.reason) == (lawyer, other_lawyer, lawyer, "开庭")
    assert "由赵律师代办" in page.get("/absences/").content.decode()
    # Whoever stands in reads it and cannot end it.
    assert client_of(other_lawyer).post(f"/absences/{row.pk}/end/").status_code == 404
    page.post(f"/absences/{row.pk}/end/")
    assert not absences.visible(lawyer).exists()


@pytest.mark.parametrize(
    ("first", "last", "substitute", "field"),
    [
        (3, 1, False, "last_day"),
        (-3, -1, False, "last_day"),
        (2, 5, False, "first_day"),
        (6, 7, True, "substitute"),
    ],
)
def test_wrong_days_are_refused_beside_their_field(
    lawyer: Staff, other_lawyer: Staff, supervisor: Staff, client_of: SignIn,
    first: int, last: int, substitute: bool, field: str,
) -> None:  # fmt: skip
    page = client_of(supervisor)
    page.post("/absences/", away(lawyer, 4, 5))
    page.post("/absences/", away(other_lawyer, 6, 9))
    data = away(lawyer, first, last, substitute=other_lawyer.pk if substitute else "")
    answer = page.post("/absences/", data)
    assert answer.status_code == 400 and field in answer.context["form"].errors
    assert Absence.objects.count() == 2


def test_nobody_enters_a_colleagues_days(lawyer: Staff, other_lawyer: Staff) -> None:
    today = timezone.localdate()
    with pytest.raises(NotAllowed):
        absences.enter(lawyer, other_lawyer.pk, today, today, None, "")


def test_of_other_units_nothing_is_entered(lawyer: Staff, outsider: Staff, client_of: SignIn) -> None:
    answer = client_of(outsider).post("/absences/", away(lawyer, 1, 2))
    assert answer.status_code == 400 and "lawyer" in answer.context["form"].errors
