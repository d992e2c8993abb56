"""Conferences: waiting, beginning, ending, hold and mute, and what is told of them."""

import pytest
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant

from .conftest import CREDENTIALS, Hotline, Simulator, until

ROOM = "call-4f1c"
EVENTS = "start end join leave mute hold modify"


def conference(**attributes: str) -> str:
    settings = {
        "statusCallback": "/twilio/conference/",
        "statusCallbackEvent": EVENTS,
        "beep": "false",
        "waitUrl": "/twilio/voice/wait/",
    } | attributes
    written = " ".join(f'{name}="{value}"' for name, value in settings.items())
    return f"<Conference {written}>{ROOM}</Conference>"


@pytest.fixture(autouse=True)
def rooms(hotline: Hotline) -> None:
    """Workers wait for an agent; agents bring the conference to life."""
    waiting = conference(startConferenceOnEnter="false", endConferenceOnExit="true")
    hotline.answers["/twilio/voice/"] = (
        '<Start><Transcription statusCallbackUrl="/transcription/" languageCode="cmn-Hans-CN"'
        f' track="both_tracks"/></Start><Dial action="/twilio/voice/after/">{waiting}</Dial>'
    )
    hotline.answers["/twilio/voice/wait/"] = "<Say>前面还有一位</Say>"
    hotline.answers["/twilio/voice/after/"] = "<Say>再见</Say>"
    hotline.answers["/twilio/voice/agent/"] = (
        f"<Dial>{conference(participantLabel='agent', startConferenceOnEnter='true')}</Dial>"
    )


def connect(simulator: Simulator, identity: str = "agent_7") -> str:
    grant = VoiceGrant(outgoing_application_sid=CREDENTIALS.app_sid)
    token = AccessToken(
        CREDENTIALS.account_sid,
        CREDENTIALS.api_key,
        CREDENTIALS.api_secret,
        identity=identity,
        grants=[grant],
    )
    data = {"token": token.to_jwt(), "params": {"call_id": ROOM}}
    sid: str = simulator.post("/softphone/connect", data)["call_sid"]
    return sid


def bridged(simulator: Simulator) -> tuple[str, str]:
    """A worker and an agent who talk to each other."""
    worker = simulator.dial()
    simulator.until_call(worker, waiting_for="conference")
    agent = connect(simulator)
    simulator.until_call(worker, waiting_for="speech")
    simulator.until_call(agent, waiting_for="speech")
    return worker, agent


def test_a_caller_waits_and_hears_the_waiting_room_again_and_again(
    simulator: Simulator, hotline: Hotline
) -> None:
    worker = simulator.dial()
    posts = hotline.wait_for("/twilio/voice/wait/", 2)
    assert posts[0].params["CallSid"] == worker
    call = simulator.call(worker)
    assert (call["waiting_for"], call["conference"]) == ("conference", ROOM)
    [found] = simulator.client().conferences.list(friendly_name=ROOM)
    assert found.status == "init"
    assert hotline.events() == ["participant-join"]


def test_the_conference_begins_with_the_agent_and_ends_with_the_caller(
    simulator: Simulator, hotline: Hotline
) -> None:
    worker, agent = bridged(simulator)
    simulator.post(f"/sim/calls/{worker}/hangup")
    simulator.until_call(agent, status="completed")
    hotline.wait_for("/twilio/conference/", 6)
    assert hotline.events() == [
        "participant-join",
        "participant-join",
        "conference-start",
        "participant-leave",
        "participant-leave",
        "conference-end",
    ]
    posts = hotline.to("/twilio/conference/")
    assert [post.params["SequenceNumber"] for post in posts] == ["1", "2", "3", "4", "5", "6"]
    assert posts[1].params["ParticipantLabel"] == "agent"
    assert posts[3].params["ReasonParticipantLeft"] == "participant_hung_up"
    assert posts[5].params["ReasonConferenceEnded"] == "participant-with-end-conference-on-exit-left"
    assert posts[5].params["CallSidEndingConference"] == worker
    [action] = hotline.wait_for("/twilio/voice/after/")
    assert (action.params["DialCallStatus"], action.params["CallStatus"]) == ("answered", "completed")
    assert "再见" not in simulator.call(worker)["heard"]


