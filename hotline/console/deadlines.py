"""The deadlines of a case: how each date came about, and what people enter to make it right."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from hotline import access
from hotline.console.derivations import limitation_note, shown
from hotline.console.forms.base import short_text
from hotline.console.forms.fields import DateField
from hotline.console.middleware import note_refused
from hotline.console.views_common import Context, unstruck, user_of
from hotline.enums import Role
from hotline.errors import Conflict, Invalid, NotAllowed
from hotline.models import Case, Staff, TermEvent
from workflows import rulebook, term_events, terms
from workflows.deadlines.chain import Kind, kinds


def _chinese() -> bool:
    return (get_language() or "").startswith("zh")


class EventForm(forms.Form):
    """Something that happened to a period."""

    allowed: Callable[[], list[Kind]] = staticmethod(
        lambda: [kind for kind in kinds().values() if not kind.by_system]
    )
    kind = forms.ChoiceField(label=gettext_lazy("What has happened to a period"))
    on = DateField(label=gettext_lazy("On"), past=True, required=True)
    until = DateField(
        label=gettext_lazy("Agreed or approved until"),
        help_text=gettext_lazy("For an extension; empty: the longest there is."),
    )
    note = short_text(gettext_lazy("What shows it"), 300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", "auto_id": "event_%s", **kwargs})
        self._choose_from(self.allowed())

    def _choose_from(self, found: list[Kind]) -> None:
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)
        kind.choices = [("", "—"), *((k.code, k.name_zh if _chinese() else k.name_en) for k in found)]

    def offer(self, user: Staff, case: Case) -> "EventForm":
        """Leave what `user` can enter on `case` now, and what was chosen."""
        chosen = self["kind"].value()
        able = [k for k in self.allowed() if term_events.may_enter_kind(user, k)]
        self._choose_from([k for k in able if k.code == chosen or term_events.has_place(case, k)])
        return self


class MemberEventForm(EventForm):
    """Something that happened to the limitation of some members of a collective case."""

    allowed = staticmethod(term_events.member_kinds)
    until = None  # type: ignore[assignment]  # how a field is left out


class ClockForm(forms.Form):
    """A period that is run by hand."""

    rule = forms.ChoiceField(label=gettext_lazy("Deadline"))
    start = DateField(label=gettext_lazy("Runs from the event of"), required=True)
    note = short_text(gettext_lazy("What shows it"), 280, required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", "auto_id": "clock_%s", **kwargs})
        field = self.fields["rule"]
        assert isinstance(field, forms.ChoiceField)
        book = rulebook.shown()
        elsewhere = {terms.DEMAND, *term_events.LIMITATION}
        codes = [code for code in book.codes() if code not in elsewhere]
        found = [rule for code in codes if (rule := book.latest(code)) and not rule.unit.of_moments]
        field.choices = [("", "—"), *((rule.code, rule.name(_chinese())) for rule in found)]


class DemandForm(forms.Form):
    """A day that the employer has set the worker, as "sign by Friday"."""

    until = DateField(label=gettext_lazy("Last day the employer has set"), required=True)
    words = short_text(
        gettext_lazy("What is to be done by then, in the employer's words"), 280, required=True
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", "auto_id": "demand_%s", **kwargs})


@access.allow(Role.AGENT, Role.LAWYER, Role.MEDIATOR, Role.SUPERVISOR)
@require_http_methods(["GET", "HEAD", "POST"])
def case_deadlines(request: HttpRequest, pk: int) -> HttpResponse:
    """The periods of a case with their derivation; by POST one thing is entered, confirmed or struck out."""
    user = user_of(request)
    case = access.case_for(user, pk)
    if request.method != "POST":
        return _page(request, user, case)
    action = request.POST.get("action", "")
    if action in FORMS:
        form = FORMS[action](request.POST)
        if form.is_valid():
            try:
                _SAVERS[action](case, user, form.cleaned_data)
            except Invalid as error:
                for name, words in error.fields.items():
                    form.add_error(name if name in form.fields else None, words)
        if form.errors:
            return _page(request, user, case, {action: form}, status=400)
    elif action in _PRESSES:
        _PRESSES[action](case, user, _number(request.POST.get("row", "")))
    elif action == "strike":
        row = _number(request.POST.get("row", ""))
        try:
            term_events.strike(case.pk, user, row, request.POST.get("reason", ""))
        except (Conflict, Invalid, NotAllowed) as error:
            if isinstance(error, NotAllowed):
                note_refused(request)
            again = access.case_for(user, case.pk)
            return _page(request, user, again, status=error.status, struck=unstruck(request, row, error))
    else:
        raise Invalid({"action": _("Choose what happened.")})
    messages.success(request, _("Saved."))
    return redirect("case-deadlines", pk=case.pk)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


FORMS: dict[str, type[forms.Form]] = {"enter": EventForm, "add": ClockForm, "demand": DemandForm}
Saver = Callable[[Case, Staff, dict[str, Any]], object]
Press = Callable[[Case, Staff, int], object]
_SAVERS: dict[str, Saver] = {
    "enter": lambda case, user, data: term_events.enter(
        case.pk, user, data["kind"], data["on"], until=data["until"], note=data["note"]
    ),
    "add": lambda case, user, data: term_events.add_clock(
        case.pk, user, data["rule"], data["start"], data["note"]
    ),
    "demand": lambda case, user, data: term_events.add_clock(
        case.pk, user, terms.DEMAND, data["until"], data["words"]
    ),
}
_PRESSES: dict[str, Press] = {
    "confirm": lambda case, user, row: term_events.confirm(case.pk, user, row),
    "end": lambda case, user, row: term_events.end_clock(case.pk, user, row),
}


def _page(
    request: HttpRequest,
    user: Staff,
    case: Case,
    bound: dict[str, forms.Form] | None = None,
    status: int = 200,
    struck: Context | None = None,
) -> HttpResponse:
    bound = bound or {}
    clocks = shown(case)
    context = {
        "case": case,
        "live": [one for one in clocks if one.clock.state in ("RUNNING", "PAUSED")],
        "ended": [one for one in clocks if one.clock.state not in ("RUNNING", "PAUSED")],
        "entered": [
            entry_of(row)
            for row in case.term_events.select_related(
                "entered_by", "confirmed_by", "struck_by"
            ).prefetch_related("members")
        ],
        "unstruck": struck or {},
        "limitation_note": limitation_note(case),
        "may_enter": case.is_open and term_events.may_enter(user, case),
        "may_confirm": case.is_open and term_events.may_confirm(user, case),
        "event_form": _event_form(bound).offer(user, case),
        "demand_form": bound.get("demand") or DemandForm(),
        "clock_form": bound.get("add") or ClockForm(initial={"start": timezone.localdate()}),
    }
    return render(request, "console/deadlines/case.html", context, status=status)


def _event_form(bound: dict[str, forms.Form]) -> EventForm:
    form = bound.get("enter")
    return form if isinstance(form, EventForm) else EventForm(initial={"on": timezone.localdate()})


def entry_of(row: TermEvent) -> tuple[TermEvent, str, date]:
    """What was entered, with its name and day."""
    kind = kinds().get(row.kind)
    name = (kind.name_zh if _chinese() else kind.name_en) if kind else row.kind
    return row, name, row.on
