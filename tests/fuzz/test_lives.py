"""The lives of calls and messages, told by posts in any order and any number of times: what holds."""

from contextlib import suppress
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.db.models import Count
from django.test import Client
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from hotline.actions import calls, messages, offers, seats
from hotline.actions.recordings import RANK
from hotline.enums import CallState, MessageState, OfferState, RecordingState, SeatState
from hotline.errors import HotlineError
from hotline.models import Call, Case, Interaction, Message, Offer, Recording, Seat, Staff
from tests.fuzz.size import Tally, sized
from tests.hotline.telephony.conftest import (
    AGENT_LEG,
    conference,
    progress,
    recording,
    said,
    signature,
    text,
    voice,
)

SIDS = ["CA" + "a" * 32, "CA" + "9" * 32]
TEXTS = ["SM" + "1" * 32, "SM" + "2" * 32]
SENT = "SM" + "7" * 32
LEGS = [*SIDS, AGENT_LEG]
VOICE = [
    "voice/",
    "voice/menu/",
    "voice/after/",
    "voice/after/?voicemail=1",
    "voice/fallback/",
    "voice/wait/",
]
EVENTS = ["participant-join", "participant-leave", "participant-hold", "participant-mute", "conference-end"]
FINAL = {MessageState.DELIVERED, MessageState.FAILED}
TALLY = Tally("lives")
people: list[Staff] = []
"""The agents of the test that runs."""

sids, legs = st.sampled_from(SIDS), st.sampled_from(LEGS)


