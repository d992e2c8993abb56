"""What the case page shows: header, facts, and the work of the present step, each as a fragment's context."""

from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from hotline import access
from hotline.actions import cases as case_actions
from hotline.actions import conflicts, dispatch
from hotline.actions.clocks import LIVE
from hotline.actions.sections import EMPLOYER_FIELDS
from hotline.console import arbitration, caserows, documents, drafts, linkfile, reviews
from hotline.console.derivations import shown
from hotline.console.forms.steps import DETAILS, StepForm
from hotline.console.sections import SECTION_OF, may_edit, open_sections, work_sections
from hotline.console.sentences import rule_words, step_name
from hotline.console.views_common import Context, digest
from hotline.enums import (
    CallbackState,
    ClockState,
    DocumentKind,
    Outcome,
    PriorityGroup,
    Role,
    Section,
    Stage,
)
from hotline.models import Attachment, Case, Referral, Review, Staff
from workflows import closing, gates, holders, referral_gate, steps, terms
from workflows import dispatch as dispatching
from workflows.documents import making

TAKEN_OVER = frozenset({"intake", "mediation", "check", "visit"})
"""The steps that whoever may decide them takes by pressing once."""
LAWYERS_STEPS = frozenset(step for step, field in case_actions.HOLDERS.items() if field == "lawyer")


def holder_of(case: Case, step: str) -> Staff | None:
    """Who holds the step."""
    holder: Staff | None = getattr(case, case_actions.HOLDERS[step])
    return holder


def header(user: Staff, case: Case) -> Context:
    """Number, stages, urgency, nearest deadline, holder, and the one next action."""
    task = caserows.task(case)
    step = steps.step_of(task) if task else ""
    clock = case.clocks.filter(state=ClockState.RUNNING).order_by("due").first()
    visited = [Stage.INTAKE, *case.events.filter(kind="case.stage").values_list("data__stage", flat=True)]
    next_one = next_action(user, case, step)
    return {
        "case": case,
        "topics": f"case:{case.pk}",
        "version": case.version,
        "clock": clock,
        "clock_name": rule_words(clock.rule)[0] if clock else "",
        "visited": visited,
        "holder": holder_of(case, step) if step else None,
        "step_name": step_name(step) if step else "",
        "next_action": next_one,
        "more_actions": more_actions(user, case, step, next_one),
    }


def next_action(user: Staff, case: Case, step: str) -> dict[str, str] | None:
    """The one thing that `user` does next with this case: words and the address or form behind them."""
    if not case.is_open:
        reopen = access.may(user, "reopen", case)
        return {"words": _("Reopen"), "dialog": "reopen", "icon": "rotate-ccw"} if reopen else None
    if access.may(user, "receive", case):
        accept = reverse("dispatch-accept", args=[case.pk])
        return {"words": _("Accept the case"), "post": accept, "icon": "check"}
    holder = holder_of(case, step) if step else None
    if (
        step
        and access.may(user, gates.ACTION[step], case)
        and (step == "check" or user.role != Role.SUPERVISOR)
    ):
        if holder != user and step in TAKEN_OVER:
            return {"words": _("Take over"), "post": reverse("take-over", args=[case.pk]), "icon": "hand"}
        if step == "legal_review" and not review_accepted(user, case):
            return {
                "words": _("Accept the review"),
                "post": reverse("accept-review", args=[case.pk]),
                "icon": "check",
            }
        return {
            "words": _("Complete: %(step)s") % {"step": step_name(step)},
            "url": "#step",
            "icon": "arrow-down",
        }
    if step and holder is None and access.may(user, "reassign", case):
        if step == "legal_review":
            choose = reverse("review-reserve", args=[case.pk])
            return {"words": _("Choose a lawyer"), "post": choose, "icon": "user-plus"}
        return {"words": _("Assign"), "dialog": "reassign", "icon": "user-plus"}
    return None


