"""What is to be checked and who is to be asked: the lists, and the check of a drawn consultation."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from hotline import access, events
from hotline.console import caserows
from hotline.console.forms.quality import DrawnCheckForm
from hotline.console.views_common import Context, digest, fragment, user_of
from hotline.enums import Role
from hotline.errors import Invalid
from hotline.models import Case, QualityCheck, ReturnVisit, Staff
from workflows import quality

SHOWN = 50


@access.allow(Role.AGENT, Role.SUPERVISOR)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The lists of checks and return visits."""
    return render(request, "console/quality/page.html", _lists(user_of(request)))


@access.allow(Role.AGENT, Role.SUPERVISOR)
@require_safe
def rows(request: HttpRequest) -> HttpResponse:
    """The lists alone, fetched again when the bell rings."""
    context = _lists(user_of(request))
    return fragment(request, "console/quality/rows.html", context["version"], lambda: context)


def _lists(user: Staff) -> Context:
    seen = access.visible(user, Case.objects.all())
    visits = list(_open(ReturnVisit.objects, seen))
    visits.sort(key=lambda one: (one.case.agent_id != user.pk, one.opened_at))
    supervisor = user.role == Role.SUPERVISOR
    checks = list(_open(QualityCheck.objects.filter(sampled=False), seen)) if supervisor else []
    drawn = list(_open(QualityCheck.objects.filter(sampled=True), seen)) if supervisor else []
    found = [(type(one).__name__, one.pk, one.case.version) for one in [*checks, *drawn, *visits]]
    return {
        "supervisor": supervisor,
        "checks": checks,
        "drawn": drawn,
        "visits": visits,
        "version": digest(found),
        "topics": f"floor staff:{user.pk}",
    }


def _open(found: Any, seen: Any) -> Any:
    open_ones = found.filter(done_at=None, case__in=seen)
    return open_ones.select_related(
        "case__person", "case__category", "case__agent", "case__checker"
    ).order_by("case__urgency", "opened_at", "pk")[:SHOWN]


@access.allow(Role.SUPERVISOR)
@require_http_methods(["GET", "HEAD", "POST"])
def drawn(request: HttpRequest, pk: int) -> HttpResponse:
    """Check a drawn consultation by points."""
    user = user_of(request)
    check = quality.check_for(user, pk)
    events.looked_in_visit(user, "case", case=check.case, detail="check", opened=request.method == "GET")
    if request.method == "POST":
        access.check(user, "check", check.case)
    form = DrawnCheckForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            quality.check_drawn(pk, user, form.cleaned_data)
        except Invalid as error:
            for name, words in error.fields.items():
                form.add_error(name if name in form.fields else None, words)
        else:
            messages.success(request, _("The check is kept."))
            return HttpResponseRedirect(reverse("quality"), status=303)
    context = {"check": check, "case": check.case, "form": form, "scores": scores_of(check)}
    return render(request, "console/quality/drawn.html", context, status=400 if form.errors else 200)


def scores_of(check: QualityCheck) -> list[dict[str, Any]]:
    """The points of a check with the items' names in the language of the page."""
    name = "name_zh" if (get_language() or "").startswith("zh") else "name_en"
    return [{**one, "name": one[name]} for one in check.scores]


def context(case: Case) -> Context:
    """The checks and return visits of a case, as its page shows them."""
    checks, visits = _checked(case)
    return {
        "case": case,
        "topics": f"case:{case.pk}",
        "checks": [(check, scores_of(check)) for check in checks if check.done_at],
        "drawn_check": next((one for one in checks if one.sampled and not one.done_at), None),
        "visits": [visit for visit in visits if visit.done_at or visit.tries],
        "visit_tries": settings.HOTLINE_VISIT_TRIES,
        "quality_version": _digest(checks, visits),
    }


def version(case: Case) -> str:
    """Differs when a check or a return visit was opened, tried or done."""
    return _digest(*_checked(case))


def _checked(case: Case) -> tuple[list[QualityCheck], list[ReturnVisit]]:
    has = caserows.has(case)
    checks = list(case.checks.select_related("checker")) if has.checks else []
    return checks, list(case.visits.select_related("visitor")) if has.visits else []


def _digest(checks: list[QualityCheck], visits: list[ReturnVisit]) -> str:
    tried = [(one.pk, one.tries, one.done_at) for one in visits]
    return digest([(one.pk, one.done_at) for one in checks], tried)
