"""Merging two cases by hand, taking them apart again, and making a case of its own out of parts of one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hotline import access
from hotline.console.cases import show_case
from hotline.console.steps import to_case
from hotline.console.views_common import user_of
from hotline.enums import Role
from hotline.errors import Conflict, HotlineError, Invalid
from hotline.models import Case
from workflows import merges, splits


@access.allow(Role.AGENT, Role.SUPERVISOR)
@require_POST
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Merge the case and the `other` one: `here`, into this one, or `there`, this one into the other."""
    user = user_of(request)
    case = access.case_for(user, pk)
    access.check(user, "merge", case)
    number = request.POST.get("other", "").strip()[:30]
    try:
        other = access.visible(user, Case.objects.filter(number=number)).first()
        if other is None:
            raise Invalid({"other": _("There is no such case among yours.")})
        pair = (case.pk, other.pk) if request.POST.get("way") == "there" else (other.pk, case.pk)
        into = merges.merge(*pair, user, request.POST.get("reason", "").strip()[:2000])
    except (Invalid, Conflict) as error:
        return _refused(request, case, "merge", error)
    messages.success(request, _("Merged: %(number)s goes on.") % {"number": into.number})
    return HttpResponseRedirect(reverse("case", args=[into.pk]), status=303)


@access.allow(Role.AGENT, Role.SUPERVISOR)
@require_POST
def undo_merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a merged case stand again where it stood."""
    user = user_of(request)
    case = access.case_for(user, pk)
    access.check(user, "merge", case)
    try:
        case = merges.undo(pk, user, request.POST.get("reason", "").strip()[:2000])
    except Invalid as error:
        return _refused(request, case, "undo", error)
    messages.success(request, _("%(number)s stands again where it stood.") % {"number": case.number})
    return to_case(request, user, case)


@access.allow(Role.AGENT, Role.SUPERVISOR)
@require_POST
def split(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a case of its own out of the chosen parts."""
    user = user_of(request)
    case = access.case_for(user, pk)
    access.check(user, "merge", case)
    chosen = {name: _ids(request.POST, name) for name in ("interactions", "claims", "employers")}
    try:
        fresh = splits.split(pk, user, request.POST.get("reason", "").strip()[:2000], **chosen)
    except (Invalid, Conflict) as error:
        return _refused(request, case, "split", error)
    messages.success(request, _("Split off: %(number)s.") % {"number": fresh.number})
    return HttpResponseRedirect(reverse("case", args=[fresh.pk]), status=303)


def _ids(post: QueryDict, name: str) -> set[int]:
    texts = post.getlist(name)[:500]
    return {int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 10}


def _refused(request: HttpRequest, case: Case, form: str, error: HotlineError) -> HttpResponse:
    """The page again, with what is wrong beside the form and all that was typed in it."""
    fresh = Case.objects.select_related("unit", "person", "category").get(pk=case.pk)
    if isinstance(error, Conflict) and not fresh.is_open:
        raise error  # its page no longer has the form
    typed = {name: request.POST.get(name, "") for name in ("other", "way", "reason")}
    chosen = {name: _ids(request.POST, name) for name in ("interactions", "claims", "employers")}
    refused = {"form": form, "words": error.message, **typed, **chosen}
    return show_case(request, user_of(request), fresh, links_refused=refused, status=error.status)
