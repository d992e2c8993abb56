"""Days that people enter with a decision."""

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _


def day_of(details: dict[str, Any], field: str, what: str, since: date | None = None) -> dict[str, str]:
    """What is wrong with the day in `field`: missing, still to come, or before `since`."""
    day = details.get(field)
    if day is None:
        return {field: _("Enter the date of %(what)s.") % {"what": what}}
    if day > timezone.localdate():
        return {field: _("The date of %(what)s lies in the future.") % {"what": what}}
    if since is not None and day < since:
        return {field: _("The date of %(what)s lies before %(since)s.") % {"what": what, "since": since}}
    return {}
