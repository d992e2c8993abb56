"""Calls: how they come about, what the person at the telephone does, and how they end."""

import asyncio

from hotline.simulator import conferences, legs, progress, transcriptions
from hotline.simulator.carrier import Carrier
from hotline.simulator.state import HANG_UP, Call, Callback, HangUp, Input, Source, now

DIALLING_SECONDS = 0.3
KEYS = frozenset("0123456789*#")


class NotNow(Exception):
    """The call is not in a state in which that can be done."""


def ring_in(carrier: Carrier, from_: str, to: str, extra: dict[str, str] | None = None) -> Call:
    """A worker dials the hotline."""
    config = carrier.config
    call = Call(from_, to, "inbound", status="ringing", extra=extra or {})
    call.callback = Callback(config.at_hotline(config.status_path), frozenset(config.inbound_events))
    call.fallback_url = config.at_hotline(config.fallback_path)
    _register(carrier, call)
    progress.report(carrier, call, "initiated")
    progress.report(carrier, call, "ringing")
    carrier.spawn(_live(carrier, call, Source(config.at_hotline(config.voice_path))))
    return call


def connect_agent(carrier: Carrier, identity: str, params: dict[str, str]) -> Call:
    """An agent's browser connects through the TwiML App."""
    config = carrier.config
    call = Call(f"client:{identity}", "", "inbound", status="ringing", identity=identity, extra=params)
    call.application_sid = config.credentials.app_sid
    call.fallback_url = config.at_hotline(config.fallback_path)
    _register(carrier, call)
    carrier.spawn(_live(carrier, call, Source(config.at_hotline(config.agent_path))))
    return call


def dial_out(carrier: Carrier, call: Call, source: Source, ring_seconds: float) -> Call:
    """The hotline calls a worker; their telephone rings until someone answers, declines, or time is up."""
    call.pick_up = asyncio.get_running_loop().create_future()
    _register(carrier, call)
    carrier.spawn(_ring(carrier, call, source, ring_seconds))
    return call


def answer(call: Call) -> None:
    """The worker takes the receiver. Raises NotNow."""
    _picked(call, "answer")


def decline(call: Call) -> None:
    """The worker presses the red key. Raises NotNow."""
    _picked(call, "decline")


def press(carrier: Carrier, call: Call, digits: str) -> None:
    """Keys of the telephone. Raises NotNow, or ValueError for what is no key."""
    if not digits or not set(digits) <= KEYS:
        raise ValueError("digits are 0 to 9, * and #")
    _must_be_on(call)
    call.inbox.put_nowait(Input("digits", digits))
    carrier.note(call, "said", f"[{digits}]", "self")


def say(carrier: Carrier, call: Call, text: str) -> None:
    """Speech into the telephone: others hear it, transcriptions write it down. Raises NotNow."""
    _must_be_on(call)
    if not text.strip():
        raise ValueError("nothing was said")
    carrier.note(call, "said", text, "self")
    if call.microphone_off:
        return
    call.inbox.put_nowait(Input("speech", text))
    transcriptions.spoken(carrier, call, text, "inbound_track")
    conferences.speak(carrier, call, text)


def about_to_say(call: Call) -> None:
    """Someone is typing what they will say: no silence."""
    _must_be_on(call)
    call.inbox.put_nowait(Input("sound"))


def hang_up(carrier: Carrier, call: Call, reason: str = "caller-hung-up") -> None:
    """The receiver is put down, by the person or by the REST API. Does nothing for a call that is over."""
    if call.is_over:
        return
    call.ended_reason = call.ended_reason or reason
    if call.pick_up is not None and not call.pick_up.done():
        call.pick_up.set_result("cancel")
        return
    legs.interrupt(call, HANG_UP)


def redirect(call: Call, source: Source) -> None:
    """The REST API gives the call another document. Raises NotNow."""
    _must_be_on(call)
    if isinstance(call.order, HangUp):
        raise NotNow("the call is ending")
    legs.interrupt(call, source)


def _must_be_on(call: Call) -> None:
    if call.status != "in-progress":
        raise NotNow(f"the call is {call.status}")


def _picked(call: Call, what: str) -> None:
    if call.pick_up is None or call.pick_up.done() or call.status != "ringing":
        raise NotNow(f"the call is {call.status}")
    call.pick_up.set_result(what)


def _register(carrier: Carrier, call: Call) -> None:
    carrier.state.calls[call.sid] = call
    carrier.note(call, "status", call.status, "carrier")


async def _live(carrier: Carrier, call: Call, source: Source) -> None:
    """A connected (or, inbound, still ringing) call to its end."""
    reason = "simulator-error"
    try:
        await legs.run(carrier, call, source)
        reason = "hotline-hung-up"
    finally:
        transcriptions.stop(carrier, call)
        status = "completed" if call.started is not None else "canceled"
        progress.ended(carrier, call, status, reason)


async def _ring(carrier: Carrier, call: Call, source: Source, seconds: float) -> None:
    assert call.pick_up is not None
    progress.report(carrier, call, "initiated")
    await carrier.sleep(DIALLING_SECONDS)
    if not call.pick_up.done():
        progress.move(carrier, call, "ringing")
        progress.report(carrier, call, "ringing")
    try:
        what = await asyncio.wait_for(asyncio.shield(call.pick_up), seconds * carrier.config.pace)
    except TimeoutError:
        what = "no-answer"
        call.pick_up.cancel()
    if what == "answer":
        progress.answered(carrier, call)
        await _live(carrier, call, source)
        return
    status, reason = {"decline": ("busy", "declined"), "cancel": ("canceled", "canceled")}.get(
        what, ("no-answer", "no-answer")
    )
    call.updated = now()
    progress.ended(carrier, call, status, reason)
