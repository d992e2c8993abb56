"""Who may see and do what: one policy for pages, sockets, search and files.

`visible` says which rows, `may` says whether this person may do this, `who_may` says which people may.
Whatever is not visible does not exist for that person (404). Views name their roles with `allow`.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Value
from django.db.models.lookups import StartsWith
from django.utils import timezone
from django.utils.translation import gettext as _

from hotline import events
from hotline.enums import Role, Stage
from hotline.errors import NotAllowed, NotVisible
from hotline.models import (
    Attachment,
    Call,
    Case,
    Document,
    Measure,
    Mediation,
    Recording,
    ReturnVisit,
    Staff,
    StandIn,
    Unit,
)
from hotline.models.prepared import Given, Prepared

View = TypeVar("View", bound=Callable[..., Any])
FLOOR = frozenset({Role.AGENT, Role.SUPERVISOR})
CASE_ROLES = frozenset({Role.AGENT, Role.LAWYER, Role.MEDIATOR, Role.SUPERVISOR})
UNIT_LISTS = frozenset({Role.AGENT, Role.MEDIATOR, Role.SUPERVISOR})
"""Whose lists show the cases of a unit."""


def allow(*roles: Role) -> Callable[[View], View]:
    """Mark a view as open to signed-in staff of `roles`; no role means everyone who is signed in."""

    def mark(view: View) -> View:
        view.access_rule = frozenset(roles or Role)  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Mark a view as open to everyone: health pages and the sign-in."""
    view.access_rule = "public"  # type: ignore[attr-defined]
    return view


def carrier_only(view: View) -> View:
    """Mark a view as the carrier's: it checks the carrier's signature itself before anything else."""
    view.access_rule = "carrier"  # type: ignore[attr-defined]
    return view


def visible(user: Staff, cases: QuerySet[Case]) -> QuerySet[Case]:
    """Those of `cases` that `user` may see."""
    return cases.filter(_scope(user))


def _scope(user: Staff) -> Q:
    if not user.is_active:
        return Q(pk__in=[])
    if user.role == Role.SUPERVISOR:
        return _of_unit(user)
    if user.role == Role.AGENT:
        held = Q(Exists(_held_calls(user))) | Q(Exists(_held_measures(user)))
        return _of_unit(user) | held
    if user.role == Role.LAWYER:
        return Q(lawyer=user) | Q(pk__in=_lent(user))
    if user.role == Role.MEDIATOR:
        mediations = Mediation.objects.filter(case=OuterRef("pk"), unit__path__startswith=user.unit.path)
        return Q(Exists(mediations))
    return Q(pk__in=[])


def _of_unit(user: Staff) -> Q:
    """The cases of the person's unit and below, and those that are dispatched to the unit itself."""
    below = Q(unit__path__startswith=user.unit.path)
    return below if user.unit.parent_id is None else below | Q(offered_to=user.unit_id)


def _held_calls(user: Staff) -> QuerySet[Call]:
    # Who holds a call has its case until wrap-up, whatever the unit.
    return Call.objects.filter(interaction__case=OuterRef("pk"), agent=user, wrapped_up_at=None)


def _held_measures(user: Staff) -> QuerySet[Measure]:
    # Whoever holds a measure has its case for as long as it is open.
    return Measure.objects.open().filter(case=OuterRef("pk"), holder=user)


def _lent(user: Staff) -> list[int]:
    """The cases that a lawyer has for a while only: by a measure that they hold, or for someone away.

    Few, and asked for first: as a part of the query they would cost the index over the lawyer's own.
    """
    return [pk for (pk,) in _LENT.rows(user=user.pk, today=timezone.localdate().isoformat())]


_LENT = Prepared(
    lambda: (
        Measure.objects.open()
        .filter(holder=Given("user"))
        .order_by()
        .values_list("case_id")
        .union(
            StandIn.objects.on(Given("today"))
            .filter(substitute=Given("user"))
            .order_by()
            .values_list("case_id")
        )
    )
)


def _stood_in(user: Staff) -> QuerySet[StandIn]:
    return StandIn.objects.now().filter(substitute=user)


def acts_as_lawyer(user: Staff, case: Case) -> bool:
    """Whether `user` is the lawyer of `case`, or stands in for them now."""
    if user.role != Role.LAWYER:
        return False
    return case.lawyer_id == user.pk or _stood_in(user).filter(case=case).exists()


def _holds_measure(user: Staff, case: Case) -> bool:
    return case.measures.open().filter(holder=user).exists()


