"""The only door to the carrier's REST API.

Every function raises one of three errors, by what the caller may do next: CarrierRefused (never again),
CarrierBusy (certainly not done: again later) and CarrierUncertain (look first).
"""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit, urlunsplit

import requests
from django.conf import settings
from django.utils.translation import gettext as _
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant
from twilio.rest import Client
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from hotline.errors import CarrierBusy, CarrierRefused, CarrierUncertain
from hotline.models import Staff
from hotline.telephony import addresses

TIMEOUT = 20.0
"""Seconds for one request; less than any lease on what it is sent for."""
LIST_LIMIT = 5000
OVER = frozenset({"20404", "21220"})
"""The carrier's codes for a call that it does not know, or that is over."""
Result = TypeVar("Result")
OnCall = Callable[[str], None]
"""Something done to a call by the carrier's name for it."""


class CarrierHttpClient(TwilioHttpClient):
    """The SDK's client, sent to HOTLINE_CARRIER_URL where that is set.

    A fresh connection for each request: on a kept one that the carrier has closed, nobody could tell
    whether a post was read.
    """

    def __init__(self) -> None:
        super().__init__(pool_connections=False, timeout=TIMEOUT)

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        """Send one request, to the stand-in's address where there is one."""
        if settings.HOTLINE_CARRIER_URL:
            base = urlsplit(settings.HOTLINE_CARRIER_URL)
            url = urlunsplit((base.scheme, base.netloc, *urlsplit(url)[2:]))
        return super().request(method, url, *args, **kwargs)


def configured() -> bool:
    """Whether there is an account to make calls and send messages with."""
    return bool(settings.HOTLINE_TWILIO_ACCOUNT_SID and settings.HOTLINE_TWILIO_AUTH_TOKENS)


def _client() -> Client:
    if not configured():
        raise CarrierRefused(_("No carrier account is configured."), "config")
    return Client(
        settings.HOTLINE_TWILIO_ACCOUNT_SID,
        settings.HOTLINE_TWILIO_AUTH_TOKENS[0],
        http_client=CarrierHttpClient(),
    )


def _ask(do: Callable[[Client], Result], *, reads: bool = False) -> Result:
    """Do it; `reads` says that it changes nothing, so that it may be tried again whatever happened."""
    busy = CarrierBusy(_("The carrier cannot be reached just now. Try again in a moment."))
    uncertain = busy if reads else CarrierUncertain(_("The carrier has not said whether it was done."))
    try:
        return do(_client())
    except TwilioException as error:
        status, code = _answered(error)
        if status == 429:
            raise busy from None
        if status is None or status >= 500:
            raise uncertain from None
        raise CarrierRefused(_("The carrier refused it (code %(code)s).") % {"code": code}, code) from None
    except requests.ConnectionError as error:
        raise (busy if _never_sent(error) else uncertain) from None
    except (requests.RequestException, ValueError):  # ValueError: an answer that is no JSON
        raise uncertain from None


def _answered(error: TwilioException) -> tuple[int | None, str]:
    """The status and the code of the carrier's refusal; None where the SDK does not tell."""
    if isinstance(error, TwilioRestException):
        return (429 if error.code == 20429 else error.status), str(error.code or error.status)
    # Lists come without the code, but with the response.
    status = getattr(error.args[1], "status_code", None) if len(error.args) > 1 else None
    return status, str(status)


def _never_sent(error: requests.ConnectionError) -> bool:
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)


def send_message(to: str, body: str, **own: int) -> str:
    """Send a text; returns the carrier's name for it. `own` comes back with each status of it."""
    callback = addresses.absolute("twilio:message-status", **own)
    sent = _ask(
        lambda c: c.messages.create(
            to=to, from_=settings.HOTLINE_TWILIO_NUMBER, body=body, status_callback=callback
        )
    )
    return str(sent.sid)


