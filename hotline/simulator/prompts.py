"""What a leg hears from the carrier: prompts, pauses, and the loop of a waiting room or of hold."""

from urllib.parse import urlsplit

from hotline.simulator import twiml
from hotline.simulator.carrier import Carrier
from hotline.simulator.documents import Document, DocumentFailed, fetch
from hotline.simulator.params import call_params
from hotline.simulator.state import Call, Source
from hotline.simulator.twiml import Verb
from hotline.simulator.webhooks import WebhookFailed, logger

SECONDS_PER_CHARACTER = 0.04
LONGEST_PROMPT = 1.5
LOOP_SECONDS = 3.0
MOST_REDIRECTS = 10
FOREVER = 1000


async def prompt(carrier: Carrier, call: Call, verb: Verb, document: Document) -> None:
    """Say, Play or Pause, for as long as it takes (speech is hurried: people read it)."""
    if verb.name == "Pause":
        await carrier.sleep(max(0.0, verb.number("length", 1)))
        return
    if verb.name == "Play" and not await _playable(carrier, document.address(verb.text)):
        return
    text = verb.text if verb.name == "Say" else f"♪ {_name(verb.text)}"
    times = int(verb.number("loop", 1)) or FOREVER
    for _ in range(times):
        carrier.note(call, "heard", text, "prompt")
        await carrier.sleep(min(LONGEST_PROMPT, len(text) * SECONDS_PER_CHARACTER))


async def play_in_a_loop(carrier: Carrier, call: Call, source: Source, kind: str) -> None:
    """Plays a `waitUrl` or `HoldUrl` until cancelled, asking for it anew each time.

    Raises DocumentFailed: the address does not answer, or answers what may not stand there.
    """
    here, redirects = source, 0
    while True:
        document = await fetch(
            carrier, here, call_params(carrier.config, call), allowed=twiml.WAITING, kind=kind
        )
        onward = None
        for verb in document.verbs:
            if verb.name == "Redirect":
                onward = Source(document.address(verb.text), verb.get("method", "POST"), source.extra)
                break
            await prompt(carrier, call, verb, document)
        redirects = redirects + 1 if onward else 0
        if redirects > MOST_REDIRECTS:
            raise DocumentFailed(12200, here.url, "redirects without end")
        here = onward or source
        if onward is None or not any(verb.name in ("Say", "Play", "Pause") for verb in document.verbs):
            await carrier.sleep(LOOP_SECONDS)


async def _playable(carrier: Carrier, url: str) -> bool:
    """Whether the sound is there; where it is not, the carrier notes an error and goes on."""
    try:
        await carrier.webhooks.ask(url, {}, method="GET", kind="play")
    except WebhookFailed as error:
        logger.warning("a prompt cannot be played: %s", error)
        return False
    return True


def _name(url: str) -> str:
    return urlsplit(url).path.rsplit("/", 1)[-1] or "audio"
