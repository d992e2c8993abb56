"""Keeping the papers made from a case, their numbers and their PDFs, and the templates they are made from."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hotline import bell, events
from hotline.actions import cases
from hotline.bell import Ring
from hotline.enums import DocumentKind
from hotline.errors import Conflict
from hotline.models import Case, Document, DocumentTemplate, Measure, Staff

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LEASE = timedelta(minutes=5)
TRIES = 3
FORGOTTEN = timedelta(hours=1)
"""After which a file without a row is taken away: what made it was killed before it was kept."""


@dataclass(frozen=True)
class Place:
    """Where a paper stands among those of its case: the thing it is about, its number and version."""

    case: Case
    kind: DocumentKind
    about: str
    number: str
    version: int


def place(case: Case, kind: DocumentKind, about: str, series: str) -> Place:
    """The place of a paper that is about to be made; call it with the case locked.

    A first version takes the next number of its series and year, as 青工援〔2026〕12号; a later one keeps
    it. The number is given back when the transaction fails, so that none is skipped.
    """
    before = Document.objects.filter(case=case, kind=kind, about=about).order_by("-version").first()
    if before is not None:
        return Place(case, kind, about, before.number, before.version + 1)
    year = timezone.localdate().year
    number = f"{series}〔{year}〕{cases.next_number(f'paper.{kind}.{year}')}号"
    return Place(case, kind, about, number, 1)


def keep(
    where: Place,
    actor: Staff,
    content: bytes,
    text: str,
    *,
    asked: Mapping[str, str],
    measure: Measure | None = None,
    template: DocumentTemplate | None = None,
) -> Document:
    """Keep a paper at its place; the version before it is superseded. Call it with the case locked."""
    now, digest = timezone.now(), sha256(content).hexdigest()
    earlier = Document.objects.filter(case=where.case, kind=where.kind, about=where.about, superseded_at=None)
    earlier.update(superseded_at=now)
    row = Document(
        case=where.case,
        measure=measure,
        kind=where.kind,
        about=where.about,
        number=where.number,
        version=where.version,
        template=template,
        asked=dict(asked),
        text=text,
        size=len(content),
        sha256=digest,
        made_by=actor,
        made_at=now,
        pdf_due_at=now,
    )
    row.file.save(f"{digest}.docx", ContentFile(content), save=False)
    try:
        with transaction.atomic():
            row.save()
    except BaseException:
        default_storage.delete(row.file.name or "")
        raise
    about: dict[str, Any] = {"measure": measure.pk} if measure else {}
    events.record(
        where.case,
        "document.made",
        actor=actor,
        document=row.pk,
        document_kind=where.kind,
        number=where.number,
        version=where.version,
        sha256=digest,
        **about,
    )
    return row


# --- PDF ----------------------------------------------------------------------------------------
def claim_pdf(now: datetime) -> Document | None:
    """Claim the paper that waits longest for its PDF; a killed one's claim runs out."""
    row = Document.objects.filter(pdf_due_at__lte=now).order_by("pdf_due_at", "pk").defer("text").first()
    if row is None:
        return None
    mine = Document.objects.filter(pk=row.pk, pdf_due_at=row.pdf_due_at)
    if not mine.update(pdf_due_at=now + LEASE, pdf_tries=row.pdf_tries + 1):
        return None
    row.refresh_from_db(fields=["pdf_due_at", "pdf_tries"])
    return row


def pdf_made(row: Document, content: bytes) -> None:
    """Keep the PDF of a paper, once."""
    with transaction.atomic():
        now = Document.objects.select_for_update(no_key=True).select_related("case").get(pk=row.pk)
        if now.pdf:
            return
        now.pdf.save(f"{sha256(content).hexdigest()}.pdf", ContentFile(content), save=False)
        now.pdf_due_at, now.pdf_problem = None, ""
        now.save(update_fields=["pdf", "pdf_due_at", "pdf_problem"])
        _ring(now)


def pdf_failed(row: Document, problem: str, now: datetime) -> None:
    """Note why no PDF came out; after three tries it stays so."""
    with transaction.atomic():
        over = row.pdf_tries >= TRIES
        due = None if over else now + timedelta(minutes=row.pdf_tries)
        Document.objects.filter(pk=row.pk, pdf="").update(pdf_problem=problem[:60], pdf_due_at=due)
        if over:
            _ring(row)


def _ring(row: Document) -> None:
    bell.ring([Ring(f"case:{row.case_id}", "document.pdf")])


def sweep(now: datetime) -> int:
    """Take away files of papers and templates that no row names: their making was killed."""
    gone = 0
    for path in _old_files(now):
        name = str(path.relative_to(default_storage.path("")))
        kept = Document.objects.filter(file=name) | Document.objects.filter(pdf=name)
        if not kept.exists() and not DocumentTemplate.objects.filter(file=name).exists():
            with suppress(FileNotFoundError):
                path.unlink()
                gone += 1
    return gone


def _old_files(now: datetime) -> list[Path]:
    """Files of this and the last month that are older than an hour."""
    months = {now.strftime("%Y/%m"), (now.replace(day=1) - timedelta(days=1)).strftime("%Y/%m")}
    folders = [
        Path(default_storage.path(name)) for name in (*(f"documents/{m}" for m in months), "templates")
    ]
    before = (now - FORGOTTEN).timestamp()
    return [
        p for folder in folders if folder.is_dir() for p in folder.iterdir() if p.stat().st_mtime < before
    ]


# --- Templates ----------------------------------------------------------------------------------
@transaction.atomic
def keep_template(actor: Staff, kind: DocumentKind, content: bytes) -> DocumentTemplate:
    """Keep a checked template of `kind` as its next version, not yet in use."""
    digest = sha256(content).hexdigest()
    row = DocumentTemplate(
        kind=kind,
        version=cases.next_number(f"template.{kind}"),
        sha256=digest,
        made_by=actor,
        made_at=timezone.now(),
    )
    row.file.save(f"{digest}.docx", ContentFile(content), save=False)
    row.save()
    events.looked(actor, "template.brought", detail=f"{kind} {row.version}")
    return row


@transaction.atomic
def use_template(actor: Staff, kind: DocumentKind, version: int) -> None:
    """Make papers of `kind` from `version` from now on; 0 is the one delivered with the program.

    Raises Conflict for a version that is not there.
    """
    rows = DocumentTemplate.objects.filter(kind=kind)
    list(rows.select_for_update(of=("self",), no_key=True).order_by("pk"))
    rows.filter(in_use=True).update(in_use=False)
    taken = rows.filter(version=version).update(in_use=True, used_by=actor, used_at=timezone.now())
    if version and not taken:
        raise Conflict(_("There is no such version of this template."))
    events.looked(actor, "template.used", detail=f"{kind} {version}")
