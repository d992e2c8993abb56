"""The same in a browser: markup in every text, and no page asks a question or fetches what was planted."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser

from hotline.models import Case, Staff
from tests.bad_input.conftest import called, rows
from tests.conftest import Drive
from tests.security.test_markup import plant

__all__ = ["called", "rows"]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_chromium_works_nothing_of_it(
    live_server: Any,
    chromium: Browser,
    rows: dict[str, int],
    case: Case,
    drive: Drive,
    supervisor: Staff,
    client_of: Callable[[Staff], Client],
) -> None:
    drive.to_review(case)
    plant()
    happened: list[str] = []
    for person in (drive.agent, supervisor, drive.lawyer):
        Case.objects.update(lawyer=drive.lawyer)
        cookie = client_of(Staff.objects.get(pk=person.pk)).cookies[settings.SESSION_COOKIE_NAME].value
        context = chromium.new_context()
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.on("dialog", lambda dialog: (happened.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda asked: happened.append(asked.url) if asked.url.endswith("/x") else None)
        for path in ("/", f"/cases/{case.pk}/?all=1", "/cases/", "/search/?q=欠薪"):
            page.goto(live_server.url + path)
            page.wait_for_timeout(300)
            assert not page.locator("img[src=x], [onerror]").count(), path
        assert page.title()
        context.close()
    assert not happened
