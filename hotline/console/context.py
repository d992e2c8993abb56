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
    ("absences", _("Absences"), "luggage", frozenset({Role.LAWYER, Role.SUPERVISOR})),
    ("quality", _("Checks and visits"), "clipboard-check", frozenset({Role.AGENT, Role.SUPERVISOR})),
    ("deadline-rules", _("Deadline rules"), "timer", frozenset({Role.ADMINISTRATOR})),
    ("document-templates", _("Templates"), "file-text", frozenset({Role.ADMINISTRATOR})),
    ("staff", _("Staff"), "users", frozenset({Role.ADMINISTRATOR})),
    ("hours", _("Service hours"), "clock", frozenset({Role.ADMINISTRATOR})),
    ("prompts", _("Prompts"), "volume-2", frozenset({Role.ADMINISTRATOR})),
    ("search-index", _("Search index"), "database", frozenset({Role.ADMINISTRATOR})),
    ("access-log", _("Access log"), "eye", frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})),
]
"""URL name, words, icon, roles."""


def console(request: HttpRequest) -> dict[str, Any]:
    """Navigation for the person's role and the settings that templates show."""
    role = getattr(request.user, "role", None) if hasattr(request, "user") else None
    return {
        "navigation": [
            {"url": reverse(name), "name": name, "words": words, "icon": icon}
            for name, words, icon, roles in NAVIGATION
            if role in roles
        ],
        "demo": settings.HOTLINE_DEMO,
        "carrier_url": settings.HOTLINE_CARRIER_URL,
        "languages": settings.LANGUAGES,
    }
