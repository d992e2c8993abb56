"""What each TwiML verb does on a leg.

A verb returns None (go on with the next), a Source (go on with that document) or HANG_UP.
"""

import asyncio
from collections.abc import Awaitable, Callable

from hotline.simulator import conferences, gather, record, transcriptions
from hotline.simulator.carrier import Carrier
from hotline.simulator.conferences import CannotJoin, Wishes
from hotline.simulator.documents import Document
from hotline.simulator.params import call_params
from hotline.simulator.prompts import prompt
from hotline.simulator.state import HANG_UP, Call, Callback, HangUp, Outcome, Source
from hotline.simulator.twiml import Verb

LONGEST_DIAL = 14400.0


async def run(carrier: Carrier, call: Call, verb: Verb, document: Document) -> Outcome:
    """Carries out one verb."""
    return await _RUN[verb.name](carrier, call, verb, document)


async def _prompt(carrier: Carrier, call: Call, verb: Verb, document: Document) -> Outcome:
    await prompt(carrier, call, verb, document)
    return None


async def _redirect(_carrier: Carrier, _call: Call, verb: Verb, document: Document) -> Outcome:
    return Source(document.address(verb.text), verb.get("method", "POST").upper())


async def _hang_up(_carrier: Carrier, call: Call, _verb: Verb, _document: Document) -> Outcome:
    call.ended_reason = "hotline-hung-up"
    return HANG_UP


async def _start(carrier: Carrier, call: Call, verb: Verb, document: Document) -> Outcome:
    for noun in verb.children:
        url = noun.get("statusCallbackUrl")
        transcriptions.start(carrier, call, noun, document.address(url) if url else "")
    return None


async def _stop(carrier: Carrier, call: Call, verb: Verb, _document: Document) -> Outcome:
    for noun in verb.children:
        transcriptions.stop(carrier, call, noun.attributes.get("name"))
    return None


async def _dial(carrier: Carrier, call: Call, verb: Verb, document: Document) -> Outcome:
    """Dials into a conference; other nouns fail, as to a number that cannot be reached."""
    status = "failed"
    if verb.children and verb.children[0].name == "Conference":
        try:
            status = await _in_conference(carrier, call, verb, document)
        except CannotJoin as error:
            carrier.note(call, "status", f"error {error}", "carrier")
            return None
        except asyncio.CancelledError:
            _tell_dial_action(carrier, call, verb, document)
            raise
    if not verb.get("action"):
        return None
    return document.source(verb, DialCallStatus=status)


async def _in_conference(carrier: Carrier, call: Call, verb: Verb, document: Document) -> str:
    noun = verb.children[0]
    wishes = conference_wishes(noun, document)
    conference = conferences.open_or_join(carrier, noun.text, wishes)
    participant = conferences.join(carrier, call, conference, wishes)
    seconds = verb.number("timeLimit", LONGEST_DIAL)
    reason = conferences.HUNG_UP
    try:
        outcome = await asyncio.wait_for(asyncio.shield(participant.done), seconds)
    except TimeoutError:
        outcome, reason = "left", conferences.UPDATED_BY_API
    except asyncio.CancelledError:
        if not isinstance(call.order, HangUp):
            reason = conferences.UPDATED_BY_API
        raise
    finally:
        conferences.leave(carrier, participant, reason)
    return "failed" if outcome == "failed" else "answered"


def conference_wishes(noun: Verb, document: Document) -> Wishes:
    """A `<Conference>` noun's attributes."""
    wait = None
    if noun.get("waitUrl"):
        wait = Source(document.address(noun.get("waitUrl")), noun.get("waitMethod", "POST").upper())
    return Wishes(
        label=noun.get("participantLabel"),
        muted=noun.flag("muted", default=False),
        start_on_enter=noun.flag("startConferenceOnEnter", default=True),
        end_on_exit=noun.flag("endConferenceOnExit", default=False),
        coached=noun.get("coach"),
        wait=wait,
        callback=callback_of(noun, document, "statusCallback"),
        record=noun.get("record") in ("record-from-start", "true"),
        recording_callback=callback_of(noun, document, "recordingStatusCallback", "completed"),
    )


def callback_of(verb: Verb, document: Document, attribute: str, default_events: str = "") -> Callback:
    """The address, events and method that an attribute and its siblings name."""
    if not verb.get(attribute):
        return Callback()
    return Callback(
        document.address(verb.get(attribute)),
        verb.words(f"{attribute}Event", default_events),
        verb.get(f"{attribute}Method", "POST").upper(),
    )


def _tell_dial_action(carrier: Carrier, call: Call, verb: Verb, document: Document) -> None:
    """Who hangs up while dialled still has the action asked for; what it answers is not carried out."""
    if isinstance(call.order, HangUp) and verb.get("action"):
        source = document.source(verb, DialCallStatus="answered")
        params = call_params(carrier.config, call, "completed") | source.extra
        callback = Callback(source.url, method=source.method)
        carrier.webhooks.tell(callback, params, kind="dial action", stream=call.sid)


_Run = Callable[[Carrier, Call, Verb, Document], Awaitable[Outcome]]
_RUN: dict[str, _Run] = {
    "Say": _prompt,
    "Play": _prompt,
    "Pause": _prompt,
    "Gather": gather.run,
    "Dial": _dial,
    "Start": _start,
    "Stop": _stop,
    "Record": record.run,
    "Redirect": _redirect,
    "Hangup": _hang_up,
    # A call that was answered already cannot be rejected any more; it ends.
    "Reject": _hang_up,
}