def dial(to: str, uid: uuid.UUID, ring_seconds: int = 40) -> str:
    """Call `to` into the conference of the call `uid`; returns the carrier's name for the new call."""
    made = _ask(
        lambda c: c.calls.create(
            to=to,
            from_=settings.HOTLINE_TWILIO_NUMBER,
            timeout=ring_seconds,
            method="POST",
            url=addresses.absolute("twilio:voice-callback", call=uid),
            status_callback=addresses.absolute("twilio:voice-status", call=uid),
            status_callback_method="POST",
            status_callback_event=["initiated", "ringing", "answered", "completed"],
        )
    )
    return str(made.sid)


def redirect_call(sid: str, url: str) -> None:
    """Let a call go on with the TwiML at `url`, out of whatever it is in."""
    _ask(lambda c: c.calls(sid).update(url=url, method="POST"))


def hang_up(sid: str) -> None:
    """End a call; one that is over already is no error."""
    try:
        _ask(lambda c: c.calls(sid).update(status="completed"))
    except CarrierRefused as error:
        if error.code not in OVER:
            raise


def hold(conference_sid: str, call_sid: str, *, on: bool) -> None:
    """Put one party of a conference on hold with music, or bring them back."""
    url = addresses.absolute("twilio:voice-hold")
    changes: dict[str, Any] = (
        {"hold": True, "hold_url": url, "hold_method": "POST"} if on else {"hold": False}
    )
    _ask(lambda c: c.conferences(conference_sid).participants(call_sid).update(**changes))


@dataclass(frozen=True)
class RemoteCall:
    """A call as the carrier lists it."""

    sid: str
    address: str
    to: str
    status: str
    inbound: bool
    started_at: datetime | None
    duration: int | None


@dataclass(frozen=True)
class RemoteMessage:
    """A message as the carrier lists it."""

    sid: str
    address: str
    to: str
    body: str
    status: str
    inbound: bool
    error_code: str
    media: int
    made_at: datetime | None


@dataclass(frozen=True)
class RemoteRecording:
    """A recording as the carrier lists it."""

    sid: str
    call_sid: str
    conference_sid: str
    status: str
    source: str
    url: str
    duration: int | None
    started_at: datetime | None


def list_calls(since: datetime | None = None, **filters: str) -> list[RemoteCall]:
    """The calls begun after `since`, or those that `filters` (as `status="in-progress"`) let through."""
    query: dict[str, Any] = dict(filters)
    if since is not None:
        query["start_time_after"] = since
    return [_call(c) for c in _ask(lambda c: c.calls.list(limit=LIST_LIMIT, **query), reads=True)]


def fetch_call(sid: str) -> RemoteCall:
    """One call. Raises CarrierRefused with code 20404 where the carrier has no such call."""
    return _call(_ask(lambda c: c.calls(sid).fetch(), reads=True))


def _call(call: Any) -> RemoteCall:
    return RemoteCall(
        sid=str(call.sid),
        address=str(call._from or ""),
        to=str(call.to or ""),
        status=str(call.status or ""),
        inbound=call.direction == "inbound",
        started_at=call.start_time,
        duration=_whole(call.duration),
    )


def list_messages(since: datetime | None = None, **filters: str) -> list[RemoteMessage]:
    """The messages sent or received after `since`, or those that `filters` (as `to=`) let through."""
    query: dict[str, Any] = dict(filters)
    if since is not None:
        query["date_sent_after"] = since
    rows = _ask(lambda c: c.messages.list(limit=LIST_LIMIT, **query), reads=True)
    return [
        RemoteMessage(
            sid=str(m.sid),
            address=str(m.from_ or ""),
            to=str(m.to or ""),
            body=str(m.body or ""),
            status=str(m.status or ""),
            inbound=m.direction == "inbound",
            error_code=str(m.error_code or ""),
            media=_whole(m.num_media) or 0,
            made_at=m.date_created or m.date_sent,
        )
        for m in rows
    ]


