"""The calculators on a case: what comes of the facts as they are typed, and the press that makes a claim."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_safe

from hotline import access
from hotline.actions import sections as actions
from hotline.console import drafts, sections
from hotline.console.figure_words import counted
from hotline.console.forms.calculators import FORMS, CalculatorForm
from hotline.console.forms.parties import ClaimsForm
from hotline.console.views_common import Context, is_fragment, user_of
from hotline.enums import Section
from hotline.errors import StaleSection
from hotline.models import Case, Claim, Staff
from workflows import rulebook, steps
from workflows.calculators.figures import Figures
from workflows.calculators.kinds import CALCULATORS
from workflows.calculators.sheet import Result, chinese

FIRST = "wages"
FITTING = {
    "A03": "overtime",
    "A04": "minimum-wage",
    "B01": "double-wage",
    "C01": "unlawful-dismissal",
    "C": "compensation",
    "E": "injury",
    "F01": "overtime",
    "F": "leave",
}
"""Which calculator a case of a category, or of its group, begins with."""


@access.allow(*access.CASE_ROLES)
@require_safe
def calculators(request: HttpRequest, pk: int) -> HttpResponse:
    """On to the calculator that fits the case's category best."""
    case = access.case_for(user_of(request), pk)
    code = case.category.code if case.category else ""
    return redirect("calculator", pk=case.pk, kind=FITTING.get(code) or FITTING.get(code[:1]) or FIRST)


@access.allow(*access.CASE_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def calculator(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """One calculator; by POST what comes of it (to htmx the result alone), or a new line of the claims."""
    user = user_of(request)
    case = access.case_for(user, pk)
    if kind not in FORMS:
        raise Http404
    if request.method != "POST":
        return _page(request, user, FORMS[kind](case, timezone.localdate()), case)
    to_claims = request.POST.get("action") == "claim"
    if to_claims:
        access.check(user, "facts", case)
    form = FORMS[kind](case, timezone.localdate(), request.POST)
    figures = rulebook.figures()
    result = form.result(figures)
    if is_fragment(request):
        context = _result_context(request, user, case, result) | {"form": form}
        return render(request, "console/calculators/result.html", context)
    if result is not None and to_claims:
        return _claim(request, user, case, form, result, figures)
    return _page(request, user, form, case, result, status=200 if result else 400)


def _page(
    request: HttpRequest,
    user: Staff,
    form: CalculatorForm,
    case: Case,
    result: Result | None = None,
    status: int = 200,
) -> HttpResponse:
    revision = request.POST.get("revision") or _revision(case)
    context = {
        "form": form,
        "calculator": CALCULATORS[form.code],
        "calculators": CALCULATORS.values(),
        "revision": revision,
        "may_claim": sections.may_edit(user, case, Section.CLAIMS),
    }
    context |= _result_context(request, user, case, result)
    return render(request, "console/calculators/page.html", context, status=status)


def _revision(case: Case) -> int:
    row = case.sections.filter(section=Section.CLAIMS).first()
    return row.revision if row else 0


def _result_context(request: HttpRequest, user: Staff, case: Case, result: Result | None) -> Context:
    """The result for people: texts in the language of the page."""
    in_chinese = chinese()
    context: Context = {"case": case, "result": result}
    if result is None:
        return context
    return context | {
        "may_claim": sections.may_edit(user, case, Section.CLAIMS),
        "articles": [(one.name(in_chinese), one.text(in_chinese), one.verified) for one in result.articles],
        "figures": [
            (one.name(in_chinese), counted(one), one.source(in_chinese), one.in_force_from, one.verified)
            for one in result.figures
        ],
        "replaces": request.POST.get("replaces", ""),
        "same_kind": [row for row in case.claims.all() if row.kind == result.claim],
    }


def _claim(
    request: HttpRequest, user: Staff, case: Case, form: CalculatorForm, result: Result, figures: Figures
) -> HttpResponse:
    """Put the result among the claims: as a new line, or in the place of one that stands there."""
    if not result.amount:
        form.add_error(None, _("Nothing is owed by this reckoning: there is nothing to claim."))
        return _page(request, user, form, case, result, status=400)
    if Section.CLAIMS in drafts.of(case, user) and sections.may_edit(user, case, Section.CLAIMS):
        form.add_error(
            None, _("Your unsaved lines in the claims would be lost: save them or throw them away first.")
        )
        return _page(request, user, form, case, result, status=409)
    with override(settings.LANGUAGE_CODE):
        # What stands in the case is read by offices: it is in the house's language, whoever reckoned.
        again = FORMS[form.code](case, timezone.localdate(), request.POST)
        line = _line(again.result(figures) or result)
    replaced = request.POST.get("replaces", "")
    post = _post(case, line, replaced)
    if post is None:
        messages.info(request, _("This line stands among the claims already."))
        return redirect("case", pk=case.pk)
    claims = ClaimsForm(case, post)
    if not claims.is_valid():
        wrong = [str(text) for row in claims.rows.forms for texts in row.errors.values() for text in texts]
        form.add_error(None, " ".join([*wrong, *map(str, claims.rows.non_form_errors())]))
        return _page(request, user, form, case, result, status=400)
    try:
        steps.save(case.pk, Section.CLAIMS, user, sections.revision_named(request), claims.payload())
    except StaleSection as error:
        return _conflict(request, user, case, line, error.message)
    messages.success(request, _("Put among the claims: %(line)s.") % {"line": line["basis"]})
    return redirect("case", pk=case.pk)


def _line(result: Result) -> dict[str, Any]:
    longest = Claim._meta.get_field("basis").max_length
    assert longest is not None
    return {
        "kind": str(result.claim),
        "amount": result.amount,
        "period": result.period,
        "basis": result.basis(longest),
    }


def _post(case: Case, line: dict[str, Any], replaced: str = "") -> QueryDict | None:
    """The claims with `line` as their form sends them; None if just this line stands there."""
    found = list(case.claims.values("id", *actions.CLAIM_FIELDS))
    if any(all(row[name] == line[name] for name in actions.CLAIM_FIELDS) for row in found):
        return None
    rows = [line if str(row["id"]) == replaced else row for row in found]
    if line not in rows:
        rows.append(line)
    post = QueryDict(mutable=True)
    post["rows-TOTAL_FORMS"], post["rows-INITIAL_FORMS"] = str(len(rows)), "0"
    for number, row in enumerate(rows):
        for name in actions.CLAIM_FIELDS:
            post[f"rows-{number}-{name}"] = "" if row[name] is None else str(row[name])
    return post


def _conflict(
    request: HttpRequest, user: Staff, case: Case, line: dict[str, Any], message: str
) -> HttpResponse:
    """Someone has saved the claims since: theirs with mine added, beside theirs, as the section shows it."""
    post = _post(case, line)
    if post is None:
        return redirect("case", pk=case.pk)
    claims = ClaimsForm(case, post)
    claims.is_valid()
    actions.keep_draft(case, Section.CLAIMS, user, sections.revision_named(request), drafts.to_data(post))
    return sections.conflict(request, user, Section.CLAIMS, claims, message)
