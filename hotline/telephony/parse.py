"""From the carrier's posts to plain values: NUL stripped, lengths capped, what is unknown left out.

Only what an answer cannot do without is demanded (`Post.sid`): the rest may be missing.
"""

import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeGuard

from django.http import QueryDict
from django.utils import timezone

from hotline import identifiers
from hotline.enums import CallResult, MessageState, RecordingState

BODY_LIMIT = 10_000
FIRST_YEAR, LAST_YEAR = 2000, 2100
MEDIA_LIMIT = 20
WITHHELD = frozenset({"", "anonymous", "blocked", "private", "restricted", "unavailable", "unknown"})

FINAL_CALL = {
    "completed": CallResult.ANSWERED,
    "busy": CallResult.BUSY,
    "no-answer": CallResult.NO_ANSWER,
    "failed": CallResult.FAILED,
    "canceled": CallResult.FAILED,
}
"""The carrier's words for a call that is over; what came of it depends on what happened before, too."""

MESSAGE_STATES = {
    "accepted": MessageState.SENT,
    "scheduled": MessageState.SENT,
    "queued": MessageState.SENT,
    "sending": MessageState.SENT,
    "sent": MessageState.SENT,
    "partially_delivered": MessageState.SENT,
    "delivered": MessageState.DELIVERED,
    "read": MessageState.DELIVERED,
    "undelivered": MessageState.FAILED,
    "failed": MessageState.FAILED,
    "canceled": MessageState.FAILED,
}
"""The carrier's words for an outgoing message; SENT means that the carrier has it."""

RECORDING_STATES = {
    "in-progress": RecordingState.RECORDING,
    "processing": RecordingState.RECORDING,
    "completed": RecordingState.READY,
    "absent": RecordingState.ABSENT,
    "failed": RecordingState.ABSENT,
}


PREFIXES = {
    "CallSid": {"CA"},
    "ConferenceSid": {"CF"},
    "MessageSid": {"SM", "MM"},
    "RecordingSid": {"RE"},
    "SmsSid": {"SM", "MM"},
    "TranscriptionSid": {"GT"},
}
"""How the carrier's names of things begin: a call's is never taken for a message's."""


class BadPost(ValueError):
    """Something essential is missing or senseless."""


class Post:
    """A post's fields (`body`) and its address's query, read without trust."""

    def __init__(self, body: QueryDict, query: QueryDict) -> None:
        self.body = body
        self.query = query

    def text(self, name: str, limit: int = 120) -> str:
        """The field as text, at most `limit` characters; empty where it is missing."""
        return str(self.body.get(name, "")).replace("\x00", "")[:limit]

    def sid(self, name: str) -> str:
        """The field as one of the carrier's names. Raises BadPost where it is missing or no such name."""
        value = self.text(name, 65).strip()
        if len(value) > 64 or not value.isascii() or not value.isalnum() or value[:2] not in PREFIXES[name]:
            raise BadPost(name)
        return value

    def number(self, name: str) -> int | None:
        """The field as a whole number that a database column holds, or None."""
        value = self.text(name, 12).strip()
        return int(value) if value.isascii() and value.isdecimal() and int(value) < 2**31 else None

    def flag(self, name: str) -> bool | None:
        """`true` or `false`, or None."""
        return {"true": True, "false": False}.get(self.text(name, 8).lower())

    def moment(self, name: str = "Timestamp") -> datetime:
        """When it happened, in RFC 2822 or ISO 8601; now where the field is missing or unreadable."""
        return moment(self.text(name, 60)) or timezone.now()

    def call_uid(self) -> uuid.UUID | None:
        """Our own name of the call in the query of the address, or None."""
        return uid(self.query.get("call", ""))


