"""Not one post of the carrier arrives: its lists alone bring calls and messages in, and soon enough.

`deploy/drills/dropped` measures the same with the real processes at their real pace.
"""

import threading
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
from django.utils import timezone

from hotline.enums import CallState
from hotline.live import worker
from hotline.live.worker import Duty
from hotline.models import Call, Callback, Case, Interaction
from hotline.telephony import gateway, reconcile
from hotline.telephony.duties import DUTIES
from hotline.telephony.gateway import RemoteCall, RemoteMessage
from tests.hotline.telephony.conftest import WORKER, Carrier, until

ALLOWED = timedelta(seconds=90)
DUTY = next(each for each in DUTIES if each[0] == "carrier.reconcile")


def test_the_pace_keeps_the_promise() -> None:
    pace, slow_answers = timedelta(seconds=DUTY[1]), timedelta(seconds=gateway.TIMEOUT)
    assert reconcile.GRACE + pace + slow_answers < ALLOWED


@pytest.mark.django_db(transaction=True)
def test_every_call_and_message_has_its_case_all_the_same(carrier: Carrier, city: Any, prompts: None) -> None:
    carrier.ask("/sim/faults", {"drop": 1.0})
    stop = threading.Event()
    duty = Duty(DUTY[0], 0.2, DUTY[2])
    thread = threading.Thread(target=worker.run_until, args=(stop, [duty]))
    thread.start()
    try:
        started = monotonic()
        numbers = [f"+86138000090{n:02d}" for n in range(6)]
        sids = {carrier.ask("/sim/calls", {"from": number})["sid"] for number in numbers}
        sids |= {carrier.ask("/sim/messages", {"from": n, "body": "欠薪"})["sid"] for n in numbers}
        until(lambda: Interaction.objects.count() == 12, 20)
        print(f"12 calls and messages without a post had their case after {monotonic() - started:.1f} s")
        until(lambda: not Call.objects.exclude(state=CallState.ENDED).exists(), 20)
    finally:
        stop.set()
        thread.join()
    assert set(Interaction.objects.values_list("provider_id", flat=True)) == sids
    assert Case.objects.count() == Callback.objects.count() == 6
    assert carrier.ask("/sim/deliveries")["deliveries"], "posts were tried"
    assert all(each["status"] is None for each in carrier.ask("/sim/deliveries")["deliveries"])


def lists(monkeypatch: Any, **given: list[Any]) -> None:
    """What the carrier lists, in place of asking it."""
    for name in ("calls", "messages", "recordings"):
        found = given.get(name, [])
        monkeypatch.setattr(gateway, f"list_{name}", lambda *_args, found=found, **_more: found)


def remote_call(age: float, **changes: Any) -> RemoteCall:
    at = timezone.now() - timedelta(seconds=age)
    return RemoteCall("CA" + "5" * 32, WORKER, "+86532", "in-progress", True, at, None)


def test_a_running_call_that_is_not_young_any_more_has_a_case(city: Any, monkeypatch: Any) -> None:
    lists(monkeypatch, calls=[remote_call(29)])
    assert reconcile.reconcile(timezone.now()) == 0
    lists(monkeypatch, calls=[remote_call(31)])
    assert reconcile.reconcile(timezone.now()) == 1
    assert Call.objects.get().state == CallState.VOICEMAIL


def test_one_message_that_cannot_be_stored_keeps_the_next_from_nothing(city: Any, monkeypatch: Any) -> None:
    now = timezone.now()
    odd, good = (
        RemoteMessage(f"SM{n:032d}", WORKER, "+86532", "欠薪", "received", True, "", 0, now) for n in (1, 2)
    )
    real = reconcile._as_post

    def fails_for_one(remote: RemoteMessage) -> Any:
        if remote is odd:
            raise ValueError("cannot be read")
        return real(remote)

    monkeypatch.setattr(reconcile, "_as_post", fails_for_one)
    lists(monkeypatch, messages=[odd, good])
    assert reconcile.reconcile(now) == 1
    assert Interaction.objects.get().provider_id == good.sid
    assert reconcile._done_until(now + timedelta(hours=1)) > now + timedelta(minutes=50), "is asked for again"
