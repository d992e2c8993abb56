"""An inbound call: what is posted, how TwiML is carried out, what happens when the hotline fails."""

import pytest

from .conftest import CREDENTIALS, NUMBER, WORKER, Hotline, Simulator, World, until

MENU = (
    '<Gather numDigits="1" timeout="5" action="/menu/?a=1"><Say>请按一或二</Say></Gather><Say>没有按键</Say>'
)


def test_a_call_is_announced_and_its_progress_told(simulator: Simulator, hotline: Hotline) -> None:
    hotline.answers["/twilio/voice/"] = "<Say>欢迎致电12351</Say><Hangup/>"
    sid = simulator.dial()
    call = simulator.until_call(sid, status="completed")
    assert call["heard"] == ["欢迎致电12351"]
    assert call["ended_reason"] == "hotline-hung-up"
    [post] = hotline.to("/twilio/voice/")
    assert (
        post.params
        | {
            "CallSid": sid,
            "AccountSid": CREDENTIALS.account_sid,
            "From": WORKER,
            "To": NUMBER,
            "CallStatus": "ringing",
            "Direction": "inbound",
            "ApiVersion": "2010-04-01",
            "FromCity": "",
            "FromCountry": "CN",
        }
        == post.params
    )
    hotline.wait_for("/twilio/voice/status/", 4)
    told = [
        (post.params["CallStatus"], post.params["SequenceNumber"])
        for post in hotline.to("/twilio/voice/status/")
    ]
    assert told == [("initiated", "0"), ("ringing", "1"), ("in-progress", "2"), ("completed", "3")]
    last = hotline.to("/twilio/voice/status/")[-1].params
    assert {"CallDuration", "Timestamp", "CallbackSource"} <= set(last)


def test_the_short_number_reaches_the_hotline(simulator: Simulator, hotline: Hotline) -> None:
    simulator.dial(to="12351")
    assert hotline.wait_for("/twilio/voice/")[0].params["To"] == NUMBER


def test_keys_answer_a_gather(simulator: Simulator, hotline: Hotline) -> None:
    hotline.answers["/twilio/voice/"] = MENU
    hotline.answers["/menu/"] = "<Hangup/>"
    sid = simulator.dial()
    simulator.until_call(sid, waiting_for="digits")
    simulator.post(f"/sim/calls/{sid}/digits", {"digits": "2"})
    [post] = hotline.wait_for("/menu/")
    assert post.params["Digits"] == "2"
    assert post.url.endswith("/menu/?a=1")


@pytest.mark.parametrize(
    ("attributes", "keys", "expected"),
    [
        ('numDigits="3"', "1234", "123"),
        ('finishOnKey="#"', "12#9", "12"),
        ('finishOnKey="" numDigits="2"', "#*", "#*"),
        ('timeout="1"', "77", "77"),
    ],
)
def test_how_a_gather_ends(
    simulator: Simulator, hotline: Hotline, attributes: str, keys: str, expected: str
) -> None:
    hotline.answers["/twilio/voice/"] = f'<Gather action="/menu/" {attributes}/>'
    sid = simulator.dial()
    simulator.until_call(sid, waiting_for="digits")
    simulator.post(f"/sim/calls/{sid}/digits", {"digits": keys})
    assert hotline.wait_for("/menu/")[0].params["Digits"] == expected


def test_a_gather_without_an_answer_goes_on(simulator: Simulator, hotline: Hotline) -> None:
    hotline.answers["/twilio/voice/"] = MENU
    call = simulator.until_call(simulator.dial(), status="completed")
    assert call["heard"] == ["请按一或二", "没有按键"]
    assert not hotline.to("/menu/")


def test_a_gather_takes_speech(simulator: Simulator, hotline: Hotline) -> None:
    hotline.answers["/twilio/voice/"] = '<Gather input="speech" action="/menu/" timeout="60"/>'
    sid = simulator.dial()
    simulator.until_call(sid, waiting_for="speech")
    simulator.post(f"/sim/calls/{sid}/say", {"text": "拖欠工资"})
    post = hotline.wait_for("/menu/")[0]
    assert (post.params["SpeechResult"], float(post.params["Confidence"]) > 0.5) == ("拖欠工资", True)


