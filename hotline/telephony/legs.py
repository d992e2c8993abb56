"""The agent's leg, the answered call-back, and what the carrier tells of conference, recording and speech."""

import re

from django.http import HttpResponse
from django.utils import timezone

from hotline.actions import calls, recordings, transcripts
from hotline.enums import CallState
from hotline.telephony import parse, twiml
from hotline.telephony.parse import ConferenceEvent, RecordingReport, Utterance, VoiceCall
from hotline.telephony.webhook import webhook

AGENT = re.compile(r"client:agent_(\d{1,18})")


@webhook(parse.voice_call)
def agent(post: VoiceCall) -> HttpResponse:
    """A softphone asks to join a call: only that of the agent who holds it may."""
    who = AGENT.fullmatch(post.address)
    call = calls.agent_leg(post.call_id, int(who[1]), post.sid) if who else None
    return twiml.answer(twiml.refuse() if call is None else twiml.agent_joins(call, post.sid))


@webhook(parse.voice_call)
def callback(post: VoiceCall) -> HttpResponse:
    """The worker has answered our call back."""
    call = calls.by_uid(post.call_id)
    if call is None:
        return twiml.answer(twiml.goodbye())
    call = calls.name_leg(call.pk, post.sid)
    if call.state == CallState.ENDED or not call.agent_call_sid:
        return twiml.answer(twiml.goodbye())
    return twiml.answer(twiml.answered_callback(call))


@webhook(parse.conference_event)
def conference(post: ConferenceEvent) -> HttpResponse:
    """Something happened in a call's conference; posts come twice and in any order."""
    call = calls.by_uid(post.call_uid)
    if call is None:
        return twiml.nothing()
    if post.event == "participant-join":
        calls.joined(call.pk, post.call_sid, post.conference_sid, post.at)
    elif post.event == "participant-leave":
        calls.left(call.pk, post.call_sid, post.at)
    elif post.event.startswith("participant-"):
        calls.held_or_muted(call.pk, post.call_sid, post.sequence, post.hold, post.muted)
    return twiml.nothing()


@webhook(parse.recording_report)
def recording(post: RecordingReport) -> HttpResponse:
    """What the carrier says of a recording; the worker process fetches it."""
    call = (
        calls.by_uid(post.call_uid) or calls.by_sid(post.call_sid) or calls.by_conference(post.conference_sid)
    )
    if call is not None and post.state is not None:
        recordings.reported(
            call.pk,
            post.sid,
            post.state,
            url=post.url,
            duration=post.duration,
            source=post.source,
            started_at=post.started_at,
            at=timezone.now(),
        )
    return twiml.nothing()


@webhook(parse.utterance)
def transcription(post: Utterance) -> HttpResponse:
    """Someone has said something."""
    call = calls.by_sid(post.call_sid)
    if call is not None and post.text and post.sequence is not None:
        transcripts.said(
            call.pk,
            post.transcription_sid,
            post.sequence,
            by_worker=post.by_worker,
            text=post.text,
            confidence=post.confidence,
            at=post.at,
        )
    return twiml.nothing()
