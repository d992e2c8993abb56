"""The rows of the case that others must not reach by their ids."""

from collections.abc import Callable

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from hotline.actions import calls, offers
from hotline.enums import Channel, Direction, RecordingState, SeatState
from hotline.models import Attachment, Call, Callback, Case, Contact, Offer, Recording, Seat, Staff
from workflows import reception, steps

Rows = dict[str, int]


@pytest.fixture
def called(case: Case, arrive: Callable[..., reception.Received]) -> Call:
    """A call of the case's worker that waits."""
    received = arrive(provider_id="CA" + "1" * 32, channel=Channel.CALL, direction=Direction.INBOUND)
    call = calls.arrived(received.interaction, voicemail=False, recorded=True)
    return calls.wait(call.pk, "1", timezone.now())


@pytest.fixture
def rows(case: Case, called: Call, agent: Staff, settings: object) -> Rows:
    """The id of one row of each kind that an address can name."""
    Seat.objects.filter(staff=agent).update(state=SeatState.AVAILABLE, console_seen_at=timezone.now())
    offers.offer_waiting(timezone.now())
    contact = Contact.objects.get()
    attachment = Attachment(case=case, name="工资条.txt", content_type="text/plain", added_at=timezone.now())
    attachment.file.save("a", ContentFile("三个月".encode()))
    recording = Recording(call=called, sid="RE" + "1" * 32, state=RecordingState.STORED)
    recording.file.save("a.mp3", ContentFile(b"ID3" + bytes(100)))
    task = steps.current_task(case)
    assert task is not None
    return {
        "case": case.pk,
        "task": task.pk,
        "offer": Offer.objects.get(call=called).pk,
        "call": called.pk,
        "callback": Callback.objects.create(case=case, contact=contact, created_at=timezone.now()).pk,
        "interaction": called.interaction_id,
        "file": attachment.pk,
        "recording": recording.pk,
    }
