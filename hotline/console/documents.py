"""The papers of a case: which can be made, a preview that names what is missing, and those that were made."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hotline import access, events
from hotline.actions.documents import DOCX
from hotline.console.files import guarded
from hotline.console.forms.documents import PaperForm
from hotline.console.views_common import Context, user_of
from hotline.enums import DocumentKind
from hotline.errors import Conflict, NotVisible
from hotline.models import Case, Document, Measure, Staff
from workflows.documents import making, package, pdf, printing
from workflows.documents.blanks import Missing
from workflows.documents.facts import Request, first_words
from workflows.documents.fields import label, own_field, section_of


@access.allow(*access.CASE_ROLES)
@require_safe
def papers(request: HttpRequest, pk: int) -> HttpResponse:
    """What can be made of the case now, and everything that was made."""
    user = user_of(request)
    case = access.case_for(user, pk)
    made = case.documents.select_related("made_by", "measure").defer("text").order_by("-made_at", "-pk")
    may_make = access.may(user, "document", case)
    context = {
        "case": case,
        "made": list(made),
        "offers": [(offer, _address(case, offer)) for offer in making.offers(case)] if may_make else [],
        "package": _package(user, case),
        "files": list(case.attachments.exclude(file="")) if package.is_for(case) else [],
        "has_converter": pdf.converter() is not None,
    }
    return render(request, "console/documents/papers.html", context)


def _address(case: Case, offer: making.Offer) -> str:
    there = reverse("paper-new", args=[case.pk, offer.kind])
    return f"{there}?{urlencode({'measure': offer.measure.pk})}" if offer.measure else there


@access.allow(*access.CASE_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def paper_new(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """One kind of paper: its own fields, how it would read, what is missing; by POST it is made."""
    user = user_of(request)
    case = access.case_for(user, pk)
    if kind not in DocumentKind.values:
        raise Http404
    code = DocumentKind(kind)
    access.check(user, "document", case)
    measure = _measure(case, request.GET.get("measure", ""))
    making.refuse_untimely(case, code, measure)
    if request.method != "POST":
        form = PaperForm(code, initial=_initial(case, code, user, measure))
        asked = {name: str(form.initial.get(name, "")) for name in form.fields}
        return _page(request, Request(case, code, user, measure, asked), form)
    form = PaperForm(code, request.POST)
    if not form.is_valid():
        asked = {name: str(request.POST.get(name, "")) for name in form.fields}
        return _page(request, Request(case, code, user, measure, asked), form, status=400)
    paper_request = Request(case, code, user, measure, form.asked())
    if request.POST.get("action") != "make":
        return _page(request, paper_request, form)
    try:
        row = making.make(case.pk, user, code, form.asked(), measure.pk if measure else None)
    except making.NotComplete:
        return _page(request, paper_request, form, status=400)
    messages.success(request, _("Made: %(paper)s.") % {"paper": row})
    return HttpResponseRedirect(reverse("paper", args=[row.pk]), status=303)


def _measure(case: Case, pk: str) -> Measure | None:
    if not pk:
        return None
    known = pk.isascii() and pk.isdigit() and len(pk) < 18
    found = case.measures.select_related("holder").filter(pk=pk).first() if known else None
    if found is None:
        raise NotVisible(_("There is no such measure among yours."))
    found.case = case
    return found


def _initial(case: Case, kind: DocumentKind, user: Staff, measure: Measure | None) -> dict[str, str]:
    """What stands in the fields at first: what the last version said, else what the case says."""
    where = making.about(case, kind, measure)
    last = Document.objects.filter(case=case, kind=kind, about=where, superseded_at=None).first()
    said: dict[str, str] = last.asked if last else {}
    return {**first_words(Request(case, kind, user, measure)), **{k: v for k, v in said.items() if v}}


def _page(request: HttpRequest, asked: Request, form: PaperForm, status: int = 200) -> HttpResponse:
    printed = making.preview(asked)
    missing = [_shown(asked, one) for one in printed.missing]
    context = {
        "case": asked.case,
        "kind": asked.kind,
        "measure": asked.measure,
        "form": form,
        "missing": missing,
        "refused": status != 200,
        "blocks": printing.blocks(printed.content),
        "longs": {name for name, field in form.fields.items() if "rows" in field.widget.attrs},
    }
    return render(request, "console/documents/new.html", context, status=status)


def _shown(asked: Request, missing: Missing) -> dict[str, Any]:
    """A missing fact in words, and the place where it is written."""
    own, section = own_field(missing), section_of(missing)
    if own:
        url = f"#paper_{own}"
    elif section:
        url = reverse("section", args=[asked.case.pk, section])
    elif asked.measure:
        url = f"{reverse('case', args=[asked.case.pk])}#measure-{asked.measure.pk}"
    else:
        url = reverse("case", args=[asked.case.pk])
    where = section.label if section and not own else "" if own else asked.measure
    return {"words": label(asked.kind, missing), "url": url, "where": where}


@access.allow(*access.CASE_ROLES)
@require_safe
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """A paper that was made: its words, who made it and when, its hash, its files."""
    row = _row(request, pk, "paper")
    with row.file.open("rb") as file:
        content = file.read()
    context: Context = {
        "paper": row,
        "case": row.case,
        "blocks": printing.blocks(content),
        "versions": row.case.documents.filter(kind=row.kind, about=row.about).defer("text"),
        "has_converter": pdf.converter() is not None,
        "may_make": access.may(user_of(request), "document", row.case) and _can_be_made_again(row),
    }
    return render(request, "console/documents/paper.html", context)


def _can_be_made_again(row: Document) -> bool:
    try:
        making.refuse_untimely(row.case, DocumentKind(row.kind), row.measure)
    except Conflict:
        return False
    return True


@access.allow(*access.CASE_ROLES)
@require_safe
def paper_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The paper as DOCX, to be printed, signed and sealed."""
    row = _row(request, pk, "docx")
    return guarded(_file(row.file, _name(row, "docx"), DOCX))


