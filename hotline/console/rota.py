"""Duty at the arbitration institutes: the month for all concerned, planning it, and swaps between lawyers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hotline import access
from hotline.actions import rota as actions
from hotline.actions import swaps
from hotline.console.forms.rota import GiveForm, PostForm, ShiftForm, SwapForm
from hotline.console.months import Month, month_of
from hotline.console.views_common import Context, digest, fragment, is_fragment, put_errors, user_of
from hotline.enums import Role
from hotline.errors import Conflict, Invalid, NotVisible
from hotline.models import DutyPost, DutyShift, ShiftSwap, Staff
from workflows import rulebook

READERS = (Role.LAWYER, Role.SUPERVISOR, Role.ADMINISTRATOR)
PLANNERS = (Role.SUPERVISOR, Role.ADMINISTRATOR)
MOST = 1000
SHOWN = 50


@dataclass(frozen=True)
class Day:
    """One day of the month."""

    day: date
    inside: bool
    worked: bool
    shifts: list[DutyShift]


@require_safe
@access.allow(*READERS)
def page(request: HttpRequest) -> HttpResponse:
    """A month of the posts that the person reads, what is uncovered, and swaps that wait."""
    context = _month(request)
    if is_fragment(request):
        return fragment(request, "console/rota/content.html", context["version"], lambda: context)
    context["plan_form"] = ShiftForm(user_of(request)) if context["plans"] else None
    return render(request, "console/rota/page.html", context)


def _month(request: HttpRequest) -> Context:
    user, month = user_of(request), month_of(request.GET.get("month", ""))
    posts = list(actions.posts_of(user).filter(is_open=True))
    chosen = next((post for post in posts if str(post.pk) == request.GET.get("post")), None)
    rows = actions.shifts_of(user).filter(day__range=month.span)
    found: list[Any] = list((rows.filter(post=chosen) if chosen else rows)[:MOST])
    open_swaps = list(swaps.waiting(user)[:SHOWN])
    missing = list(actions.uncovered(user)[:SHOWN])
    weeks = _weeks(month, found)
    return {
        "user": user,
        "month": month,
        "weeks": weeks,
        "days": [day for week in weeks for day in week if day.shifts and day.inside],
        "posts": posts,
        "chosen": chosen,
        "keep": f"&post={chosen.pk}" if chosen else "",
        "today": timezone.localdate(),
        "swaps": open_swaps,
        "uncovered": missing,
        "plans": user.role in PLANNERS,
        "topics": f"staff:{user.pk}" + ("" if user.role == Role.LAWYER else f" unit:{user.unit_id}"),
        "version": digest(
            month.first,
            chosen and chosen.pk,
            [(row.pk, row.lawyer_id, row.away) for row in found],
            [(row.pk, row.answer) for row in open_swaps],
            [row.pk for row in missing],
        ),
    }


def _weeks(month: Month, found: list[DutyShift]) -> list[list[Day]]:
    by_day: dict[date, list[DutyShift]] = {}
    for shift in found:
        by_day.setdefault(shift.day, []).append(shift)
    worked = rulebook.shown().calendar.is_workday
    return [
        [Day(day, day.month == month.first.month, worked(day), by_day.get(day, [])) for day in week]
        for week in month.weeks
    ]


@require_POST
@access.allow(*PLANNERS)
def plan(request: HttpRequest) -> HttpResponse:
    """Plan a shift; what is wrong with it is shown beside the month."""
    form = ShiftForm(user_of(request), request.POST)

    def do() -> None:
        data = form.cleaned_data
        lawyer = data["lawyer"].pk if data["lawyer"] else None
        days = (data["day"], data["begins"], data["ends"], data["weeks"])
        rows = actions.plan(user_of(request), data["post"].pk, lawyer, *days)
        messages.success(request, _("Planned: %(n)s shifts.") % {"n": len(rows)})

    status = _tried(form, do)
    if status == 200:
        return redirect(_address(form.cleaned_data["day"]))
    context = _month(request) | {"plan_form": form}
    return render(request, "console/rota/page.html", context, status=status)


def _address(day: date) -> str:
    return f"{reverse('rota')}?month={day:%Y-%m}"


def _tried(form: forms.Form, do: Callable[[], None]) -> int:
    """200 when the form is in order and `do` did it; else why not stands in the form."""
    if not form.is_valid():
        return 400
    try:
        do()
    except Invalid as error:
        put_errors(form, error)
        return error.status
    except Conflict as error:
        form.add_error(None, error.message)
        return error.status
    return 200


def _shift(user: Staff, pk: int) -> DutyShift:
    row = actions.shifts_of(user).select_related("post__unit").filter(pk=pk).first()
    if row is None:
        raise NotVisible(_("There is no such shift among yours."))
    return row


@require_safe
@access.allow(*READERS)
def shift(request: HttpRequest, pk: int) -> HttpResponse:
    """One shift: who has it, and what the person may do with it."""
    return _shift_page(request, _shift(user_of(request), pk))


def _shift_page(request: HttpRequest, row: DutyShift, bound: Context | None = None) -> HttpResponse:
    user = user_of(request)
    to_come = row.day >= timezone.localdate()
    planned = to_come and actions.managed(user).filter(pk=row.post_id).exists()
    proposed = row.swaps.filter(answered_at=None).select_related("asked", "in_return__post").first()
    own = to_come and row.lawyer_id == user.pk
    context: Context = {
        "shift": row,
        "proposed": proposed,
        "give_form": GiveForm(user, row) if planned else None,
        "swap_form": SwapForm(row) if own and proposed is None else None,
        "user": user,
        **(bound or {}),
    }
    wrong = [form for form in (bound or {}).values() if form.errors]
    return render(request, "console/rota/shift.html", context, status=400 if wrong else 200)


@require_POST
@access.allow(*PLANNERS)
def give(request: HttpRequest, pk: int) -> HttpResponse:
    """Another lawyer has the shift, or nobody yet."""
    user = user_of(request)
    row = _planned(user, pk)
    form = GiveForm(user, row, request.POST)

    def do() -> None:
        lawyer = form.cleaned_data["lawyer"]
        given = actions.give(user, pk, lawyer.pk if lawyer else None)
        messages.success(request, _("%(name)s is on duty then.") % {"name": given.lawyer or _("Nobody yet")})

    return (
        redirect("rota-shift", pk=pk)
        if _tried(form, do) == 200
        else _shift_page(request, row, {"give_form": form})
    )


def _planned(user: Staff, pk: int) -> DutyShift:
    row = _shift(user, pk)
    if not actions.managed(user).filter(pk=row.post_id).exists():
        raise NotVisible(_("There is no such post among yours."))
    return row


@require_POST
@access.allow(*PLANNERS)
def call_off(request: HttpRequest, pk: int) -> HttpResponse:
    """The shift does not take place."""
    row = actions.call_off(user_of(request), pk)
    messages.success(request, _("Called off."))
    return redirect(_address(row.day))


@require_POST
@access.allow(Role.LAWYER)
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a colleague to take one's shift over, or to exchange it."""
    user = user_of(request)
    row = _shift(user, pk)
    if row.lawyer_id != user.pk:
        raise NotVisible(_("There is no such shift of yours."))
    form = SwapForm(row, request.POST)

    def do() -> None:
        asked = swaps.propose(user, pk, *form.chosen(), form.cleaned_data["note"]).asked
        messages.success(request, _("Proposed to %(name)s.") % {"name": asked})

    return redirect("rota") if _tried(form, do) == 200 else _shift_page(request, row, {"swap_form": form})


