"""The list of cases: which rows, in which order, one page at a time. The address holds all of it."""

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case as Choice
from django.db.models import Prefetch, Q, QuerySet, When
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hotline import access
from hotline.console.views_common import digest
from hotline.enums import Role, Stage, Urgency
from hotline.models import Case, CaseEmployer, Staff
from hotline.models.cases import DUE, NEVER

PAGE = 30
COUNT_LIMIT = 1000
"""Beyond this many the list says "1000+" instead of counting on."""
SORTS: dict[str, Any] = {
    "due": gettext_lazy("Nearest deadline"),
    "new": gettext_lazy("Newest first"),
    "urgent": gettext_lazy("Most urgent"),
}
TO_DO = "todo"
OWN_SORTS: dict[Role, dict[str, Any]] = {Role.MEDIATOR: {TO_DO: gettext_lazy("To do now first")}}
"""Orders that one role alone has; the first is what its list begins with."""
WHOSE: dict[Role, dict[str, Any]] = {
    Role.AGENT: {"mine": gettext_lazy("Mine"), "unit": gettext_lazy("All of my unit")},
    Role.MEDIATOR: {
        "all": gettext_lazy("All of my unit"),
        "mine": gettext_lazy("Mine"),
        "nobody": gettext_lazy("Nobody's yet"),
    },
}
FIRST_SORT = {Role.LAWYER: "due", Role.MEDIATOR: TO_DO}
DISPATCHED = {Role.AGENT: ["here"], Role.SUPERVISOR: ["here", "away"]}
"""Which lists of dispatched cases each role has."""


@dataclass(frozen=True)
class Filters:
    """What the address asks for; anything it cannot mean is left out."""

    stage: str = ""
    urgency: str = ""
    whose: str = ""
    waiting: bool = False
    """Legal reviews that nobody has."""
    agent: int = 0
    lawyer: int = 0
    dispatched: str = ""
    """`here`: waits for one's own unit to accept it; `away`: for another unit."""
    closed: bool = False
    sort: str = "new"
    after: str = ""

    def address(self, **changes: Any) -> str:
        """The query string of these filters with `changes`, from the first page on."""
        values = {**asdict(self), "after": "", **changes}
        kept = {name: ("1" if value is True else value) for name, value in values.items() if value}
        return "?" + urlencode(kept)


def read_filters(query: QueryDict, role: Role) -> Filters:
    """The filters in an address."""
    whose, known = WHOSE.get(role, {}), sorts(role)
    sort = query.get("sort", "")
    return Filters(
        stage=_one_of(query.get("stage", ""), Stage.values),
        urgency=_one_of(query.get("urgency", ""), Urgency.values),
        whose=_one_of(query.get("whose", ""), list(whose)) or next(iter(whose), ""),
        waiting=query.get("waiting") == "1" and role == Role.SUPERVISOR,
        agent=_number(query.get("agent", "")) if role == Role.SUPERVISOR else 0,
        lawyer=_number(query.get("lawyer", "")) if role == Role.SUPERVISOR else 0,
        dispatched=_one_of(query.get("dispatched", ""), DISPATCHED.get(role, [])),
        closed=query.get("closed") == "1",
        sort=sort if sort in known else FIRST_SORT.get(role, "new"),
        after=query.get("after", "")[:60],
    )


def sorts(role: Role | str) -> dict[str, Any]:
    """The orders that this role can choose, with their names."""
    return {**OWN_SORTS.get(Role(role), {}), **SORTS}


def _one_of(value: str, known: list[str]) -> str:
    return value if value in known else ""


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def matching(user: Staff, filters: Filters) -> QuerySet[Case]:
    """The cases that `filters` mean, of those that `user` may see."""
    found = access.visible(user, Case.objects.all())
    found = found.filter(stage=filters.stage) if filters.stage else found
    if not filters.stage:
        found = found.filter(stage=Stage.CLOSED) if filters.closed else found.exclude(stage=Stage.CLOSED)
    if filters.urgency:
        found = found.filter(urgency=filters.urgency)
    if filters.waiting:
        found = found.filter(stage=Stage.LEGAL_REVIEW, lawyer=None)
    if filters.agent:
        found = found.filter(agent=filters.agent)
    if filters.lawyer:
        found = found.filter(lawyer=filters.lawyer)
    if filters.dispatched == "here":
        return found.filter(offered_to=user.unit_id)
    if filters.dispatched == "away":
        return found.exclude(offered_to=None).exclude(offered_to=user.unit_id)
    return found.filter(_whose(user, filters.whose))


NOBODYS = Q(stage=Stage.MEDIATION, mediator=None)
"""Mediations that nobody has taken."""


def _whose(user: Staff, whose: str) -> Q:
    if whose == "mine":
        return Q(mediator=user) if user.role == Role.MEDIATOR else Q(agent=user)
    return NOBODYS if whose == "nobody" else Q()


@dataclass(frozen=True)
class Page:
    """One page of the list."""

    rows: list[Case]
    count: str
    following: str
    """Where the next page begins, empty on the last."""

    @property
    def version(self) -> str:
        """Differs when any row, or which rows there are, does."""
        return digest([(row.pk, row.version) for row in self.rows], self.count)


