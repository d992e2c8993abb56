"""What is wrong with a template that an administrator brought; each fault with its place."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from io import BytesIO
from zipfile import BadZipFile, ZipFile

from docx import Document as open_docx
from docx.opc.exceptions import PackageNotFoundError
from jinja2 import TemplateError, TemplateSyntaxError, nodes

from hotline import archives
from hotline.enums import DocumentKind
from workflows.documents import printing
from workflows.documents.fields import FIELDS, LISTS, sample
from workflows.documents.kinds import KINDS

LARGEST = 2 * 1024 * 1024
"""Bytes of a template."""
LARGEST_OPENED = 20 * 1024 * 1024
"""Bytes of all that is packed into it."""
DEEPEST = 3
"""Loops within loops."""
_TAGS = re.compile(r"{[{%#].*?[}%#]}")
_FETCHES = re.compile(rb"INCLUDE(?:PICTURE|TEXT)|\bDDE|\bLINK\b", re.I)
_FORBIDDEN = re.compile(r"vba|activex|embeddings|oleobject|afchunk", re.I)
_INSTRUCTION = re.compile(rb"""<\w+:instrText[^>]*>([^<]*)<|\binstr=["']([^"']*)""")
_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.For, nodes.If,
    nodes.Not, nodes.And, nodes.Or, nodes.Compare, nodes.Operand, nodes.Const,
)  # fmt: skip
"""Printing a fact, going through a list, asking whether something is there: nothing else."""


class Fault(Enum):
    """What can be wrong with a template."""

    LARGE = "it is too large, or grows too large when it is opened"
    NOT_DOCX = "it does not open as a DOCX file"
    REACHES_OUT = "it loads something from elsewhere, or holds a program or an embedded file"
    SYNTAX = "this place does not parse"
    NOT_TAKEN = "templates only print facts, go through lists and ask whether something is there"
    UNKNOWN = "there is no such fact"
    LIST = "this is a list: go through it with for"
    DEEP = "loops stand too deep in each other"
    ABSENT = "this fact has to be in it"
    NOT_PRINTED = "it cannot be printed"


@dataclass(frozen=True)
class Found:
    """One fault: the fact or tag, and the words of the paragraph in which it stands."""

    fault: Fault
    what: str = ""
    place: str = ""


def faults(kind: DocumentKind, content: bytes) -> list[Found]:
    """Everything that keeps `content` from being a template of `kind`; empty when it can be used."""
    sealed = _package_faults(content)
    if sealed:
        return sealed
    found, used = _facts_faults(kind, content)
    if used & {"respondent_names", "respondent.name"}:
        used.add("respondents")
    if not found:
        found = [Found(Fault.ABSENT, name) for name in KINDS[kind].must if name not in used]
    return found or _printing_faults(kind, content)


