"""The door of the carrier's posts, row by row: signatures, duplicates, order, strange senders and bodies."""

from collections.abc import Callable
from itertools import permutations
from typing import Any
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.db import OperationalError
from django.urls import get_resolver
from django.utils import timezone

from hotline.actions import offers
from hotline.enums import CallResult, CallState, ContactKind, SeatState
from hotline.models import (
    Attachment,
    Call,
    Callback,
    Case,
    Contact,
    Event,
    Interaction,
    Message,
    Offer,
    Recording,
    Seat,
    ServiceHours,
    Staff,
    TranscriptLine,
    Unit,
)
from tests.hotline.telephony.conftest import (
    AGENT_LEG,
    CALL,
    CONFERENCE,
    WORKER,
    Post,
    conference,
    progress,
    recording,
    said,
    signature,
    text,
    voice,
)

Ring = Callable[..., Call]
Seated = Callable[..., Seat]
PATHS = ["/twilio/" + str(pattern.pattern) for pattern in get_resolver("hotline.telephony.urls").url_patterns]


def tags(response: Any) -> list[str]:
    assert response.status_code == 200, response.content
    return [element.tag for element in ElementTree.fromstring(response.content).iter()]  # noqa: S314 - ours


# --- Signature -----------------------------------------------------------------------------------
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("sign", ["", "bm90IHRoZSByaWdodCBvbmU="])
def test_unsigned_or_wrongly_signed_gets_403_before_any_query(
    db: None, post: Post, path: str, sign: str, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        assert post(path, voice() | text("讨薪"), sign=sign).status_code == 403
    assert not Interaction.objects.exists()


def test_changed_parameters_under_an_old_signature_get_403(post: Post, city: Unit) -> None:
    sign = signature("/twilio/messages/", text("讨薪"), settings.HOTLINE_TWILIO_AUTH_TOKENS[0])
    assert post("/twilio/messages/", text("讨薪"), sign=sign).status_code == 200
    assert post("/twilio/messages/", text("讨薪五万", sid="SM" + "0" * 32), sign=sign).status_code == 403
    assert post("/twilio/messages/?x=1", text("讨薪"), sign=sign).status_code == 403
    assert Message.objects.count() == 1


def test_both_tokens_are_good_while_they_rotate(post: Post, city: Unit, prompts: None) -> None:
    for token in settings.HOTLINE_TWILIO_AUTH_TOKENS:
        assert post("/twilio/voice/", voice(), token=token).status_code == 200
    assert post("/twilio/voice/", voice(), token="another").status_code == 403


def test_a_json_body_and_a_get_are_refused_without_an_error(client: Any, db: None) -> None:
    answer = client.post(
        "/twilio/voice/?bodySHA256=abc",
        "{}",
        content_type="application/json",
        headers={"X-Twilio-Signature": "x"},
    )
    assert answer.status_code == 403
    assert client.get("/twilio/voice/").status_code == 405


@pytest.mark.parametrize("path", [path for path in PATHS if "wait" not in path and "hold" not in path])
def test_what_is_essential_and_missing_gets_400(db: None, post: Post, path: str) -> None:
    assert post(path, {"Unknown": "x"}).status_code == 400
    assert not Interaction.objects.exists()


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "junk",
    [
        {"CallSid": "CA\x00" + "a" * 30},
        {"SequenceNumber": "99999999999999999999"},
        {"Timestamp": "gestern"},
        {"SequenceId": "-1"},
        {"TranscriptionData": "[1"},
        {"TranscriptionData": '{"transcript": 7}'},
        {"TranscriptionData": '{"transcript": "\\ud83d", "confidence": 1e400}'},
        {"TranscriptionData": '{"transcript": "\\ud83d", "confidence": ' + "9" * 400 + "}"},
        {"TranscriptionData": "[" * 9_000},
        {"Timestamp": "0001-01-01T00:00:00+08:00"},
        {"Timestamp": "9999-12-31T23:59:59-08:00"},
        {"RecordingSid": "../../etc/passwd"},
        {"NumMedia": "999999"},
        {"FriendlyName": "call-nonsense"},
        {"call_id": "7"},
        {"From": "client:agent_0"},
        {"From": "client:agent_" + "9" * 30},
        {"CallDuration": "²"},
        {"RecordingDuration": "1e9"},
    ],
)
def test_senseless_values_never_become_a_500(
    city: Unit, prompts: None, post: Post, path: str, junk: dict[str, str]
) -> None:
    everything = (
        voice()
        | said("工资")
        | text("工资")
        | recording()
        | {"FriendlyName": "call-0", "ConferenceSid": CONFERENCE}
    )
    assert post(path, everything | junk).status_code < 500


