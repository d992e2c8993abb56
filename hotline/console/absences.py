"""When a lawyer is away and who stands in: entered by themselves or by their supervisor."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from hotline import access
from hotline.actions import absences as actions
from hotline.actions import rota
from hotline.console.forms.lawyers import AbsenceForm
from hotline.console.views_common import put_errors, user_of
from hotline.enums import Role
from hotline.errors import Invalid
from hotline.models import Absence

SHOWN = 100


@require_http_methods(["GET", "HEAD", "POST"])
@access.allow(Role.LAWYER, Role.SUPERVISOR)
def absences(request: HttpRequest) -> HttpResponse:
    """Who is away now and later, and the form for another absence."""
    user = user_of(request)
    form = AbsenceForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        substitute = data["substitute"].pk if data["substitute"] else None
        days = data["first_day"], data["last_day"]
        try:
            row = actions.enter(user, data["lawyer"].pk, *days, substitute, data["reason"])
        except Invalid as error:
            put_errors(form, error)
        else:
            messages.success(request, _("Entered: %(name)s is away.") % {"name": row.lawyer})
            _warn_of_duty(request, row)
            return HttpResponseRedirect(reverse("absences"), status=303)
    rows = actions.visible(user).filter(last_day__gte=timezone.localdate())
    context = {"form": form, "rows": rows[:SHOWN], "user": user}
    return render(request, "console/absences.html", context, status=400 if form.errors else 200)


def _warn_of_duty(request: HttpRequest, row: Absence) -> None:
    """Say that somebody else has to be on duty on these days."""
    shifts = rota.own_shifts_of(row.lawyer).filter(day__range=(row.first_day, row.last_day)).count()
    if shifts:
        words = ngettext(
            "%(n)s duty shift has nobody on these days.",
            "%(n)s duty shifts have nobody on these days.",
            shifts,
        )
        messages.warning(request, words % {"n": shifts})


@require_POST
@access.allow(Role.LAWYER, Role.SUPERVISOR)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End an absence now, or take it back."""
    row = actions.cancel(user_of(request), pk)
    messages.success(request, _("%(name)s is here again.") % {"name": row.lawyer})
    return HttpResponseRedirect(reverse("absences"), status=303)
