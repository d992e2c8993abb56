"""The package for the arbitration commission: all papers of a referral in one ZIP, made of rows each time.

The papers are made in one transaction (`make`). The archive is packed when somebody takes it (`pack`), into a
file without a name: a kill leaves nothing behind. Its list names every file with its SHA-256.
"""

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.db import transaction
from django.db.models.fields.files import FieldFile
from django.utils import timezone
from django.utils.translation import gettext as _

from hotline import access
from hotline.enums import DocumentKind, Stage
from hotline.errors import Conflict, Invalid
from hotline.models import Case, Document, Staff
from workflows.documents import layout, making
from workflows.documents.blanks import Missing
from workflows.documents.chinese import day
from workflows.documents.facts import Request, first_words

PARTS = (
    DocumentKind.ARBITRATION_APPLICATION,
    DocumentKind.EVIDENCE_LIST,
    DocumentKind.POWER_OF_ATTORNEY,
    DocumentKind.CLAIMS_CALCULATION,
)
IDENTITY, EVIDENCE = "05 身份材料", "06 证据材料"
LIST = "00 递交材料目录.docx"
IN_MEMORY = 8 * 1024 * 1024
"""Bytes of an archive that is not yet written to disk."""
PIECE = 256 * 1024
LONGEST = 80
"""Characters of a file's name in the archive."""
_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|\u202a-\u202e\u2066-\u2069]+')


@dataclass(frozen=True)
class Part:
    """A paper of the package, as it stands."""

    kind: DocumentKind
    paper: Document | None
    missing: tuple[Missing, ...]
    """What it prints and nobody has written."""
    current: bool
    """Whether the paper says what the case says now."""


@dataclass
class Packed:
    """A file in the archive, for its list."""

    name: str
    copies: str
    size: int
    sha256: str = field(repr=False)


def is_for(case: Case) -> bool:
    """Whether `case` has such a package: it stands at the referral."""
    return case.stage == Stage.ARBITRATION and case.referrals.exists()


def parts(case: Case, actor: Staff) -> list[Part]:
    """The papers of the package: which are made, which are out of date, what the others lack."""
    return [_part(case, kind, actor) for kind in PARTS]


def _part(case: Case, kind: DocumentKind, actor: Staff) -> Part:
    paper = _newest(case, kind)
    request = _request(case, kind, actor, paper)
    printed = making.print_into(making.template_of(kind)[0], request, paper.number if paper else "")
    current = paper is not None and printed.words == paper.text
    return Part(kind, paper, printed.missing, current)


def _newest(case: Case, kind: DocumentKind) -> Document | None:
    where = making.about(case, kind, None)
    return case.documents.filter(kind=kind, about=where, superseded_at=None).last()


def _request(case: Case, kind: DocumentKind, actor: Staff, paper: Document | None) -> Request:
    """The paper as it would be made now: what the last version was asked, else what the case says."""
    first = Request(case, kind, actor)
    said: dict[str, str] = paper.asked if paper else {}
    return Request(case, kind, actor, asked={**first_words(first), **{k: v for k, v in said.items() if v}})


@transaction.atomic
def make(case_pk: int, actor: Staff) -> list[Document]:
    """Make every paper of the package that is not there or says something else than the case now.

    Raises Invalid naming all that is missing in any of them, and Conflict where there is no referral.
    """
    case = Case.objects.locked(case_pk)
    access.check(actor, "document", case)
    _refuse_untimely(case)
    waiting = [one for one in parts(case, actor) if not one.current]
    if missing := [one.kind for one in waiting if one.missing]:
        words = _("%(paper)s is not complete.")
        raise Invalid({str(kind): words % {"paper": kind.label} for kind in missing})
    asked = [(one.kind, _request(case, one.kind, actor, one.paper).asked) for one in waiting]
    return [making.make(case.pk, actor, kind, said) for kind, said in asked]


def _refuse_untimely(case: Case) -> None:
    if not is_for(case):
        raise Conflict(_("The package is made at the arbitration referral."))


