"""A call's way from ringing to its end, and the progress events that tell of it."""

from hotline.simulator.carrier import Carrier
from hotline.simulator.params import progress_params
from hotline.simulator.state import Call, now

# The carrier's name of an event -> the status that the event reports.
STATUS_OF_EVENT = {"initiated": "initiated", "ringing": "ringing", "answered": "in-progress"}


def report(carrier: Carrier, call: Call, event: str) -> None:
    """Tells a progress event to whoever asked for it: initiated, ringing, answered, completed."""
    if event in call.callback.events:
        status = STATUS_OF_EVENT.get(event, call.status)
        params = progress_params(carrier.config, call, status)
        carrier.webhooks.tell(call.callback, params, kind="call status", stream=call.sid)


def move(carrier: Carrier, call: Call, status: str) -> None:
    """Sets the status; an ended call stays as it is."""
    if call.is_over:
        return
    call.status = status
    call.updated = now()
    carrier.note(call, "status", status, "carrier")


def answered(carrier: Carrier, call: Call) -> None:
    """The two are connected from here on."""
    call.started = now()
    move(carrier, call, "in-progress")
    report(carrier, call, "answered")


def ended(carrier: Carrier, call: Call, status: str, reason: str) -> None:
    """The call is over, for this reason unless one is known already."""
    if call.is_over:
        return
    call.ended = now()
    call.waiting_for = ""
    call.ended_reason = call.ended_reason or reason
    move(carrier, call, status)
    report(carrier, call, "completed")
