"""The flow of each kind of measure, read top-down like its drawing. What is asked at a step: `kinds.py`.

Callbacks call actions. `workflows.measures.steps` is the only door. No flow inherits from another: the
engine would share their timers; what they have in common are the plain functions of `Measured`.
"""

from typing import Any, cast

from django.utils.translation import gettext_lazy as _
from viewflow import this
from viewflow.workflow import Flow
from viewflow.workflow.lock import SelectForUpdateLock

from hotline.actions import measures
from hotline.enums import MeasureKind
from hotline.models import Staff
from workflows import nodes, terms
from workflows.measures.kinds import KINDS, MeasureDecision
from workflows.models import MeasureProcess

LOCK = SelectForUpdateLock(nowait=False, attempts=1)


def decided(*decisions: MeasureDecision) -> Any:
    """A switch's condition: the step before decided one of these."""
    return lambda activation: activation.process.decision in decisions


def step(kind: MeasureKind, name: str) -> nodes.Step:
    """A step of `kind` that a person completes; its title is that of the table."""
    node = nodes.Step().Assign(this.holder).onCreate(this.enter)
    return cast(nodes.Step, node.Annotation(title=KINDS[kind].steps[name].title))


def waiting(kind: MeasureKind, name: str) -> nodes.Step:
    """A step that waits for somebody's answer: when the term is over, the timeline says so."""
    return step(kind, name).OnTimeout(terms.measure_over, this.term_over, interrupting=False)


def opening(first: Any) -> Any:
    """Where a measure begins."""
    return nodes.StartHandle(this.begin).Annotation(title=_("Begun")).Next(first)


def over() -> Any:
    """What happens when the term of a waiting step is over."""
    return nodes.Function(this.note_term).Annotation(title=_("Term is over")).Next(this.noted)


def finishing() -> Any:
    """Where a measure ends."""
    return nodes.Function(this.finish).Annotation(title=_("End")).Next(this.ended)


class Measured:
    """What happens at the nodes of every measure's flow."""

    def begin(self, activation: Any, *, measure: Any) -> MeasureProcess:
        """Start the process over `measure`."""
        process: MeasureProcess = activation.process
        process.measure = measure
        return process

    def holder(self, activation: Any) -> Staff | None:
        """Whose the step is; a signature or approval waits for whichever supervisor gives it."""
        measure = activation.process.measure
        spec = KINDS[MeasureKind(measure.kind)].steps[activation.flow_task.name]
        return None if spec.by_supervisor else cast("Staff | None", measure.holder)

    def enter(self, activation: Any) -> None:
        """The measure stands at this step."""
        measures.enter(activation.process.measure, activation.flow_task.name)

    def note_term(self, activation: Any) -> None:
        """The answer has not come in time; what follows is a person's decision."""
        terms.note_measure_over(activation.process.measure)

    def finish(self, activation: Any) -> None:
        """End the measure with what its last decision means."""
        process = activation.process
        measure = process.measure
        choices = KINDS[MeasureKind(measure.kind)].steps[measure.step].choices
        outcome = choices[MeasureDecision(process.decision)].ends
        assert outcome is not None, f"{measure.kind}: {process.decision} leads to the end and means none"
        measures.end(measure, outcome)


D, K = MeasureDecision, MeasureKind


class NegotiationFlow(Measured, Flow):
    """The union puts the worker's case to the employer (Mediation and Arbitration Law, Art. 4)."""

    process_class, process_title, lock_impl = MeasureProcess, _("Negotiation by the union"), LOCK

    opened = opening(this.request)
    request = step(K.NEGOTIATION, "request").Next(this.talks)
    talks = waiting(K.NEGOTIATION, "talks").Next(this.finished)
    term_over = over()
    finished = finishing()
    ended, noted = nodes.TerminateEnd(), nodes.End()


