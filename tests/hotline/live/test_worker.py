"""The background worker: every duty runs at its pace, fails alone and ends in good order."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic, sleep

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.utils import timezone

from hotline.actions import upkeep
from hotline.live import worker
from hotline.live.worker import Duty
from hotline.management.commands import work
from hotline.models import CarrierEvent, Case, Doorbell, Heartbeat, SearchMark, Staff
from tests.hotline.live.conftest import Browser
from tests.hotline.live.test_sources import environment


class Broken:
    """A duty that fails as often as it is told to, with words that must not be kept."""

    def __init__(self, times: int) -> None:
        self.times, self.runs = times, 0

    def __call__(self, now: datetime) -> int:
        self.runs += 1
        if self.runs <= self.times:
            raise ValueError("13800005678 说：老板不给工资")
        return 0


def test_once_runs_every_duty_and_says_which_failed(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []

    def note(name: str) -> Callable[[datetime], int]:
        return lambda now: ran.append(name) or 1

    monkeypatch.setattr(
        work,
        "duties",
        lambda: [Duty("one", 1, note("one")), Duty("two", 1, Broken(9)), Duty("three", 1, note("three"))],
    )
    with pytest.raises(CommandError, match=r"failed: two \("):
        call_command("work", "--once")
    assert ran == ["one", "three"]
    beats = dict(Heartbeat.objects.values_list("name", "problem"))
    assert beats == {"one": "", "two": "ValueError", "three": "", worker.WORKER: ""}


def test_the_real_duties_run_once(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "HOTLINE_TWILIO_ACCOUNT_SID", "")  # nothing may reach a carrier from here
    assert SearchMark.objects.exists()
    call_command("work", "--once")
    assert not SearchMark.objects.exists()
    names = [duty.name for duty in work.duties()]
    assert len(names) == len(set(names))
    assert set(names) < set(Heartbeat.objects.values_list("name", flat=True))


def test_a_duty_that_fails_backs_off_alone_and_comes_back(transactional_db: None) -> None:
    broken, good = Broken(1), Broken(0)
    work = [Duty("broken", 0.01, broken), Duty("good", 0.01, good)]
    stop = threading.Event()
    thread = threading.Thread(target=worker.run_until, args=(stop, work))
    thread.start()
    try:
        deadline = monotonic() + 10
        while broken.runs < 3 and monotonic() < deadline:
            stop.wait(0.02)
            if broken.runs == 1 and good.runs > 5:
                assert Heartbeat.objects.get(pk="broken").problem == "ValueError"
    finally:
        stop.set()
        thread.join(10)
    assert not thread.is_alive()
    assert good.runs > broken.runs >= 3, "a second's pause after the failure, and then its own pace again"
    assert Heartbeat.objects.get(pk="broken").problem == ""


def test_the_pause_grows_with_each_failure_and_has_an_end() -> None:
    duty = Duty("broken", 0.2, Broken(99))
    pauses = []
    for duty.failures in (0, 1, 2, 3, 7, 500):
        pauses.append(duty.pause)
    assert pauses == [0.2, 1, 2, 4, 60, 60]


def test_the_end_waits_for_the_run_under_way(transactional_db: None) -> None:
    started, finish, ended = threading.Event(), threading.Event(), []

    def slow(now: datetime) -> int:
        started.set()
        finish.wait(5)
        ended.append(now)
        return 1

    stop = threading.Event()
    thread = threading.Thread(target=worker.run_until, args=(stop, [Duty("slow", 1, slow)]))
    thread.start()
    assert started.wait(5)
    stop.set()
    thread.join(0.2)
    assert thread.is_alive()
    finish.set()
    thread.join(5)
    assert not thread.is_alive()
    assert len(ended) == 1


@pytest.mark.drill
def test_a_worker_told_to_end_ends_in_good_order(transactional_db: None, case: Case, tmp_path: Path) -> None:
    nowhere = {"HOTLINE_TWILIO_ACCOUNT_SID": "", "HOTLINE_CARRIER_URL": "", "HOTLINE_DATA_DIR": str(tmp_path)}
    process = subprocess.Popen(
        [sys.executable, "manage.py", "work"],
        cwd=settings.BASE_DIR,
        env=environment() | nowhere,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        deadline = monotonic() + 30
        while SearchMark.objects.exists() and monotonic() < deadline:
            sleep(0.1)
        assert not SearchMark.objects.exists(), "the index follows within its pace"
        assert Heartbeat.objects.filter(pk=worker.WORKER, problem="").exists()
        process.send_signal(signal.SIGTERM)
        _out, log = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0
    assert "failed" not in log
    assert not Heartbeat.objects.exclude(problem="").exists()


def test_a_duty_that_hangs_is_named() -> None:
    duties = [Duty("slow", 1, Broken(0)), Duty("idle", 1, Broken(0))]
    duties[0].running_since = monotonic() - worker.HANGING_SECONDS - 1
    assert worker.hanging(duties) == "hanging: slow"
    duties[0].running_since = monotonic()
    assert worker.hanging(duties) == ""


def test_purge_deletes_what_is_old_and_nothing_else(
    case: Case, supervisor: Staff, browser_of: Callable[[Staff], Browser]
) -> None:
    now = timezone.now()
    Doorbell.objects.all().delete()
    for age in (timedelta(minutes=9), timedelta(minutes=11)):
        Doorbell.objects.create(origin="x", rings=[], at=now - age)
    for days in (29, 31):
        CarrierEvent.objects.create(key=f"{days}", received_at=now - timedelta(days=days))
    browser_of(supervisor)
    browser_of(supervisor)
    key = Session.objects.values_list("pk", flat=True)[0]
    Session.objects.filter(pk=key).update(expire_date=now - timedelta(seconds=1))
    assert upkeep.purge(now) == 3
    assert upkeep.purge(now) == 0
    assert Doorbell.objects.count() == CarrierEvent.objects.count() == Session.objects.count() == 1
    assert case.events.exists()
