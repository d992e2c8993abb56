"""The administrator's templates: brought, checked, looked at in print, taken into use, put back."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from hotline import access
from hotline.actions import documents
from hotline.console.files import guarded
from hotline.console.views_common import Context, user_of
from hotline.enums import DocumentKind, Role
from hotline.errors import Invalid
from hotline.models import DocumentTemplate
from workflows.documents import checking, layout, printing
from workflows.documents.checking import Fault
from workflows.documents.fields import FIELDS, LISTS, sample
from workflows.documents.kinds import KINDS

FAULTS: dict[Fault, Any] = {
    Fault.LARGE: gettext_lazy("It is larger than 2 MiB, or grows too large when it is opened."),
    Fault.NOT_DOCX: gettext_lazy("It does not open as a DOCX file."),
    Fault.REACHES_OUT: gettext_lazy("It loads something from elsewhere, or holds a program or another file."),
    Fault.SYNTAX: gettext_lazy("This place does not parse."),
    Fault.NOT_TAKEN: gettext_lazy(
        "A template prints facts, goes through lists and asks whether something is there: nothing else."
    ),
    Fault.UNKNOWN: gettext_lazy("There is no such fact."),
    Fault.LIST: gettext_lazy("This is a list: go through it with for."),
    Fault.DEEP: gettext_lazy("Loops stand too deep in each other."),
    Fault.ABSENT: gettext_lazy("This fact has to be in it."),
    Fault.NOT_PRINTED: gettext_lazy("It cannot be printed."),
}


@access.allow(Role.ADMINISTRATOR)
@require_safe
def templates(request: HttpRequest) -> HttpResponse:
    """Every kind of paper and the template that it is made from."""
    used = {row.kind: row for row in DocumentTemplate.objects.filter(in_use=True).select_related("used_by")}
    context = {"rows": [(kind, KINDS[kind].series, used.get(kind)) for kind in DocumentKind]}
    return render(request, "console/documents/templates.html", context)


@access.allow(Role.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """One kind: its versions, the facts it can name, how it reads; a new one is brought or taken into use."""
    code = _kind(kind)
    if request.method != "POST":
        return _page(request, code, request.GET.get("version", ""))
    return _ACTIONS.get(request.POST.get("action", ""), _bring)(request, code)


def _bring(request: HttpRequest, code: DocumentKind) -> HttpResponse:
    file = request.FILES.get("file")
    if file is None:
        raise Invalid({"file": _("Choose a file first.")})
    content = file.read(checking.LARGEST + 1)
    found = checking.faults(code, content)
    if found:
        return _page(request, code, "", faults=[(FAULTS[one.fault], one) for one in found], status=400)
    row = documents.keep_template(user_of(request), code, content)
    messages.success(request, _("The template is in order. Look at it, then take it into use."))
    return HttpResponseRedirect(
        f"{reverse('document-template', args=[code])}?version={row.version}", status=303
    )


def _use(request: HttpRequest, code: DocumentKind) -> HttpResponse:
    version = request.POST.get("version", "")
    known = version.isascii() and version.isdigit() and len(version) < 6
    documents.use_template(user_of(request), code, int(version) if known else -1)
    messages.success(request, _("Papers are made from this template from now on."))
    return HttpResponseRedirect(reverse("document-template", args=[code]), status=303)


_ACTIONS: dict[str, Callable[[HttpRequest, DocumentKind], HttpResponse]] = {"use": _use, "bring": _bring}


def _page(
    request: HttpRequest, code: DocumentKind, version: str, faults: list[Any] | None = None, status: int = 200
) -> HttpResponse:
    rows = list(DocumentTemplate.objects.filter(kind=code).select_related("made_by", "used_by"))
    in_use = next((row.version for row in rows if row.in_use), 0)
    there = {str(row.version): row.version for row in rows} | {"0": 0}
    shown = there.get(version, in_use)
    content = _content(code, shown)
    context: Context = {
        "kind": code,
        "rows": rows,
        "in_use": in_use,
        "shown": shown,
        "faults": faults or [],
        "facts": [*FIELDS_OF_ALL, *((f"asked.{ask.name}", ask.label) for ask in KINDS[code].asks)],
        "must": KINDS[code].must,
        "lists": sorted(LISTS),
        "blocks": printing.blocks(printing.fill(content, sample(code)).content),
    }
    return render(request, "console/documents/template.html", context, status=status)


FIELDS_OF_ALL = [(name, words) for name, (words, _sample) in FIELDS.items()]


@access.allow(Role.ADMINISTRATOR)
@require_safe
def template_file(request: HttpRequest, kind: str, version: int) -> HttpResponseBase:
    """A template to be changed in a word processor; version 0 is the one delivered with the program."""
    code = _kind(kind)
    response = HttpResponse(_content(code, version), content_type=documents.DOCX)
    response.headers["Content-Disposition"] = f'attachment; filename="{code}-{version}.docx"'
    return guarded(response)


def _kind(name: str) -> DocumentKind:
    if name not in DocumentKind.values:
        raise Http404
    return DocumentKind(name)


def _content(code: DocumentKind, version: int) -> bytes:
    if version == 0:
        return layout.delivered(code)
    row = DocumentTemplate.objects.filter(kind=code, version=version).first()
    if row is None:
        raise Http404
    with row.file.open("rb") as file:
        return bytes(file.read())
