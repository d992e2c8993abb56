"""Every look at a case stands in the access log: who, when, what, and why where a reason is asked for."""

import ast
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from hotline import events
from hotline.actions import calls, offers, recordings
from hotline.console.access_log import LOOKS
from hotline.enums import Channel, RecordingState, SeatState
from hotline.models import Access, Attachment, Case, Recording, Seat, Staff
from tests.access.addresses import STAFF_ONLY
from workflows import reception

pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Client]

NO_CASE = {
    "home",
    "seat",
    "segments",
    "softphone-token",
    "gallery",
    "staff",
    "staff-new",
    "staff-edit",
    "staff-password",
    "staff-deactivate",
    "staff-reactivate",
    "hours",
    "prompts",
    "prompt-save",
    "deadline-rules",
    "deadline-rule",
    "figures",
    "figure",
    "workdays",
    "search-index",
    "saved-search",
    "saved-search-new",
    "search-notices",
    "search-notices-seen",
    "recent-searches-erase",
    "search-export",
    "document-templates",
    "document-template",
    "document-template-file",
    "duty",
    "lawyers-import",
    "lawyer",
    "client-new",
    "client",
    "absences",
    "absence-end",
    "rota",
    "rota-plan",
    "rota-posts",
    "rota-post",
    "rota-shift",
    "rota-give",
    "rota-call-off",
    "rota-propose",
    "rota-answer",
}
"""Show nothing of a case."""
LISTS = {
    "cases",
    "case-rows",
    "floor",
    "floor-live",
    "saved-searches",
    "calendar",
    "digest",
    "deadline-change",
    "quality",
    "quality-rows",
    "alarm",
    "reviews",
}
"""Show rows of cases that are a person's work; a row is no case read, and opening it is noted."""
PAPERS = {"paper", "paper-docx", "paper-pdf"}
OWN_WORD = {
    "desk",
    "desk-part",
    "search",
    "file",
    "listen",
    "recording",
    "reveal",
    "access-log",
    "drawn-check",
    *PAPERS,
}
"""Note the look with their own word, or that of the desk: a test each below."""
NOTING = {"looked", "looked_in_visit"}
PRESSES = {
    "offer-accept",
    "offer-decline",
    "call-wrap-up",
    "call-hang-up",
    "call-hold",
    "call-unhold",
    "callback-start",
    "callback-give-up",
    "interaction-new-case",
    "interaction-move-back",
    "file-identity",
}
"""Change a call and answer with the desk, which notes what it shows, or with the way to a page."""


OF_CASE = ("cases/", "reviews/<int:pk>/")


def test_every_address_is_thought_of(case: Case, supervisor: Staff, client_of: SignIn) -> None:
    """What is in no set above stands under a case, and each of those notes the look by itself."""
    browser = client_of(supervisor)
    browser.raise_request_exception = False
    unnoted = []
    for route, pattern in STAFF_ONLY:
        if pattern.name in NO_CASE | LISTS | OWN_WORD | PRESSES or not route.startswith(OF_CASE):
            continue
        address = "/" + route.replace("<int:pk>", str(case.pk)).replace("<int:task>", "1")
        for name in ("head", "INTAKE"):
            for method in ("get", "post"):
                Access.objects.all().delete()
                events.visits.clear()
                answer = getattr(browser, method)(address.replace("<str:name>", name))
                shown = answer.status_code < 300 and answer.content
                if shown and not Access.objects.filter(staff=supervisor, case=case, what="case").exists():
                    unnoted.append(f"{method} {address}")
    assert not unnoted
    strange = [
        f"{route} ({pattern.name})"
        for route, pattern in STAFF_ONLY
        if not route.startswith(OF_CASE) and pattern.name not in NO_CASE | LISTS | OWN_WORD | PRESSES
    ]
    assert not strange, "say in this file what these show"


def test_a_part_is_noted_once_a_visit_and_the_page_each_time(
    case: Case, agent: Staff, client_of: SignIn
) -> None:
    browser = client_of(agent)
    rows = Access.objects.filter(staff=agent, case=case, what="case")
    for _n in range(3):
        assert browser.get(f"/cases/{case.pk}/parts/timeline/").status_code == 200
    assert rows.count() == 1, "without the page ever opened"
    for opened in (2, 3):
        assert browser.get(f"/cases/{case.pk}/").status_code == 200
        assert browser.get(f"/cases/{case.pk}/parts/facts/").status_code == 200
        assert rows.count() == opened
    assert events.visits.default_timeout == timedelta(minutes=30).total_seconds()


def test_the_desk_notes_whose_case_it_shows(
    agent: Staff, arrive: Callable[..., reception.Received], client_of: SignIn
) -> None:
    received = arrive(channel=Channel.CALL)
    call = calls.arrived(received.interaction, voicemail=False, recorded=False)
    calls.wait(call.pk, "", timezone.now())
    Seat.objects.filter(staff=agent).update(state=SeatState.AVAILABLE, console_seen_at=timezone.now())
    offers.offer_waiting(timezone.now())
    browser, rows = client_of(agent), Access.objects.filter(staff=agent, case=received.case, detail="desk")
    offer = offers.for_agent(agent)
    assert offer is not None
    offers.accept(offer.pk, agent)
    shape = f"{call.pk}-{received.case.pk}"
    for name in ("call", "form", "caller", "bar"):
        assert browser.get(f"/desk/parts/{name}/?shape={shape}").status_code == 200
    assert rows.count() == 1
    browser.get("/desk/")
    assert rows.count() == 2


