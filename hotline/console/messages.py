"""The reply to a worker and the note for colleagues."""

from django.contrib import messages as toasts
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hotline import access
from hotline.actions import callbacks, notes
from hotline.actions import messages as actions
from hotline.actions import sections as section_actions
from hotline.console import drafts
from hotline.console.views_common import Context, back, is_fragment, user_of
from hotline.enums import Role
from hotline.errors import Invalid
from hotline.identifiers import segments
from hotline.models import Case, Staff


def reply_context(user: Staff, case: Case, text: str = "", error: str = "") -> Context:
    """The reply box: to which number, whether it may be texted, and what was typed."""
    return {
        "case": case,
        "reply_to": callbacks.reachable(case),
        "reply_text": text,
        "reply_error": error,
        "segments": segments(text),
        "limit": actions.LENGTH_LIMIT,
        "may_message": access.may(user, "message", case),
    }


def composer(user: Staff, case: Case) -> Context:
    """The reply box and the note box, with what was half typed."""
    kept = drafts.of(case, user)
    return {
        **reply_context(user, case, drafts.text_of(kept.get(drafts.REPLY))),
        "note_text": drafts.text_of(kept.get(drafts.NOTE)),
    }


@access.allow(Role.AGENT, Role.SUPERVISOR)
@require_POST
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    """Queue a text message to the worker; a refused one stays in the box with the reason."""
    user = user_of(request)
    case = access.case_for(user, pk)
    text = request.POST.get("text", "")
    try:
        actions.reply(pk, user, text)
    except Invalid as error:
        section_actions.keep_draft(case, drafts.REPLY, user, 0, drafts.to_data(request.POST))
        return _again(request, "console/cases/reply.html", reply_context(user, case, text, error.message))
    section_actions.drop_draft(case, drafts.REPLY, user)
    if is_fragment(request):
        return render(request, "console/cases/reply.html", reply_context(user, case))
    toasts.success(request, _("The message is on its way."))
    return back(request, f"{reverse('case', args=[pk])}#reply")


@access.allow(Role.AGENT, Role.SUPERVISOR)
@require_POST
def count_segments(request: HttpRequest) -> HttpResponse:
    """How many text messages the text becomes, by the rule that sending uses."""
    context = {"segments": segments(request.POST.get("text", "")[:5000]), "limit": actions.LENGTH_LIMIT}
    return render(request, "console/cases/segments.html", context)


@access.allow(*access.CASE_ROLES)
@require_POST
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a note on the timeline."""
    user = user_of(request)
    case = access.case_for(user, pk)
    text = request.POST.get("text", "")
    try:
        notes.add_note(pk, user, text)
    except Invalid as error:
        section_actions.keep_draft(case, drafts.NOTE, user, 0, drafts.to_data(request.POST))
        context = {"case": case, "note_text": text, "note_error": error.message}
        return _again(request, "console/cases/note.html", context)
    section_actions.drop_draft(case, drafts.NOTE, user)
    if is_fragment(request):
        return render(request, "console/cases/note.html", {"case": case})
    return back(request, f"{reverse('case', args=[pk])}#note")


def _again(request: HttpRequest, template: str, context: Context) -> HttpResponse:
    """The box with what was typed and what is wrong: by itself, or on a page of its own without scripts."""
    if not is_fragment(request):
        context["inner"], template = template, "console/cases/again.html"
    return render(request, template, context, status=400)
