"""The bell of saved searches in the head of every page."""

from typing import Any

from django import template
from django.template import RequestContext

from hotline import access
from hotline.actions import searches

register = template.Library()


@register.inclusion_tag("console/search/bell.html", takes_context=True)
def search_bell(context: RequestContext) -> dict[str, Any]:
    """How many notices the person has not read; nothing for whoever does not search."""
    user = context.get("user")
    if getattr(user, "role", None) not in access.CASE_ROLES or getattr(user, "must_change_password", True):
        return {}
    return bell_of(user)


def bell_of(user: Any) -> dict[str, Any]:
    """What the bell shows, and the topic that rings it."""
    return {"unread": searches.unread_notices(user), "topics": f"staff:{user.pk}"}
