"""Recordings of calls: what the carrier reports, and the file that the worker process fetches."""

from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO

import filetype
from django.core.files.base import File
from django.db import transaction
from django.db.models import F

from hotline import events
from hotline.actions import calls, media
from hotline.enums import CallResult, CallState, RecordingState
from hotline.models import Call, Recording

RANK = {
    RecordingState.RECORDING: 0,
    RecordingState.ABSENT: 1,
    RecordingState.READY: 2,
    RecordingState.FAILED: 3,
    RecordingState.STORED: 4,
}
VOICEMAIL = "RecordVerb"
"""The carrier's word for the source of a recording that a caller left as a message."""


@transaction.atomic
def reported(
    call_pk: int,
    sid: str,
    state: RecordingState,
    *,
    url: str = "",
    duration: int | None = None,
    source: str = "",
    started_at: datetime | None = None,
    at: datetime,
) -> Recording:
    """Keep what the carrier says of a recording; a word older than the last one changes nothing.

    A message left at the voicemail makes a missed call one with a message.
    """
    call = calls.locked(call_pk)
    row, made = Recording.objects.get_or_create(
        sid=sid,
        defaults={"call": call, "state": state, "source": source, "started_at": started_at, "url": url},
    )
    further = made or RANK[state] > RANK[RecordingState(row.state)]
    if further:
        row.state, row.duration = state, duration if duration is not None else row.duration
        row.url, row.source = url or row.url, source or row.source
        row.due_at = at if state == RecordingState.READY and row.url else None
        row.save(update_fields=["state", "duration", "url", "source", "due_at"])
        _note_voicemail(call, row)
        events.record(
            call.interaction.case, "call.recording", at=at, interaction=call.pk, recording=row.pk, state=state
        )
    return row


def _note_voicemail(call: Call, row: Recording) -> None:
    missed = call.state == CallState.ENDED and call.result == CallResult.MISSED
    if missed and row.source == VOICEMAIL and row.state != RecordingState.ABSENT:
        call.result = CallResult.VOICEMAIL
        call.save(update_fields=["result"])


def due(now: datetime, limit: int = 5) -> list[int]:
    """The recordings that are to be fetched now."""
    found = Recording.objects.filter(state=RecordingState.READY, due_at__lte=now)
    return list(found.order_by("due_at").values_list("pk", flat=True)[:limit])


def claim(pk: int, now: datetime) -> Recording | None:
    """Claim a recording for fetching; None when another process has it. A killed one's claim runs out."""
    row = Recording.objects.get(pk=pk)
    mine = Recording.objects.filter(pk=pk, state=RecordingState.READY, due_at=row.due_at, due_at__lte=now)
    if not mine.update(due_at=now + media.LEASE, tries=row.tries + 1):
        return None
    row.refresh_from_db()
    return row


def stored(pk: int, content: SpooledTemporaryFile[bytes] | IO[bytes], sha256: str) -> None:
    """Keep the file that was fetched."""
    content.seek(0)
    guess = filetype.guess(content.read(4096))
    content.seek(0)
    row = Recording.objects.get(pk=pk)
    with transaction.atomic():
        call = calls.locked(row.call_id)
        row = Recording.objects.select_for_update().get(pk=pk)
        if row.state == RecordingState.STORED:
            return
        row.file.save(f"{row.sid}.{guess.extension if guess else 'bin'}", File(content), save=False)
        row.sha256, row.state, row.due_at = sha256, RecordingState.STORED, None
        row.save(update_fields=["file", "sha256", "state", "due_at"])
        events.record(
            call.interaction.case, "call.recording", interaction=call.pk, recording=pk, state=row.state
        )


def put_back(pk: int, now: datetime) -> None:
    """It could not be kept here, which is no fault of the carrier's: the try does not count."""
    Recording.objects.filter(pk=pk, state=RecordingState.READY).update(
        tries=F("tries") - 1, due_at=now + media.OWN_PAUSE
    )


def failed(pk: int, now: datetime, *, final: bool) -> None:
    """A try did not work; after the last one the recording is left at the carrier."""
    row = Recording.objects.get(pk=pk)
    over = final or row.tries >= media.TRIES
    with transaction.atomic():
        call = calls.locked(row.call_id)
        tried = Recording.objects.filter(pk=pk, state=RecordingState.READY).update(
            state=RecordingState.FAILED if over else RecordingState.READY,
            due_at=None if over else now + media.backoff(row.tries),
        )
        if over and tried:
            events.record(
                call.interaction.case,
                "call.recording",
                interaction=call.pk,
                recording=pk,
                state=RecordingState.FAILED,
            )
