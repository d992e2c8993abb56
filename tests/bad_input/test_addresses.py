"""Odd ids, NUL bytes and odd queries in every address: a page that says what is wrong, never a 500."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from hotline.enums import Role
from hotline.models import Access, Case, Draft, Event, Staff
from tests.access.addresses import STAFF_ONLY, rule_of
from tests.conftest import Drive

pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Client]
IDS = ["0", "2147483648", "99999999999999999999", "9" * 400, "9" * 5000]
ODD = {
    "decision": "NOTHING",
    "revision": "-1",
    "person": "9" * 30,
    "successor": "9" * 5000,
    "unit": "9" * 30,
    "applied_on": "0001-01-01",
    "filed_on": "9999-12-31",
    "agent": "9" * 30,
    "after": "0001-01-01T00:00:00+08:00~1",
    "reason": "a\x00b",
    "day0": "25:61-99:99",
    "state": "FLYING",
    "play_url": "javascript:alert(1)",
}


def address(route: str, number: str, case: Case) -> str:
    """The route with `number` for the last id and the case's own before it, and a NUL for a name."""
    parts = route.split("/")
    ids = [place for place, part in enumerate(parts) if part.startswith("<int:")]
    for place in ids:
        parts[place] = number if place == ids[-1] else str(case.pk)
    return "/" + "/".join("%00x" if part.startswith("<") else part for part in parts)


@pytest.mark.services
def test_no_address_answers_with_a_500(
    case: Case,
    agent: Staff,
    lawyer: Staff,
    mediator: Staff,
    supervisor: Staff,
    admin: Staff,
    client_of: SignIn,
) -> None:
    browsers = {p.role: client_of(p) for p in (agent, lawyer, mediator, supervisor, admin)}
    failed = []
    for role, where, data in requests(case):
        browser = browsers[role]
        browser.raise_request_exception = False
        for method in ("get", "post"):
            status = getattr(browser, method)(where, data).status_code
            if status >= 500:
                failed.append(f"{role} {method} {where[:60]}: {status}")
    assert not failed


def requests(case: Case) -> Iterator[tuple[Role, str, dict[str, str]]]:
    """The case's own addresses as everybody, with nothing and with odd values; odd ids as one of them."""
    for route, pattern in STAFF_ONLY:
        rule = rule_of(pattern)
        assert isinstance(rule, frozenset)
        roles = [Role(role) for role in sorted(rule)]
        own = address(route, str(case.pk), case)
        yield from ((role, own, data) for role in roles for data in ({}, ODD))
        for place, number in enumerate(IDS):
            if (where := address(route, number, case)) != own:
                yield roles[place % len(roles)], where, ODD


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("note/", "text"),
        ("draft/NOTE/", "text"),
        ("draft/INTAKE/", "narrative"),
        ("reveal/", "reason"),
        ("withdraw/", "reason"),
        ("sections/INTAKE/", "narrative"),
    ],
)
def test_a_nul_is_refused_with_a_reason_and_nothing_is_stored(
    case: Case, agent: Staff, client_of: SignIn, path: str, field: str
) -> None:
    before = Event.objects.count()
    answer = client_of(agent).post(f"/cases/{case.pk}/{path}", {field: "欠\x00薪", "what": "number"})
    assert answer.status_code == 400
    assert "NUL" in answer.content.decode()
    assert Event.objects.count() == before and not Draft.objects.exists()


def test_a_nul_in_a_query_is_as_none(case: Case, supervisor: Staff, admin: Staff, client_of: SignIn) -> None:
    assert client_of(supervisor).get("/search/?q=%00").status_code == 200
    assert client_of(admin).get("/staff/?q=%00%E5%91%A8").status_code == 200
    assert "周主管" in client_of(admin).get("/staff/?q=%00%E5%91%A8").content.decode()


def test_a_step_that_is_no_persons_is_not_there(
    case: Case, drive: Drive, agent: Staff, client_of: SignIn
) -> None:
    drive.write_intake(case)
    for task in case_tasks(case):
        answer = client_of(agent).post(f"/cases/{case.pk}/steps/{task}/", {"decision": "REVIEW"})
        assert answer.status_code == 404
    case.refresh_from_db()
    assert case.stage == "INTAKE" and Access.objects.filter(staff=agent, refused=True).exists()


def case_tasks(case: Case) -> list[int]:
    """The engine's own tasks of the case's process: its start, its splits, its timers."""
    from viewflow.workflow.models import Task

    tasks = Task.objects.filter(process__caseprocess__case=case).exclude(flow_task_type="HUMAN")
    return list(tasks.values_list("pk", flat=True))


def test_the_line_without_hours_is_saved(admin: Staff, client_of: SignIn) -> None:
    assert client_of(admin).post("/hours/", {}).status_code == 302
