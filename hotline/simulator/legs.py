"""Carries out TwiML documents on a leg, one after the other, until the call is over."""

import asyncio

from hotline.simulator import progress, verbs
from hotline.simulator.carrier import Carrier
from hotline.simulator.documents import Document, DocumentFailed, fetch
from hotline.simulator.params import call_params
from hotline.simulator.state import HANG_UP, Call, HangUp, Outcome, Source

APOLOGY = "We are sorry, an application error has occurred. Goodbye."


async def run(carrier: Carrier, call: Call, source: Source) -> None:
    """Runs documents until there is nothing more to do, or until it is told to hang up.

    Orders from outside (`call.order`: a redirect, a hang-up) interrupt the document at once.
    """
    following: Outcome = source
    while True:
        if call.order is not None:
            following, call.order = call.order, None
        if not isinstance(following, Source):
            return
        task = call.document = asyncio.create_task(_document(carrier, call, following))
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            task.cancel()
            raise
        finally:
            call.document = None
        following = None if task.cancelled() else task.result()


def interrupt(call: Call, order: Source | HangUp) -> None:
    """Gives a leg an order; what it was doing ends."""
    call.order = order
    if call.document is not None:
        call.document.cancel()


async def _document(carrier: Carrier, call: Call, source: Source) -> Outcome:
    document = await _fetched(carrier, call, source)
    if document is None:
        if call.started is None:
            progress.answered(carrier, call)
        carrier.note(call, "heard", APOLOGY, "carrier")
        call.ended_reason = "application-error"
        return HANG_UP
    if call.started is None:
        if document.verbs and document.verbs[0].name == "Reject":
            call.ended_reason = "rejected"
            status = "busy" if document.verbs[0].get("reason") == "busy" else "no-answer"
            progress.ended(carrier, call, status, "rejected")
            return HANG_UP
        progress.answered(carrier, call)
    for verb in document.verbs:
        outcome = await verbs.run(carrier, call, verb, document)
        if outcome is not None:
            return outcome
    return None


async def _fetched(carrier: Carrier, call: Call, source: Source) -> Document | None:
    """The document, or the fallback's when it cannot be had, or None when that fails too."""
    params = call_params(carrier.config, call)
    try:
        return await fetch(carrier, source, params)
    except DocumentFailed as error:
        carrier.note(call, "status", f"error {error.code}", "carrier")
        if not call.fallback_url:
            return None
        extra = {"ErrorCode": str(error.code), "ErrorUrl": error.url}
    try:
        return await fetch(carrier, Source(call.fallback_url, extra=extra), params, kind="voice fallback")
    except DocumentFailed as error:
        carrier.note(call, "status", f"error {error.code}", "carrier")
        return None
