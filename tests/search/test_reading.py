"""The text of a file is read, however it is packed; a file that is made to harm is named and harms nobody."""

import time
import zlib
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from pypdf import PdfReader, PdfWriter

from search import attachments, reading

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def docx(*paragraphs: str, **parts: str) -> bytes:
    """A Word file; each paragraph is cut into runs in the middle, as Word does."""
    lines = "".join(
        f"<w:p><w:r><w:t>{one[:2]}</w:t></w:r><w:r><w:t>{one[2:]}</w:t></w:r></w:p>" for one in paragraphs
    )
    return packed(
        {"word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body>{lines}</w:body></w:document>'}
        | {name.replace("_", "/", 1) + ".xml": text for name, text in parts.items()}
    )


def packed(parts: dict[str, str]) -> bytes:
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return file.getvalue()


def pdf(text: str, pages: int = 1) -> bytes:
    """A PDF whose one font has no letters of its own but says which characters it means, as printers make."""
    codes = {character: code for code, character in enumerate(dict.fromkeys(text), start=1)}
    shown = "".join(f"{codes[one]:04x}" for one in text)
    table = "\n".join(f"<{code:04x}> <{ord(one):04x}>" for one, code in codes.items())
    cmap = (
        "/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <ffff> "
        f"endcodespacerange {len(codes)} beginbfchar\n{table}\nendbfchar endcmap end"
    )
    numbers = range(10, 10 + pages)
    bodies = {
        1: "<< /Type /Catalog /Pages 2 0 R >>",
        2: f"<< /Type /Pages /Count {pages} /Kids [{' '.join(f'{n} 0 R' for n in numbers)}] >>",
        3: "<< /Type /Font /Subtype /Type0 /BaseFont /F /Encoding /Identity-H /DescendantFonts [4 0 R] "
        "/ToUnicode 5 0 R >>",
        4: "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /F "
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>",
        5: stream(cmap),
        6: stream(f"BT /F 12 Tf 72 700 Td <{shown}> Tj ET"),
    }
    page = "<< /Type /Page /Parent 2 0 R /Contents 6 0 R /Resources << /Font << /F 3 0 R >> >> >>"
    out, places = b"%PDF-1.7\n", {}
    for number, body in (bodies | dict.fromkeys(numbers, page)).items():
        places[number] = len(out)
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
    table = "".join(f"{n} 1\n{place:010} 00000 n \n" for n, place in places.items())
    start = len(out)
    out += f"xref\n0 1\n0000000000 65535 f \n{table}trailer\n<< /Size {10 + pages} /Root 1 0 R >>\n".encode()
    return out + f"startxref\n{start}\n%%EOF".encode()


def stream(text: str) -> str:
    return f"<< /Length {len(text)} >>\nstream\n{text}\nendstream"


def locked(content: bytes, user: str) -> bytes:
    writer, out = PdfWriter(clone_from=PdfReader(BytesIO(content))), BytesIO()
    writer.encrypt(user, "the owner's", algorithm="AES-256")
    writer.write(out)
    return out.getvalue()


def read(kind: str, content: bytes) -> tuple[str, str]:
    return reading.read(kind, BytesIO(content))


def test_the_text_of_a_word_file_with_its_notes_and_headers() -> None:
    note = f'<w:footnotes xmlns:w="{WORD}"><w:p><w:t>见附件二</w:t></w:p></w:footnotes>'
    text, problem = read("docx", docx("解除劳动合同通知书", "自即日起生效", word_footnotes=note))
    assert (text.splitlines(), problem) == (["解除劳动合同通知书", "自即日起生效", "见附件二"], "")


def test_the_text_of_a_sheet() -> None:
    strings = f'<sst xmlns="{SHEET}"><si><t>姓名</t></si><si><t>应发工资</t></si></sst>'
    text, _problem = read("xlsx", packed({"xl/sharedStrings.xml": strings}))
    assert text.splitlines() == ["姓名", "应发工资"]


def test_the_text_of_a_pdf() -> None:
    assert read("pdf", pdf("拖欠工资证明")) == ("拖欠工资证明", "")


def test_a_pdf_that_may_be_read_but_not_changed() -> None:
    assert read("pdf", locked(pdf("拖欠工资证明"), "")) == ("拖欠工资证明", "")


def test_the_text_of_a_text_file_without_what_no_database_takes() -> None:
    assert read("txt", "\ufeff工资\x00条\n九月".encode() + b"\xff") == ("工资 条\n九月\ufffd", "")


DOCUMENT = f'<w:document xmlns:w="{WORD}"><w:t>&b;</w:t></w:document>'
ENTITY = f'<!DOCTYPE a [<!ENTITY b "工资工资">]>{DOCUMENT}'
ABROAD = f'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>{DOCUMENT}'


@pytest.mark.parametrize(
    ("kind", "content", "problem"),
    [
        ("pdf", locked(pdf("工资"), "secret"), "ENCRYPTED"),
        ("pdf", b"%PDF-1.7 and then nothing", "BROKEN"),
        ("pdf", pdf("工资")[:300], "BROKEN"),
        ("pdf", b"", "BROKEN"),
        ("pdf", pdf(""), "NO_TEXT"),
        ("docx", b"PK\x03\x04 no archive", "BROKEN"),
        ("docx", docx("工资")[:-20], "BROKEN"),
        ("docx", packed({"word/document.xml": "<w:document><w:p>"}), "BROKEN"),
        ("docx", packed({"word/document.xml": ENTITY}), "BROKEN"),
        ("docx", packed({"word/document.xml": ABROAD}), "BROKEN"),
        ("docx", packed({"other.xml": "<a/>"}), "NO_TEXT"),
        ("docx", packed({"word/document.xml": " " * 40_000_000}), "TOO_LARGE"),
        ("txt", b"", "NO_TEXT"),
    ],
    # The content is no name for a test: an encrypted file differs in each process.
    ids=lambda value: "" if isinstance(value, bytes) else value,
)
def test_what_cannot_be_read_is_named(kind: str, content: bytes, problem: str) -> None:
    assert read(kind, content) == ("", problem)


def test_a_very_long_text_is_kept_to_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "TEXT_LIMIT", 5)
    monkeypatch.setattr(reading, "PAGES_LIMIT", 2)
    assert read("txt", "一二三四五六七".encode()) == ("一二三四五", "CUT")
    assert read("txt", "一二三四五".encode()) == ("一二三四五", "")
    assert read("docx", docx("一二三", "四五六", "七八九")) == ("一二三\n四", "CUT")
    assert read("pdf", pdf("一", pages=9)) == ("一\n一", "CUT")


def test_reading_happens_in_a_process_that_knows_nothing_and_is_stopped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert attachments.read_apart("docx", BytesIO(docx("解除通知"))) == ("解除通知", "")
    assert attachments.read_apart("pdf", BytesIO(b"%PDF")) == ("", "BROKEN")
    # A page of four million strokes: time ends it.
    bomb = pdf("工")
    huge = zlib.compress(b"[(A)] TJ " * 4_000_000)
    start = bomb.index(b"6 0 obj")
    body = b"6 0 obj\n<< /Filter /FlateDecode /Length %d >>\nstream\n%b\nendstream\nendobj\n" % (
        len(huge),
        huge,
    )
    bomb = bomb[:start] + body + bomb[bomb.index(b"10 0 obj") :]
    began = time.monotonic()
    monkeypatch.setattr(attachments, "SECONDS", 2)
    text, problem = attachments.read_apart("pdf", BytesIO(bomb))
    assert (text, problem) in {("", "TOO_LARGE"), ("", "BROKEN")}
    assert time.monotonic() - began < 10
