"""Emergencies of a case and the duty lead. Call what takes a case with the case locked."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from hotline import bell, events
from hotline.actions import staff
from hotline.bell import Ring
from hotline.enums import Urgency
from hotline.models import Case, Duty, Emergency, Staff
from hotline.models.prepared import Given, Prepared

OPEN = Prepared(
    lambda: Emergency.objects.filter(case=Given("case"), released_at=None).select_related("taken_by")
)


def open_of(case: Case) -> Emergency | None:
    """The emergency of `case` that nobody has released."""
    found = OPEN.first(case=case.pk)
    if found is not None:
        found.case = case
    return found


def begin(case: Case, actor: Staff | None, now: datetime, oral_due: datetime, written_due: datetime) -> None:
    """Note that `case` is an emergency, unless it is noted; whoever has the duty lead is rung at once."""
    _row, made = Emergency.objects.get_or_create(
        case=case,
        released_at=None,
        defaults={"noticed_at": now, "oral_due": oral_due, "written_due": written_due},
    )
    if made:
        topics = ["floor", *(f"staff:{pk}" for pk in on_duty().values_list("pk", flat=True))]
        events.record(case, "emergency.opened", actor=actor, topics=topics)


def take(emergency: Emergency, actor: Staff) -> None:
    """`actor` takes the emergency over."""
    staff.keep_at_work(actor)
    emergency.taken_by, emergency.taken_at = actor, timezone.now()
    emergency.save(update_fields=["taken_by", "taken_at"])
    events.record(emergency.case, "emergency.taken", actor=actor, topics=["floor"], name=str(actor))


def report(emergency: Emergency, actor: Staff, *, written: bool, note: str) -> None:
    """It was reported to the union's leader on duty, orally or in writing."""
    field, now = "written_at" if written else "oral_at", timezone.now()
    late(emergency, now, written=written)
    setattr(emergency, field, now)
    emergency.save(update_fields=[field])
    kind = "emergency.written" if written else "emergency.oral"
    events.record(emergency.case, kind, actor=actor, topics=["floor"], note=note)


def late(emergency: Emergency, now: datetime, *, written: bool) -> int:
    """Say once in the timeline that a report was not made by `now` and is late; returns how often it did."""
    name = "written" if written else "oral"
    due, made, told = (getattr(emergency, f"{name}_{what}") for what in ("due", "at", "late"))
    if made is not None or told or now <= due:
        return 0
    setattr(emergency, f"{name}_late", True)
    emergency.save(update_fields=[f"{name}_late"])
    topics = ["floor", *(f"staff:{pk}" for pk in on_duty().values_list("pk", flat=True))]
    events.record(emergency.case, "emergency.late", topics=topics, report=name, due=due.isoformat())
    return 1


def release(emergency: Emergency, actor: Staff, reason: str) -> None:
    """The danger is over: the case is urgent still (P1), and may go to its end. P0 anew is another one."""
    case = emergency.case
    case.urgency = Urgency.P1 if case.urgency == Urgency.P0 else case.urgency
    emergency.released_by, emergency.released_at = actor, timezone.now()
    emergency.save(update_fields=["released_by", "released_at"])
    events.record(
        case, "emergency.released", actor=actor, topics=["floor"], changed=["urgency"], reason=reason
    )


# --- The duty lead --------------------------------------------------------------------------------
def on_duty() -> QuerySet[Staff]:
    """The supervisors who have the duty lead now."""
    return Staff.objects.filter(is_active=True, duties__until=None, duties__isnull=False)


def has_duty(person: Staff) -> bool:
    """Whether `person` has the duty lead now."""
    return Duty.objects.filter(staff=person, until=None).exists()


@transaction.atomic
def set_duty(person: Staff, *, on: bool) -> None:
    """Take the duty lead, or lay it down; what is so already stays."""
    staff.keep_at_work(person)
    now = timezone.now()
    if on:
        Duty.objects.get_or_create(staff=person, until=None, defaults={"since": now})
    else:
        Duty.objects.filter(staff=person, until=None).update(until=now)
    bell.ring([Ring(f"staff:{person.pk}", "duty"), Ring("floor", "duty")])
