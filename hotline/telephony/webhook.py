"""The door for the carrier's posts: signature first, then parsing, then the view; errors become statuses."""

import functools
from collections.abc import Callable
from typing import TypeVar

import structlog
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from twilio.request_validator import RequestValidator

from hotline import access
from hotline.telephony.parse import BadPost, Post

log = structlog.get_logger(__name__)
Parsed = TypeVar("Parsed")
View = Callable[[HttpRequest], HttpResponse]

STATUS: dict[type[Exception], int] = {
    BadPost: 400,  # something essential is missing: to send it again would not help
    SuspiciousOperation: 400,  # far too large, far too many fields
    UnreadablePostError: 400,  # the connection broke off
    DatabaseError: 503,  # locked or down: the carrier sends it again, or goes to the fallback address
    InterfaceError: 503,
    OSError: 503,  # the disk is full
}
"""Which error gives which status. A wrong signature gives 403; what is not here is a fault of ours: 500."""


def signed(request: HttpRequest) -> bool:
    """Whether the post carries the carrier's signature by one of the tokens in force.

    The address is the public one, never what the request claims; duplicate keys count, so the whole
    QueryDict is passed.
    """
    signature = request.headers.get("X-Twilio-Signature", "")
    address = settings.HOTLINE_PUBLIC_URL + request.get_full_path()
    if not signature:
        return False
    tokens = settings.HOTLINE_TWILIO_AUTH_TOKENS
    return any(RequestValidator(token).validate(address, request.POST, signature) for token in tokens)


def webhook(parse: Callable[[Post], Parsed]) -> Callable[[Callable[[Parsed], HttpResponse]], View]:
    """Make a view of a function that takes what `parse` makes of a signed post."""

    def decorate(handle: Callable[[Parsed], HttpResponse]) -> View:
        @functools.wraps(handle)
        def view(request: HttpRequest) -> HttpResponse:
            try:
                if not signed(request):
                    log.warning("webhook refused", path=request.path)
                    return HttpResponse(status=403)
                return handle(parse(Post(request.POST, request.GET)))
            except tuple(STATUS) as error:
                status = next(code for kind, code in STATUS.items() if isinstance(error, kind))
                log.warning("webhook failed", path=request.path, error=type(error).__name__, status=status)
                return HttpResponse(status=status)

        return access.carrier_only(csrf_exempt(require_POST(view)))

    return decorate
