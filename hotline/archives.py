"""Archives that grow when they are opened: told by their table of contents, unopened.

Word and Excel files are ZIP archives, too. Nothing here unpacks anything. A table of contents can lie:
whoever reads an entry later stops at the size that it names.
"""

import os
import struct
from enum import Enum
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile

MOST_ENTRIES = 2_000
LARGEST = 200 * 1024 * 1024
"""Bytes of all that is packed into one archive."""
STEEPEST = 200
"""Times the packed size: the text of a document comes to 20, a sheet of equal rows to 100."""
NEVER_STEEP = 1024 * 1024
"""Bytes up to which the ratio says nothing: a small entry of blanks does no harm."""
CONTENTS = MOST_ENTRIES * 400
"""Bytes that the table of contents may take: it is read whole."""
END = struct.Struct("<4s4H2LH")
END_MARK = b"PK\x05\x06"
LONGEST_COMMENT = 2**16


class Fault(Enum):
    """Why an archive is not taken."""

    BROKEN = "broken"
    MANY = "too many entries"
    LARGE = "too large unpacked"


def fault_of(content: BinaryIO) -> Fault | None:
    """What is wrong with the ZIP archive `content`, or None; reading goes on at its beginning."""
    try:
        size = _contents_size(content)
        if size > CONTENTS:
            return Fault.MANY
        with ZipFile(content) as archive:
            entries = archive.infolist()
    except (BadZipFile, ValueError, NotImplementedError, OSError, struct.error):
        return Fault.BROKEN
    finally:
        content.seek(0)
    if len(entries) > MOST_ENTRIES:
        return Fault.MANY
    steep = [e for e in entries if e.file_size > max(NEVER_STEEP, STEEPEST * e.compress_size)]
    if steep or sum(entry.file_size for entry in entries) > LARGEST:
        return Fault.LARGE
    return None


def _contents_size(content: BinaryIO) -> int:
    """Bytes of the table of contents, found as `zipfile` finds it. Raises BadZipFile where there is none."""
    length = content.seek(0, os.SEEK_END)
    content.seek(max(length - END.size - LONGEST_COMMENT, 0))
    tail = content.read()
    place = len(tail) - END.size
    if place < 0 or not (tail[place:].startswith(END_MARK) and tail.endswith(b"\x00\x00")):
        place = tail.rfind(END_MARK)
    if place < 0:
        raise BadZipFile
    return int(END.unpack_from(tail, place)[5])