def more_actions(user: Staff, case: Case, step: str, beside: dict[str, str] | None) -> list[dict[str, Any]]:
    """What else `user` can do to the case, besides the next action."""
    found: list[dict[str, Any]] = []
    if case.is_open and user.role == Role.AGENT and access.may(user, "message", case):
        found.append(
            {"words": _("Call the worker"), "post": reverse("call-worker", args=[case.pk]), "icon": "phone"}
        )
    if step and access.may(user, "reassign", case):
        found.append({"words": _("Reassign"), "dialog": "reassign", "icon": "user-plus"})
    if step == "legal_review" and access.may(user, "review", case):
        found.append({"words": _("Decline the review"), "dialog": "decline", "icon": "user-round-x"})
    extended = case.clocks.filter(rule=terms.AWARD, extended=True, state__in=LIVE)
    if step == "award" and access.may(user, "refer", case) and not extended.exists():
        found.append(
            {
                "words": _("The commission extended its term"),
                "icon": "calendar-plus",
                "post": reverse("extend-award", args=[case.pk]),
                "confirm": _("Extend the term of the award by %(days)s days? The law allows it once.")
                % {"days": terms.longest_extension(terms.AWARD)},
            }
        )
    if dispatching.may_take_back(user, case):
        found.append({"words": _("Take it back from the unit"), "dialog": "take-offer-back", "icon": "undo"})
    waits = not step and case.is_open
    if waits and access.may(user, "take_back", case) and closing.waiting_decision(case) is not None:
        found.append({"words": _("Take back the decision"), "dialog": "take-back", "icon": "undo"})
    if case.is_open and access.may(user, "withdraw", case):
        found.append(
            {"words": _("Withdraw the case"), "dialog": "withdraw", "icon": "undo-2", "danger": True}
        )
    return [action for action in found if not beside or action.get("dialog", "") != beside.get("dialog")]


def dialogs(user: Staff, case: Case) -> list[dict[str, Any]]:
    """The questions that the page can ask, each wanting a reason."""
    found = [
        _dialog(
            case,
            "withdraw",
            _("Withdraw %(number)s?"),
            _("Withdraw the case"),
            danger=True,
            text=_("The case is closed; it can be reopened."),
        ),
        _dialog(case, "reopen", _("Reopen %(number)s?"), _("Reopen")),
        _dialog(
            case,
            "take-offer-back",
            _("Take %(number)s back from the unit?"),
            _("Take it back"),
            url="dispatch-take-back",
            text=_("It stands at your intake again."),
        ),
        _dialog(
            case,
            "return-offer",
            _("Return %(number)s?"),
            _("Return it"),
            url="dispatch-return",
            text=_("It goes back to the intake that sent it, with your reason."),
        ),
        _dialog(
            case,
            "take-back",
            _("Take back the decision on %(number)s?"),
            _("Take it back"),
            text=_("The case goes back to the legal review; its measures go on."),
        ),
        _dialog(
            case,
            "decline",
            _("Decline the review of %(number)s?"),
            _("Decline"),
            url="decline-review",
            text=_("It goes back to the supervisor's list."),
        ),
        _dialog(
            case,
            "reveal-number",
            _("Show the number in full?"),
            _("Show"),
            url="reveal",
            what="number",
            text=_("Your reason is kept in the access log."),
        ),
        _dialog(
            case,
            "reveal-identity",
            _("Show the identity number in full?"),
            _("Show"),
            url="reveal",
            what="identity",
            text=_("Your reason is kept in the access log."),
        ),
    ]
    task = caserows.task(case)
    if task is not None and access.may(user, "reassign", case):
        step = steps.step_of(task)
        people = list(holders.assignable(case, step, user).select_related("unit"))
        more: dict[str, Any] = {"people": people, "word": step in LAWYERS_STEPS}
        found.append(_dialog(case, "reassign", _("Reassign %(number)s"), _("Reassign"), **more))
    return found


def _dialog(case: Case, name: str, title: str, action: str, *, url: str = "", **more: Any) -> dict[str, Any]:
    address = reverse(url or name, args=[case.pk])
    return {"id": name, "url": address, "title": title % {"number": case.number}, "action": action, **more}


def review_accepted(user: Staff, case: Case) -> bool:
    """Whether the lawyer has said that they take the review on."""
    return case.events.filter(kind="review.accepted", actor=user).exists()


def work(user: Staff, case: Case, bound: StepForm | None = None) -> Context:
    """The sections that are written now and the decision that completes the step."""
    opened = open_sections(user, case, work_sections(user, case))
    return {
        **step_context(user, case, bound),
        "topics": f"case:{case.pk}",
        "opened": opened,
        "open_here": [one.section.value for one in opened],
        "work_version": work_version(user, case),
    }