def case_for(user: Staff, pk: int, *, opened: bool = False) -> Case:
    """The case `pk` if `user` may see it; the access log has the look (`events.looked_in_visit`).

    Raises NotVisible, and the access log has the refusal.
    """
    found = visible(user, Case.objects.select_related("unit", "person", "category")).filter(pk=pk).first()
    if found is None:
        events.looked(user, "case", case=Case.objects.filter(pk=pk).first(), detail=str(pk), refused=True)
        raise NotVisible(_("There is no such case among yours."), noted=True)
    events.looked_in_visit(user, "case", case=found, opened=opened)
    return found


def attachment_for(user: Staff, pk: int) -> Attachment:
    """The attachment `pk` of a case that `user` may see. Raises NotVisible."""
    cases = visible(user, Case.objects.all())
    found = Attachment.objects.filter(Q(case__in=cases) | Q(case__merged_into__in=cases), pk=pk).first()
    if found is None:
        case = Case.objects.filter(attachments=pk).first()
        events.looked(user, "attachment", case=case, detail=str(pk), refused=True)
        raise NotVisible(_("There is no such file among yours."), noted=True)
    return found


def document_for(user: Staff, pk: int) -> Document:
    """The paper `pk` of a case that `user` may see. Raises NotVisible."""
    found = Document.objects.select_related("case__unit", "case__person", "measure", "made_by").filter(
        pk=pk, case__in=visible(user, Case.objects.all())
    )
    row = found.first()
    if row is None:
        case = Case.objects.filter(documents=pk).first()
        events.looked(user, "document", case=case, detail=str(pk), refused=True)
        raise NotVisible(_("There is no such paper among yours."), noted=True)
    return row


def recording_for(user: Staff, pk: int) -> Recording:
    """The recording `pk` of a case that `user` may see. Raises NotVisible."""
    holds = Q(interactions__call__recordings=pk)
    # What was said in a merged case is heard by whoever sees the one that it went into.
    seen = visible(user, Case.objects.filter(holds | Q(merged__interactions__call__recordings=pk)))
    found = Recording.objects.filter(pk=pk).first() if any(may(user, "listen", one) for one in seen) else None
    if found is None:
        case = Case.objects.filter(holds).first()
        events.looked(user, "recording", case=case, detail=str(pk), refused=True)
        raise NotVisible(_("There is no such recording among yours."), noted=True)
    return found


def may_listen(user: Staff, topic: str) -> bool:
    """Whether `user` may be rung for `topic` (see `events.ring_case` for the kinds of topics)."""
    name, _sep, key = topic.partition(":")
    if name == "floor":
        return user.role in FLOOR and user.is_active
    if not key.isdecimal() or len(key) > 18 or not user.is_active:
        return False
    if name == "staff":
        return int(key) == user.pk
    if name == "unit" and user.role in UNIT_LISTS:
        return Unit.objects.filter(pk=key, path__startswith=user.unit.path).exists()
    return name == "case" and visible(user, Case.objects.filter(pk=key)).exists()


def _mediates_now(user: Staff, case: Case) -> bool:
    # A mediator of an earlier mediation still reads the case, and decides nothing in another unit's.
    mediation = Mediation.objects.newest(case)
    return mediation is not None and mediation.unit.path.startswith(user.unit.path)


OFFERED = frozenset({"look", "note", "attach", "listen", "receive"})
"""What is done to a case that one sees only because it is dispatched to one's unit."""


def only_offered(user: Staff, case: Case) -> bool:
    """Whether `user` sees `case` only because it is dispatched to their unit and not accepted yet."""
    if case.offered_to_id is None or case.offered_to_id != user.unit_id or user.role not in FLOOR:
        return False
    if case.unit.path.startswith(user.unit.path):
        return False
    return not Call.objects.filter(interaction__case=case, agent=user, wrapped_up_at=None).exists()


_DOERS: dict[str, Callable[[Staff, Case], bool]] = {
    "look": lambda user, case: True,
    "intake": lambda user, case: user.role in FLOOR,
    "facts": lambda user, case: user.role in FLOOR or acts_as_lawyer(user, case),
    "message": lambda user, case: user.role in FLOOR,
    "note": lambda user, case: True,
    "attach": lambda user, case: True,
    "listen": lambda user, case: user.role != Role.LAWYER or acts_as_lawyer(user, case),
    "review": acts_as_lawyer,
    "mediate": lambda user, case: user.role == Role.MEDIATOR and _mediates_now(user, case),
    "perform": lambda user, case: (
        user.role in FLOOR or acts_as_lawyer(user, case) or may(user, "mediate", case)
    ),
    "refer": acts_as_lawyer,
    "document": lambda user, case: may(user, "measure", case) or may(user, "mediate", case),
    "check": lambda user, case: user.role == Role.SUPERVISOR,
    "emergency": lambda user, case: user.role == Role.SUPERVISOR,
    "visit": lambda user, case: user.role in FLOOR,
    "begin_measure": lambda user, case: user.role in FLOOR or acts_as_lawyer(user, case),
    "measure": lambda user, case: may(user, "begin_measure", case) or _holds_measure(user, case),
    "take_back": lambda user, case: user.role == Role.SUPERVISOR or acts_as_lawyer(user, case),
    "withdraw": lambda user, case: user.role in FLOOR or acts_as_lawyer(user, case),
    "reopen": lambda user, case: user.role in FLOOR,
    "reassign": lambda user, case: user.role == Role.SUPERVISOR,
    "merge": lambda user, case: user.role in FLOOR,
    "collective": lambda user, case: user.role == Role.SUPERVISOR or acts_as_lawyer(user, case),
    "receive": lambda user, case: user.role in FLOOR and case.offered_to_id == user.unit_id,
}
"""Each thing that is done to a case one can see, and who does it."""


