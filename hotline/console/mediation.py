"""What is written into a mediation and about how its agreement is kept: one address, a table of deeds."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from hotline import access
from hotline.actions import sections as section_actions
from hotline.console import cases, drafts
from hotline.console.forms.mediation import (
    AgreementForm,
    AnswerForm,
    ProposalForm,
    SessionForm,
    held_form,
    payment_form,
)
from hotline.console.views_common import user_of
from hotline.errors import Conflict, Invalid
from hotline.models import Case, Instalment, MediationSession, Proposal, Staff
from workflows import mediation as door
from workflows import performance, remedies
from workflows.remedies import Way


@dataclass(frozen=True)
class Deed:
    """Something that is written by a form: how the form is made, what is done with it, and the words then."""

    form: Callable[[Case, int, Any], Any]
    do: Callable[[Case, Staff, int, Any], object]
    words: Any
    of_row: bool = False
    """Whether there is a form for each row, not one on the page."""


def _session(case: Case, pk: int) -> MediationSession:
    row = MediationSession.objects.filter(mediation__case=case, pk=pk).first()
    if row is None:
        raise Conflict(_("There is no such session in this mediation."))
    return row


def _instalment(case: Case, pk: int) -> Instalment:
    row = Instalment.objects.of(case).filter(pk=pk).first()
    if row is None:
        raise Conflict(_("There is no such payment on this case."))
    return row


def _propose(case: Case, user: Staff, pk: int, form: Any) -> Proposal:
    data = form.cleaned_data
    return door.propose(case.pk, user, data["made_by"], data["on"], data["text"], data["amount"])


def _answer(case: Case, user: Staff, pk: int, form: Any) -> Proposal:
    data = form.cleaned_data
    return door.answer(case.pk, user, pk, data["side"], data["stand"], data["on"], data["note"])


def _pay(case: Case, user: Staff, pk: int, form: Any) -> Instalment:
    data, seen = form.cleaned_data, _number(form.data.get("seen", ""))
    return performance.pay(case.pk, user, pk, data["on"], data["amount"], data["note"], seen)


DEEDS: dict[str, Deed] = {
    "session": Deed(
        lambda case, pk, post: SessionForm(post),
        lambda case, user, pk, form: door.plan_session(case.pk, user, **form.cleaned_data),
        gettext_lazy("The session is in the calendar."),
    ),
    "held": Deed(
        lambda case, pk, post: held_form(_session(case, pk), post),
        lambda case, user, pk, form: door.hold_session(case.pk, user, pk, **form.cleaned_data),
        gettext_lazy("The session is written down."),
        of_row=True,
    ),
    "proposal": Deed(
        lambda case, pk, post: ProposalForm(post), _propose, gettext_lazy("The proposal is written down.")
    ),
    "answer": Deed(
        lambda case, pk, post: AnswerForm(post), _answer, gettext_lazy("The answer is written down.")
    ),
    "agreement": Deed(
        lambda case, pk, post: AgreementForm(case, post),
        lambda case, user, pk, form: door.agree(
            case.pk, user, pk, form.cleaned_data["on"], form.cleaned_data["text"], form.plan()
        ),
        gettext_lazy("The agreement stands; its payments are watched from now on."),
    ),
    "payment": Deed(
        lambda case, pk, post: payment_form(_instalment(case, pk), post),
        _pay,
        gettext_lazy("The payment is written down."),
        of_row=True,
    ),
}
"""What is written by a form; each is done through its door."""


@access.allow(*access.CASE_ROLES)
@require_POST
def deed(request: HttpRequest, pk: int, name: str, about: int = 0) -> HttpResponse:
    """Write one thing into the mediation; what is wrong is shown beside it, and what was typed is kept."""
    user = user_of(request)
    case = access.case_for(user, pk)
    access.check(user, "perform" if name == "payment" else "mediate", case)
    wanted = DEEDS[name]
    form = wanted.form(case, about, request.POST)
    row = about if wanted.of_row else 0
    place = drafts.deed(name, row)
    if form.is_valid():
        try:
            wanted.do(case, user, about, form)
        except Invalid as error:
            _onto(form, error)
        except Conflict:
            section_actions.keep_draft(case, place, user, 0, drafts.to_data(request.POST))
            raise
        else:
            section_actions.drop_draft(case, place, user)
            messages.success(request, str(wanted.words))
            return _back(case)
    section_actions.keep_draft(case, place, user, 0, drafts.to_data(request.POST))
    bound = {f"{name}-{row}" if row else name: form}
    return cases.show_case(request, user, case, mediation_forms=bound, status=400)


@access.allow(*access.CASE_ROLES)
@require_POST
def call_off(request: HttpRequest, pk: int, about: int) -> HttpResponse:
    """A session does not take place."""
    user = user_of(request)
    case = access.case_for(user, pk)
    access.check(user, "mediate", case)
    door.call_off_session(case.pk, user, about, request.POST.get("reason", "").strip()[:200])
    messages.success(request, _("The session is called off."))
    return _back(case)


@access.allow(*access.CASE_ROLES)
@require_POST
def way(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin one of the ways that a missed payment opens, or wait for the payments no longer."""
    user = user_of(request)
    case = access.case_for(user, pk)
    access.check(user, "perform", case)
    chosen = request.POST.get("way", "")
    if chosen == "GIVE_UP":
        performance.give_up(case.pk, user, request.POST.get("reason", "").strip()[:200])
        messages.success(request, _("The payments are no longer waited for."))
    elif chosen in Way.values:
        remedies.take(case.pk, user, Way(chosen))
        messages.success(request, _("Begun: %(measure)s.") % {"measure": Way(chosen).label})
    else:
        raise Invalid({"way": _("Choose what is to follow.")})
    return _back(case)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _onto(form: forms.Form, error: Invalid) -> None:
    for name, words in error.fields.items():
        form.add_error(name if name in form.fields else None, words)


def _back(case: Case) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('case', args=[case.pk])}#case-mediation", status=303)
