"""The search over the case history. The address holds the whole search."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from hotline import access
from hotline.actions import searches
from hotline.console.saved_searches import keeps_secret, recent
from hotline.console.search_facets import chips, facets
from hotline.console.search_help import EXAMPLES
from hotline.console.views_common import Context, is_fragment, user_of
from hotline.enums import Role
from hotline.models import Staff
from search import find
from search.asked import Asked, asked
from search.paging import Sort

PAGE = 20
SORTS: dict[Sort, str | Promise] = {
    "newest": _("Newest first"),
    "oldest": _("Oldest first"),
    "relevance": _("Best match"),
    "deadline": _("Nearest deadline"),
}
PIECES = {"results": "console/search/results.html", "more": "console/search/hits.html"}
"""What a script of the page fetches, by the id of what it takes the place of."""


@require_safe
@access.allow(*access.CASE_ROLES)
def page(request: HttpRequest) -> HttpResponse:
    """What was typed and chosen, and the cases that it finds among those the person may see."""
    user, search = user_of(request), asked(request.GET)
    after = request.GET.get("after")
    piece = PIECES.get(request.headers.get("HX-Target", "")) if is_fragment(request) else None
    found = None
    if search:
        found = find.find(
            user,
            search.text,
            size=PAGE,
            after=after,
            sort=search.sort,
            filters=search.filters,
            typing=piece == PIECES["results"] and not after,
        )
    context = {"asked": search, "found": found, "paged": bool(after)}
    if piece == PIECES["more"]:
        return render(request, piece, context | _list(search, found))
    context |= _list(search, found) | _beside(user, search, found)
    if piece is None:
        if found and not (found.error or found.engine_down or after or keeps_secret(search)):
            searches.remember(user, search.address())
        more = {"examples": _examples(), "recent": [] if search else recent(user)}
        return render(request, "console/search/page.html", context | more)
    response = render(request, piece, context)
    # The address line always holds what is shown, so that it can be sent to a colleague.
    response.headers["HX-Replace-Url"] = _at(search)
    return response


def _at(search: Asked) -> str:
    address = search.address()
    return reverse("search") + (f"?{address}" if address else "")


def _list(search: Asked, found: find.Found | None) -> Context:
    following = found.cursor if found else None
    return {
        "case_query": search.address(found="1"),
        "following": f"{reverse('search')}?{search.address(after=following)}" if following else "",
    }


def _beside(user: Staff, search: Asked, found: find.Found | None) -> Context:
    """What stands around the list: the sorts, the facets, the chips, the piece that an error is about."""
    counts = found.facets if found else {}
    context: Context = {
        "sorts": [(key, words, search.sorted(key).address()) for key, words in SORTS.items()],
        "facets": facets(user, search, counts) if counts else [],
        "chips": chips(user, search, counts),
        "may_export": user.role == Role.SUPERVISOR,
    }
    if found and found.error_at:
        start, end = found.error_at
        context["wrong"] = (search.text[:start][-40:], search.text[start:end][:60], search.text[end:][:40])
    if found:
        context["meant"] = [(name, search.saying(f'"{name}"').address()) for name in found.did_you_mean]
    return context


def _examples() -> list[tuple[object, object, str]]:
    return [(one.typed, one.finds, Asked(str(one.typed)).address()) for one in EXAMPLES]
