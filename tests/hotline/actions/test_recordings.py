"""Recordings: what the carrier reports never goes back, and a claim that was killed runs out."""

from datetime import datetime, timedelta
from io import BytesIO

import pytest

from hotline.actions import calls, media, recordings
from hotline.enums import CallResult, RecordingState
from hotline.models import Call, Recording
from tests.hotline.actions.conftest import Ring

SID = "RE" + "d" * 32


@pytest.fixture
def ready(ring: Ring, now: datetime) -> Recording:
    return recordings.reported(
        ring().pk, SID, RecordingState.READY, url="https://api.twilio.com/RE", duration=3, at=now
    )


def test_a_message_makes_a_missed_call_one_with_a_message(ring: Ring, now: datetime) -> None:
    call = ring()
    calls.to_voicemail(call.pk, now, "waited")
    calls.end(call.pk, now)
    assert Call.objects.get().result == CallResult.MISSED
    recordings.reported(call.pk, SID, RecordingState.READY, url="https://x", source="RecordVerb", at=now)
    assert Call.objects.get().result == CallResult.VOICEMAIL


def test_one_process_fetches_and_a_killed_ones_claim_runs_out(ready: Recording, now: datetime) -> None:
    assert recordings.due(now) == [ready.pk]
    assert recordings.claim(ready.pk, now) is not None
    assert recordings.due(now) == []
    assert recordings.due(now + media.LEASE) == [ready.pk]


def test_what_was_fetched_is_kept_once_with_its_hash(ready: Recording) -> None:
    recordings.stored(ready.pk, BytesIO(b"RIFF\x24\x00\x00\x00WAVEfmt "), "a" * 64)
    recordings.stored(ready.pk, BytesIO(b"other"), "b" * 64)
    row = Recording.objects.get()
    assert (row.state, row.sha256, row.due_at) == (RecordingState.STORED, "a" * 64, None)
    with row.file.open() as kept:
        assert kept.read().startswith(b"RIFF") and row.file.name.endswith(".wav")


def test_tries_are_further_and_further_apart_and_end(ready: Recording, now: datetime) -> None:
    for _n in range(media.TRIES):
        Recording.objects.update(due_at=now)
        assert recordings.claim(ready.pk, now) is not None
        recordings.failed(ready.pk, now, final=False)
    row = Recording.objects.get()
    assert (row.state, row.tries, row.due_at) == (RecordingState.FAILED, 20, None)
    assert [media.backoff(n) for n in (1, 2, 20)] == [
        timedelta(seconds=10),
        timedelta(seconds=20),
        timedelta(hours=1),
    ]
