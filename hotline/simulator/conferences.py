"""Conferences: who is in, who waits, when they begin and end, and what is told of it.

A conference begins when a participant with startConferenceOnEnter is in it with someone else; it ends with
its last participant, or when one with endConferenceOnExit leaves. Where its events go is fixed by the first.
"""

import asyncio
from dataclasses import dataclass

from hotline.simulator import prompts, recordings, transcriptions
from hotline.simulator.carrier import Carrier
from hotline.simulator.documents import DocumentFailed
from hotline.simulator.params import rfc2822
from hotline.simulator.state import Call, Callback, Conference, Participant, Source, now

HUNG_UP = "participant_hung_up"
UPDATED_BY_API = "participant_updated_via_api"
KICKED = "participant_kicked_via_api"
CONFERENCE_ENDED = "conference_ended"

DUPLICATE_LABEL = 16025


class CannotJoin(Exception):
    """The leg is not let in; its call goes on with what comes after."""


@dataclass(frozen=True)
class Wishes:
    """What a leg brings along when it joins; the second half counts for the first participant only."""

    label: str = ""
    muted: bool = False
    start_on_enter: bool = True
    end_on_exit: bool = False
    coached: str = ""
    wait: Source | None = None
    callback: Callback = Callback()
    record: bool = False
    recording_callback: Callback = Callback()


def open_or_join(carrier: Carrier, name: str, wishes: Wishes) -> Conference:
    """The active conference of that name, made with these wishes when there is none."""
    conference = carrier.state.active_conference(name)
    if conference is None:
        conference = Conference(
            name, callback=wishes.callback, record=wishes.record, recording_callback=wishes.recording_callback
        )
        carrier.state.conferences[conference.sid] = conference
    return conference


def join(carrier: Carrier, call: Call, conference: Conference, wishes: Wishes) -> Participant:
    """Lets a leg in. Raises CannotJoin for a label that is taken."""
    if wishes.label and any(each.label == wishes.label for each in conference.participants):
        raise CannotJoin(f"{DUPLICATE_LABEL} the label is taken")
    participant = Participant(
        call=call,
        conference=conference,
        done=asyncio.get_running_loop().create_future(),
        label=wishes.label,
        muted=wishes.muted,
        start_on_enter=wishes.start_on_enter,
        end_on_exit=wishes.end_on_exit,
        coached=wishes.coached,
        wait=wishes.wait,
    )
    conference.participants.append(participant)
    call.participant = participant
    call.conference_name = conference.name
    call.waiting_for = "conference"
    _tell(carrier, conference, "participant-join", participant)
    if conference.status == "init":
        _begin_or_wait(carrier, conference, participant)
    else:
        call.waiting_for = "speech"
    carrier.note(call, "status", f"conference-{conference.status}", "carrier")
    return participant


def leave(carrier: Carrier, participant: Participant, reason: str) -> None:
    """Takes a leg out, and ends the conference where that is due. Does nothing for one who has left."""
    conference = participant.conference
    if participant not in conference.participants:
        return
    _take_out(carrier, participant, reason, "left")
    if participant.end_on_exit:
        how = "kicked" if reason == KICKED else "left"
        end(carrier, conference, f"participant-with-end-conference-on-exit-{how}", participant.call.sid)
    elif not conference.participants:
        how = "kicked" if reason == KICKED else "left"
        end(carrier, conference, f"last-participant-{how}", participant.call.sid)


def end(carrier: Carrier, conference: Conference, reason: str, ended_by: str = "") -> None:
    """Ends a conference; those who are still in it go on with their calls."""
    if conference.status == "completed":
        return
    conference.status = "completed"
    conference.updated = now()
    conference.end_reason, conference.ended_by = reason, ended_by
    for participant in list(conference.participants):
        _take_out(carrier, participant, CONFERENCE_ENDED, "ended")
    if conference.recording is not None:
        recordings.finish(carrier, conference.recording)
    extra = {"ReasonConferenceEnded": reason, "Reason": reason.replace("-", " ")}
    if ended_by:
        extra["CallSidEndingConference"] = ended_by
    _tell(carrier, conference, "conference-end", extra=extra)


def mute(carrier: Carrier, participant: Participant, muted: bool) -> None:
    """Others no longer hear the participant, or hear them again."""
    if participant.muted != muted:
        participant.muted = muted
        _changed(carrier, participant, "participant-mute" if muted else "participant-unmute")


def hold(carrier: Carrier, participant: Participant, held: bool, music: Source | None) -> None:
    """Puts a participant aside, with music where an address is given, or brings them back."""
    if participant.hold == held:
        return
    participant.hold = held
    _silence(participant)
    if held and music is not None:
        _play(carrier, participant, music, "hold")
    _changed(carrier, participant, "participant-hold" if held else "participant-unhold")


