"""What the machines that watch the hotline are told, and what they are not."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from hotline import health
from hotline.actions import upkeep
from hotline.enums import MessageState
from hotline.live.worker import WORKER
from hotline.models import Case, SearchDrift, SearchMark, Staff, StaffNotice


def get(view: Callable[..., HttpResponse]) -> HttpResponse:
    return view(RequestFactory().get("/"))


@contextmanager
def database_down() -> Iterator[list[Any]]:
    asked: list[Any] = []

    def refuse(*args: Any) -> None:
        asked.append(args)
        raise OperationalError("no route to 10.1.2.3")

    with connection.execute_wrapper(refuse):
        yield asked


def test_live_asks_nothing(django_assert_num_queries: Any, db: None) -> None:
    with django_assert_num_queries(0):
        assert get(health.live).content == b"ok"


def test_ready_when_all_is_well(db: None) -> None:
    upkeep.beat(WORKER, timezone.now())
    answer = get(health.ready)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"].startswith("max-age=0")
    figures = json.loads(answer.content)
    redis = {"redis"} if settings.REDIS_URL else set()
    assert figures["ok"] is True
    names = {"ok", "database", "engine", "disk", "search", "worker", "due", "drift", "poison"}
    assert set(figures) == names | redis
    assert figures["drift"] == figures["poison"] == {"ok": True, "seconds": None, "count": 0}
    assert figures["search"] == {"ok": True, "seconds": None}
    assert figures["worker"]["ok"] is True
    assert figures["worker"]["seconds"] < 5


@pytest.mark.parametrize(("age", "status"), [(None, 503), (61, 503), (55, 200)])
def test_a_worker_that_is_not_heard_is_503(db: None, age: int | None, status: int) -> None:
    if age is not None:
        upkeep.beat(WORKER, timezone.now() - timedelta(seconds=age))
    assert get(health.ready).status_code == status


def test_a_database_that_is_down_is_503_and_says_no_more(db: None) -> None:
    upkeep.beat(WORKER, timezone.now())
    with database_down() as asked:
        answer = get(health.ready)
    assert len(asked) == 1, "each question to a server that is away may wait for seconds"
    assert answer.status_code == 503
    assert b"10.1.2.3" not in answer.content
    assert b'"database": {"ok": false, "seconds": null}' in answer.content


def test_late_search_and_late_work_are_told(case: Case, agent: Staff) -> None:
    now = timezone.now()
    upkeep.beat(WORKER, now)
    SearchMark.objects.update(marked_at=now - timedelta(minutes=2))
    StaffNotice.objects.create(
        staff=agent,
        case=case,
        purpose="assignment",
        body="",
        created_at=now,
        state=MessageState.QUEUED,
        due_at=now - timedelta(minutes=9),
    )
    figures = {figure.name: figure for figure in health.figures()}
    assert (figures["search"].ok, round(figures["search"].seconds or 0)) == (False, 120)
    assert (figures["due"].ok, round(figures["due"].seconds or 0)) == (False, 540)
    assert get(health.ready).status_code == 200, "late work is no reason to refuse calls"
    StaffNotice.objects.update(state=MessageState.SENT)
    assert health.due_age() is None


def test_cases_that_differ_or_cannot_be_indexed_are_counted(case: Case) -> None:
    now = timezone.now()
    upkeep.beat(WORKER, now)
    SearchMark.objects.update(marked_at=now - timedelta(minutes=2), problem="ValueError")
    ended = now - timedelta(minutes=1)
    SearchDrift.objects.create(pk=1, index="7", due_at=now, began_at=now, ended_at=ended, differing=3)
    told = json.loads(get(health.ready).content)
    assert told["ok"] is True
    assert (told["drift"]["ok"], told["drift"]["count"], round(told["drift"]["seconds"])) == (False, 3, 60)
    assert (told["poison"]["ok"], told["poison"]["count"]) == (False, 1)
    assert round(told["poison"]["seconds"]) == 120
    assert told["search"] == {"ok": True, "seconds": None}, "one bad case hides nothing of the others"


def test_both_are_open_to_everyone() -> None:
    assert {view.access_rule for view in (health.live, health.ready)} == {"public"}
