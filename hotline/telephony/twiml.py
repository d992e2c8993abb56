"""What the line says and does, as TwiML. Nothing here writes; the wording is in the Prompt rows."""

from django.http import HttpResponse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from hotline.models import Call, Prompt
from hotline.telephony.addresses import absolute

VOICE = "Polly.Zhiyu"
LANGUAGE = "cmn-CN"
TRANSCRIPTION_LANGUAGE = "cmn-Hans-CN"
MENU_SECONDS = 5
VOICEMAIL_SECONDS = 180
SILENCE_SECONDS = 10
"""Who weeps or looks for words is not cut off after the carrier's five seconds."""
CONFERENCE_EVENTS = "start end join leave mute hold modify"
WITHOUT_ROWS: dict[str, str | Promise] = {
    "apology": _("We are sorry: our system has a fault. Please leave a message after the tone."),
    "hold": _("Please hold the line."),
}
"""What can be said when no prompt can be read."""


def answer(response: VoiceResponse) -> HttpResponse:
    """The response as the carrier reads it."""
    return HttpResponse(str(response), content_type="text/xml; charset=utf-8")


def nothing() -> HttpResponse:
    """There is nothing to do."""
    return HttpResponse(status=204)


def speak(speaker: "VoiceResponse | Gather", key: str, **fields: object) -> None:
    """Play or say the prompt `key`; a line without that prompt stays silent and goes on."""
    prompt = Prompt.objects.filter(key=key).first()
    if prompt is not None and prompt.play_url:
        speaker.play(prompt.play_url)
    elif prompt is not None:
        text = prompt.text
        for name, value in fields.items():
            text = text.replace(f"{{{name}}}", str(value))
        speaker.say(text, voice=VOICE, language=LANGUAGE)
    elif key in WITHOUT_ROWS:
        _say_fixed(speaker, key)


def _say_fixed(speaker: "VoiceResponse | Gather", key: str) -> None:
    with translation.override("zh-hans"):
        speaker.say(str(WITHOUT_ROWS[key]), voice=VOICE, language=LANGUAGE)


def _transcribe(response: VoiceResponse) -> None:
    start = response.start()
    start.transcription(
        status_callback_url=absolute("twilio:transcription"),
        language_code=TRANSCRIPTION_LANGUAGE,
        track="both_tracks",
        partial_results=False,
    )


def menu() -> VoiceResponse:
    """The first words and the one short menu; without a key the call goes on."""
    response = VoiceResponse()
    _transcribe(response)
    gather = Gather(
        input="dtmf", num_digits=1, timeout=MENU_SECONDS, action=absolute("twilio:voice-menu"), method="POST"
    )
    speak(gather, "greeting")
    speak(gather, "menu")
    response.append(gather)
    response.redirect(absolute("twilio:voice-menu"), method="POST")
    return response


def closed() -> VoiceResponse:
    """Out of hours: the caller leaves a message."""
    response = VoiceResponse()
    _transcribe(response)
    _record(response, "closed")
    return response


def voicemail() -> VoiceResponse:
    """Nobody could take the call: the caller leaves a message."""
    response = VoiceResponse()
    _record(response, "voicemail")
    return response


def apology(*, rows: bool) -> VoiceResponse:
    """Something of ours failed: the caller can still leave a message. Without `rows` nothing is read."""
    response = VoiceResponse()
    if rows:
        _record(response, "apology")
    else:
        _say_fixed(response, "apology")
        _record(response, "")
    return response


def _record(response: VoiceResponse, key: str) -> None:
    if key:
        speak(response, key)
    response.record(
        action=absolute("twilio:voice-after", recorded=1),
        method="POST",
        max_length=VOICEMAIL_SECONDS,
        timeout=SILENCE_SECONDS,
        play_beep=True,
        finish_on_key="#",
        recording_status_callback=absolute("twilio:recording"),
        recording_status_callback_event="completed absent",
    )


def to_conference(call: Call) -> VoiceResponse:
    """The worker goes into the call's conference and waits there for an agent."""
    response = VoiceResponse()
    dial = Dial(action=absolute("twilio:voice-after"), method="POST")
    _conference(dial, call, starts=False, ends=True, wait_url=absolute("twilio:voice-wait", call=call.uid))
    response.append(dial)
    return response


def answered_callback(call: Call) -> VoiceResponse:
    """The worker has answered our call back; the agent is in the conference already."""
    response = VoiceResponse()
    _transcribe(response)
    speak(response, "callback")
    dial = Dial(action=absolute("twilio:voice-after"), method="POST")
    _conference(dial, call, starts=True, ends=True)
    response.append(dial)
    return response


def agent_joins(call: Call, leg_sid: str) -> VoiceResponse:
    """The softphone of the agent who holds the call joins its conference."""
    response = VoiceResponse()
    dial = Dial()
    # The leg is part of the label: an agent may come back while their lost leg is still there (16025).
    _conference(dial, call, starts=True, ends=False, label=f"agent_{call.agent_id}_{leg_sid[-8:]}")
    response.append(dial)
    return response


def _conference(
    dial: Dial, call: Call, *, starts: bool, ends: bool, wait_url: str = "", label: str | None = None
) -> None:
    # The first party fixes events and recording for all: both sides name the same.
    recording = {
        "record": "record-from-start",
        "recording_status_callback": absolute("twilio:recording", call=call.uid),
        "recording_status_callback_event": "completed absent",
    }
    dial.conference(
        call.conference,
        start_conference_on_enter=starts,
        end_conference_on_exit=ends,
        beep="false",
        wait_url=wait_url,
        wait_method="POST",
        status_callback=absolute("twilio:conference"),
        status_callback_method="POST",
        status_callback_event=CONFERENCE_EVENTS,
        participant_label=label,
        **(recording if call.recorded else {}),
    )


def place(ahead: int) -> VoiceResponse:
    """Said while waiting, again and again: how many are in front."""
    response = VoiceResponse()
    if ahead:
        speak(response, "waiting", ahead=ahead)
    else:
        speak(response, "waiting_next")
    response.pause(length=15)
    return response


def hold() -> VoiceResponse:
    """Said while the agent has put the worker on hold."""
    response = VoiceResponse()
    speak(response, "hold")
    response.pause(length=20)
    response.redirect(absolute("twilio:voice-hold"), method="POST")
    return response


def goodbye(key: str = "goodbye") -> VoiceResponse:
    """The last words."""
    response = VoiceResponse()
    speak(response, key)
    response.hangup()
    return response


def refuse() -> VoiceResponse:
    """Nobody may join here: before the leg is answered, so that it costs nothing."""
    response = VoiceResponse()
    response.reject()
    return response
