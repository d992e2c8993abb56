"""Answering for a unit what was dispatched to it, and taking back what it has not answered yet."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hotline import access
from hotline.console.cases import show_case
from hotline.console.steps import press_with_reason, to_case
from hotline.console.views_common import user_of
from hotline.enums import Role
from hotline.errors import Invalid
from workflows import dispatch


@access.allow(Role.AGENT, Role.SUPERVISOR)
@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the case for one's unit; `review` sends it on to the legal review at once."""
    user = user_of(request)
    case = access.case_for(user, pk)
    try:
        case = dispatch.accept(pk, user, review=request.POST.get("review") == "1")
    except Invalid as error:
        return show_case(request, user, case, offer_missing=error.fields, status=400)
    messages.success(request, _("Accepted: the case is your unit's now."))
    return to_case(request, user, case)


@access.allow(Role.AGENT, Role.SUPERVISOR)
@require_POST
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Return what is not one's unit's duty, with the reason."""
    return press_with_reason(
        request, pk, "return-offer", dispatch.give_back, _("Returned to the intake that sent it.")
    )


@access.allow(Role.AGENT, Role.SUPERVISOR)
@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the case back before the unit has accepted it."""
    return press_with_reason(
        request, pk, "take-offer-back", dispatch.take_back, _("Taken back: it stands at the intake again.")
    )
