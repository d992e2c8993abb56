"""A found list as a spreadsheet, for supervisors: what leaves the house is said, bounded and noted."""

import contextlib
import tempfile
from collections.abc import Iterator
from typing import IO, Any

from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from openpyxl import Workbook

from hotline import access
from hotline.actions import searches
from hotline.console.forms.places import category_name
from hotline.console.search_count import counted, explained
from hotline.console.templatetags.console import masked
from hotline.console.views_common import Context, user_of
from hotline.enums import Role
from hotline.models import Case, Staff
from hotline.spreadsheets import cell
from search import build, find, neighbours
from search.asked import Asked, asked, asked_at
from search.masking import hide_numbers

MOST = 10_000
"""Rows of one file."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@access.allow(Role.SUPERVISOR)
@require_http_methods(["GET", "HEAD", "POST"])
def export(request: HttpRequest) -> HttpResponseBase:
    """Asks why, then hands out the list as XLSX. It goes to the access log before the file goes out."""
    user = user_of(request)
    if request.method != "POST":
        search = asked(request.GET)
        return render(request, "console/search/export.html", _shown(user, search))
    search, reason = asked_at(request.POST.get("search", "")), request.POST.get("reason", "").strip()
    if not search:
        return redirect("search")
    if not reason:
        context = {**_shown(user, search), "missing": True}
        return render(request, "console/search/export.html", context, status=400)
    return _handed_out(user, search, reason)


def _shown(user: Staff, search: Asked) -> Context:
    total = counted(user, search)
    return {"asked": search, "total": total, "most": MOST, "cut": total > MOST}


def _handed_out(user: Staff, search: Asked, reason: str) -> HttpResponseBase:
    # On disk while it grows and while it goes out: never whole in memory.
    with contextlib.ExitStack() as undone:
        file = undone.enter_context(tempfile.TemporaryFile())
        with explained():
            rows, total = write(user, search, file)
            told = find.told(find.understood(search.text, search.filters), search.filters)
        searches.note_export(user, told, rows=rows, total=total, reason=reason)
        file.seek(0)
        undone.pop_all()  # the response closes it
    name = _("cases found %(moment)s") % {"moment": timezone.localtime().strftime("%Y%m%d-%H%M")}
    response = FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    return response


def write(user: Staff, search: Asked, file: IO[bytes], most: int = MOST) -> tuple[int, int]:
    """Write at most `most` cases of the list into `file`; returns how many, and how many were found.

    Raises BadQuery and EngineDown.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Cases found"))
    sheet.append([cell(words) for words in _head()])
    written = total = 0
    for hits in neighbours.pages(user, search):
        total = max(total, hits.total)
        for row in _rows(user, hits.ids[: most - written]):
            sheet.append([cell(value) for value in row])
            written += 1
        if written >= most:
            break
    if total > written:
        sheet.append([cell(_("Only the first %(n)s cases are in this file.") % {"n": written})])
    book.save(file)
    return written, total


def _head() -> list[str]:
    return [
        _("Case number"),
        _("Opened on"),
        _("Stage"),
        _("Urgency"),
        _("Category"),
        _("Worker"),
        _("Telephone (masked)"),
        _("Employer"),
        _("In one line"),
        _("Unit"),
        _("Agent"),
        _("Lawyer"),
        _("Mediator"),
        _("Nearest deadline"),
        _("Result of the case"),
        _("Closed on"),
    ]


def _rows(user: Staff, ids: tuple[int, ...]) -> Iterator[list[Any]]:
    people = ("person", "category", "unit", "agent", "lawyer", "mediator")
    found = access.visible(user, Case.objects.filter(pk__in=ids)).select_related(*people)
    cases = {case.pk: case for case in found.prefetch_related("employers__employer", "person__contacts")}
    for case in (cases[pk] for pk in ids if pk in cases):
        yield [
            case.number,
            case.opened_at,
            case.get_stage_display(),
            case.get_urgency_display(),
            category_name(case.category) if case.category else "",
            str(case.person),
            _("; ").join(masked(contact.value) for contact in case.person.contacts.all()),
            _("; ").join(build.employer_names(case)),
            hide_numbers(case.summary),
            case.unit.name,
            *(str(person or "") for person in (case.agent, case.lawyer, case.mediator)),
            case.next_due,
            case.get_outcome_display(),
            case.closed_at,
        ]
