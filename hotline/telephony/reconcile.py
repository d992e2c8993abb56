"""Comparing with the carrier's own lists, so that no call and no message is lost with a lost post.

Each thing found is stored as if its post had come; everything here may run twice.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import ParamSpec

import structlog
from django import db
from django.utils import timezone

from hotline.actions import calls, messages, recordings
from hotline.enums import CallState, RecordingState
from hotline.errors import CarrierBusy, CarrierRefused
from hotline.models import Call, CarrierEvent, Interaction, Recording
from hotline.telephony import gateway, receiving
from hotline.telephony.gateway import RemoteCall, RemoteMessage, RemoteRecording
from hotline.telephony.parse import (
    BODY_LIMIT,
    FINAL_CALL,
    MESSAGE_STATES,
    RECORDING_STATES,
    Media,
    TextIn,
    uid,
)

log = structlog.get_logger(__name__)
LOOK_BACK = timedelta(minutes=15)
LONGEST = timedelta(days=7)
"""After a longer outage the older calls and messages are looked up at the carrier by people."""
DONE_KEY = "reconciled"
GRACE = timedelta(seconds=30)
"""So young a call may still be on its way to us by its own post."""


def reconcile(now: datetime) -> int:
    """Bring our rows up to the carrier's lists of the last minutes. Returns how many were behind.

    A list that the carrier does not give, or one thing in it that cannot be stored, keeps nothing else
    from being stored; the same stretch of time is then gone through again.
    """
    if not gateway.configured():
        return 0
    since = _done_until(now) - LOOK_BACK
    parts: list[Callable[[], Sequence[int | None]]] = [
        lambda: [_alone(_call, remote, now) for remote in gateway.list_calls(since)],
        lambda: [_long_calls(now)],
        lambda: [_alone(_message, remote) for remote in gateway.list_messages(since)],
        lambda: [_alone(_recording, remote, now) for remote in gateway.list_recordings(since)],
    ]
    behind, whole = 0, True
    for part in parts:
        try:
            results = part()
        except CarrierBusy:
            log.warning("carrier not reached to reconcile")
            whole = False
        else:
            behind += sum(result or 0 for result in results)
            whole = whole and None not in results
    if whole:
        _note_done(now)
    if behind:
        log.info("reconciled", behind=behind)
    return behind


Parameters = ParamSpec("Parameters")


def _alone(do: Callable[Parameters, bool], *args: Parameters.args, **named: Parameters.kwargs) -> bool | None:
    """What `do` returns; None where this one thing could not be done."""
    try:
        return do(*args, **named)
    except (CarrierBusy, db.OperationalError, db.InterfaceError):
        raise  # the others would fare no better
    except Exception as error:  # whatever is odd about one call, those after it must not be lost with it
        log.error("not reconciled", what=do.__name__, error=type(error).__name__)
        return None


def _done_until(now: datetime) -> datetime:
    """When the lists were last gone through: after an outage they are read from its beginning."""
    last = CarrierEvent.objects.filter(key=DONE_KEY).values_list("received_at", flat=True).first()
    return min(now, max(last or now, now - LONGEST))


def _note_done(now: datetime) -> None:
    CarrierEvent.objects.update_or_create(provider="twilio", key=DONE_KEY, defaults={"received_at": now})


def _call(remote: RemoteCall, now: datetime) -> bool:
    call = calls.by_sid(remote.sid)
    over = remote.status in FINAL_CALL
    if call is None:
        young = remote.started_at is not None and remote.started_at > now - GRACE
        if not remote.inbound or remote.address.startswith("client:") or (young and not over):
            return False
        # Its first post was lost, so it is at best leaving a message at the fallback: leave it there.
        calls.first_time(calls.AT_VOICEMAIL.format(sid=remote.sid))
        call = receiving.call_arrived(remote.sid, remote.address, remote.started_at or now, voicemail=True)
        if not over:
            return True
    if not over or call.state == CallState.ENDED:
        return False
    calls.end(call.pk, now, outcome=FINAL_CALL[remote.status], duration=remote.duration)
    return True


def _long_calls(now: datetime) -> int:
    """End the calls that began before the list does and that the carrier no longer has."""
    old = Call.objects.exclude(state=CallState.ENDED).exclude(interaction__provider_id=None)
    old = old.filter(interaction__at__lt=now - LOOK_BACK)
    named = {str(call.interaction.provider_id): call.pk for call in old.select_related("interaction")}
    if not named:
        return 0
    running = {
        c.sid for status in ("in-progress", "ringing", "queued") for c in gateway.list_calls(status=status)
    }
    ended = 0
    for sid in set(named) - running:
        try:
            ended += _call(gateway.fetch_call(sid), now)
        except CarrierRefused as error:
            if error.code in gateway.OVER:
                calls.end(named[sid], now)
                ended += 1
    return ended


def _message(remote: RemoteMessage) -> bool:
    if remote.inbound:
        if Interaction.objects.filter(provider="twilio", provider_id=remote.sid).exists():
            return False
        return receiving.text_arrived(_as_post(remote))
    row = messages.find_outgoing(remote.sid)
    state = MESSAGE_STATES.get(remote.status)
    if row is None or state is None:
        return False
    return messages.settle(row, state, sid=remote.sid, error_code=remote.error_code)


def _as_post(remote: RemoteMessage) -> TextIn:
    try:
        media = gateway.list_media(remote.sid) if remote.media else []
    except CarrierRefused:
        media = []  # its files are gone there; its words are not
    body = remote.body.replace("\x00", "")[:BODY_LIMIT]
    at = remote.made_at or timezone.now()
    return TextIn(remote.sid, remote.address, body, tuple(Media(*found) for found in media), "", at)


def _recording(remote: RemoteRecording, now: datetime) -> bool:
    state = RECORDING_STATES.get(remote.status)
    known = Recording.objects.filter(sid=remote.sid).values_list("state", flat=True).first()
    if state is None or (known and recordings.RANK[state] <= recordings.RANK[RecordingState(known)]):
        return False
    call = calls.by_sid(remote.call_sid) or _in_conference(remote.conference_sid)
    if call is None:
        return False
    recordings.reported(
        call.pk,
        remote.sid,
        state,
        url=remote.url,
        duration=remote.duration,
        source=remote.source,
        started_at=remote.started_at,
        at=now,
    )
    return True


def _in_conference(sid: str) -> Call | None:
    """The call of a conference, by its name where no post has told us of it."""
    found = calls.by_conference(sid)
    if found is not None or not sid:
        return found
    try:
        return calls.by_uid(uid(gateway.conference_name(sid)))
    except CarrierRefused:
        return None
