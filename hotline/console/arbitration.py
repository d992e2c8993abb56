"""What happens before the arbitration commission: one page of a case, with its hearing and its periods."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from hotline import access
from hotline.actions import sections as section_actions
from hotline.console import drafts
from hotline.console.derivations import ShownClock, shown
from hotline.console.forms.arbitration import EntryForm
from hotline.console.views_common import Context, unstruck, user_of
from hotline.enums import ArbitrationKind, ClockState
from hotline.errors import Conflict, HotlineError, Invalid, NotVisible
from hotline.models import Case, Referral, Staff
from workflows import arbitration as door
from workflows import award_ways
from workflows.calculators.sheet import chinese


@access.allow(*access.CASE_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def case_arbitration(request: HttpRequest, pk: int) -> HttpResponse:
    """What happened since the filing; by POST one thing is written down or struck out."""
    user = user_of(request)
    case = access.case_for(user, pk)
    referral = door.referral_of(case)
    if referral is None:
        raise NotVisible(_("No application of this case is with a commission."))
    if request.method != "POST":
        return _page(request, user, case, referral)
    access.check(user, "refer", case)
    if request.POST.get("action") == "strike":
        row = _number(request.POST.get("row", ""))
        try:
            door.strike(case.pk, user, row, request.POST.get("reason", "").strip()[:200])
        except (Conflict, Invalid) as error:
            return _page(request, user, case, referral, refused=error, struck=row)
    else:
        form = EntryForm(request.POST.get("kind", ""), request.POST)
        if refused := _enter(user, case, form):
            section_actions.keep_draft(case, drafts.ENTRY, user, 0, drafts.to_data(request.POST))
            return _page(request, user, case, referral, form, refused)
        section_actions.drop_draft(case, drafts.ENTRY, user)
    messages.success(request, _("Saved."))
    return HttpResponseRedirect(reverse("case-arbitration", args=[case.pk]), status=303)


def _enter(user: Staff, case: Case, form: EntryForm) -> HotlineError | None:
    """Write it down; or what refuses it, with what is wrong put onto the form."""
    if not form.is_valid():
        return Invalid({})
    try:
        door.enter(case.pk, user, form.cleaned_data["kind"], form.cleaned_data)
    except Invalid as error:
        _onto(form, error)
        return error
    except Conflict as error:
        form.add_error(None, error.message)
        return error
    return None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def _onto(form: EntryForm, error: Invalid) -> None:
    for name, words in error.fields.items():
        form.add_error(name if name in form.fields else None, words)


def _page(
    request: HttpRequest,
    user: Staff,
    case: Case,
    referral: Referral,
    form: EntryForm | None = None,
    refused: HotlineError | None = None,
    struck: int = 0,
) -> HttpResponse:
    if refused is not None and refused.status == Conflict.status:
        case = access.case_for(user, case.pk)  # somebody was quicker: as it stands now
        referral = door.referral_of(case) or referral
    may_enter = door.may_enter(user, case, referral)
    kinds = door.open_kinds(referral) if may_enter else []
    if form is None:
        form = _form(user, case, request.GET.get("kind"), kinds)
    context: Context = {
        "case": case,
        "referral": referral,
        "entries": [_entry(row) for row in referral.entries.select_related("written_by", "struck_by")],
        "kinds": kinds,
        "form": form,
        "may_enter": may_enter,
        "periods": [one for one in shown(case) if _is_of(one)],
        "finality": finality(case, referral),
        "unstruck": unstruck(request, struck, refused) if refused and struck else {},
        **outlook(case, referral),
    }
    return render(
        request, "console/cases/arbitration_page.html", context, status=refused.status if refused else 200
    )


def _form(user: Staff, case: Case, chosen: str | None, kinds: list[ArbitrationKind]) -> EntryForm | None:
    """The form that was chosen, or, where none was, the one in which something was typed and not saved."""
    draft = drafts.of(case, user).get(drafts.ENTRY)
    typed = drafts.text_of(draft, "kind")
    if draft is not None and chosen in (None, typed):
        return EntryForm(typed, drafts.to_post(draft.data)).quietly()
    return EntryForm(chosen) if chosen in kinds else None


def _is_of(one: ShownClock) -> bool:
    own = one.clock.rule.startswith(("arbitration.", "litigation.")) or one.clock.rule == door.ENFORCEMENT
    return own and one.clock.state in (ClockState.RUNNING, ClockState.PAUSED) and one.clock.measure_id is None


def _entry(row: Any) -> tuple[Any, str, Any]:
    return row, str(ArbitrationKind(row.kind).label), door.notice_is_late(row)


def outlook(case: Case, referral: Referral) -> Context:
    """The hearing to come, and until when the worker can go to court."""
    return {
        "hearing": referral.entries.filter(planned=True).last(),
        "suit_ends": door.suit_ends(case),
        "may_sue": door.may_sue(case, referral),
        "withdrawal": door.after_withdrawal(case, referral),
    }


def finality(case: Case, referral: Referral | None) -> Context | None:
    """Whether an award is final for the employer by the claims, the figures used, and the ways open then.

    The ways follow what the award itself says, once there is one. None where none is awaited or acted upon.
    """
    if referral is None or referral.accepted_on is None:
        return None
    if referral.settled_on or referral.withdrawn_on or referral.next_step:
        return None
    found, zh = award_ways.outlook(case), chinese()
    final = found.final if referral.final is None else referral.final
    options = (True, False) if final is None else (final,)
    return {
        "found": found,
        "figures": [(one.name(zh), one.source(zh), one.in_force_from, one.verified) for one in found.figures],
        "articles": [(one.name(zh), one.text(zh), one.verified) for one in found.articles],
        "ways": [award_ways.ways(final) for final in options],
    }


def card(case: Case, referral: Referral | None) -> Context:
    """The referral beside the case; nothing before it is filed."""
    if referral is None or referral.filed_on is None:
        return {"arbitration": None}
    return {"arbitration": {"referral": referral, **outlook(case, referral)}}
