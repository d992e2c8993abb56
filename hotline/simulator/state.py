"""What the carrier knows: calls, conferences, messages, recordings. Held in memory, gone with the process."""

import asyncio
import contextlib
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

FINAL_CALL_STATUSES = frozenset({"completed", "busy", "no-answer", "canceled", "failed"})


def new_sid(prefix: str) -> str:
    """A name in the carrier's form: two letters and 32 hexadecimal digits."""
    return prefix + secrets.token_hex(16)


def now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Callback:
    """Where events are told, and which."""

    url: str = ""
    events: frozenset[str] = frozenset()
    method: str = "POST"


@dataclass(frozen=True)
class Source:
    """Where the next TwiML document comes from: an address to ask, or the document itself."""

    url: str = ""
    method: str = "POST"
    extra: dict[str, str] = field(default_factory=dict)
    twiml: str = ""


class HangUp:
    """The order, or the result of a verb, that ends the call."""


HANG_UP = HangUp()
Outcome = Source | HangUp | None


@dataclass(frozen=True)
class Line:
    """One thing that happened on a leg, as the person holding the telephone meets it."""

    n: int
    kind: Literal["heard", "said", "status"]
    text: str
    by: Literal["prompt", "voice", "self", "carrier"]
    at: datetime


@dataclass(frozen=True)
class Input:
    """What the person does: presses keys, speaks, or is about to speak ("sound")."""

    kind: Literal["digits", "speech", "sound"]
    text: str = ""


@dataclass(eq=False)
class Call:
    """One leg: a worker's telephone or an agent's browser."""

    from_: str
    to: str
    direction: str
    sid: str = field(default_factory=lambda: new_sid("CA"))
    status: str = "queued"
    created: datetime = field(default_factory=now)
    started: datetime | None = None
    ended: datetime | None = None
    updated: datetime = field(default_factory=now)
    identity: str = ""
    application_sid: str = ""
    extra: dict[str, str] = field(default_factory=dict)
    callback: Callback = Callback()
    fallback_url: str = ""
    sequence: int = 0
    lines: list[Line] = field(default_factory=list)
    inbox: asyncio.Queue[Input] = field(default_factory=asyncio.Queue)
    waiting_for: str = ""
    ended_reason: str = ""
    conference_name: str = ""
    participant: "Participant | None" = None
    transcriptions: list["Transcription"] = field(default_factory=list)
    order: Source | HangUp | None = None
    document: "asyncio.Task[Outcome] | None" = None
    pick_up: "asyncio.Future[str] | None" = None
    microphone_off: bool = False
    last_asked: float | None = None

    @property
    def phone(self) -> str:
        """The number that is not the hotline's."""
        return self.to if self.direction.startswith("outbound") else self.from_

    @property
    def is_over(self) -> bool:
        return self.status in FINAL_CALL_STATUSES

    @property
    def seconds(self) -> int:
        """How long the two were connected, in whole seconds; 0 when they never were."""
        if self.started is None:
            return 0
        return max(0, round(((self.ended or now()) - self.started).total_seconds()))


@dataclass(eq=False)
class Participant:
    """A leg in a conference. `done` tells its `<Dial>` why it came back."""

    call: Call
    conference: "Conference"
    done: "asyncio.Future[str]"
    label: str = ""
    muted: bool = False
    hold: bool = False
    start_on_enter: bool = True
    end_on_exit: bool = False
    coached: str = ""
    wait: Source | None = None
    joined: datetime = field(default_factory=now)
    updated: datetime = field(default_factory=now)
    music: "asyncio.Task[None] | None" = None


@dataclass(eq=False)
class Conference:
    name: str
    sid: str = field(default_factory=lambda: new_sid("CF"))
    status: Literal["init", "in-progress", "completed"] = "init"
    created: datetime = field(default_factory=now)
    updated: datetime = field(default_factory=now)
    callback: Callback = Callback()
    sequence: int = 0
    participants: list[Participant] = field(default_factory=list)
    record: bool = False
    recording_callback: Callback = Callback()
    recording: "Recording | None" = None
    end_reason: str = ""
    ended_by: str = ""


@dataclass(eq=False)
class Recording:
    """What was recorded. The sound itself is made when it is asked for (`recordings.wav`)."""

    source: str
    sid: str = field(default_factory=lambda: new_sid("RE"))
    call_sid: str = ""
    conference_sid: str = ""
    callback: Callback = Callback()
    status: str = "in-progress"
    created: datetime = field(default_factory=now)
    seconds: int | None = None


@dataclass(eq=False)
class Transcription:
    """The carrier listening along and writing down."""

    call: Call
    url: str
    method: str
    name: str
    language: str
    track: str
    partial: bool
    sid: str = field(default_factory=lambda: new_sid("GT"))
    sequence: int = 0


@dataclass(frozen=True)
class Media:
    sid: str
    name: str
    content_type: str
    content: bytes
    created: datetime


@dataclass(eq=False)
class Message:
    from_: str
    to: str
    body: str
    direction: str
    sid: str
    segments: int
    status: str
    media: list[Media] = field(default_factory=list)
    callback_url: str = ""
    created: datetime = field(default_factory=now)
    updated: datetime = field(default_factory=now)
    sent: datetime | None = None
    error_code: int | None = None

    @property
    def phone(self) -> str:
        """The number that is not the hotline's."""
        return self.from_ if self.direction == "inbound" else self.to


@dataclass
class State:
    """Everything, in the order in which it happened."""

    calls: dict[str, Call] = field(default_factory=dict)
    conferences: dict[str, Conference] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    recordings: dict[str, Recording] = field(default_factory=dict)
    opted_out: set[str] = field(default_factory=set)

    def active_conference(self, name: str) -> Conference | None:
        """The conference of that name which has not ended; at most one exists."""
        alive = (c for c in self.conferences.values() if c.name == name and c.status != "completed")
        return next(alive, None)


class Bulletin:
    """Wakes those who wait for news of a number or a call (the pages' long polls)."""

    def __init__(self) -> None:
        self._versions: dict[str, int] = {}
        self._events: dict[str, asyncio.Event] = {}

    def version(self, key: str) -> int:
        return self._versions.get(key, 0)

    def touch(self, *keys: str) -> None:
        for key in keys:
            self._versions[key] = self.version(key) + 1
            event = self._events.pop(key, None)
            if event is not None:
                event.set()

    async def wait(self, key: str, seen: int, seconds: float) -> int:
        """The version of `key`: at once when it is not `seen`, else after news or `seconds`."""
        if self.version(key) == seen:
            event = self._events.setdefault(key, asyncio.Event())
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(event.wait(), seconds)
        return self.version(key)


Json = dict[str, Any]