def test_redirect_play_and_pause(simulator: Simulator, hotline: Hotline) -> None:
    hotline.answers["/twilio/voice/"] = (
        '<Pause length="1"/><Play>/prompts/welcome.mp3</Play><Redirect>next/</Redirect>'
    )
    hotline.answers["/twilio/voice/next/"] = "<Say>到了</Say>"
    hotline.answers["/prompts/welcome.mp3"] = "sound"
    call = simulator.until_call(simulator.dial(), status="completed")
    assert call["heard"] == ["♪ welcome.mp3", "到了"]


@pytest.mark.parametrize(("reason", "status"), [("busy", "busy"), ("rejected", "no-answer")])
def test_a_rejected_call_was_never_answered(
    simulator: Simulator, hotline: Hotline, reason: str, status: str
) -> None:
    hotline.answers["/twilio/voice/"] = f'<Reject reason="{reason}"/>'
    call = simulator.until_call(simulator.dial(), ended_reason="rejected")
    assert call["status"] == status
    hotline.wait_for("/twilio/voice/status/", 3)
    assert not hotline.to("/twilio/voice/status/", CallStatus="in-progress")


def test_hanging_up_ends_the_call(simulator: Simulator, hotline: Hotline) -> None:
    hotline.answers["/twilio/voice/"] = '<Pause length="9999"/>'
    sid = simulator.dial()
    simulator.until_call(sid, status="in-progress")
    simulator.post(f"/sim/calls/{sid}/hangup")
    assert simulator.until_call(sid, status="completed")["ended_reason"] == "caller-hung-up"
    hotline.wait_for("/twilio/voice/status/", CallStatus="completed")
    simulator.post(f"/sim/calls/{sid}/digits", {"digits": "1"}, status=409)


@pytest.mark.parametrize(
    ("answer", "code"), [(500, "11200"), (404, "11200"), ("<Unknown/>", "12200"), ("<Say>", "12100")]
)
def test_a_failing_hotline_is_asked_for_the_fallback(
    simulator: Simulator, hotline: Hotline, answer: str | int, code: str
) -> None:
    hotline.answers["/twilio/voice/"] = answer
    hotline.answers["/twilio/voice/fallback/"] = "<Say>系统繁忙</Say>"
    call = simulator.until_call(simulator.dial(), status="completed")
    assert call["heard"] == ["系统繁忙"]
    [post] = hotline.to("/twilio/voice/fallback/")
    assert (post.params["ErrorCode"], post.params["ErrorUrl"]) == (code, f"{hotline.url}/twilio/voice/")
    assert len(hotline.to("/twilio/voice/")) == 1, "the fallback comes at once"


def test_a_hotline_that_is_too_slow_is_asked_for_the_fallback(world: World) -> None:
    simulator = world.start(webhook_timeout=0.2)
    world.hotline.slow["/twilio/voice/"] = 1.0
    world.hotline.answers["/twilio/voice/fallback/"] = "<Say>系统繁忙</Say>"
    assert simulator.until_call(simulator.dial(), status="completed")["heard"] == ["系统繁忙"]


def test_without_any_answer_the_carrier_apologises(simulator: Simulator, hotline: Hotline) -> None:
    hotline.answers["/twilio/voice/"] = hotline.answers["/twilio/voice/fallback/"] = 500
    call = simulator.until_call(simulator.dial(), status="completed")
    assert call["ended_reason"] == "application-error"
    assert "application error" in call["heard"][0]


def test_a_voicemail_is_recorded(simulator: Simulator, hotline: Hotline) -> None:
    hotline.answers["/twilio/voice/"] = (
        '<Record action="/after/" timeout="20" recordingStatusCallback="/recording/"'
        ' recordingStatusCallbackEvent="completed absent"/><Say>没有留言</Say>'
    )
    sid = simulator.dial()
    simulator.until_call(sid, waiting_for="speech")
    simulator.post(f"/sim/calls/{sid}/say", {"text": "请回电"})
    [post] = hotline.wait_for("/after/")
    [told] = hotline.wait_for("/recording/")
    assert told.params["RecordingStatus"] == "completed"
    assert told.params["RecordingSid"] == post.params["RecordingSid"]
    assert told.params["RecordingUrl"] == post.params["RecordingUrl"]
    assert told.params["CallSid"] == sid


