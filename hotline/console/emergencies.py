"""The emergency of a case (P0): its script, taking it over, reporting and releasing it; the alarm."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from hotline import access
from hotline.actions import emergencies as rows
from hotline.console import caserows
from hotline.console.views_common import Context, back, digest, fragment, user_of
from hotline.enums import Role
from hotline.models import Case, Staff
from workflows import emergencies


def context(user: Staff, case: Case) -> Context:
    """The script and the state of an open emergency, or the words that suggest one."""
    emergency = rows.open_of(case) if caserows.has(case).emergencies else None
    may_take = access.may(user, "emergency", case)
    mine = emergency is not None and (emergency.taken_by_id == user.pk or rows.has_duty(user))
    return {
        "case": case,
        "topics": f"case:{case.pk}",
        "emergency": emergency,
        "alarm_words": emergencies.suggested(case) if access.may(user, "intake", case) else [],
        "may_take_emergency": may_take,
        "may_release": may_take and mine,
        "on_duty": list(rows.on_duty()) if emergency and emergency.taken_by is None else [],
    }


def version(shown: Context) -> str:
    """Differs when the emergency was raised, taken, reported or released, or another word was heard."""
    one = shown["emergency"]
    state = one and (one.pk, one.taken_by_id, one.oral_at, one.written_at)
    return digest(state, shown["alarm_words"], shown["may_release"], [p.pk for p in shown["on_duty"]])


def _done(request: HttpRequest, pk: int, words: str) -> HttpResponse:
    messages.success(request, words)
    return back(request, reverse("case", args=[pk]))


@access.allow(Role.AGENT, Role.SUPERVISOR)
@require_POST
def raise_alarm(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark the case as an emergency."""
    user = user_of(request)
    access.case_for(user, pk)
    emergencies.raise_alarm(pk, user)
    return _done(request, pk, _("Marked as an emergency; the duty lead is alarmed."))


@access.allow(Role.SUPERVISOR)
@require_POST
def take_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the emergency over."""
    user = user_of(request)
    access.case_for(user, pk)
    emergencies.take_over(pk, user)
    return _done(request, pk, _("The emergency is yours now."))


@access.allow(Role.SUPERVISOR)
@require_POST
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down that it was reported."""
    user = user_of(request)
    access.case_for(user, pk)
    emergencies.report(pk, user, request.POST.get("kind", ""), request.POST.get("note", "")[:2000])
    return _done(request, pk, _("The report is written down."))


@access.allow(Role.SUPERVISOR)
@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Release it, with a reason."""
    user = user_of(request)
    access.case_for(user, pk)
    emergencies.release(pk, user, request.POST.get("reason", "")[:2000])
    return _done(request, pk, _("The emergency is released."))


@access.allow(Role.SUPERVISOR)
@require_POST
def duty(request: HttpRequest) -> HttpResponse:
    """Take the duty lead, or lay it down."""
    on = request.POST.get("on") == "1"
    rows.set_duty(user_of(request), on=on)
    messages.success(request, _("You have the duty lead.") if on else _("You have laid the duty lead down."))
    return back(request, reverse("floor"))


@access.allow(Role.SUPERVISOR)
@require_safe
def alarm(request: HttpRequest) -> HttpResponse:
    """The alarm at the head of every page, fetched again when the bell rings."""
    shown = alarm_of(user_of(request))
    return fragment(request, "console/partials/alarm.html", shown["alarm_version"], lambda: shown)


def alarm_of(user: Staff) -> dict[str, Any]:
    """The emergencies that nobody has taken over, for whom they are."""
    found = emergencies.alarms(user)
    return {
        "alarms": found,
        "alarm_topics": f"staff:{user.pk} floor",
        "alarm_version": digest([(one.pk, str(one.case.person)) for one in found]),
    }
