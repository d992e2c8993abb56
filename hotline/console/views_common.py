"""What the console's views share: the person, fragments with an ETag, the way back after a form."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme

from hotline.errors import HotlineError, Invalid
from hotline.models import Staff

Context = dict[str, Any]


def user_of(request: HttpRequest) -> Staff:
    """The person who asks; `RuleMiddleware` lets nobody else come this far."""
    assert isinstance(request.user, Staff)
    return request.user


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks, for a piece of a page that stays open."""
    return request.headers.get("HX-Request") == "true"


def digest(*parts: object) -> str:
    """A short text that differs when any of `parts` does."""
    return sha256(repr(parts).encode()).hexdigest()[:20]


def fragment(
    request: HttpRequest, template: str, version: object, context: Callable[[], Context]
) -> HttpResponse:
    """`template` as a fragment, or 304 when the browser shows `version` already.

    `version` covers all that the fragment shows. The ETag also names the person, the language and the
    day, for the days left change at midnight. Scripts keep it and ask with it; the browser stores nothing.
    `context` is only called when the answer is not 304.
    """
    shown_to = (user_of(request).pk, translation.get_language(), timezone.localdate())
    tag = f'"{digest(template, version, shown_to)}"'
    response = get_conditional_response(request, etag=tag)
    if response is None:
        response = render(request, template, context())
    assert isinstance(response, HttpResponse)
    response.headers["ETag"] = tag
    patch_cache_control(response, private=True, no_store=True)
    patch_vary_headers(response, ["Cookie"])
    return response


def back(request: HttpRequest, otherwise: str) -> HttpResponseRedirect:
    """A redirect to the page that the form came from (`next`), if it is one of ours, else to `otherwise`."""
    there = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(there, allowed_hosts=None):
        there = otherwise
    return HttpResponseRedirect(there, status=303)


def put_errors(form: forms.Form, error: Invalid) -> None:
    """Put what an action refused beside its fields; what has no field stands above the form."""
    for name, text in error.fields.items():
        form.add_error(name if name in form.fields else None, text)


def unstruck(request: HttpRequest, row: int, error: HotlineError) -> Context:
    """What a refused strike-out of the entry `row` shows beside it: what is wrong, and the reason typed."""
    return {"row": row, "words": error.message, "reason": request.POST.get("reason", "")}
