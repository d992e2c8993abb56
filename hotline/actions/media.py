"""Files that come with messages: announced by the carrier, fetched by the worker process, checked, kept."""

from datetime import datetime, timedelta
from tempfile import SpooledTemporaryFile
from typing import IO, BinaryIO, cast

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from hotline import events
from hotline.actions import notes, readings
from hotline.errors import Invalid
from hotline.models import Attachment, Case, Interaction

LEASE = timedelta(minutes=5)
TRIES = 20
OWN_PAUSE = timedelta(minutes=1)
"""Until it is tried again after our own disk was full."""
EXTENSIONS = {content_type: extension for extension, content_type in notes.ALLOWED.items()}


def announced(interaction: Interaction, place: int, url: str, content_type: str, at: datetime) -> Attachment:
    """The row of a file that is still at the carrier. Its name is ours: a sender's could be a path."""
    return Attachment.objects.create(
        case=interaction.case,
        interaction=interaction,
        position=place,
        source_url=url,
        name=_("Attachment %(number)s") % {"number": place + 1},
        content_type=content_type,
        added_at=at,
        due_at=at,
    )


def due(now: datetime, limit: int = 10) -> list[int]:
    """The files that are to be fetched now."""
    return list(
        Attachment.objects.filter(due_at__lte=now).order_by("due_at").values_list("pk", flat=True)[:limit]
    )


def claim(pk: int, now: datetime) -> Attachment | None:
    """Claim a file for fetching; None when another process has it. A killed one's claim runs out."""
    row = Attachment.objects.get(pk=pk)
    mine = Attachment.objects.filter(pk=pk, due_at=row.due_at, due_at__lte=now)
    if not mine.update(due_at=now + LEASE, tries=row.tries + 1):
        return None
    row.refresh_from_db()
    return row


def backoff(tries: int) -> timedelta:
    """How long to wait before the next try: 10 seconds, doubled up to an hour."""
    return timedelta(seconds=min(10 * 2 ** max(tries - 1, 0), 3600))


def limit_bytes() -> int:
    """The largest file that is taken."""
    return int(settings.HOTLINE_ATTACHMENT_MIB) * 1024 * 1024


def stored(pk: int, content: SpooledTemporaryFile[bytes] | IO[bytes], size: int, sha256: str) -> None:
    """Keep what was fetched. Raises Invalid for a kind that is not taken and an archive that grows."""
    kind = notes.checked_kind(cast(BinaryIO, content))
    extension = EXTENSIONS.get(kind, "txt")
    with transaction.atomic():
        row = _locked(pk)
        if row.file:
            return
        row.name = f"{row.name}.{extension}"
        row.content_type, row.size, row.sha256 = kind, size, sha256
        row.due_at, row.problem = None, ""
        # Named by its hash: nothing that a sender writes becomes part of a path.
        row.file.save(f"{sha256}.{extension}", File(content), save=False)
        row.save(update_fields=["name", "content_type", "size", "sha256", "due_at", "problem", "file"])
        readings.announce(row)
        events.record(row.case, "attachment.stored", attachment=row.pk, interaction=row.interaction_id)


def put_back(pk: int, now: datetime) -> None:
    """It could not be kept here, which is no fault of the carrier's: the try does not count."""
    Attachment.objects.filter(pk=pk, file="").update(tries=F("tries") - 1, due_at=now + OWN_PAUSE)


def failed(pk: int, problem: str, now: datetime, *, final: bool) -> None:
    """Note why a file could not be fetched; `final` (or too many tries) ends it."""
    with transaction.atomic():
        row = _locked(pk)
        if row.file:  # another process has it after all
            return
        over = final or row.tries >= TRIES
        row.problem, row.due_at = problem[:200], None if over else now + backoff(row.tries)
        row.save(update_fields=["problem", "due_at"])
        if over:
            events.record(row.case, "attachment.failed", attachment=row.pk, interaction=row.interaction_id)


def too_large() -> Invalid:
    """The refusal of a file over the limit, naming the limit."""
    return Invalid(
        {"file": _("The file is larger than %(limit)s MiB.") % {"limit": settings.HOTLINE_ATTACHMENT_MIB}}
    )


def _locked(pk: int) -> Attachment:
    while True:
        case_pk = Attachment.objects.values_list("case_id", flat=True).get(pk=pk)
        Case.objects.locked(case_pk)
        row = Attachment.objects.select_for_update(of=("self",)).select_related("case").get(pk=pk)
        if row.case_id == case_pk:
            return row
