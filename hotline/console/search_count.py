"""How many cases a search finds, and its errors as refusals, for pages that are about a search."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.translation import gettext as _

from hotline import events
from hotline.errors import HotlineError, Invalid
from hotline.models import Staff
from search import find, neighbours
from search.asked import Asked
from search.engine import EngineDown
from search.query import BadQuery


class SearchAway(HotlineError):
    """The search does not answer at the moment."""

    status = 503


@contextmanager
def explained() -> Iterator[None]:
    """Turn what a search raises into a refusal in words."""
    try:
        yield
    except BadQuery as error:
        raise Invalid({"search": error.message}) from error
    except EngineDown as error:
        raise SearchAway(
            _("The search does not answer at the moment: try again in a few minutes.")
        ) from error


def counted(user: Staff, search: Asked) -> int:
    """How many cases it finds, noted in the access log like any search. Raises Invalid and SearchAway."""
    if not search:
        return 0
    with explained():
        query = find.understood(search.text, search.filters)
        events.looked(user, "search", detail=find.told(query, search.filters))
        return next(neighbours.pages(user, search, size=1)).total