class Lives(RuleBasedStateMachine):
    """Everything that the carrier, the agents and the clock can do to two calls and three messages."""

    def __init__(self) -> None:
        super().__init__()
        self.now, self.over = timezone.now(), dict[int, Any]()
        self.ranks, self.settled = dict[str, int](), dict[int, str]()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def teardown(self) -> None:
        """The chains of all cases hold; then nothing of this was."""
        try:
            call_command("verify_chain", stdout=StringIO())
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    def post(self, path: str, fields: dict[str, str]) -> None:
        """As the carrier does it."""
        path = f"/twilio/{path}"
        sign = signature(path, fields, settings.HOTLINE_TWILIO_AUTH_TOKENS[0])
        answer = Client(raise_request_exception=False).post(
            path, fields, headers={"X-Twilio-Signature": sign}
        )
        TALLY.add(path, answer.status_code, 0, "" if answer.status_code < 400 else path)
        assert answer.status_code < 400, (path, fields)

    def call(self, sid: str) -> Call | None:
        """The call by the carrier's name."""
        return calls.by_sid(sid)

    # --- The carrier -----------------------------------------------------------------------------
    @rule(
        sid=sids, path=st.sampled_from(VOICE), status=st.sampled_from(["ringing", "in-progress", "completed"])
    )
    def speaks(self, sid: str, path: str, status: str) -> None:
        self.post(path, voice(sid, CallStatus=status, Digits="1"))

    @rule(sid=sids, status=st.sampled_from(["ringing", "completed", "busy", "no-answer", "canceled"]))
    def goes_on(self, sid: str, status: str) -> None:
        self.post("voice/status/", progress(sid, status))

    @rule(sid=sids, event=st.sampled_from(EVENTS), leg=legs, number=st.integers(0, 9))
    def confers(self, sid: str, event: str, leg: str, number: int) -> None:
        if call := self.call(sid):
            self.post("conference/", conference(call, event, number, leg, Hold="true"))

    @rule(sid=sids, status=st.sampled_from(["in-progress", "completed", "absent"]), verb=st.booleans())
    def records(self, sid: str, status: str, verb: bool) -> None:
        source = "RecordVerb" if verb else "Conference"
        self.post("recording/", recording("RE" + sid[2:], status, CallSid=sid, RecordingSource=source))

    @rule(sid=sids, number=st.integers(0, 3))
    def hears(self, sid: str, number: int) -> None:
        self.post("transcription/", said("欠薪", number, CallSid=sid))

    @rule(sid=st.sampled_from(TEXTS), body=st.sampled_from(["讨薪", "STOP", "START", ""]))
    def writes(self, sid: str, body: str) -> None:
        self.post("messages/", text(body, sid))

    @rule(status=st.sampled_from(["queued", "sent", "delivered", "undelivered", "failed", "read", "none"]))
    def is_told(self, status: str) -> None:
        self.post("messages/status/", {"MessageSid": SENT, "MessageStatus": status, "ErrorCode": "30003"})

    # --- The hotline -----------------------------------------------------------------------------
    @rule(place=st.integers(0, 1))
    def sits_down(self, place: int) -> None:
        with suppress(HotlineError):
            seats.set_available(people[place])
        seats.seen(people[place].pk, self.now)

    @rule(seconds=st.sampled_from([0, 5, 20, 60, 300]))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        offers.work(self.now)
        for pk in calls.unconnected(self.now):
            calls.requeue(pk, self.now)
        for pk in calls.overdue(self.now, timedelta(seconds=180)):
            calls.to_voicemail(pk, self.now, "late")

    @rule(place=st.integers(0, 1), takes=st.booleans())
    def is_offered(self, place: int, takes: bool) -> None:
        if offer := offers.for_agent(people[place]):
            (offers.accept if takes else offers.decline)(offer.pk, people[place])

    @rule(sid=sids)
    def softphone_joins(self, sid: str) -> None:
        if (call := self.call(sid)) and call.agent_id:
            fields = voice(AGENT_LEG, f"client:agent_{call.agent_id}", call_id=str(call.uid))
            self.post("voice/agent/", fields)

    @rule(place=st.integers(0, 1))
    def wraps_up(self, place: int) -> None:
        if call := calls.panel(people[place]):
            with suppress(HotlineError):  # still on the line
                calls.wrap_up(call.pk, people[place], "已告知")

    @rule()
    def answers(self) -> None:
        if (case := Case.objects.first()) and not Interaction.objects.filter(provider_id=SENT).exists():
            with suppress(HotlineError):  # nobody to text, or they want no more
                messages.settle(messages.reply(case.pk, people[0], "请带工资条"), MessageState.SENT, sid=SENT)

    # --- What holds ------------------------------------------------------------------------------
    @invariant()
    def one_row_for_each_name(self) -> None:
        doubled = (
            Interaction.objects.values("provider", "provider_id").annotate(n=Count("pk")).filter(n__gt=1)
        )
        assert not doubled.exclude(provider_id=None).exists()
        inbound = Interaction.objects.filter(direction="INBOUND", call=None, message=None)
        assert not inbound.exists(), "an arrival is a call or a message"

    @invariant()
    def what_is_over_stays_over(self) -> None:
        for pk, ended in self.over.items():
            call = Call.objects.get(pk=pk)
            assert (call.state, call.ended_at) == (CallState.ENDED, ended)
        self.over |= dict(Call.objects.filter(state=CallState.ENDED).values_list("pk", "ended_at"))
        for row in Message.objects.filter(pk__in=self.settled):
            assert row.state == self.settled[row.pk]
        self.settled |= dict(Message.objects.filter(state__in=FINAL).values_list("pk", "state"))
        for sid, state in Recording.objects.values_list("sid", "state"):
            rank = RANK[RecordingState(state)]
            assert rank >= self.ranks.get(sid, rank)
            self.ranks[sid] = rank

    @invariant()
    def seats_and_offers_agree(self) -> None:
        standing = Offer.objects.filter(state=OfferState.OFFERED)
        assert not standing.exclude(call__state=CallState.WAITING).exists()
        assert standing.count() == standing.values("agent").distinct().count()
        offered = Seat.objects.filter(state=SeatState.OFFERED).values_list("staff", flat=True)
        assert set(offered) <= set(standing.values_list("agent", flat=True))
        held = Call.objects.filter(state__in=[CallState.CONNECTING, CallState.TALKING], agent__isnull=False)
        assert held.count() == held.values("agent").distinct().count(), "one call at a time"


@pytest.mark.django_db
def test_whatever_the_order_what_must_hold_holds(prompts: None, agent: Staff, other_agent: Staff) -> None:
    people[:] = [agent, other_agent]
    Client().get("/health/live")
    try:
        run_state_machine_as_test(Lives, settings=sized("LIVES", 6, stateful_step_count=20))
    finally:
        TALLY.write()
