"""Messages in both directions, and who no longer wants any."""

import re

from hotline.simulator import twiml
from hotline.simulator.carrier import Carrier
from hotline.simulator.documents import DocumentFailed, fetch
from hotline.simulator.params import API_VERSION, location
from hotline.simulator.state import Callback, Media, Message, Source, new_sid, now
from hotline.simulator.twiml import Verb

STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "TD", "T", "退订"})
START = frozenset({"START", "YES", "UNSTOP"})
HELP = frozenset({"HELP", "INFO"})

LONGEST_BODY = 1600
STEP_SECONDS = 0.4

GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€"
)


class Refused(Exception):
    """The carrier does not take the message; `code` says why."""

    def __init__(self, code: int, problem: str) -> None:
        super().__init__(problem)
        self.code = code


def segments(body: str) -> int:
    """How many parts a text is sent in: 160 (153) characters of GSM-7, 70 (67) UTF-16 units otherwise."""
    if set(body) <= GSM_7:
        length, alone, each = len(body), 160, 153
    else:
        length, alone, each = len(body.encode("utf-16-be")) // 2, 70, 67
    return 1 if length <= alone else -(-length // each)


def receive(
    carrier: Carrier, from_: str, to: str, body: str, media: list[Media], extra: dict[str, str] | None = None
) -> Message:
    """A worker writes to the hotline, which is told in the background."""
    sid = new_sid("MM" if media else "SM")
    message = Message(from_, to, body, "inbound", sid, segments(body), "received", media=media, sent=now())
    word = body.strip().upper()
    if word in STOP:
        carrier.state.opted_out.add(from_)
    elif word in START:
        carrier.state.opted_out.discard(from_)
    _register(carrier, message)
    carrier.spawn(_tell_hotline(carrier, message, word, extra or {}))
    return message


def send(carrier: Carrier, from_: str, to: str, body: str, callback_url: str) -> Message:
    """Takes a message of the hotline for sending. Raises Refused for one who has opted out (21610)."""
    if to in carrier.state.opted_out:
        raise Refused(21610, "Attempt to send to unsubscribed recipient")
    message = Message(from_, to, body, "outbound-api", new_sid("SM"), segments(body), "queued")
    message.callback_url = callback_url
    _register(carrier, message)
    carrier.spawn(_deliver(carrier, message))
    return message


def media_url(carrier: Carrier, message: Message, media: Media) -> str:
    """The address of the bytes, on this simulator."""
    config = carrier.config
    return f"{config.public}{config.api_root}/Messages/{message.sid}/Media/{media.sid}"


def _register(carrier: Carrier, message: Message) -> None:
    carrier.state.messages[message.sid] = message
    carrier.news.touch(message.phone)


async def _deliver(carrier: Carrier, message: Message) -> None:
    _move(carrier, message, "queued")
    await carrier.sleep(STEP_SECONDS)
    message.sent = now()
    _move(carrier, message, "sent")
    await carrier.sleep(STEP_SECONDS)
    if carrier.webhooks.faults.happens("undelivered"):
        message.error_code = carrier.webhooks.faults.undelivered_code
        _move(carrier, message, "undelivered")
    else:
        _move(carrier, message, "delivered")


def _move(carrier: Carrier, message: Message, status: str) -> None:
    message.status = status
    message.updated = now()
    carrier.news.touch(message.phone)
    params = {
        "AccountSid": carrier.config.credentials.account_sid,
        "ApiVersion": API_VERSION,
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "MessageStatus": status,
        "SmsStatus": status,
        "From": message.from_,
        "To": message.to,
    }
    if message.error_code is not None:
        params["ErrorCode"] = str(message.error_code)
    if status == "delivered":
        params["RawDlrDoneDate"] = now().strftime("%y%m%d%H%M")
    carrier.webhooks.tell(Callback(message.callback_url), params, kind="message status", stream=message.sid)


def _inbound_params(carrier: Carrier, message: Message, word: str) -> dict[str, str]:
    params = {
        "AccountSid": carrier.config.credentials.account_sid,
        "ApiVersion": API_VERSION,
        "MessageSid": message.sid,
        "SmsMessageSid": message.sid,
        "SmsSid": message.sid,
        "SmsStatus": "received",
        "From": message.from_,
        "To": message.to,
        "Body": message.body,
        "NumSegments": str(message.segments),
        "NumMedia": str(len(message.media)),
        **location("From", message.from_),
        **location("To", message.to),
    }
    for n, media in enumerate(message.media):
        params[f"MediaUrl{n}"] = media_url(carrier, message, media)
        params[f"MediaContentType{n}"] = media.content_type
    for words, kind in ((STOP, "STOP"), (START, "START"), (HELP, "HELP")):
        if word in words:
            params["OptOutType"] = kind
    if message.from_.startswith("whatsapp:"):
        params |= {
            "ProfileName": "WhatsApp",
            "WaId": re.sub(r"\D", "", message.from_),
            "MessageType": "image" if message.media else "text",
        }
    return params


async def _tell_hotline(carrier: Carrier, message: Message, word: str, extra: dict[str, str]) -> None:
    """Posts the message; replies that stand in the answer are sent."""
    config = carrier.config
    source: Source | None = Source(config.at_hotline(config.messages_path))
    params = _inbound_params(carrier, message, word) | extra
    for _ in range(5):
        if source is None:
            return
        try:
            document = await fetch(carrier, source, params, allowed=twiml.MESSAGING, kind="message")
        except DocumentFailed as error:
            message.error_code = error.code
            return
        source = None
        for verb in document.verbs:
            if verb.name == "Redirect":
                source = Source(document.address(verb.text), verb.get("method", "POST").upper())
                break
            status_url = verb.get("statusCallback")
            _reply(carrier, message, verb, document.address(status_url) if status_url else "")


def _reply(carrier: Carrier, message: Message, verb: Verb, callback_url: str) -> None:
    body = verb.text or next((child.text for child in verb.children if child.name == "Body"), "")
    try:
        send(carrier, message.to, verb.get("to", message.from_), body, callback_url)
    except Refused as error:
        message.error_code = error.code
