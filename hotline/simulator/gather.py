"""`<Gather>`: listens for keys or speech while its prompts play and for some time after."""

import asyncio

from hotline.simulator.carrier import Carrier
from hotline.simulator.documents import Document
from hotline.simulator.prompts import prompt
from hotline.simulator.state import Call, Input, Outcome
from hotline.simulator.twiml import Verb

CONFIDENCE = "0.94"


async def run(carrier: Carrier, call: Call, verb: Verb, document: Document) -> Outcome:
    """Goes on with the action when something was entered, else with the next verb."""
    forget_inputs(call)
    wanted = verb.words("input", "dtmf")
    call.waiting_for = "speech" if wanted == {"speech"} else "digits"
    carrier.changed(call)
    try:
        digits, speech, finished_on = await _listen(carrier, call, verb, document, wanted)
    finally:
        call.waiting_for = ""
    if speech:
        return document.source(
            verb, SpeechResult=speech, Confidence=CONFIDENCE, Language=verb.get("language", "en-US")
        )
    if digits or verb.flag("actionOnEmptyResult", default=False):
        return document.source(verb, Digits=digits, FinishedOnKey=finished_on, msg="Gather End")
    return None


def forget_inputs(call: Call) -> None:
    """Keys pressed while nobody was listening are lost, as on the telephone."""
    while not call.inbox.empty():
        call.inbox.get_nowait()


async def _listen(
    carrier: Carrier, call: Call, verb: Verb, document: Document, wanted: frozenset[str]
) -> tuple[str, str, str]:
    """(digits, speech, the key that finished). The first input silences the prompts."""
    finish_key = verb.attributes.get("finishOnKey", "#")
    most = int(verb.number("numDigits", 0))
    timeout = verb.number("timeout", 5)
    digits = ""
    prompts = asyncio.create_task(_prompts(carrier, call, verb, document))
    try:
        while True:
            heard = await _next_input(carrier, call, prompts, timeout)
            if heard is None:
                return digits, "", ""
            prompts.cancel()
            if heard.kind == "speech" and "speech" in wanted:
                return "", heard.text, ""
            if heard.kind != "digits" or "dtmf" not in wanted:
                continue
            for key in heard.text:
                if key in finish_key:
                    return digits, "", key
                digits += key
                if most and len(digits) >= most:
                    return digits, "", ""
    finally:
        prompts.cancel()


async def _prompts(carrier: Carrier, call: Call, verb: Verb, document: Document) -> None:
    for child in verb.children:
        await prompt(carrier, call, child, document)


async def _next_input(
    carrier: Carrier, call: Call, prompts: "asyncio.Task[None]", timeout: float
) -> Input | None:
    """What the person does next, or None when the prompts are over and nothing came for `timeout`."""
    waiting = asyncio.ensure_future(call.inbox.get())
    try:
        await asyncio.wait({waiting, prompts}, return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done():
            await asyncio.wait({waiting}, timeout=timeout * carrier.config.pace)
        return waiting.result() if waiting.done() else None
    finally:
        waiting.cancel()
