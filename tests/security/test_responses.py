"""What every answer carries, and what every post must bring: walked over all addresses."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import get_resolver

from hotline.enums import Role
from hotline.models import Case, Staff
from tests.bad_input.conftest import called, rows
from tests.fuzz.world import _patterns as patterns

__all__ = ["called", "rows"]
pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Client]
ROUTES = list(patterns(get_resolver()))
ROLES = {
    Role.AGENT: "agent", Role.LAWYER: "lawyer", Role.MEDIATOR: "mediator", Role.SUPERVISOR: "supervisor",
    Role.ADMINISTRATOR: "admin",
}  # fmt: skip


def address(route: str, row_ids: dict[str, int]) -> str:
    """A real address of the route, by the rows that there are."""
    first, parts = route.split("/")[0], []
    for part in route.split("/"):
        if part.startswith("<int:task"):
            part = str(row_ids["task"])
        elif part.startswith("<int:version"):
            part = "0"
        elif part.startswith("<int:"):
            kind = {"files": "file", "interactions": "interaction"}.get(first, first.removesuffix("s"))
            part = str(row_ids.get(kind, row_ids["case"]))
        elif part.startswith("<"):
            part = {"desk": "queue", "prompts": "greeting", "templates": "ORAL_RECORD"}.get(first, "INTAKE")
        parts.append(part)
    return "/" + "/".join(parts)


@pytest.fixture
def browsers(
    agent: Staff, lawyer: Staff, mediator: Staff, supervisor: Staff, admin: Staff
) -> dict[str, Client]:
    """One for each role and one for nobody; each checks the token, as real ones do."""
    found = {"": Client(enforce_csrf_checks=True)}
    for person in (agent, lawyer, mediator, supervisor, admin):
        found[person.username] = Client(enforce_csrf_checks=True)
        found[person.username].force_login(person, backend="hotline.signin.StaffBackend")
    return found


def test_every_answer_forbids_frames_foreign_scripts_and_guessing(
    browsers: dict[str, Client], rows: dict[str, int], prompts: None
) -> None:
    """Pages, fragments, files, refusals and errors alike."""
    lacking = []
    for route, _pattern in ROUTES:
        for who in ("", "agent", "admin"):
            for headers in ({}, {"HX-Request": "true"}):
                answer = browsers[who].get(address(route, rows), headers=headers)
                if why := unguarded(answer):
                    lacking.append(f"{who or 'nobody'} {route}: {why}")
    strange = [browsers["agent"].get("/nowhere/"), browsers[""].get("/", headers={"Host": "evil.example"})]
    strange += [browsers["agent"].post("/desk/seat/", {"state": "AWAY"}), browsers[""].get("/twilio/voice/")]
    lacking += [f"{answer.status_code}: {why}" for answer in strange if (why := unguarded(answer))]
    assert not lacking


def unguarded(answer: Any) -> str:
    """What the answer's head lacks, empty where nothing."""
    if answer.streaming:
        b"".join(answer.streaming_content)
    policy = answer.headers.get("Content-Security-Policy", "")
    wanted = ["default-src 'none'", "frame-ancestors 'none'"]
    if any(part not in policy for part in wanted) or "unsafe" in policy or "*;" in policy:
        return f"policy {policy!r}"
    if answer.headers.get("X-Content-Type-Options") != "nosniff":
        return "no nosniff"
    return "" if answer.headers.get("Referrer-Policy") == "same-origin" else "no referrer policy"


def test_no_post_without_its_token_does_anything(
    browsers: dict[str, Client], rows: dict[str, int], prompts: None
) -> None:
    """The carrier's alone go without: they are signed."""
    before = (Case.objects.get().version, Staff.objects.filter(is_active=True).count())
    let_in = []
    for route, pattern in ROUTES:
        rule = getattr(pattern.callback, "access_rule", None)
        names = [ROLES[Role(role)] for role in sorted(rule)] if isinstance(rule, frozenset) else [""]
        for who in names:
            status = browsers[who].post(address(route, rows), {"reason": "x", "text": "x"}).status_code
            if status not in ({403, 405} if who else {403, 404, 405}) and not route.startswith("health"):
                let_in.append(f"{who} {route}: {status}")
    assert not let_in
    assert (Case.objects.get().version, Staff.objects.filter(is_active=True).count()) == before


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver.evil.example", "testserver:80@evil.example", "", "[::1"]
)
def test_a_foreign_host_is_refused_and_no_link_is_made_of_it(
    case: Case, agent: Staff, client_of: SignIn, host: str
) -> None:
    browser = client_of(agent)
    for path in ("/", "/accounts/login/", f"/cases/{case.pk}/"):
        answer = browser.get(path, headers={"Host": host, "X-Forwarded-Host": "evil.example"})
        assert answer.status_code == 400 and b"evil" not in answer.content


def test_a_forwarded_host_changes_no_link(case: Case, agent: Staff, client_of: SignIn) -> None:
    heads = {
        "X-Forwarded-Host": "evil.example",
        "X-Original-URL": "/staff/",
        "X-HTTP-Method-Override": "DELETE",
    }
    answer = client_of(agent).get(f"/cases/{case.pk}/", headers=heads)
    assert answer.status_code == 200 and b"evil.example" not in answer.content
    assert not settings.USE_X_FORWARDED_HOST


def test_a_form_that_is_far_too_large_is_refused(case: Case, agent: Staff, client_of: SignIn) -> None:
    browser = client_of(agent)
    assert browser.post(f"/cases/{case.pk}/note/", {"text": "欠" * 1_000_000}).status_code == 400
    many = "&".join(f"a{n}=1" for n in range(1_500))
    kind = "application/x-www-form-urlencoded"
    assert browser.post(f"/cases/{case.pk}/note/", many, content_type=kind).status_code == 400