def work_version(user: Staff, case: Case) -> str:
    """Differs when a section was saved or the step moved on; what is said in a call changes no form."""
    task = caserows.task(case)
    saved = [(row.section, row.revision) for row in caserows.sections(case)]
    held = (case.agent_id, case.lawyer_id, case.mediator_id, case.checker_id)
    pressed = (case.stage == Stage.LEGAL_REVIEW and review_accepted(user, case)) or (
        case.stage == Stage.ARBITRATION
        and (case.clocks.filter(extended=True).count(), case.referrals.exclude(withdrawn_on=None).count())
    )
    offer = (case.offered_to_id, case.unit_id)
    open_checks = case.conflict_checks.filter(settled_at=None).order_by("pk")
    checks = list(open_checks.values_list("pk", flat=True)) if caserows.has(case).conflict_checks else []
    lacking = list(referral_gate.outlook(case)) if case.stage == Stage.ARBITRATION else []
    shown = (held, saved, pressed, offer, checks, lacking)
    return digest(case.stage, task and task.pk, *shown, access.may(user, "facts", case))


def step_context(user: Staff, case: Case, bound: StepForm | None = None) -> Context:
    """The present step: its form for whoever may complete it, and who else can do what to it."""
    task = caserows.task(case)
    if task is None:
        closed = {"task": None, "may": _may(user, case), "letter": _letter(user, case)}
        return {"case": case, **closed, **offer_context(user, case)}
    step = steps.step_of(task)
    holder = holder_of(case, step)
    own = holder in {None, user} or (step in LAWYERS_STEPS and access.acts_as_lawyer(user, case))
    may_complete = access.may(user, gates.ACTION[step], case) and own
    form = bound
    if may_complete and bound is None:
        kept = drafts.of(case, user).get(drafts.STEP)
        typed = {name: drafts.text_of(kept, name) for name in ("decision", *DETAILS[step])}
        form = StepForm(step, case, initial={name: text for name, text in typed.items() if text})
    return {
        "case": case,
        "task": task,
        "step": step,
        "step_name": step_name(step),
        "holder": holder,
        "step_form": form if may_complete else None,
        "routes": dispatch.routes() if may_complete and step == "intake" else (),
        "may": _may(user, case),
        "may_take_over": access.may(user, gates.ACTION[step], case) and holder != user and step in TAKEN_OVER,
        "may_decline": step == "legal_review" and holder == user,
        "outlook": _outlook(case, step) if may_complete else [],
        "finality": arbitration.finality(case, Referral.objects.newest(case))
        if may_complete and step == "award"
        else None,
        "accepted": step == "legal_review" and review_accepted(user, case),
        "answer_by": _answer_by(user, case) if step == "legal_review" else None,
        "conflicts": _conflicts(user, case) if step in LAWYERS_STEPS else [],
        "may_extend": step == "award"
        and holder == user
        and not case.clocks.filter(rule=terms.AWARD, extended=True, state__in=LIVE).exists(),
    }


def _letter(user: Staff, case: Case) -> making.Offer | None:
    """The letter that hands a matter over which is not ours, made or to be made."""
    if case.outcome != Outcome.TRANSFERRED or not access.may(user, "document", case):
        return None
    return next(offer for offer in making.offers(case) if offer.kind == DocumentKind.TRANSFER)


def _outlook(case: Case, step: str) -> list[dict[str, str]]:
    """What the application for arbitration lacks, before it is filed and after one that was filed at once."""
    at_once = step in {"acceptance", "award"} and case.referrals.exclude(urgent_reason="").exists()
    if step != "file_referral" and not at_once:
        return []
    lacking = referral_gate.outlook(case).items()
    return [{"words": words, "section": SECTION_OF[name].value} for name, words in lacking]


def offer_context(user: Staff, case: Case) -> Context:
    """The unit's question, where the case is dispatched to one: to accept or to return it."""
    row = dispatch.offered(case)
    if row is None:
        return {"offer": None}
    clock = case.clocks.filter(rule=terms.RETURN, state=ClockState.RUNNING).first()
    return {
        "offer": row,
        "offer_clock": clock,
        "offer_clock_name": rule_words(terms.RETURN)[0],
        "may_receive": access.may(user, "receive", case),
        "may_return": access.may(user, "receive", case)
        and (user.role == Role.SUPERVISOR or not dispatching.is_overdue(case)),
    }


