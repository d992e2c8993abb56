"""A disk without room for a file: whoever uploads is told, and what the carrier has stays there for later."""

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from hotline import health
from hotline.actions import media
from hotline.enums import Channel, RecordingState
from hotline.models import Attachment, Case, Recording, Staff
from hotline.telephony import fetching
from tests.faults.conftest import Visitor
from tests.hotline.telephony.test_gateway import says, server


@contextmanager
def no_file_above(size: int) -> Iterator[None]:
    """No file of this process may grow beyond `size` bytes: writing fails as it does on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def kept(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def small_database(transactional_db: None) -> int:
    """A limit that lets the database's own files be written, and the file of the test not."""
    from django.db import connection

    name = Path(connection.settings_dict["NAME"])
    files = [name, name.with_name(f"{name.name}-wal")] if connection.vendor == "sqlite" else []
    return max([path.stat().st_size for path in files if path.exists()], default=0) + 500_000


def test_an_upload_without_room_is_told_and_leaves_nothing(
    folder: Path, small_database: int, visitor: Visitor, agent: Staff, case: Case
) -> None:
    browser, address = visitor(agent), reverse("upload", args=[case.pk])
    size = small_database + 600_000

    def send(**headers: str) -> Any:
        file = SimpleUploadedFile("a.pdf", b"%PDF-1.4 " + b"0" * size, "application/pdf")
        return browser.post(address, {"file": file}, headers=headers)

    with no_file_above(small_database):
        page, part = send(), send(**{"HX-Request": "true"})
    assert (page.status_code, part.status_code) == (503, 503)
    assert page.headers["X-Trouble"] == part.headers["X-Trouble"] == "storage"
    assert "存储空间已满" in page.text and "存储空间已满" in part.text
    assert kept(folder) == [] and not Attachment.objects.exists()
    assert send().status_code == 303 and len(kept(folder)) == 1


@pytest.mark.parametrize("kind", ["attachment", "recording"])
def test_what_the_carrier_has_waits_there_until_there_is_room(
    kind: str, folder: Path, small_database: int, case: Case, arrive: Any, settings: Any
) -> None:
    body = b"%PDF-1.4 " + b"0" * (small_database + 600_000)
    now = timezone.now()
    settings.HOTLINE_ATTACHMENT_MIB = 500
    with server(says(200, body)) as (base, _asked):
        settings.HOTLINE_CARRIER_URL = base
        if kind == "attachment":
            fetch: Any = fetching.fetch_media
            row: Any = media.announced(case.interactions.get(), 0, f"{base}/a", "application/pdf", now)
        else:
            from hotline.actions import calls

            fetch = fetching.fetch_recordings
            received = arrive(provider_id="CA" + "1" * 32, channel=Channel.CALL)
            call = calls.arrived(received.interaction, voicemail=False, recorded=True)
            row = Recording.objects.create(
                call=call, sid="RE" + "1" * 32, state=RecordingState.READY, url=f"{base}/r", due_at=now
            )
        for minutes in range(25):  # longer than a carrier that fails would be asked
            with no_file_above(small_database), pytest.raises(OSError, match="File too large"):
                fetch(now + 2 * minutes * media.OWN_PAUSE)
        row.refresh_from_db()
        assert (row.tries, row.file.name, kept(folder)) == (0, "", [])
        assert fetch(now + 60 * media.OWN_PAUSE) == 1
    row.refresh_from_db()
    assert row.file.size == len(body) and len(kept(folder)) == 1


def test_two_files_of_one_name_at_once_are_two_files(folder: Path, monkeypatch: Any) -> None:
    first = default_storage.save("a.txt", ContentFile(b"one"))
    monkeypatch.setattr(type(default_storage._wrapped), "exists", lambda *_args: False)  # looked, then lost
    monkeypatch.setattr(type(default_storage._wrapped), "get_available_name", lambda *_args, **_more: "b.txt")
    second = default_storage._wrapped._save("a.txt", ContentFile(b"two"))
    assert (first, second) == ("a.txt", "b.txt")
    assert sorted(path.read_bytes() for path in kept(folder)) == [b"one", b"two"]


def test_little_room_is_told_before_there_is_none(db: None, monkeypatch: Any) -> None:
    assert {f.name: f.ok for f in health.figures()}["disk"] is True
    monkeypatch.setattr(health, "DISK_BYTES", 2**63)
    assert {f.name: f.ok for f in health.figures()}["disk"] is False
