"""What an agent's desk asks of the carrier at once: a token for the softphone, hold, hanging up.

Other pages reach these by their addresses; a refusal comes back as text with the error's status.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from hotline import access
from hotline.actions import calls
from hotline.enums import CallState, Role
from hotline.errors import Conflict
from hotline.models import Call, Staff
from hotline.telephony import gateway

TOKEN_SECONDS = 3600


def signed_in(request: HttpRequest) -> Staff:
    """Who asks; the middleware lets only staff of the view's roles through."""
    user = request.user
    assert isinstance(user, Staff)  # noqa: S101
    return user


@access.allow(Role.AGENT)
@require_GET
def token(request: HttpRequest) -> HttpResponse:
    """An access token for the softphone; `carrier` is the stand-in's address, empty for the real one."""
    value = gateway.softphone_token(signed_in(request), TOKEN_SECONDS)
    response = JsonResponse({"token": value, "ttl": TOKEN_SECONDS, "carrier": settings.HOTLINE_CARRIER_URL})
    response.headers["Cache-Control"] = "no-store"
    return response


def _button(do: Callable[[Call, Staff], None], *roles: Role) -> Callable[[HttpRequest, int], HttpResponse]:
    @access.allow(*roles)
    @require_POST
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        user = signed_in(request)
        do(calls.for_desk(pk, user), user)
        return HttpResponse(status=204)

    return view


def _hang_up(call: Call, user: Staff) -> None:
    if call.state == CallState.ENDED or calls.cancel_dialling(call.pk, user):
        return
    if not call.interaction.provider_id:
        raise Conflict(_("The call is just being dialled: try again in a moment."))
    gateway.hang_up(call.interaction.provider_id)


def _hold(call: Call, user: Staff, *, on: bool) -> None:
    if call.state != CallState.TALKING or not call.conference_sid or not call.interaction.provider_id:
        raise Conflict(_("Only a call that is being talked on can be held."))
    gateway.hold(call.conference_sid, call.interaction.provider_id, on=on)


hang_up = _button(_hang_up, Role.AGENT, Role.SUPERVISOR)
hold = _button(lambda call, user: _hold(call, user, on=True), Role.AGENT)
unhold = _button(lambda call, user: _hold(call, user, on=False), Role.AGENT)
