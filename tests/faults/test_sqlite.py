"""SQLite that another program holds, that may not grow or may not be written to: told, never swallowed."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.urls import reverse

from hotline.enums import Section
from hotline.models import Case, Interaction, Message, Staff
from hotline.troubles import Trouble
from tests.faults.conftest import Visitor, on_sqlite, pragma
from tests.hotline.telephony.conftest import CALL, Post, text, voice

pytestmark = [pytest.mark.django_db(transaction=True), on_sqlite]
Held = Callable[[], AbstractContextManager[None]]
LONG = "老板拖欠三个月工资，" * 150


@contextmanager
def full() -> Iterator[None]:
    """The file may not grow by a page."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
    with pragma("max_page_count", pages, 2**30):
        yield


@contextmanager
def read_only() -> Iterator[None]:
    """The file may not be written to."""
    with pragma("query_only", 1, 0):
        yield


@pytest.fixture(params=["busy", "full", "read_only"])
def fault(request: pytest.FixtureRequest, write_locked: Held) -> tuple[Held, Trouble]:
    """A fault of the file, and what it is to be called."""
    return {
        "busy": (write_locked, Trouble.BUSY),
        "full": (full, Trouble.STORAGE),
        "read_only": (read_only, Trouble.STORAGE),
    }[str(request.param)]


def test_a_message_that_could_not_be_stored_is_5xx_and_stored_when_it_comes_again(
    fault: tuple[Held, Trouble], post: Post, city: Any
) -> None:
    broken, _trouble = fault
    with broken():
        assert post("/twilio/messages/", text(LONG)).status_code == 503
    assert not Interaction.objects.exists()
    for _again in range(2):
        assert post("/twilio/messages/", text(LONG)).status_code == 200
    assert Message.objects.get().body == LONG


def test_a_call_that_could_not_be_stored_goes_to_the_fallback_which_records_all_the_same(
    write_locked: Held, post: Post, city: Any, prompts: None
) -> None:
    with write_locked():
        assert post("/twilio/voice/", voice()).status_code == 503
        answer = post("/twilio/voice/fallback/", voice(ErrorCode="11200"))
        assert (answer.status_code, answer.content.count(b"<Record")) == (200, 1)
        assert post("/twilio/voice/status/", voice(CallStatus="completed")).status_code == 503
    assert not Interaction.objects.exists()
    assert post("/twilio/voice/status/", voice(CallStatus="completed")).status_code == 204
    assert Interaction.objects.get().provider_id == CALL


def test_a_note_that_could_not_be_saved_says_why_and_is_not_half_there(
    fault: tuple[Held, Trouble], visitor: Visitor, agent: Staff, case: Case
) -> None:
    broken, trouble = fault
    browser, address, notes = visitor(agent), reverse("note", args=[case.pk]), {"text": LONG}
    events = case.events.count()
    with broken():
        part = browser.post(address, notes, headers={"HX-Request": "true"})
        page = browser.post(address, notes)
    assert (part.status_code, page.status_code) == (503, 503)
    assert part.headers["X-Trouble"] == page.headers["X-Trouble"] == trouble
    assert 'data-problem="' in part.text and "<html" not in part.text
    assert f'data-trouble="{trouble}"' in page.text and "后退" in page.text
    assert "data-seconds" not in page.text, "a form that was sent is not asked for by itself"
    assert case.events.count() == events
    assert browser.post(address, notes).status_code in {200, 303}
    assert case.events.count() == events + 1


def test_a_draft_that_could_not_be_kept_is_told_to_the_page(
    write_locked: Held, visitor: Visitor, agent: Staff, case: Case
) -> None:
    browser = visitor(agent)
    address = reverse("draft", args=[case.pk, Section.INTAKE])
    with write_locked():
        answer = browser.post(address, {"narrative": "欠薪"}, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.headers["X-Trouble"]) == (503, "busy")
    assert browser.post(address, {"narrative": "欠薪"}).status_code in {200, 204}


def test_reading_goes_on_while_someone_else_writes(
    write_locked: Held, visitor: Visitor, agent: Staff, case: Case
) -> None:
    browser = visitor(agent)
    with write_locked():
        lists: HttpResponse = browser.get(reverse("cases") + "?whose=unit")
    assert lists.status_code == 200 and case.number in lists.content.decode()
