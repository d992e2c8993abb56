"""Signing in: the key changes, the cookies are guarded, a new password ends every other session."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import hashers
from django.core.cache import cache
from django.test import Client

from hotline.actions import staff as actions
from hotline.errors import Invalid
from hotline.models import Staff, Unit
from hotline.settings import BASE_DIR
from tests.conftest import PASSWORD
from tests.fuzz.world import name_of
from tests.hotline.test_settings import NAME

pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Client]
ELSEWHERE = ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
SESSION = settings.SESSION_COOKIE_NAME


@pytest.fixture(autouse=True)
def fresh_counts() -> None:
    cache.clear()


def sign_in(browser: Client, name: str = "agent", password: str = PASSWORD, **more: str) -> Any:
    return browser.post("/accounts/login/", {"login": name, "password": password, **more})


def test_a_key_that_was_planted_before_is_worth_nothing_after(agent: Staff) -> None:
    browser = Client()
    browser.cookies[SESSION] = "planted-by-someone-else-0123456789"
    browser.get("/accounts/login/")
    sign_in(browser)
    key = browser.cookies[SESSION].value
    assert key and key != "planted-by-someone-else-0123456789"
    thief = Client()
    thief.cookies[SESSION] = "planted-by-someone-else-0123456789"
    assert thief.get("/desk/").status_code == 302


def test_who_signs_in_over_anothers_session_takes_nothing_of_it(agent: Staff, lawyer: Staff) -> None:
    browser = Client()
    sign_in(browser)
    first = browser.cookies[SESSION].value
    browser.post("/accounts/logout/")
    sign_in(browser, "lawyer")
    assert browser.cookies[SESSION].value != first
    old = Client()
    old.cookies[SESSION] = first
    assert old.get("/desk/").status_code == 302, "signing out ends the session on the server, too"


def test_the_cookies_are_guarded(agent: Staff) -> None:
    browser = Client()
    browser.get("/accounts/login/")
    sign_in(browser)
    session, token = browser.cookies[SESSION], browser.cookies[settings.CSRF_COOKIE_NAME]
    assert session["httponly"] and session["samesite"] == "Lax" and token["samesite"] == "Lax"
    assert not session["domain"] and not token["domain"]


def test_production_wants_https_for_good(tmp_path: Path) -> None:
    env = {n: v for n, v in os.environ.items() if not re.fullmatch(NAME, n)}
    env |= {"HOTLINE_DATA_DIR": str(tmp_path), "HOTLINE_PUBLIC_URL": "https://hotline.example"}
    names = [
        "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS",
        "SECURE_HSTS_INCLUDE_SUBDOMAINS", "ALLOWED_HOSTS", "DEBUG", "ALLAUTH_TRUSTED_PROXY_COUNT",
    ]  # fmt: skip
    program = f"import json, hotline.settings as s; print(json.dumps([getattr(s, n) for n in {names}]))"
    told = subprocess.run(
        [sys.executable, "-c", program], cwd=BASE_DIR, env=env, capture_output=True, check=True
    )
    assert json.loads(told.stdout) == [True, True, True, 31_536_000, True, ["hotline.example"], False, 1]


def test_a_new_password_of_ones_own_ends_the_other_sessions(agent: Staff) -> None:
    here, there = Client(), Client()
    sign_in(here)
    sign_in(there)
    form = {"oldpassword": PASSWORD, "password1": "dong-nan-xi-bei", "password2": "dong-nan-xi-bei"}
    assert here.post("/accounts/password/change/", form).status_code == 302
    assert here.get("/desk/").status_code == 200
    assert there.get("/desk/").status_code == 302


def test_a_first_password_from_the_administrator_ends_all_of_them(agent: Staff, admin: Staff) -> None:
    browser = Client()
    sign_in(browser)
    actions.reset_password(admin, agent.pk, "dong-nan-xi-bei")
    assert browser.get("/desk/").status_code == 302


@pytest.mark.parametrize("password", ["kurz", "password12345", "1234567890", "wangxiaomei", ""])
def test_weak_passwords_are_refused_by_both_doors(
    agent: Staff, admin: Staff, client_of: SignIn, password: str
) -> None:
    Staff.objects.filter(pk=agent.pk).update(username="wangxiaomei")
    agent.refresh_from_db()
    with pytest.raises(Invalid):
        actions.reset_password(admin, agent.pk, password)
    form = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    client_of(agent).post("/accounts/password/change/", form)
    agent.refresh_from_db()
    assert agent.check_password(PASSWORD)


def test_an_unknown_name_costs_as_much_and_is_told_the_same(
    agent: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Equal work: one hash of the password each, which is what takes the time in production."""
    hashed: list[str] = []
    hasher = type(hashers.get_hasher())
    encode = hasher.encode

    def counted(self: Any, password: str, salt: str) -> str:
        hashed.append(password)
        return str(encode(self, password, salt))

    monkeypatch.setattr(hasher, "encode", counted)
    Staff.objects.create_user(
        "closed", password="x", name="关", role="AGENT", unit=Unit.objects.get(), is_active=False
    )
    told, costs = set(), []
    for name in ("agent", "nobody", "closed"):
        hashed.clear()
        answer = sign_in(Client(), name, "wrong-password")
        words = re.sub(r'value="[^"]*"|\w{64}', "", answer.content.decode())
        told.add((answer.status_code, words))
        costs.append(len(hashed))
    assert costs == [1, 1, 1] and len(told) == 1


@pytest.mark.parametrize(
    "to", [*ELSEWHERE, "http:evil.example", "\t//evil.example", "https://testserver.evil.cn/"]
)
@pytest.mark.parametrize("way", ["address", "form"])
def test_nobody_is_sent_elsewhere_after_signing_in(agent: Staff, to: str, way: str) -> None:
    browser = Client()
    if way == "address":
        answer = browser.post("/accounts/login/?" + f"next={to}", {"login": "agent", "password": PASSWORD})
    else:
        answer = sign_in(browser, next=to)
    assert answer.status_code == 302 and name_of(answer.headers["Location"]) == "home"


@pytest.mark.parametrize(
    "to", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_no_form_sends_people_elsewhere(agent: Staff, case: Any, client_of: SignIn, to: str) -> None:
    browser = client_of(agent)
    for path in ("/desk/seat/", f"/cases/{case.pk}/note/", f"/cases/{case.pk}/take-over/"):
        answer = browser.post(path, {"next": to, "text": "见附件", "state": "AWAY"})
        assert answer.status_code == 303 and "evil" not in answer.headers["Location"], path
        assert answer.headers["Location"].startswith("/")
