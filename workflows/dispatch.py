"""What becomes of a case that was dispatched to a unit: accepted, returned with a reason, or taken back.

Each function is one transaction with its events, under the case's lock; whoever comes second is told who
was first. Sending it off is a decision at the intake (`workflows.steps`).
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from viewflow.workflow import STATUS
from viewflow.workflow.models import Task

from hotline import access
from hotline.actions import clocks, dispatch
from hotline.enums import DispatchState, Role
from hotline.errors import Conflict, Invalid, NotAllowed, NotVisible
from hotline.models import Case, Dispatch, Staff
from hotline.moments import to_the_second
from workflows import gates, terms
from workflows.decisions import Decision
from workflows.flow import CaseFlow


@transaction.atomic
def accept(case_pk: int, actor: Staff, *, review: bool = False) -> Case:
    """The actor's unit takes the case: to its own intake, or at once to the legal review.

    Raises NotVisible, NotAllowed, Conflict when it is no longer offered, and Invalid naming what the legal
    review still needs.
    """
    case, _row = _locked(case_pk, actor, "receive")
    if review:
        gates.check(case, "intake", Decision.REVIEW, {})
    clocks.end(case, terms.RETURN)
    dispatch.accept(case, actor)
    _go_on(case, review=review)
    terms.follow_service(case)
    return case


@transaction.atomic
def give_back(case_pk: int, actor: Staff, reason: str) -> Case:
    """The actor's unit returns what is not its duty, with the reason, to the intake that sent it.

    Within the term (`service.return`) by whoever receives; after it by the unit's supervisor alone, and it is
    noted as overdue. Raises NotVisible, NotAllowed, Conflict, Invalid.
    """
    case, _row = _locked(case_pk, actor, "receive")
    if not reason.strip():
        raise Invalid({"reason": _("Write down why it is returned.")})
    overdue = is_overdue(case)
    if overdue and actor.role != Role.SUPERVISOR:
        raise NotAllowed(_("The term for a return is over: a supervisor of your unit may still return it."))
    dispatch.end(case, actor, DispatchState.RETURNED, reason, overdue=overdue)
    _back_to_intake(case)
    return case


@transaction.atomic
def take_back(case_pk: int, actor: Staff, reason: str) -> Case:
    """The sender takes the case back before the unit has accepted it: its agent, or a supervisor."""
    case, _row = _locked(case_pk, actor, "intake")
    if not may_take_back(actor, case):
        raise NotAllowed(_("Only its agent or a supervisor takes it back."))
    if not reason.strip():
        raise Invalid({"reason": _("Write down why it is taken back.")})
    dispatch.end(case, actor, DispatchState.TAKEN_BACK, reason)
    _back_to_intake(case)
    return case


def may_take_back(user: Staff, case: Case) -> bool:
    """Whether the case waits for a unit's answer and `user` may take it back: its agent, or a supervisor."""
    held_back = case.offered_to_id is not None and access.may(user, "intake", case)
    return held_back and (user.role == Role.SUPERVISOR or case.agent_id in {None, user.pk})


def is_overdue(case: Case) -> bool:
    """Whether the unit's term for a return is over."""
    return any(c.rule == terms.RETURN and c.due < timezone.localdate() for c in clocks.live(case))


def _back_to_intake(case: Case) -> None:
    clocks.end(case, terms.RETURN)
    terms.run(case, terms.DISPATCH, timezone.localdate(), source="dispatch.ended_at")
    _go_on(case)


def _go_on(case: Case, *, review: bool = False) -> None:
    tasks = Task.objects.filter(process__caseprocess__case=case, flow_task=CaseFlow.offered)
    task = tasks.get(status=STATUS.NEW)
    # The callbacks work on the engine's own reading of the case.
    CaseFlow.offered.run(task, review=review)
    case.refresh_from_db()


def _locked(case_pk: int, actor: Staff, action: str) -> tuple[Case, Dispatch]:
    """The case, locked, and its open dispatch, for someone who sees it and may do `action`."""
    case = Case.objects.locked(case_pk)
    if not access.visible(actor, Case.objects.filter(pk=case.pk)).exists():
        raise NotVisible(_("There is no such case among yours."))
    row = dispatch.offered(case)
    if row is None:
        raise _over(case)
    access.check(actor, action, case)
    return case, row


def _over(case: Case) -> Conflict:
    last = case.dispatches.exclude(ended_at=None).select_related("ended_by", "unit").last()
    if last is None or last.ended_at is None:
        return Conflict(_("The case is not dispatched to a unit."))
    return Conflict(
        _("%(state)s (%(unit)s): %(who)s at %(when)s.")
        % {
            "state": last.get_state_display(),
            "unit": last.unit,
            "who": last.ended_by,
            "when": to_the_second(last.ended_at),
        }
    )
