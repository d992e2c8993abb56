"""Several worker processes at the same due rows: each row is done once.

The claims are single statements that name the state they found (compare-and-set); with SQLite's one writer
a claim in two statements would pass as well, with PostgreSQL it does not.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from hotline.actions import callbacks, calls, media, messages, recordings
from hotline.enums import CallbackState, Channel, MessageState, RecordingState, SeatState
from hotline.errors import Conflict
from hotline.models import (
    Attachment,
    Callback,
    Case,
    Event,
    Interaction,
    Message,
    Recording,
    SearchMark,
    Seat,
    Staff,
    StaffNotice,
)
from search import outbox
from tests.conftest import Drive, make_staff
from tests.hotline.actions.conftest import Ring, Sit
from tests.races.racing import THREADS, arrival, done, race
from workflows import emergencies, reception, timers

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 12


def each_once(claim: Callable[[], list[int]], rows: int = ROWS) -> None:
    """Eight workers claim what is due: together every row, and no row twice."""
    claimed = Counter(pk for found in race(lambda n: claim()) for pk in found)
    assert len(claimed) == rows
    assert set(claimed.values()) == {1}


def test_outgoing_messages(case: Case, agent: Staff) -> None:
    for n in range(ROWS):
        messages.reply(case.pk, agent, f"第{n}条")
    now = timezone.now()
    each_once(lambda: [pk for pk in messages.due(Message, now) if messages.claim(Message, pk, now)])


def test_notices_to_staff(case: Case, lawyer: Staff) -> None:
    lawyer.mobile = "+8613500000000"
    for _n in range(ROWS):
        messages.notify_assignment(case, lawyer)
    now = timezone.now()
    each_once(lambda: [pk for pk in messages.due(StaffNotice, now) if messages.claim(StaffNotice, pk, now)])


@pytest.mark.services
def test_late_reports_of_an_emergency(case: Case, agent: Staff) -> None:
    """Each is said once, while the report itself may come in between."""
    emergencies.raise_alarm(case.pk, agent)
    late = case.emergencies.get().written_due + timedelta(minutes=1)
    assert sum(race(lambda n: emergencies.tell_late(late))) == 2
    assert Event.objects.filter(kind="emergency.late").count() == 2


def test_a_status_told_many_times_is_noted_once(case: Case, agent: Staff) -> None:
    """Without the message's lock several would note the same step."""
    message = messages.reply(case.pk, agent, "您好")
    for state in (MessageState.SENT, MessageState.DELIVERED):
        assert race(lambda n, s=state: messages.settle(message, s)).count(True) == 1
    assert Event.objects.filter(kind="sms.state").count() == 2


def test_recordings_to_fetch(ring: Ring, now: datetime) -> None:
    for n in range(ROWS):
        call = ring(f"+86139000010{n:02d}")
        recordings.reported(call.pk, f"RE{n}", RecordingState.READY, url="https://carrier/x", at=now)
    found = list(Recording.objects.values_list("pk", flat=True))
    each_once(lambda: [pk for pk in found if recordings.claim(pk, now)])


def test_media_to_fetch(case: Case, now: datetime) -> None:
    interaction = Interaction.objects.get(case=case)
    for n in range(ROWS):
        media.announced(interaction, n, "https://carrier/x", "image/png", now)
    found = list(Attachment.objects.values_list("pk", flat=True))
    each_once(lambda: [pk for pk in found if media.claim(pk, now)])


def test_search_marks(city: Any) -> None:
    """Two engines' workers may take from the table at once (Elasticsearch): each mark goes to one."""
    for n in range(ROWS):
        reception.receive(arrival(f"SM{n}", f"+86139000011{n:02d}"))
    assert SearchMark.objects.count() == ROWS
    each_once(lambda: outbox._claim(5)[0] + outbox._claim(5)[0])


def test_timers(drive: Drive, arrive: Any) -> None:
    found = [drive.to_mediation(arrive(f"+86139000012{n:02d}").case) for n in range(3)]
    later = timezone.now() + timedelta(days=40)
    assert sum(race(lambda n: timers.fire_due(later))) == len(found)
    over = Counter(Event.objects.filter(kind="clock.over").values_list("case", flat=True))
    assert over == Counter({case.pk: 1 for case in found})


def test_one_call_back_is_begun_by_one_agent(case: Case, city: Any, sit: Sit, supervisor: Staff) -> None:
    agents = [make_staff(f"a{n}", f"坐席{n}", "AGENT", city) for n in range(THREADS)]
    for person in agents:
        sit(person)
    callback = callbacks.request(case.pk, supervisor)
    results = race(lambda n: callbacks.start(callback.pk, agents[n]))
    [call] = done(results)
    assert all(isinstance(r, Conflict) for r in results if r is not call)
    callback.refresh_from_db()
    assert (callback.tries, callback.taken_by) == (1, call.agent)
    assert Seat.objects.filter(state=SeatState.TALKING).count() == 1
    assert Interaction.objects.filter(channel=Channel.CALL).count() == 1


def test_one_worker_is_asked_for_once(case: Case, supervisor: Staff) -> None:
    results = race(lambda n: callbacks.request(case.pk, supervisor))
    assert len({callback.pk for callback in results}) == 1
    assert Callback.objects.filter(state=CallbackState.OPEN).count() == 1
    assert Event.objects.filter(kind="callback.opened").count() == 1


def test_what_must_happen_once_happens_once(city: Any) -> None:
    for round_ in range(4):
        assert race(lambda n, r=round_: calls.first_time(f"dial:{r}")).count(True) == 1


def test_a_call_ends_once(ring: Ring, now: datetime) -> None:
    call = ring()
    race(lambda n: calls.end(call.pk, now))
    assert Event.objects.filter(kind="call.ended").count() == 1
    assert Callback.objects.count() == 1
