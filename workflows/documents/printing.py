"""From a template and the facts of a case to a DOCX: what is printed, what is missing, and its words."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Any

from docx import Document as open_docx
from docx.table import Table
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from workflows.documents.blanks import Blanks, Missing

ENVIRONMENT = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
"""Templates may come from an administrator's computer: they see texts and reach nothing else."""
REMEMBERED = 256
"""Texts of templates whose compiled form is kept; a template has some eight, with its properties."""
ENVIRONMENT.from_string = lru_cache(REMEMBERED)(ENVIRONMENT.from_string)  # type: ignore[assignment, method-assign]
ALIGNED = {1: "center", 2: "right"}


class Template(DocxTemplate):
    """A template whose facts are printed as they were typed, even where they look like one."""

    def render_xml_part(self, src_xml: str, part: Any, context: Any, jinja_env: Any = None) -> str:
        """As docxtpl does it, without turning `{_{` in the facts into `{{`."""
        printed: str = self.resolve_listing(jinja_env.from_string(src_xml).render(context))
        return printed


@dataclass(frozen=True)
class Printed:
    """A paper as it would be kept."""

    content: bytes
    missing: tuple[Missing, ...]
    opened: Any
    """The paper as python-docx holds it: to read it from its bytes again takes as long as to print it."""

    @property
    def words(self) -> str:
        """All that the paper says, a line for each paragraph."""
        return _words(self.opened)


@dataclass(frozen=True)
class Block:
    """A paragraph of a paper, or a table, for showing it in the browser."""

    text: str = ""
    align: str = ""
    size: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


def fill(template: bytes, tree: Mapping[str, Any]) -> Printed:
    """Print `tree` into `template`. Raises jinja2.TemplateError for one that was never checked."""
    blanks = Blanks()
    paper = Template(BytesIO(template))
    paper.render(blanks.facts(tree), ENVIRONMENT)
    content = BytesIO()
    paper.save(content)
    return Printed(content.getvalue(), tuple(blanks.found), paper.docx)


def sources(content: bytes) -> Iterator[str]:
    """The text of each part in which docxtpl looks for tags, as it gives it to Jinja."""
    template = Template(BytesIO(content))
    template.init_docx()
    parts = [template.get_xml()]
    for uri in (template.HEADER_URI, template.FOOTER_URI):
        parts += [template.get_part_xml(part) for _key, part in template.get_headers_footers(uri)]
    for part in template.docx.part.package.parts:
        if part.content_type.endswith("footnotes+xml"):
            parts.append(part.blob.decode("utf-8", "replace"))
    properties = template.docx.core_properties
    yield "\n".join(
        str(getattr(properties, n))
        for n in ("author", "comments", "identifier", "language", "subject", "title")
    )
    for xml in parts:
        yield re.sub(r"<w:p([ >])", r"\n<w:p\1", template.patch_xml(xml))


@lru_cache(REMEMBERED)
def names(template: bytes) -> frozenset[str]:
    """The facts that a template names, as `worker` and `claims`: no others need to be read for it."""
    found = (meta.find_undeclared_variables(ENVIRONMENT.parse(source)) for source in sources(template))
    return frozenset().union(*found)


def blocks(content: bytes) -> list[Block]:
    """The paper's paragraphs and tables in their order."""
    return list(_blocks(open_docx(BytesIO(content))))


def _blocks(paper: Any) -> Iterator[Block]:
    for one in paper.iter_inner_content():
        if isinstance(one, Table):
            yield Block(rows=tuple(tuple(cell.text for cell in row.cells) for row in one.rows))
        else:
            yield Block(one.text, ALIGNED.get(one.alignment, ""), _size(one))


def _size(paragraph: Any) -> str:
    size = next((run.font.size.pt for run in paragraph.runs if run.font.size), 16)
    if size > 18 or size < 14:
        return "title" if size > 18 else "small"
    if any(run.font.name == "黑体" for run in paragraph.runs):
        return "head"
    return "" if paragraph.paragraph_format.first_line_indent else "flush"


def words(content: bytes) -> str:
    """All that a kept paper says, a line for each paragraph."""
    return _words(open_docx(BytesIO(content)))


def _words(paper: Any) -> str:
    lines = (one.text or "\n".join("\t".join(row) for row in one.rows) for one in _blocks(paper))
    return "\n".join(line for line in lines if line.strip())
