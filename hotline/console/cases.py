"""The list of cases and the case page with its fragments."""

from collections.abc import Mapping

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from hotline import access, events, readings
from hotline.console import (
    case_list,
    casefile,
    collectivefile,
    drafts,
    emergencies,
    flowchart,
    linkfile,
    measurefile,
    mediationfile,
    quality,
    search_walk,
    timeline,
)
from hotline.console.forms.steps import ReasonForm, StepForm
from hotline.console.messages import composer
from hotline.console.views_common import Context, fragment, is_fragment, user_of
from hotline.enums import Role, Stage, Urgency
from hotline.errors import Invalid
from hotline.models import Case, Staff


@access.allow(*access.CASE_ROLES)
@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """The cases of the person, filtered and sorted by the address; `?part=rows` is the live fragment."""
    user = user_of(request)
    filters = case_list.read_filters(request.GET, Role(user.role))
    page = case_list.page_of(user, filters)
    context: Context = {
        "page": page,
        "filters": filters,
        "topics": case_list.topics(user),
        "fragment_url": f"{reverse('case-rows')}{filters.address(after=filters.after)}",
    }
    if request.resolver_match and request.resolver_match.url_name == "case-rows":
        return fragment(request, "console/cases/rows.html", page.version, lambda: context)
    context |= {
        "chips": case_list.chips(user, filters),
        "whose": case_list.WHOSE.get(Role(user.role), {}),
        "sorts": case_list.sorts(user.role),
        "stages": Stage.choices,
        "urgencies": Urgency.choices,
        "people": case_list.people(user),
        "supervisor": user.role == Role.SUPERVISOR,
    }
    return render(request, "console/cases/list.html", context)


@access.allow(*access.CASE_ROLES)
@require_safe
def case_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The case page. Opening it is noted in the access log."""
    user = user_of(request)
    case = access.case_for(user, pk, opened=True)
    return show_case(request, user, case, whole=request.GET.get("all") == "1")


@readings.kept()
def show_case(
    request: HttpRequest,
    user: Staff,
    case: Case,
    *,
    step_form: StepForm | None = None,
    missing: Context | None = None,
    opened_dialog: str = "",
    reason_form: ReasonForm | None = None,
    measure_forms: Context | None = None,
    offer_missing: Mapping[str, str] | None = None,
    mediation_forms: Context | None = None,
    links_refused: Context | None = None,
    status: int = 200,
    whole: bool = False,
) -> HttpResponse:
    """The case page, with a refused form put back into it where there is one."""
    context = {
        **casefile.work(user, case, step_form),
        **casefile.header(user, case),
        **casefile.facts(user, case),
        **timeline.timeline(user, case, whole=whole),
        **composer(user, case),
        **measurefile.context(user, case, measure_forms),
        **quality.context(case),
        **mediationfile.context(user, case, mediation_forms),
        **_emergency(user, case),
        **linkfile.context(user, case, links_refused, late=links_refused is None),
        "facts_version": casefile.facts_version(user, case),
        "dialogs": casefile.dialogs(user, case),
        "reason_form": reason_form or ReasonForm(label_suffix=""),
        "missing": missing or {},
        "offer_missing": offer_missing or {},
        "opened_dialog": opened_dialog,
        "whole": whole,
        "walk": search_walk.of(request, user, case),
    }
    return render(request, "console/cases/case.html", context, status=status)


def _emergency(user: Staff, case: Case) -> Context:
    danger = emergencies.context(user, case)
    return {**danger, "emergency_version": emergencies.version(danger)}


@access.allow(*access.CASE_ROLES)
@require_safe
@readings.kept()
def part(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """A fragment of the case page for those who have it open."""
    user = user_of(request)
    case = access.case_for(user, pk)
    whole = request.GET.get("all") == "1"
    if name == "head":
        # The name may change from another of the person's cases.
        version = f"{case.version}.{case.person.name}"
        return fragment(request, "console/cases/head.html", version, lambda: casefile.header(user, case))
    if name == "facts":
        version = casefile.facts_version(user, case)
        return fragment(
            request,
            "console/cases/facts.html",
            version,
            lambda: {**casefile.facts(user, case), "facts_version": version},
        )
    if name == "timeline":
        version = f"{case.version}.{whole}.{timeline.merged_version(case)}"
        return fragment(
            request,
            "console/cases/timeline.html",
            version,
            lambda: {**timeline.timeline(user, case, whole=whole), "whole": whole},
        )
    if name == "work":
        shown = (casefile.work_version(user, case), drafts.state(case, user))
        return fragment(request, "console/cases/work.html", shown, lambda: casefile.work(user, case))
    if name == "emergency":
        danger = _emergency(user, case)
        return fragment(request, "console/cases/emergency.html", danger["emergency_version"], lambda: danger)
    if name == "quality":
        version = quality.version(case)
        return fragment(request, "console/cases/quality.html", version, lambda: quality.context(case))
    if name == "measures":
        shown = (measurefile.version(case), drafts.state(case, user))
        return fragment(
            request, "console/cases/measures.html", shown, lambda: measurefile.context(user, case)
        )
    if name == "mediation":
        shown = (mediationfile.version(case), drafts.state(case, user))
        return fragment(
            request, "console/cases/mediation.html", shown, lambda: mediationfile.context(user, case)
        )
    if name == "links":
        context = linkfile.context(user, case)
        return fragment(request, "console/cases/links.html", context["links_version"], lambda: context)
    if name == "collective":
        context = collectivefile.card(user, case)
        return fragment(
            request, "console/cases/collective.html", context["collective_version"], lambda: context
        )
    if name == "dialogs":
        context = {**casefile.header(user, case), "reason_form": ReasonForm(label_suffix="")}
        return fragment(
            request,
            "console/cases/dialogs.html",
            case.version,
            lambda: {**context, "dialogs": casefile.dialogs(user, case)},
        )
    raise Http404


@access.allow(*access.CASE_ROLES)
@require_safe
def flow_drawing(request: HttpRequest, pk: int) -> HttpResponse:
    """The path of the case and below it each of its measures: what is done and where they stand."""
    case = access.case_for(user_of(request), pk)
    drawing = render_to_string("console/cases/flow.svg", flowchart.of_case(case))
    response = HttpResponse(drawing, content_type="image/svg+xml")
    response.headers["Cache-Control"] = "private, no-cache"
    return response


REVEALED = frozenset({"number", "identity"})


@access.allow(*access.CASE_ROLES)
@require_POST
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a masked number in full, for a reason that goes to the access log."""
    user = user_of(request)
    case = access.case_for(user, pk)
    what, reason = request.POST.get("what", ""), request.POST.get("reason", "").strip()
    if what not in REVEALED:
        raise Http404
    if not reason:
        raise Invalid({"reason": _("Write down why you need to see it.")})
    events.looked(user, f"person.{what}", case=case, reason=reason)
    person = case.person
    shown = [person.identity_number] if what == "identity" else [c.value for c in person.contacts.all()]
    template = "console/cases/revealed_part.html" if is_fragment(request) else "console/cases/revealed.html"
    response = render(request, template, {"case": case, "what": what, "shown": [s for s in shown if s]})
    response.headers["Cache-Control"] = "no-store"
    return response