SAID: dict[str, tuple[Callable[[Staff, int], ShiftSwap], Any]] = {
    "agree": (
        lambda user, pk: swaps.answer(user, pk, True),
        gettext_lazy("Agreed: the shifts have changed hands."),
    ),
    "refuse": (lambda user, pk: swaps.answer(user, pk, False), gettext_lazy("Refused.")),
    "take-back": (swaps.take_back, gettext_lazy("Taken back.")),
    "seen": (swaps.take_note, gettext_lazy("Noted.")),
}
"""What can be said to a swap."""


@require_POST
@access.allow(Role.LAWYER, Role.SUPERVISOR, Role.ADMINISTRATOR)
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """The colleague agrees or refuses, the proposer takes it back, or a supervisor has seen it."""
    said = request.POST.get("said", "")
    if said not in SAID:
        raise Invalid({"said": _("Say whether you agree.")})
    act, words = SAID[said]
    act(user_of(request), pk)
    messages.success(request, words)
    return redirect("rota")


@require_http_methods(["GET", "HEAD", "POST"])
@access.allow(*PLANNERS)
def posts(request: HttpRequest) -> HttpResponse:
    """The posts that the person plans, and the form for another one."""
    user = user_of(request)
    form = PostForm(user, request.POST or None)
    if request.method == "POST" and _tried(form, lambda: _save(user, None, form)) == 200:
        messages.success(request, _("Saved."))
        return redirect("rota-posts")
    context = {"form": form, "posts": actions.managed(user).select_related("unit")}
    return render(request, "console/rota/posts.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@access.allow(*PLANNERS)
def post(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a post, or close it."""
    user = user_of(request)
    row = actions.managed(user).filter(pk=pk).first()
    if row is None:
        raise NotVisible(_("There is no such post among yours."))
    form = PostForm(user, request.POST or None, initial=_facts(row))
    if request.method == "POST" and _tried(form, lambda: _save(user, pk, form)) == 200:
        messages.success(request, _("Saved."))
        return redirect("rota-posts")
    return render(
        request, "console/rota/post.html", {"form": form, "post": row}, status=400 if form.errors else 200
    )


def _facts(row: DutyPost) -> Context:
    return {name: getattr(row, name) for name in ("institute", "place", "unit", "is_open")}


def _save(user: Staff, pk: int | None, form: PostForm) -> None:
    actions.save_post(user, pk, **form.cleaned_data)
