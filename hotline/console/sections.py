"""Opening and saving the sections of a case: each names the revision it began from, none loses a word."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from hotline import access
from hotline.actions import sections as actions
from hotline.console import caserows, drafts
from hotline.console.conflicts import differences
from hotline.console.forms.base import RowsForm, SectionForm
from hotline.console.forms.evidence import EvidenceForm
from hotline.console.forms.intake import CallerForm, IntakeForm
from hotline.console.forms.parties import ClaimsForm, EmployersForm
from hotline.console.forms.stages import MediationForm, ReferralForm, ReviewForm
from hotline.console.views_common import Context, back, is_fragment, user_of
from hotline.enums import Section, Stage
from hotline.errors import Conflict, StaleSection
from hotline.models import Case, Draft, SectionRevision, Staff
from workflows import arbitration, steps

FORMS: dict[Section, type[SectionForm]] = {
    Section.INTAKE: IntakeForm,
    Section.CALLER: CallerForm,
    Section.EMPLOYERS: EmployersForm,
    Section.CLAIMS: ClaimsForm,
    Section.EVIDENCE: EvidenceForm,
    Section.REVIEW: ReviewForm,
    Section.MEDIATION: MediationForm,
    Section.REFERRAL: ReferralForm,
}
WORK: dict[Stage, tuple[Section, ...]] = {
    Stage.INTAKE: (Section.INTAKE, Section.CALLER, Section.EMPLOYERS, Section.CLAIMS),
    Stage.LEGAL_REVIEW: (Section.REVIEW,),
    Stage.MEDIATION: (Section.MEDIATION,),
    Stage.ARBITRATION: (Section.REFERRAL, Section.EVIDENCE),
}
"""What is written at each stage, in its order."""
ICONS: dict[Section, str] = {
    Section.INTAKE: "clipboard-pen",
    Section.CALLER: "user-round",
    Section.EMPLOYERS: "building-2",
    Section.CLAIMS: "receipt-text",
    Section.EVIDENCE: "file-text",
    Section.REVIEW: "scale",
    Section.MEDIATION: "handshake",
    Section.REFERRAL: "landmark",
}

SECTION_OF: dict[str, Section] = {
    "category": Section.INTAKE,
    "narrative": Section.INTAKE,
    "opinion": Section.REVIEW,
    "limitation_from": Section.REVIEW,
    "agreement": Section.MEDIATION,
    "authority": Section.REFERRAL,
    "authorised_on": Section.REFERRAL,
    "checked_on": Section.REFERRAL,
    "commission": Section.REFERRAL,
    "jurisdiction": Section.REFERRAL,
    "evidence": Section.EVIDENCE,
    "claims": Section.CLAIMS,
    "formula": Section.CLAIMS,
    "employers": Section.EMPLOYERS,
    "credit_codes": Section.EMPLOYERS,
    "addresses": Section.EMPLOYERS,
    "identity": Section.CALLER,
    "conflict": Section.EMPLOYERS,
}
"""Where a person writes what a gate misses."""


@dataclass(frozen=True)
class Opened:
    """A section as a person has it open."""

    case: Case
    section: Section
    form: SectionForm
    revision: int
    saved: SectionRevision | None = None
    draft: Draft | None = None
    """What they had typed before and not saved, if the form shows it."""

    @property
    def icon(self) -> str:
        """The drawing beside its name."""
        return ICONS[self.section]

    @property
    def has_rows(self) -> bool:
        """Whether the section is a list of lines."""
        return isinstance(self.form, RowsForm)

    @property
    def url(self) -> str:
        """Where the form is sent."""
        return reverse("section", args=[self.case.pk, self.section])

    @property
    def draft_url(self) -> str:
        """Where it is kept as it is typed."""
        return reverse("draft", args=[self.case.pk, self.section])


def may_edit(user: Staff, case: Case, section: Section) -> bool:
    """Whether `user` may write `section` of `case` at its present stage."""
    here = case.is_open and case.stage in actions.STAGES.get(section, frozenset({case.stage}))
    return here and access.may(user, actions.ACTIONS[section], case)


def work_sections(user: Staff, case: Case) -> list[Section]:
    """The sections that `user` writes at the present stage.

    Once the application is filed its papers are read; one with something typed in it stays open.
    """
    found = [s for s in WORK.get(Stage(case.stage), ()) if may_edit(user, case, s)]
    if case.stage != Stage.ARBITRATION or not found or arbitration.referral_of(case) is None:
        return found
    kept = drafts.of(case, user)
    return [one for one in found if one in kept]


def open_sections(user: Staff, case: Case, wanted: list[Section]) -> list[Opened]:
    """`wanted` with what stands there, or the person's own draft where they have one."""
    if not wanted:
        return []
    kept = drafts.of(case, user)
    saved = {row.section: row for row in caserows.sections(case)}
    return [_open(case, section, saved.get(section), kept.get(section)) for section in wanted]


