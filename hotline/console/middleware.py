"""The language of a page, and the rule that every view must carry."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _

from hotline import events
from hotline.errors import HotlineError

GetResponse = Callable[[HttpRequest], HttpResponse]
SIGN_IN = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_change_password",
    "account_reauthenticate",
}


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


class RuleMiddleware:
    """Refuses every view without a rule, sends strangers to the sign-in, and turns errors into pages."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

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
            events.looked(request.user, "page", detail=request.path, refused=True)
            return self.refusal(request, 403, _("Your role has no access to this page."))
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A refusal with a reason becomes a page (or a fragment) that says it."""
        if isinstance(exception, HotlineError):
            return self.refusal(request, exception.status, exception.message)
        return None

    def refusal(self, request: HttpRequest, status: int, message: str) -> HttpResponse:
        """The page that says `message`; a fragment for a request that htmx made."""
        if not request.user.is_authenticated:
            return HttpResponseForbidden(message)
        template = (
            "console/partials/problem.html" if request.headers.get("HX-Request") else "console/problem.html"
        )
        return render(request, template, {"status": status, "message": message}, status=status)
