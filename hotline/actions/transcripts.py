"""What is said on a call, line by line as the carrier's transcription hears it."""

from datetime import datetime

from django.db import transaction

from hotline import events
from hotline.actions import calls
from hotline.models import TranscriptLine


@transaction.atomic
def said(
    call_pk: int,
    transcription_sid: str,
    sequence: int,
    *,
    by_worker: bool,
    text: str,
    confidence: float | None,
    at: datetime,
) -> bool:
    """Keep one utterance; False when it is here already.

    What the worker hears before an agent has answered are the line's own prompts: they are not kept.
    """
    call = calls.locked(call_pk)
    if not text or (not by_worker and call.answered_at is None):
        return False
    line, made = TranscriptLine.objects.get_or_create(
        transcription_sid=transcription_sid,
        sequence=sequence,
        defaults={"call": call, "by_worker": by_worker, "text": text, "confidence": confidence, "at": at},
    )
    if made:
        events.record(
            call.interaction.case,
            "call.said",
            at=at,
            interaction=call.pk,
            line=line.pk,
            topics=[f"staff:{call.agent_id}"] if call.agent_id else [],
        )
    return made