def _open(case: Case, section: Section, saved: SectionRevision | None, draft: Draft | None) -> Opened:
    now = saved.revision if saved else 0
    if draft is None:
        return Opened(case, section, FORMS[section](case), now, saved)
    # The draft keeps the revision that it began from: if someone saved since, its save shows both sides.
    form = FORMS[section](case, drafts.to_post(draft.data)).quietly()
    return Opened(case, section, form, draft.revision, saved, draft)


def _section(name: str) -> Section:
    if name not in Section.values:
        raise Http404
    return Section(name)


@access.allow(*access.CASE_ROLES)
@require_http_methods(["GET", "POST"])
def section(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One section as a page of its own, or as a fragment in a page that stays open; saves it by POST."""
    user, wanted = user_of(request), _section(name)
    case = access.case_for(user, pk)
    if request.method == "POST":
        return _save(request, user, case, wanted)
    if not may_edit(user, case, wanted):
        raise Http404
    [opened] = open_sections(user, case, [wanted])
    return _shown(request, opened)


def _save(request: HttpRequest, user: Staff, case: Case, wanted: Section) -> HttpResponse:
    revision = revision_named(request)
    form = FORMS[wanted](case, request.POST)
    if not form.is_valid():
        actions.keep_draft(case, wanted, user, revision, drafts.to_data(request.POST))
        return _shown(request, Opened(case, wanted, form, revision), status=400)
    try:
        steps.save(case.pk, wanted, user, revision, _chosen(request, form))
    except StaleSection as error:
        actions.keep_draft(case, wanted, user, revision, drafts.to_data(request.POST))
        return conflict(request, user, wanted, form, error.message)
    except Conflict:
        actions.keep_draft(case, wanted, user, revision, drafts.to_data(request.POST))
        raise
    if not is_fragment(request):
        messages.success(
            request, _("Saved at %(time)s.") % {"time": timezone.localtime().strftime("%H:%M:%S")}
        )
        return back(request, f"{reverse('case', args=[case.pk])}#section-{wanted}")
    [opened] = open_sections(user, access.case_for(user, case.pk), [wanted])
    # Pressed again without a change, it is as well saved now as it was then.
    return _shown(request, opened, just_saved=timezone.now())


def _chosen(request: HttpRequest, form: SectionForm) -> Context:
    """What is to be saved: without the fields in which the person took the other's text."""
    payload = form.payload()
    for name in request.POST.getlist("theirs"):
        payload.pop(name, None)
    if "rows" in request.POST.getlist("theirs"):
        payload = {"rows": [_plain(row) for row in type(form).values(form.case)["rows"]]}
    return payload


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    aliases = row.get("aliases")
    return row | {"aliases": aliases.split("，") if aliases else []} if "aliases" in row else row


def revision_named(request: HttpRequest) -> int:
    text = request.POST.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _shown(request: HttpRequest, opened: Opened, status: int = 200, **more: Any) -> HttpResponse:
    template = "console/cases/section_form.html" if is_fragment(request) else "console/cases/section.html"
    context = {
        "case": opened.case,
        "opened": opened,
        "next": request.POST.get("next", ""),
        # What was refused is still being edited: live changes leave it and its errors alone.
        "refused": status >= 400,
        **more,
    }
    return render(request, template, context, status=status)


def conflict(
    request: HttpRequest, user: Staff, wanted: Section, form: SectionForm, message: str
) -> HttpResponse:
    """Mine beside theirs; saving from here starts from their revision."""
    case = access.case_for(user, form.case.pk)
    saved = SectionRevision.objects.select_related("saved_by").get(case=case, section=wanted)
    opened = Opened(case, wanted, form, saved.revision, saved)
    differing = differences(form, FORMS[wanted].values(case))
    template = "console/cases/conflict_form.html" if is_fragment(request) else "console/cases/conflict.html"
    context = {
        "case": case,
        "opened": opened,
        "differences": differing,
        "message": message,
        "same": [f for f in form if f.name not in {d.name for d in differing}],
        "next": request.POST.get("next", ""),
    }
    return render(request, template, context, status=409)


@access.allow(*access.CASE_ROLES)
@require_POST
def draft(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Keep what is typed into the section, the note, the reply or the step `name`, or drop it."""
    user = user_of(request)
    case = access.case_for(user, pk)
    if not drafts.is_place(case, name):
        raise Http404
    data = drafts.to_data(request.POST)
    if sum(len(text) for name, values in data.items() for text in (name, *values)) > drafts.LARGEST:
        return HttpResponse(status=413)
    actions.keep_draft(case, name, user, revision_named(request), data)
    return HttpResponse(status=204)


@access.allow(*access.CASE_ROLES)
@require_POST
def drop_draft(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Throw away what was typed into `name` and show what is saved."""
    user = user_of(request)
    case = access.case_for(user, pk)
    if not drafts.is_place(case, name):
        raise Http404
    actions.drop_draft(case, name, user)
    if is_fragment(request) and name in Section.values and may_edit(user, case, Section(name)):
        [opened] = open_sections(user, case, [Section(name)])
        return _shown(request, opened)
    return back(request, reverse("case", args=[case.pk]))