def modify(carrier: Carrier, participant: Participant, *, end_on_exit: bool, coached: str) -> None:
    """Changes what happens when the participant leaves, or whom they coach."""
    if (participant.end_on_exit, participant.coached) != (end_on_exit, coached):
        participant.end_on_exit, participant.coached = end_on_exit, coached
        _changed(carrier, participant, "participant-modify")


def speak(carrier: Carrier, call: Call, text: str) -> None:
    """Those in the same running conference hear what a leg says, as far as mute, hold and coaching allow."""
    speaker = call.participant
    if speaker is None or speaker.conference.status != "in-progress" or speaker.muted or speaker.hold:
        return
    for other in speaker.conference.participants:
        if other is speaker or other.hold or (speaker.coached and other.call.sid != speaker.coached):
            continue
        carrier.note(other.call, "heard", text, "voice")
        transcriptions.spoken(carrier, other.call, text, "outbound_track")


def _begin_or_wait(carrier: Carrier, conference: Conference, participant: Participant) -> None:
    starters = any(each.start_on_enter for each in conference.participants)
    if not starters or len(conference.participants) < 2:
        if participant.wait is not None:
            _play(carrier, participant, participant.wait, "wait")
        return
    conference.status = "in-progress"
    conference.updated = now()
    _tell(carrier, conference, "conference-start")
    for each in conference.participants:
        _silence(each)
        each.call.waiting_for = "speech"
        if each is not participant:
            carrier.note(each.call, "status", "conference-in-progress", "carrier")
    if conference.record:
        conference.recording = recordings.begin(
            carrier, "Conference", conference.recording_callback, conference_sid=conference.sid
        )


def _take_out(carrier: Carrier, participant: Participant, reason: str, outcome: str) -> None:
    conference, call = participant.conference, participant.call
    conference.participants.remove(participant)
    _silence(participant)
    call.participant = None
    call.waiting_for = ""
    if not participant.done.done():
        participant.done.set_result(outcome)
    status = "completed" if reason == HUNG_UP else call.status
    extra = {"ReasonParticipantLeft": reason, "ParticipantCallStatus": status}
    _tell(carrier, conference, "participant-leave", participant, extra)
    carrier.note(call, "status", "conference-left", "carrier")


def _play(carrier: Carrier, participant: Participant, source: Source, kind: str) -> None:
    participant.music = carrier.spawn(_music(carrier, participant, source, kind))


async def _music(carrier: Carrier, participant: Participant, source: Source, kind: str) -> None:
    try:
        await prompts.play_in_a_loop(carrier, participant.call, source, kind)
    except DocumentFailed as error:
        carrier.note(participant.call, "status", f"error {error.code}", "carrier")
        # Music on hold may fail without harm; a waiting room that fails lets the call go on without it.
        if kind == "wait" and not participant.done.done():
            participant.music = None
            participant.done.set_result("failed")


def _silence(participant: Participant) -> None:
    if participant.music is not None:
        participant.music.cancel()
        participant.music = None


def _changed(carrier: Carrier, participant: Participant, event: str) -> None:
    participant.updated = now()
    _tell(carrier, participant.conference, event, participant)
    carrier.note(participant.call, "status", event, "carrier")


# What the carrier calls an event -> the word that asks for it in statusCallbackEvent.
_SUBSCRIPTION = {
    "conference-start": "start",
    "conference-end": "end",
    "participant-join": "join",
    "participant-leave": "leave",
    "participant-mute": "mute",
    "participant-unmute": "mute",
    "participant-hold": "hold",
    "participant-unhold": "hold",
    "participant-modify": "modify",
}


def _tell(
    carrier: Carrier,
    conference: Conference,
    event: str,
    participant: Participant | None = None,
    extra: dict[str, str] | None = None,
) -> None:
    if _SUBSCRIPTION[event] not in conference.callback.events:
        return
    conference.sequence += 1
    params = {
        "AccountSid": carrier.config.credentials.account_sid,
        "ConferenceSid": conference.sid,
        "FriendlyName": conference.name,
        "StatusCallbackEvent": event,
        "SequenceNumber": str(conference.sequence),
        "Timestamp": rfc2822(now()),
    }
    if participant is not None:
        params |= _participant_params(participant)
    carrier.webhooks.tell(
        conference.callback, params | (extra or {}), kind="conference", stream=conference.sid
    )


def _participant_params(participant: Participant) -> dict[str, str]:
    flags = {
        "Muted": participant.muted,
        "Hold": participant.hold,
        "Coaching": bool(participant.coached),
        "EndConferenceOnExit": participant.end_on_exit,
        "StartConferenceOnEnter": participant.start_on_enter,
    }
    params = {"CallSid": participant.call.sid} | {name: str(on).lower() for name, on in flags.items()}
    if participant.label:
        params["ParticipantLabel"] = participant.label
    if participant.coached:
        params["CallSidToCoach"] = participant.coached
    return params
