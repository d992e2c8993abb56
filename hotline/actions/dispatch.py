"""How a case leaves the hotline's intake: the worker is told another body, or a unit is to take it.

Call these with the case locked.
"""

from dataclasses import dataclass
from functools import cache

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hotline import access, events
from hotline.actions import cases
from hotline.actions.deployment import read
from hotline.enums import DispatchState, Role, TransferCode, UnitKind
from hotline.models import Case, Category, Dispatch, Staff, Transfer, Unit

STATION = "工会职工服务站"
"""What follows an enterprise's name in the name of its station."""


@dataclass(frozen=True)
class Route:
    """A body that workers are told to turn to, and for which codes it is the usual one."""

    body: str
    phone: str
    codes: tuple[str, ...]


@cache
def routes() -> tuple[Route, ...]:
    """The table of bodies (fixtures/transfer_routes.json)."""
    return tuple(Route(row["body"], row["phone"], tuple(row["codes"])) for row in read("transfer_routes"))


def transfer(case: Case, actor: Staff, code: TransferCode, *, body: str, phone: str, reason: str) -> Transfer:
    """Keep why `case` is not the hotline's and where its worker was told to go.

    A case without a category takes the code's.
    """
    row = Transfer.objects.create(
        case=case, code=code, body=body, phone=phone, reason=reason, actor=actor, at=timezone.now()
    )
    if case.category_id is None:
        case.category = Category.objects.filter(pk=code).first()
    events.record(
        case, "case.transferred", actor=actor, changed=["category"], code=code, body=body, phone=phone
    )
    return row


def units_for(case: Case) -> QuerySet[Unit]:
    """The units that `case` can be dispatched to: above or below its own, with someone who receives it."""
    floor = Staff.objects.filter(unit=OuterRef("pk"), is_active=True, role__in=access.FLOOR)
    near = Q(path__startswith=case.unit.path) | Q(pk__in=case.unit.ancestors)
    return Unit.objects.filter(near, Exists(floor)).exclude(pk=case.unit_id)


@dataclass(frozen=True)
class Suggested:
    """A unit and why it is the one."""

    unit: Unit
    reason: str | Promise


def suggested(case: Case) -> Suggested | None:
    """The unit nearest to the case: the employer's station, then the worker's place, then the employer's."""
    units = {unit.code: unit for unit in units_for(case)}
    employers = [part.employer for part in case.employers.select_related("employer")]
    for unit in units.values():
        name = unit.name.partition(STATION)[0]
        if unit.kind == UnitKind.ENTERPRISE and any(name in employer.name for employer in employers):
            return Suggested(unit, _("the employer's own station"))
    places: list[tuple[str, str | Promise]] = [
        (case.street_code, _("the worker's street")),
        (case.district_code, _("the worker's district")),
        *((employer.district_code, _("the employer's district")) for employer in employers),
    ]
    found = ((units[code], reason) for code, reason in places if code in units)
    return next((Suggested(unit, reason) for unit, reason in found), None)


def offered(case: Case) -> Dispatch | None:
    """The dispatch that waits for the unit's answer."""
    if case.offered_to_id is None:
        return None
    return case.dispatches.select_related("unit", "sender", "sent_by").get(state=DispatchState.OFFERED)


def send(case: Case, actor: Staff, unit: Unit, note: str) -> Dispatch:
    """Offer `case` to `unit`, whose agents and supervisors see it from now on."""
    row = Dispatch.objects.create(
        case=case, unit=unit, sender=case.unit, note=note, sent_by=actor, sent_at=timezone.now()
    )
    case.offered_to = unit
    events.record(
        case, "case.dispatched", actor=actor, topics=["floor"], changed=["offered_to"], unit=unit.name
    )
    return row


def accept(case: Case, actor: Staff) -> None:
    """The case is the unit's from now on, at the intake of the agent who accepts it."""
    row = offered(case)
    assert row is not None
    before = case.unit.ancestors
    _end(row, actor, DispatchState.ACCEPTED)
    case.unit, case.offered_to = row.unit, None
    topics = ["floor", *(f"unit:{pk}" for pk in before)]
    changed = ["unit", "offered_to"]
    events.record(case, "dispatch.accepted", actor=actor, topics=topics, changed=changed, unit=row.unit.name)
    cases.assign(case, "intake", actor if actor.role == Role.AGENT else None, actor)


def end(case: Case, actor: Staff, state: DispatchState, reason: str, *, overdue: bool = False) -> None:
    """The offer ends without an acceptance: returned, taken back, or the worker withdraws."""
    row = offered(case)
    assert row is not None
    _end(row, actor, state, reason, overdue)
    case.offered_to = None
    kind = {DispatchState.RETURNED: "dispatch.returned", DispatchState.TAKEN_BACK: "dispatch.taken_back"}.get(
        state, "dispatch.withdrawn"
    )
    events.record(
        case,
        kind,
        actor=actor,
        topics=["floor", f"unit:{row.unit_id}"],
        changed=["offered_to"],
        unit=row.unit.name,
        reason=reason,
        overdue=overdue,
    )


def _end(row: Dispatch, actor: Staff, state: DispatchState, reason: str = "", overdue: bool = False) -> None:
    row.state, row.reason, row.overdue = state, reason, overdue
    row.ended_by, row.ended_at = actor, timezone.now()
    row.save(update_fields=["state", "reason", "overdue", "ended_by", "ended_at"])


def dispatched_to(user: Staff) -> QuerySet[Case]:
    """The cases that wait for the acceptance of the person's own unit."""
    return Case.objects.filter(offered_to=user.unit_id)
