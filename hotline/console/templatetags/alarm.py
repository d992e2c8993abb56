"""The alarm of an emergency at the head of a supervisor's pages."""

from typing import Any

from django import template
from django.template import RequestContext

from hotline.console.emergencies import alarm_of
from hotline.enums import Role

register = template.Library()


@register.inclusion_tag("console/partials/alarm.html", takes_context=True)
def emergency_alarm(context: RequestContext) -> dict[str, Any]:
    """What nobody has taken over; nothing for whoever is no supervisor."""
    user = context.get("user")
    if getattr(user, "role", None) != Role.SUPERVISOR or getattr(user, "must_change_password", True):
        return {}
    return alarm_of(user)  # type: ignore[arg-type]
