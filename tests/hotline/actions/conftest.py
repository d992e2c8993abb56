"""Calls that wait and agents who sit, without the carrier."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

import pytest
from django.utils import timezone

from hotline.actions import calls
from hotline.enums import Channel, Direction, SeatState
from hotline.models import Call, Seat, Staff, Unit
from workflows import reception

WORKER = "+8613800005678"
Sit = Callable[..., Seat]
Ring = Callable[..., Call]


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def sit(now: datetime) -> Sit:
    """An agent available at a live console since so many minutes."""

    def seat(staff: Staff, minutes: int = 5, skills: list[str] | None = None) -> Seat:
        staff.skills = skills or []
        staff.save(update_fields=["skills"])
        Seat.objects.filter(staff=staff).update(
            state=SeatState.AVAILABLE, since=now - timedelta(minutes=minutes), console_seen_at=now
        )
        return Seat.objects.get(staff=staff)

    return seat


@pytest.fixture
def ring(city: Unit, now: datetime) -> Ring:
    """A call that has waited for so many seconds."""
    ids = count(1)

    def call(number: str | None = WORKER, seconds: int = 10, digits: str = "") -> Call:
        n = next(ids)
        at = now - timedelta(seconds=seconds)
        received = reception.receive(
            reception.Arrival(
                Channel.CALL, f"CA{n:032x}", number or "anonymous", number, Direction.INBOUND, at
            )
        )
        made = calls.arrived(received.interaction, voicemail=False, recorded=True)
        return calls.wait(made.pk, digits, at)

    return call