def _package_faults(content: bytes) -> list[Found]:
    if len(content) > LARGEST:
        return [Found(Fault.LARGE)]
    fault = archives.fault_of(BytesIO(content))
    if fault is not None:
        return [Found(Fault.NOT_DOCX if fault == archives.Fault.BROKEN else Fault.LARGE)]
    try:
        with ZipFile(BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST_OPENED:
                return [Found(Fault.LARGE)]
            for name in archive.namelist():
                if _reaches_out(archive, name):
                    return [Found(Fault.REACHES_OUT, name)]
        open_docx(BytesIO(content)).element.body  # noqa: B018 - whether it has one
    except (
        BadZipFile,
        PackageNotFoundError,
        KeyError,
        ValueError,
        SyntaxError,
        AttributeError,
        NotImplementedError,
        RuntimeError,
    ):
        return [Found(Fault.NOT_DOCX)]
    return []


def _reaches_out(archive: ZipFile, name: str) -> bool:
    """Whether opening the paper would fetch or start something because of this part."""
    if _FORBIDDEN.search(name):
        return True
    if name.endswith(".rels"):
        return b"External" in archive.read(name)
    if name.endswith(".xml"):
        # One instruction may be cut into several pieces.
        instructions = b"".join(b"".join(piece) for piece in _INSTRUCTION.findall(archive.read(name)))
        return bool(_FETCHES.search(instructions))
    return False


@dataclass
class _Walk:
    """Goes through a template's tags with what each name means there."""

    kind: DocumentKind
    found: list[Found] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    @property
    def known(self) -> set[str]:
        """All facts of this kind of paper."""
        return {*FIELDS, *(f"asked.{ask.name}" for ask in KINDS[self.kind].asks)}

    def walk(self, node: nodes.Node, meaning: Mapping[str, str], depth: int = 0) -> None:
        """Look at `node`; `meaning` has the list that each loop's own name goes through."""
        if not isinstance(node, _ALLOWED):
            self.found.append(Found(Fault.NOT_TAKEN, type(node).__name__.lower()))
            return
        if isinstance(node, nodes.For):
            self._loop(node, meaning, depth)
        elif isinstance(node, nodes.Name | nodes.Getattr):
            path = _path(node)
            if path:
                self._fact(path, meaning)
            else:
                self.found.append(Found(Fault.NOT_TAKEN, "."))
        else:
            for child in node.iter_child_nodes():
                self.walk(child, meaning, depth)

    def _loop(self, node: nodes.For, meaning: Mapping[str, str], depth: int) -> None:
        through = _path(node.iter)
        if through not in LISTS or not isinstance(node.target, nodes.Name) or node.recursive or node.test:
            self.found.append(Found(Fault.UNKNOWN, through or "for"))
            return
        if depth >= DEEPEST:
            self.found.append(Found(Fault.DEEP, through))
            return
        self.used.add(through)
        for child in (*node.body, *node.else_):
            self.walk(child, {**meaning, node.target.name: through}, depth + 1)

    def _fact(self, path: str, meaning: Mapping[str, str]) -> None:
        first, dot, rest = path.partition(".")
        name = f"{meaning[first]}{dot}{rest}" if first in meaning else path
        if first not in meaning and first in LISTS:
            if rest:
                self.found.append(Found(Fault.LIST, path))
            self.used.add(first)
        elif name not in self.known:
            self.found.append(Found(Fault.UNKNOWN, path))
        else:
            self.used.add(name)


def _path(node: nodes.Node) -> str:
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr) and (before := _path(node.node)):
        return f"{before}.{node.attr}"
    return ""


def _facts_faults(kind: DocumentKind, content: bytes) -> tuple[list[Found], set[str]]:
    walk = _Walk(kind)
    for source in printing.sources(content):
        try:
            tree = printing.ENVIRONMENT.parse(source)
        except TemplateSyntaxError as error:
            walk.found.append(Found(Fault.SYNTAX, (error.message or "")[:200], _near(source, error.lineno)))
        else:
            walk.walk(tree, {})
    paragraphs = _paragraphs(content)
    placed = [Found(one.fault, one.what, one.place or _place(one.what, paragraphs)) for one in walk.found]
    return list(dict.fromkeys(placed)), walk.used


def _near(source: str, line: int) -> str:
    lines = source.splitlines()
    return re.sub("<[^>]+>", "", lines[min(line, len(lines)) - 1])[:80] if lines else ""


def _paragraphs(content: bytes) -> list[str]:
    paper = open_docx(BytesIO(content))
    found = [one.text for one in printing.blocks(content) if one.text]
    found += [cell for one in printing.blocks(content) for row in one.rows for cell in row]
    for section in paper.sections:
        found += [p.text for part in (section.header, section.footer) for p in part.paragraphs]
    return found


def _place(what: str, paragraphs: list[str]) -> str:
    """The first paragraph with a tag that holds `what`."""
    if not what:
        return ""
    return next((p[:80] for p in paragraphs if any(what in tag for tag in _TAGS.findall(p))), "")


def _printing_faults(kind: DocumentKind, content: bytes) -> list[Found]:
    try:
        printing.blocks(printing.fill(content, sample(kind)).content)
    except (TemplateError, SyntaxError, ValueError, KeyError) as error:
        return [Found(Fault.NOT_PRINTED, str(error)[:200])]
    return []
