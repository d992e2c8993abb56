"""What comes from outside is handed out as a file to keep, and never as a page of ours."""

from collections.abc import Callable

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hotline.enums import RecordingState
from hotline.models import Attachment, Call, Case, Recording, Staff
from hotline.telephony.receiving import call_arrived

pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Client]
PAGES = {
    "an svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "a page": b"  <!DOCTYPE html><script>alert(1)</script>",
    "a page without its head": b"<HTML><body onload=alert(1)>",
    "xml": b"<?xml version='1.0'?><x/>",
    "a script": b"MZ\x90\x00",
}


@pytest.mark.parametrize("name", PAGES)
def test_pages_and_drawings_are_not_taken_whatever_they_are_called(
    case: Case, agent: Staff, client_of: SignIn, name: str
) -> None:
    file = SimpleUploadedFile("工资条.png", PAGES[name], content_type="image/png")
    client_of(agent).post(f"/cases/{case.pk}/files/", {"file": file})
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    "kind", ["text/html", "image/svg+xml", "text/plain; charset=utf-8", "application/pdf"]
)
def test_a_file_is_a_download_in_a_sandbox(case: Case, agent: Staff, client_of: SignIn, kind: str) -> None:
    """Also one that is here from a time when other kinds were taken."""
    row = Attachment(case=case, name="a.html", content_type=kind, added_at=case.opened_at)
    row.file.save("a", ContentFile(b"<script>alert(1)</script>"))
    answer = client_of(agent).get(f"/files/{row.pk}/")
    b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert_locked_up(answer.headers)


def test_a_recording_is_sound_in_a_sandbox(case: Case, agent: Staff, client_of: SignIn) -> None:
    call = call_arrived("CA" + "1" * 32, "+8613800005678", case.opened_at, voicemail=False)
    row = Recording(call=Call.objects.get(pk=call.pk), sid="RE1", state=RecordingState.STORED)
    row.file.save("a.mp3", ContentFile(b"<script>alert(1)</script>"))
    browser = client_of(agent)
    browser.post(f"/recordings/{row.pk}/listen/", {"reason": "核对金额"})
    for headers in ({}, {"Range": "bytes=0-3"}):
        answer = browser.get(f"/recordings/{row.pk}/", headers=headers)
        b"".join(answer.streaming_content)  # type: ignore[attr-defined]
        assert answer.headers["Content-Type"] == "audio/mpeg"
        assert_locked_up(answer.headers)


def assert_locked_up(headers: object) -> None:
    policy = headers["Content-Security-Policy"]  # type: ignore[index]
    assert "sandbox" in policy and "default-src 'none'" in policy and "allow-" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"  # type: ignore[index]
    assert "no-store" in headers["Cache-Control"]  # type: ignore[index]
