"""Saved searches, what they have told their owner, and the last searches of a person."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hotline import access
from hotline.actions import searches
from hotline.console.search_count import counted
from hotline.console.search_facets import chips
from hotline.console.templatetags.searches import bell_of
from hotline.console.views_common import Context, fragment, user_of
from hotline.enums import SearchAlert
from hotline.errors import Invalid, NotVisible
from hotline.models import Case, RecentSearch, SavedSearch, SearchNotice, Staff
from search import masking
from search.asked import Asked, asked, asked_at

NOTICES_SHOWN = 50
CASES_SHOWN = 5


class SavedSearchForm(forms.Form):
    """The name of a search and its alert."""

    name = forms.CharField(label=gettext_lazy("What you call it"), max_length=60)
    alert = forms.ChoiceField(label=gettext_lazy("Alert"), choices=SearchAlert.choices)
    above = forms.IntegerField(
        label=gettext_lazy("Figure"),
        required=False,
        min_value=0,
        max_value=1_000_000,
        help_text=gettext_lazy("Only for the alert on a number of cases."),
    )


@access.allow(*access.CASE_ROLES)
@require_safe
def saved(request: HttpRequest) -> HttpResponse:
    """One's saved searches and what they have told, the newest first."""
    user = user_of(request)
    notices = SearchNotice.objects.filter(search__owner=user).select_related("search")[:NOTICES_SHOWN]
    context = {
        "notices": [_notice(user, one) for one in notices],
        "newest": notices[0].pk if notices else 0,
        "unread": searches.unread_notices(user),
        "saved": [
            (row, *in_words(user, asked_at(row.address))) for row in SavedSearch.objects.filter(owner=user)
        ],
    }
    return render(request, "console/search/saved.html", context)


def _notice(user: Staff, notice: SearchNotice) -> Context:
    """A notice with the first of its cases that the owner may still see."""
    cases = access.visible(user, Case.objects.filter(pk__in=notice.hits.values("case")))
    shown = cases.select_related("person").order_by("-opened_at")[:CASES_SHOWN]
    return {"row": notice, "cases": list(shown)}


def in_words(user: Staff, search: Asked) -> tuple[str, str]:
    """A search as people read it, and its address."""
    parts = [search.text.strip(), *(chip.words for chip in chips(user, search, {}))]
    return " · ".join(part for part in parts if part), search.address()


def recent(user: Staff) -> list[tuple[str, str]]:
    """The person's last searches, as words and address."""
    rows = RecentSearch.objects.filter(staff=user)[: searches.RECENT_KEPT]
    return [in_words(user, asked_at(row.address)) for row in rows]


@access.allow(*access.CASE_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Save the search in the address under a name."""
    user = user_of(request)
    search = asked_at(request.POST.get("search", "")) if request.method == "POST" else asked(request.GET)
    if not search:
        return redirect("search")
    if keeps_secret(search):
        raise Invalid({"search": _("A search for an identity or bank card number is not kept.")})
    form = _form(request, {"name": in_words(user, search)[0][:60], "alert": SearchAlert.NEVER})
    found = counted(user, search)
    if request.method == "POST" and _stored(form, user, search, found):
        messages.success(request, _("Search saved."))
        return redirect("saved-searches")
    return _shown(request, form, user, search, found)


@access.allow(*access.CASE_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Another name or alert for one's own saved search, or its removal."""
    user = user_of(request)
    row = SavedSearch.objects.filter(pk=pk, owner=user).first()
    if row is None:
        raise NotVisible(_("There is no such saved search among yours."))
    if request.method == "POST" and request.POST.get("action") == "remove":
        searches.remove(user, pk)
        messages.success(request, _("Saved search removed."))
        return redirect("saved-searches")
    search = asked_at(row.address)
    form = _form(request, {"name": row.name, "alert": row.alert, "above": row.above})
    found = 0 if row.problem and request.method != "POST" else counted(user, search)
    if request.method == "POST" and _stored(form, user, search, found, pk):
        messages.success(request, _("Saved."))
        return redirect("saved-searches")
    return _shown(request, form, user, search, found, row)


def keeps_secret(search: Asked) -> bool:
    """Whether the words hold an identity or bank card number: these are kept nowhere in clear."""
    return masking.hide_sensitive(search.text) != search.text


def _form(request: HttpRequest, initial: dict[str, Any]) -> SavedSearchForm:
    data = request.POST if request.method == "POST" else None
    return SavedSearchForm(data, initial=initial, label_suffix="")


def _stored(form: SavedSearchForm, user: Staff, search: Asked, found: int, pk: int | None = None) -> bool:
    """Save what the form says; what is refused stands beside its field."""
    if not form.is_valid():
        return False
    given = form.cleaned_data
    alert = SearchAlert(given["alert"])
    try:
        searches.save(user, given["name"], search.address(), alert, found=found, above=given["above"], pk=pk)
    except Invalid as error:
        for field, words in error.fields.items():
            form.add_error(field, words)
        return False
    return True


def _shown(
    request: HttpRequest,
    form: SavedSearchForm,
    user: Staff,
    search: Asked,
    found: int,
    row: SavedSearch | None = None,
) -> HttpResponse:
    words, address = in_words(user, search)
    context = {"form": form, "row": row, "found": found, "words": words, "address": address}
    return render(request, "console/search/save.html", context, status=400 if form.errors else 200)


@access.allow(*access.CASE_ROLES)
@require_safe
def count(request: HttpRequest) -> HttpResponse:
    """The number of unread notices, for the head of every page."""
    shown = bell_of(user_of(request))
    return fragment(request, "console/search/bell.html", shown["unread"], lambda: shown)


@access.allow(*access.CASE_ROLES)
@require_POST
def seen(request: HttpRequest) -> HttpResponse:
    """The notices up to the newest that was shown have been read."""
    up_to = request.POST.get("up_to", "")
    if up_to.isascii() and up_to.isdigit() and len(up_to) < 18:
        searches.see_notices(user_of(request), int(up_to))
    return redirect("saved-searches")


@access.allow(*access.CASE_ROLES)
@require_POST
def forget(request: HttpRequest) -> HttpResponse:
    """Erase one's last searches."""
    searches.forget(user_of(request))
    return redirect("search")
