"""Lawyers who are away, and who stands in: they see and do the absent one's open cases while it lasts.

No chain: whoever is away stands in for nobody. Who has, or may have, a conflict of interest in a case is not
let into it; it stays with the absent one, and the supervisor's queue says so.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from hotline import events
from hotline.actions import conflicts, staff
from hotline.enums import CheckOccasion, Role
from hotline.errors import Invalid, NotAllowed, NotVisible
from hotline.models import Absence, Case, Staff, StandIn

log = structlog.get_logger(__name__)


def visible(user: Staff) -> QuerySet[Absence]:
    """The absences that `user` reads: one's own, those one stands in for, a supervisor's unit's."""
    rows = Absence.objects.filter(cancelled_at=None).select_related("lawyer", "substitute")
    if user.role == Role.SUPERVISOR:
        return rows.filter(lawyer__unit__path__startswith=user.unit.path)
    return rows.filter(Q(lawyer=user) | Q(substitute=user))


def lawyers_of(user: Staff) -> QuerySet[Staff]:
    """The lawyers of this person's unit and below."""
    people = Staff.objects.filter(is_active=True, role=Role.LAWYER)
    return people.filter(unit__path__startswith=user.unit.path).order_by("name", "pk")


def substitutes(lawyer: Staff) -> QuerySet[Staff]:
    """Who can stand in for `lawyer`: the other lawyers of their unit."""
    return lawyers_of(lawyer).exclude(pk=lawyer.pk)


@transaction.atomic
def enter(
    actor: Staff, lawyer_pk: int, first_day: date, last_day: date, substitute_pk: int | None, reason: str
) -> Absence:
    """Write down that a lawyer is away, entered by themselves or by their supervisor.

    Raises NotVisible, and Invalid for days in the wrong order, an absence at the same time, or a substitute
    who is away then or is somebody's whose absence they share.
    """
    lawyer = _lawyer(actor, lawyer_pk)
    _lock([lawyer.pk, substitute_pk])
    substitute = substitutes(lawyer).filter(pk=substitute_pk).first() if substitute_pk else None
    wrong = _wrong(lawyer, first_day, last_day, substitute_pk, substitute)
    if wrong:
        raise Invalid(wrong)
    row = Absence.objects.create(
        lawyer=lawyer,
        substitute=substitute,
        first_day=first_day,
        last_day=last_day,
        reason=reason.strip(),
        entered_by=actor,
        entered_at=timezone.now(),
    )
    events.looked(actor, "absence.entered", detail=f"{lawyer.username} {first_day} - {last_day}")
    return row


def _lawyer(actor: Staff, pk: int) -> Staff:
    if actor.role != Role.SUPERVISOR and actor.pk != pk:
        raise NotAllowed(_("Only a supervisor enters somebody else's absence."))
    lawyer = lawyers_of(actor).select_related("unit").filter(pk=pk).first()
    if lawyer is None:
        raise NotVisible(_("There is no such lawyer among yours."))
    return lawyer


def _lock(pks: list[int | None]) -> None:
    # By id, as whoever gives them work: of two absences at once the second sees the first.
    rows = Staff.objects.select_for_update(no_key=True).filter(pk__in=[pk for pk in pks if pk])
    list(rows.order_by("pk"))


def _wrong(
    lawyer: Staff, first_day: date, last_day: date, substitute_pk: int | None, substitute: Staff | None
) -> dict[str, str]:
    if last_day < first_day:
        return {"last_day": _("The last day lies before the first.")}
    if last_day < timezone.localdate():
        return {"last_day": _("These days are over.")}
    then = Absence.objects.filter(cancelled_at=None, first_day__lte=last_day, last_day__gte=first_day)
    if then.filter(lawyer=lawyer).exists():
        return {"first_day": _("%(name)s is away on some of these days already.") % {"name": lawyer}}
    if then.filter(substitute=lawyer).exists():
        return {"first_day": _("%(name)s stands in for somebody on these days.") % {"name": lawyer}}
    if substitute_pk and substitute is None:
        return {"substitute": _("This person cannot stand in.")}
    if substitute is not None and then.filter(lawyer=substitute).exists():
        return {"substitute": _("%(name)s is away then, too.") % {"name": substitute}}
    return {}


