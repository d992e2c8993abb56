"""The list of cases: whose, in which order, page by page, always the same queries."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from hotline.console import case_list
from hotline.enums import Role, Stage
from hotline.models import Case, Staff
from tests.conftest import Drive, make_staff
from workflows import holders, reception

pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Client]
Arrive = Callable[..., reception.Received]


def many(arrive: Arrive, count: int) -> list[Case]:
    return [arrive(f"+86138{n:08d}").case for n in range(count)]


def test_one_row_and_thirty_take_the_same_queries(
    arrive: Arrive, supervisor: Staff, client_of: SignIn, django_assert_num_queries: Callable[..., Any]
) -> None:
    client = client_of(supervisor)
    many(arrive, 1)
    with django_assert_num_queries(10):
        client.get("/cases/")
    many(arrive, 30)
    with django_assert_num_queries(10):
        client.get("/cases/")


@pytest.mark.parametrize("sort", ["new", "due", "urgent", "todo"])
def test_the_pages_hold_every_case_once(
    arrive: Arrive, supervisor: Staff, sort: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(case_list, "PAGE", 3)
    made = many(arrive, 7)
    for place, case in enumerate(made):
        due = timezone.localdate() + timedelta(days=place % 3) if place % 4 else None
        stage = "MEDIATION" if place % 2 else "QUALITY"
        Case.objects.filter(pk=case.pk).update(urgency=f"P{place % 3}", next_due=due, stage=stage)
    seen: list[int] = []
    filters = case_list.Filters(sort=sort)
    while True:
        page = case_list.page_of(supervisor, filters)
        seen += [row.pk for row in page.rows]
        if not page.following:
            break
        filters = case_list.Filters(sort=sort, after=page.following)
    assert sorted(seen) == sorted(case.pk for case in made)
    assert seen == [row.pk for row in case_list._ordered(Case.objects.all(), sort, supervisor)]


@pytest.mark.parametrize(
    "query",
    [
        "after=x",
        "after=~",
        "after=1~2~3",
        "after=2026-99-01~1",
        "stage=NONE",
        "agent=-1",
        "agent=99999999999999",
        "sort=;drop",
        "after=%00~1",
        "urgency=P9&lawyer=abc",
    ],
)
def test_an_address_that_nobody_made_is_answered(
    query: str, case: Case, supervisor: Staff, client_of: SignIn
) -> None:
    assert client_of(supervisor).get(f"/cases/?{query}").status_code == 200


def test_a_lawyer_sees_their_cases_by_the_nearest_deadline(
    arrive: Arrive, drive: Drive, lawyer: Staff, other_lawyer: Staff, client_of: SignIn
) -> None:
    first, second = (
        drive.to_review(arrive("+8613800000001").case),
        drive.to_review(arrive("+8613800000002").case),
    )
    holder = first.lawyer
    assert holder is not None
    text = client_of(holder).get("/cases/").content.decode()
    assert first.number in text and second.number not in text
    assert 'aria-sort="ascending"' in text


def test_filters_stand_as_chips_and_in_the_address(
    case: Case, drive: Drive, supervisor: Staff, client_of: SignIn
) -> None:
    drive.to_review(case)
    client = client_of(supervisor)
    assert case.number in client.get("/cases/?stage=LEGAL_REVIEW").content.decode()
    assert case.number not in client.get("/cases/?stage=INTAKE").content.decode()
    assert case.number not in client.get("/cases/?waiting=1").content.decode()
    holders.decline(case.pk, case.lawyer or drive.lawyer, "利益冲突")
    waiting = client.get("/cases/?waiting=1").content.decode()
    assert case.number in waiting and "chip-on" in waiting


def test_the_mediators_lists(case: Case, drive: Drive, mediator: Staff, client_of: SignIn) -> None:
    case = drive.to_mediation(case)
    client = client_of(mediator)
    assert case.number in client.get("/cases/?whose=nobody").content.decode()
    assert case.number not in client.get("/cases/?whose=mine").content.decode()
    client.post(f"/cases/{case.pk}/take-over/")
    assert case.number in client.get("/cases/?whose=mine").content.decode()


def test_a_mediators_list_begins_with_what_is_theirs_to_do(
    arrive: Arrive, drive: Drive, mediator: Staff, supervisor: Staff, client_of: SignIn
) -> None:
    """One's own and nobody's mediations by their deadline, then what only others can go on with."""
    today = timezone.localdate()
    cases = [drive.to_mediation(case) for case in many(arrive, 4)]
    overdue, later, soon, colleagues = cases
    colleague = make_staff("colleague", "钱调解", Role.MEDIATOR, mediator.unit)
    for case, days, changes in (
        (overdue, -20, {"stage": Stage.QUALITY}),
        (later, 9, {"mediator": mediator}),
        (soon, 2, {"mediator": None}),
        (colleagues, -3, {"mediator": colleague}),
    ):
        Case.objects.filter(pk=case.pk).update(next_due=today + timedelta(days=days), **changes)
    text = client_of(mediator).get("/cases/").content.decode()
    found = re.findall(r"20\d{6}-\d{6}(?=<)", text)
    assert list(dict.fromkeys(found)) == [case.number[-15:] for case in (soon, later, overdue, colleagues)]
    plain = client_of(mediator).get("/cases/?sort=due").content.decode()
    assert plain.index(overdue.number[-15:]) < plain.index(soon.number[-15:])
    supervised = client_of(supervisor).get("/cases/?sort=todo")
    assert supervised.status_code == 200 and "待办在前" not in supervised.content.decode()


def test_the_rows_are_sent_again_when_one_changed(
    case: Case, drive: Drive, supervisor: Staff, client_of: SignIn
) -> None:
    client = client_of(supervisor)
    first = client.get("/cases/rows/")
    assert client.get("/cases/rows/", headers={"If-None-Match": first["ETag"]}).status_code == 304
    drive.write_intake(case)
    assert client.get("/cases/rows/", headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_nobody_elses_cases(case: Case, outsider: Staff, client_of: SignIn) -> None:
    assert case.number not in client_of(outsider).get("/cases/").content.decode()
