"""The administrator's figures of the calculators: what stands, what is missing, how each is amended."""

from dataclasses import replace

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
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
from workflows import figure_changes, rulebook
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


@require_http_methods(["GET", "HEAD", "POST"])
@access.allow(Role.ADMINISTRATOR)
def figure(request: HttpRequest, code: str) -> HttpResponse:
    """One figure: what stands of it, the form that adds to it or amends it, and every change so far."""
    if code not in rulebook.figures().codes():
        raise Http404
    if request.method != "POST":
        return _page(request, code)
    if request.POST.get("action") == "withdraw":
        return _withdraw(request, code)
    form = _form(code, request)
    if form.is_valid():
        try:
            figure_changes.save(user_of(request), form.row(code), _revision(request))
        except Overlap as error:
            form.add_error("in_force_from", _overlap(error.other))
        except Invalid as error:
            for name, words in error.fields.items():
                form.add_error(name, words)
        except Conflict as error:
            form.add_error(None, error.message)
            return _page(request, code, form, status=error.status)
        else:
            messages.success(request, _("Saved. The calculators reckon with it from now on."))
            return redirect("figure", code=code)
    return _page(request, code, form, status=400)


def _withdraw(request: HttpRequest, code: str) -> HttpResponse:
    row = request.POST.get("row", "")[:18]
    try:
        figure_changes.withdraw(
            user_of(request), code, int(row) if row.isdecimal() else 0, _revision(request)
        )
    except HotlineError as error:
        words = _overlap(error.other) if isinstance(error, Overlap) else error.message
        messages.error(request, words)
        return _page(request, code, status=error.status)
    messages.success(request, _("Taken back. What it stood in place of holds again."))
    return redirect("figure", code=code)


def _overlap(other: Figure) -> str:
    said = figure_words.line(other, areas(), timezone.localdate())
    return _("Another figure holds at that time in the same place: %(figure)s.") % {"figure": said}


def _revision(request: HttpRequest) -> int:
    text = request.POST.get("revision", "")[:12]
    return int(text) if text.isdecimal() else -1


def _form(code: str, request: HttpRequest) -> FigureForm:
    names, today = areas(), timezone.localdate()
    standing = rulebook.figures().of(code)
    lines = [figure_words.line(one, names, today) for one in standing]
    unit = figure_words.UNITS[name_of(code).unit]
    if request.method == "POST":
        return FigureForm(lines, names, unit, request.POST)
    begun = initial(request.GET.get("about", ""), standing, request.GET.getlist("place"))
    return FigureForm(lines, names, unit, initial=begun)


def _page(request: HttpRequest, code: str, form: FigureForm | None = None, status: int = 200) -> HttpResponse:
    revision = rulebook.fresh().revision
    book, names, today = rulebook.figures(), areas(), timezone.localdate()
    changes = BookChange.objects.filter(kind__in=CHANGES, data__code=code).select_related("actor")
    [entry] = [one for one in figure_words.entries(book, names, today) if one.code == code]
    context: Context = {
        "entry": entry,
        "form": form or _form(code, request),
        "revision": revision,
        "changes": [figure_words.amendment(one, names) for one in changes],
    }
    return render(request, "console/figures/figure.html", context, status=status)