def _answer_by(user: Staff, case: Case) -> date | None:
    """By when the lawyer accepts or declines; None where it is answered, or another's to answer."""
    offers = case.review_offers.filter(lawyer=user, answered_at=None)
    return offers.values_list("answer_by", flat=True).first()


def _conflicts(user: Staff, case: Case) -> list[str]:
    """What is to be settled about conflicts of interest: with clients' names for supervisors alone."""
    rows = list(conflicts.open_checks(Case.objects.filter(pk=case.pk)))
    if user.role == Role.SUPERVISOR:
        return [f"{row.lawyer}: {reviews.unsettled_of(row).why}" for row in rows]
    return [_("A conflict of interest is possible here: a supervisor settles it.")] if rows else []


def _may(user: Staff, case: Case) -> dict[str, bool]:
    return {
        what: access.may(user, what, case) for what in ("withdraw", "reopen", "reassign", "message", "intake")
    }


def facts(user: Staff, case: Case) -> Context:
    """Caller, employers, claims, clocks, papers and tasks beside the timeline."""
    person = case.person
    claims, has = caserows.claims(case), caserows.has(case)
    return {
        "case": case,
        "topics": f"case:{case.pk}",
        "person": person,
        "groups": [str(PriorityGroup(g).label) for g in person.priority_groups if g in PriorityGroup.values],
        "contacts": list(person.contacts.all()),
        "number_open": caserows.holds_call(user, case),
        "earlier_cases": earlier_cases(user, case),
        "employers": caserows.employers(case),
        "claims": claims,
        "evidence": list(case.evidence.select_related("attachment")) if has.evidence else [],
        "merged_claims": linkfile.merged_claims(case, claims),
        "claims_total": sum((c.amount for c in claims if c.amount is not None), start=0),
        "clocks": shown(case),
        "callbacks": list(case.callbacks.filter(state=CallbackState.OPEN)) if has.callbacks else [],
        "documents": documents.summary(case) if has.documents else [],
        "attachments": _attachments(case) if has.attachments else [],
        "reviews": _opinions(case) if has.reviews else [],
        "mediation": caserows.mediation(case),
        "referral": (referral := Referral.objects.newest(case) if has.referrals else None),
        **arbitration.card(case, referral),
        "may_edit": {s.value: may_edit(user, case, s) for s in Section},
        "may_attach": access.may(user, "attach", case),
        "attachment_limit": settings.HOTLINE_ATTACHMENT_MIB,
    }


def _attachments(case: Case) -> list[Attachment]:
    return list(case.attachments.select_related("added_by", "reading"))


def _opinions(case: Case) -> list[Review]:
    return list(case.reviews.exclude(opinion="").select_related("lawyer"))


def earlier_cases(user: Staff, case: Case) -> list[Case]:
    """The person's other cases that `user` may see, newest first."""
    others = _others_of_person(user, case).select_related("category").order_by("-opened_at")
    return list(others[:20])


def _others_of_person(user: Staff, case: Case) -> QuerySet[Case]:
    return access.visible(user, Case.objects.filter(person=case.person).exclude(pk=case.pk))


def facts_version(user: Staff, case: Case) -> str:
    """Differs when anything on the side changes, also what belongs to the person and not to the case."""
    person = case.person
    own = tuple(getattr(person, field.attname) for field in person._meta.concrete_fields)
    others = _others_of_person(user, case).order_by("pk").values_list("pk", "version")
    parts = sorted(caserows.employers(case), key=lambda part: part.pk)
    employers = [(part.pk, *(getattr(part.employer, name) for name in EMPLOYER_FIELDS)) for part in parts]
    rows = case.documents.exclude(pdf="").order_by("pk")
    printed = list(rows.values_list("pk", flat=True)) if caserows.has(case).documents else []
    merged = [(one.pk, one.version) for one in caserows.merged(case)]
    holds = caserows.holds_call(user, case)
    return digest(case.version, merged, printed, own, list(others), employers, holds)
