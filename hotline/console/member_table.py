"""The members of a collective case as a table: brought as XLSX or CSV, and taken out as XLSX."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import IO, Any

from django.utils.translation import gettext as _
from django.utils.translation import override
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell

from hotline import archives
from hotline.actions import collectives
from hotline.console.forms.members import Line
from hotline.console.templatetags.console import masked
from hotline.errors import Invalid
from hotline.identifiers import half_width
from hotline.models import Case
from hotline.spreadsheets import cell

LARGEST = 2 * 1024 * 1024
"""Bytes of a table."""
MOST = 2_000
"""Lines of a table."""
WIDEST = 30
"""Columns that are looked at."""
SHOWN = 50
"""Faulty lines that are named."""
EXACT = 15
"""Digits that a number in a spreadsheet keeps."""
Cells = list[str]
ALSO = {
    "联系电话": "phone", "电话号码": "phone", "手机": "phone", "手机号": "phone", "手机号码": "phone",
    "身份证": "identity_number", "身份证号": "identity_number", "身份证号码": "identity_number",
    "请求": "kind", "请求金额": "amount", "金额": "amount", "工资期间": "period", "备注": "basis",
    "序号": "", "no.": "",
}  # fmt: skip
"""What offices write above their columns besides our own words; a number of the line is passed over."""


def read(name: str, content: bytes) -> list[tuple[int, dict[str, Any]]]:
    """The members of a table, each with the number of its line. Raises Invalid naming every faulty line."""
    if len(content) > LARGEST:
        raise Invalid({"table": _("A table has at most %(n)s MiB.") % {"n": LARGEST // 2**20}})
    lines = _lines(name, content)
    heads = _heads(next(lines, (0, []))[1])
    found: list[tuple[int, dict[str, Any]]] = []
    wrong: dict[str, str] = {}
    for number, cells in lines:
        said = {field: text for field, text in zip(heads, cells, strict=False) if field and text}
        if not said:
            continue
        line = Line(said)
        faults = _faults(line, bool(found))
        if faults:
            wrong[f"line-{number}"] = _("Line %(line)s: %(words)s") % {"line": number, "words": faults}
        elif line.cleaned_data["name"]:
            found.append((number, {**line.person, "claims": [line.claim] if line.claim else []}))
        else:
            found[-1][1]["claims"].append(line.claim)
        if len(wrong) >= SHOWN:
            break
    if wrong:
        raise Invalid(wrong)
    return found


def _faults(line: Line, follows: bool) -> str:
    if not line.is_valid():
        return "; ".join(
            f"{line.fields[name].label}: {' '.join(map(str, words))}" for name, words in line.errors.items()
        )
    if line.cleaned_data["name"]:
        return ""
    if not follows or line.claim is None:
        return _("The name is missing.")
    told = {k: v for k, v in line.person.items() if v not in ("", None, False, "UNKNOWN")}
    return _("The name is missing.") if told else ""


def _heads(cells: Cells) -> list[str]:
    """The fields of the columns, by the words above them in either language."""
    known: dict[str, str] = {}
    for language in ("en", "zh-hans"):
        with override(language):
            known |= {_plain(str(field.label)): name for name, field in Line.base_fields.items()}
    known |= ALSO
    strange = [text for text in cells if text and _plain(text) not in known]
    heads = [known.get(_plain(text), "") for text in cells]
    if "name" not in heads:
        raise Invalid({"table": _("The first line has to name the columns, as in the blank table.")})
    if strange:
        words = _("These columns are not known: %(columns)s. Name them as in the blank table.")
        raise Invalid({"table": words % {"columns": "、".join(strange)}})
    return heads


def _plain(text: str) -> str:
    return half_width(text).strip().lower()


def _lines(name: str, content: bytes) -> Iterator[tuple[int, Cells]]:
    """The lines with their numbers, from 1, as texts; more than MOST are refused."""
    read_rows = _of_workbook if content[:2] == b"PK" else _of_text
    if content[:2] != b"PK" and not name.lower().endswith((".csv", ".txt")):
        raise Invalid({"table": _("Bring an XLSX or a CSV table.")})
    for number, cells in enumerate(islice(read_rows(content), MOST + 2), start=1):
        if number > MOST + 1:
            raise Invalid({"table": _("A table has at most %(n)s lines.") % {"n": MOST}})
        yield number, cells


def _of_workbook(content: bytes) -> Iterator[Cells]:
    file = io.BytesIO(content)
    broken = Invalid({"table": _("This table cannot be opened: it is damaged or protected.")})
    if archives.fault_of(file) is not None:
        raise broken
    try:
        book = load_workbook(file, read_only=True, data_only=True)
        rows = book.worksheets[0].iter_rows(max_col=WIDEST, values_only=True)
        found = [[_text(value) for value in row] for row in islice(rows, MOST + 2)]
    except Exception:  # whatever the library meets in a stranger's file, the file is what is wrong
        raise broken from None
    yield from found


def _of_text(content: bytes) -> Iterator[Cells]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError:
            raise Invalid({"table": _("This is no text: save the table as XLSX or CSV.")}) from None
    separator = "\t" if "\t" in text.partition("\n")[0] else ","
    try:
        for row in csv.reader(io.StringIO(text.replace("\0", "")), delimiter=separator):
            yield [_text(value) for value in row[:WIDEST]]
    except csv.Error:
        raise Invalid({"table": _("This table cannot be opened: it is damaged or protected.")}) from None


def _text(value: object) -> str:
    """A cell as a person would type it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    # An apostrophe before a text says that it is no formula.
    return str(value).strip().removeprefix("'").strip()


# --- Out ------------------------------------------------------------------------------------------
def blank(file: IO[bytes]) -> None:
    """An empty table with the columns that `read` knows; its cells are text, so that no number is rounded."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Members"))
    heads = [str(field.label) for field in Line.base_fields.values()]
    for place in range(len(heads)):
        column = sheet.column_dimensions[chr(ord("A") + place)]
        column.width, column.number_format = 18, "@"
    sheet.append([WriteOnlyCell(sheet, value=cell(words)) for words in heads])
    book.save(file)


def write(case: Case, file: IO[bytes]) -> int:
    """All members of `case` with what they ask for, a line for each claim; returns how many members.

    Telephone numbers are masked, identity numbers left out.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Members"))
    sheet.append([cell(words) for words in _columns()])
    members = collectives.with_due(case.members.order_by("pk")).prefetch_related("claims")
    count = 0
    for count, member in enumerate(members, start=1):
        person = [
            count,
            member.name,
            masked(member.phone) if member.phone else "",
            member.get_state_display(),
            _("yes") if member.represents else "",
            member.get_may_disclose_display(),
            _("yes") if member.authorised else "",
            member.evidence,
            member.known_on,
            member.employed_until,
            member.due,
        ]
        for line in _claim_lines(member.claims.all()):
            sheet.append([cell(value) for value in (*person, *line)])
    book.save(file)
    return count


def _claim_lines(claims: Iterable[Any]) -> list[list[Any]]:
    found = [[one.get_kind_display(), one.amount, one.period, one.basis] for one in claims]
    return found or [["", None, "", ""]]


def _columns() -> list[str]:
    return [
        _("No."),
        _("Name"),
        _("Telephone (masked)"),
        _("State"),
        _("Representative"),
        _("May be named to the employer"),
        _("Power of attorney signed"),
        _("Evidence"),
        _("Knew of the infringement on"),
        _("Employed until"),
        _("Limitation ends on"),
        _("Claim"),
        _("Amount in yuan"),
        _("Period"),
        _("How it is reckoned"),
    ]