@pytest.fixture
def recording(arrive: Callable[..., reception.Received]) -> Recording:
    """A recording that is here."""
    call = calls.arrived(arrive(channel=Channel.CALL).interaction, voicemail=False, recorded=True)
    row = recordings.reported(call.pk, "RE1", RecordingState.READY, url="u", at=timezone.now())
    recordings.stored(row.pk, ContentFile(b"RIFF0000WAVEfmt " + b"0" * 400), "0" * 64)
    row.refresh_from_db()
    return row


def test_a_recording_is_noted_with_the_reason_when_it_is_played(
    recording: Recording, supervisor: Staff, client_of: SignIn
) -> None:
    browser, played = client_of(supervisor), Access.objects.filter(what="recording.played")
    assert browser.get(f"/recordings/{recording.pk}/").status_code == 403
    browser.post(f"/recordings/{recording.pk}/listen/", {"reason": "核对金额"})
    assert not played.exists()
    for piece in ("bytes=200-", "bytes=-100", "bytes=0-"):
        assert b"".join(browser.get(f"/recordings/{recording.pk}/", headers={"range": piece})) != b""
    row = played.get()
    assert (row.staff, row.case, row.reason) == (supervisor, recording.call.interaction.case, "核对金额")
    assert Access.objects.filter(what="page", refused=True).count() == 1


def test_a_refused_look_stands_with_the_case(
    case: Case, recording: Recording, outsider: Staff, client_of: SignIn
) -> None:
    file = Attachment.objects.create(case=case, name="x", added_at=timezone.now())
    browser = client_of(outsider)
    for address, what in [
        (f"/cases/{case.pk}/", "case"),
        (f"/files/{file.pk}/", "attachment"),
        (f"/recordings/{recording.pk}/", "recording"),
    ]:
        assert browser.get(address).status_code == 404
        assert Access.objects.get(staff=outsider, what=what).refused
        assert Access.objects.get(staff=outsider, what=what).case is not None


def test_a_search_in_a_terminal_is_noted_too(agent: Staff) -> None:
    call_command("search", "工资", "--as", agent.username)
    assert Access.objects.get(what="search").staff == agent


def test_the_log_of_a_case_for_its_supervisor(
    case: Case, agent: Staff, supervisor: Staff, outsider: Staff, client_of: SignIn
) -> None:
    client_of(agent).get(f"/cases/{case.pk}/")
    client_of(agent).post(f"/cases/{case.pk}/reveal/", {"what": "number", "reason": "核对号码"})
    client_of(outsider).get(f"/cases/{case.pk}/")
    page = client_of(supervisor).get(f"/cases/{case.pk}/").content.decode()
    assert f"/access-log/?case={case.number}" in page
    shown = client_of(supervisor).get(f"/access-log/?case={case.number}").content.decode()
    for words in (agent.name, "查看完整电话号码", "核对号码", outsider.name, "已拒绝"):
        assert words in shown
    assert Access.objects.get(what="access_log").case == case


def test_the_log_shows_what_one_answers_for(
    case: Case, agent: Staff, outsider: Staff, admin: Staff, client_of: SignIn
) -> None:
    client_of(agent).get(f"/cases/{case.pk}/")
    client_of(agent).get("/search/?q=%E5%B7%A5%E8%B5%84")
    theirs = client_of(outsider).get(f"/access-log/?case={case.number}").content.decode()
    assert agent.name not in theirs
    assert "工资" not in client_of(outsider).get("/access-log/").content.decode()
    every = client_of(admin).get("/access-log/").content.decode()
    assert agent.name in every and case.number in every
    assert f"/cases/{case.pk}/" not in every, "an administrator reads no case"
    assert client_of(agent).get("/access-log/").status_code == 403


def test_the_log_is_paged_and_filtered(
    case: Case, agent: Staff, supervisor: Staff, client_of: SignIn
) -> None:
    for n in range(60):
        events.looked(agent, "case", case=case, refused=n % 10 == 0)
    browser = client_of(supervisor)
    first = browser.get(f"/access-log/?case={case.number}&who={agent.username}")
    assert len(first.context["looks"]) == 50
    second = browser.get(f"/access-log/{first.context['following']}")
    assert len(second.context["looks"]) == 10
    assert len(browser.get(f"/access-log/?case={case.number}&refused=1").context["looks"]) == 6
    assert browser.get("/access-log/?before=x&who=" + "9" * 500).status_code == 200


def test_every_kind_of_look_has_its_words() -> None:
    kinds = set()
    for folder in ("hotline", "workflows", "search"):
        for file in (Path(settings.BASE_DIR) / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in {
                    "looked",
                    "looked_in_visit",
                }:
                    what = node.args[1]
                    kinds |= {what.value} if isinstance(what, ast.Constant) else set()
    assert len(kinds) > 10
    assert kinds - set(LOOKS) == set()
