"""Signing in: by name and password, locked out after failures, demo accounts in the demo alone."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.test import Client

from hotline.actions import seats, staff
from hotline.enums import Role, SeatState
from hotline.models import Seat, Staff, Unit
from tests.conftest import PASSWORD
from workflows import holders

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_counts() -> None:
    cache.clear()


def sign_in(username: str, password: str) -> bool:
    """Whether a browser that sends this form is signed in afterwards."""
    browser = Client()
    browser.post("/accounts/login/", {"login": username, "password": password})
    return browser.get("/desk/").status_code == 200


def test_by_name_and_password(agent: Staff) -> None:
    assert sign_in("agent", PASSWORD)
    assert not sign_in("agent", "wrong")


def test_five_failures_lock_the_name_even_for_the_right_password(agent: Staff) -> None:
    for _n in range(5):
        sign_in("agent", "wrong")
    assert not sign_in("agent", PASSWORD)


def test_demo_accounts_stay_in_the_demo(agent: Staff, settings: LazySettings) -> None:
    Staff.objects.filter(pk=agent.pk).update(is_demo=True)
    settings.HOTLINE_DEMO = False
    assert not sign_in("agent", PASSWORD)
    settings.HOTLINE_DEMO = True
    assert sign_in("agent", PASSWORD)


def test_nobody_registers_themselves() -> None:
    assert Client().get("/accounts/signup/").status_code == 404


def test_who_signs_out_leaves_the_floor(agent: Staff, client_of: Callable[[Staff], Client]) -> None:
    seats.set_available(agent)
    client_of(agent).post("/accounts/logout/")
    assert Seat.objects.get(staff=agent).state == SeatState.OFFLINE


def test_a_session_ended_once_does_not_come_back(
    agent: Staff, admin: Staff, district: Unit, client_of: Callable[[Staff], Client]
) -> None:
    browser = client_of(agent)
    assert browser.get("/cases/").status_code == 200
    holders.deactivate(admin, agent.pk, None)
    staff.reactivate(admin, agent.pk)
    assert browser.get("/cases/").status_code == 302
    agent.refresh_from_db()
    browser = client_of(agent)
    kept: dict[str, Any] = {"name": agent.name, "role": Role.AGENT, "skills": [], "mobile": ""}
    staff.update(admin, agent.pk, unit=agent.unit, **kept)
    assert browser.get("/cases/").status_code == 200  # nothing moved
    staff.update(admin, agent.pk, unit=district, **kept)
    assert browser.get("/cases/").status_code == 302
