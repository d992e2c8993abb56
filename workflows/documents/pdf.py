"""Papers as PDF, where LibreOffice is installed: one at a time, in a folder of its own, in bounded time."""

import fcntl
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings

from hotline.actions import documents

SECONDS = 60
"""After which a conversion counts as hanging and is ended."""
SWEEP_MINUTE = 17
"""The minute of the hour in which files without a row are taken away."""


class NotConverted(Exception):
    """No PDF came out; `args[0]` says why, in one word."""


def converter() -> str | None:
    """LibreOffice on this machine, or None."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def print_due(now: datetime) -> int:
    """Make the PDF of the paper that waits longest; without LibreOffice it goes on waiting."""
    program = converter()
    if program is None:
        return 0
    with _alone() as alone:
        row = documents.claim_pdf(now) if alone else None
        if row is None:
            return 0
        try:
            with row.file.open("rb") as file:
                content = convert(file.read(), program)
        except (NotConverted, OSError) as error:
            documents.pdf_failed(row, str(error) if isinstance(error, NotConverted) else "file", now)
        else:
            documents.pdf_made(row, content)
    return 1


def sweep_due(now: datetime) -> int:
    """Take away, once an hour, the files whose making was killed."""
    return documents.sweep(now) if now.minute == SWEEP_MINUTE else 0


def convert(content: bytes, program: str, seconds: float = SECONDS) -> bytes:
    """A DOCX as PDF. Raises NotConverted when nothing comes out in `seconds`.

    LibreOffice gets a profile and a home of its own, so that it waits for no other and keeps nothing; it
    and whatever it started are ended when the time is over.
    """
    with TemporaryDirectory(prefix="paper-") as folder:
        source = Path(folder, "paper.docx")
        source.write_bytes(content)
        command = [
            program,
            "--headless",
            "--norestore",
            f"-env:UserInstallation={Path(folder, 'profile').as_uri()}",
            "--convert-to",
            "pdf",
            "--outdir",
            folder,
            str(source),
        ]
        started = subprocess.Popen(  # noqa: S603 - the machine's own LibreOffice
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={"PATH": os.environ.get("PATH", os.defpath), "HOME": folder, "LANG": "C.UTF-8"},
        )
        try:
            started.wait(seconds)
        except subprocess.TimeoutExpired:
            raise NotConverted("time") from None
        finally:
            _end(started)
        made = source.with_suffix(".pdf")
        if started.returncode or not made.exists():
            raise NotConverted("refused")
        return made.read_bytes()


def _end(started: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError):  # it has ended by itself, with all that it started
        os.killpg(started.pid, signal.SIGKILL)
    started.wait()


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether no other process of this machine converts at this moment."""
    settings.HOTLINE_DATA_DIR.mkdir(parents=True, exist_ok=True)
    with Path(settings.HOTLINE_DATA_DIR, "pdf.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
