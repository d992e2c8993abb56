"""Reads TwiML: which verbs a document holds, and whether the carrier would accept it."""

# The documents come from the hotline that this process was started for, and expat refuses entity bombs.
import xml.etree.ElementTree as ElementTree  # noqa: S405
from dataclasses import dataclass, field

PROMPTS = frozenset({"Say", "Play", "Pause"})
WAITING = PROMPTS | {"Redirect"}
VOICE = WAITING | {"Gather", "Dial", "Start", "Stop", "Record", "Hangup", "Reject"}
MESSAGING = frozenset({"Message", "Redirect"})

NESTED = {
    "Gather": PROMPTS,
    "Dial": frozenset({"Conference", "Number", "Client", "Sip"}),
    "Start": frozenset({"Transcription"}),
    "Stop": frozenset({"Transcription"}),
    "Message": frozenset({"Body", "Media"}),
}

PARSE_FAILURE = 12100
SCHEMA_FAILURE = 12200


class BadTwiml(Exception):
    """A document that cannot be carried out; `code` is the carrier's error code."""

    def __init__(self, code: int, problem: str) -> None:
        super().__init__(f"{code} {problem}")
        self.code = code


@dataclass(frozen=True)
class Verb:
    """A verb or a noun: its name, attributes, text and what is nested in it."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: tuple["Verb", ...] = ()

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default)

    def flag(self, name: str, default: bool) -> bool:
        value = self.attributes.get(name, "").strip().lower()
        return default if value not in ("true", "false") else value == "true"

    def number(self, name: str, default: float) -> float:
        """A number of an attribute; what is no number counts as left out, as with the carrier."""
        try:
            return float(self.attributes.get(name, default))
        except ValueError:
            return default

    def words(self, name: str, default: str = "") -> frozenset[str]:
        return frozenset(self.attributes.get(name, default).split())


def parse(text: str, allowed: frozenset[str] = VOICE) -> tuple[Verb, ...]:
    """The verbs of a document, in order; an empty body is an empty document.

    Raises BadTwiml for what is no XML, no `<Response>`, or holds a verb that does not belong there.
    Stricter than the carrier, which skips unknown verbs with a warning: here they should be noticed.
    """
    if not text.strip():
        return ()
    try:
        root = ElementTree.fromstring(text.strip())  # noqa: S314
    except ElementTree.ParseError as error:
        raise BadTwiml(PARSE_FAILURE, f"not XML: {error}") from None
    if root.tag != "Response":
        raise BadTwiml(PARSE_FAILURE, f"<{root.tag}> where <Response> is expected")
    return tuple(_verb(element, allowed) for element in root)


def _verb(element: ElementTree.Element, allowed: frozenset[str]) -> Verb:
    if element.tag not in allowed:
        raise BadTwiml(SCHEMA_FAILURE, f"<{element.tag}> is not allowed here")
    inner = NESTED.get(element.tag)
    children = () if inner is None else tuple(_verb(child, inner) for child in element)
    # Say may hold SSML: what is heard is its text.
    text = "".join(element.itertext()) if element.tag == "Say" else element.text or ""
    return Verb(element.tag, dict(element.attrib), " ".join(text.split()), children)
