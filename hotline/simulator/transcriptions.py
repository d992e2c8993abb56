"""Real-time transcription: what is said on a leg, posted as it is said."""

import json

from hotline.simulator.carrier import Carrier
from hotline.simulator.state import Call, Callback, Transcription, now
from hotline.simulator.twiml import Verb

CONFIDENCE = 0.94


def start(carrier: Carrier, call: Call, verb: Verb, url: str) -> None:
    """`<Start><Transcription>`: from here on, until it is stopped or the call ends."""
    transcription = Transcription(
        call=call,
        url=url,
        method=verb.get("statusCallbackMethod", "POST"),
        name=verb.get("name"),
        language=verb.get("languageCode", "en-US"),
        track=verb.get("track", "both_tracks"),
        partial=verb.flag("partialResults", default=False),
    )
    call.transcriptions.append(transcription)
    _tell(
        carrier,
        transcription,
        "transcription-started",
        {
            "Track": transcription.track,
            "PartialResults": str(transcription.partial).lower(),
            "TranscriptionEngine": verb.get("transcriptionEngine", "google"),
        },
    )


def stop(carrier: Carrier, call: Call, name: str | None = None) -> None:
    """Ends the transcription of that name, or all of a call."""
    for transcription in [each for each in call.transcriptions if name is None or each.name == name]:
        call.transcriptions.remove(transcription)
        _tell(carrier, transcription, "transcription-stopped", {})


def spoken(carrier: Carrier, call: Call, text: str, track: str) -> None:
    """Someone spoke: on the call's own side (`inbound_track`) or on the other (`outbound_track`)."""
    for transcription in call.transcriptions:
        if transcription.track not in ("both_tracks", track):
            continue
        if transcription.partial and len(text) > 1:
            _content(carrier, transcription, text[: len(text) // 2], track, final=False)
        _content(carrier, transcription, text, track, final=True)


def _content(carrier: Carrier, transcription: Transcription, text: str, track: str, *, final: bool) -> None:
    data = json.dumps({"transcript": text, "confidence": CONFIDENCE}, ensure_ascii=False)
    extra = {"Track": track, "TranscriptionData": data, "Final": str(final).lower()}
    if not final:
        extra["Stability"] = "0.9"
    _tell(carrier, transcription, "transcription-content", extra)


def _tell(carrier: Carrier, transcription: Transcription, event: str, extra: dict[str, str]) -> None:
    transcription.sequence += 1
    moment = now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
    params = {
        "AccountSid": carrier.config.credentials.account_sid,
        "CallSid": transcription.call.sid,
        "TranscriptionSid": transcription.sid,
        "TranscriptionEvent": event,
        "SequenceId": str(transcription.sequence),
        "Timestamp": moment,
        "LanguageCode": transcription.language,
        **extra,
    }
    callback = Callback(transcription.url, method=transcription.method)
    carrier.webhooks.tell(callback, params, kind="transcription", stream=transcription.sid)
