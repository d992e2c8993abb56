"""Files of messages: checked by their content, limited, kept under names of our own."""

from datetime import datetime
from io import BytesIO

import pytest

from hotline.actions import media
from hotline.errors import Invalid
from hotline.models import Attachment
from workflows import reception

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 100


@pytest.fixture
def announced(arrive: object, now: datetime) -> Attachment:
    received: reception.Received = arrive()  # type: ignore[operator]
    return media.announced(received.interaction, 0, "https://api.twilio.com/ME1", "image/jpeg", now)


def test_the_content_says_what_it_is(announced: Attachment) -> None:
    media.stored(announced.pk, BytesIO(PNG), len(PNG), "c" * 64)
    row = Attachment.objects.get()
    assert (row.content_type, row.size, row.due_at) == ("image/png", len(PNG), None)
    assert row.name.endswith(".png") and row.file.name.split("/")[-1].startswith("c" * 64)


@pytest.mark.parametrize(
    "content", [b"MZ\x90\x00" + b"\x00" * 64, b"<html><script>", b"\x7fELF" + b"\x00" * 60]
)
def test_a_kind_that_is_not_taken_is_refused(announced: Attachment, content: bytes) -> None:
    with pytest.raises(Invalid):
        media.stored(announced.pk, BytesIO(content), len(content), "d" * 64)


def test_a_file_that_cannot_be_fetched_says_why(announced: Attachment, now: datetime) -> None:
    assert media.claim(announced.pk, now) is not None
    assert media.claim(announced.pk, now) is None
    media.failed(announced.pk, media.too_large().message, now, final=True)
    row = Attachment.objects.get()
    assert "20" in row.problem and row.due_at is None
