"""Whoever changes the record behind the hotline's back is found out."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from hotline.actions import notes
from hotline.events import chain_hash
from hotline.models import Case, Event, Staff
from workflows.reception import Received


@pytest.fixture
def number(case: Case, supervisor: Staff) -> str:
    """A case with eight events, of which the last are notes."""
    while Case.objects.get(pk=case.pk).version < 8:
        notes.add_note(case.pk, supervisor, "备注")
    return case.number


def verify(*arguments: str) -> list[str]:
    """The lines that the command writes; its exit status is checked against them."""
    out = StringIO()
    try:
        call_command("verify_chain", *arguments, stdout=out)
    except CommandError as error:
        assert "problem" in str(error)
        return out.getvalue().splitlines()
    assert out.getvalue().endswith("as they were written\n")
    return []


def test_an_untouched_record_is_whole(number: str) -> None:
    assert verify() == []
    assert verify("--case", number) == []


def change_text(events: dict[int, Event]) -> None:
    Event.objects.filter(pk=events[6].pk).update(data={"text": "别的"})


def change_moment(events: dict[int, Event]) -> None:
    Event.objects.filter(pk=events[6].pk).update(at=events[5].at)


def change_actor(events: dict[int, Event]) -> None:
    Event.objects.filter(pk=events[6].pk).update(actor=None)


def remove_middle(events: dict[int, Event]) -> None:
    events[5].delete()
    events[6].delete()


def remove_first(events: dict[int, Event]) -> None:
    events[1].delete()


def remove_last(events: dict[int, Event]) -> None:
    events[8].delete()


def remove_last_and_recount(events: dict[int, Event]) -> None:
    events[8].delete()
    Case.objects.update(version=7)


def remove_all(events: dict[int, Event]) -> None:
    Event.objects.all().delete()


def swap(events: dict[int, Event]) -> None:
    Event.objects.filter(pk=events[6].pk).update(sequence=99)
    Event.objects.filter(pk=events[7].pk).update(sequence=6)
    Event.objects.filter(pk=events[6].pk).update(sequence=7)


def close_the_gap(events: dict[int, Event]) -> None:
    events[6].delete()
    Event.objects.filter(pk=events[7].pk).update(sequence=6)
    Event.objects.filter(pk=events[8].pk).update(sequence=7)
    Case.objects.update(version=7)


def rewrite(events: dict[int, Event]) -> None:
    event = events[6]
    event.data = {"text": "别的"}
    event.hash = chain_hash(event)
    event.save()


def rewrite_to_the_end(events: dict[int, Event]) -> None:
    events[6].data = {"text": "别的"}
    for sequence in (6, 7, 8):
        event = events[sequence]
        event.previous_hash = events[sequence - 1].hash
        event.hash = chain_hash(event)
        event.save()


def insert(events: dict[int, Event], *, hashed: bool = True) -> None:
    """A new event 6, and all behind it a place further on."""
    for sequence in (8, 7, 6):
        Event.objects.filter(pk=events[sequence].pk).update(sequence=sequence + 1)
    put_in(events[6], 6, events[5].hash, hashed=hashed)
    Case.objects.update(version=9)


def insert_unhashed(events: dict[int, Event]) -> None:
    insert(events, hashed=False)


def append(events: dict[int, Event]) -> None:
    put_in(events[8], 9, events[8].hash)


def append_and_recount(events: dict[int, Event]) -> None:
    append(events)
    Case.objects.update(version=9)


def put_in(like: Event, sequence: int, previous: str, *, hashed: bool = True) -> None:
    event = Event(case=like.case, sequence=sequence, kind="note", at=like.at, data={}, previous_hash=previous)
    event.hash = chain_hash(event) if hashed else "0" * 64
    event.save()


def replace_last(events: dict[int, Event]) -> None:
    events[8].delete()
    put_in(events[7], 8, events[7].hash)


@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        (change_text, ["event 6 was changed"]),
        (change_moment, ["event 6 was changed"]),
        (change_actor, ["event 6 was changed"]),
        (remove_middle, ["events 5 to 6 are missing"]),
        (remove_first, ["event 1 is missing"]),
        (remove_last, ["event 8 is missing"]),
        (remove_last_and_recount, ["event 7 is not the one that the case ends with"]),
        (remove_all, ["all events are missing"]),
        (swap, ["event 6 was moved from 7", "event 7 was moved from 6"]),
        (close_the_gap, ["event 6 was moved from 7", "event 7 was moved from 8"]),
        (rewrite, ["event 7 does not follow the one before it"]),
        (rewrite_to_the_end, ["event 8 is not the one that the case ends with"]),
        (
            insert,
            [
                "event 6 was inserted",
                "event 7 was moved from 6",
                "event 8 was moved from 7",
                "event 9 was moved from 8",
            ],
        ),
        (
            insert_unhashed,
            [
                "event 6 was inserted",
                "event 7 was moved from 6",
                "event 8 was moved from 7",
                "event 9 was moved from 8",
            ],
        ),
        (append, ["the case counts 8 events, 9 are there"]),
        (append_and_recount, ["event 9 is not the one that the case ends with"]),
        (replace_last, ["event 8 is not the one that the case ends with"]),
    ],
)
def test_tampering_is_found_and_located(
    number: str, tamper: Callable[[dict[int, Event]], None], found: list[str]
) -> None:
    tamper({event.sequence: event for event in Event.objects.all()})
    assert verify("--case", number) == [f"{number}: {line}" for line in found]
    assert verify() == [f"{number}: {line}" for line in found]


def test_a_case_that_is_not_there_is_said(db: None) -> None:
    with pytest.raises(CommandError, match="There is no case X"):
        call_command("verify_chain", "--case", "X")


def test_an_event_under_another_cases_name_is_found(number: str, arrive: Callable[..., Received]) -> None:
    other = arrive("+8613900001234").case
    last = Event.objects.get(case__number=number, sequence=8)
    Event.objects.filter(pk=last.pk).update(case=other, sequence=other.version + 1)
    assert verify() == [
        f"{number}: event 8 is missing",
        f"{other.number}: event {other.version + 1} was changed",
        f"{other.number}: the case counts {other.version} events, {other.version + 1} are there",
    ]


def test_one_case_is_in_memory_at_a_time(
    number: str, arrive: Callable[..., Received], django_assert_num_queries: Any
) -> None:
    for n in range(3):
        arrive(f"+861390000123{n}")
    with django_assert_num_queries(2):  # all events with their cases' ends; the cases without any
        assert verify() == []