def pack(case: Case) -> IO[bytes]:
    """The archive, at its beginning; a file without a name that is gone once it is closed.

    Raises Conflict where a paper is not made yet, or a file is not what was stored.
    """
    _refuse_untimely(case)
    papers = [_newest(case, kind) for kind in PARTS]
    if not all(papers):
        raise Conflict(_("Make the papers of the package first."))
    content: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 (the caller closes it)
    try:
        with ZipFile(content, "w", ZIP_DEFLATED) as archive:
            packed = [_put(archive, *one) for one in _files(case, [one for one in papers if one])]
            archive.writestr(_entry(LIST, timezone.now()), _list(case, packed))
    except BaseException:
        content.close()
        raise
    content.seek(0)
    return content


Source = tuple[str, str, FieldFile, str, datetime]
"""A name in the archive, its copies, the file, the SHA-256 it was stored with, and since when it is there."""


def _files(case: Case, papers: list[Document]) -> Iterator[Source]:
    for at, paper in enumerate(papers, 1):
        stem = f"{at:02d} {safe(f'{paper.get_kind_display()} {paper.number}')}"
        for suffix, copies in _copies(case, paper):
            yield f"{stem}{suffix}.docx", copies, paper.file, paper.sha256, paper.made_at
        if paper.pdf:
            yield f"{stem}.pdf", "", paper.pdf, "", paper.made_at
    attached = case.attachments.exclude(file="")
    for at, row in enumerate(attached.filter(identity=True), 1):
        yield f"{IDENTITY}/{at} {safe(row.name)}", "1", row.file, row.sha256, row.added_at
    for at, piece in enumerate(case.evidence.select_related("attachment"), 1):
        there = piece.attachment
        if there is not None and there.file:
            name, copies = f"{EVIDENCE}/证据{at} {safe(there.name)}", str(piece.copies or 1)
            yield name, copies, there.file, there.sha256, there.added_at


def _copies(case: Case, paper: Document) -> list[tuple[str, str]]:
    """Art. 28: the application with a copy for each respondent."""
    if paper.kind != DocumentKind.ARBITRATION_APPLICATION:
        return [("", "1")]
    names = dict.fromkeys(part.employer.name for part in case.employers.select_related("employer"))
    return [(" 正本", "1"), *((f" 副本{at} {safe(name)[:30]}", "1") for at, name in enumerate(names, 1))]


def _put(archive: ZipFile, name: str, copies: str, file: FieldFile, kept: str, at: datetime) -> Packed:
    digest, size = sha256(), 0
    with file.open("rb") as source, archive.open(_entry(name, at), "w") as target:
        while piece := source.read(PIECE):
            digest.update(piece)
            size += len(piece)
            target.write(piece)
    if kept and digest.hexdigest() != kept:
        raise Conflict(_("%(name)s is not the file that was stored: tell an administrator.") % {"name": name})
    return Packed(name, copies, size, digest.hexdigest())


def _entry(name: str, at: datetime) -> ZipInfo:
    entry = ZipInfo(name, timezone.localtime(at).timetuple()[:6])
    entry.compress_type = ZIP_DEFLATED
    return entry


def safe(name: str) -> str:
    """`name` as a file can have it on any system: no path, no device, nothing unseen, not too long."""
    plain = _UNSAFE.sub("_", name).strip(". ")
    stem, dot, extension = plain.rpartition(".")
    if dot and len(extension) <= 5:
        return f"{stem[: LONGEST - len(extension) - 1]}.{extension}"
    return plain[:LONGEST] or "_"


def _list(case: Case, packed: list[Packed]) -> bytes:
    """The list of what is handed in, with the hash of each file."""
    referral = case.referrals.latest("pk")
    rows = [_row(at, one) for at, one in enumerate(packed, 1)]
    head = ["# 递交材料目录", f"< 收件机构：{referral.commission}"]
    head += [f"< 申请人：{case.person.name}　　案件编号：{case.number}"]
    table = ["|w 1 6 1 7", "|= 序号 | 文件 | 份数 | SHA-256 校验值", *rows]
    foot = ["~", *(f"> {who}（签名）：{layout.BLANK * 8}" for who in ("提交人", "签收人"))]
    foot += [f"> {day(timezone.localdate())}"]
    return layout.build("\n".join([*head, *table, *foot]), "递交材料目录")


def _row(at: int, one: Packed) -> str:
    cells: list[Any] = [at, one.name, one.copies or "—", one.sha256]
    return "| " + " | ".join(str(cell).replace(" | ", " ") for cell in cells)
