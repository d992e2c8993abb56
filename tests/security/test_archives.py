"""Archives that grow: refused unopened at the upload and with a message; pictures are never decoded."""

import ast
import io
import struct
import tracemalloc
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hotline import archives
from hotline.actions import media
from hotline.errors import Invalid
from hotline.models import Attachment, Case, Staff
from hotline.settings import BASE_DIR

MIB = 1024 * 1024
DOCX = "[Content_Types].xml"


def packed(entries: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return content.getvalue()


def claiming(size: int) -> bytes:
    """An archive whose table of contents says that its one small entry is `size` bytes large."""
    data = bytearray(packed({"a.txt": "三个月工资".encode() * 9}))
    place = data.rindex(b"PK\x01\x02")
    data[place + 24 : place + 28] = struct.pack("<L", size)
    return bytes(data)


def many(count: int) -> bytes:
    return packed({f"{n}.txt": b"" for n in range(count)})


GOOD = {
    "a document": packed(
        {DOCX: b"<Types/>", "word/document.xml": "<w:t>拖欠三个月工资</w:t>".encode() * 20_000}
    ),
    "photographs": packed({f"{n}.jpg": bytes(range(256)) * 40 for n in range(300)}),
    "a blank page": packed({"blank.txt": b" " * MIB}),
}
BAD = {
    "a bomb": (packed({"zeros": bytes(64 * MIB)}), archives.Fault.LARGE),
    "a document that is one": (
        packed({DOCX: b"<Types/>", "word/document.xml": b"<" * (8 * MIB)}),
        archives.Fault.LARGE,
    ),
    "one that says so only": (claiming(2**31), archives.Fault.LARGE),
    "many small ones": (many(archives.MOST_ENTRIES + 1), archives.Fault.MANY),
    "very many": (many(40_000), archives.Fault.MANY),
    "half of one": (GOOD["photographs"][:5000], archives.Fault.BROKEN),
    "its end alone": (b"PK\x05\x06" + bytes(10), archives.Fault.BROKEN),
    "nothing": (b"PK\x03\x04" + bytes(60), archives.Fault.BROKEN),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_offices_and_workers_send_is_taken(name: str) -> None:
    assert archives.fault_of(io.BytesIO(GOOD[name])) is None


@pytest.mark.parametrize("name", BAD)
def test_an_archive_that_grows_is_told_without_unpacking_it(name: str) -> None:
    content, fault = BAD[name]
    tracemalloc.start()
    assert archives.fault_of(io.BytesIO(content)) == fault
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < len(content) + 8 * MIB


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "words"), [("a bomb", "200 MiB"), ("very many", "2000 个"), ("nothing", "损坏")]
)
def test_the_upload_says_why(
    case: Case, agent: Staff, client_of: Callable[[Staff], Client], name: str, words: str
) -> None:
    file = SimpleUploadedFile("证据.zip", BAD[name][0])
    answer = client_of(agent).post(f"/cases/{case.pk}/files/", {"file": file}, follow=True)
    assert words in answer.content.decode() and not Attachment.objects.exists()


@pytest.mark.django_db
def test_a_file_of_a_message_is_looked_at_alike(case: Case) -> None:
    row = Attachment.objects.create(
        case=case, name="附件1", content_type="application/zip", added_at=case.opened_at
    )
    bomb = BAD["a bomb"][0]
    with pytest.raises(Invalid):
        media.stored(row.pk, io.BytesIO(bomb), len(bomb), "0" * 64)
    row.refresh_from_db()
    assert not row.file


def test_no_picture_is_ever_decoded_here() -> None:
    assert find_spec("PIL") is None, "a picture's size is a claim: decode none, or bound it"
    sources = [p for room in ("hotline", "search", "workflows") for p in Path(BASE_DIR, room).rglob("*.py")]
    fields = {
        n.attr
        for p in sources
        for n in ast.walk(ast.parse(p.read_text("utf-8")))
        if isinstance(n, ast.Attribute)
    }
    assert "ImageField" not in fields
