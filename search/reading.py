"""The text of a PDF, DOCX, XLSX or text file: a program of its own, because files come from strangers.

`python -m search.reading KIND < FILE` prints {"text": …, "problem": …} as JSON. It sees neither settings nor
the database, and takes a bounded time, memory and number of pages, however the file is made.
"""

import json
import re
import resource
import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import BinaryIO
from zipfile import ZipFile

from defusedxml.ElementTree import iterparse
from pypdf import PdfReader

from hotline import archives

TEXT_LIMIT = 200_000
"""Characters that are kept of one file."""
PAGES_LIMIT = 300
PART_LIMIT = 30 * 1024 * 1024
"""Bytes of one part of a document, unpacked."""
CPU_SECONDS = 20
MEMORY = 1024 * 1024 * 1024
"""Bytes."""
ENCRYPTED, BROKEN, TOO_LARGE, CUT, NO_TEXT = "ENCRYPTED", "BROKEN", "TOO_LARGE", "CUT", "NO_TEXT"
"""As in hotline.enums.ReadingProblem, which this program does not load."""
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_WORD_PARTS = re.compile(r"word/(?:document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml")
_SHEET_PARTS = re.compile(r"xl/(?:sharedStrings|comments\d*)\.xml")
_ENDS_LINE = frozenset({"p", "br", "cr", "tab", "si"})


class Unreadable(Exception):
    """The file's text cannot be had; `args[0]` says why."""


def read(kind: str, file: BinaryIO) -> tuple[str, str]:
    """The text of `file` and what is wrong with it, if anything is."""
    kept: list[str] = []
    length = 0
    try:
        for piece in _READERS[kind](file):
            kept.append(piece[: TEXT_LIMIT + 1 - length])
            length += len(kept[-1])
            if length > TEXT_LIMIT:
                break
    except Unreadable as error:
        return "", str(error)
    except (MemoryError, RecursionError):
        return "", TOO_LARGE
    except Exception:  # Whatever a stranger's file makes a library stumble over, the file is to blame.
        return "", BROKEN
    text = _UNWANTED.sub(" ", "".join(kept)).strip()
    return text[:TEXT_LIMIT], CUT if length > TEXT_LIMIT else "" if text else NO_TEXT


def _pdf(file: BinaryIO) -> Iterator[str]:
    reader = PdfReader(file)
    # Many files may be read by everybody and only not be changed: their password is empty.
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unreadable(ENCRYPTED)
    for number, page in enumerate(reader.pages):
        if number == PAGES_LIMIT:
            yield " " * TEXT_LIMIT
        yield page.extract_text() + "\n"


def _office(parts: re.Pattern[str]) -> Callable[[BinaryIO], Iterator[str]]:
    def read_parts(file: BinaryIO) -> Iterator[str]:
        content = BytesIO(file.read())
        fault = archives.fault_of(content)
        if fault is not None:
            raise Unreadable(BROKEN if fault == archives.Fault.BROKEN else TOO_LARGE)
        with ZipFile(content) as archive:
            for entry in archive.infolist():
                if entry.flag_bits & 1:
                    raise Unreadable(ENCRYPTED)
                if parts.fullmatch(entry.filename):
                    with archive.open(entry) as part:
                        packed = part.read(PART_LIMIT + 1)
                    if len(packed) > PART_LIMIT:
                        raise Unreadable(TOO_LARGE)
                    yield from _xml_text(packed)

    return read_parts


def _xml_text(packed: bytes) -> Iterator[str]:
    for _event, element in iterparse(BytesIO(packed)):
        name = element.tag.rpartition("}")[2]
        if name == "t":
            yield element.text or ""
        elif name in _ENDS_LINE:
            yield "\n"
        element.clear()


def _plain(file: BinaryIO) -> Iterator[str]:
    # A character in four bytes is the longest there is.
    yield file.read(4 * (TEXT_LIMIT + 1)).decode("utf-8-sig", errors="replace")


_READERS: dict[str, Callable[[BinaryIO], Iterator[str]]] = {
    "pdf": _pdf,
    "docx": _office(_WORD_PARTS),
    "xlsx": _office(_SHEET_PARTS),
    "txt": _plain,
}


def main() -> None:
    """Read the file on standard input, within the limits."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    text, problem = read(sys.argv[1], BytesIO(sys.stdin.buffer.read()))
    json.dump({"text": text, "problem": problem}, sys.stdout)


if __name__ == "__main__":
    main()