@transaction.atomic
def cancel(actor: Staff, pk: int) -> Absence:
    """End an absence now, or take back one that has not begun: the substitute sees the cases no longer."""
    row = visible(actor).filter(pk=pk).first()
    if row is None or not (actor.role == Role.SUPERVISOR or row.lawyer_id == actor.pk):
        raise NotVisible(_("There is no such absence among yours."))
    row.cancelled_at = timezone.now()
    row.save(update_fields=["cancelled_at"])
    events.looked(actor, "absence.ended", detail=row.lawyer.username)
    return row


def deactivated(person: Staff) -> None:
    """Whoever leaves stands in for nobody, and nobody for them."""
    Absence.objects.filter(substitute=person).update(substitute=None)
    Absence.objects.filter(lawyer=person, cancelled_at=None).update(cancelled_at=timezone.now())
    rows = StandIn.objects.filter(Q(substitute=person) | Q(absence__lawyer=person), ended_at=None)
    rows.update(ended_at=timezone.now())


def unattended(cases: QuerySet[Case]) -> QuerySet[Case]:
    """The open ones of `cases` whose lawyer is away while nobody stands in."""
    away = Absence.objects.now().values("lawyer_id")
    return cases.filter(lawyer__in=away, closed_at=None).exclude(
        pk__in=StandIn.objects.now().values("case_id")
    )


# --- What the worker does ------------------------------------------------------------------------
def run(_now: datetime | None = None) -> int:
    """Let substitutes in where their days have come, and out where they are over; returns how many.

    Works from rows, a transaction for each case: it may run twice, and be killed anywhere.
    """
    done = 0
    for row in Absence.objects.now().filter(substitute__isnull=False).select_related("lawyer", "substitute"):
        there = row.stand_ins.values("case_id")
        for pk in Case.objects.open().filter(lawyer=row.lawyer).exclude(pk__in=there).values_list("pk"):
            done += _tried(_let_in, row, pk[0])
    held = StandIn.objects.now().values("pk")
    for over in StandIn.objects.filter(ended_at=None).exclude(pk__in=held).select_related("substitute"):
        done += _tried(_let_out, over, over.case_id)
    return done


def _tried(act: Callable[[Any, Case], None], row: Absence | StandIn, case_pk: int) -> int:
    try:
        with transaction.atomic():
            act(row, Case.objects.locked(case_pk))
        return 1
    except Exception as error:  # whatever one case meets, the others must still be handed over
        log.error("substitute failed", case=case_pk, error=type(error).__name__)
        return 0


def _let_in(row: Absence, case: Case) -> None:
    """Let the substitute into one case, unless something may stand between them and its employers."""
    person = row.substitute
    if person is None or case.lawyer_id != row.lawyer_id or not case.is_open or not staff.at_work(person):
        return
    clear = not conflicts.find(conflicts.employers_of(case), [person.pk]).get(person.pk)
    now = timezone.now()
    # One that is over from the beginning: the case was looked at, and they were not let in.
    StandIn.objects.create(
        absence=row, case=case, substitute=person, begun_at=now, ended_at=None if clear else now
    )
    if not clear:
        events.record(case, "stand_in.refused", topics=["floor"], name=str(person))
        return
    conflicts.check(case, person, CheckOccasion.STAND_IN, findings=[])
    told = [f"staff:{person.pk}"]
    events.record(
        case, "stand_in.begun", topics=told, name=str(person), of=str(row.lawyer), until=row.last_day
    )


def _let_out(row: StandIn, case: Case) -> None:
    if StandIn.objects.filter(pk=row.pk, ended_at=None).update(ended_at=timezone.now()):
        conflicts.leave(case, row.substitute_id)
        events.record(case, "stand_in.ended", topics=[f"staff:{row.substitute_id}"], name=str(row.substitute))
