"""The second door, JSON: drives the workers' telephones from tests, drills and the telephone page."""

import base64
import binascii
from collections.abc import Awaitable, Callable

from aiohttp import web

from hotline.simulator import calls, messages
from hotline.simulator.faults import read_faults
from hotline.simulator.jsonio import body_of, refusal, text_of, texts_of
from hotline.simulator.rest.common import CARRIER
from hotline.simulator.state import Call, Json, Media, new_sid, now
from hotline.simulator.views import call_view, calls_of, lines_after, message_view, messages_of

LONGEST_WAIT = 25.0
SHORT_NUMBER = "12351"
MOST_RECENT = 20

Handler = Callable[[web.Request], Awaitable[web.Response]]


async def health(request: web.Request) -> web.Response:
    config = request.app[CARRIER].config
    return web.json_response(
        {"ok": True, "number": config.number, "hotline": config.hotline, "pace": config.pace}
    )


async def dial(request: web.Request) -> web.Response:
    """`{"from", "to"?, "params"?}`: a worker calls. `params` are added to every post about the call."""
    carrier, data = request.app[CARRIER], await body_of(request)
    to = _called(carrier.config.number, text_of(data, "to", ""))
    call = calls.ring_in(carrier, text_of(data, "from"), to, texts_of(data, "params"))
    return web.json_response({"sid": call.sid}, status=201)


async def call_index(request: web.Request) -> web.Response:
    found = calls_of(request.app[CARRIER], request.query.get("number"))
    return web.json_response({"calls": [call_view(each) for each in found]})


async def call_fetch(request: web.Request) -> web.Response:
    """`?after=N&wait=SECONDS` waits until the call has more than N lines, or is over."""
    carrier, call = request.app[CARRIER], _call(request)
    await wait_for_lines(request, call)
    view = call_view(call)
    return web.json_response(view | {"version": carrier.news.version(call.sid)})


async def wait_for_lines(request: web.Request, call: Call, default: float = 0.0) -> int:
    """Holds a request back until there is news of a call; returns the `after` that it named."""
    carrier = request.app[CARRIER]
    after = request.query.get("after", "0")
    wait = request.query.get("wait", str(default))
    try:
        seen, seconds = max(0, int(after)), min(LONGEST_WAIT, max(0.0, float(wait)))
    except ValueError:
        raise refusal(400, "after and wait are numbers") from None
    if seconds and not call.is_over and len(call.lines) <= seen:
        await carrier.news.wait(call.sid, carrier.news.version(call.sid), seconds)
    return seen


async def press(request: web.Request) -> web.Response:
    data = await body_of(request)
    return _done(request, lambda call: calls.press(request.app[CARRIER], call, text_of(data, "digits")))


async def say(request: web.Request) -> web.Response:
    data = await body_of(request)
    return _done(request, lambda call: calls.say(request.app[CARRIER], call, text_of(data, "text")))


async def about_to_say(request: web.Request) -> web.Response:
    return _done(request, calls.about_to_say)


async def hang_up(request: web.Request) -> web.Response:
    return _done(request, lambda call: calls.hang_up(request.app[CARRIER], call))


async def answer(request: web.Request) -> web.Response:
    return _done(request, calls.answer)


async def decline(request: web.Request) -> web.Response:
    return _done(request, calls.decline)


async def write(request: web.Request) -> web.Response:
    """`{"from", "to"?, "body", "media"?, "params"?}`: a worker writes.

    `media` is a list of `{"name", "content_type", "base64"}`.
    """
    carrier, data = request.app[CARRIER], await body_of(request)
    to = _called(carrier.config.number, text_of(data, "to", ""))
    media = [_media(each) for each in data.get("media") or []]
    message = messages.receive(
        carrier, text_of(data, "from"), to, text_of(data, "body", ""), media, texts_of(data, "params")
    )
    return web.json_response({"sid": message.sid}, status=201)


async def message_index(request: web.Request) -> web.Response:
    found = messages_of(request.app[CARRIER], request.query.get("number"))
    return web.json_response({"messages": [message_view(each) for each in found]})


async def media(request: web.Request) -> web.Response:
    """A picture that a worker sent, for their own telephone page; never shown as a page of ours."""
    found = (each for message in request.app[CARRIER].state.messages.values() for each in message.media)
    item = next((each for each in found if each.sid == request.match_info["sid"]), None)
    if item is None:
        raise refusal(404, "there is no such file")
    headers = {"Content-Type": item.content_type, "Content-Security-Policy": "sandbox; default-src 'none'"}
    return web.Response(body=item.content, headers=headers)