def page_of(user: Staff, filters: Filters) -> Page:
    """The page that `filters` ask for: always the same few queries, however many rows there are."""
    found = matching(user, filters)
    ordered = _ordered(found, filters.sort, user)
    rows = list(_after(ordered, filters)[: PAGE + 1])
    counted = found.order_by().values("pk")[: COUNT_LIMIT + 1].count()
    following = _mark(rows[PAGE - 1], filters.sort) if len(rows) > PAGE else ""
    return Page(rows[:PAGE], f"{COUNT_LIMIT}+" if counted > COUNT_LIMIT else str(counted), following)


def _ordered(found: QuerySet[Case], sort: str, user: Staff) -> QuerySet[Case]:
    parts = Prefetch("employers", queryset=CaseEmployer.objects.select_related("employer"))
    found = found.select_related(
        "person", "category", "unit", "offered_to", "agent", "lawyer", "mediator"
    ).prefetch_related(parts)
    found = found.annotate(due=DUE)
    if sort == TO_DO:
        own = NOBODYS | Q(stage=Stage.MEDIATION, mediator=user)
        return found.annotate(later=Choice(When(own, then=0), default=1)).order_by("later", "due", "pk")
    if sort == "due":
        return found.order_by("due", "pk")
    if sort == "urgent":
        return found.order_by("urgency", "due", "pk")
    return found.order_by("-opened_at", "-pk")


def _mark(row: Any, sort: str) -> str:
    """Where a page ends: the values of the last row (as `_ordered` has read it) that the order goes by."""
    due = (row.next_due or NEVER).isoformat()
    if sort == TO_DO:
        return f"{row.later}~{due}~{row.pk}"
    return {"due": f"{due}~{row.pk}", "urgent": f"{row.urgency}~{due}~{row.pk}"}.get(
        sort, f"{row.opened_at.isoformat()}~{row.pk}"
    )


def _after(ordered: QuerySet[Case], filters: Filters) -> QuerySet[Case]:
    """The rows that come after the mark; one that nobody made is as none."""
    *values, pk = filters.after.split("~")
    if not filters.after or not _number(pk):
        return ordered
    last = int(pk)
    try:
        if filters.sort == "due":
            due = date.fromisoformat(values[0])
            return ordered.filter(Q(due__gt=due) | Q(due=due, pk__gt=last))
        if filters.sort == TO_DO:
            later, due = _number(values[0]), date.fromisoformat(values[1])
            return ordered.filter(
                Q(later__gt=later) | Q(later=later, due__gt=due) | Q(later=later, due=due, pk__gt=last)
            )
        if filters.sort == "urgent":
            level, due = values[0], date.fromisoformat(values[1])
            return ordered.filter(
                Q(urgency__gt=level) | Q(urgency=level, due__gt=due) | Q(urgency=level, due=due, pk__gt=last)
            )
        opened = datetime.fromisoformat(values[0].replace(" ", "+")).astimezone(UTC)
        return ordered.filter(Q(opened_at__lt=opened) | Q(opened_at=opened, pk__lt=last))
    except (ValueError, IndexError, OverflowError):
        return ordered


def chips(user: Staff, filters: Filters) -> list[tuple[str, str]]:
    """The filters that are on: words, and the address without them."""
    found: list[tuple[str, str]] = []
    if filters.stage:
        found.append((str(Stage(filters.stage).label), filters.address(stage="")))
    if filters.urgency:
        found.append((str(Urgency(filters.urgency).label), filters.address(urgency="")))
    if filters.waiting:
        found.append((_("Reviews without a lawyer"), filters.address(waiting=False)))
    if filters.dispatched:
        words = _("Dispatched to us") if filters.dispatched == "here" else _("Dispatched, not yet accepted")
        found.append((words, filters.address(dispatched="")))
    if filters.closed:
        found.append((_("Closed cases"), filters.address(closed=False)))
    wanted = [pk for pk in (filters.agent, filters.lawyer) if pk]
    named = Staff.objects.filter(pk__in=wanted, unit__path__startswith=user.unit.path)
    names = dict(named.values_list("pk", "name")) if wanted else {}
    if filters.agent:
        name = names.get(filters.agent, "?")
        found.append((_("Agent: %(name)s") % {"name": name}, filters.address(agent=0)))
    if filters.lawyer:
        name = names.get(filters.lawyer, "?")
        found.append((_("Lawyer: %(name)s") % {"name": name}, filters.address(lawyer=0)))
    return found


def people(user: Staff) -> dict[str, QuerySet[Staff]]:
    """Whom a supervisor can filter by."""
    if user.role != Role.SUPERVISOR:
        return {}
    below = Staff.objects.filter(is_active=True, unit__path__startswith=user.unit.path)
    return {"agents": below.filter(role=Role.AGENT), "lawyers": below.filter(role=Role.LAWYER)}


def topics(user: Staff) -> str:
    """What rings when a row of the list may have changed."""
    mine = f"staff:{user.pk}"
    if user.role == Role.LAWYER:
        return mine
    return f"{mine} unit:{user.unit_id}"
