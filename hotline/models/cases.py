"""A case and what belongs to it alone."""

from collections.abc import Callable
from datetime import date
from typing import Self

from django.db import connection, models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from hotline.enums import (
    Answer,
    CallbackState,
    Channel,
    ClaimKind,
    ClockState,
    EmployerRole,
    Outcome,
    RequestKind,
    Section,
    Stage,
    Urgency,
)
from hotline.models.people import Contact, Employer, Person
from hotline.models.prepared import Given, Prepared
from hotline.models.staff import Category, Staff, Unit


class CaseQuerySet(models.QuerySet["Case"]):
    def open(self) -> Self:
        """The cases that are not closed."""
        return self.exclude(stage=Stage.CLOSED)

    def for_update(self) -> Self:
        """The cases with unit and person, their own rows to be locked until the end.

        Rows that only point at the case (a look, a draft, a search mark) do not wait for it: two cases
        whose holders mark each other would never end.
        """
        return self.select_related("unit", "person").select_for_update(of=("self",), no_key=True)


def again(read: Callable[[], "Case | None"]) -> "Case | None":
    """What `read` locks and returns, asked once more where it returns none.

    PostgreSQL looks again at a row that it has waited for, and joins it with the unit it had before: a case
    that another unit has accepted meanwhile is then not found.
    """
    return read() or (read() if connection.vendor == "postgresql" else None)


_Cases = models.Manager.from_queryset(CaseQuerySet)


class CaseManager(_Cases["Case"]):
    def locked(self, pk: int) -> "Case":
        """The case with its unit and person, locked (`for_update`). Raises Case.DoesNotExist."""
        found = again(lambda: LOCKED.first(pk=pk))
        if found is None:
            raise Case.DoesNotExist
        return found


NEVER = date(9999, 12, 31)
DUE = Coalesce("next_due", NEVER)
"""What lists sort by; a case without a deadline comes last, in any database."""


class NumberSeries(models.Model):
    """The last number given out in a series; locked while the next is taken, so that none is skipped."""

    key = models.CharField(max_length=40, primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.key}: {self.last}"


class Case(models.Model):
    """One matter of one worker. Written by `actions` only; `stage` by the flow's callbacks only."""

    number = models.CharField(max_length=30, unique=True)
    person = models.ForeignKey(Person, models.PROTECT, related_name="cases", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="cases", db_index=False)
    channel = models.CharField(max_length=5, choices=Channel)
    stage = models.CharField(max_length=12, choices=Stage, default=Stage.INTAKE)
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    outcome_note = models.TextField(blank=True)
    urgency = models.CharField(_("urgency"), max_length=2, choices=Urgency, default=Urgency.P2)
    request_kind = models.CharField(_("kind of request"), max_length=10, choices=RequestKind, blank=True)
    category = models.ForeignKey(
        Category,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
        verbose_name=_("category"),
        db_index=False,
    )
    summary = models.CharField(_("in one line"), max_length=120, blank=True)
    narrative = models.TextField(_("what happened"), blank=True)
    wishes = models.TextField(_("what the worker wants"), blank=True)
    district_code = models.CharField(_("district"), max_length=12, blank=True)
    street_code = models.CharField(_("street or town"), max_length=12, blank=True)
    employed_from = models.DateField(_("employed from"), null=True, blank=True)
    employed_until = models.DateField(_("employed until"), null=True, blank=True)
    has_contract = models.CharField(
        _("written contract"), max_length=7, choices=Answer, default=Answer.UNKNOWN
    )
    known_on = models.DateField(_("knew of the infringement on"), null=True, blank=True)
    persons = models.PositiveIntegerField(_("persons concerned"), default=1)
    offered_to = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="offered_cases", db_index=False
    )
    """The unit it is dispatched to and that has not accepted it yet; `unit` changes with the acceptance."""
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged", db_index=False)
    """The case that goes on for both; the steps and timers of this one stand still (`workflows.merges`)."""
    split_from = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="split_off", db_index=False
    )
    agent = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    lawyer = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="lawyer_cases", db_index=False)
    mediator = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    checker = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+", db_index=False)
    """The supervisor who checks how it was handled."""
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()
    next_due = models.DateField(null=True)
    """The nearest running clock's due date, kept by `actions.clocks`."""
    version = models.PositiveIntegerField(default=0)
    """The number of events so far: each write is one event."""
    chain_head = models.CharField(max_length=64, blank=True, default="")

    objects = CaseManager()

    class Meta:
        # Each is written with every change of what it holds: none is there that another one covers, and
        # what is mostly empty has only the rows in which it is not.
        indexes = (
            models.Index(fields=("-opened_at", "-id"), name="case_newest"),
            models.Index(fields=("lawyer", "stage", "next_due"), name="case_lawyer"),
            models.Index(fields=("unit", "stage", "-opened_at"), name="case_unit"),
            models.Index(fields=("person", "stage"), name="case_person"),
            # What rests on somebody is a handful beside the years that went through their hands.
            models.Index(fields=("agent",), condition=models.Q(stage="INTAKE"), name="case_at_intake"),
            models.Index(
                fields=("mediator",), condition=models.Q(stage="MEDIATION"), name="case_at_mediator"
            ),
            models.Index(fields=("checker",), condition=models.Q(stage="QUALITY"), name="case_at_checker"),
            models.Index(fields=("category",), name="case_category"),
            *(
                models.Index(
                    fields=(name,), condition=models.Q(**{f"{name}__isnull": False}), name=f"case_{name}"
                )
                for name in ("offered_to", "merged_into", "split_from")
            ),
            models.Index(DUE, "id", name="case_due"),
            models.Index("urgency", DUE, "id", name="case_urgent"),
        )

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return self.stage != Stage.CLOSED


