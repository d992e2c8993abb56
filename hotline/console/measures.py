"""What runs beside a case's path: beginning a measure, its steps, giving it away, stopping it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hotline import access
from hotline.actions import sections as section_actions
from hotline.console import cases, drafts
from hotline.console.forms.measures import BeginForm, MeasureStepForm
from hotline.console.forms.steps import ReasonForm
from hotline.console.views_common import user_of
from hotline.enums import MeasureKind, Role
from hotline.errors import Conflict, Invalid, NotVisible
from hotline.models import Case, Measure
from workflows import closing
from workflows.measures import steps
from workflows.models import MeasureProcess


@access.allow(*access.CASE_ROLES)
@require_POST
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin a measure; what is missing is shown beside the form."""
    user = user_of(request)
    case = access.case_for(user, pk)
    access.check(user, "begin_measure", case)
    form = BeginForm(request.POST)
    if form.is_valid():
        try:
            kind = MeasureKind(form.cleaned_data["kind"])
            measure = steps.begin(pk, user, kind, **form.details())
        except Invalid as error:
            _onto(form, error)
        else:
            section_actions.drop_draft(case, drafts.MEASURE, user)
            messages.success(request, _("Begun: %(measure)s.") % {"measure": measure})
            return _to_measure(case, measure)
    return cases.show_case(request, user, case, measure_forms={"begin": form}, status=400)


@access.allow(*access.CASE_ROLES)
@require_POST
def complete(request: HttpRequest, pk: int, measure: int, task: int) -> HttpResponse:
    """Complete the step `task` of a measure with its form; what is missing is shown beside it."""
    user = user_of(request)
    case = access.case_for(user, pk)
    access.check(user, "measure", case)
    row = _measure_of(case, measure)
    if not MeasureProcess.objects.filter(measure=row, task__pk=task).exists():
        raise NotVisible(_("There is no such step among yours."))
    now = steps.task_of(row)
    if now is None or now.pk != task:
        # Done meanwhile: the door says by whom.
        steps.complete(task, user, request.POST.get("decision", ""))
        raise Conflict(_("This step is done."))
    form = MeasureStepForm(row, steps.spec_of(row), request.POST)
    if form.is_valid():
        try:
            row = steps.complete(task, user, form.cleaned_data["decision"], form.details())
        except Invalid as error:
            _onto(form, error)
        else:
            section_actions.drop_draft(case, drafts.measure_place(row.pk), user)
            messages.success(request, _("Done: %(measure)s.") % {"measure": row})
            return _to_measure(case, row)
    place = drafts.measure_place(row.pk)
    typed = drafts.to_data(request.POST) | {"task": [str(task)]}
    section_actions.keep_draft(case, place, user, 0, typed)
    return cases.show_case(request, user, case, measure_forms={"step": form}, status=400)


@access.allow(*access.CASE_ROLES)
@require_POST
def give(request: HttpRequest, pk: int, measure: int) -> HttpResponse:
    """Give a measure to someone else."""
    user = user_of(request)
    case = access.case_for(user, pk)
    access.check(user, "measure", case)
    row = _measure_of(case, measure)
    person = request.POST.get("person", "")
    if not (person.isascii() and person.isdigit() and len(person) < 10):
        raise Invalid({"person": _("Choose who gets it.")})
    word = request.POST.get("word", "").strip()[:200]
    steps.give(row.pk, user, int(person), request.POST.get("reason", "").strip()[:200], word)
    messages.success(request, _("Given away."))
    return _to_measure(case, row)


@access.allow(*access.CASE_ROLES)
@require_POST
def stop(request: HttpRequest, pk: int, measure: int) -> HttpResponse:
    """End a measure before its time, with a reason."""
    user = user_of(request)
    case = access.case_for(user, pk)
    access.check(user, "measure", case)
    row = _measure_of(case, measure)
    steps.stop(row.pk, user, request.POST.get("reason", "").strip()[:200])
    messages.success(request, _("Stopped: %(measure)s.") % {"measure": row})
    return _to_measure(case, row)


@access.allow(Role.LAWYER, Role.SUPERVISOR)
@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring a case that waits for its measures back to the legal review."""
    user = user_of(request)
    case = access.case_for(user, pk)
    access.check(user, "take_back", case)
    form = ReasonForm(request.POST, label_suffix="")
    if not form.is_valid():
        return cases.show_case(request, user, case, reason_form=form, opened_dialog="take-back", status=400)
    closing.take_back(pk, user, form.cleaned_data["reason"])
    messages.success(request, _("The case is at legal review again."))
    return HttpResponseRedirect(reverse("case", args=[pk]), status=303)


def _measure_of(case: Case, pk: int) -> Measure:
    measure = case.measures.select_related("holder").filter(pk=pk).first()
    if measure is None:
        raise NotVisible(_("There is no such measure among yours."))
    measure.case = case
    return measure


def _onto(form: BeginForm | MeasureStepForm, error: Invalid) -> None:
    for name, words in error.fields.items():
        form.add_error(name if name in form.fields else None, words)


def _to_measure(case: Case, measure: Measure) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('case', args=[case.pk])}#measure-{measure.pk}", status=303)
