"""The members of a collective case as a table: brought as XLSX or CSV, and taken out as XLSX."""

from collections.abc import Iterable
from typing import IO, Any

from django.utils.translation import gettext as _
from django.utils.translation import override
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from hotline import tables
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
SHOWN = 50
"""Faulty lines that are named."""
ALSO = {
    "联系电话": "phone", "电话号码": "phone", "手机": "phone", "手机号": "phone", "手机号码": "phone",
    "身份证": "identity_number", "身份证号": "identity_number", "身份证号码": "identity_number",
    "请求": "kind", "请求金额": "amount", "金额": "amount", "工资期间": "period", "备注": "basis",
    "序号": "", "no.": "",
}  # fmt: skip
"""What offices write above their columns besides our own words; a number of the line is passed over."""


def read(content: bytes) -> list[tuple[int, dict[str, Any]]]:
    """The members of a table, each with the number of its line. Raises Invalid naming every faulty line."""
    table = tables.read(content, largest=LARGEST, most=MOST + 2)
    if len(table) > MOST + 1:
        raise Invalid({"table": _("A table has at most %(n)s lines.") % {"n": MOST}})
    heads = _heads(table[0] if table else [])
    found: list[tuple[int, dict[str, Any]]] = []
    wrong: dict[str, str] = {}
    for number, cells in enumerate(table[1:], start=2):
        said = {
            field: text for field, cell in zip(heads, cells, strict=False) if field and (text := _typed(cell))
        }
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


def _typed(text: str) -> str:
    """A cell without the apostrophe that says that it is no formula."""
    return text.strip().removeprefix("'").strip()


def _heads(cells: list[str]) -> list[str]:
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
