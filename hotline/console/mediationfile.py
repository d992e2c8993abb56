"""The mediation of a case on the case page: sessions, proposals, the agreement and how it is kept."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils import timezone

from hotline import access
from hotline.actions.clocks import LIVE
from hotline.console import caserows, drafts
from hotline.console.derivations import light_of, limitation_note
from hotline.console.forms.mediation import (
    AgreementForm,
    AnswerForm,
    PaymentForm,
    ProposalForm,
    SessionForm,
    held_form,
    payment_form,
)
from hotline.console.sentences import rule_words
from hotline.console.views_common import Context, digest
from hotline.enums import DocumentKind, SessionState, Stage
from hotline.models import Agreement, Case, Clock, Draft, Instalment, Mediation, MediationSession, Staff
from workflows import closing, performance, remedies, terms
from workflows.remedies import Way

PAPERS = (DocumentKind.MEDIATION_APPLICATION, DocumentKind.ORAL_RECORD, DocumentKind.MEDIATION_AGREEMENT)
Bound = dict[str, forms.Form]


@dataclass(frozen=True)
class ShownInstalment:
    """A payment as a person has it."""

    row: Instalment
    light: str
    payments: list[Any]
    form: PaymentForm | None
    """Set where this person may write down what was paid."""
    opened: bool

    @property
    def place(self) -> str:
        """Where what is typed into the form is kept."""
        return drafts.deed("payment", self.row.pk)


def context(user: Staff, case: Case, bound: Bound | None = None) -> Context:
    """The newest mediation of a case; `bound` holds a refused form by what it is for."""
    mediation = caserows.mediation(case)
    base: Context = {"case": case, "topics": f"case:{case.pk}", "mediating": mediation}
    if mediation is None:
        return {**base, "mediation_version": ""}
    bound = bound or {}
    kept = drafts.of(case, user)
    agreement = _agreement(case)
    here = case.stage == Stage.MEDIATION and mediation.ended_on is None
    writes = here and access.may(user, "mediate", case)
    return {
        **base,
        **_meetings(mediation, writes, bound, kept),
        **_bargaining(case, mediation, writes and agreement is None, bound, kept),
        **_keeping(user, case, agreement, bound, kept),
        "standing": standing(case, mediation),
        "mediation_papers": _papers(case) if here else [],
        "mediation_version": version(case),
        "way_refused": bound.get("way"),
    }


def version(case: Case) -> str:
    """Differs when anything of the mediation moved; what is said in a call changes nothing here."""
    sessions = MediationSession.objects.filter(mediation__case=case).order_by("pk").values_list("pk", "state")
    proposals = ("proposals__pk", "proposals__worker", "proposals__employer")
    mediations = case.mediations.values_list("pk", "accepted_on", "ended_on", *proposals)
    paid = Instalment.objects.of(case).order_by("pk").values_list("pk", "paid", "agreement__ended_on")
    clocks = case.clocks.filter(rule__regex="^(mediation|limitation)").order_by("pk")
    periods = clocks.values_list("pk", "due", "state")
    papers = case.documents.filter(kind__in=PAPERS).count() if caserows.has(case).documents else 0
    rows = (mediations, sessions, paid, periods)
    return digest(case.stage, case.mediator_id, case.lawyer_id, papers, *(list(found) for found in rows))


def _papers(case: Case) -> list[tuple[DocumentKind, Any]]:
    """Each paper of the mediation, and the one that was made."""
    if not caserows.has(case).documents:
        return [(kind, None) for kind in PAPERS]
    made = {row.kind: row for row in case.documents.filter(kind__in=PAPERS, superseded_at=None).defer("text")}
    return [(kind, made.get(kind)) for kind in PAPERS]


def _meetings(mediation: Mediation, writes: bool, bound: Bound, kept: dict[str, Draft]) -> Context:
    rows = list(mediation.sessions.select_related("written_by"))
    now = timezone.now()
    shown = []
    for row in rows:
        form = None
        if writes and row.state == SessionState.PLANNED and row.at <= now:
            form = bound.get(f"held-{row.pk}") or _kept(kept, "held", row.pk, held_form, row)
        may_call_off = writes and row.state == SessionState.PLANNED
        shown.append((row, form, drafts.deed("held", row.pk), may_call_off))
    form = (bound.get("session") or _kept_plain(kept, "session", SessionForm)) if writes else None
    return {"sessions": shown, "session_form": form, "session_opened": _opened("session", bound, kept)}


def _bargaining(
    case: Case, mediation: Mediation, writes: bool, bound: Bound, kept: dict[str, Draft]
) -> Context:
    proposals = list(mediation.proposals.order_by("-version"))
    newest = proposals[0] if proposals else None
    today = {"on": timezone.localdate()}
    found: Context = {
        "proposals": proposals,
        "proposal_form": None,
        "answer_form": None,
        "agreement_form": None,
    }
    if not writes:
        return found
    found["proposal_form"] = bound.get("proposal") or _kept_plain(kept, "proposal", ProposalForm, today)
    found["proposal_opened"] = newest is None or _opened("proposal", bound, kept)
    if newest is not None and not newest.is_accepted:
        found["answer_form"] = bound.get("answer") or _kept_plain(kept, "answer", AnswerForm, today)
    if newest is not None and newest.is_accepted:
        found["agreement_form"] = bound.get("agreement") or _agreement_form(case, kept)
    return found


def _agreement_form(case: Case, kept: dict[str, Draft]) -> AgreementForm:
    draft = kept.get(drafts.deed("agreement"))
    return AgreementForm(case, drafts.to_post(draft.data)).quietly() if draft else AgreementForm(case)


def _keeping(
    user: Staff, case: Case, agreement: Agreement | None, bound: Bound, kept: dict[str, Draft]
) -> Context:
    if agreement is None:
        return {"agreement": None}
    writes = case.is_open and agreement.ended_on is None and access.may(user, "perform", case)
    clocks = {clock.instalment_id: clock for clock in case.clocks.exclude(instalment=None)}
    rows = list(agreement.instalments.prefetch_related("payments__noted_by"))
    shown = [_instalment(row, clocks.get(row.pk), writes, bound, kept) for row in rows]
    late = performance.missed(case) if writes else []
    return {
        "agreement": agreement,
        "instalments": shown,
        "owed": sum(row.left for row in rows),
        "waits_for_payments": agreement.ended_on is None
        and any(row.left for row in rows)
        and closing.waiting_decision(case) is not None,
        "late": late,
        "ways": [_way(user, case, agreement, way) for way in Way] if late else [],
        "may_give_up": writes and any(row.left for row in rows),
    }


def _instalment(
    row: Instalment, clock: Clock | None, writes: bool, bound: Bound, kept: dict[str, Draft]
) -> ShownInstalment:
    form: Any = None
    if writes and row.settled_on is None:
        form = bound.get(f"payment-{row.pk}") or _kept(kept, "payment", row.pk, payment_form, row)
    return ShownInstalment(
        row,
        light_of(clock) if clock else "",
        list(row.payments.all()),
        form,
        f"payment-{row.pk}" in bound or drafts.deed("payment", row.pk) in kept,
    )


def _way(user: Staff, case: Case, agreement: Agreement, way: Way) -> dict[str, Any]:
    refused = remedies.closed_by(case, agreement, way)
    until = terms.ends(performance.CONFIRMATION, agreement.on) if way == Way.CONFIRM and not refused else None
    return {"way": way, "refused": refused, "may": remedies.may_take(user, way, case), "until": until}


def _agreement(case: Case) -> Agreement | None:
    found = Agreement.objects.filter(mediation__case=case).select_related("mediation", "made_by", "proposal")
    return found.order_by("pk").last()


def standing(case: Case, mediation: Mediation) -> Context:
    """Whether the parties may go on (Art. 14), beside the time that the limitation leaves."""
    clock = case.clocks.filter(rule=terms.MEDIATION, state__in=LIVE).first()
    limits = case.clocks.filter(rule__startswith="limitation.", state__in=LIVE).order_by("due")
    limitation = limits.first()
    light = light_of(limitation) if limitation else ""
    over = clock is not None and clock.due < timezone.localdate() and mediation.ended_on is None
    return {
        "over_on": clock.due if over and clock else None,
        "limitation": limitation,
        "limitation_name": rule_words(limitation.rule)[0] if limitation else "",
        "limitation_note": limitation_note(case) if limitation is None else "",
        "light": light,
        "shown": mediation.ended_on is None and (over or bool(light)),
    }


def _opened(name: str, bound: Bound, kept: dict[str, Draft]) -> bool:
    return name in bound or drafts.deed(name) in kept


def _kept_plain(kept: dict[str, Draft], name: str, form: Any, initial: dict[str, Any] | None = None) -> Any:
    draft = kept.get(drafts.deed(name))
    return form(drafts.to_post(draft.data)).quietly() if draft else form(initial=initial)


def _kept(kept: dict[str, Draft], name: str, pk: int, make: Any, row: Any) -> Any:
    draft = kept.get(drafts.deed(name, pk))
    return make(row, drafts.to_post(draft.data)).quietly() if draft else make(row)