LOCKED = Prepared(lambda: Case.objects.for_update().filter(pk=Given("pk")))


class SectionRevision(models.Model):
    """How often a section of a case was saved, last by whom: a save names the revision it began from."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="sections")
    section = models.CharField(max_length=9, choices=Section)
    revision = models.PositiveIntegerField(default=0)
    saved_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    saved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("case", "section"), name="one_revision_per_section"),)

    def __str__(self) -> str:
        return f"{self.case_id} {self.section} {self.revision}"


class Draft(models.Model):
    """What a person has typed into a section and not yet saved; kept so that a crash loses nothing."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="drafts")
    section = models.CharField(max_length=20)
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="drafts")
    data = models.JSONField()
    revision = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("case", "section", "staff"), name="one_draft"),)

    def __str__(self) -> str:
        return f"{self.case_id} {self.section} {self.staff_id}"


class CaseEmployer(models.Model):
    """An employer's part in a case."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="employers")
    employer = models.ForeignKey(Employer, models.PROTECT, related_name="cases")
    role = models.CharField(max_length=18, choices=EmployerRole, default=EmployerRole.EMPLOYER)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("case", "employer", "role"), name="one_role"),)
        indexes = (models.Index(fields=("employer", "-id"), name="employer_newest"),)
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.employer} ({self.get_role_display()})"


class Claim(models.Model):
    """One thing the worker asks for, with its amount in yuan and how it is reckoned."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="claims")
    kind = models.CharField(_("claim"), max_length=18, choices=ClaimKind)
    amount = models.DecimalField(_("amount in yuan"), max_digits=11, decimal_places=2, null=True, blank=True)
    period = models.CharField(_("period"), max_length=60, blank=True)
    basis = models.CharField(_("how it is reckoned"), max_length=300, blank=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.get_kind_display()


class ReviewManager(models.Manager["Review"]):
    def open_of(self, case: Case) -> "Review | None":
        """The review of `case` that is not decided yet."""
        return UNDECIDED.first(case=case.pk)


class Review(models.Model):
    """The lawyer's finding on a case; a case that comes back is reviewed again in a new row."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="reviews")
    lawyer = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    opinion = models.TextField(_("opinion"), blank=True)
    law = models.TextField(_("law and articles"), blank=True)
    limitation_from = models.DateField(_("limitation runs from"), null=True, blank=True)
    decision = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    objects = ReviewManager()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.case_id} {self.decision}"


UNDECIDED = Prepared(lambda: Review.objects.filter(case=Given("case"), decided_at=None).order_by("-pk")[:1])


class MediationManager(models.Manager["Mediation"]):
    def newest(self, case: Case) -> "Mediation | None":
        """The mediation of `case` that was begun last, with its unit."""
        found = NEWEST_MEDIATION.first(case=case.pk)
        if found is not None:
            found.case = case
        return found


class Mediation(models.Model):
    """A mediation in a unit. Fifteen days from `applied_on` the parties may go on to arbitration."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="mediations")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="mediations")
    mediator = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    applied_on = models.DateField(_("applied for on"))
    accepted_on = models.DateField(null=True, blank=True)
    notes = models.TextField(_("positions of the parties"), blank=True)
    agreement = models.TextField(_("agreement"), blank=True)
    """Its words and its sum, written by the making of the agreement (`Agreement`) alone."""
    amount = models.DecimalField(_("amount in yuan"), max_digits=11, decimal_places=2, null=True, blank=True)
    result = models.CharField(max_length=20, blank=True)
    ended_on = models.DateField(null=True)

    objects = MediationManager()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.case_id} {self.result}"


