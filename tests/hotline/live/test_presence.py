"""Two people on one case see each other; an agent's seat knows whether their console answers."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from hotline.enums import SeatState
from hotline.live import hub, rights
from hotline.models import Case, Seat, Staff
from tests.hotline.live.conftest import Browser, Play, in_db

Of = Callable[..., Browser]


def test_two_people_on_one_case_see_each_other(
    play: Play, agent: Staff, supervisor: Staff, case: Case, browser_of: Of
) -> None:
    one, two, desk = browser_of(agent), browser_of(supervisor), browser_of(supervisor)
    topic, page = f"case:{case.pk}", f"/cases/{case.pk}/"
    both = [{"id": agent.pk, "name": agent.name}, {"id": supervisor.pk, "name": supervisor.name}]

    async def scene() -> None:
        for browser in (one, two, desk):
            await browser.open()
        await desk.hello({topic: case.version}, page="/floor/")
        await one.hello({topic: case.version}, page=page)
        await desk.until(topic=topic, kind="presence", people=both[:1])
        answer = await two.hello({topic: case.version}, page=page)
        assert answer["presence"] == {topic: both}
        for browser in (one, desk):
            await browser.until(kind="presence", people=both)
        await one.leave()
        await two.until(kind="presence", people=both[1:])
        await two.hello({topic: case.version}, page="/")
        await desk.until(kind="presence", people=[])

    play(scene)


def test_nobody_is_present_on_a_case_they_may_not_see(
    play: Play, outsider: Staff, supervisor: Staff, case: Case, browser_of: Of
) -> None:
    stranger, chief = browser_of(outsider), browser_of(supervisor)
    topic, page = f"case:{case.pk}", f"/cases/{case.pk}/"

    async def scene() -> None:
        await stranger.open()
        await chief.open()
        assert (await stranger.hello({topic: 0}, page=page))["presence"] == {}
        there = {topic: [{"id": supervisor.pk, "name": supervisor.name}]}
        assert (await chief.hello({topic: case.version}, page=page))["presence"] == there
        assert await stranger.rest() == []

    play(scene)


def test_a_console_that_answers_keeps_its_seat(
    play: Play, agent: Staff, browser_of: Of, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "PING_SECONDS", 0.2)
    monkeypatch.setattr(hub, "SEEN_SECONDS", 0)
    browser, started = browser_of(agent), timezone.now()

    async def seen() -> object:
        await browser.say({"pong": await browser.ping()})
        for task in [*hub.here()._tasks]:
            await task
        return (await in_db(Seat.objects.get, pk=agent.pk)).console_seen_at

    async def scene() -> None:
        await browser.open()
        await browser.hello({})
        assert (first := await seen()) > started
        await seen()
        assert await seen() > first

    play(scene)


@pytest.mark.parametrize(
    ("followed_by", "left"),
    [
        ("nothing", SeatState.OFFLINE),
        ("a reload", SeatState.AVAILABLE),
        ("another process", SeatState.AVAILABLE),
    ],
)
def test_a_console_is_gone_unless_another_follows(
    play: Play,
    agent: Staff,
    browser_of: Of,
    monkeypatch: pytest.MonkeyPatch,
    followed_by: str,
    left: SeatState,
) -> None:
    monkeypatch.setattr(hub, "GONE_SECONDS", 0.3)
    Seat.objects.filter(pk=agent.pk).update(state=SeatState.AVAILABLE)
    first, second = browser_of(agent), browser_of(agent)

    async def scene() -> None:
        await first.open()
        await first.hello({})
        await first.leave()
        if followed_by == "a reload":
            await second.open()
        if followed_by == "another process":
            await in_db(rights.console_seen, agent.pk)
        await asyncio.sleep(0.5)
        for task in [*hub.here()._tasks]:
            await task

    play(scene)
    assert Seat.objects.get(pk=agent.pk).state == left


def test_console_gone_looks_at_the_time(agent: Staff) -> None:
    Seat.objects.filter(pk=agent.pk).update(state=SeatState.AVAILABLE)
    rights.console_seen(agent.pk)
    rights.console_gone(agent.pk, timezone.now() - timedelta(seconds=20))
    assert Seat.objects.get(pk=agent.pk).state == SeatState.AVAILABLE
    rights.console_gone(agent.pk, timezone.now())
    assert Seat.objects.get(pk=agent.pk).state == SeatState.OFFLINE