def may(user: Staff, action: str, case: Case) -> bool:
    """Whether `user`, who sees `case`, may do `action` (a key of the table above) to it."""
    if not user.is_active or (only_offered(user, case) and action not in OFFERED):
        return False
    return _DOERS[action](user, case)


def check(user: Staff, action: str, case: Case) -> None:
    """Raise NotVisible or NotAllowed unless `user` may do `action` to `case`, as the rows stand now."""
    if not _has(user, case) and not visible(user, Case.objects.filter(pk=case.pk)).exists():
        raise NotVisible(_("There is no such case among yours."))
    if not may(user, action, case):
        raise NotAllowed(_("Your role does not allow this."))


def _has(user: Staff, case: Case) -> bool:
    """Whether it is a lawyer's own case, or one of the unit's: what is mostly asked, answered by the key."""
    if not user.is_active:
        return False
    if user.role == Role.LAWYER:
        return bool(_OWN.rows(case=case.pk, user=user.pk))
    return user.role in FLOOR and bool(_BELOW.rows(case=case.pk, path=user.unit.path))


_OWN = Prepared(
    lambda: Case.objects.filter(pk=Given("case"), lawyer=Given("user")).order_by().values_list("pk")
)
_BELOW = Prepared(
    lambda: (
        Case.objects.filter(pk=Given("case"), unit__path__startswith=Given("path"))
        .order_by()
        .values_list("pk")
    )
)


def who_may(action: str, case: Case) -> QuerySet[Staff]:
    """The active staff who may be given `action` on `case`: of its unit; a check goes to those who watch it.

    Lawyers of the units above, too: they are mostly the city's, and a street's case is reviewed all the same.
    """
    if action in {"review", "refer"}:
        return lawyers_near(Value(case.unit.path))
    people = Staff.objects.filter(is_active=True)
    if action == "check":
        return people.filter(role=Role.SUPERVISOR, unit__in=case.unit.ancestors)
    roles = {"mediate": Role.MEDIATOR, "intake": Role.AGENT, "visit": Role.AGENT}
    return people.filter(unit__path__startswith=case.unit.path, role=roles[action])


def lawyers_near(path: Value | Given) -> QuerySet[Staff]:
    """The active lawyers of the unit at `path`, of those below it, and of those above it."""
    near = Q(unit__path__startswith=path) | Q(
        StartsWith(ExpressionWrapper(path, CharField()), F("unit__path"))
    )
    return Staff.objects.filter(near, is_active=True, role=Role.LAWYER)


def open_work(user: Staff) -> QuerySet[Case]:
    """The open cases that rest on `user`."""
    return _resting_on(user, _held_measures_of(user).union(_due_visits_of(user)))


def todays_work(user: Staff) -> QuerySet[Case]:
    """The open cases that `user` works on today: their own, and those of whom they stand in for."""
    stood_in = _stood_in(user).order_by().values_list("case_id")
    return _resting_on(user, _held_measures_of(user).union(_due_visits_of(user), stood_in))


def _resting_on(user: Staff, others: QuerySet[Any, tuple[int]]) -> QuerySet[Case]:
    # The others are few, and asked for first: as a part of the query they would cost its indexes.
    mine = Q(agent=user, stage=Stage.INTAKE) | Q(lawyer=user) | Q(mediator=user, stage=Stage.MEDIATION)
    mine |= Q(checker=user, stage=Stage.QUALITY) | Q(pk__in=[pk for (pk,) in others])
    return Case.objects.open().filter(mine)


def _held_measures_of(user: Staff) -> QuerySet[Measure, tuple[int]]:
    return Measure.objects.open().filter(holder=user).order_by().values_list("case_id")


def _due_visits_of(user: Staff) -> QuerySet[ReturnVisit, tuple[int]]:
    return ReturnVisit.objects.filter(done_at=None, case__agent=user).order_by().values_list("case_id")
