"""The texts of files, so that they are found: announced with the file, read once by the worker, kept."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from hotline import events
from hotline.enums import ReadingProblem
from hotline.models import Attachment, AttachmentText

READABLE = {
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "text/plain; charset=utf-8": "txt",
}
"""Kinds of files that have a text, by content type."""
LEASE = timedelta(minutes=2)
"""After this long a file that was claimed and not read is due again: its reader was killed."""
TRIES = 3


def announce(attachment: Attachment) -> None:
    """Have the text of a stored file read, inside the transaction that stores it."""
    if attachment.content_type in READABLE and not attachment.sensitive:
        AttachmentText.objects.get_or_create(attachment=attachment, defaults={"due_at": timezone.now()})


def forget(attachment: Attachment) -> None:
    """Keep no text of a file any more: it has become sensitive."""
    AttachmentText.objects.filter(attachment=attachment).update(text="", problem="", due_at=None)


def due(now: datetime, limit: int = 10) -> list[int]:
    """The files that are to be read now."""
    rows = AttachmentText.objects.filter(due_at__lte=now).order_by("due_at")
    return list(rows.values_list("pk", flat=True)[:limit])


def claim(pk: int, now: datetime) -> Attachment | None:
    """Claim a file for reading; None when another process has it or it has no text to be kept any more.

    A killed one's claim runs out; a file at which the reader was killed again and again is given up.
    """
    row = AttachmentText.objects.select_related("attachment").get(pk=pk)
    mine = AttachmentText.objects.filter(pk=pk, due_at=row.due_at, due_at__lte=now)
    if row.attachment.sensitive or row.tries >= TRIES:
        problem = "" if row.attachment.sensitive else ReadingProblem.TOO_LARGE
        mine.update(due_at=None, problem=problem, text="")
        return None
    return row.attachment if mine.update(due_at=now + LEASE, tries=row.tries + 1) else None


def keep(pk: int, text: str, problem: str = "") -> None:
    """Keep what was read of a file, once; the case is found by it as soon as the index has caught up."""
    with transaction.atomic():
        mine = AttachmentText.objects.filter(pk=pk, read_at=None, attachment__sensitive=False)
        if mine.update(text=text, problem=problem, read_at=timezone.now(), due_at=None) and text:
            # Nothing on a page has changed, so the case's version stays.
            events.mark_for_search(Attachment.objects.select_related("case").get(pk=pk).case)