@access.allow(*access.CASE_ROLES)
@require_safe
def paper_pdf(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The paper as PDF, once the worker process has printed it."""
    row = _row(request, pk, "pdf")
    if not row.pdf:
        raise NotVisible(_("The PDF of this paper is not there yet."))
    return guarded(_file(row.pdf, _name(row, "pdf"), "application/pdf"))


def _row(request: HttpRequest, pk: int, what: str) -> Document:
    user = user_of(request)
    row = access.document_for(user, pk)
    events.looked(user, "document", case=row.case, detail=f"{row.number} {what}")
    return row


def _file(file: FieldFile, name: str, content_type: str) -> FileResponse:
    return FileResponse(file.open("rb"), as_attachment=True, filename=name, content_type=content_type)


def _name(row: Document, extension: str) -> str:
    return f"{row.get_kind_display()} {row.number}.{extension}"


def summary(case: Case) -> list[Document]:
    """The papers that stand on the case page: the present versions."""
    rows = case.documents.filter(superseded_at=None).select_related("made_by").defer("text")
    return list(rows)


@access.allow(*access.CASE_ROLES)
@require_POST
def package_make(request: HttpRequest, pk: int) -> HttpResponse:
    """Make every paper of the package that is not there or is out of date."""
    user = user_of(request)
    case = access.case_for(user, pk)
    made = package.make(case.pk, user)
    words = _("The papers of the package are made.") if made else _("The papers are up to date.")
    messages.success(request, words)
    return HttpResponseRedirect(reverse("papers", args=[case.pk]), status=303)


@access.allow(*access.CASE_ROLES)
@require_safe
def package_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The package for the commission as one ZIP; who took it stands in the access log."""
    user = user_of(request)
    case = access.case_for(user, pk)
    content = package.pack(case)
    events.looked(user, "package", case=case)
    name = f"仲裁申请材料 {case.number}.zip"
    return guarded(FileResponse(content, as_attachment=True, filename=name, content_type="application/zip"))


def _package(user: Staff, case: Case) -> list[dict[str, Any]]:
    """The papers of the package with where the missing ones are completed."""
    if not package.is_for(case) or not access.may(user, "document", case):
        return []
    return [
        {"part": one, "url": reverse("paper-new", args=[case.pk, one.kind])}
        for one in package.parts(case, user)
    ]
