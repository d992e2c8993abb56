"""Who has looked at what, when and why: the access log for supervisors and administrators."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from hotline import access, events
from hotline.console.figure_words import CHANGES
from hotline.console.views_common import user_of
from hotline.enums import Role
from hotline.models import Access, Case, Staff

PAGE = 50
LOOKS: dict[str, str | Promise] = {
    "case": _("Read the case"),
    "attachment": _("Downloaded a file"),
    "document": _("Opened a document"),
    "package": _("Took the package for the commission"),
    "template.brought": _("Brought a template"),
    "template.used": _("Changed the template in use"),
    "recording": _("Asked to listen to a recording"),
    "recording.played": _("Listened to a recording"),
    "person.number": _("Saw the telephone number in full"),
    "person.identity": _("Saw the identity number in full"),
    "search": _("Searched"),
    "search.walked": _("Opened a case found by a search"),
    "search.exported": _("Took a found list out as a file"),
    "members.exported": _("Took the members of a collective case out as a file"),
    "access_log": _("Read the access log"),
    "page": _("Asked for a page"),
    "topic": _("Asked to be rung"),
    "staff.created": _("Added a person"),
    "staff.updated": _("Changed a person"),
    "staff.password": _("Set a first password"),
    "staff.deactivated": _("Deactivated a person"),
    "staff.reactivated": _("Reactivated a person"),
    "lawyers.imported": _("Took lawyers from a table"),
    "lawyer.profile": _("Changed a lawyer's profile"),
    "lawyer.client": _("Wrote down a lawyer's client"),
    "lawyer.client_removed": _("Took away a lawyer's client"),
    "rota.post": _("Changed a duty post"),
    "rota.planned": _("Planned duty"),
    "rota.given": _("Gave a duty shift to someone"),
    "rota.called_off": _("Called a duty shift off"),
    "rota.swap_proposed": _("Proposed a swap of duty"),
    "rota.swap_agreed": _("Agreed to a swap of duty"),
    "rota.swap_refused": _("Refused a swap of duty"),
    "rota.swap_back": _("Took back a proposed swap of duty"),
    "rota.swap_seen": _("Took note of a swap of duty"),
    "absence.entered": _("Entered an absence"),
    "absence.ended": _("Ended an absence"),
    "feed.made": _("Made a private calendar link"),
    "feed.revoked": _("Revoked the private calendar link"),
    "rule.saved": _("Saved a deadline rule"),
    "rule.withdrawn": _("Took a deadline rule back"),
    "year.imported": _("Imported a year's working days"),
    "day.set": _("Set a working day"),
    "day.withdrawn": _("Took a working day back"),
    **CHANGES,
    "hours.set": _("Set the service hours"),
    "prompt.set": _("Changed a prompt"),
}
"""What each kind of row says."""
WHERE: dict[str, str | Promise] = {"desk": _("at the desk")}
"""Details that are words of ours; any other stands as it is."""


@dataclass(frozen=True)
class Look:
    """A row of the log in words."""

    row: Access
    words: str | Promise
    detail: str | Promise


@access.allow(Role.SUPERVISOR, Role.ADMINISTRATOR)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The log, newest first, of one case or one person where they are named. Reading it is noted in it."""
    user = user_of(request)
    number, who = request.GET.get("case", "").strip(), request.GET.get("who", "").strip()
    refused = request.GET.get("refused") == "1"
    before = request.GET.get("before", "")
    rows = _asked_for(_readable(user), number, who, refused=refused)
    if before.isascii() and before.isdigit() and len(before) < 18:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows.select_related("staff", "case").order_by("-pk")[: PAGE + 1])
    case = _readable_cases(user).filter(number=number).first() if number else None
    events.looked(user, "access_log", case=case, detail=who or number)
    asked = {"case": number, "who": who, "refused": "1" if refused else ""}
    context = {
        "looks": [_in_words(row) for row in found[:PAGE]],
        "number": number,
        "who": who,
        "refused": refused,
        "paged": bool(before),
        "first": f"?{urlencode(asked)}",
        "following": f"?{urlencode(asked | {'before': found[PAGE - 1].pk})}" if len(found) > PAGE else "",
        "links": user.role == Role.SUPERVISOR,
    }
    return render(request, "console/access_log.html", context)


def _readable_cases(user: Staff) -> QuerySet[Case]:
    # An administrator answers for the log and reads no case: they see its number here and nothing of it.
    every = Case.objects.all()
    return every if user.role == Role.ADMINISTRATOR else access.visible(user, every)


def _readable(user: Staff) -> QuerySet[Access]:
    if user.role == Role.ADMINISTRATOR:
        return Access.objects.all()
    of_their_people = Q(case=None, staff__unit__path__startswith=user.unit.path)
    return Access.objects.filter(Q(case__in=_readable_cases(user)) | of_their_people)


def _asked_for(rows: QuerySet[Access], number: str, who: str, *, refused: bool) -> QuerySet[Access]:
    if number:
        rows = rows.filter(case__number=number)
    if who:
        rows = rows.filter(Q(staff__name__icontains=who) | Q(staff__username__iexact=who))
    return rows.filter(refused=True) if refused else rows


def _in_words(row: Access) -> Look:
    # A row's id says nothing where its case stands beside it.
    detail: Any = "" if row.case_id and row.detail.isdigit() else WHERE.get(row.detail, row.detail)
    return Look(row, LOOKS.get(row.what, row.what), detail)
