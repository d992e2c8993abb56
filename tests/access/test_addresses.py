"""Every address has a rule and a place in the walk; nobody and the wrong role are kept out of each."""

import pytest
from django.test import Client
from django.urls import URLPattern

from hotline.console.middleware import SIGN_IN
from hotline.enums import Role
from hotline.models import Staff
from tests.access.addresses import ALL, CARRIER, LISTS, NOT_THERE, OPEN, STAFF_ONLY, WALK, Walk, rule_of
from tests.access.walk import Walker, roles_of
from tests.access.world import PEOPLE, Row

pytestmark = pytest.mark.django_db
OPEN_TO_ALL = {"health_live", "health_ready", "calendar-feed"}
"""Open without signing in: what a monitor asks, and a calendar program with its private link."""
OTHERS = ("put", "patch", "delete", "options", "trace")


def test_every_view_names_who_it_is_for() -> None:
    assert not [route for route, pattern in ALL if not is_ruled(route, pattern)]


def is_ruled(route: str, pattern: URLPattern) -> bool:
    rule = rule_of(pattern)
    if pattern.name in SIGN_IN:
        return True
    if rule == "public":
        return pattern.name in OPEN_TO_ALL
    if rule == "carrier":
        return route in CARRIER
    return isinstance(rule, frozenset) and rule <= frozenset(Role)


def test_every_address_is_walked() -> None:
    names = {pattern.name for route, pattern in ALL if route not in CARRIER}
    assert names == {*WALK, *LISTS, *NOT_THERE, *OPEN}, (
        "a new address needs an entry in tests/access/addresses.py"
    )


def every_walk(walker: Walker) -> list[tuple[Walk, str]]:
    """One real address for each way to ask."""
    row = walker.world.rows["own"]
    person = walker.world.people["lawyer2"].pk
    walks = [walk for walks in (*WALK.values(), *LISTS.values()) for walk in walks]
    return [(walk, walk.path.format(**row.ids, person=person)) for walk in walks]


def test_nobody_is_sent_to_the_sign_in(walker: Walker) -> None:
    stranger = Client()
    let_in = []
    for walk, path in every_walk(walker):
        answer = getattr(stranger, walk.method)(path, walk.data)
        if answer.status_code != 302 or not answer["Location"].startswith("/accounts/login/?next="):
            let_in.append(f"{walk.method} {path}: {answer.status_code}")
        script = getattr(stranger, walk.method)(path, walk.data, headers={"HX-Request": "true"})
        if script.status_code != 401 or script.content:
            let_in.append(f"{walk.method} {path} from a script: {script.status_code}")
    assert not let_in


@pytest.mark.parametrize("why", ["deactivated", "first password", "demo account"])
def test_whoever_may_not_work_here_yet_or_any_longer_is_out_with_the_next_click(
    walker: Walker, why: str
) -> None:
    change = {
        "deactivated": {"is_active": False},
        "first password": {"must_change_password": True},
        "demo account": {"is_demo": True},
    }[why]
    Staff.objects.update(**change)
    there = "/accounts/password/change/" if why == "first password" else "/accounts/login/?next="
    let_in = []
    for walk, path in every_walk(walker):
        who = next(key for key in PEOPLE if roles_of(key) in walk.roles)
        answer = walker.ask(who, walk.method, path)
        if answer.status != 302 or not answer.headers["Location"].startswith(there) or answer.changed:
            let_in.append(f"{who}: {walk.method} {path}: {answer.status} {answer.changed}")
    assert not let_in


def test_a_first_password_is_changed_and_all_is_open(walker: Walker) -> None:
    supervisor = walker.world.people["supervisor"]
    Staff.objects.filter(pk=supervisor.pk).update(must_change_password=True)
    browser = walker.browsers["supervisor"]
    new = "dong-nan-xi-bei"
    choice = {"oldpassword": "correct-horse-battery", "password1": new, "password2": new}
    browser.post("/accounts/password/change/", choice)
    assert not Staff.objects.get(pk=supervisor.pk).must_change_password
    assert browser.get("/floor/").status_code == 200


def test_no_other_method_and_no_override_does_anything(walker: Walker) -> None:
    """HEAD asks as GET does; the header and the field that some frameworks read are nothing here."""
    wrong = []
    override = {"X-HTTP-Method-Override": "POST", "X-Method-Override": "POST"}
    for walk, path in every_walk(walker):
        who = next(key for key in PEOPLE if roles_of(key) in walk.roles)
        asked = [(method, {}) for method in OTHERS[: 1 if "/sections/" in path else None]]
        if walk.method == "post" and "/sections/" not in path and not both(path):
            asked += [("get", override), ("head", {})]
        for method, headers in asked:
            answer = walker.ask(who, method, f"{path}?_method=POST", None, **headers)
            if answer.status != 405 or answer.changed:
                wrong.append(f"{who}: {method} {path}: {answer.status} {answer.changed}")
    assert not wrong


def both(path: str) -> bool:
    """Whether a page and its form share the address."""
    if path.startswith(
        ("/deadlines/", "/figures/", "/calendar/", "/templates/", "/quality/", "/rota/posts/")
    ) or path.endswith(
        (
            "/deadlines/",
            "/arbitration/",
            "/calculators/wages/",
            "/papers/RETURN_VISIT/",
            "/lawyer/",
            "/clients/8500/",
        )
    ):
        return True
    if "/collective/members/" in path:
        return not path.endswith(("/state/", "/leave/", "/reveal/"))
    pages = {"/absences/", "/staff/new/", "/hours/", "/search/export/", "/search/saved/new/"}
    return path in pages or path.rstrip("/").rpartition("/")[0] == "/staff"


def test_the_carriers_addresses_take_nothing_unsigned(walker: Walker) -> None:
    browsers = [Client(), walker.browsers["supervisor"], walker.browsers["admin"]]
    for route in CARRIER:
        for browser in browsers:
            assert browser.post(f"/{route}", {"CallSid": "CA" + "1" * 32}).status_code == 403, route
            assert browser.get(f"/{route}").status_code == 405, route


def test_the_pages_for_monitors_name_nobody(walker: Walker) -> None:
    for path in ("/health/live", "/health/ready"):
        answer = walker.ask("admin", "get", path)
        assert answer.status in {200, 503} and not walker.leaks("admin", answer)
        assert "Zs-" not in answer.everything and "Heartbeat" not in answer.everything


def test_the_gallery_is_the_demos_alone(walker: Walker) -> None:
    assert {walker.ask(who, "get", "/gallery/").status for who in PEOPLE} == {404}


def test_the_wrong_role_is_kept_out_of_every_list(walker: Walker) -> None:
    wrong = []
    nobodys = Row("none", "city", "INTAKE", ids={"person": walker.world.people["lawyer2"].pk})
    for walk in (walk for walks in LISTS.values() for walk in walks):
        for who in ("agent", "lawyer", "mediator_north", "supervisor", "admin"):
            if roles_of(who) in walk.roles:
                continue
            answer = walker.walk(who, walk, nobodys)
            if answer.status != 403 or answer.changed or not answer.noted:
                wrong.append(f"{who}: {walk.method} {walk.path}: {answer.status} {answer.changed}")
    assert not wrong


def test_the_table_and_the_product_name_the_same_roles() -> None:
    tables = {**WALK, **LISTS}
    for _route, pattern in STAFF_ONLY:
        if pattern.name in tables:
            assert {frozenset(walk.roles) for walk in tables[pattern.name]} == {rule_of(pattern)}, (
                pattern.name
            )
