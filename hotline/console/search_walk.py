"""From a found case to the one before and after it: the address carries the search along."""

from django.http import HttpRequest
from django.urls import reverse

from hotline import events
from hotline.actions import searches
from hotline.console.saved_searches import keeps_secret
from hotline.console.views_common import Context
from hotline.models import Case, Staff
from search import find, neighbours
from search.asked import Asked, asked
from search.engine import EngineDown
from search.query import BadQuery


def address_of(pk: int, search: Asked) -> str:
    """The case's page, as one of what `search` finds."""
    return f"{reverse('case', args=[pk])}?{search.address(found='1')}"


def of(request: HttpRequest, user: Staff, case: Case) -> Context | None:
    """The ways back to the list and to the neighbours; None where the case was not opened from a list.

    Opening a found case makes the search one of the person's last ones. Which neighbours there are tells of
    what the search finds, so it is noted in the access log, once a visit of the case.
    """
    search = asked(request.GET)
    if request.GET.get("found") != "1" or not search:
        return None
    walk: Context = {"back": f"{reverse('search')}?{search.address()}"}
    try:
        query = find.understood(search.text, search.filters)
        events.looked_in_visit(user, "search.walked", case=case, detail=find.told(query, search.filters))
        beside = neighbours.of(user, search, case)
    except (BadQuery, EngineDown):
        return walk
    if not keeps_secret(search):
        searches.remember(user, search.address())
    walk |= {"place": beside.place, "total": beside.total}
    if beside.before:
        walk["before"] = address_of(beside.before, search)
    if beside.after:
        walk["after"] = address_of(beside.after, search)
    return walk
