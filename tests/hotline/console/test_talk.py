"""Replies, notes, files and recordings: sent, kept, and only through a permission check."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hotline.actions import calls
from hotline.enums import Channel, MessageState, RecordingState
from hotline.models import Access, Attachment, Case, Draft, Message, Recording, Staff
from workflows import reception

pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Client]
Arrive = Callable[..., reception.Received]
HTMX = {"HX-Request": "true"}
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40


@pytest.fixture(autouse=True)
def own_files(settings: object, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]


@pytest.fixture
def recording(arrive: Arrive) -> Recording:
    received = arrive(channel=Channel.CALL)
    call = calls.arrived(received.interaction, voicemail=True, recorded=True)
    row = Recording(call=call, sid="RE" + "1" * 32, state=RecordingState.STORED, duration=3)
    row.file.save("a.wav", ContentFile(b"RIFF" + bytes(range(96))), save=False)
    row.save()
    return row


def test_a_reply_is_queued_and_the_draft_goes(case: Case, agent: Staff, client_of: SignIn) -> None:
    client = client_of(agent)
    client.post(reverse("draft", args=[case.pk, "REPLY"]), {"text": "请补充"})
    assert "请补充" in client.get(f"/cases/{case.pk}/").content.decode()
    assert client.post(reverse("reply", args=[case.pk]), {"text": "请补充工资条"}).status_code == 303
    message = Message.objects.get(sender=agent)
    assert (message.body, message.state) == ("请补充工资条", MessageState.QUEUED)
    assert not Draft.objects.exists()
    assert "请补充工资条" in client.get(f"/cases/{case.pk}/").content.decode()


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_refused_reply_keeps_its_text(
    case: Case, agent: Staff, client_of: SignIn, headers: dict[str, str]
) -> None:
    answer = client_of(agent).post(reverse("reply", args=[case.pk]), {"text": "长" * 600}, headers=headers)
    text = answer.content.decode()
    assert answer.status_code == 400
    assert "长" * 600 in text and "field-error" in text
    assert ("<html" in text) is not headers


def test_who_opted_out_is_not_texted(case: Case, agent: Staff, client_of: SignIn) -> None:
    case.person.contacts.update(opted_out_at=timezone.now())
    client = client_of(agent)
    assert 'id="reply-text"' not in client.get(f"/cases/{case.pk}/").content.decode()
    assert client.post(reverse("reply", args=[case.pk]), {"text": "x"}).status_code == 409


@pytest.mark.parametrize(
    ("text", "words"), [("好" * 70, "1 message"), ("好" * 71, "2 messages"), ("a" * 160, "1 message")]
)
def test_segments_are_counted_by_the_rule_of_sending(
    agent: Staff, client_of: SignIn, text: str, words: str
) -> None:
    client = client_of(agent)
    client.cookies["django_language"] = "en"
    assert words in client.post(reverse("segments"), {"text": text}).content.decode()


def test_a_note_stands_on_the_timeline(case: Case, lawyer: Staff, agent: Staff, client_of: SignIn) -> None:
    client = client_of(agent)
    assert client.post(reverse("note", args=[case.pk]), {"text": "下周三联系"}).status_code == 303
    assert "下周三联系" in client.get(f"/cases/{case.pk}/").content.decode()
    assert client.post(reverse("note", args=[case.pk]), {"text": " "}).status_code == 400
    assert client_of(lawyer).post(reverse("note", args=[case.pk]), {"text": "x"}).status_code == 404


def test_a_file_goes_up_and_comes_down_as_a_download(
    case: Case, agent: Staff, outsider: Staff, client_of: SignIn
) -> None:
    client = client_of(agent)
    client.post(reverse("upload", args=[case.pk]), {"file": SimpleUploadedFile("工资条.png", PNG)})
    row = Attachment.objects.get()
    answer = client.get(reverse("file", args=[row.pk]))
    assert b"".join(answer.streaming_content) == PNG  # type: ignore[attr-defined]
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert Access.objects.filter(staff=agent, what="attachment", refused=False).exists()
    assert client_of(outsider).get(reverse("file", args=[row.pk])).status_code == 404


@pytest.mark.parametrize(
    ("name", "content"), [("a.exe", b"MZ" + b"\x00" * 60), ("a.png", b""), ("a.html", b"<html><script>")]
)
def test_a_refused_file_says_why(
    case: Case, agent: Staff, client_of: SignIn, name: str, content: bytes
) -> None:
    client = client_of(agent)
    answer = client.post(
        reverse("upload", args=[case.pk]), {"file": SimpleUploadedFile(name, content)}, follow=True
    )
    assert not Attachment.objects.exists()
    assert name in answer.content.decode()


def test_a_recording_is_played_for_a_reason(
    recording: Recording, agent: Staff, outsider: Staff, client_of: SignIn
) -> None:
    client, address = client_of(agent), reverse("recording", args=[recording.pk])
    assert client.get(address).status_code == 403
    listen = reverse("listen", args=[recording.pk])
    assert client.post(listen, {"reason": ""}).status_code == 400
    assert address in client.post(listen, {"reason": "核对金额"}, headers=HTMX).content.decode()
    assert Access.objects.get(what="recording", refused=False).reason == "核对金额"
    assert len(b"".join(client.get(address).streaming_content)) == 100  # type: ignore[attr-defined]
    assert client_of(outsider).get(address).status_code == 404
    assert client_of(outsider).post(listen, {"reason": "x"}).status_code == 404


@pytest.mark.parametrize(
    ("wanted", "status", "length"),
    [
        ("bytes=0-9", 206, 10),
        ("bytes=90-", 206, 10),
        ("bytes=-5", 206, 5),
        ("bytes=0-999", 206, 100),
        ("bytes=200-", 416, 0),
        ("bytes=-", 200, 100),
        ("bytes=5-2", 416, 0),
        ("nonsense", 200, 100),
    ],
)
def test_a_range_of_a_recording(
    recording: Recording, agent: Staff, client_of: SignIn, wanted: str, status: int, length: int
) -> None:
    client = client_of(agent)
    client.post(reverse("listen", args=[recording.pk]), {"reason": "核对"})
    answer = client.get(reverse("recording", args=[recording.pk]), headers={"Range": wanted})
    assert answer.status_code == status
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    assert len(body) == length
