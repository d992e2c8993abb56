"""viewflow's own: the shape of the case's path without anything of ours in it, on its stock process."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from viewflow import this
from viewflow.workflow import Flow, nodes
from viewflow.workflow.lock import SelectForUpdateLock


def decided(decision: str) -> Any:
    """A switch's condition."""
    return lambda activation: activation.process.data.get("decision") == decision


def later(activation: Any) -> datetime:
    """A timer that does not fire while it is measured."""
    return timezone.now() + timedelta(days=365)


class BareFlow(Flow):
    """The nodes of `workflows.flow.CaseFlow`; the lock is the same, for without one it loses writes."""

    lock_impl = SelectForUpdateLock(nowait=False, attempts=1)

    opened = nodes.StartHandle(this.begin).Next(this.running)
    running = nodes.Split().Next(this.entry).Next(this.withdrawal)
    entry = nodes.Switch().Case(this.legal_review, decided("never")).Default(this.intake)
    intake = nodes.View(view=None).Next(this.after_intake)
    after_intake = nodes.Switch().Case(this.legal_review, decided("REVIEW")).Default(this.close)
    legal_review = nodes.View(view=None).Next(this.after_review)
    after_review = (
        nodes.Switch()
        .Case(this.intake, decided("MORE"))
        .Case(this.mediation, decided("MEDIATE"))
        .Case(this.file_referral, decided("REFER"))
        .Default(this.close)
    )
    mediation = (
        nodes.View(view=None).OnTimeout(later, this.term, interrupting=False).Next(this.after_mediation)
    )
    after_mediation = nodes.Switch().Case(this.file_referral, decided("REFER")).Default(this.close)
    file_referral = nodes.View(view=None).Next(this.acceptance)
    acceptance = (
        nodes.View(view=None).OnTimeout(later, this.term, interrupting=False).Next(this.after_acceptance)
    )
    after_acceptance = nodes.Switch().Case(this.award, decided("ACCEPTED")).Default(this.aftermath)
    award = nodes.View(view=None).OnTimeout(later, this.term, interrupting=False).Next(this.aftermath)
    aftermath = nodes.View(view=None).Next(this.after_aftermath)
    after_aftermath = nodes.Switch().Case(this.legal_review, decided("REVIEW")).Default(this.check)
    check = nodes.View(view=None).Next(this.after_check)
    after_check = nodes.Switch().Case(this.legal_review, decided("RETURNED")).Default(this.visit)
    visit = nodes.View(view=None).Next(this.after_visit)
    after_visit = nodes.Switch().Case(this.legal_review, decided("REDO")).Default(this.close)
    term = nodes.Function(this.nothing).Next(this.noted)
    noted = nodes.End()
    withdrawal = nodes.MessageCatch(this.nothing).Next(this.close)
    close = nodes.Function(this.nothing).Next(this.closed)
    closed = nodes.TerminateEnd()

    def begin(self, activation: Any) -> Any:
        """Start."""
        return activation.process

    def nothing(self, activation: Any) -> Any:
        """Nothing of ours."""
        return activation.process
