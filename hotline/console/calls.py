"""What an agent does to a call: take it, wrap it up, call back, move it to another case.

Hold, hanging up and the softphone's token are the carrier's side: `hotline.telephony.desk`.
"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hotline import access
from hotline.actions import callbacks, calls, offers, seats
from hotline.actions import sections as section_actions
from hotline.console import drafts
from hotline.console.desk import desk_body
from hotline.console.views_common import back, is_fragment, user_of
from hotline.enums import Role, SeatState
from hotline.errors import Invalid
from workflows import reception


def _desk(request: HttpRequest, words: str = "") -> HttpResponse:
    """The desk as it stands after a press, with `words` about it: its body for htmx, else the page."""
    if is_fragment(request):
        return desk_body(request, toast=words)
    if words:
        messages.success(request, words)
    return back(request, reverse("desk"))


@access.allow(Role.AGENT)
@require_POST
def seat(request: HttpRequest) -> HttpResponse:
    """Be available, or away with a reason."""
    user = user_of(request)
    if request.POST.get("state") == SeatState.AVAILABLE:
        seats.set_available(user)
    else:
        seats.set_away(user, request.POST.get("reason", ""))
    return _desk(request)


@access.allow(Role.AGENT)
@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the offered call; the page's softphone then joins it."""
    offers.accept(pk, user_of(request))
    return _desk(request)


@access.allow(Role.AGENT)
@require_POST
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave the offered call to the next agent."""
    offers.decline(pk, user_of(request))
    return _desk(request)


@access.allow(Role.AGENT)
@require_POST
def wrap_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Finish the call with a note; the agent is available again."""
    user = user_of(request)
    case = calls.for_desk(pk, user).interaction.case
    calls.wrap_up(pk, user, request.POST.get("note", ""))
    section_actions.drop_draft(case, drafts.WRAP_UP, user)
    return _desk(request, _("Call finished."))


@access.allow(Role.AGENT)
@require_POST
def call_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Call the worker of the call-back `pk`: the softphone joins, then the worker is dialled."""
    callbacks.start(pk, user_of(request))
    return _desk(request)


@access.allow(Role.AGENT)
@require_POST
def call_worker(request: HttpRequest, pk: int) -> HttpResponse:
    """Call the worker of the case `pk`, by one press."""
    user = user_of(request)
    access.case_for(user, pk)
    callbacks.start(callbacks.request(pk, user).pk, user)
    return back(request, reverse("desk"))


@access.allow(Role.AGENT, Role.SUPERVISOR)
@require_POST
def give_up(request: HttpRequest, pk: int) -> HttpResponse:
    """The worker cannot be reached."""
    reason = request.POST.get("reason", "").strip()
    if not reason:
        raise Invalid({"reason": _("Write down why the call-back is given up.")})
    callbacks.give_up(pk, user_of(request), reason)
    return back(request, reverse("desk"))


@access.allow(Role.AGENT, Role.SUPERVISOR)
@require_POST
def to_new_case(request: HttpRequest, pk: int) -> HttpResponse:
    """Another matter: give the call or message a case of its own."""
    user = user_of(request)
    case = reception.move_to_new_case(pk, user)
    return _after_move(request, case.pk, _("Now in a case of its own: %(number)s") % {"number": case.number})


@access.allow(Role.AGENT, Role.SUPERVISOR)
@require_POST
def to_old_case(request: HttpRequest, pk: int) -> HttpResponse:
    """The same matter after all: put it back where it was."""
    user = user_of(request)
    case = reception.move_back(pk, user)
    return _after_move(request, case.pk, _("Back in %(number)s") % {"number": case.number})


def _after_move(request: HttpRequest, case_pk: int, words: str) -> HttpResponse:
    if is_fragment(request):
        return desk_body(request, toast=words)
    messages.success(request, words)
    return back(request, reverse("case", args=[case_pk]))