def moment(text: str) -> datetime | None:
    """`text` as a moment, or None."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            value = read(text.strip())
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
        value = value if value.tzinfo else value.replace(tzinfo=UTC)
        # Near the ends of the calendar a moment has no local time.
        return value if FIRST_YEAR <= value.year <= LAST_YEAR else None
    return None


def uid(text: str) -> uuid.UUID | None:
    """`text` (with or without the conference's `call-`) as a call's uid, or None."""
    try:
        return uuid.UUID(text.removeprefix("call-"))
    except (ValueError, AttributeError):
        return None


def sender(address: str) -> str | None:
    """What a person is known by: a number in E.164, else the address itself; None for a withheld one."""
    text = address.strip()
    if text.startswith("client:"):
        return None
    user = text.split(":", 1)[1].split("@", 1)[0] if text.lower().startswith(("sip:", "sips:")) else text
    if user.lower() in WITHHELD or user.lstrip("+") in identifiers.WITHHELD:
        return None
    return identifiers.normalise_number(user) or text[:120]


@dataclass(frozen=True)
class VoiceCall:
    """A call as each of its voice posts names it."""

    sid: str
    address: str
    to: str
    status: str
    inbound: bool
    call_id: uuid.UUID | None
    digits: str
    at: datetime

    @property
    def ended(self) -> bool:
        return self.status in FINAL_CALL


def voice_call(post: Post) -> VoiceCall:
    """What every voice post says about its call."""
    return VoiceCall(
        sid=post.sid("CallSid"),
        address=post.text("From"),
        to=post.text("To"),
        status=post.text("CallStatus", 20),
        inbound=post.text("Direction", 20) in {"inbound", ""},
        call_id=post.call_uid() or uid(post.text("call_id", 60)),
        digits=post.text("Digits", 20),
        at=post.moment(),
    )


@dataclass(frozen=True)
class Listener:
    """Who hears what is said while waiting or on hold; the carrier may name the conference only."""

    call_id: uuid.UUID | None
    sid: str


def listener(post: Post) -> Listener:
    """Nothing here is essential: whoever waits is told something in any case."""
    return Listener(post.call_uid() or uid(post.text("FriendlyName", 60)), post.text("CallSid", 64))


@dataclass(frozen=True)
class AfterDial:
    """The end of a `<Dial>` or `<Record>`, or a call that was sent to the voicemail."""

    call: VoiceCall
    voicemail: bool
    recorded: bool
    recording_sid: str
    recording_url: str
    recording_duration: int | None


def after_dial(post: Post) -> AfterDial:
    """What the post at the end of a verb says."""
    return AfterDial(
        call=voice_call(post),
        voicemail="voicemail" in post.query,
        recorded="recorded" in post.query,
        recording_sid=post.sid("RecordingSid") if post.text("RecordingSid") else "",
        recording_url=post.text("RecordingUrl", 500),
        recording_duration=post.number("RecordingDuration"),
    )


@dataclass(frozen=True)
class CallStatus:
    """Progress of a call."""

    call: VoiceCall
    duration: int | None


def call_status(post: Post) -> CallStatus:
    """What a progress post says."""
    return CallStatus(call=voice_call(post), duration=post.number("CallDuration"))


@dataclass(frozen=True)
class ConferenceEvent:
    """Something that happened in a conference of ours."""

    call_uid: uuid.UUID
    conference_sid: str
    event: str
    sequence: int
    call_sid: str
    hold: bool | None
    muted: bool | None
    at: datetime


def conference_event(post: Post) -> ConferenceEvent:
    """What a conference post says. Raises BadPost when the conference is none of ours."""
    call_uid = uid(post.text("FriendlyName", 60))
    if call_uid is None:
        raise BadPost("FriendlyName")
    return ConferenceEvent(
        call_uid=call_uid,
        conference_sid=post.sid("ConferenceSid"),
        event=post.text("StatusCallbackEvent", 40),
        sequence=post.number("SequenceNumber") or 0,
        call_sid=post.text("CallSid", 64),
        hold=post.flag("Hold"),
        muted=post.flag("Muted"),
        at=post.moment(),
    )


@dataclass(frozen=True)
class RecordingReport:
    """What the carrier says of a recording."""

    sid: str
    call_uid: uuid.UUID | None
    call_sid: str
    conference_sid: str
    state: RecordingState | None
    url: str
    duration: int | None
    source: str
    started_at: datetime


def recording_report(post: Post) -> RecordingReport:
    """What a recording post says."""
    return RecordingReport(
        sid=post.sid("RecordingSid"),
        call_uid=post.call_uid(),
        call_sid=post.text("CallSid", 64),
        conference_sid=post.text("ConferenceSid", 64),
        state=RECORDING_STATES.get(post.text("RecordingStatus", 20)),
        url=post.text("RecordingUrl", 500),
        duration=post.number("RecordingDuration"),
        source=post.text("RecordingSource", 40),
        started_at=post.moment("RecordingStartTime"),
    )


@dataclass(frozen=True)
class Utterance:
    """A post of the transcription; `text` is empty for all but a final utterance."""

    call_sid: str
    transcription_sid: str
    sequence: int | None
    by_worker: bool
    text: str
    confidence: float | None
    at: datetime


def utterance(post: Post) -> Utterance:
    """What a transcription post says. The inbound track is what the carrier hears from the worker's leg."""
    content = (
        post.text("TranscriptionEvent", 40) == "transcription-content" and post.flag("Final") is not False
    )
    data = _json(post.text("TranscriptionData", BODY_LIMIT)) if content else {}
    confidence = data.get("confidence")
    transcript = data.get("transcript")
    return Utterance(
        call_sid=post.sid("CallSid"),
        transcription_sid=post.sid("TranscriptionSid"),
        sequence=post.number("SequenceId"),
        by_worker=post.text("Track", 20) != "outbound_track",
        text=_storable(transcript).strip()[:BODY_LIMIT] if isinstance(transcript, str) else "",
        confidence=float(confidence) if _is_share(confidence) else None,
        at=post.moment(),
    )


def _is_share(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and 0 <= value <= 1


def _storable(text: str) -> str:
    """`text` without what JSON can spell and no database takes: NUL, halves of a character."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()


def _json(text: str) -> dict[str, object]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


@dataclass(frozen=True)
class Media:
    """A file that came with a message, as the carrier keeps it."""

    url: str
    content_type: str


@dataclass(frozen=True)
class TextIn:
    """A message from a worker."""

    sid: str
    address: str
    body: str
    media: tuple[Media, ...]
    opt_out: str
    at: datetime


def text_in(post: Post) -> TextIn:
    """What a message post says."""
    count = min(post.number("NumMedia") or 0, MEDIA_LIMIT)
    media = (
        Media(post.text(f"MediaUrl{n}", 500), post.text(f"MediaContentType{n}", 100)) for n in range(count)
    )
    return TextIn(
        sid=post.sid("MessageSid") if post.text("MessageSid") else post.sid("SmsSid"),
        address=post.text("From"),
        body=post.text("Body", BODY_LIMIT),
        media=tuple(m for m in media if m.url),
        opt_out=post.text("OptOutType", 10).upper(),
        at=timezone.now(),
    )


@dataclass(frozen=True)
class TextStatus:
    """The state of a message that we sent; `message` and `notice` are our own names for it."""

    sid: str
    state: MessageState | None
    error_code: str
    message: int | None
    notice: int | None


def text_status(post: Post) -> TextStatus:
    """What a message status post says."""
    own = Post(post.query, post.query)
    status = post.text("MessageStatus", 30) or post.text("SmsStatus", 30)
    return TextStatus(
        sid=post.sid("MessageSid") if post.text("MessageSid") else post.sid("SmsSid"),
        state=MESSAGE_STATES.get(status),
        error_code=post.text("ErrorCode", 10),
        message=own.number("message"),
        notice=own.number("notice"),
    )
