"""`<Record>`: the voicemail. Ends with silence, a key, the longest length, or the receiver put down."""

import asyncio

from hotline.simulator import recordings
from hotline.simulator.carrier import Carrier
from hotline.simulator.documents import Document
from hotline.simulator.gather import forget_inputs
from hotline.simulator.params import call_params
from hotline.simulator.state import Call, Callback, HangUp, Outcome, Recording, Source
from hotline.simulator.twiml import Verb

LONGEST = 3600


async def run(carrier: Carrier, call: Call, verb: Verb, document: Document) -> Outcome:
    """Goes on with the action once something was recorded; an empty recording goes on with the next verb."""
    forget_inputs(call)
    if verb.flag("playBeep", default=True):
        carrier.note(call, "heard", "♪ beep", "prompt")
    recording = recordings.begin(carrier, "RecordVerb", _callback(verb, document), call_sid=call.sid)
    heard: list[str] = []
    key = ""
    call.waiting_for = "speech"
    carrier.changed(call)
    try:
        key = await _until_silence(carrier, call, verb, heard)
    except asyncio.CancelledError:
        _hung_up(carrier, call, verb, document, recording, heard)
        raise
    finally:
        call.waiting_for = ""
        recordings.finish(carrier, recording, silent=not heard)
    return _action(carrier, verb, document, recording, key) if heard else None


async def _until_silence(carrier: Carrier, call: Call, verb: Verb, heard: list[str]) -> str:
    """The key that ended it, or nothing. Fills `heard` with what was said."""
    finish_keys = verb.get("finishOnKey", "1234567890*#")
    silence = verb.number("timeout", 5) * carrier.config.pace
    loop = asyncio.get_running_loop()
    end = loop.time() + verb.number("maxLength", LONGEST) * carrier.config.pace
    while True:
        try:
            said = await asyncio.wait_for(call.inbox.get(), min(silence, end - loop.time()))
        except TimeoutError:
            return ""
        if said.kind == "speech":
            heard.append(said.text)
        elif said.kind == "digits":
            for key in said.text:
                if key in finish_keys:
                    return key


def _action(carrier: Carrier, verb: Verb, document: Document, recording: Recording, digits: str) -> Source:
    return document.source(
        verb,
        RecordingUrl=recordings.url(carrier, recording),
        RecordingSid=recording.sid,
        RecordingDuration=str(recording.seconds),
        Digits=digits,
    )


def _hung_up(
    carrier: Carrier, call: Call, verb: Verb, document: Document, recording: Recording, heard: list[str]
) -> None:
    """The action is told of a recording that ended with the call; its answer is not carried out."""
    if not heard or not isinstance(call.order, HangUp):
        return
    recordings.finish(carrier, recording)
    source = _action(carrier, verb, document, recording, "hangup")
    params = call_params(carrier.config, call, "completed") | source.extra
    callback = Callback(source.url, method=source.method)
    carrier.webhooks.tell(callback, params, kind="record action", stream=call.sid)


def _callback(verb: Verb, document: Document) -> Callback:
    url = verb.get("recordingStatusCallback")
    if not url:
        return Callback()
    events = verb.words("recordingStatusCallbackEvent", "completed")
    return Callback(document.address(url), events, verb.get("recordingStatusCallbackMethod", "POST").upper())
