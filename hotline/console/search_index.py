"""The administrator's page of the search index: how far behind, what differs, what cannot be indexed."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hotline import access
from hotline.enums import Role
from hotline.models import Case, SearchMark
from search import drift, engines, outbox
from search.engine import EngineDown

ROWS = 50


@access.allow(Role.ADMINISTRATOR)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The state of the index as it is now; it names no case but by the id that the log has."""
    waiting = SearchMark.objects.filter(problem="")
    context = {
        "elastic": bool(settings.ELASTICSEARCH_URL),
        "cases": Case.objects.count(),
        "waiting": waiting.count(),
        "lag": outbox.lag_seconds(),
        "meter": drift.meter(),
        "poison": SearchMark.objects.exclude(problem="").order_by("marked_at")[:ROWS],
        "poisoned": outbox.poison(),
        **_engine(),
    }
    return render(request, "console/administration/search_index.html", context)


def _engine() -> dict[str, Any]:
    """What the engine says of itself; without `inside` where it does not answer."""
    home = engines.in_use()
    try:
        return {"generation": home.name(), "half": home.half_built(), "inside": home.reader().count()}
    except EngineDown:
        return {"inside": None}
