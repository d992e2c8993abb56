"""The language of a page, and the rule that every view must carry."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, QueryDict
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _

from hotline import events
from hotline.errors import HotlineError, NotAllowed, NotVisible
from hotline.models import Staff

GetResponse = Callable[[HttpRequest], HttpResponse]
SIGN_IN = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_change_password",
    "account_reauthenticate",
}
LARGEST_ID = 2**63 - 1
"""No row has a larger one, and databases fail on it."""
WORDS = ("reason", "note", "text", "words", "word")
"""What people write into the small forms whose refusal is a page of its own."""


def language(get_response: GetResponse) -> GetResponse:
    """Chinese unless this browser chose otherwise with the switch, whatever it was installed with."""
    codes = {code for code, _name in settings.LANGUAGES}

    def middleware(request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        with translation.override(chosen if chosen in codes else settings.LANGUAGE_CODE):
            request.LANGUAGE_CODE = translation.get_language()
            response = get_response(request)
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        return response

    return middleware


def note_refused(request: HttpRequest) -> None:
    """Note in the access log that this person was refused what the address names."""
    if isinstance(request.user, Staff):
        events.looked(request.user, "page", detail=request.path.replace("\x00", ""), refused=True)


def holds_nul(request: HttpRequest, kwargs: dict[str, Any]) -> bool:
    """Whether what was sent, or the address, holds a NUL: PostgreSQL stores none, and no form shows one."""
    sent = request.POST.lists() if request.method == "POST" else ()
    values = (value for name, found in sent for value in (name, *found))
    return any("\x00" in value for value in (*values, *map(str, kwargs.values())))


class RuleMiddleware:
    """Refuses every view without a rule, sends strangers to the sign-in, and turns errors into pages.

    No answer is kept by a browser or a proxy: after a sign-out nothing can be leafed back to.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        patch_cache_control(response, private=True, no_store=True)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Let the request through, or answer it here."""
        match = request.resolver_match
        name = match.url_name if match else ""
        rule = "public" if name in SIGN_IN else getattr(view, "access_rule", None)
        if rule in {"public", "carrier"}:
            return None
        if not request.user.is_authenticated:
            if request.headers.get("HX-Request"):
                return HttpResponse(status=401, headers={"HX-Redirect": settings.LOGIN_URL})
            return redirect_to_login(request.get_full_path())
        if request.user.must_change_password:
            return redirect("account_change_password")
        if rule is None or request.user.role not in rule:
            note_refused(request)
            return self.refusal(request, 403, _("Your role has no access to this page."))
        if any(isinstance(value, int) and value > LARGEST_ID for value in kwargs.values()):
            return self.refusal(request, 404, _("There is nothing at this address."))
        if holds_nul(request, kwargs):
            return self.refusal(request, 400, _("The text holds a NUL character, which cannot be stored."))
        query = request.META.get("QUERY_STRING", "")
        if "%00" in query:
            # No box for typing yields it: the rest of the address still means something.
            request.GET = QueryDict(query.replace("%00", ""))
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A refusal with a reason becomes a page (or a fragment) that says it."""
        if isinstance(exception, HotlineError):
            if isinstance(exception, NotVisible | NotAllowed) and not exception.noted:
                note_refused(request)
            return self.refusal(request, exception.status, exception.message)
        return None

    def refusal(self, request: HttpRequest, status: int, message: str) -> HttpResponse:
        """The page that says `message`, with the words that were not saved; a fragment for htmx."""
        if not request.user.is_authenticated:
            return HttpResponseForbidden(message)
        context = {"status": status, "message": message}
        if request.headers.get("HX-Request"):  # the page stays as it is, and so does what was typed
            return render(request, "console/partials/problem.html", context, status=status)
        typed = [request.POST.get(name, "").replace("\0", "").strip() for name in WORDS]
        return render(
            request, "console/problem.html", context | {"typed": [one for one in typed if one]}, status=status
        )