async def phone(request: web.Request) -> web.Response:
    """Everything that one telephone shows; `?since=VERSION` waits for something newer."""
    carrier, query = request.app[CARRIER], request.query
    number = query.get("number", "")
    since = query.get("since", "")
    if since.isdigit():
        await carrier.news.wait(number, int(since), LONGEST_WAIT)
    return web.json_response(
        {
            "version": carrier.news.version(number),
            "calls": [call_view(each) for each in calls_of(carrier, number)[-MOST_RECENT:]],
            "messages": [message_view(each) for each in messages_of(carrier, number)[-MOST_RECENT * 5 :]],
        }
    )


async def made(request: web.Request) -> web.Response:
    """Every call, message and recording there was, for counting."""
    state = request.app[CARRIER].state
    left_out = {"lines", "heard"}
    every_call = [
        {name: value for name, value in call_view(each).items() if name not in left_out}
        for each in state.calls.values()
    ]
    every_message = [message_view(each) for each in state.messages.values()]
    every_recording = [
        {
            "sid": each.sid,
            "call_sid": each.call_sid,
            "conference_sid": each.conference_sid,
            "source": each.source,
            "status": each.status,
        }
        for each in state.recordings.values()
    ]
    return web.json_response({"calls": every_call, "messages": every_message, "recordings": every_recording})


async def set_faults(request: web.Request) -> web.Response:
    """Misbehave from here on (`faults.Faults`); `{}` behaves again."""
    try:
        faults = read_faults(await body_of(request))
    except ValueError as error:
        raise refusal(400, str(error)) from None
    request.app[CARRIER].webhooks.faults = faults
    return web.json_response(faults.as_json())


async def reset(request: web.Request) -> web.Response:
    """Forget everything, end every call silently, behave."""
    carrier = request.app[CARRIER]
    await carrier.reset()
    carrier.webhooks.faults = read_faults({})
    return web.json_response({"ok": True})


async def deliveries(request: web.Request) -> web.Response:
    return web.json_response({"deliveries": request.app[CARRIER].webhooks.deliveries()})


def routes() -> list[web.RouteDef]:
    return [
        web.get("/sim/health", health),
        web.post("/sim/calls", dial),
        web.get("/sim/calls", call_index),
        web.get("/sim/calls/{sid}", call_fetch),
        web.post("/sim/calls/{sid}/digits", press),
        web.post("/sim/calls/{sid}/say", say),
        web.post("/sim/calls/{sid}/typing", about_to_say),
        web.post("/sim/calls/{sid}/hangup", hang_up),
        web.post("/sim/calls/{sid}/answer", answer),
        web.post("/sim/calls/{sid}/decline", decline),
        web.post("/sim/messages", write),
        web.get("/sim/messages", message_index),
        web.get("/sim/media/{sid}", media),
        web.get("/sim/phone", phone),
        web.get("/sim/made", made),
        web.post("/sim/faults", set_faults),
        web.post("/sim/reset", reset),
        web.get("/sim/deliveries", deliveries),
    ]


def act(call: Call, what: Callable[[Call], None]) -> None:
    """Does something on a call; what cannot be done now is 409, what makes no sense is 400."""
    try:
        what(call)
    except calls.NotNow as error:
        raise refusal(409, str(error)) from None
    except ValueError as error:
        raise refusal(400, str(error)) from None


def events_view(call: Call, after: int) -> Json:
    return {"events": lines_after(call, after), "status": call.status}


def _done(request: web.Request, what: Callable[[Call], None]) -> web.Response:
    call = _call(request)
    act(call, what)
    return web.json_response({"sid": call.sid, "status": call.status})


def _call(request: web.Request) -> Call:
    call = request.app[CARRIER].state.calls.get(request.match_info["sid"])
    if call is None:
        raise refusal(404, "there is no such call")
    return call


def _called(number: str, to: str) -> str:
    """Whoever dials the short number reaches the hotline's own number."""
    return number if to in ("", SHORT_NUMBER) else to


def _media(data: object) -> Media:
    if not isinstance(data, dict):
        raise refusal(400, "media are objects with name, content_type, base64")
    try:
        content = base64.b64decode(text_of(data, "base64"), validate=True)
    except binascii.Error:
        raise refusal(400, "base64 cannot be read") from None
    return Media(new_sid("ME"), text_of(data, "name", ""), text_of(data, "content_type"), content, now())
