"""The supervisor's floor: who waits, who works, what is about to run late, on one screen."""

from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from hotline import access
from hotline.actions import calls, duplicates, emergencies, seats
from hotline.console.views_common import digest, fragment, user_of
from hotline.enums import CallResult, CallState, Direction, Role, SeatState, Stage
from hotline.models import Call, Case, Clock, Interaction, Seat, Staff
from workflows import terms

SEAT_ORDER = [SeatState.TALKING, SeatState.WRAP_UP, SeatState.OFFERED, SeatState.AVAILABLE, SeatState.AWAY]
"""As the floor shows them; offline seats are only counted."""
SOON = timedelta(days=7)
ROWS = 12


@require_safe
@access.allow(Role.SUPERVISOR)
def page(request: HttpRequest) -> HttpResponse:
    """The floor."""
    return render(request, "console/floor/page.html", _floor(user_of(request)))


@require_safe
@access.allow(Role.SUPERVISOR)
def live(request: HttpRequest) -> HttpResponse:
    """The floor's content alone, fetched again when the bell rings."""
    context = _floor(user_of(request))
    return fragment(request, "console/floor/content.html", context["version"], lambda: context)


def _floor(user: Staff) -> dict[str, Any]:
    cases = access.visible(user, Case.objects.all())
    waiting = list(calls.waiting().filter(interaction__case__in=cases)[:ROWS])
    talking = list(calls.active().filter(interaction__case__in=cases, state=CallState.TALKING)[:ROWS])
    agents = _seats(user)
    late = list(_clocks(cases)[: ROWS + 1])
    unassigned = list(
        cases.filter(stage=Stage.LEGAL_REVIEW, lawyer=None)
        .select_related("person", "category")
        .order_by("urgency", "opened_at")[:ROWS]
    )
    sent = list(_sent(cases)[:ROWS])
    surges = duplicates.surges(cases)
    figures = _figures(cases)
    version = digest(
        [(call.pk, call.state, call.waiting_since) for call in [*waiting, *talking]],
        [(seat.staff_id, seat.state, seat.since) for seat in agents],
        [(clock.pk, clock.due) for clock in late],
        [(case.pk, case.version) for case in unassigned],
        [(clock.pk, clock.case.offered_to_id) for clock in sent],
        [(surge.employer.pk, surge.cases) for surge in surges],
        figures,
    )
    return {
        "waiting": waiting,
        "talking": talking,
        "seats": [(seat, seats.reason_text(seat)) for seat in agents if seat.state != SeatState.OFFLINE],
        "offline": sum(seat.state == SeatState.OFFLINE for seat in agents),
        "late": late[:ROWS],
        "more_late": len(late) > ROWS,
        "unassigned": unassigned,
        "sent": sent,
        "surges": surges,
        "surge_days": settings.HOTLINE_SURGE_DAYS,
        "figures": figures,
        "version": version,
        "has_duty": emergencies.has_duty(user),
        "topics": f"floor unit:{user.unit_id}",
    }


def _seats(user: Staff) -> list[Seat]:
    """The agents' seats of the supervisor's unit and below, in the floor's order."""
    found = Seat.objects.filter(staff__is_active=True, staff__unit__path__startswith=user.unit.path)
    order = {state: place for place, state in enumerate([*SEAT_ORDER, SeatState.OFFLINE])}
    return sorted(found.select_related("staff"), key=lambda seat: (order[SeatState(seat.state)], seat.since))


def _clocks(cases: Any) -> Any:
    """The running clocks that are over or end within a week, the nearest first."""
    soon = timezone.localdate() + SOON
    found = Clock.objects.filter(state="RUNNING", due__lte=soon, case__in=cases)
    return found.select_related("case__person", "case__lawyer", "case__mediator").order_by("due", "pk")


def _sent(cases: Any) -> Any:
    """The units' terms for what is dispatched and not accepted yet, the nearest end first."""
    found = Clock.objects.filter(state="RUNNING", rule=terms.RETURN, case__in=cases)
    return found.select_related("case__person", "case__offered_to").order_by("due", "pk")


def _figures(cases: Any) -> dict[str, int]:
    """Today's figures; the day begins at midnight at the hotline's place."""
    today = timezone.make_aware(datetime.combine(timezone.localdate(), time.min))
    inbound = Interaction.objects.filter(
        case__in=cases, at__gte=today, direction=Direction.INBOUND, call__isnull=False
    )
    missed = Q(call__result__in=[CallResult.MISSED, CallResult.VOICEMAIL])
    told = inbound.aggregate(
        calls=Count("pk"),
        answered=Count("pk", filter=Q(call__answered_at__isnull=False)),
        missed=Count("pk", filter=missed),
    )
    told["waiting"] = Call.objects.filter(interaction__case__in=cases, state=CallState.WAITING).count()
    counted = cases.aggregate(
        opened=Count("pk", filter=Q(opened_at__gte=today)),
        closed=Count("pk", filter=Q(closed_at__gte=today)),
        open=Count("pk", filter=~Q(stage=Stage.CLOSED)),
        overdue=Count("pk", filter=~Q(stage=Stage.CLOSED) & Q(next_due__lt=timezone.localdate())),
    )
    return {**told, **counted}
