"""Notes and files that staff add to a case."""

import re
from hashlib import sha256
from pathlib import PurePosixPath
from typing import BinaryIO

import filetype
from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hotline import access, archives, events
from hotline.actions import readings
from hotline.errors import Invalid
from hotline.models import Attachment, Case, Staff

NOTE_LIMIT = 20_000
"""Characters."""
ALLOWED = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "heic": "image/heic",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "amr": "audio/amr",
    "wav": "audio/x-wav",
    "ogg": "audio/ogg",
    "mp4": "video/mp4",
    "3gp": "video/3gpp",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}
"""Kinds of files that a case takes, by what their first bytes say; text files besides."""
ARCHIVES = frozenset({ALLOWED["docx"], ALLOWED["xlsx"], ALLOWED["zip"]})
HEAD = 8192
"""Bytes that say what kind of file it is."""


@transaction.atomic
def add_note(case_pk: int, actor: Staff, text: str) -> None:
    """Put `text` on the case's timeline. Raises Invalid for an empty or far too long one."""
    text = text.strip()
    if not text:
        raise Invalid({"text": _("Write the note first.")})
    if len(text) > NOTE_LIMIT:
        raise Invalid({"text": _("A note holds at most %(limit)s characters.") % {"limit": NOTE_LIMIT}})
    case = Case.objects.locked(case_pk)
    access.check(actor, "note", case)
    events.record(case, "note", actor=actor, text=text)


def safe_name(name: str) -> str:
    """`name` if it is a plain file name. Raises Invalid for a path, control characters or nothing."""
    if (
        not name.strip(". ")
        or name != PurePosixPath(name.replace("\\", "/")).name
        or re.search(r"[\x00-\x1f]", name)
    ):
        raise Invalid({"file": _("The file's name holds a path or is empty: rename the file and try again.")})
    if len(name) > 150:
        raise Invalid({"file": _("The file's name is longer than 150 characters: rename it and try again.")})
    return name


def kind_of(head: bytes) -> str:
    """The content type that a file's first bytes show. Raises Invalid for a kind that is not taken."""
    guess = filetype.guess(head)
    if guess is not None and guess.extension in ALLOWED:
        return ALLOWED[guess.extension]
    if guess is None and _is_text(head):
        return "text/plain; charset=utf-8"
    raise Invalid(
        {
            "file": _("Files of this kind are not taken. Taken are: %(kinds)s, txt.")
            % {"kinds": ", ".join(ALLOWED)}
        }
    )


def checked_kind(content: BinaryIO) -> str:
    """The content type of a file, read from its beginning and left there.

    Raises Invalid for a kind that is not taken, and for an archive that is damaged or grows too far.
    """
    content.seek(0)
    kind = kind_of(content.read(HEAD))
    content.seek(0)
    fault = archives.fault_of(content) if kind in ARCHIVES else None
    if fault is not None:
        raise Invalid({"file": _refusals()[fault] % {"count": archives.MOST_ENTRIES, "limit": _mib()}})
    return kind


def _mib() -> int:
    return archives.LARGEST // 1024 // 1024


def _refusals() -> dict[archives.Fault, str]:
    return {
        archives.Fault.BROKEN: _("The file is damaged: it cannot be opened."),
        archives.Fault.MANY: _("More than %(count)s files are packed into this one: pack fewer together."),
        archives.Fault.LARGE: _(
            "This file grows to more than %(limit)s MiB when it is opened, or out of all proportion: "
            "upload what is in it one by one."
        ),
    }


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8", errors="strict")
    except UnicodeDecodeError as error:
        # The head may end in the middle of a character.
        if error.start < len(head) - 4:
            return False
        text = head[: error.start].decode("utf-8")
    return (
        "\x00" not in text
        and bool(text.strip())
        and not text.lstrip().lower().startswith(("<!doctype", "<html", "<svg", "<?xml"))
    )


def attach(
    case_pk: int, actor: Staff, name: str, size: int, content: BinaryIO, *, sensitive: bool = False
) -> Attachment:
    """Store an uploaded file with the case; the text of a `sensitive` one is not searched.

    Raises Invalid naming the limit it breaks.
    """
    limit = settings.HOTLINE_ATTACHMENT_MIB
    if size > limit * 1024 * 1024:
        raise Invalid({"file": _("The file is larger than %(limit)s MiB.") % {"limit": limit}})
    if not size:
        raise Invalid({"file": _("The file is empty.")})
    name = safe_name(name)
    content_type = checked_kind(content)
    digest = sha256(content.read()).hexdigest()
    content.seek(0)
    with transaction.atomic():
        case = Case.objects.locked(case_pk)
        access.check(actor, "attach", case)
        row = Attachment(
            case=case,
            name=name,
            content_type=content_type,
            size=size,
            sha256=digest,
            sensitive=sensitive,
            added_by=actor,
            added_at=timezone.now(),
        )
        # Stored under a random name: nothing that came from outside becomes a path.
        row.file.save(digest, File(content), save=False)
        row.save()
        readings.announce(row)
        events.record(case, "attachment.added", actor=actor, attachment=row.pk, name=name, size=size)
    return row


@transaction.atomic
def mark_identity(pk: int, actor: Staff, identity: bool) -> Attachment:
    """Say whether a file is an identity paper of the worker; one that is has no searched text any more.

    Raises NotVisible and NotAllowed.
    """
    row = Attachment.objects.get(pk=pk)
    case = Case.objects.locked(row.case_id)
    access.check(actor, "attach", case)
    row.refresh_from_db()
    if row.identity == identity:
        return row
    row.identity, row.sensitive = identity, row.sensitive or identity
    row.save(update_fields=["identity", "sensitive"])
    if identity:
        readings.forget(row)
    events.record(case, "attachment.marked", actor=actor, attachment=row.pk, identity=identity)
    return row
