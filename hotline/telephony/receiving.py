"""Storing what the carrier brings, once, with its case: by webhook, by fallback or by reconciliation."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from hotline.actions import calls, messages
from hotline.enums import Channel, Direction
from hotline.models import Call
from hotline.telephony.parse import TextIn, sender
from workflows import reception


@transaction.atomic
def call_arrived(sid: str, address: str, at: datetime, *, voicemail: bool) -> Call:
    """The row of the incoming call `sid`, made with its interaction and case where there is none yet."""
    arrival = reception.Arrival(Channel.CALL, sid, address, sender(address), Direction.INBOUND, at)
    received = reception.receive(arrival)
    if not received.fresh:
        return Call.objects.get(pk=received.interaction.pk)
    return calls.arrived(received.interaction, voicemail=voicemail, recorded=settings.HOTLINE_RECORDING)


@transaction.atomic
def text_arrived(text: TextIn) -> bool:
    """Store a worker's message with its case; False when it is here already."""
    number = sender(text.address)
    received = reception.receive(
        reception.Arrival(Channel.SMS, text.sid, text.address, number, Direction.INBOUND, text.at)
    )
    if received.fresh:
        files = [(media.url, media.content_type) for media in text.media]
        messages.received(received.interaction, text.body, files, text.opt_out, text.at)
    return received.fresh
