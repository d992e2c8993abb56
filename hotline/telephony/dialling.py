"""What the worker process does to calls at the carrier, from their rows: voicemail, dialling, hanging up."""

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from hotline.actions import calls
from hotline.enums import CallResult, CallState, Direction
from hotline.errors import CarrierBusy, CarrierRefused, CarrierUncertain
from hotline.models import Call, CarrierEvent
from hotline.telephony import gateway
from hotline.telephony.addresses import absolute

log = structlog.get_logger(__name__)
AGAIN = 10
"""Seconds after which a redirect is tried again that has not brought the call to its message."""
DIAL_PAUSE = 3
"""Seconds between two tries to dial while the carrier says that it is busy."""
AGENT_TIME = timedelta(seconds=60)
"""So long a softphone has to join the conference of a call-back before the try is over."""
ANSWER_TIME = timedelta(minutes=3)
"""A dialled call of which the carrier shows nothing after this time was never made."""


def send_overdue_to_voicemail(now: datetime) -> int:
    """Whoever has waited too long, or is left alone, shall leave a message. Returns how many."""
    late = calls.overdue(now, timedelta(seconds=settings.HOTLINE_WAIT_SECONDS))
    moved = sum(calls.to_voicemail(pk, now, "waited") for pk in late)
    return moved + sum(calls.requeue(pk, now) for pk in calls.unconnected(now)) + _rescue(now)


def _rescue(now: datetime) -> int:
    """Workers left alone: one who called leaves a message, one whom we called is let go. Returns how many."""
    rescued = 0
    for call in calls.abandoned(now):
        if call.interaction.direction == Direction.INBOUND:
            rescued += calls.to_voicemail(call.pk, now, "agent_left")
        else:
            rescued += _at_carrier(call, gateway.hang_up, now)
    return rescued


def redirect_to_voicemail(now: datetime) -> int:
    """Bring calls that shall leave a message to where they can. Returns how many were told to go."""
    if not gateway.configured():
        return 0
    told = 0
    shall = Call.objects.filter(state=CallState.VOICEMAIL).select_related("interaction")
    for call in shall.exclude(interaction__provider_id=None):
        there = calls.AT_VOICEMAIL.format(sid=call.interaction.provider_id)
        if CarrierEvent.objects.filter(key=there).exists():
            continue
        told += _at_carrier(call, _to_voicemail, now)
    return told


def _to_voicemail(sid: str) -> None:
    gateway.redirect_call(sid, absolute("twilio:voice-after", voicemail=1))


def _at_carrier(call: Call, do: gateway.OnCall, now: datetime) -> bool:
    """Do to the worker's leg what may be done twice; all processes together once in AGAIN seconds."""
    sid = str(call.interaction.provider_id)
    with transaction.atomic():
        if not calls.first_time(f"told:{sid}:{int(now.timestamp()) // AGAIN}"):
            return False
    try:
        do(sid)
    except CarrierRefused as error:
        if error.code not in gateway.OVER:
            log.warning("call not moved", call=call.pk, code=error.code)
            return False
        # The carrier knows no such running call: the post that it is over was lost.
        calls.end(call.pk, now)
    except (CarrierBusy, CarrierUncertain):
        return False
    return True


def dial_due(now: datetime) -> int:
    """Dial the call-backs whose agent is in the conference. Returns how many were dialled.

    Each is dialled at most once: the claim comes first, and a call that the carrier may have made is left
    to reconciliation, never made again. What a busy carrier has certainly not made is tried again.
    """
    if not gateway.configured():
        return 0
    dialled = 0
    wanted = Call.objects.filter(state=CallState.DIALLING, interaction__provider_id=None)
    for call in wanted.select_related("interaction"):
        if not call.agent_call_sid:
            if call.interaction.at <= now - AGENT_TIME:
                _give_up(call, now)
            continue
        with transaction.atomic():
            turn = calls.first_time(f"dialling:{call.uid}:{int(now.timestamp()) // DIAL_PAUSE}")
            mine = turn and calls.first_time(calls.DIAL.format(uid=call.uid))
        if mine:
            dialled += _dial(call, now)
    return dialled


def _dial(call: Call, now: datetime) -> bool:
    try:
        sid = gateway.dial(call.interaction.address, call.uid)
    except CarrierBusy:
        log.warning("not dialled yet", call=call.pk)
        _dial_again(call, now)
        return False
    except CarrierRefused as error:
        log.warning("not dialled", call=call.pk, code=error.code)
        calls.end(call.pk, now, outcome=CallResult.FAILED)
        return False
    except CarrierUncertain:
        return False
    calls.name_leg(call.pk, sid)
    return True


def _dial_again(call: Call, now: datetime) -> None:
    """The carrier certainly has not dialled: let it be tried again while the agent may still be waiting."""
    if call.interaction.at <= now - AGENT_TIME:
        calls.end(call.pk, now, outcome=CallResult.FAILED)
    else:
        calls.not_done(calls.DIAL.format(uid=call.uid))


def _give_up(call: Call, now: datetime) -> None:
    with transaction.atomic():
        mine = calls.first_time(calls.DIAL.format(uid=call.uid))
    if mine:
        calls.end(call.pk, now, outcome=CallResult.FAILED)


def settle_uncertain_dials(now: datetime) -> int:
    """Dialled calls whose name the carrier never told us: found in its list, else never made.

    Returns how many were settled.
    """
    if not gateway.configured():
        return 0
    settled = 0
    unnamed = Call.objects.filter(state=CallState.DIALLING, interaction__provider_id=None)
    for call in unnamed.select_related("interaction"):
        claimed = CarrierEvent.objects.filter(key=calls.DIAL.format(uid=call.uid)).first()
        if claimed is None:
            continue
        settled += _find_dialled(call, claimed.received_at, now)
    return settled


def _find_dialled(call: Call, since: datetime, now: datetime) -> bool:
    try:
        listed = gateway.list_calls(since - timedelta(minutes=1), to=call.interaction.address)
    except (CarrierBusy, CarrierRefused):
        return False
    for remote in listed:
        if not remote.inbound and calls.by_sid(remote.sid) is None:
            calls.name_leg(call.pk, remote.sid)
            return True
    if now - since >= ANSWER_TIME:
        calls.end(call.pk, now, outcome=CallResult.FAILED)
        return True
    return False


def hang_up_left_over(now: datetime) -> int:
    """Hang up the agents' legs whose call is over, and those of people who left us. Returns how many."""
    if not gateway.configured():
        return 0
    ended_lately = Q(state=CallState.ENDED, ended_at__gte=now - timedelta(hours=1))
    gone = ~Q(state=CallState.ENDED) & Q(agent__is_active=False)
    over = Call.objects.filter(ended_lately | gone)
    ended = 0
    for call in over.exclude(agent_call_sid=""):
        try:
            gateway.hang_up(call.agent_call_sid)
        except (CarrierBusy, CarrierRefused, CarrierUncertain):
            continue
        calls.left(call.pk, call.agent_call_sid, now)
        ended += 1
    return ended
