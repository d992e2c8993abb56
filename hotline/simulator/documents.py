"""Gets the TwiML that a leg carries out next."""

from dataclasses import dataclass
from urllib.parse import urljoin

from hotline.simulator import twiml
from hotline.simulator.carrier import Carrier
from hotline.simulator.state import Source
from hotline.simulator.twiml import BadTwiml, Verb
from hotline.simulator.webhooks import WebhookFailed


@dataclass(frozen=True)
class Document:
    """Verbs, and the address against which their own addresses are resolved."""

    url: str
    verbs: tuple[Verb, ...]

    def address(self, reference: str) -> str:
        """An address of the document made absolute; an empty one is the document's own."""
        return urljoin(self.url, reference) if reference else self.url

    def source(self, verb: Verb, attribute: str = "action", **extra: str) -> Source:
        """What an attribute such as `action` names as the next document."""
        method = verb.get("method", "POST").upper()
        return Source(self.address(verb.get(attribute)), method, extra)


class DocumentFailed(Exception):
    """There is no document to carry out; `code` and `url` are what the fallback address is told."""

    def __init__(self, code: int, url: str, problem: str) -> None:
        super().__init__(problem)
        self.code = code
        self.url = url


async def fetch(
    carrier: Carrier,
    source: Source,
    params: dict[str, str],
    *,
    allowed: frozenset[str] = twiml.VOICE,
    kind: str = "voice",
) -> Document:
    """The document that the source names. Raises DocumentFailed."""
    url = source.url.partition("#")[0]
    try:
        if source.twiml:
            return Document(carrier.config.hotline, twiml.parse(source.twiml, allowed))
        answer = await carrier.webhooks.ask(
            source.url, params | source.extra, method=source.method, kind=kind
        )
        if answer.content_type.startswith("audio/"):
            return Document(url, (Verb("Play", text=url),))
        return Document(url, twiml.parse(answer.text, allowed))
    except WebhookFailed as error:
        raise DocumentFailed(error.code, url, str(error)) from None
    except BadTwiml as error:
        raise DocumentFailed(error.code, url, str(error)) from None
