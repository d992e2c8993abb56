"""Reviews without a lawyer: the supervisors' queue, who is choosing just now, and what was not answered.

Each function is one transaction; locks in the order of docs/architecture.md. A lawyer is given the case by
`workflows.holders.reassign`.
"""

from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from viewflow.workflow import STATUS

from hotline import access, bell
from hotline.actions import cases
from hotline.bell import Ring
from hotline.enums import ReviewAnswer, Stage
from hotline.errors import Conflict
from hotline.models import Case, Reservation, ReviewOffer, Staff
from hotline.moments import to_the_second
from workflows import review_terms
from workflows.measures import steps as measure_steps
from workflows.steps import current_task

log = structlog.get_logger(__name__)
RESERVED = timedelta(minutes=5)
"""How long a supervisor has a review to themselves while they choose."""
BATCH = 100


@transaction.atomic
def reserve(case_pk: int, actor: Staff) -> Reservation:
    """Keep a review that has no lawyer for `actor` while they choose one.

    Raises Conflict when it has one by now, or someone else is choosing: it says who and until when.
    """
    case = Case.objects.locked(case_pk)
    access.check(actor, "reassign", case)
    if case.stage != Stage.LEGAL_REVIEW or case.lawyer_id is not None:
        raise Conflict(_("This review does not wait for a lawyer any more."))
    refuse_reserved(case, actor)
    until = timezone.now() + RESERVED
    row, _made = Reservation.objects.update_or_create(
        case=case, defaults={"supervisor": actor, "until": until}
    )
    bell.ring([Ring("floor", "review.reserved")])
    return row


@transaction.atomic
def release(case_pk: int, actor: Staff) -> None:
    """Let others choose again. What is no longer `actor`'s stays as it is."""
    case = Case.objects.locked(case_pk)
    access.check(actor, "reassign", case)
    if Reservation.objects.filter(case=case, supervisor=actor).delete()[0]:
        bell.ring([Ring("floor", "review.released")])


def refuse_reserved(case: Case, actor: Staff) -> None:
    """Raise Conflict while someone else is choosing. Call it with the case locked."""
    row = Reservation.objects.select_related("supervisor").filter(case=case, until__gt=timezone.now()).first()
    if row is not None and row.supervisor_id != actor.pk:
        raise Conflict(
            _("%(name)s is choosing a lawyer for this case until %(time)s.")
            % {"name": row.supervisor, "time": to_the_second(row.until)}
        )


def lapse_due(now: datetime) -> int:
    """Take the reviews back that were not answered in time; returns how many were looked at.

    Works from rows: it costs what is over, and may run twice.
    """
    over = ReviewOffer.objects.filter(answered_at=None, answer_by__lt=timezone.localdate(now))
    pks = list(over.order_by("answer_by", "pk").values_list("pk", flat=True)[:BATCH])
    for pk in pks:
        try:
            _lapse(pk)
        except Exception as error:  # whatever one case meets, the others must still go back
            log.error("review not taken back", offer=pk, error=type(error).__name__)
    return len(pks)


@transaction.atomic
def _lapse(pk: int) -> None:
    case = Case.objects.locked(ReviewOffer.objects.values_list("case_id", flat=True).get(pk=pk))
    row = ReviewOffer.objects.select_related("lawyer").filter(pk=pk, answered_at=None).first()
    if row is None:
        return
    if case.stage != Stage.LEGAL_REVIEW or case.lawyer_id != row.lawyer_id:
        review_terms.answered(case, ReviewAnswer.MOVED)
        return
    review_terms.answered(case, ReviewAnswer.LAPSED)
    task = current_task(case)
    if task is not None and task.status == STATUS.ASSIGNED:
        with task.activation() as activation:
            activation.unassign()
    cases.unanswered(case, row.lawyer)
    measure_steps.hand_over(case, row.lawyer, None, None, "")
