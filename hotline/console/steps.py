"""Moving a case along its path: completing, accepting, declining, taking over, withdrawing, reopening."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hotline import access
from hotline.actions import sections as section_actions
from hotline.console import casefile, drafts
from hotline.console.cases import show_case
from hotline.console.forms.steps import DETAILS, ReasonForm, StepForm
from hotline.console.sections import SECTION_OF
from hotline.console.views_common import Context, back, is_fragment, user_of
from hotline.enums import Role, Section
from hotline.errors import Conflict, Invalid, NotVisible
from hotline.models import Case, Staff
from workflows import holders, steps
from workflows.models import CaseProcess


@access.allow(*access.CASE_ROLES)
@require_POST
def complete(request: HttpRequest, pk: int, task: int) -> HttpResponse:
    """Complete the step `task` with its form; what the gate misses is shown beside it."""
    user = user_of(request)
    case = access.case_for(user, pk)
    step = _step_here(case, task)
    if step is None:
        # Finished meanwhile, or never a step of this case: the door says who did what, or that there is none.
        if not CaseProcess.objects.filter(case=case, task__pk=task).exists():
            raise NotVisible(_("There is no such step among yours."))
        steps.complete(task, user, request.POST.get("decision", ""))
        raise Conflict(_("This step is done."))
    form = StepForm(step, case, request.POST)
    missing: Context = {}
    if form.is_valid():
        try:
            case = steps.complete(task, user, form.cleaned_data["decision"], form.details())
        except Invalid as error:
            missing = _onto_form(form, step, error)
        else:
            section_actions.drop_draft(case, drafts.STEP, user)
            return _moved_on(request, user, case)
    section_actions.keep_draft(case, drafts.STEP, user, 0, drafts.to_data(request.POST))
    if is_fragment(request):
        context = {**casefile.step_context(user, case, form), "missing": missing, "on_desk": True}
        return render(request, "console/cases/step.html", context, status=400)
    return show_case(request, user, case, step_form=form, missing=missing, status=400)


def _step_here(case: Case, task_pk: int) -> str | None:
    task = steps.current_task(case)
    return steps.step_of(task) if task is not None and task.pk == task_pk else None


def _onto_form(form: StepForm, step: str, error: Invalid) -> Context:
    """Put each thing that the gate misses on its field; return what is written in another section."""
    elsewhere: Context = {}
    for name, words in error.fields.items():
        if name in form.fields:
            form.add_error(name, words)
        else:
            elsewhere[name] = {"words": words, "section": SECTION_OF.get(name, Section.INTAKE).value}
    assert set(DETAILS[step]) <= set(form.fields)
    return elsewhere


def _moved_on(request: HttpRequest, user: Staff, case: Case) -> HttpResponse:
    words = _("Done. The case now stands at: %(stage)s.") % {"stage": case.get_stage_display()}
    if is_fragment(request):
        return render(
            request,
            "console/cases/step.html",
            {**casefile.step_context(user, case), "on_desk": True, "done_words": words},
        )
    messages.success(request, words)
    return to_case(request, user, case)


def to_case(request: HttpRequest, user: Staff, case: Case) -> HttpResponse:
    """Back to the case, or to the list when it is no longer among the person's."""
    if access.visible(user, Case.objects.filter(pk=case.pk)).exists():
        return back(request, reverse("case", args=[case.pk]))
    return back(request, reverse("cases"))


Change = Callable[[int, Staff], Case]


def _press(request: HttpRequest, pk: int, change: Change, words: str) -> HttpResponse:
    user = user_of(request)
    access.case_for(user, pk)
    case = change(pk, user)
    messages.success(request, words)
    return to_case(request, user, case)


@access.allow(Role.AGENT, Role.SUPERVISOR, Role.MEDIATOR)
@require_POST
def take_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Become the holder of the present step."""
    return _press(request, pk, holders.take_over, _("The step is yours now."))


@access.allow(Role.LAWYER)
@require_POST
def accept_review(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that one takes the review on."""
    return _press(request, pk, holders.accept_review, _("Review accepted."))


@access.allow(Role.LAWYER)
@require_POST
def extend_award(request: HttpRequest, pk: int) -> HttpResponse:
    """The commission has extended its term."""
    return _press(request, pk, steps.extend_award, _("The term was extended."))


ReasonedChange = Callable[[int, Staff, str], Case]


def press_with_reason(
    request: HttpRequest, pk: int, dialog: str, change: ReasonedChange, words: str
) -> HttpResponse:
    """Do `change` with the reason that the page's `dialog` asked for; without one the dialog opens again."""
    user = user_of(request)
    case = access.case_for(user, pk)
    form = ReasonForm(request.POST, label_suffix="")
    if not form.is_valid():
        return show_case(request, user, case, reason_form=form, opened_dialog=dialog, status=400)
    case = change(pk, user, form.cleaned_data["reason"])
    messages.success(request, words)
    return to_case(request, user, case)


@access.allow(Role.LAWYER)
@require_POST
def decline_review(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a review back, with a reason."""
    return press_with_reason(
        request, pk, "decline", holders.decline, _("Review declined; a supervisor reassigns it.")
    )


@access.allow(Role.AGENT, Role.SUPERVISOR, Role.LAWYER)
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """The worker takes the case back."""
    user = user_of(request)
    access.check(user, "withdraw", access.case_for(user, pk))
    return press_with_reason(request, pk, "withdraw", steps.withdraw, _("The case was withdrawn and closed."))


@access.allow(Role.AGENT, Role.SUPERVISOR)
@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin a closed case again."""
    return press_with_reason(request, pk, "reopen", steps.reopen, _("The case was reopened."))


@access.allow(Role.SUPERVISOR)
@require_POST
def reassign(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the present step to someone else."""
    user = user_of(request)
    access.case_for(user, pk)
    person = request.POST.get("person", "")
    if not (person.isascii() and person.isdigit() and len(person) < 10):
        raise Invalid({"person": _("Choose who gets it.")})
    word = request.POST.get("word", "").strip()[:200]
    case = holders.reassign(pk, user, int(person), request.POST.get("reason", "").strip()[:200], word)
    messages.success(request, _("Reassigned."))
    return to_case(request, user, case)
