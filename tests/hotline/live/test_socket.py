"""Who is let in, what they are rung for, and what ends a socket."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from hotline import bell, events
from hotline.actions import notes, staff
from hotline.bell import Ring
from hotline.live import hub
from hotline.models import Access, Case, Staff
from tests.hotline.live.conftest import Browser, Play, in_db

Of = Callable[..., Browser]


def ring(*rings: Ring) -> None:
    with transaction.atomic():
        bell.ring(rings)


@pytest.mark.parametrize("origin", [None, "", "http://evil.example", "https://testserver", "null"])
def test_another_sites_page_is_refused(
    play: Play, supervisor: Staff, browser_of: Of, origin: str | None
) -> None:
    browser = browser_of(supervisor, origin=origin)

    async def scene() -> None:
        assert not await browser.open()

    play(scene)


def test_there_is_no_other_socket(play: Play, supervisor: Staff, browser_of: Of) -> None:
    browser = browser_of(supervisor, path="/live/other")

    async def scene() -> None:
        assert not await browser.open()

    play(scene)


@pytest.mark.parametrize("who", ["stranger", "deactivated", "demo account", "session over"])
def test_whoever_is_not_signed_in_is_told_4401(play: Play, agent: Staff, browser_of: Of, who: str) -> None:
    browser = Browser("") if who == "stranger" else browser_of(agent)
    if who == "deactivated":
        Staff.objects.update(is_active=False)
    if who == "demo account":
        Staff.objects.update(is_demo=True)
    if who == "session over":
        Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))

    async def scene() -> None:
        assert await browser.open()
        assert await browser.next() == {"closed": 4401}

    play(scene)


def test_hello_rings_what_differs(play: Play, supervisor: Staff, case: Case, browser_of: Of) -> None:
    browser, topic = browser_of(supervisor), f"case:{case.pk}"

    async def scene() -> None:
        await browser.open()
        same = await browser.hello({topic: case.version})
        assert same == {"hello": True, "presence": {topic: []}, "rings": []}
        older = await browser.hello({topic: case.version - 1})
        assert older["rings"] == [{"topic": topic, "kind": "changed", "version": case.version}]
        lists = await browser.hello(
            {"floor": "digest", f"unit:{case.unit_id}": 3, f"staff:{supervisor.pk}": ""}
        )
        assert {r["topic"] for r in lists["rings"]} == {
            "floor",
            f"unit:{case.unit_id}",
            f"staff:{supervisor.pk}",
        }
        again = await browser.hello(
            {"floor": "other", f"unit:{case.unit_id}": 3, f"staff:{supervisor.pk}": ""}
        )
        assert again["rings"] == [], "the same page with a newer list has missed nothing"
        moved = await browser.hello({"floor": ""}, page="/floor/")
        assert [r["topic"] for r in moved["rings"]] == ["floor"], "another page may have"

    play(scene)


def test_a_change_rings_and_says_nothing_else(
    play: Play, supervisor: Staff, case: Case, browser_of: Of
) -> None:
    browser, topic = browser_of(supervisor), f"case:{case.pk}"

    async def scene() -> None:
        await browser.open()
        await browser.hello({topic: case.version})
        await in_db(notes.add_note, case.pk, supervisor, "老板不给工资")
        version = (await in_db(Case.objects.get, pk=case.pk)).version
        assert await browser.next() == {"topic": topic, "kind": "note", "version": version}
        assert await browser.rest() == []

    play(scene)


def test_nothing_rings_when_the_change_is_rolled_back(play: Play, supervisor: Staff, browser_of: Of) -> None:
    browser = browser_of(supervisor)

    def fail() -> None:
        with transaction.atomic():
            bell.ring([Ring("floor")])
            raise ZeroDivisionError

    async def scene() -> None:
        await browser.open()
        await browser.hello({"floor": ""})
        with pytest.raises(ZeroDivisionError):
            await in_db(fail)
        assert await browser.rest() == []

    play(scene)


def test_rings_of_one_moment_become_one(play: Play, supervisor: Staff, browser_of: Of) -> None:
    browser = browser_of(supervisor)

    async def scene() -> None:
        await browser.open()
        await browser.hello({"floor": ""})
        await in_db(ring, *[Ring("floor", "changed", n) for n in range(50)], Ring("floor", "offer"))
        assert await browser.next() == {"topic": "floor", "kind": "changed", "version": 49}
        assert await browser.next() == {"topic": "floor", "kind": "offer", "version": 0}
        assert await browser.rest() == []

    play(scene)


def test_other_peoples_topics_are_left_out_and_logged(
    play: Play, outsider: Staff, agent: Staff, case: Case, browser_of: Of
) -> None:
    browser, topics = browser_of(outsider), [f"case:{case.pk}", f"staff:{agent.pk}", f"unit:{case.unit_id}"]
    odd = [
        "case:0",
        "case:007",
        "case:",
        "unit:x\x00",
        "case:999999999999999999999",
        "*",
        "",
        "case:٣",
        "\ud800",
    ]

    async def scene() -> None:
        await browser.open()
        answer = await browser.hello(dict.fromkeys([*topics, *odd], 0))
        assert answer == {"hello": True, "presence": {}, "rings": []}
        await in_db(ring, *[Ring(topic) for topic in topics])
        assert await browser.rest() == []

    play(scene)
    refused = Access.objects.filter(staff=outsider, what="topic", refused=True)
    assert sorted(refused.values_list("detail", flat=True)) == sorted([*topics, *["malformed"] * len(odd)])


def test_who_loses_a_case_is_rung_once_more_and_then_no_more(
    play: Play, lawyer: Staff, other_lawyer: Staff, case: Case, browser_of: Of
) -> None:
    Case.objects.update(lawyer=lawyer)
    browser, topic = browser_of(lawyer), f"case:{case.pk}"

    def reassign() -> None:
        with transaction.atomic():
            row = Case.objects.get(pk=case.pk)
            row.lawyer = other_lawyer
            row.save()
            events.record(row, "case.assigned")

    async def scene() -> None:
        await browser.open()
        await browser.hello({topic: case.version}, page=f"/cases/{case.pk}/")
        await in_db(reassign)
        await browser.until(topic=topic, kind="gone", version=0)
        await in_db(reassign)
        assert await browser.rest() == []

    play(scene)


def test_a_case_that_was_lost_without_a_ring_is_refused_by_the_next_hello(
    play: Play, lawyer: Staff, other_lawyer: Staff, case: Case, browser_of: Of
) -> None:
    Case.objects.update(lawyer=lawyer)
    browser, topic = browser_of(lawyer), f"case:{case.pk}"

    def change() -> None:
        notes.add_note(case.pk, other_lawyer, "老板不给工资")

    async def scene() -> None:
        await browser.open()
        page = f"/cases/{case.pk}/"
        await browser.hello({topic: case.version, "floor": ""}, page=page)
        await in_db(Case.objects.update, lawyer=other_lawyer)
        again = await browser.hello({topic: case.version, "floor": ""}, page=page)
        assert again["presence"] == {}, "not even who else is there"
        assert again["rings"] == [{"topic": topic, "kind": "gone", "version": 0}]
        await in_db(change)
        assert await browser.rest() == []

    play(scene)
    assert Access.objects.filter(staff=lawyer, what="topic", detail=topic, refused=True).count() == 1


def test_a_change_between_two_equal_hellos_is_rung_by_the_second(
    play: Play, supervisor: Staff, case: Case, browser_of: Of
) -> None:
    browser, topic = browser_of(supervisor), f"case:{case.pk}"

    async def scene() -> None:
        await browser.open()
        await browser.hello({topic: case.version})
        await in_db(Case.objects.update, version=case.version + 1)  # the ring was lost
        again = await browser.hello({topic: case.version})
        assert again["rings"] == [{"topic": topic, "kind": "changed", "version": case.version + 1}]

    play(scene)


def test_who_was_deactivated_without_a_ring_is_out_with_the_next_hello(
    play: Play, agent: Staff, browser_of: Of
) -> None:
    browser = browser_of(agent)

    async def scene() -> None:
        await browser.open()
        await browser.hello({"floor": ""})
        await in_db(Staff.objects.filter(pk=agent.pk).update, is_active=False)
        await browser.say({"hello": {"topics": {"floor": ""}, "page": "/"}})
        assert await browser.next() == {"closed": 4401}

    play(scene)


@pytest.mark.parametrize("change", ["deactivated", "another role", "new password"])
def test_signing_out_closes_all_of_a_persons_sockets(
    play: Play, admin: Staff, supervisor: Staff, agent: Staff, browser_of: Of, change: str
) -> None:
    first, second, other = browser_of(agent), browser_of(agent), browser_of(supervisor)

    @transaction.atomic
    def do() -> None:
        if change == "deactivated":
            staff.mark_deactivated(admin, Staff.objects.get(pk=agent.pk))
        elif change == "another role":
            staff.update(admin, agent.pk, name="王", role="LAWYER", unit=agent.unit, skills=[], mobile="")
        else:
            staff.reset_password(admin, agent.pk, "another-correct-horse")

    async def scene() -> None:
        for browser in (first, second, other):
            await browser.open()
            await browser.hello({})
        await in_db(do)
        assert await first.next() == {"closed": 4401}
        assert await second.next() == {"closed": 4401}
        assert not [m for m in await other.rest() if "closed" in m]

    play(scene)


@pytest.mark.parametrize("change", ["deactivated", "session over", "another unit"])
def test_a_lost_sign_out_is_found_by_the_next_look(
    play: Play,
    agent: Staff,
    supervisor: Staff,
    browser_of: Of,
    change: str,
    monkeypatch: pytest.MonkeyPatch,
    district: object,
) -> None:
    monkeypatch.setattr(hub, "PING_SECONDS", 0.05)
    monkeypatch.setattr(hub, "SILENT_PINGS", 1000)
    browser, other = browser_of(agent), browser_of(supervisor)
    key = browser_cookie(browser)

    def quietly() -> None:
        if change == "deactivated":
            Staff.objects.filter(pk=agent.pk).update(is_active=False)
        elif change == "another unit":
            Staff.objects.filter(pk=agent.pk).update(unit=district)
        else:
            Session.objects.filter(session_key=key).delete()

    async def scene() -> None:
        await browser.open()
        await other.open()
        await in_db(quietly)
        assert await browser.next() == {"closed": 4401}
        assert [left.who.staff_id for left in hub.here().listeners] == [supervisor.pk]

    play(scene)


def browser_cookie(browser: Browser) -> str:
    cookie = dict(browser.scope["headers"])[b"cookie"].decode()
    return cookie.removeprefix(f"{settings.SESSION_COOKIE_NAME}=")


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("no json", 4400),
        ("[]", 4400),
        ("[" * 10000, 4400),
        ({"say": 1}, 4400),
        ({"hello": 1}, 4400),
        ({"hello": {"topics": []}}, 4400),
        ({"hello": {"topics": {}, "page": 7}}, 4400),
        ({"hello": {"topics": {f"case:{n}": 1 for n in range(1, 202)}}}, 4400),
        ("x" * 16385, 1009),
        ("诉" * 6000, 1009),
    ],
)
def test_what_is_not_of_the_protocol_closes_the_socket(
    play: Play, supervisor: Staff, browser_of: Of, message: object, code: int
) -> None:
    browser = browser_of(supervisor)

    async def scene() -> None:
        await browser.open()
        await browser.say(message)
        assert await browser.next() == {"closed": code}

    play(scene)


def test_guessing_topics_closes_the_socket(play: Play, outsider: Staff, browser_of: Of) -> None:
    browser = browser_of(outsider)

    async def scene() -> None:
        await browser.open()
        await browser.hello({f"case:{n}": 1 for n in range(1000, 1150)})
        await browser.say({"hello": {"topics": {f"case:{n}": 1 for n in range(2000, 2150)}}})
        assert await browser.next() == {"closed": 1008}

    play(scene)


def test_a_silent_browser_is_let_go(
    play: Play, supervisor: Staff, browser_of: Of, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "PING_SECONDS", 0.1)
    browser = browser_of(supervisor)

    async def scene() -> None:
        await browser.open()
        for _n in range(5):
            await browser.say({"pong": await browser.ping()})
        assert await browser.next() == {"closed": 4408}

    play(scene)


def test_hello_takes_the_same_queries_however_many_cases(
    play: Play,
    supervisor: Staff,
    arrive: Callable[..., object],
    django_assert_num_queries: Callable[..., object],
) -> None:
    from hotline.live import rights

    for n in range(3):
        arrive(number=f"+861380000567{n}")
    topics = [f"case:{pk}" for pk in Case.objects.values_list("pk", flat=True)]
    assert len(topics) == 3
    for asked in (topics[:1], topics):
        with django_assert_num_queries(2):
            assert rights.grant(supervisor.pk, asked).keys() == set(asked)
        with django_assert_num_queries(1):
            assert len(rights.versions(asked)) == len(asked)
        with django_assert_num_queries(2):
            assert len(rights.who_may_hear({topic: {supervisor.pk} for topic in asked})) == len(asked)
