"""The administrator's figures of the calculators: what stands, what is missing, how each is amended."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from hotline import access
from hotline.console import figure_words
from hotline.console.figure_words import CHANGES, GROUPS, Entry, Line
from hotline.console.forms.figures import FigureForm, initial
from hotline.console.forms.places import areas
from hotline.console.views_common import Context, user_of
from hotline.enums import Role
from hotline.errors import Conflict, HotlineError, Invalid
from hotline.models import BookChange
from hotline.readings import kept
from workflows import figure_changes, rulebook
from workflows.calculators.figures import Figures
from workflows.calculators.parameters import Figure, name_of
from workflows.figure_changes import Overlap

Groups = list[tuple[str, str, list[Entry]]]
SHOWN = 20
"""Changes that the page lists; a figure's own page has all of its own."""


@require_safe
@access.allow(Role.ADMINISTRATOR)
def figures(request: HttpRequest) -> HttpResponse:
    """Every figure as it stands, grouped; what is missing and what is not verified are marked."""
    words, only = request.GET.get("q", "").strip(), request.GET.get("only", "")
    names = areas()
    entries = figure_words.entries(rulebook.figures(), names, timezone.localdate())
    changes = BookChange.objects.filter(kind__in=CHANGES).select_related("actor")
    context = {
        "groups": _grouped(_found(entries, words, only, names)),
        "words": words,
        "only": only,
        "missing": sum(bool(one.missing) for one in entries),
        "unverified": sum(not line.figure.verified for one in entries for line in one.lines),
        "changes": [figure_words.amendment(one, names) for one in changes[:SHOWN]],
    }
    return render(request, "console/figures/list.html", context)


def _grouped(entries: list[Entry]) -> Groups:
    found: Groups = []
    for area, words in GROUPS.items():
        own = [one for one in entries if one.code.partition(".")[0] == area]
        if own:
            found.append((area, words, own))
    return found


def _found(entries: list[Entry], words: str, only: str, names: dict[str, str]) -> list[Entry]:
    """The entries that the words and the choice leave, each with the lines that fit."""
    place, rest = figure_words.place_in(words, names)
    wanted = rest.casefold().split()

    def fits(text: str) -> bool:
        return all(word in text.casefold() for word in wanted)

    def is_wanted(entry: Entry, line: Line) -> bool:
        chosen = only != "missing" and (only != "unverified" or not line.figure.verified)
        said = f"{entry.code} {entry.name} {line.source}"
        return chosen and fits(said) and figure_words.holds_in(line.figure, place)

    found = []
    for one in entries:
        lines = tuple(line for line in one.lines if is_wanted(one, line))
        lacks = only != "unverified" and fits(f"{one.code} {one.name}")
        found.append(replace(one, lines=lines, missing=one.missing if lacks else ""))
    return [one for one in found if one.lines or one.missing]


@dataclass(frozen=True)
class Stand:
    """How a figure stands, read once for a page, and the revision by which it is amended."""

    code: str
    revision: int
    book: Figures
    names: dict[str, Any]
    today: date

    @property
    def lines(self) -> list[Line]:
        """What stands of it, in words."""
        return [figure_words.line(one, self.names, self.today) for one in self.book.of(self.code)]


def _stand(code: str) -> Stand:
    with kept():
        book, revision = rulebook.figures(), rulebook.fresh().revision
    return Stand(code, revision, book, areas(), timezone.localdate())


@require_http_methods(["GET", "HEAD", "POST"])
@access.allow(Role.ADMINISTRATOR)
def figure(request: HttpRequest, code: str) -> HttpResponse:
    """One figure: what stands of it, the form that adds to it or amends it, and every change so far."""
    stand = _stand(code)
    if code not in stand.book.codes():
        raise Http404
    if request.method != "POST":
        return _page(request, stand)
    if request.POST.get("action") == "withdraw":
        return _withdraw(request, stand)
    form = _form(stand, request.POST)
    if form.is_valid():
        try:
            figure_changes.save(user_of(request), form.row(code), _revision(request))
        except Overlap as error:
            form.add_error("in_force_from", _overlap(stand, error.other))
        except Invalid as error:
            for name, words in error.fields.items():
                form.add_error(name, words)
        except Conflict as error:
            form.add_error(None, error.message)
            return _page(request, _stand(code), form, status=error.status)
        else:
            messages.success(request, _("Saved. The calculators reckon with it from now on."))
            return redirect("figure", code=code)
    return _page(request, stand, form, status=400)


def _withdraw(request: HttpRequest, stand: Stand) -> HttpResponse:
    row = request.POST.get("row", "")[:18]
    pk = int(row) if row.isdecimal() else 0
    try:
        figure_changes.withdraw(user_of(request), stand.code, pk, _revision(request))
    except HotlineError as error:
        words = _overlap(stand, error.other) if isinstance(error, Overlap) else error.message
        messages.error(request, words)
        return _page(request, _stand(stand.code), status=error.status)
    messages.success(request, _("Taken back. What it stood in place of holds again."))
    return redirect("figure", code=stand.code)


def _overlap(stand: Stand, other: Figure) -> str:
    said = figure_words.line(other, stand.names, stand.today)
    return _("Another figure holds at that time in the same place: %(figure)s.") % {"figure": said}


def _revision(request: HttpRequest) -> int:
    text = request.POST.get("revision", "")[:12]
    return int(text) if text.isdecimal() else -1


def _form(stand: Stand, data: QueryDict | None = None, begun: dict[str, Any] | None = None) -> FigureForm:
    unit = figure_words.UNITS[name_of(stand.code).unit]
    return FigureForm(stand.lines, stand.names, unit, data, initial=begun)


def _begun(request: HttpRequest, stand: Stand) -> dict[str, Any]:
    """What the form begins with, by the link that was followed."""
    return initial(request.GET.get("about", ""), stand.book.of(stand.code), request.GET.getlist("place"))


def _page(
    request: HttpRequest, stand: Stand, form: FigureForm | None = None, status: int = 200
) -> HttpResponse:
    changes = BookChange.objects.filter(kind__in=CHANGES, data__code=stand.code).select_related("actor")
    entries = figure_words.entries(stand.book, stand.names, stand.today)
    context: Context = {
        "entry": next(one for one in entries if one.code == stand.code),
        "form": form or _form(stand, begun=_begun(request, stand)),
        "revision": stand.revision,
        "changes": [figure_words.amendment(one, stand.names) for one in changes],
    }
    return render(request, "console/figures/figure.html", context, status=status)
