"""The supervisors' queue of reviews: who has none yet, whom to choose and why, and conflicts to settle."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from hotline import access
from hotline.actions import absences, conflicts, lawyers
from hotline.actions.lawyers import Candidate
from hotline.console.views_common import Context, digest, fragment, user_of
from hotline.enums import CheckResult, Role, Stage
from hotline.errors import Conflict, Invalid, NotVisible
from hotline.models import Case, ConflictCheck, Reservation, Staff
from workflows import holders, reviews

SHOWN = 50
CANDIDATES = 30
"""Shown at first; the rest come by one press."""


@dataclass(frozen=True)
class Unsettled:
    """A conflict check that waits for a supervisor's word or another lawyer."""

    row: ConflictCheck
    why: str

    @property
    def possible(self) -> bool:
        """Whether a word is enough."""
        return self.row.result == CheckResult.POSSIBLE


@dataclass(frozen=True)
class Shown:
    """A candidate as the page has them."""

    one: Candidate
    reasons: list[str]
    """Why they suit, or do not."""
    why: str
    """What the conflict check found, for supervisors."""
    may_get: bool
    """Whether this supervisor can give it to them now."""


@require_safe
@access.allow(Role.SUPERVISOR)
def queue(request: HttpRequest) -> HttpResponse:
    """Reviews without a lawyer, conflicts to settle, and cases whose lawyer is away."""
    user = user_of(request)
    context = _queue(user)
    if request.headers.get("HX-Request"):
        return fragment(request, "console/reviews/content.html", context["version"], lambda: context)
    return render(request, "console/reviews/queue.html", context)


def _queue(user: Staff) -> Context:
    cases = access.visible(user, Case.objects.all())
    waiting = cases.filter(stage=Stage.LEGAL_REVIEW, lawyer=None).order_by("urgency", "opened_at", "pk")
    rows = list(waiting.select_related("person", "category")[: SHOWN + 1])
    kept = {
        row.case_id: row
        for row in Reservation.objects.filter(
            case__in=[case.pk for case in rows], until__gt=timezone.now()
        ).select_related("supervisor")
    }
    unsettled = [unsettled_of(row) for row in conflicts.open_checks(cases)[:SHOWN]]
    away = absences.unattended(cases).select_related("person", "lawyer").order_by("next_due", "pk")[:SHOWN]
    return {
        "rows": [(case, kept.get(case.pk)) for case in rows[:SHOWN]],
        "more": len(rows) > SHOWN,
        "unsettled": unsettled,
        "unattended": list(away),
        "user": user,
        "topics": f"floor unit:{user.unit_id}",
        "version": digest(
            [(case.pk, case.version) for case in rows],
            [(pk, row.supervisor_id, row.until) for pk, row in kept.items()],
            [one.row.pk for one in unsettled],
            [(case.pk, case.version) for case in away],
        ),
    }


def unsettled_of(row: ConflictCheck) -> Unsettled:
    """The check with what was found, in words that name clients: for supervisors."""
    return Unsettled(row, conflicts.words(conflicts.Finding(**one) for one in row.findings))


@require_POST
@access.allow(Role.SUPERVISOR)
def reserve(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a review to oneself for some minutes, and choose a lawyer."""
    user = user_of(request)
    access.case_for(user, pk)
    reviews.reserve(pk, user)
    return HttpResponseRedirect(reverse("review", args=[pk]), status=303)


@require_POST
@access.allow(Role.SUPERVISOR)
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Let others choose."""
    user = user_of(request)
    access.case_for(user, pk)
    reviews.release(pk, user)
    return HttpResponseRedirect(reverse("reviews"), status=303)


@require_safe
@access.allow(Role.SUPERVISOR)
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """The lawyers for one review, those who suit first."""
    case = access.case_for(user_of(request), pk)
    return render(request, "console/reviews/review.html", _review(request, case))


@require_POST
@access.allow(Role.SUPERVISOR)
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the review to one of them; what stands against it is shown on the page."""
    user = user_of(request)
    case = access.case_for(user, pk)
    try:
        person, word = _number(request.POST.get("person", "")), request.POST.get("word", "").strip()[:200]
        case = holders.reassign(pk, user, person, request.POST.get("reason", "").strip()[:200], word)
    except (Invalid, Conflict) as error:
        context = _review(request, case, error.message)
        return render(request, "console/reviews/review.html", context, status=error.status)
    messages.success(request, _("%(name)s has the case now.") % {"name": case.lawyer})
    return HttpResponseRedirect(reverse("reviews"), status=303)


def _review(request: HttpRequest, case: Case, problem: str = "") -> Context:
    found = lawyers.candidates(case) if case.stage == Stage.LEGAL_REVIEW else []
    # A supervisor gives work to people of their own unit and below.
    found = [one for one in found if one.lawyer.unit.path.startswith(user_of(request).unit.path)]
    whole = request.GET.get("all") == "1"
    kept = (
        Reservation.objects.select_related("supervisor").filter(case=case, until__gt=timezone.now()).first()
    )
    own = kept is not None and kept.supervisor_id == user_of(request).pk
    free = kept is None or own
    rows = [_shown(case, one, free) for one in (found if whole else found[:CANDIDATES])]
    word = request.POST.get("word", "")
    return {
        "case": case,
        "employers": conflicts.employers_of(case),
        "candidates": rows,
        "more": 0 if whole else max(0, len(found) - CANDIDATES),
        "kept": kept,
        "own": own,
        "problem": problem,
        "word": word,
        # Nobody is left whose line could hold what was typed.
        "stray": "" if any(row.may_get for row in rows) else word,
    }


def _shown(case: Case, one: Candidate, free: bool) -> Shown:
    reasons: list[Any] = []
    if case.category_id and one.profile and one.profile.fields and one.field_fits:
        reasons.append(_("Their field"))
    if not one.field_fits:
        reasons.append(_("Another field"))
    if case.person.wants_woman:
        reasons.append(_("A woman, as wished") if one.sex_fits else _("Not known to be a woman"))
    if case.person.language:
        speaks = {"language": case.person.get_language_display()}
        reasons.append((_("Speaks: %(language)s") if one.language_fits else _("Not: %(language)s")) % speaks)
    if one.away:
        reasons.append(pgettext("lawyer", "Away"))
    if one.on_duty:
        reasons.append(_("On duty today"))
    if one.full:
        reasons.append(_("No place left"))
    if one.declined:
        reasons.append(_("Has declined it, or not answered"))
    return Shown(one, reasons, conflicts.words(one.findings), one.assignable and free)


@require_POST
@access.allow(Role.SUPERVISOR)
def allow(request: HttpRequest, pk: int, check: int) -> HttpResponse:
    """Say why a possible conflict is none."""
    user = user_of(request)
    case = access.case_for(user, pk)
    if not ConflictCheck.objects.filter(pk=check, case=case).exists():
        raise NotVisible(_("There is no such conflict check among yours."))
    conflicts.allow(check, user, request.POST.get("word", ""))
    messages.success(request, _("Settled."))
    return HttpResponseRedirect(reverse("reviews"), status=303)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Invalid({"person": _("Choose who gets it.")})
    return int(text)
