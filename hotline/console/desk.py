"""The agent's desk: what waits, the call with its conversation and form, and who is calling."""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from hotline import access, events, readings
from hotline.actions import callbacks, calls, dispatch, offers, seats
from hotline.console import casefile, drafts, emergencies, timeline
from hotline.console.messages import composer
from hotline.console.views_common import Context, digest, fragment, user_of
from hotline.enums import CallState, Role, SeatState
from hotline.models import Call, Case, Staff

HOMES = {
    Role.AGENT: "desk",
    Role.SUPERVISOR: "floor",
    Role.LAWYER: "cases",
    Role.MEDIATOR: "cases",
    Role.ADMINISTRATOR: "staff",
}
"""Where each role starts its day."""
SHOWN = 30
"""Rows of one list in the left column."""


@access.allow()
@require_safe
def home(request: HttpRequest) -> HttpResponseRedirect:
    """Off to the role's own first page."""
    return HttpResponseRedirect(reverse(HOMES[Role(user_of(request).role)]))


SEAT_TONES = {
    SeatState.AVAILABLE: "good",
    SeatState.OFFERED: "blue",
    SeatState.TALKING: "house",
    SeatState.WRAP_UP: "warn",
}


def shape(call: Call | None) -> str:
    """Which call and case the desk shows; where it differs from the page's, all columns are shown anew."""
    return f"{call.pk}-{call.interaction.case_id}" if call else "none"


def _topics(user: Staff, call: Call | None, *more: str) -> str:
    case = [f"case:{call.interaction.case_id}"] if call else []
    return " ".join([f"staff:{user.pk}", *case, *more])


def queue_context(user: Staff, call: Call | None) -> Context:
    """The left column: seat, offer, waiting calls, call-backs, open work."""
    mine = access.visible(user, Case.objects.all())
    waiting = list(calls.waiting().filter(interaction__case__in=mine)[:SHOWN])
    due = list(callbacks.due(user)[:SHOWN])
    # Who took a call of another unit is named on its case and sees it until the wrap-up only.
    work = access.visible(user, access.todays_work(user)).select_related("person", "category")
    work = work.order_by("urgency", "-updated_at")
    seat, offer = seats.of(user), offers.for_agent(user)
    # What rings here already is not said twice.
    waiting = [one for one in waiting if offer is None or one.pk != offer.call_id]
    rows = list(work[:SHOWN])
    dispatched = dispatch.dispatched_to(user).select_related("person", "category").order_by("urgency", "pk")
    sent = list(dispatched[:SHOWN])
    version = digest(
        seat.state,
        seat.since,
        seat.reason,
        offer and offer.pk,
        [(c.pk, c.waiting_since) for c in waiting],
        [(c.pk, c.tries) for c in due],
        [(c.pk, c.version) for c in [*sent, *rows]],
    )
    return {
        "call": call,
        "seat": seat,
        "seat_tone": SEAT_TONES.get(SeatState(seat.state), "grey"),
        "seat_free": seat.state in seats.FREE,
        "seat_reason": seats.reason_text(seat),
        "offer": offer,
        "offer_seconds": settings.HOTLINE_OFFER_SECONDS,
        "waiting": waiting,
        "callbacks": due,
        "dispatched": sent,
        "mine": rows,
        "queue_topics": f"floor staff:{user.pk}",
        "queue_version": version,
    }


def _on_the_line(call: Call) -> bool:
    return call.state in {CallState.DIALLING, CallState.CONNECTING, CallState.TALKING}


def bar_context(user: Staff, call: Call) -> Context:
    """The call bar: who, how long, and what can be done to the call."""
    person = call.interaction.case.person
    return {
        "call": call,
        "case": call.interaction.case,
        "phone": _on_the_line(call),
        "bar_topics": _topics(user, call),
        "bar_version": digest(call.state, call.held, call.answered_at, person.name),
    }


def call_context(user: Staff, call: Call) -> Context:
    """What is being said, and the messages of the case."""
    case = call.interaction.case
    return {
        "call": call,
        "case": case,
        "phone": _on_the_line(call),
        "lines": list(call.transcript.all()),
        "conversations": [i for i in timeline.interactions_of(case) if hasattr(i, "message")],
        "call_topics": _topics(user, call),
        "call_version": digest(case.version, _on_the_line(call)),
    }


def wrap_context(user: Staff, call: Call) -> Context:
    """The wrap-up, once the call is over."""
    case = call.interaction.case
    kept = drafts.of(case, user).get(drafts.WRAP_UP)
    return {
        "call": call,
        "case": case,
        "phone": _on_the_line(call),
        "wrap_note": drafts.text_of(kept, "note"),
        "wrap_topics": _topics(user, call),
        "wrap_version": digest(_on_the_line(call)),
    }