def test_an_agent_who_leaves_does_not_end_the_call(simulator: Simulator, hotline: Hotline) -> None:
    worker, agent = bridged(simulator)
    simulator.post(f"/sim/calls/{agent}/hangup")
    simulator.until_call(agent, status="completed")
    assert simulator.call(worker)["status"] == "in-progress"
    again = connect(simulator, "agent_8")
    simulator.until_call(again, waiting_for="speech")
    simulator.post(f"/sim/calls/{worker}/say", {"text": "还在吗"})
    until(lambda: "还在吗" in simulator.call(again)["heard"])


def test_ending_by_api_lets_the_caller_go_on(simulator: Simulator, hotline: Hotline) -> None:
    worker, _agent = bridged(simulator)
    client = simulator.client()
    [found] = client.conferences.list(status="in-progress")
    assert client.conferences(found.sid).update(status="completed").status == "completed"
    call = simulator.until_call(worker, status="completed")
    assert call["heard"][-1] == "再见"
    assert hotline.events()[-1] == "conference-end"
    assert client.conferences(found.sid).fetch().reason_conference_ended == "conference-ended-via-api"


def test_both_sides_hear_each_other_and_are_written_down(simulator: Simulator, hotline: Hotline) -> None:
    worker, agent = bridged(simulator)
    simulator.post(f"/sim/calls/{worker}/say", {"text": "三个月没发工资"})
    simulator.post(f"/sim/calls/{agent}/say", {"text": "有合同吗"})
    assert simulator.call(agent)["heard"][-1] == "三个月没发工资"
    assert simulator.call(worker)["heard"][-1] == "有合同吗"
    posts = hotline.wait_for("/transcription/", 2, TranscriptionEvent="transcription-content")
    assert [post.params["Track"] for post in posts] == ["inbound_track", "outbound_track"]
    assert {post.params["CallSid"] for post in posts} == {worker}


def test_the_caller_is_held_and_brought_back(simulator: Simulator, hotline: Hotline) -> None:
    worker, agent = bridged(simulator)
    client = simulator.client()
    [found] = client.conferences.list(status="in-progress")
    hotline.answers["/hold/"] = "<Say>请稍候</Say>"
    participant = client.conferences(found.sid).participants(worker)
    assert participant.update(hold=True, hold_url=f"{hotline.url}/hold/?b=2&a=1").hold is True
    hotline.wait_for("/hold/")
    simulator.post(f"/sim/calls/{agent}/say", {"text": "听不见我"})
    assert "听不见我" not in simulator.call(worker)["heard"]
    assert participant.update(hold=False).hold is False
    simulator.post(f"/sim/calls/{agent}/say", {"text": "我回来了"})
    assert simulator.call(worker)["heard"][-1] == "我回来了"
    hotline.wait_for("/twilio/conference/", 5)
    assert hotline.events()[-2:] == ["participant-hold", "participant-unhold"]


def test_a_muted_listener_is_not_heard_and_a_coach_only_by_one(
    simulator: Simulator, hotline: Hotline
) -> None:
    worker, agent = bridged(simulator)
    hotline.answers["/twilio/voice/agent/"] = (
        f"<Dial>{conference(muted='true', participantLabel='supervisor')}</Dial>"
    )
    supervisor = connect(simulator, "supervisor_1")
    simulator.until_call(supervisor, waiting_for="speech")
    simulator.post(f"/sim/calls/{supervisor}/say", {"text": "悄悄话"})
    assert "悄悄话" not in simulator.call(agent)["heard"]
    client = simulator.client()
    [found] = client.conferences.list(status="in-progress")
    place = client.conferences(found.sid).participants("supervisor")
    place.update(muted=False, coaching=True, call_sid_to_coach=agent)
    simulator.post(f"/sim/calls/{supervisor}/say", {"text": "问一下合同"})
    assert simulator.call(agent)["heard"][-1] == "问一下合同"
    assert "问一下合同" not in simulator.call(worker)["heard"]
    hotline.wait_for("/twilio/conference/", 6)
    assert hotline.events()[-2:] == ["participant-unmute", "participant-modify"]


