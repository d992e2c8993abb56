"""The path of a case, read top-down like its drawing (docs/flow.md).

Callbacks call actions and never save a case themselves. `workflows.steps` is the only door to this flow.
"""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _
from viewflow import this
from viewflow.workflow import Flow
from viewflow.workflow.lock import SelectForUpdateLock

from hotline.actions import cases, clocks, lawyers, messages, staff
from hotline.enums import Outcome, Stage
from hotline.models import Case, Instalment, Measure, Staff
from hotline.models.prepared import Given, Prepared
from workflows import nodes, quality, review_terms, terms
from workflows.decisions import OUTCOMES, Decision
from workflows.models import CaseProcess

MEASURES = Prepared(lambda: Measure.objects.open().filter(case=Given("case")).values_list("pk"))
AWAITED = Prepared(
    lambda: Instalment.objects.awaited().filter(agreement__mediation__case=Given("case")).values_list("pk")
)


def decided(*decisions: Decision) -> Callable[[Any], bool]:
    """A switch's condition: the step before decided so."""
    return lambda activation: activation.process.decision in decisions


class CaseFlow(Flow):
    """Intake, legal review, mediation, arbitration referral, check and return visit; withdrawal anywhere."""

    process_class = CaseProcess
    process_title = _("The path of a case")
    # Waits its turn instead of failing; correct inside an outer transaction, too.
    lock_impl = SelectForUpdateLock(nowait=False, attempts=1)

    opened = nodes.StartHandle(this.begin).Annotation(title=_("Case opened")).Next(this.running)
    running = nodes.Split().Next(this.entry).Next(this.withdrawal)
    entry = nodes.Switch().Case(this.legal_review, this.begins_at_review).Default(this.intake)

    intake = nodes.Step().onCreate(this.enter_intake).Annotation(title=_("Intake")).Next(this.after_intake)
    after_intake = (
        nodes.Switch()
        .Case(this.legal_review, decided(Decision.REVIEW))
        .Case(this.offered, decided(Decision.DISPATCH))
        .Default(this.before_close)
    )
    offered = nodes.Handle(this.end_offer).Annotation(title=_("Dispatched")).Next(this.after_offer)
    after_offer = nodes.Switch().Case(this.legal_review, decided(Decision.REVIEW)).Default(this.intake)

    legal_review = (
        nodes.Step()
        .Assign(this.assign_lawyer)
        .onCreate(this.enter_review)
        .Annotation(title=_("Legal review"))
        .Next(this.after_review)
    )
    after_review = (
        nodes.Switch()
        .Case(this.intake, decided(Decision.MORE))
        .Case(this.mediation, decided(Decision.MEDIATE))
        .Case(this.file_referral, decided(Decision.REFER))
        .Default(this.before_close)
    )

    mediation = (
        nodes.Step()
        .onCreate(this.enter_mediation)
        .OnTimeout(terms.mediation_over, this.mediation_term, interrupting=False)
        .Annotation(title=_("Mediation"))
        .Next(this.after_mediation)
    )
    mediation_term = (
        nodes.Function(this.note_mediation_term).Annotation(title=_("Term is over")).Next(this.noted)
    )
    after_mediation = (
        nodes.Switch()
        .Case(this.file_referral, decided(Decision.REFER))
        .Case(this.legal_review, decided(Decision.REVIEW, Decision.NOT_TAKEN_UP))
        .Default(this.before_close)
    )

    file_referral = (
        nodes.Step()
        .Assign(this.assign_lawyer)
        .onCreate(this.enter_referral)
        .Annotation(title=_("File with commission"))
        .Next(this.acceptance)
    )
    acceptance = (
        nodes.Step()
        .Assign(this.assign_lawyer)
        .OnTimeout(terms.acceptance_over, this.acceptance_term, interrupting=False)
        .Annotation(title=_("Acceptance"))
        .Next(this.after_acceptance)
    )
    acceptance_term = (
        nodes.Function(this.note_acceptance_term).Annotation(title=_("Term is over")).Next(this.noted)
    )
    after_acceptance = nodes.Switch().Case(this.award, decided(Decision.ACCEPTED)).Default(this.aftermath)
    award = (
        nodes.Step()
        .Assign(this.assign_lawyer)
        .OnTimeout(terms.award_over, this.award_term, interrupting=False)
        .Annotation(title=_("Award"))
        .Next(this.aftermath)
    )
    award_term = nodes.Function(this.note_award_term).Annotation(title=_("Term is over")).Next(this.noted)
    aftermath = (
        nodes.Step()
        .Assign(this.assign_lawyer)
        .Annotation(title=_("After the arbitration"))
        .Next(this.after_aftermath)
    )
    after_aftermath = (
        nodes.Switch().Case(this.legal_review, decided(Decision.REVIEW)).Default(this.before_close)
    )

    before_close = nodes.If(this.has_open_measures).Then(this.measures).Else(this.ending)
    measures = nodes.Handle(this.end_waiting).Annotation(title=_("Open measures")).Next(this.after_measures)
    after_measures = (
        nodes.Switch()
        .Case(this.legal_review, decided(Decision.REVIEW))
        .Case(this.file_referral, decided(Decision.REFER))
        .Case(this.close, this.ends_at_once)
        .Default(this.feedback)
    )
    feedback = (
        nodes.Step().Assign(this.assign_lawyer).Annotation(title=_("Feedback")).Next(this.after_feedback)
    )
    after_feedback = nodes.Switch().Case(this.legal_review, decided(Decision.REVIEW)).Default(this.check)

    ending = nodes.Switch().Case(this.close, this.ends_at_once).Default(this.check)
    check = (
        nodes.Step().onCreate(this.enter_check).Annotation(title=_("Quality check")).Next(this.after_check)
    )
    after_check = nodes.Switch().Case(this.legal_review, decided(Decision.RETURNED)).Default(this.visit)
    visit = nodes.Step().onCreate(this.enter_visit).Annotation(title=_("Return visit")).Next(this.after_visit)
    after_visit = (
        nodes.Switch()
        .Case(this.visit, decided(Decision.UNREACHED))
        .Case(this.legal_review, decided(Decision.REDO))
        .Default(this.close)
    )

    withdrawal = nodes.MessageCatch(this.withdraw).Annotation(title=_("Withdrawn")).Next(this.close)
    close = nodes.Function(this.close_case).Annotation(title=_("Close")).Next(this.closed)
    closed = nodes.TerminateEnd()
    noted = nodes.End()

    def begin(self, activation: Any, *, case: Any, entry: str) -> CaseProcess:
        """Start the process over `case`."""
        process: CaseProcess = activation.process
        process.case, process.entry = case, entry
        return process

    def begins_at_review(self, activation: Any) -> bool:
        """Whether the run begins at the legal review: a case reopened after one."""
        return bool(activation.process.entry == "legal_review")

    def enter_intake(self, activation: Any) -> None:
        """The case stands at intake, perhaps again: whoever held it then may have left."""
        cases.release_if_gone(activation.process.case, "intake")
        cases.enter_stage(activation.process.case, Stage.INTAKE)

    def assign_lawyer(self, activation: Any) -> Staff | None:
        """The lawyer who has the case, else the one who takes it next; None leaves it to the supervisor."""
        case = activation.process.case
        if case.lawyer and staff.at_work(case.lawyer):
            lawyer: Staff = case.lawyer
            return lawyer
        picked = lawyers.pick(case)
        cases.assign(case, "legal_review", picked)
        if picked is not None:
            messages.notify_assignment(case, picked)
            if activation.task.flow_task == self.legal_review:
                review_terms.offer(case, picked)
        return picked

    def enter_review(self, activation: Any) -> None:
        """The case stands at legal review."""
        self._enter(activation.process.case, Stage.LEGAL_REVIEW)

    def enter_mediation(self, activation: Any) -> None:
        """The case stands in mediation; its 15 days run from the application."""
        self._enter(activation.process.case, Stage.MEDIATION)

    def enter_referral(self, activation: Any) -> None:
        """The case is to be filed with the commission."""
        self._enter(activation.process.case, Stage.ARBITRATION)

    def _enter(self, case: Case, stage: Stage) -> None:
        cases.enter_stage(case, stage)
        messages.notify_stage(case, stage)

    def note_mediation_term(self, activation: Any) -> None:
        """Art. 14: without an agreement in 15 days the parties may go on; the mediation stays open."""
        self._note(activation, "mediation.agreement")

    def note_acceptance_term(self, activation: Any) -> None:
        """Art. 29: without a decision in five working days the worker may sue."""
        self._note(activation, "arbitration.acceptance")

    def note_award_term(self, activation: Any) -> None:
        """Art. 43: without an award in time the worker may sue."""
        self._note(activation, "arbitration.award")

    def _note(self, activation: Any, rule: str) -> None:
        terms.note_over(activation.process.case, rule)

    def has_open_measures(self, activation: Any) -> bool:
        """Whether the case has to wait: it closes when no measure is open and no agreed payment awaited."""
        case = activation.process.case
        return bool(MEASURES.rows(case=case.pk) or AWAITED.rows(case=case.pk))

    def end_waiting(self, activation: Any, *, decision: str = "") -> CaseProcess:
        """What was waited for has ended; or `decision` takes the case on to another step."""
        process: CaseProcess = activation.process
        if decision:
            process.decision = decision
            process.save(update_fields=["decision"])
        return process

    def ends_at_once(self, activation: Any) -> bool:
        """Whether nobody checks it before it closes: a nuisance, and what never went beyond intake."""
        process: CaseProcess = activation.process
        if process.ending == Decision.NUISANCE:
            return True
        return not process.task_set.filter(flow_task=CaseFlow.legal_review).exists()

    def enter_check(self, activation: Any) -> None:
        """A supervisor checks how the case was handled; the term of its handling is met."""
        case = activation.process.case
        cases.release_if_gone(case, "check")
        cases.enter_stage(case, Stage.QUALITY)
        quality.begin_check(case)

    def enter_visit(self, activation: Any) -> None:
        """The worker is asked before the case closes; again where they were not reached."""
        case = activation.process.case
        cases.release_if_gone(case, "visit")
        cases.enter_stage(case, Stage.QUALITY)
        quality.begin_visit(case)

    def end_offer(self, activation: Any, *, review: bool = False) -> CaseProcess:
        """The unit has accepted, for its intake or the legal review, or the case comes back to the intake."""
        process: CaseProcess = activation.process
        if review:
            process.decision = Decision.REVIEW
            process.save(update_fields=["decision"])
        return process

    def withdraw(self, activation: Any) -> CaseProcess:
        """The worker takes the case back."""
        process: CaseProcess = activation.process
        process.decision = process.ending = Decision.WITHDRAWN
        process.save(update_fields=["decision", "ending"])
        return process

    def close_case(self, activation: Any) -> None:
        """End the clocks and close the case with the outcome that the last decision means."""
        process = activation.process
        clocks.end_all(process.case)
        outcome = OUTCOMES[process.ending]
        quality.end(process.case)
        cases.close(process.case, outcome, process.note)
        if outcome == Outcome.ANSWERED and self.ends_at_once(activation):
            quality.draw(process.case)
        if outcome != Outcome.NUISANCE:
            messages.notify_stage(process.case, Stage.CLOSED)