class LetterFlow(Measured, Flow):
    """A letter of labour law supervision: drafted, signed, sent, answered or not."""

    process_class, process_title, lock_impl = MeasureProcess, _("Supervision letter"), LOCK

    opened = opening(this.draft)
    draft = step(K.LETTER, "draft").Next(this.sign)
    sign = step(K.LETTER, "sign").Next(this.after_sign)
    after_sign = nodes.Switch().Case(this.draft, decided(D.BACK)).Default(this.sending)
    sending = step(K.LETTER, "sending").Next(this.reply)
    reply = waiting(K.LETTER, "reply").Next(this.finished)
    term_over = over()
    finished = finishing()
    ended, noted = nodes.TerminateEnd(), nodes.End()


class UnionAidFlow(Measured, Flow):
    """Union legal aid by Qingdao's supplementary rules: approval first, or afterwards where waiting harms."""

    process_class, process_title, lock_impl = MeasureProcess, _("Union legal aid"), LOCK

    opened = opening(this.application)
    application = waiting(K.UNION_AID, "application").Next(this.after_application)
    after_application = nodes.Switch().Case(this.late_approval, decided(D.URGENT)).Default(this.approval)
    approval = waiting(K.UNION_AID, "approval").Next(this.after_approval)
    late_approval = waiting(K.UNION_AID, "late_approval").Next(this.after_approval)
    after_approval = nodes.Switch().Case(this.finished, decided(D.REFUSED)).Default(this.representation)
    representation = step(K.UNION_AID, "representation").Next(this.finished)
    term_over = over()
    finished = finishing()
    ended, noted = nodes.TerminateEnd(), nodes.End()


class StateAidFlow(Measured, Flow):
    """Legal aid by the state's centre (Legal Aid Law, Art. 43: seven days to review, three to appoint)."""

    process_class, process_title, lock_impl = MeasureProcess, _("State legal aid"), LOCK

    opened = opening(this.application)
    application = step(K.STATE_AID, "application").Next(this.approval)
    approval = waiting(K.STATE_AID, "approval").Next(this.after_approval)
    after_approval = nodes.Switch().Case(this.finished, decided(D.REFUSED)).Default(this.appointment)
    appointment = waiting(K.STATE_AID, "appointment").Next(this.representation)
    representation = step(K.STATE_AID, "representation").Next(this.finished)
    term_over = over()
    finished = finishing()
    ended, noted = nodes.TerminateEnd(), nodes.End()


class InspectionFlow(Measured, Flow):
    """A complaint to the labour inspection (Regulations on Labour Security Inspection, Art. 17)."""

    process_class, process_title, lock_impl = MeasureProcess, _("Labour inspection complaint"), LOCK

    opened = opening(this.filing)
    filing = step(K.INSPECTION, "filing").Next(this.acceptance)
    acceptance = waiting(K.INSPECTION, "acceptance").Next(this.after_acceptance)
    after_acceptance = nodes.Switch().Case(this.finished, decided(D.REFUSED)).Default(this.result)
    result = waiting(K.INSPECTION, "result").Next(this.finished)
    term_over = over()
    finished = finishing()
    ended, noted = nodes.TerminateEnd(), nodes.End()


class InjuryFlow(Measured, Flow):
    """Work injury: application, decision, assessment (Work Injury Insurance Regulations, Art. 17 to 25)."""

    process_class, process_title, lock_impl = MeasureProcess, _("Work injury guidance"), LOCK

    opened = opening(this.filing)
    filing = waiting(K.INJURY, "filing").Next(this.decision)
    decision = waiting(K.INJURY, "decision").Next(this.after_decision)
    after_decision = nodes.Switch().Case(this.finished, decided(D.NOT_RECOGNISED)).Default(this.assessment)
    assessment = step(K.INJURY, "assessment").Next(this.finished)
    term_over = over()
    finished = finishing()
    ended, noted = nodes.TerminateEnd(), nodes.End()


class PaymentOrderFlow(Measured, Flow):
    """A court's payment order (Civil Procedure Law, Art. 225 to 228)."""

    process_class, process_title, lock_impl = MeasureProcess, _("Payment order"), LOCK

    opened = opening(this.filing)
    filing = step(K.PAYMENT_ORDER, "filing").Next(this.acceptance)
    acceptance = waiting(K.PAYMENT_ORDER, "acceptance").Next(this.after_acceptance)
    after_acceptance = nodes.Switch().Case(this.finished, decided(D.REFUSED)).Default(this.order)
    order = waiting(K.PAYMENT_ORDER, "order").Next(this.after_order)
    after_order = nodes.Switch().Case(this.finished, decided(D.REFUSED)).Default(this.payment)
    payment = waiting(K.PAYMENT_ORDER, "payment").Next(this.finished)
    term_over = over()
    finished = finishing()
    ended, noted = nodes.TerminateEnd(), nodes.End()