def test_a_voicemail_survives_hanging_up(simulator: Simulator, hotline: Hotline) -> None:
    hotline.answers["/twilio/voice/"] = '<Record action="/after/" recordingStatusCallback="/recording/"/>'
    sid = simulator.dial()
    simulator.until_call(sid, waiting_for="speech")
    simulator.post(f"/sim/calls/{sid}/say", {"text": "请回电"})
    simulator.post(f"/sim/calls/{sid}/hangup")
    [post] = hotline.wait_for("/after/")
    assert (post.params["Digits"], post.params["CallStatus"]) == ("hangup", "completed")
    assert hotline.wait_for("/recording/")[0].params["RecordingStatus"] == "completed"


def test_silence_is_no_recording(simulator: Simulator, hotline: Hotline) -> None:
    hotline.answers["/twilio/voice/"] = (
        '<Record action="/after/" timeout="1" recordingStatusCallback="/recording/"'
        ' recordingStatusCallbackEvent="completed absent"/><Say>没有留言</Say>'
    )
    call = simulator.until_call(simulator.dial(), status="completed")
    assert call["heard"] == ["♪ beep", "没有留言"]
    assert hotline.wait_for("/recording/")[0].params["RecordingStatus"] == "absent"
    assert not hotline.to("/after/")


def test_speech_is_transcribed_as_it_is_said(simulator: Simulator, hotline: Hotline) -> None:
    hotline.answers["/twilio/voice/"] = (
        '<Start><Transcription statusCallbackUrl="/transcription/" languageCode="cmn-Hans-CN"'
        ' track="both_tracks" partialResults="false"/></Start><Pause length="9999"/>'
    )
    sid = simulator.dial()
    simulator.until_call(sid, status="in-progress")
    hotline.wait_for("/transcription/")
    simulator.post(f"/sim/calls/{sid}/say", {"text": "老板“跑路”了"})
    simulator.post(f"/sim/calls/{sid}/say", {"text": "三个月没发工资"})
    simulator.post(f"/sim/calls/{sid}/hangup")
    posts = hotline.wait_for("/transcription/", 4)
    assert [post.params["TranscriptionEvent"] for post in posts] == [
        "transcription-started",
        "transcription-content",
        "transcription-content",
        "transcription-stopped",
    ]
    assert [post.params["SequenceId"] for post in posts] == ["1", "2", "3", "4"]
    assert len({post.params["TranscriptionSid"] for post in posts}) == 1
    assert '"transcript": "老板“跑路”了"' in posts[1].params["TranscriptionData"]
    assert (posts[1].params["Track"], posts[1].params["Final"]) == ("inbound_track", "true")


def test_parameters_of_the_carrier_can_be_replaced_for_hostile_input(
    simulator: Simulator, hotline: Hotline
) -> None:
    simulator.dial("anonymous", params={"StirVerstat": "x\x00y", "New": "1"})
    [post] = hotline.wait_for("/twilio/voice/")
    assert (post.params["From"], post.params["StirVerstat"], post.params["New"]) == (
        "anonymous",
        "x\x00y",
        "1",
    )


def test_reset_forgets_and_says_nothing(simulator: Simulator, hotline: Hotline) -> None:
    hotline.answers["/twilio/voice/"] = '<Pause length="9999"/>'
    simulator.until_call(simulator.dial(), status="in-progress")
    until(lambda: len(hotline.to("/twilio/voice/status/")) == 3)
    simulator.post("/sim/reset")
    assert simulator.get("/sim/made") == {"calls": [], "messages": [], "recordings": []}
    assert len(hotline.to("/twilio/voice/status/")) == 3
