"""What all REST resources share: sign-in, errors, filters, pages of a list."""

import base64
import binascii
import hmac
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from urllib.parse import urlencode

from aiohttp import web
from multidict import MultiMapping

from hotline.simulator.carrier import Carrier
from hotline.simulator.params import rfc2822
from hotline.simulator.state import Json

CARRIER: web.AppKey[Carrier] = web.AppKey("carrier", Carrier)
PREFIX = "/2010-04-01"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
T = TypeVar("T")

E164 = re.compile(r"^\+[1-9]\d{6,14}$")
MAINLAND_LANDLINE = re.compile(r"^\+86(?!1[3-9]\d{9}$)")


class RestError(Exception):
    """Answered in the carrier's form: `status` of HTTP, `code` of the carrier."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def error_response(error: RestError) -> web.Response:
    body = {
        "code": error.code,
        "message": str(error),
        "more_info": f"https://www.twilio.com/docs/errors/{error.code}",
        "status": error.status,
    }
    return web.json_response(body, status=error.status)


def not_found(request: web.Request) -> RestError:
    return RestError(404, 20404, f"The requested resource {request.path} was not found")


def invalid(code: int, message: str) -> RestError:
    return RestError(400, code, message)


@web.middleware
async def rest_api(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Sign-in, the faults asked for, and errors in the carrier's form, for the REST addresses only."""
    if not request.path.startswith(PREFIX + "/"):
        return await handler(request)
    carrier = request.app[CARRIER]
    faults = carrier.webhooks.faults
    try:
        _signed_in(request, carrier)
        if faults.happens("rest_429"):
            raise RestError(429, 20429, "Too Many Requests")
        response = await handler(request)
        if request.method in ("POST", "DELETE") and faults.happens("rest_500_after"):
            raise RestError(500, 20500, "An internal server error has occurred")
        return response
    except RestError as error:
        return error_response(error)
    except web.HTTPNotFound:
        return error_response(not_found(request))
    except web.HTTPMethodNotAllowed:
        return error_response(RestError(405, 20004, "Method not allowed"))


def _signed_in(request: web.Request, carrier: Carrier) -> None:
    """Account and token, or API key and secret. Raises RestError: 20003, or 20404 for another account."""
    credentials = carrier.config.credentials
    user, password = _basic(request.headers.get("Authorization", ""))
    known = {credentials.account_sid: credentials.auth_token, credentials.api_key: credentials.api_secret}
    expected = known.get(user, "")
    if not expected or not hmac.compare_digest(expected.encode(), password.encode()):
        raise RestError(401, 20003, "Authenticate")
    if not request.path.startswith(f"{carrier.config.api_root}/"):
        raise not_found(request)


def _basic(header: str) -> tuple[str, str]:
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, password


def when(moment: datetime | None) -> str | None:
    """A moment as the REST API writes it."""
    return None if moment is None else rfc2822(moment)


def flag(form: MultiMapping[str], name: str, default: bool) -> bool:
    value = form.get(name)
    return default if value is None else value.lower() == "true"


async def form_of(request: web.Request) -> MultiMapping[str]:
    """The form fields; files are not taken here."""
    form = await request.post()
    if not all(isinstance(value, str) for value in form.values()):
        raise invalid(20001, "files are not accepted")
    return form  # type: ignore[return-value]  # all values are text, as just checked


def matches_moment(query: MultiMapping[str], name: str, moment: datetime | None) -> bool:
    """The filters `Name` (that day, in UTC), `Name<` and `Name>` (both inclusive)."""
    asked = {suffix: query[name + suffix] for suffix in ("", "<", ">") if query.get(name + suffix)}
    if not asked:
        return True
    if moment is None:
        return False
    return (
        ("" not in asked or _moment(asked[""]).date() == moment.date())
        and (">" not in asked or moment >= _moment(asked[">"]))
        and ("<" not in asked or moment < _moment(asked["<"]) + _resolution(asked["<"]))
    )


def _moment(value: str) -> datetime:
    """The moment at which a day or a second begins. Raises RestError."""
    try:
        moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        raise invalid(20001, f"{value} is not a date") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _resolution(value: str) -> timedelta:
    return timedelta(days=1) if len(value) == len("2026-01-31") else timedelta(seconds=1)


def page(
    request: web.Request, key: str, items: Iterable[T], sid: Callable[[T], str], shape: Callable[[T], Json]
) -> web.Response:
    """One page of a list. `items` come newest first; the next page begins after the last sid of this one."""
    query = request.query
    size = _whole(query.get("PageSize"), 50, 1, 1000)
    number = _whole(query.get("Page"), 0, 0, 1_000_000)
    everything = list(items)
    start = _start(everything, sid, query.get("PageToken", ""), number * size)
    shown = everything[start : start + size]
    more = bool(shown) and start + size < len(everything)
    body = {
        key: [shape(each) for each in shown],
        "page": number,
        "page_size": size,
        "start": start,
        "end": max(start, start + len(shown) - 1),
        "uri": str(request.rel_url),
        "first_page_uri": _page_uri(request, size, 0, ""),
        "next_page_uri": _page_uri(request, size, number + 1, sid(shown[-1])) if more else None,
        "previous_page_uri": _page_uri(request, size, number - 1, "") if number > 0 else None,
    }
    return web.json_response(body)


def _start(items: Sequence[T], sid: Callable[[T], str], token: str, default: int) -> int:
    after = token.removeprefix("PA")
    positions = (n + 1 for n, each in enumerate(items) if after and sid(each) == after)
    return next(positions, default)


def _page_uri(request: web.Request, size: int, number: int, after: str) -> str:
    paging = ("Page", "PageSize", "PageToken")
    fields = [(name, value) for name, value in request.query.items() if name not in paging]
    fields += [("PageSize", str(size)), ("Page", str(number))]
    if after:
        fields.append(("PageToken", f"PA{after}"))
    return f"{request.path}?{urlencode(fields)}"


def _whole(value: str | None, default: int, low: int, high: int) -> int:
    return min(max(int(value), low), high) if value and value.isdigit() else default
