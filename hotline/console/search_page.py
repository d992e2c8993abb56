"""The search over the case history."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hotline import access
from hotline.console.views_common import user_of
from hotline.enums import Role
from search import find

PAGE = 20


@require_safe
@access.allow(Role.AGENT, Role.LAWYER, Role.MEDIATOR, Role.SUPERVISOR)
def page(request: HttpRequest) -> HttpResponse:
    """What was typed, and the cases that it finds among those the person may see."""
    text = request.GET.get("q", "")
    found = find.find(user_of(request), text, size=PAGE, after=request.GET.get("after")) if text else None
    context = {"text": text, "found": found}
    piece = request.headers.get("HX-Request") == "true"
    return render(request, f"console/search/{'results' if piece else 'page'}.html", context)
