"""The page for a request that failed: what is away, what goes on all the same, and whether to try again.

It is made without the database, the session and the person, any of which may be what is away.
"""

import sys

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views import defaults

from hotline import access
from hotline.troubles import Trouble, trouble_of

RETRY_SECONDS = 15
HEADER = "X-Trouble"
"""Tells the scripts of a page which `Trouble` it was."""
MESSAGES: dict[Trouble, str | Promise] = {
    Trouble.DATABASE: _(
        "The database cannot be reached just now. Nothing was changed; what you typed stays here. "
        "Go on by telephone."
    ),
    Trouble.BUSY: _("The hotline is busy just now. Nothing was changed; please try again in a moment."),
    Trouble.STORAGE: _(
        "Nothing can be saved just now: the disk is full or may not be written to. What you typed stays "
        "here; tell the administrator."
    ),
}
"""One sentence for a part of a page, where what was typed still stands."""


@access.public
def server_error(request: HttpRequest) -> HttpResponse:
    """503 and what goes on where something is away; 500 where the fault is our own."""
    trouble = trouble_of(sys.exc_info()[1])
    if trouble is None:
        return defaults.server_error(request)
    part = bool(request.headers.get("HX-Request"))
    body = render_to_string(
        "console/partials/problem.html" if part else "503.html",
        {
            "trouble": trouble,
            "message": MESSAGES[trouble],
            "again": request.get_full_path() if request.method == "GET" else "",
            "seconds": RETRY_SECONDS,
        },
    )
    headers = {HEADER: trouble, "Retry-After": str(RETRY_SECONDS), "Cache-Control": "no-store"}
    return HttpResponse(body, status=503, headers=headers)