def test_a_call_is_never_taken_for_a_message_nor_the_other_way_round(
    city: Unit, prompts: None, post: Post
) -> None:
    assert post("/twilio/messages/", text("工资", sid="SM" + "7" * 32)).status_code == 200
    assert post("/twilio/voice/", voice(sid="SM" + "7" * 32)).status_code == 400
    assert post("/twilio/messages/", text("工资", sid="CA" + "7" * 32)).status_code == 400
    assert Interaction.objects.count() == 1


def test_a_database_that_is_down_gets_503_so_that_the_carrier_tries_again(
    post: Post, city: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr("workflows.reception.receive", locked)
    assert post("/twilio/messages/", text("讨薪")).status_code == 503
    assert tags(post("/twilio/voice/fallback/", voice(ErrorCode="11200")))[-1] == "Record"


# --- A call's way --------------------------------------------------------------------------------
def test_a_call_opens_a_case_before_the_caller_hears_a_word(post: Post, city: Unit, prompts: None) -> None:
    answer = post("/twilio/voice/", voice())
    assert tags(answer) == ["Response", "Start", "Transcription", "Gather", "Say", "Say", "Redirect"]
    call = Call.objects.get()
    assert (call.state, call.interaction.provider_id, call.interaction.address) == (
        CallState.MENU,
        CALL,
        WORKER,
    )
    assert call.interaction.case.stage == "INTAKE"


def test_the_same_post_twice_gets_the_same_answer_and_one_row(post: Post, city: Unit, prompts: None) -> None:
    first, second = post("/twilio/voice/", voice()), post("/twilio/voice/", voice())
    assert first.content == second.content
    assert (Call.objects.count(), Case.objects.count()) == (1, 1)


def test_the_caller_waits_in_the_calls_own_conference(ring: Ring, post: Post) -> None:
    call = ring(digits="1")
    assert (call.state, call.skill) == (CallState.WAITING, "legal")
    answer = post("/twilio/voice/menu/", voice(Digits="2")).content.decode()
    assert f">call-{call.uid}</Conference>" in answer
    assert 'startConferenceOnEnter="false"' in answer and 'endConferenceOnExit="true"' in answer
    assert 'record="record-from-start"' in answer and f"/twilio/voice/wait/?call={call.uid}" in answer
    call.refresh_from_db()
    assert call.skill == "legal"  # a late second post of the menu changes nothing


def test_each_caller_is_told_how_many_are_in_front(ring: Ring, post: Post) -> None:
    from hotline.models import Prompt

    Prompt.objects.filter(key="waiting").update(text="您前面还有{ahead}位")
    Prompt.objects.create(key="waiting_next", text="下一位就是您")
    first = ring()
    second = ring(sid="CA" + "9" * 32, address="+8613900001111")
    path = "/twilio/voice/wait/?call="
    assert "下一位就是您" in post(f"{path}{first.uid}", {"FriendlyName": first.conference}).content.decode()
    assert "您前面还有1位" in post(f"{path}{second.uid}", {}).content.decode()


def test_out_of_hours_the_caller_leaves_a_message_and_is_called_back(
    post: Post, city: Unit, prompts: None
) -> None:
    tomorrow = (timezone.localtime().weekday() + 1) % 7
    ServiceHours.objects.create(weekday=tomorrow, opens="09:00", closes="09:01")
    assert "Record" in tags(post("/twilio/voice/", voice()))
    done = voice(
        CallStatus="in-progress", RecordingSid="RE" + "d" * 32, RecordingUrl="https://api.twilio.com/RE"
    )
    assert tags(post("/twilio/voice/after/?recorded=1", done))[-1] == "Hangup"
    post("/twilio/voice/status/", progress())
    call = Call.objects.get()
    assert (call.state, call.result) == (CallState.ENDED, CallResult.VOICEMAIL)
    assert Callback.objects.get().contact.value == WORKER


def test_who_hangs_up_while_waiting_is_a_missed_call_to_be_called_back_once(ring: Ring, post: Post) -> None:
    call = ring()
    for _time in range(2):
        post("/twilio/voice/status/", progress())
        post("/twilio/voice/after/", voice(CallStatus="completed", DialCallStatus="answered"))
    call.refresh_from_db()
    assert (call.state, call.result, call.duration) == (CallState.ENDED, CallResult.MISSED, 42)
    assert Callback.objects.count() == 1
    assert Event.objects.filter(kind="call.ended").count() == 1


def test_a_call_heard_of_only_when_it_is_over_is_a_missed_call(post: Post, city: Unit) -> None:
    assert post("/twilio/voice/status/", progress(status="no-answer")).status_code == 204
    assert Call.objects.get().result == CallResult.MISSED
    post("/twilio/voice/status/", progress(sid=AGENT_LEG, From="client:agent_1"))
    assert Call.objects.count() == 1


def test_the_voice_post_after_the_end_does_not_wake_the_call(post: Post, city: Unit, prompts: None) -> None:
    post("/twilio/voice/status/", progress())
    assert post("/twilio/voice/", voice()).status_code == 200
    assert "Record" in tags(post("/twilio/voice/menu/", voice()))
    assert Call.objects.get().state == CallState.ENDED


# --- The agent's leg -----------------------------------------------------------------------------
def take(call: Call, agent: Staff) -> Call:
    offers.offer_waiting(timezone.now())
    return offers.accept(Offer.objects.get(call=call, agent=agent, state="OFFERED").pk, agent)


def agent_post(call: Call, agent: Staff, **changes: str) -> dict[str, str]:
    return voice(
        AGENT_LEG,
        f"client:agent_{agent.pk}",
        To="",
        ApplicationSid="AP" + "3" * 32,
        call_id=str(call.uid),
        **changes,
    )


def test_the_agent_who_accepted_joins_and_talks(ring: Ring, seated: Seated, agent: Staff, post: Post) -> None:
    call = ring()
    seated(agent)
    take(call, agent)
    answer = post("/twilio/voice/agent/", agent_post(call, agent)).content.decode()
    assert f">call-{call.uid}</Conference>" in answer
    assert 'startConferenceOnEnter="true"' in answer and 'endConferenceOnExit="false"' in answer
    post("/twilio/conference/", conference(call, "participant-join", 2, AGENT_LEG))
    call.refresh_from_db()
    assert (call.state, call.conference_sid) == (CallState.TALKING, CONFERENCE)
    post("/twilio/voice/status/", progress())
    call.refresh_from_db()
    assert (call.state, call.result) == (CallState.ENDED, CallResult.ANSWERED)
    assert Seat.objects.get(staff=agent).state == SeatState.WRAP_UP
    assert not Callback.objects.exists()


def test_nobody_else_joins(ring: Ring, seated: Seated, agent: Staff, other_agent: Staff, post: Post) -> None:
    call = ring()
    assert tags(post("/twilio/voice/agent/", agent_post(call, agent))) == ["Response", "Reject"]
    seated(agent)
    take(call, agent)
    refused = [
        agent_post(call, other_agent),
        agent_post(call, agent) | {"call_id": "nonsense"},
        agent_post(call, agent) | {"From": "client:supervisor"},
        agent_post(call, agent) | {"From": WORKER},
    ]
    for fields in refused:
        assert tags(post("/twilio/voice/agent/", fields)) == ["Response", "Reject"]
    agent.is_active = False
    agent.save()
    assert tags(post("/twilio/voice/agent/", agent_post(call, agent))) == ["Response", "Reject"]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_the_end_is_the_end_in_whatever_order_the_posts_come(
    ring: Ring, seated: Seated, agent: Staff, post: Post, order: tuple[int, ...]
) -> None:
    call = ring()
    seated(agent)
    take(call, agent)
    post("/twilio/voice/agent/", agent_post(call, agent))
    posts = [
        ("/twilio/conference/", conference(call, "participant-join", 2, AGENT_LEG)),
        ("/twilio/conference/", conference(call, "participant-hold", 3, CALL, Hold="true")),
        ("/twilio/conference/", conference(call, "participant-leave", 4, AGENT_LEG)),
        ("/twilio/voice/status/", progress()),
    ]
    for place in order:
        assert post(*posts[place]).status_code == 204
    call.refresh_from_db()
    assert call.state == CallState.ENDED and call.agent_call_sid == ""


def test_hold_and_mute_follow_the_newest_word(ring: Ring, seated: Seated, agent: Staff, post: Post) -> None:
    call = ring()
    seated(agent)
    take(call, agent)
    post("/twilio/voice/agent/", agent_post(call, agent))
    post("/twilio/conference/", conference(call, "participant-join", 2, AGENT_LEG))
    post("/twilio/conference/", conference(call, "participant-hold", 5, CALL, Hold="true"))
    post("/twilio/conference/", conference(call, "participant-unhold", 4, CALL, Hold="false"))
    post("/twilio/conference/", conference(call, "participant-mute", 6, AGENT_LEG, Muted="true"))
    call.refresh_from_db()
    assert (call.held, call.muted) == (True, True)


# --- Speech and recordings -----------------------------------------------------------------------
def test_what_the_caller_says_is_kept_once(ring: Ring, post: Post) -> None:
    call = ring()
    before = call.interaction.case.version
    for _time in range(2):
        assert post("/twilio/transcription/", said("老板\x00拖欠工资😀")).status_code == 204
    post("/twilio/transcription/", said("您好，这里是工会", 2, track="outbound_track"))  # the greeting
    post("/twilio/transcription/", said("", 3, TranscriptionEvent="transcription-started"))
    post("/twilio/transcription/", said("老板拖", 4, Final="false"))
    line = TranscriptLine.objects.get()
    assert (line.text, line.by_worker, line.confidence) == ("老板拖欠工资😀", True, 0.91)
    assert Case.objects.get().version > before
    assert "拖欠" not in str(list(Event.objects.values_list("data", flat=True)))


def test_a_recording_never_goes_back(ring: Ring, post: Post) -> None:
    call = ring()
    path = f"/twilio/recording/?call={call.uid}"
    for status in ("in-progress", "completed", "in-progress", "completed", "absent"):
        fields = recording(status=status, ConferenceSid=CONFERENCE)
        del fields["CallSid"]
        assert post(path, fields).status_code == 204
    row = Recording.objects.get()
    assert (row.state, row.duration, row.call_id) == ("READY", 37, call.pk)
    assert (
        post("/twilio/recording/", recording(sid="RE" + "0" * 32, CallSid="CA" + "0" * 32)).status_code == 204
    )
    assert Recording.objects.count() == 1


# --- Messages ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("address", "known_as"),
    [
        (WORKER, WORKER),
        ("13800005678", WORKER),
        ("whatsapp:+8613800005678", WORKER),
        ("sip:+8613800005678@sbc.example.net", WORKER),
        ("whatsapp:US.1234abc", "whatsapp:US.1234abc"),
        ("sip:alice@example.net", "sip:alice@example.net"),
        ("95588", "95588"),
        ("anonymous", None),
        ("Anonymous", None),
        ("+266696687", None),
        ("sip:anonymous@anonymous.invalid", None),
        ("client:someone", None),
        ("", None),
        ("Restricted", None),
    ],
)
def test_whoever_sends_it_is_stored_and_known_by_what_tells_them_apart(
    post: Post, city: Unit, address: str, known_as: str | None
) -> None:
    for n in range(2):
        fields = text("第一条" if n == 0 else "第二条", sid=f"SM{n:032x}", address=address)
        assert post("/twilio/messages/", fields).status_code == 200
    assert Message.objects.count() == 2
    assert Case.objects.count() == (1 if known_as else 2)
    assert list(Contact.objects.values_list("value", flat=True)) == ([known_as] if known_as else [])
    if known_as:
        kind = ContactKind.PHONE if known_as.startswith("+") else ContactKind.OTHER
        assert Contact.objects.get().kind == kind