def list_media(message_sid: str) -> list[tuple[str, str]]:
    """The address and content type of each file of a message."""
    rows = _ask(lambda c: c.messages(message_sid).media.list(limit=20), reads=True)
    base = settings.HOTLINE_CARRIER_URL or "https://api.twilio.com"
    return [(base + str(m.uri).removesuffix(".json"), str(m.content_type or "")) for m in rows]


def conference_name(sid: str) -> str:
    """What we have named a conference."""
    return str(_ask(lambda c: c.conferences(sid).fetch(), reads=True).friendly_name or "")


def list_recordings(since: datetime) -> list[RemoteRecording]:
    """The recordings made after `since`."""
    rows = _ask(lambda c: c.recordings.list(date_created_after=since, limit=LIST_LIMIT), reads=True)
    base = settings.HOTLINE_CARRIER_URL or "https://api.twilio.com"
    return [
        RemoteRecording(
            sid=str(r.sid),
            call_sid=str(r.call_sid or ""),
            conference_sid=str(r.conference_sid or ""),
            status=str(r.status or ""),
            source=str(r.source or ""),
            url=base + str(r.uri).removesuffix(".json"),
            duration=_whole(r.duration),
            started_at=r.start_time,
        )
        for r in rows
    ]


def _whole(value: object) -> int | None:
    text = str(value) if value is not None else ""
    return int(text) if text.isdecimal() else None


@contextmanager
def fetch_media(url: str) -> Iterator[Iterator[bytes]]:
    """The content of a file at the carrier, in pieces.

    Credentials go to the carrier's own host only; an address in a private network is refused, but for
    the carrier that is configured. Raises the three errors as the rest does.
    """
    try:
        response = _opened(url)
    except requests.RequestException:
        raise CarrierBusy(_("The carrier cannot be reached just now. Try again in a moment.")) from None
    with response:
        if response.status_code == 404 or response.status_code == 429 or response.status_code >= 500:
            # 404: a recording may be announced a moment before it can be fetched.
            raise CarrierBusy(_("The carrier cannot be reached just now. Try again in a moment."))
        if response.status_code != 200:
            code = str(response.status_code)
            raise CarrierRefused(_("The carrier refused it (code %(code)s).") % {"code": code}, code)
        yield _pieces(response)


def _pieces(response: requests.Response) -> Iterator[bytes]:
    try:
        yield from response.iter_content(65536)
    except requests.RequestException:
        raise CarrierBusy(_("The carrier cannot be reached just now. Try again in a moment.")) from None


def _opened(url: str) -> requests.Response:
    account = (settings.HOTLINE_TWILIO_ACCOUNT_SID, (settings.HOTLINE_TWILIO_AUTH_TOKENS or [""])[0])
    for _hop in range(4):
        own = addresses.is_carrier(url)
        if not own and not addresses.is_public(url):
            raise CarrierRefused(_("This address is not one to fetch files from."), "address")
        response = requests.get(
            url, auth=account if own else None, timeout=TIMEOUT, stream=True, allow_redirects=False
        )
        if not response.is_redirect:
            return response
        url = urljoin(url, response.headers["Location"])
        response.close()
    raise CarrierRefused(_("This address is not one to fetch files from."), "redirects")


def softphone_token(staff: Staff, ttl: int = 3600) -> str:
    """An access token for the softphone of `staff`, good for `ttl` seconds."""
    key, secret = settings.HOTLINE_TWILIO_API_KEY, settings.HOTLINE_TWILIO_API_SECRET
    if not (settings.HOTLINE_TWILIO_ACCOUNT_SID and key and secret and settings.HOTLINE_TWILIO_APP_SID):
        raise CarrierRefused(_("No carrier account is configured."), "config")
    token = AccessToken(
        settings.HOTLINE_TWILIO_ACCOUNT_SID, key, secret, identity=f"agent_{staff.pk}", ttl=ttl
    )
    token.add_grant(VoiceGrant(outgoing_application_sid=settings.HOTLINE_TWILIO_APP_SID))
    return str(token.to_jwt())