class LawsuitFlow(Measured, Flow):
    """A suit, after an award or where there was none (Mediation and Arbitration Law, Art. 29, 43, 48, 50)."""

    process_class, process_title, lock_impl = MeasureProcess, _("Court proceedings"), LOCK

    opened = opening(this.filing)
    filing = step(K.LAWSUIT, "filing").Next(this.acceptance)
    acceptance = step(K.LAWSUIT, "acceptance").Next(this.after_acceptance)
    after_acceptance = nodes.Switch().Case(this.finished, decided(D.REFUSED)).Default(this.result)
    result = step(K.LAWSUIT, "result").Next(this.finished)
    finished = finishing()
    ended = nodes.TerminateEnd()


class EnforcementFlow(Measured, Flow):
    """Enforcement of an award or a confirmed agreement, within two years (Civil Procedure Law, Art. 250)."""

    process_class, process_title, lock_impl = MeasureProcess, _("Enforcement"), LOCK

    opened = opening(this.filing)
    filing = waiting(K.ENFORCEMENT, "filing").Next(this.acceptance)
    acceptance = step(K.ENFORCEMENT, "acceptance").Next(this.after_acceptance)
    after_acceptance = nodes.Switch().Case(this.finished, decided(D.REFUSED)).Default(this.result)
    result = step(K.ENFORCEMENT, "result").Next(this.finished)
    term_over = over()
    finished = finishing()
    ended, noted = nodes.TerminateEnd(), nodes.End()


class ConfirmationFlow(Measured, Flow):
    """The court confirms a mediation agreement (People's Mediation Law, Art. 33)."""

    process_class, process_title, lock_impl = MeasureProcess, _("Judicial confirmation"), LOCK

    opened = opening(this.filing)
    filing = waiting(K.CONFIRMATION, "filing").Next(this.result)
    result = step(K.CONFIRMATION, "result").Next(this.finished)
    term_over = over()
    finished = finishing()
    ended, noted = nodes.TerminateEnd(), nodes.End()


class ReliefFlow(Measured, Flow):
    """Relief for a worker in hardship."""

    process_class, process_title, lock_impl = MeasureProcess, _("Relief for hardship"), LOCK

    opened = opening(this.application)
    application = step(K.RELIEF, "application").Next(this.decision)
    decision = step(K.RELIEF, "decision").Next(this.finished)
    finished = finishing()
    ended = nodes.TerminateEnd()


class ReferralFlow(Measured, Flow):
    """The matter goes to another body, which confirms the receipt and answers in its term."""

    process_class, process_title, lock_impl = MeasureProcess, _("Referral to another body"), LOCK

    opened = opening(this.sending)
    sending = step(K.REFERRAL, "sending").Next(this.receipt)
    receipt = waiting(K.REFERRAL, "receipt").Next(this.after_receipt)
    after_receipt = nodes.Switch().Case(this.finished, decided(D.RETURNED)).Default(this.answer)
    answer = waiting(K.REFERRAL, "answer").Next(this.finished)
    term_over = over()
    finished = finishing()
    ended, noted = nodes.TerminateEnd(), nodes.End()


FLOWS: dict[MeasureKind, type[Flow]] = {
    K.NEGOTIATION: NegotiationFlow,
    K.LETTER: LetterFlow,
    K.UNION_AID: UnionAidFlow,
    K.STATE_AID: StateAidFlow,
    K.INSPECTION: InspectionFlow,
    K.INJURY: InjuryFlow,
    K.PAYMENT_ORDER: PaymentOrderFlow,
    K.LAWSUIT: LawsuitFlow,
    K.ENFORCEMENT: EnforcementFlow,
    K.CONFIRMATION: ConfirmationFlow,
    K.RELIEF: ReliefFlow,
    K.REFERRAL: ReferralFlow,
}