def form_context(user: Staff, call: Call) -> Context:
    """The sections of the call's case and its step."""
    case = call.interaction.case
    danger = emergencies.context(user, case)
    return {
        **casefile.work(user, case),
        **danger,
        "call": call,
        "on_desk": True,
        "form_topics": _topics(user, call),
        "form_version": digest(casefile.work_version(user, case), emergencies.version(danger)),
    }


def caller_context(user: Staff, call: Call | None) -> Context:
    """The right column: who is calling."""
    context: Context = {"call": call, "caller_topics": _topics(user, call), "caller_version": "none"}
    if call is not None:
        context |= casefile.facts(user, call.interaction.case)
        context["interaction"] = call.interaction
        context["caller_version"] = casefile.facts_version(user, call.interaction.case)
    return context


PARTS: dict[str, Callable[[Staff, Any], Context]] = {
    "queue": queue_context,
    "bar": bar_context,
    "call": call_context,
    "wrap": wrap_context,
    "form": form_context,
    "caller": caller_context,
}
"""The parts of the desk that stay fresh by themselves."""
WITHOUT_CALL = frozenset({"queue", "caller"})
TYPED_INTO = frozenset({"wrap", "form"})


@readings.kept()
def _whole(user: Staff) -> Context:
    call = calls.panel(user)
    context: Context = {"shape": shape(call), "call": call}
    for name, build in PARTS.items():
        if call is not None or name in WITHOUT_CALL:
            context |= build(user, call)
    return context | (composer(user, call.interaction.case) if call else {})


@access.allow(Role.AGENT)
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """The desk. Showing a call's case here is a look at it, like opening its page."""
    user = user_of(request)
    context = _whole(user)
    _note_look(user, context["call"])
    return render(request, "console/desk/desk.html", context)


def _note_look(user: Staff, call: Call | None, *, opened: bool = True) -> None:
    if call is not None:
        events.looked_in_visit(user, "case", case=call.interaction.case, detail="desk", opened=opened)


def desk_body(request: HttpRequest, toast: str = "") -> HttpResponse:
    """All three columns as they stand after a press."""
    user = user_of(request)
    context = _whole(user)
    if context["shape"] != request.GET.get("shape"):
        _note_look(user, context["call"])
    response = render(request, "console/desk/columns.html", context)
    response.headers["HX-Retarget"] = "#desk"
    response.headers["HX-Reswap"] = "morph:outerHTML"
    if toast:
        response.headers["HX-Trigger"] = json.dumps({"toast": {"text": toast, "level": "success"}})
    return response


@access.allow(Role.AGENT)
@require_safe
@readings.kept()
def part(request: HttpRequest, name: str) -> HttpResponse:
    """One part of the desk for those who have it open; all of it when another call has come or gone.

    Several names parted by commas are answered together: each part that differs from what the browser has
    (the ETags of If-None-Match) in a `template` with its id and its ETag, or 304 if none does.
    """
    user, names = user_of(request), name.split(",")
    if not set(names) <= PARTS.keys() or len(names) > len(PARTS):
        raise Http404
    call = calls.panel(user)
    if request.GET.get("shape") != shape(call) or (call is None and not set(names) <= WITHOUT_CALL):
        return desk_body(request)
    _note_look(user, call, opened=False)
    answers = {one: _part(request, one, user, call) for one in names}
    return _together(answers) if len(names) > 1 else answers[name]


def _part(request: HttpRequest, name: str, user: Staff, call: Call | None) -> HttpResponse:
    context = PARTS[name](user, call)
    context["shape"] = shape(call)
    typed = drafts.state(call.interaction.case, user) if call and name in TYPED_INTO else []
    shown = (context[f"{name}_version"], typed)
    return fragment(request, f"console/desk/{name}.html", shown, lambda: context)


def _together(answers: dict[str, HttpResponse]) -> HttpResponse:
    fresh = [
        (f"desk-{name}", answer["ETag"], mark_safe(answer.content.decode()))  # noqa: S308 - rendered by us
        for name, answer in answers.items()
        if answer.status_code != HTTPStatus.NOT_MODIFIED
    ]
    pieces = format_html_join("", '<template data-part="{}" data-etag="{}">{}</template>', fresh)
    together = HttpResponse(pieces) if fresh else HttpResponseNotModified()
    patch_cache_control(together, private=True, no_store=True)
    patch_vary_headers(together, ["Cookie"])
    return together
