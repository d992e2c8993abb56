"""The delivered templates, set from their words: page, type sizes and indents after GB/T 9704-2012.

Each line of a file in `layouts/` is a paragraph; what it begins with says which:

    # title    ## heading    @ number    < flush left    > at the right    . small print
    ~ an empty line    === a new page    |w widths    |= head of a table    | a row    {%p a tag alone

The words are kept as text so that a change of one shows as a change of words.
"""

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from docx import Document as new_docx
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Length, Mm, Pt

from hotline.enums import DocumentKind

LAYOUTS = Path(__file__).parent / "layouts"
SONG, HEI, FANG, TITLE = "宋体", "黑体", "仿宋_GB2312", "方正小标宋简体"
BODY, SMALL, LARGE, IN_TABLE = Pt(16), Pt(12), Pt(22), Pt(12)
BLANK = "\u3000"
LINE = Pt(28.95)
TEXT_WIDTH = Mm(156)
LEFT, CENTER, RIGHT = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
MARKS: dict[str, tuple[str, Length, Any, bool]] = {
    "# ": (TITLE, LARGE, CENTER, False),
    "## ": (HEI, BODY, LEFT, True),
    "@ ": (FANG, BODY, CENTER, False),
    "< ": (FANG, BODY, LEFT, False),
    "> ": (FANG, BODY, RIGHT, False),
    ". ": (FANG, SMALL, LEFT, False),
    "{%p": (FANG, BODY, LEFT, False),
    "": (FANG, BODY, WD_ALIGN_PARAGRAPH.JUSTIFY, True),
}
"""Type face, size, alignment and whether the first line is indented, by what a line begins with."""


@cache
def delivered(kind: DocumentKind) -> bytes:
    """The template of `kind` that comes with the program."""
    return build((LAYOUTS / f"{kind}.txt").read_text(encoding="utf-8"), str(kind))


def build(words: str, title: str) -> bytes:
    """A DOCX template with `words`, set as above."""
    paper: Any = new_docx()
    _page(paper)
    table: list[str] = []
    for line in [*words.splitlines(), ""]:
        if line.startswith("|"):
            table.append(line)
            continue
        if table:
            _table(paper, table)
            table = []
        if line:
            _line(paper, line)
    paper.core_properties.title = title
    paper.core_properties.author = ""
    content = BytesIO()
    paper.save(content)
    return content.getvalue()


def _page(paper: Any) -> None:
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    style = paper.styles["Normal"]
    _face(style, FANG, BODY)
    style.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    style.paragraph_format.line_spacing = LINE
    style.paragraph_format.space_after = Pt(0)
    foot = section.footer.paragraphs[0]
    foot.alignment = CENTER
    for text in ("— ", "PAGE", " —"):
        run = foot.add_run("" if text == "PAGE" else text)
        _face(run, SONG, Pt(14))
        if text == "PAGE":
            _page_number(run)


def _page_number(run: Any) -> None:
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        element.text = text or None
        run._r.append(element)


def _face(place: Any, name: str, size: Length) -> None:
    place.font.name, place.font.size = name, size
    fonts = place.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("w:eastAsia", "w:ascii", "w:hAnsi"):
        fonts.set(qn(script), name)


def _line(paper: Any, line: str) -> None:
    paragraph = paper.add_paragraph()
    if line == "===":
        paragraph.add_run().add_break(WD_BREAK.PAGE)
        return
    mark = next(mark for mark in MARKS if line.startswith(mark))
    face, size, alignment, indented = MARKS[mark]
    text = "" if line == "~" else line if mark == "{%p" else line.removeprefix(mark)
    paragraph.alignment = alignment
    if mark == "# ":
        paragraph.paragraph_format.line_spacing = Pt(36)
        paragraph.paragraph_format.space_after = LINE
    if indented:
        paragraph.paragraph_format.first_line_indent = size * 2
    if mark == "## ":
        paragraph.paragraph_format.keep_with_next = True
    if mark == "> ":
        # Room for a signature is written as blanks at the end, which no program would print.
        paragraph.paragraph_format.right_indent = size * (2 + len(text) - len(text.rstrip(BLANK)))
        text = text.rstrip(BLANK)
    _face(paragraph.add_run(text), face, size)


def _table(paper: Any, lines: list[str]) -> None:
    rows = [line for line in lines if not line.startswith("|w")]
    cells = [
        [cell.strip() for cell in line.removeprefix("|").removeprefix("=").split(" | ")] for line in rows
    ]
    shares = [float(share) for line in lines if line.startswith("|w") for share in line[2:].split()]
    table = paper.add_table(rows=len(rows), cols=len(shares), style="Table Grid")
    table.autofit = False
    widths = [Emu(int(TEXT_WIDTH * share / sum(shares))) for share in shares]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for row, line, texts in zip(table.rows, rows, cells, strict=True):
        head = line.startswith("|=")
        for at, (cell, width) in enumerate(zip(row.cells, widths, strict=True)):
            cell.width = width
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.line_spacing = Pt(20)
            face = HEI if head or (len(shares) in (2, 4) and at % 2 == 0 and not _listed(lines)) else FANG
            _face(paragraph.add_run(texts[at] if at < len(texts) else ""), face, IN_TABLE)
        if head:
            row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _listed(lines: list[str]) -> bool:
    return any(line.startswith("|=") for line in lines)
