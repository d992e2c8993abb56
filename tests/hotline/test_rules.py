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
OPEN_TO_ALL = {"language", "health_live", "health_ready"}
"""Open without signing in: the switch of language and what a monitor asks."""


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry, prefix + str(entry.pattern))
        else:
            yield prefix + str(entry.pattern), entry


ALL = list(patterns(get_resolver()))


def rule_of(pattern: URLPattern) -> object:
    return getattr(pattern.callback, "access_rule", None)


def test_every_view_names_who_it_is_for() -> None:
    assert not [route for route, pattern in ALL if not is_ruled(route, pattern)]


def is_ruled(route: str, pattern: URLPattern) -> bool:
    rule = rule_of(pattern)
    if pattern.name in SIGN_IN:
        return True
    if rule == "public":
        return pattern.name in OPEN_TO_ALL
    if rule == "carrier":
        return route.startswith("twilio/")
    return isinstance(rule, frozenset) and rule <= frozenset(Role)


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


def test_nobody_and_the_wrong_role_are_kept_out(
    case: Case,
    agent: Staff,
    lawyer: Staff,
    mediator: Staff,
    supervisor: Staff,
    admin: Staff,
    client_of: Callable[[Staff], Client],
) -> None:
    browsers = [(person.role, client_of(person)) for person in (agent, lawyer, mediator, supervisor, admin)]
    stranger = Client()
    let_in = []
    for route, pattern in STAFF_ONLY:
        where, rule = address(route, case), rule_of(pattern)
        assert isinstance(rule, frozenset)
        for method in ("get", "post"):
            answer: HttpResponse = getattr(stranger, method)(where)
            if answer.status_code != 302 or "/accounts/login/" not in answer["Location"]:
                let_in.append(f"nobody: {method} {where}")
            for role, browser in browsers:
                if role not in rule and getattr(browser, method)(where).status_code != 403:
                    let_in.append(f"{role}: {method} {where}")
    assert not let_in


CASE_PAGES = [(route, pattern) for route, pattern in STAFF_ONLY if route.startswith("cases/<int:pk>/")]


def test_anothers_case_does_not_exist(
    case: Case, outsider: Staff, other_lawyer: Staff, mediator: Staff, client_of: Callable[[Staff], Client]
) -> None:
    found = []
    for person in (outsider, other_lawyer, mediator):
        browser = client_of(person)
        for route, pattern in CASE_PAGES:
            rule = rule_of(pattern)
            assert isinstance(rule, frozenset)
            refusals = {404, 405} if person.role in rule else {403}
            for method in ("get", "post"):
                status = getattr(browser, method)(address(route, case), {}).status_code
                if status not in refusals:
                    found.append(f"{person.role}: {method} {route} answered {status}")
    assert CASE_PAGES and not found


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