NEWEST_MEDIATION = Prepared(
    lambda: Mediation.objects.filter(case=Given("case")).select_related("unit").order_by("-pk")[:1]
)


BY_HAND = "hand: "
"""How the source of a period begins that a person has begun; what follows are their words."""


class Clock(models.Model):
    """A period that runs on a case: which rule, from which date, due when, and how that was reckoned.

    `start` is the day of the event that first began it; `derivation` has what came after, step by step.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="clocks")
    measure = models.ForeignKey("Measure", models.PROTECT, null=True, related_name="clocks", db_index=False)
    """The measure that it belongs to; None on the main path."""
    instalment = models.ForeignKey(
        "Instalment", models.PROTECT, null=True, related_name="clocks", db_index=False
    )
    """The payment of an agreement that it waits for."""
    origin = models.ForeignKey(Case, models.PROTECT, null=True, related_name="watched_clocks", db_index=False)
    """The case merged into this one whose period it is: it is watched here."""
    member = models.ForeignKey("Member", models.PROTECT, null=True, related_name="clocks", db_index=False)
    """The member of a collective case whose limitation ends first."""
    rule = models.CharField(max_length=60)
    start = models.DateField()
    due = models.DateField()
    """The last day; while it is paused, as it stood when it was stopped."""
    extended = models.BooleanField(default=False)
    provisional = models.BooleanField(default=False)
    """The working-day calendar of a year it touches is not published yet."""
    paused_since = models.DateField(null=True)
    source = models.CharField(max_length=300, blank=True)
    """Where the start comes from: a name of the case's own rows, or what a person wrote (`BY_HAND`)."""
    derivation = models.JSONField(default=dict)
    alert_on = models.DateField(null=True)
    """The next day on which something is to be told of it; None when there is nothing."""
    told = models.JSONField(default=list)
    """What was told, each with the end it was told for."""
    state = models.CharField(max_length=8, choices=ClockState, default=ClockState.RUNNING)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("due", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("case", "rule"),
                condition=models.Q(
                    state__in=["RUNNING", "PAUSED"], measure=None, instalment=None, origin=None, member=None
                ),
                name="one_live_clock",
            ),
            models.UniqueConstraint(
                fields=("origin", "rule"),
                condition=models.Q(state__in=["RUNNING", "PAUSED"]),
                name="one_watched_clock",
            ),
            models.UniqueConstraint(
                fields=("case",),
                condition=models.Q(state__in=["RUNNING", "PAUSED"], member__isnull=False),
                name="one_members_clock",
            ),
            models.UniqueConstraint(
                fields=("measure", "rule"),
                condition=models.Q(state__in=["RUNNING", "PAUSED"]),
                name="one_measure_clock",
            ),
            models.UniqueConstraint(
                fields=("instalment",),
                condition=models.Q(state__in=["RUNNING", "PAUSED"]),
                name="one_instalment_clock",
            ),
        )
        indexes = (
            *(
                models.Index(
                    fields=(name,), condition=models.Q(**{f"{name}__isnull": False}), name=f"clock_{name}"
                )
                for name in ("measure", "instalment", "origin", "member")
            ),
            models.Index(fields=("alert_on",), condition=models.Q(state="RUNNING"), name="clock_alert"),
            models.Index(
                fields=("due",), condition=models.Q(state__in=["RUNNING", "PAUSED"]), name="clock_live"
            ),
        )

    def __str__(self) -> str:
        return f"{self.rule} {self.due}"


class Callback(models.Model):
    """A worker to be called back, because the call was missed or went to voicemail."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="callbacks")
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="callbacks")
    state = models.CharField(max_length=8, choices=CallbackState, default=CallbackState.OPEN)
    tries = models.PositiveSmallIntegerField(default=0)
    taken_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("case", "contact"), condition=models.Q(state="OPEN"), name="one_open_callback"
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.state}"
