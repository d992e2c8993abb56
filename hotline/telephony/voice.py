"""The worker's way through a call: menu, waiting, the end of a verb, the end of the call, the fallback."""

import structlog
from django import db
from django.http import HttpResponse
from django.utils import timezone

from hotline.actions import calls, recordings
from hotline.enums import CallState, RecordingState
from hotline.models import Call
from hotline.telephony import parse, receiving, twiml
from hotline.telephony.parse import FINAL_CALL, AfterDial, CallStatus, Listener, VoiceCall
from hotline.telephony.webhook import webhook

log = structlog.get_logger(__name__)


@webhook(parse.voice_call)
def arrive(post: VoiceCall) -> HttpResponse:
    """A call comes in: it is stored with its case before the caller hears a word."""
    now = timezone.now()
    call = receiving.call_arrived(post.sid, post.address, now, voicemail=not calls.within_hours(now))
    if call.state == CallState.VOICEMAIL:
        _mark_voicemail(post.sid)
        return twiml.answer(twiml.closed())
    return twiml.answer(twiml.menu())


@webhook(parse.voice_call)
def menu(post: VoiceCall) -> HttpResponse:
    """The caller has pressed a key, or none in time: now they wait."""
    call = calls.by_sid(post.sid)
    if call is None:
        # Its first post never reached us; it is no less a call.
        call = receiving.call_arrived(post.sid, post.address, timezone.now(), voicemail=False)
    call = calls.wait(call.pk, post.digits, timezone.now())
    if call.state in {CallState.VOICEMAIL, CallState.ENDED}:
        _mark_voicemail(post.sid)
        return twiml.answer(twiml.voicemail())
    return twiml.answer(twiml.to_conference(call))


@webhook(parse.listener)
def wait(post: Listener) -> HttpResponse:
    """The caller is told their place in the queue, again and again."""
    call = calls.by_uid(post.call_id) or calls.by_sid(post.sid)
    ahead = calls.place_in_queue(call) - 1 if call is not None else 0
    return twiml.answer(twiml.place(ahead))


@webhook(parse.listener)
def hold(post: Listener) -> HttpResponse:
    """Heard by a worker on hold."""
    return twiml.answer(twiml.hold())


@webhook(parse.after_dial)
def after(post: AfterDial) -> HttpResponse:
    """A verb of the call is over, or the worker process has sent the call to the voicemail."""
    call = calls.by_sid(post.call.sid)
    if call is None:
        return twiml.answer(twiml.goodbye())
    if post.recording_sid:
        recordings.reported(
            call.pk,
            post.recording_sid,
            RecordingState.RECORDING,
            url=post.recording_url,
            duration=post.recording_duration,
            source=recordings.VOICEMAIL,
            at=timezone.now(),
        )
    if post.call.ended:
        calls.end(call.pk, timezone.now())
        return twiml.answer(twiml.goodbye())
    if post.recorded:
        return twiml.answer(twiml.goodbye("voicemail_thanks"))
    if post.voicemail or call.answered_at is None:
        return _leave_message(call, post.call.sid)
    return twiml.answer(twiml.goodbye())


def _leave_message(call: Call, sid: str) -> HttpResponse:
    calls.to_voicemail(call.pk, timezone.now(), "not_connected")
    _mark_voicemail(sid)
    return twiml.answer(twiml.voicemail())


def _mark_voicemail(sid: str) -> None:
    calls.first_time(calls.AT_VOICEMAIL.format(sid=sid))


@webhook(parse.call_status)
def status(post: CallStatus) -> HttpResponse:
    """Progress of a call; only its end changes anything, and the end is never taken back."""
    call = calls.by_sid(post.call.sid)
    if call is None and post.call.call_id:
        call = calls.by_uid(post.call.call_id)
        if call is not None:
            call = calls.name_leg(call.pk, post.call.sid)
    if not post.call.ended:
        return twiml.nothing()
    if call is None and post.call.inbound and not post.call.address.startswith("client:"):
        # We hear of it only now that it is over: a missed call all the same.
        call = receiving.call_arrived(post.call.sid, post.call.address, post.call.at, voicemail=False)
    if call is not None:
        outcome = FINAL_CALL[post.call.status]
        calls.end(call.pk, timezone.now(), outcome=outcome, duration=post.duration)
    return twiml.nothing()


@webhook(parse.voice_call)
def fallback(post: VoiceCall) -> HttpResponse:
    """Another address of ours has failed: apologise, keep the case if we can, and record in any case."""
    try:
        call = calls.by_sid(post.sid)
        if call is None and post.inbound and not post.address.startswith("client:"):
            call = receiving.call_arrived(post.sid, post.address, timezone.now(), voicemail=True)
        if call is not None and call.answered_at is None:
            calls.to_voicemail(call.pk, timezone.now(), "fault")
        _mark_voicemail(post.sid)
        return twiml.answer(twiml.apology(rows=True))
    except db.Error as error:
        # The recording stays at the carrier, where reconciliation finds the call and its message.
        log.error("fallback without database", error=type(error).__name__)
        return twiml.answer(twiml.apology(rows=False))
