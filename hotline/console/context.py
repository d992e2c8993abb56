"""What every page of the console is given."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from hotline.enums import Role

NAVIGATION: list[tuple[str, Any, str, frozenset[Role]]] = [
    ("desk", _("My desk"), "headset", frozenset({Role.AGENT})),
    ("floor", _("Floor"), "activity", frozenset({Role.SUPERVISOR})),
    ("reviews", _("Reviews"), "scale", frozenset({Role.SUPERVISOR})),
    (
        "cases",
        _("Cases"),
        "folder-open",
        frozenset({Role.AGENT, Role.LAWYER, Role.MEDIATOR, Role.SUPERVISOR}),
    ),
    ("search", _("Search"), "search", frozenset({Role.AGENT, Role.LAWYER, Role.MEDIATOR, Role.SUPERVISOR})),
    (
        "calendar",
        _("Calendar"),
        "calendar-days",
        frozenset({Role.AGENT, Role.LAWYER, Role.MEDIATOR, Role.SUPERVISOR}),
    ),
    ("quality", _("Checks and visits"), "clipboard-check", frozenset({Role.AGENT, Role.SUPERVISOR})),
    ("staff", _("Staff"), "users", frozenset({Role.ADMINISTRATOR})),
    ("rota", _("Rota"), "calendar-range", frozenset({Role.LAWYER, Role.SUPERVISOR, Role.ADMINISTRATOR})),
    ("absences", _("Absences"), "luggage", frozenset({Role.LAWYER, Role.SUPERVISOR})),
    ("hours", _("Service hours"), "clock", frozenset({Role.ADMINISTRATOR})),
    ("prompts", _("Prompts"), "volume-2", frozenset({Role.ADMINISTRATOR})),
    ("deadline-rules", _("Deadline rules"), "timer", frozenset({Role.ADMINISTRATOR})),
    ("figures", _("Figures"), "calculator", frozenset({Role.ADMINISTRATOR})),
    ("document-templates", _("Templates"), "file-text", frozenset({Role.ADMINISTRATOR})),
    ("search-index", _("Search index"), "database", frozenset({Role.ADMINISTRATOR})),
    ("access-log", _("Access log"), "eye", frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})),
]
"""URL name, words, icon, roles; what is wanted most comes first."""
BAR_ROOM, FOOT_ROOM = 6, 5
"""Places in the bar and at the foot of a telephone; where there are more entries the last opens a menu."""


def console(request: HttpRequest) -> dict[str, Any]:
    """Navigation for the person's role and the settings that templates show."""
    role = getattr(request.user, "role", None) if hasattr(request, "user") else None
    items = [
        {"url": reverse(name), "name": name, "words": words, "icon": icon}
        for name, words, icon, roles in NAVIGATION
        if role in roles
    ]
    return {
        "navigation": items,
        "bar": _folded(items, BAR_ROOM),
        "footbar": _folded(items, FOOT_ROOM),
        "demo": settings.HOTLINE_DEMO,
        "carrier_url": settings.HOTLINE_CARRIER_URL,
        "languages": settings.LANGUAGES,
    }


def _folded(items: list[dict[str, Any]], room: int) -> dict[str, list[dict[str, Any]]]:
    """What is shown at once, and what its menu holds."""
    shown = len(items) if len(items) <= room else room - 1
    return {"shown": items[:shown], "more": items[shown:]}
