"""The softphone's door: what the carrier's browser library does in production, for the hotline's own pages.

The page sends the same access token and the same call id; from there on the leg is an ordinary one.
"""

import asyncio
import re

import jwt
from aiohttp import hdrs, web

from hotline.simulator import calls
from hotline.simulator.carrier import Carrier
from hotline.simulator.config import Credentials
from hotline.simulator.doors import LONGEST_WAIT, act, events_view, wait_for_lines
from hotline.simulator.jsonio import body_of, refusal, text_of, texts_of
from hotline.simulator.rest.common import CARRIER, Handler
from hotline.simulator.state import Call, Json

IDENTITY = re.compile(r"^[A-Za-z0-9_]{1,121}$")
LEEWAY = 5
WATCH_SECONDS = 5.0
PREFIX = "/softphone/"


class TokenRefused(Exception):
    """The access token does not let anyone in."""


def identity_of(token: str, credentials: Credentials, *, may_be_expired: bool = False) -> str:
    """Whose token it is, once all of it is checked: signature, key, account, time, grant, identity.

    A running call outlives its token, as with the carrier (`may_be_expired`). Raises TokenRefused.
    """
    try:
        claims = jwt.decode(
            token,
            credentials.api_secret,
            algorithms=["HS256"],
            issuer=credentials.api_key,
            leeway=LEEWAY,
            options={"require": ["exp", "iss", "sub"], "verify_exp": not may_be_expired},
        )
    except jwt.InvalidTokenError as error:
        raise TokenRefused(str(error)) from None
    if claims["sub"] != credentials.account_sid:
        raise TokenRefused("the token is for another account")
    grants = _dict(claims.get("grants"))
    outgoing = _dict(_dict(grants.get("voice")).get("outgoing"))
    if outgoing.get("application_sid") != credentials.app_sid:
        raise TokenRefused("the token does not grant calls through this application")
    identity = grants.get("identity")
    if not isinstance(identity, str) or not IDENTITY.match(identity):
        raise TokenRefused("the token names nobody")
    return identity


async def connect(request: web.Request) -> web.Response:
    """`{"token", "params": {"call_id": ...}}` -> `{"call_sid"}`."""
    carrier, data = request.app[CARRIER], await body_of(request)
    try:
        identity = identity_of(text_of(data, "token"), carrier.config.credentials)
    except TokenRefused as error:
        raise refusal(401, f"the token is refused: {error}") from None
    call = calls.connect_agent(carrier, identity, texts_of(data, "params"))
    carrier.spawn(_watch(carrier, call))
    return web.json_response({"call_sid": call.sid}, status=201)


async def events(request: web.Request) -> web.Response:
    """`?after=N`: the lines after the Nth, waiting for one if there is none yet."""
    call = _own_call(request, request.match_info["sid"])
    call.last_asked = asyncio.get_running_loop().time()
    after = await wait_for_lines(request, call, LONGEST_WAIT - 5)
    call.last_asked = asyncio.get_running_loop().time()
    held = bool(call.participant and call.participant.hold)
    more = {"muted": call.microphone_off, "hold": held, "conference": call.conference_name}
    return web.json_response(events_view(call, after) | more)


async def say(request: web.Request) -> web.Response:
    data, call = await _order(request)
    act(call, lambda it: calls.say(request.app[CARRIER], it, text_of(data, "text")))
    return _state(call)


async def digits(request: web.Request) -> web.Response:
    data, call = await _order(request)
    act(call, lambda it: calls.press(request.app[CARRIER], it, text_of(data, "digits")))
    return _state(call)


async def mute(request: web.Request) -> web.Response:
    """`{"call_sid", "muted": true}`: the browser's own microphone; the conference does not know of it."""
    data, call = await _order(request)
    muted = data.get("muted", True)
    if not isinstance(muted, bool):
        raise refusal(400, "muted must be true or false")
    call.microphone_off = muted
    request.app[CARRIER].note(call, "status", "muted" if muted else "unmuted", "carrier")
    return _state(call)


async def hang_up(request: web.Request) -> web.Response:
    _data, call = await _order(request)
    calls.hang_up(request.app[CARRIER], call, "agent-hung-up")
    return _state(call)


def routes() -> list[web.RouteDef]:
    return [
        web.post(f"{PREFIX}connect", connect),
        web.get(f"{PREFIX}events/{{sid}}", events),
        web.post(f"{PREFIX}say", say),
        web.post(f"{PREFIX}digits", digits),
        web.post(f"{PREFIX}mute", mute),
        web.post(f"{PREFIX}hangup", hang_up),
    ]


@web.middleware
async def cors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Lets the hotline's pages, and only them, use this door from a browser."""
    if not request.path.startswith(PREFIX):
        return await handler(request)
    origin = request.headers.get(hdrs.ORIGIN, "")
    if origin and origin not in request.app[CARRIER].config.origins:
        raise refusal(403, "this origin is not let in")
    if request.method == hdrs.METH_OPTIONS:
        response: web.StreamResponse = web.Response(status=204)
    else:
        try:
            response = await handler(request)
        except web.HTTPException as refused:
            _allow(refused, origin)
            raise
    _allow(response, origin)
    return response


def _allow(response: web.StreamResponse, origin: str) -> None:
    response.headers[hdrs.VARY] = hdrs.ORIGIN
    if origin:
        response.headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = origin
        response.headers[hdrs.ACCESS_CONTROL_ALLOW_METHODS] = "GET, POST"
        response.headers[hdrs.ACCESS_CONTROL_ALLOW_HEADERS] = "Authorization, Content-Type"
        response.headers[hdrs.ACCESS_CONTROL_MAX_AGE] = "600"


async def _order(request: web.Request) -> tuple[Json, Call]:
    data = await body_of(request)
    return data, _own_call(request, text_of(data, "call_sid"))


def _own_call(request: web.Request, sid: str) -> Call:
    """The bearer's own call; 404 for anyone else's, so that sids cannot be tried out."""
    carrier = request.app[CARRIER]
    scheme, _, token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    try:
        if scheme.lower() != "bearer":
            raise TokenRefused("send it as Authorization: Bearer")
        identity = identity_of(token.strip(), carrier.config.credentials, may_be_expired=True)
    except TokenRefused as error:
        raise refusal(401, f"the token is refused: {error}") from None
    call = carrier.state.calls.get(sid)
    if call is None or call.identity != identity:
        raise refusal(404, "there is no such call")
    return call


def _state(call: Call) -> web.Response:
    return web.json_response({"call_sid": call.sid, "status": call.status, "muted": call.microphone_off})


async def _watch(carrier: Carrier, call: Call) -> None:
    """A page that was closed or lost its network is gone from its call, as a browser's connection is."""
    while not call.is_over:
        await asyncio.sleep(min(WATCH_SECONDS, carrier.config.softphone_timeout / 4))
        silent = 0.0 if call.last_asked is None else asyncio.get_running_loop().time() - call.last_asked
        if silent > carrier.config.softphone_timeout:
            calls.hang_up(carrier, call, "agent-lost")


def _dict(value: object) -> Json:
    return value if isinstance(value, dict) else {}
