"""The administrator's pages."""

from collections.abc import Callable
from datetime import time

import pytest
from django.test import Client

from hotline.enums import Role
from hotline.models import Access, Prompt, ServiceHours, Staff, Unit
from tests.conftest import Drive
from workflows import reception

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(admin: Staff, client_of: Callable[[Staff], Client]) -> Client:
    return client_of(admin)


def form(home: Unit, **changes: str) -> dict[str, str]:
    return {
        "username": "wang",
        "name": "王新",
        "role": "AGENT",
        "unit": str(home.pk),
        "skills": "legal 方言",
        "mobile": "13800001234",
        "password": "haibin-shatan-88",
        **changes,
    }


def test_a_new_person_signs_in_and_must_change_the_password(browser: Client, city: Unit) -> None:
    assert browser.get("/staff/new/").status_code == 200
    assert browser.post("/staff/new/", form(city))["Location"] == "/staff/"
    made = Staff.objects.get(username="wang")
    assert (made.role, made.skills, made.mobile) == (Role.AGENT, ["legal", "方言"], "+8613800001234")
    assert made.must_change_password and made.check_password("haibin-shatan-88")
    assert Access.objects.filter(what="staff.created", detail="wang").exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [("username", "admin"), ("password", "12345"), ("mobile", "abc"), ("role", "KING"), ("unit", "0")],
)
def test_what_is_wrong_stands_beside_its_field_and_all_is_kept(
    browser: Client, city: Unit, field: str, value: str
) -> None:
    answer = browser.post("/staff/new/", form(city, **{field: value}))
    assert answer.status_code == 400
    assert field in answer.context["form"].errors
    assert "王新" in answer.content.decode()
    assert not Staff.objects.filter(username="wang").exists()


def test_deactivation_hands_over_and_ends_the_session(
    browser: Client,
    drive: Drive,
    arrive: Callable[..., reception.Received],
    lawyer: Staff,
    other_lawyer: Staff,
    client_of: Callable[[Staff], Client],
) -> None:
    case = drive.to_review(arrive().case)
    assert case.lawyer is not None
    holder = case.lawyer
    successor = other_lawyer if holder == lawyer else lawyer
    theirs = client_of(holder)
    assert theirs.get("/cases/").status_code == 200
    browser.post(f"/staff/{holder.pk}/deactivate/", {"successor": str(successor.pk)})
    case.refresh_from_db()
    assert case.lawyer == successor
    assert theirs.get("/cases/").status_code == 302
    browser.post(f"/staff/{holder.pk}/reactivate/")
    holder.refresh_from_db()
    assert holder.is_active


def test_nobody_deactivates_themselves(browser: Client, admin: Staff) -> None:
    assert browser.post(f"/staff/{admin.pk}/deactivate/").status_code == 409
    admin.refresh_from_db()
    assert admin.is_active


def test_hours_take_several_blocks_a_day(browser: Client) -> None:
    browser.post("/hours/", {"day0": "8:30-11:30 14:30-17:30", "day6": "0:00-24:00"})
    blocks = list(ServiceHours.objects.values_list("weekday", "opens", "closes"))
    assert blocks == [(0, time(8, 30), time(11, 30)), (0, time(14, 30), time(17, 30)), (6, time(0), time(0))]
    assert "8:30" in browser.get("/hours/").content.decode()


@pytest.mark.parametrize("typed", ["8-11", "25:00-26:00", "11:00-9:00", "8:00-12:00 11:00-13:00", "上午"])
def test_hours_that_make_no_sense_are_refused_and_kept(browser: Client, typed: str) -> None:
    ServiceHours.objects.create(weekday=0, opens=time(8), closes=time(9))
    answer = browser.post("/hours/", {"day2": typed})
    assert answer.status_code == 400 and typed in answer.content.decode()
    assert ServiceHours.objects.count() == 1


def test_a_prompt_is_changed_and_never_empty(browser: Client, prompts: None) -> None:
    browser.post("/prompts/greeting/", {"text": "您好，这里是12351。"})
    assert Prompt.objects.get(key="greeting").text == "您好，这里是12351。"
    browser.post("/prompts/greeting/", {"text": "  "})
    browser.post("/prompts/greeting/", {"text": "好", "play_url": "javascript:1"})
    assert Prompt.objects.get(key="greeting").text == "您好，这里是12351。"


def test_a_role_stays_while_open_cases_rest_on_it(
    browser: Client, drive: Drive, arrive: Callable[..., reception.Received], lawyer: Staff
) -> None:
    case = drive.to_review(arrive().case)
    assert case.lawyer == lawyer
    change = {"name": "李律师", "role": "AGENT", "unit": str(lawyer.unit_id), "skills": "", "mobile": ""}
    answer = browser.post(f"/staff/{lawyer.pk}/", change)
    assert answer.status_code == 400 and "role" in answer.context["form"].errors
    lawyer.refresh_from_db()
    assert lawyer.role == Role.LAWYER
