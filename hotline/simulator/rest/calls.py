"""Calls: dial, list, fetch, redirect, end."""

from aiohttp import web
from multidict import MultiMapping

from hotline.simulator import calls
from hotline.simulator.carrier import Carrier
from hotline.simulator.params import API_VERSION
from hotline.simulator.rest.common import (
    CARRIER,
    E164,
    form_of,
    invalid,
    matches_moment,
    not_found,
    page,
    when,
)
from hotline.simulator.state import Call, Callback, Json, Source

RING_SECONDS = 60.0


def shape(carrier: Carrier, call: Call) -> Json:
    path = f"{carrier.config.api_root}/Calls/{call.sid}"
    return {
        "sid": call.sid,
        "account_sid": carrier.config.credentials.account_sid,
        "api_version": API_VERSION,
        "parent_call_sid": None,
        "from": call.from_,
        "from_formatted": call.from_,
        "to": call.to,
        "to_formatted": call.to,
        "status": call.status,
        "direction": call.direction,
        "start_time": when(call.started or (call.created if call.is_over else None)),
        "end_time": when(call.ended),
        "duration": str(call.seconds) if call.is_over else None,
        "answered_by": None,
        "caller_name": None,
        "forwarded_from": None,
        "group_sid": None,
        "phone_number_sid": None,
        "price": None,
        "price_unit": "USD",
        "queue_time": "0",
        "trunk_sid": None,
        "date_created": when(call.created),
        "date_updated": when(call.updated),
        "uri": f"{path}.json",
        "subresource_uris": {"recordings": f"{path}/Recordings.json"},
    }


async def create(request: web.Request) -> web.Response:
    carrier, form = request.app[CARRIER], await form_of(request)
    source = _source(form)
    if source is None:
        raise invalid(21205, "Url parameter is required.")
    call = outgoing(carrier, form)
    calls.dial_out(carrier, call, source, ring_seconds(form))
    return web.json_response(shape(carrier, call), status=201)


def outgoing(carrier: Carrier, form: MultiMapping[str]) -> Call:
    """A call that the hotline asks for, not dialled yet. Raises RestError for numbers that will not do."""
    to, from_ = form.get("To", ""), form.get("From", "")
    if not to:
        raise invalid(21201, "No 'To' number is specified")
    if not E164.match(to) and not to.startswith(("client:", "sip:")):
        raise invalid(21211, f"Invalid 'To' Phone Number: {to[:6]}XXXX")
    if from_ != carrier.config.number:
        code, problem = (
            (21213, "No 'From' number is specified") if not from_ else (21210, f"{from_} is not verified")
        )
        raise invalid(code, problem)
    call = Call(from_, to, "outbound-api")
    # Several events come as several fields, or as one with spaces.
    events = frozenset(" ".join(form.getall("StatusCallbackEvent", ["completed"])).split())
    method = form.get("StatusCallbackMethod", "POST").upper()
    call.callback = Callback(form.get("StatusCallback", ""), events, method)
    call.fallback_url = form.get("FallbackUrl", "")
    return call


def ring_seconds(form: MultiMapping[str]) -> float:
    timeout = form.get("Timeout", "")
    return float(min(int(timeout), 600)) if timeout.isdigit() else RING_SECONDS


async def index(request: web.Request) -> web.Response:
    carrier, query = request.app[CARRIER], request.query
    found = [
        each
        for each in reversed(carrier.state.calls.values())
        if query.get("To", each.to) == each.to
        and query.get("From", each.from_) == each.from_
        and query.get("Status", each.status) == each.status
        and matches_moment(query, "StartTime", each.started or each.created)
        and matches_moment(query, "EndTime", each.ended)
    ]
    return page(request, "calls", found, lambda each: each.sid, lambda each: shape(carrier, each))


async def fetch(request: web.Request) -> web.Response:
    return web.json_response(shape(request.app[CARRIER], _call(request)))


async def update(request: web.Request) -> web.Response:
    """`Status=completed` ends the call, `Url` or `Twiml` gives it another document."""
    carrier, call, form = request.app[CARRIER], _call(request), await form_of(request)
    status, source = form.get("Status", ""), _source(form)
    if call.is_over:
        raise invalid(21220, "Call is not in-progress. Cannot redirect.")
    if status in ("completed", "canceled"):
        if status == "canceled" and call.status not in ("queued", "ringing"):
            raise invalid(21220, "Call is in-progress. Cannot cancel.")
        calls.hang_up(carrier, call, "rest-completed")
    elif status:
        raise invalid(20001, f"Status {status} cannot be set")
    elif source is not None:
        try:
            calls.redirect(call, source)
        except calls.NotNow:
            raise invalid(21220, "Call is not in-progress. Cannot redirect.") from None
    return web.json_response(shape(carrier, call))


def _source(form: MultiMapping[str]) -> Source | None:
    if form.get("Twiml"):
        return Source(twiml=form["Twiml"])
    if form.get("Url"):
        return Source(form["Url"], form.get("Method", "POST").upper())
    return None


def _call(request: web.Request) -> Call:
    call = request.app[CARRIER].state.calls.get(request.match_info["sid"])
    if call is None:
        raise not_found(request)
    return call
