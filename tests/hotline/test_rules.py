"""Every address has a rule, and the rule is kept for every role, for nobody and for the deactivated."""

from collections.abc import Callable, Iterator

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from hotline.console.middleware import SIGN_IN
from hotline.enums import Role
from hotline.models import Case, Staff

pytestmark = pytest.mark.django_db
OPEN_TO_ALL = {"language", "health-live", "health-ready", "account_inactive"}
"""Open without signing in, each with a reason: the switch of language, health, and 'your account is closed'."""


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry, prefix + str(entry.pattern))
        else:
            yield prefix + str(entry.pattern), entry


ALL = list(patterns(get_resolver()))


def rule_of(pattern: URLPattern) -> object:
    return getattr(pattern.callback, "access_rule", None)


@pytest.mark.parametrize(("route", "pattern"), ALL, ids=[route or "/" for route, _pattern in ALL])
def test_every_view_names_who_it_is_for(route: str, pattern: URLPattern) -> None:
    rule = rule_of(pattern)
    if pattern.name in SIGN_IN:
        return
    if rule == "public":
        assert pattern.name in OPEN_TO_ALL, f"{route} is open to everyone: give the reason in OPEN_TO_ALL"
    elif rule == "carrier":
        assert route.startswith("twilio/")
    else:
        assert isinstance(rule, frozenset) and rule <= frozenset(Role), f"{route} has no rule"


def address(route: str, case: Case) -> str:
    """A real address from a route: the case's id wherever a number is asked for."""
    parts = []
    for part in route.split("/"):
        if part.startswith("<int:"):
            part = str(case.pk)
        elif part.startswith("<"):
            part = {"<str:key>": "greeting"}.get(part, "INTAKE")
        parts.append(part)
    return "/" + "/".join(parts)


STAFF_ONLY = [(route, pattern) for route, pattern in ALL if isinstance(rule_of(pattern), frozenset)]


@pytest.mark.parametrize(
    ("route", "pattern"), STAFF_ONLY, ids=[route or "/" for route, _pattern in STAFF_ONLY]
)
def test_nobody_and_the_wrong_role_are_kept_out(
    route: str,
    pattern: URLPattern,
    case: Case,
    agent: Staff,
    lawyer: Staff,
    mediator: Staff,
    supervisor: Staff,
    admin: Staff,
    client_of: Callable[[Staff], Client],
) -> None:
    where, rule = address(route, case), rule_of(pattern)
    assert isinstance(rule, frozenset)
    for method in ("get", "post"):
        answer: HttpResponse = getattr(Client(), method)(where)
        assert answer.status_code == 302 and "/accounts/login/" in answer["Location"]
        for person in (agent, lawyer, mediator, supervisor, admin):
            if person.role not in rule:
                assert getattr(client_of(person), method)(where).status_code == 403


CASE_PAGES = [route for route, _pattern in STAFF_ONLY if route.startswith("cases/<int:pk>/")]


@pytest.mark.parametrize("route", CASE_PAGES)
def test_anothers_case_does_not_exist(
    route: str,
    case: Case,
    outsider: Staff,
    other_lawyer: Staff,
    mediator: Staff,
    client_of: Callable[[Staff], Client],
) -> None:
    where = address(route, case)
    for person in (outsider, other_lawyer, mediator):
        for method in ("get", "post"):
            status = getattr(client_of(person), method)(where, {}).status_code
            assert status in {403, 404, 405}, f"{method} {where} as {person.role}: {status}"
            if method == "get" and status == 405:
                continue
            if status == 403:
                pattern = dict(STAFF_ONLY)[route]
                rule = rule_of(pattern)
                assert isinstance(rule, frozenset) and person.role not in rule


def test_a_deactivated_person_is_out_with_the_next_click(
    supervisor: Staff, client_of: Callable[[Staff], Client]
) -> None:
    browser = client_of(supervisor)
    assert browser.get("/floor/").status_code == 200
    Staff.objects.filter(pk=supervisor.pk).update(is_active=False)
    assert browser.get("/floor/").status_code == 302


def test_a_first_password_must_be_changed(supervisor: Staff, client_of: Callable[[Staff], Client]) -> None:
    Staff.objects.filter(pk=supervisor.pk).update(must_change_password=True)
    browser = client_of(supervisor)
    answer = browser.get("/floor/")
    assert answer["Location"] == "/accounts/password/change/"
    choice = {
        "oldpassword": "correct-horse-battery",
        "password1": "dong-nan-xi-bei",
        "password2": "dong-nan-xi-bei",
    }
    browser.post("/accounts/password/change/", choice)
    supervisor.refresh_from_db()
    assert not supervisor.must_change_password
    assert browser.get("/floor/").status_code == 200
