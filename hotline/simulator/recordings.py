"""Recordings: when they begin and end, what is told of them, and the sound itself."""

import io
import math
import struct
import wave
from collections.abc import Iterator

from hotline.simulator.carrier import Carrier
from hotline.simulator.params import rfc2822
from hotline.simulator.state import Callback, Recording, now

RATE = 8000
LONGEST_SOUND = 30


def begin(
    carrier: Carrier, source: str, callback: Callback, *, call_sid: str = "", conference_sid: str = ""
) -> Recording:
    """Starts a recording of a call or of a conference."""
    recording = Recording(source=source, callback=callback, call_sid=call_sid, conference_sid=conference_sid)
    carrier.state.recordings[recording.sid] = recording
    _tell(carrier, recording, "in-progress")
    return recording


def finish(carrier: Carrier, recording: Recording, *, silent: bool = False) -> None:
    """Ends a recording: completed, or absent when there was nothing to hear."""
    if recording.status != "in-progress":
        return
    seconds = max(1, math.ceil((now() - recording.created).total_seconds()))
    absent = silent or carrier.webhooks.faults.happens("recording_absent")
    recording.status = "absent" if absent else "completed"
    recording.seconds = 0 if absent else seconds
    _tell(carrier, recording, recording.status)


def url(carrier: Carrier, recording: Recording) -> str:
    """The address of the sound, without an ending."""
    return f"{carrier.config.public}{carrier.config.api_root}/Recordings/{recording.sid}"


def wav(seconds: int) -> bytes:
    """A quiet tone of that length (at most half a minute) as a WAV file: 8 kHz, 16 bit, one channel."""
    sound = io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        second = b"".join(_second())
        file.writeframes(second * min(max(seconds, 1), LONGEST_SOUND))
    return sound.getvalue()


def _second() -> Iterator[bytes]:
    for n in range(RATE):
        yield struct.pack("<h", int(1200 * math.sin(2 * math.pi * 440 * n / RATE)))


def _tell(carrier: Carrier, recording: Recording, event: str) -> None:
    if event not in recording.callback.events:
        return
    params = {
        "AccountSid": carrier.config.credentials.account_sid,
        "RecordingSid": recording.sid,
        "RecordingUrl": url(carrier, recording),
        "RecordingStatus": event,
        "RecordingChannels": "1",
        "RecordingSource": recording.source,
        "RecordingStartTime": rfc2822(recording.created),
        "RecordingTrack": "both",
    }
    if recording.seconds is not None:
        params["RecordingDuration"] = str(recording.seconds)
    if recording.call_sid:
        params["CallSid"] = recording.call_sid
    if recording.conference_sid:
        params["ConferenceSid"] = recording.conference_sid
    carrier.webhooks.tell(recording.callback, params, kind="recording", stream=recording.sid)