@pytest.mark.parametrize("body", ["", "欠" * 1600, "👷‍♀️🏗️", "a\x00b", "<script>alert(1)</script>", "\n\t"])
def test_whatever_is_written_is_stored_as_it_is(post: Post, city: Unit, body: str) -> None:
    assert post("/twilio/messages/", text(body)).status_code == 200
    assert Message.objects.get().body == body.replace("\x00", "")


def test_the_same_message_twice_is_one(post: Post, city: Unit) -> None:
    answers = [post("/twilio/messages/", text("讨薪")).content for _time in range(3)]
    assert len(set(answers)) == 1 and Message.objects.count() == 1


def test_files_are_noted_to_be_fetched_and_their_names_are_ours(post: Post, city: Unit) -> None:
    fields = text(
        "工资条",
        NumMedia="2",
        MediaUrl0="https://api.twilio.com/x/../../etc/passwd",
        MediaContentType0="image/jpeg",
        MediaUrl1="https://api.twilio.com/ME2",
        MediaContentType1="x",
    )
    post("/twilio/messages/", fields)
    names = list(Attachment.objects.values_list("name", flat=True))
    assert len(names) == 2 and not any("/" in name or "passwd" in name for name in names)
    assert all(Attachment.objects.values_list("due_at", flat=True))


@pytest.mark.parametrize(
    ("body", "opt_out", "out"),
    [
        ("STOP", "STOP", True),
        ("td", "", True),
        (" 退订 ", "", True),
        ("stop", "", True),
        ("别停", "", False),
        ("我要退订你们老板", "", False),
        ("HELP", "HELP", False),
    ],
)
def test_opting_out_and_in_again(post: Post, city: Unit, body: str, opt_out: str, out: bool) -> None:
    fields = text(body, **({"OptOutType": opt_out} if opt_out else {}))
    post("/twilio/messages/", fields)
    assert (Contact.objects.get().opted_out_at is not None) is out
    post("/twilio/messages/", text("START", sid="SM" + "8" * 32))
    assert Contact.objects.get().opted_out_at is None
