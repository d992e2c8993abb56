"""A collective case: confirmed, its members written down, brought as a table and taken out, who joins."""

import tempfile
from contextlib import ExitStack
from io import BytesIO
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hotline import access, events
from hotline.actions import collectives as rows
from hotline.console import collectivefile, derivations, member_table
from hotline.console.deadlines import MemberEventForm
from hotline.console.files import guarded
from hotline.console.forms.fields import DateField
from hotline.console.forms.members import MemberForm
from hotline.console.search_export import XLSX
from hotline.console.views_common import Context, put_errors, user_of
from hotline.enums import Role
from hotline.errors import Conflict, HotlineError, Invalid, NotVisible
from hotline.models import Case, Member, Staff
from workflows import collectives, member_terms, merges, term_events

SPEAKERS = "member"
"""The fields with which those who speak for all are chosen."""


@access.allow(*access.CASE_ROLES)
@require_safe
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The conditions of a collective case, or its members."""
    user = user_of(request)
    return _page(request, user, access.case_for(user, pk))


def _page(
    request: HttpRequest, user: Staff, case: Case, refused: Context | None = None, status: int = 200
) -> HttpResponse:
    context = collectivefile.page(user, case, request.GET.dict(), refused)
    return render(request, "console/collective/page.html", context, status=status)


def _refused(
    request: HttpRequest, case: Case, form: str, error: HotlineError, term_form: forms.Form | None = None
) -> HttpResponse:
    """The page again, with what is wrong above it or beside its field, and all that was typed."""
    beside = term_form.fields if term_form else {}
    wrong = error.fields if isinstance(error, Invalid) else {"": error.message}
    words = [text for name, text in wrong.items() if name not in beside]
    typed = {name: request.POST.get(name, "") for name in request.POST}
    chosen = {name: _ids(request.POST, name) for name in ("join", SPEAKERS)}
    fresh = Case.objects.select_related("unit", "person", "category").get(pk=case.pk)
    if not fresh.is_open or (rows.of(fresh) is None) != (form == "confirm"):
        raise error  # the page no longer has the form
    refused = {"form": form, "words": words, "typed": typed, "term_form": term_form, **chosen}
    return _page(request, user_of(request), fresh, refused, status=error.status)


def _ids(post: QueryDict, name: str) -> list[int]:
    texts = post.getlist(name)[:500]
    return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 10]


def _to_page(case_pk: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("collective", args=[case_pk]), status=303)


# --- The case -------------------------------------------------------------------------------------
@access.allow(Role.LAWYER, Role.SUPERVISOR)
@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm that it is a collective case; what is not met is named."""
    user = user_of(request)
    case = access.case_for(user, pk)
    access.check(user, "collective", case)
    post = request.POST
    try:
        collectives.confirm(
            pk,
            user,
            post.get("kind", ""),
            post.get("claim", ""),
            assets_moved="assets_moved" in post,
            join=_ids(post, "join"),
        )
    except (Invalid, Conflict) as error:
        return _refused(request, case, "confirm", error)
    messages.success(request, _("This is a collective case now."))
    return _to_page(pk)


@access.allow(Role.LAWYER, Role.SUPERVISOR)
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """It is no collective case after all."""
    user = user_of(request)
    case = access.case_for(user, pk)
    access.check(user, "collective", case)
    try:
        collectives.revoke(pk, user, request.POST.get("reason", "")[:2000])
    except (Invalid, Conflict) as error:
        return _refused(request, case, "revoke", error)
    messages.success(request, _("This is no collective case any more; its members stay written down."))
    return _to_page(pk)


@access.allow(Role.AGENT, Role.SUPERVISOR)
@require_POST
def join(request: HttpRequest, pk: int) -> HttpResponse:
    """Let another case join this one, by its number."""
    user = user_of(request)
    case = access.case_for(user, pk)
    access.check(user, "merge", case)
    number = request.POST.get("other", "").strip()[:30]
    try:
        other = access.visible(user, Case.objects.filter(number=number)).first()
        if other is None or other.pk == pk:
            raise Invalid({"other": _("There is no such case among yours.")})
        member = collectives.join(pk, other.pk, user, request.POST.get("reason", "").strip()[:2000])
    except (Invalid, Conflict) as error:
        return _refused(request, case, "join", error)
    messages.success(request, _("%(name)s takes part now.") % {"name": member.name})
    return _to_page(pk)


