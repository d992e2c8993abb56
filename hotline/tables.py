"""Tables that people bring, XLSX or CSV, as rows of texts."""

import csv
import io
from datetime import date, datetime
from itertools import islice

from django.utils.translation import gettext as _
from openpyxl import load_workbook

from hotline import archives
from hotline.errors import Invalid

WIDEST = 50
"""Columns that are looked at."""
ENCODINGS = ("utf-8-sig", "gb18030")
"""What Excel and WPS write."""
Table = list[list[str]]


def read(data: bytes, *, largest: int, most: int) -> Table:
    """The first `most` rows of a table of at most `largest` bytes.

    Raises Invalid for a file that is neither XLSX nor CSV, or too large.
    """
    if len(data) > largest:
        raise Invalid({"file": _("The file is larger than %(n)s MiB.") % {"n": largest // 2**20}})
    return _sheet(data, most) if data.startswith(b"PK") else _text(data, most)


def _unreadable() -> Invalid:
    return Invalid({"file": _("This is no table that can be read.")})


def _sheet(data: bytes, most: int) -> Table:
    if archives.fault_of(io.BytesIO(data)):
        raise _unreadable()
    try:
        sheet = load_workbook(io.BytesIO(data), read_only=True, data_only=True).worksheets[0]
        rows = sheet.iter_rows(max_row=most, max_col=WIDEST, values_only=True)
        return [[_cell(value) for value in row] for row in rows]
    except Exception as error:  # openpyxl names no error of its own for a broken book
        raise _unreadable() from error


def _cell(value: object) -> str:
    """A cell as a person would type it."""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value)


def _text(data: bytes, most: int) -> Table:
    for encoding in ENCODINGS:
        try:
            rows = csv.reader(io.StringIO(data.decode(encoding), newline=""))
            return [row[:WIDEST] for row in islice(rows, most)]
        except UnicodeDecodeError:
            continue
        except csv.Error:
            break
    raise _unreadable()
