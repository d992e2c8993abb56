"""The fair share: which lawyer a review goes to, and why not to the others."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from hotline import access
from hotline.actions import conflicts, staff
from hotline.actions.conflicts import Finding
from hotline.enums import CheckOccasion, CheckResult, Sex, Stage
from hotline.errors import Conflict
from hotline.models import Absence, Case, DutyShift, Event, LawyerProfile, ReviewOffer, Staff
from hotline.models.prepared import Given, Prepared

OPEN = [stage for stage in Stage.values if stage not in {Stage.QUALITY, Stage.CLOSED}]
"""Where a case is still work for its lawyer."""
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Candidate:
    """A lawyer of the case's unit, as the fair share sees them."""

    lawyer: Staff
    profile: LawyerProfile | None
    load: int
    """Open cases."""
    given_at: datetime
    """When they were last given a review."""
    away: bool
    on_duty: bool
    """At a post of the rota today: at work, and told to whoever chooses by hand."""
    declined: bool
    field_fits: bool
    language_fits: bool
    sex_fits: bool
    findings: list[Finding] = field(default_factory=list)

    @property
    def full(self) -> bool:
        """Whether no place is left."""
        return self.profile is not None and self.load >= self.profile.capacity

    @property
    def result(self) -> CheckResult:
        """What the conflict check says."""
        return conflicts.result_of(self.findings)

    @property
    def free(self) -> bool:
        """Whether the fair share may pick them."""
        return not (self.away or self.declined or self.full or self.findings)

    @property
    def assignable(self) -> bool:
        """Whether a supervisor may give them the case, perhaps with a word about a possible conflict."""
        return not (self.away or self.full or self.result == CheckResult.CONFLICT)

    @property
    def rank(self) -> tuple[Any, ...]:
        """What the free are sorted by: who suits first, then who has the least, then who waits longest."""
        weight = self.profile.weight if self.profile else Decimal(1)
        suits = (not self.sex_fits, not self.field_fits, not self.language_fits)
        return (*suits, Decimal(self.load) / weight, self.given_at, self.lawyer.pk)


def candidates(case: Case) -> list[Candidate]:
    """The lawyers of the case's unit: the free as the fair share ranks them, then the others."""
    today = timezone.localdate().isoformat()
    people = NEAR.all(path=case.unit.path, but=case.lawyer_id or 0, today=today)
    refused = {data.get("staff") or actor for actor, data in REFUSED.rows(case=case.pk)}
    found = conflicts.find(conflicts.employers_of(case), [person.pk for person in people])
    rows = [_candidate(case, person, refused, found.get(person.pk, [])) for person in people]
    return sorted(rows, key=lambda one: (not one.free, not one.assignable, one.rank))


def _with_load(people: QuerySet[Staff], today: Given) -> QuerySet[Staff]:
    load = Case.objects.filter(lawyer=OuterRef("pk"), stage__in=OPEN).order_by().values("lawyer")
    given = ReviewOffer.objects.filter(lawyer=OuterRef("pk")).order_by().values("lawyer")
    away = Absence.objects.on(today).filter(lawyer=OuterRef("pk"))
    shifts = DutyShift.objects.standing().filter(lawyer=OuterRef("pk"), day=today)
    return people.select_related("profile__firm", "unit").annotate(
        load=Coalesce(Subquery(load.annotate(n=Count("pk")).values("n")), 0),
        given_at=Subquery(given.annotate(last=Max("given_at")).values("last")),
        away=Exists(away),
        on_duty=Exists(shifts),
    )


NEAR = Prepared(
    lambda: _with_load(access.lawyers_near(Given("path")).exclude(pk=Given("but")), Given("today"))
)
REFUSED = Prepared(
    lambda: Event.objects.filter(
        case=Given("case"), kind__in=["review.declined", "review.unanswered"]
    ).values_list("actor_id", "data")
)
LOAD = Prepared(
    lambda: Case.objects.filter(lawyer=Given("lawyer"), stage__in=OPEN).order_by().values_list("pk")
)


def _candidate(case: Case, person: Any, refused: set[int], findings: list[Finding]) -> Candidate:
    profile: LawyerProfile | None = getattr(person, "profile", None)
    worker, group = case.person, case.category_id[:1] if case.category_id else ""
    return Candidate(
        lawyer=person,
        profile=profile,
        load=person.load,
        given_at=person.given_at or LONG_AGO,
        away=person.away,
        on_duty=person.on_duty,
        declined=person.pk in refused,
        field_fits=not (profile and profile.fields and group) or group in profile.fields,
        language_fits=not worker.language or bool(profile and worker.language in profile.languages),
        sex_fits=not worker.wants_woman or bool(profile and profile.sex == Sex.FEMALE),
        findings=findings,
    )


def pick(case: Case) -> Staff | None:
    """The lawyer whose turn it is, checked for conflicts; None when nobody is free.

    Whoever is picked stays at work until the commit, and has a place left: two cases at once wait for each
    other at that lawyer's row, and the second looks again. Call it with the case locked.
    """
    while True:
        best = next((one for one in candidates(case) if one.free), None)
        if best is None:
            return None
        if _keep(case, best):
            conflicts.check(case, best.lawyer, CheckOccasion.PICK, findings=[])
            return best.lawyer
        # Someone was given a case, has a new client, or left, at this moment: look again.


def _keep(case: Case, one: Candidate) -> bool:
    """Hold the lawyer's row, unless they are no longer what they were when they were ranked.

    Else it is let go again: nobody holds one lawyer's row and waits for another's.
    """
    begin = transaction.savepoint()
    same = staff.at_work(one.lawyer) and _load_of(one.lawyer) == one.load
    if same and not conflicts.find(conflicts.employers_of(case), [one.lawyer.pk]):
        transaction.savepoint_commit(begin)
        return True
    transaction.savepoint_rollback(begin)
    return False


def _load_of(lawyer: Staff) -> int:
    return len(LOAD.rows(lawyer=lawyer.pk))


def check_assignable(case: Case, lawyer: Staff, actor: Staff, word: str = "") -> None:
    """Make sure that a supervisor may give `case` to `lawyer`, and write the conflict check down.

    Raises Conflict for a conflict of interest (naming the client), a full desk or an absence, and Invalid
    for a possible conflict without a word. Their row is held until the commit.
    """
    staff.keep_at_work(lawyer)
    away = Absence.objects.now().filter(lawyer=lawyer).first()
    if away is not None:
        raise Conflict(_("%(name)s is away until %(day)s.") % {"name": lawyer, "day": away.last_day})
    profile = LawyerProfile.objects.filter(staff=lawyer).first()
    load = _load_of(lawyer)
    if profile is not None and load >= profile.capacity:
        raise Conflict(
            _("%(name)s has no place left: %(load)s open cases of %(capacity)s.")
            % {"name": lawyer, "load": load, "capacity": profile.capacity}
        )
    conflicts.check(case, lawyer, CheckOccasion.ASSIGN, actor, word=word)


def without_conflict(case: Case, people: Iterable[Staff]) -> list[Staff]:
    """Those of `people` between whom and the case nothing stands, not even perhaps."""
    found_people = list(people)
    found = conflicts.find(conflicts.employers_of(case), [person.pk for person in found_people])
    return [person for person in found_people if not found.get(person.pk)]