@access.allow(Role.AGENT, Role.SUPERVISOR)
@require_POST
def leave(request: HttpRequest, pk: int, member: int) -> HttpResponse:
    """Take a member's own case out again: it stands where it stood."""
    user = user_of(request)
    case = access.case_for(user, pk)
    access.check(user, "merge", case)
    row = _member(case, member)
    try:
        if row.joined_case_id is None:
            raise Conflict(_("%(name)s has no case of their own here.") % {"name": row.name})
        merges.undo(row.joined_case_id, user, request.POST.get("reason", "").strip()[:2000])
    except (Invalid, Conflict) as error:
        return _refused_about(request, case, row, "leave", error)
    messages.success(request, _("%(name)s goes on in a case of their own.") % {"name": row.name})
    return _to_page(pk)


@access.allow(*access.CASE_ROLES)
@require_POST
def representatives(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down who speaks for all."""
    user = user_of(request)
    case = access.case_for(user, pk)
    access.check(user, "facts", case)
    post = request.POST
    try:
        try:
            on = DateField(past=True).clean(post.get("on", ""))
        except ValidationError as error:
            raise Invalid({"on": " ".join(error.messages)}) from None
        collectives.choose(pk, user, _ids(post, SPEAKERS), on, post.get("how", ""), post.get("powers", ""))
    except (Invalid, Conflict) as error:
        return _refused(request, case, "representatives", error)
    messages.success(request, _("The representatives are written down."))
    return _to_page(pk)


@access.allow(*access.CASE_ROLES)
@require_POST
def terms(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what happened to the limitation of the members who are chosen, and of nobody else."""
    user = user_of(request)
    case = access.case_for(user, pk)
    form = MemberEventForm(request.POST)
    chosen = _ids(request.POST, SPEAKERS)
    if not form.is_valid():
        return _refused(request, case, "terms", Invalid({}), form)
    data = form.cleaned_data
    try:
        row = term_events.enter_for(pk, user, chosen, data["kind"], data["on"], note=data["note"])
    except (Invalid, Conflict) as error:
        if isinstance(error, Invalid):
            put_errors(form, error)
        return _refused(request, case, "terms", error, form)
    if row.confirmed_at:
        messages.success(request, _("Saved."))
    else:
        messages.success(request, _("Saved; it acts once the case's lawyer has confirmed it."))
    return _to_page(pk)


# --- The members ----------------------------------------------------------------------------------
@access.allow(*access.CASE_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def member_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a member."""
    user = user_of(request)
    case = access.case_for(user, pk)
    access.check(user, "facts", case)
    if rows.of(case) is None:
        raise Conflict(_("This is no collective case."))
    if request.method != "POST":
        return _member_page(request, case, MemberForm(case))
    form = MemberForm(case, request.POST)
    if form.is_valid():
        try:
            row = collectives.add(pk, user, form.payload())
        except Invalid as error:
            put_errors(form, error)
        else:
            messages.success(request, _("%(name)s takes part now.") % {"name": row.name})
            return _to_page(pk)
    return _member_page(request, case, form, status=400)


@access.allow(*access.CASE_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def member(request: HttpRequest, pk: int, member: int) -> HttpResponse:
    """One member: correct what is written, by the revision that was read."""
    user = user_of(request)
    case = access.case_for(user, pk)
    access.check(user, "facts", case)
    row = _member(case, member)
    if request.method != "POST":
        return _member_page(request, case, MemberForm(case, member=row), row)
    form = MemberForm(case, request.POST, member=row)
    revision = request.POST.get("revision", "")
    if form.is_valid():
        try:
            known = revision.isascii() and revision.isdigit() and len(revision) < 9
            collectives.change(pk, user, row.pk, int(revision) if known else -1, form.payload())
        except Invalid as error:
            put_errors(form, error)
        except Conflict as error:
            form.add_error(None, error.message)
            return _member_page(request, case, form, _member(case, member), status=409)
        else:
            messages.success(request, _("Saved: %(name)s") % {"name": row.name})
            return _to_page(pk)
    return _member_page(request, case, form, row, status=400)


def _member_page(
    request: HttpRequest,
    case: Case,
    form: MemberForm,
    row: Member | None = None,
    refused: Context | None = None,
    status: int = 200,
) -> HttpResponse:
    user = user_of(request)
    joined = row.joined_case if row else None
    context: dict[str, Any] = {
        "case": case,
        "form": form,
        "member": row,
        "refused": refused or {},
        "chain": derivations.steps_of(limit.found) if (limit := _limit(case, row)) else [],
        "entered": collectivefile.entered_for(row) if row else [],
        "joined": joined if joined and access.visible(user, Case.objects.filter(pk=joined.pk)) else None,
        "may": {name: access.may(user, name, case) and case.is_open for name in ("facts", "merge")},
    }
    return render(request, "console/collective/member.html", context, status=status)


def _limit(case: Case, row: Member | None) -> member_terms.Limit | None:
    return member_terms.limit_of(case, row) if row else None


@access.allow(*access.CASE_ROLES)
@require_POST
def member_state(request: HttpRequest, pk: int, member: int) -> HttpResponse:
    """A member withdraws, settles on their own, or takes part again."""
    user = user_of(request)
    case = access.case_for(user, pk)
    access.check(user, "facts", case)
    row = _member(case, member)
    try:
        collectives.set_state(pk, user, row.pk, request.POST.get("state", ""), request.POST.get("reason", ""))
    except (Invalid, Conflict) as error:
        return _refused_about(request, case, row, "state", error)
    messages.success(request, _("Saved: %(name)s") % {"name": row.name})
    return _to_page(pk)


@access.allow(*access.CASE_ROLES)
@require_POST
def reveal(request: HttpRequest, pk: int, member: int) -> HttpResponse:
    """Show a member's number in full, for a reason that goes to the access log."""
    user = user_of(request)
    case = access.case_for(user, pk)
    row = _member(case, member)
    what, reason = request.POST.get("what", ""), request.POST.get("reason", "").strip()
    if what not in {"number", "identity"} or not reason:
        error = Invalid({"reason": _("Write down why you need to see it.")})
        return _refused_about(request, case, row, "reveal", error)
    events.looked(user, f"person.{what}", case=case, detail=row.name, reason=reason)
    shown = [row.identity_number if what == "identity" else row.phone]
    context = {"case": case, "what": what, "shown": [text for text in shown if text]}
    response = render(request, "console/cases/revealed.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


def _refused_about(
    request: HttpRequest, case: Case, row: Member, form: str, error: HotlineError
) -> HttpResponse:
    """The member's page again, with what is wrong above it and the reason that was typed."""
    fresh = Case.objects.select_related("unit", "person", "category").get(pk=case.pk)
    if not fresh.is_open:
        raise error  # the page no longer has the form
    refused = {"form": form, "words": error.message, "reason": request.POST.get("reason", "")}
    again = _member(fresh, row.pk)
    return _member_page(request, fresh, MemberForm(fresh, member=again), again, refused, error.status)


def _member(case: Case, pk: int) -> Member:
    row = case.members.select_related("joined_case").filter(pk=pk).first()
    if row is None:
        raise NotVisible(_("There is no such member in this case."))
    return row


# --- Tables ---------------------------------------------------------------------------------------
@access.allow(*access.CASE_ROLES)
@require_POST
def bring(request: HttpRequest, pk: int) -> HttpResponse:
    """Add the members of an XLSX or CSV table: all of them, or none and every faulty line named."""
    user = user_of(request)
    case = access.case_for(user, pk)
    access.check(user, "facts", case)
    file = request.FILES.get("table")
    try:
        if file is None:
            raise Invalid({"table": _("Choose a file first.")})
        lines = member_table.read(file.read(member_table.LARGEST + 1))
        count = collectives.add_all(pk, user, lines)
    except (Invalid, Conflict) as error:
        return _refused(request, case, "bring", error)
    messages.success(request, _("%(n)s members added.") % {"n": count})
    return _to_page(pk)


@access.allow(*access.CASE_ROLES)
@require_safe
def blank(request: HttpRequest, pk: int) -> HttpResponse:
    """The empty table to be filled in."""
    access.case_for(user_of(request), pk)
    file = BytesIO()
    member_table.blank(file)
    response = HttpResponse(file.getvalue(), content_type=XLSX)
    there = content_disposition_header(True, f"{_('Members')}.xlsx")
    assert there is not None  # an attachment always has one
    response.headers["Content-Disposition"] = there
    return guarded(response)


@access.allow(Role.LAWYER, Role.SUPERVISOR)
@require_POST
def take_out(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The members as XLSX, for a reason; it goes to the access log before the file goes out."""
    user = user_of(request)
    case = access.case_for(user, pk)
    access.check(user, "collective", case)
    reason = request.POST.get("reason", "").strip()
    if not reason:
        error = Invalid({"reason": _("Write down why the list is taken out.")})
        return _refused(request, case, "take-out", error)
    with ExitStack() as undone:
        file = undone.enter_context(tempfile.TemporaryFile())
        count = member_table.write(case, file)
        events.looked(
            user, "members.exported", case=case, detail=_("%(n)s members") % {"n": count}, reason=reason
        )
        file.seek(0)
        undone.pop_all()
    stamp = timezone.localtime().strftime("%Y%m%d-%H%M")
    name = f"{_('Members')} {case.number} {stamp}.xlsx"
    return guarded(FileResponse(file, as_attachment=True, filename=name, content_type=XLSX))
