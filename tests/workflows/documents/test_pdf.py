"""Papers as PDF: by the real LibreOffice where it is, and what happens when nothing comes out."""

import shutil
import time
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pypdf import PdfReader

from hotline.actions import documents
from hotline.enums import DocumentKind
from hotline.models import Case, Document, Staff
from tests.workflows.documents.conftest import asked
from workflows.documents import making, pdf

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper(reviewed: Case, lawyer: Staff) -> Document:
    kind = DocumentKind.POWER_OF_ATTORNEY
    return making.make(reviewed.pk, lawyer, kind, asked(kind))


def instead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """A program of this name that does something else."""
    program = tmp_path / "soffice"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")


def ends_soon(pid: str) -> bool:
    """Whether a process is gone, or dead and not yet fetched; a signal takes a moment to arrive."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        try:
            if Path("/proc", pid, "stat").read_text(encoding="utf-8").split()[2] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.01)
    return False


def test_without_libreoffice_a_paper_waits(
    paper: Document, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert pdf.print_due(timezone.now()) == 0
    paper.refresh_from_db()
    assert paper.pdf_due_at is not None and paper.pdf_tries == 0


def test_what_fails_is_tried_three_times(
    paper: Document, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    instead(tmp_path, monkeypatch, "exit 1")
    now = timezone.now()
    for _ in range(5):
        pdf.print_due(now)
        now += timedelta(hours=1)
    paper.refresh_from_db()
    assert (paper.pdf_tries, paper.pdf_problem, paper.pdf_due_at) == (3, "refused", None)


def test_what_hangs_is_ended_with_all_that_it_started(
    paper: Document, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    instead(tmp_path, monkeypatch, f"sleep 60 & echo $! > {tmp_path}/child; wait")
    with pytest.raises(pdf.NotConverted, match="time"):
        pdf.convert(b"PK", str(tmp_path / "soffice"), seconds=0.5)
    assert ends_soon((tmp_path / "child").read_text(encoding="utf-8").strip())


def test_a_killed_claim_runs_out(paper: Document) -> None:
    now = timezone.now()
    assert documents.claim_pdf(now) == paper and documents.claim_pdf(now) is None
    assert documents.claim_pdf(now + documents.LEASE) == paper


@pytest.mark.services
def test_libreoffice_prints_a_paper(paper: Document, time_machine: Any) -> None:
    if shutil.which("soffice") is None:
        pytest.fail("LibreOffice is not installed: apt-get install libreoffice-writer-nogui")
    assert pdf.print_due(timezone.now()) == 1 and pdf.print_due(timezone.now()) == 0
    paper.refresh_from_db()
    with paper.pdf.open("rb") as file:
        text = "".join(page.extract_text() for page in PdfReader(BytesIO(file.read())).pages)
    said = "".join(text.split())
    assert "授权委托书" in said and "张建军" in said and "".join(paper.number.split()) in said
