"""Sending what is queued: claimed by compare-and-set, sent, then noted. Nothing is ever sent twice.

What the carrier may or may not have is parked as uncertain and settled by its own list.
"""

from datetime import datetime, timedelta

import structlog
from django.utils import timezone

from hotline.actions import messages
from hotline.enums import MessageState
from hotline.errors import CarrierBusy, CarrierRefused, CarrierUncertain
from hotline.models import Message, StaffNotice
from hotline.telephony import gateway
from hotline.telephony.gateway import RemoteMessage
from hotline.telephony.parse import MESSAGE_STATES

log = structlog.get_logger(__name__)
MODELS: tuple[type[Message] | type[StaffNotice], ...] = (Message, StaffNotice)
OWN_NAME = {Message: "message", StaffNotice: "notice"}
LISTED_AFTER = timedelta(minutes=3)
"""What the carrier's list does not show so long after it was tried was not sent."""
CLOCKS_APART = timedelta(minutes=1)
"""How far the carrier's clock may be from ours."""


def send_due(now: datetime) -> int:
    """Send what is queued. Returns how many the carrier took."""
    if not gateway.configured():
        return 0
    sent = 0
    for model in MODELS:
        messages.park_killed(model, now)
        for pk in messages.due(model, now):
            # The rows before may have taken minutes: the lease begins when the row is taken up.
            moment = max(now, timezone.now())
            if messages.claim(model, pk, moment):
                sent += _send(model._default_manager.get(pk=pk), moment)
    return sent


def _send(row: messages.Outgoing, now: datetime) -> bool:
    try:
        sid = gateway.send_message(messages.destination(row), row.body, **{OWN_NAME[type(row)]: row.pk})
    except CarrierRefused as error:
        messages.settle(row, MessageState.FAILED, error_code=error.code)
    except CarrierBusy:
        _later(row, now)
    except CarrierUncertain:
        messages.settle(row, MessageState.UNCERTAIN, due_at=now)
    else:
        messages.settle(row, MessageState.SENT, sid=sid)
        return True
    log.warning("not sent", kind=type(row).__name__, row=row.pk)
    return False


def _later(row: messages.Outgoing, now: datetime) -> None:
    if row.tries + 1 >= messages.TRIES:
        messages.settle(row, MessageState.FAILED, error_code="20429")
    else:
        pause = timedelta(seconds=min(2**row.tries, 300))
        messages.settle(row, MessageState.QUEUED, due_at=now + pause)


def settle_uncertain(now: datetime) -> int:
    """Look at the carrier's list for what is uncertain. Returns how many were settled."""
    if not gateway.configured():
        return 0
    settled = 0
    for model in MODELS:
        settled += sum(_look(row, now) for row in messages.uncertain(model))
    return settled


def _look(row: messages.Outgoing, now: datetime) -> bool:
    tried_at = row.sent_at or now
    try:
        # Not by the date of sending: a message that waits at the carrier has none yet.
        listed = gateway.list_messages(to=messages.destination(row))
    except (CarrierBusy, CarrierRefused):
        return False
    for remote in listed:
        if _same(remote, row, tried_at) and not messages.known_sid(remote.sid):
            state = MESSAGE_STATES.get(remote.status, MessageState.SENT)
            return messages.settle(row, state, sid=remote.sid, error_code=remote.error_code)
    if now - tried_at >= LISTED_AFTER:
        # Its own list is the carrier's word that it never had it: now it may be sent.
        return messages.settle(row, MessageState.QUEUED, due_at=now)
    return False


def _same(remote: RemoteMessage, row: messages.Outgoing, tried_at: datetime) -> bool:
    in_time = remote.made_at is None or remote.made_at >= tried_at - CLOCKS_APART
    return not remote.inbound and in_time and remote.body.strip() == row.body.strip()