def test_a_participant_who_is_removed_goes_on_with_their_call(simulator: Simulator, hotline: Hotline) -> None:
    _worker, agent = bridged(simulator)
    client = simulator.client()
    [found] = client.conferences.list(status="in-progress")
    assert client.conferences(found.sid).participants(agent).delete()
    simulator.until_call(agent, status="completed")
    assert [each.call_sid for each in client.conferences(found.sid).participants.list()] == [_worker]


def test_a_waiting_caller_can_be_sent_elsewhere(simulator: Simulator, hotline: Hotline) -> None:
    worker = simulator.dial()
    simulator.until_call(worker, waiting_for="conference")
    hotline.answers["/voicemail/"] = "<Say>请留言</Say>"
    simulator.client().calls(worker).update(url=f"{hotline.url}/voicemail/")
    call = simulator.until_call(worker, status="completed")
    assert call["heard"][-1] == "请留言"
    assert not hotline.to("/twilio/voice/after/"), "a redirect leaves without the action"
    left = hotline.wait_for("/twilio/conference/", StatusCallbackEvent="participant-leave")[0]
    assert left.params["ReasonParticipantLeft"] == "participant_updated_via_api"


def test_a_waiting_room_that_fails_lets_the_call_go_on(simulator: Simulator, hotline: Hotline) -> None:
    hotline.answers["/twilio/voice/wait/"] = "<Gather/>"
    call = simulator.until_call(simulator.dial(), status="completed")
    assert call["heard"] == ["再见"]
    assert hotline.to("/twilio/voice/after/")[0].params["DialCallStatus"] == "failed"


def test_events_go_where_the_first_participant_said(simulator: Simulator, hotline: Hotline) -> None:
    hotline.answers["/twilio/voice/agent/"] = (
        f"<Dial>{conference(statusCallback='/elsewhere/', startConferenceOnEnter='true')}</Dial>"
    )
    bridged(simulator)
    hotline.wait_for("/twilio/conference/", 3)
    assert not hotline.to("/elsewhere/")


def test_a_label_that_is_taken_sends_the_call_to_its_next_verb(
    simulator: Simulator, hotline: Hotline
) -> None:
    bridged(simulator)
    hotline.answers["/twilio/voice/agent/"] = (
        f"<Dial action='/no/'>{conference(participantLabel='agent')}</Dial><Say>已有人</Say>"
    )
    second = connect(simulator, "agent_8")
    assert simulator.until_call(second, status="completed")["heard"] == ["已有人"]


@pytest.mark.parametrize("absent", [False, True])
def test_a_conference_is_recorded(simulator: Simulator, hotline: Hotline, absent: bool) -> None:
    recorded = conference(
        startConferenceOnEnter="false",
        endConferenceOnExit="true",
        record="record-from-start",
        recordingStatusCallback="/twilio/recording/",
        recordingStatusCallbackEvent="completed absent",
    )
    hotline.answers["/twilio/voice/"] = f"<Dial>{recorded}</Dial>"
    simulator.post("/sim/faults", {"recording_absent": absent})
    worker, _agent = bridged(simulator)
    simulator.post(f"/sim/calls/{worker}/hangup")
    [told] = hotline.wait_for("/twilio/recording/")
    assert told.params["RecordingStatus"] == ("absent" if absent else "completed")
    assert told.params["RecordingSource"] == "Conference"
    assert told.params["ConferenceSid"] == hotline.to("/twilio/conference/")[0].params["ConferenceSid"]
