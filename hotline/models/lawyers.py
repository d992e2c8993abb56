"""The lawyers: what they do, whom they serve besides, when they are away, and what they were given."""

from datetime import date
from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hotline.enums import CheckOccasion, CheckResult, ReviewAnswer, Sex
from hotline.models.cases import Case
from hotline.models.prepared import Given
from hotline.models.staff import Staff


class LawFirm(models.Model):
    """A law firm whose lawyers work for the union."""

    name = models.CharField(_("law firm"), max_length=100, unique=True)

    def __str__(self) -> str:
        return self.name


class LawyerProfile(models.Model):
    """What the fair share and the conflict check need to know of a lawyer; without one nothing is limited."""

    staff = models.OneToOneField(Staff, models.PROTECT, primary_key=True, related_name="profile")
    firm = models.ForeignKey(LawFirm, models.PROTECT, null=True, blank=True, related_name="lawyers")
    licence = models.CharField(_("licence number"), max_length=30, blank=True)
    fields = models.JSONField(_("fields"), default=list, blank=True)
    """Codes of category groups; none means all."""
    languages = models.JSONField(_("languages"), default=list, blank=True)
    sex = models.CharField(_("sex"), max_length=1, choices=Sex, default=Sex.UNKNOWN)
    capacity = models.PositiveSmallIntegerField(_("open cases at most"), default=30)
    weight = models.DecimalField(_("share"), max_digits=4, decimal_places=2, default=Decimal(1))
    """Whose share is 2 is given twice as many as whose is 1."""
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(weight__gt=0), name="share_above_zero"),)

    def __str__(self) -> str:
        return f"{self.staff_id} {self.firm or ''}"


class Client(models.Model):
    """Whom a lawyer, or their whole firm, serves or has served: never shown to another lawyer."""

    lawyer = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="clients")
    firm = models.ForeignKey(LawFirm, models.PROTECT, null=True, related_name="clients")
    name = models.CharField(_("client"), max_length=120)
    aliases = models.JSONField(_("also known as"), default=list, blank=True)
    credit_code = models.CharField(_("unified social credit code"), max_length=18, blank=True)
    since = models.DateField(_("client since"), null=True, blank=True)
    until = models.DateField(_("client until"), null=True, blank=True)

    class Meta:
        ordering = ("name", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(lawyer=None, firm__isnull=False) | Q(lawyer__isnull=False, firm=None),
                name="client_of_one",
            ),
        )

    def __str__(self) -> str:
        return self.name


class ConflictCheck(models.Model):
    """What came out when a lawyer was held against a case's employers; later it can be settled, no more."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="conflict_checks")
    lawyer = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    occasion = models.CharField(max_length=8, choices=CheckOccasion)
    result = models.CharField(max_length=8, choices=CheckResult)
    against = models.JSONField(default=list)
    """The employers, each with names and credit code as they stood."""
    findings = models.JSONField(default=list)
    """Employer, client and why, of each that was found: for supervisors only."""
    actor = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    """When a later check, another lawyer or a supervisor's word took its place."""
    settled_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    word = models.CharField(max_length=200, blank=True)
    """Why a supervisor lets a possible conflict pass."""

    class Meta:
        ordering = ("id",)
        indexes = (
            models.Index(fields=("case", "lawyer", "-id"), name="check_case"),
            models.Index(
                fields=("at",), condition=Q(settled_at=None) & ~Q(result="CLEAR"), name="check_unsettled"
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.lawyer_id} {self.result}"


class ConflictMark(models.Model):
    """A case whose people are to be checked again: an employer or a client has come to it since."""

    case = models.OneToOneField(Case, models.PROTECT, primary_key=True, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.case_id)


class ReviewOffer(models.Model):
    """A review given to a lawyer, who accepts or declines it by a day; else it goes back to the queue."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="review_offers")
    lawyer = models.ForeignKey(Staff, models.PROTECT, related_name="review_offers")
    given_at = models.DateTimeField()
    answer_by = models.DateField()
    answer = models.CharField(max_length=8, choices=ReviewAnswer, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("case",), condition=Q(answered_at=None), name="one_review_offer"),
        )
        indexes = (
            models.Index(fields=("answer_by",), condition=Q(answered_at=None), name="review_unanswered"),
            models.Index(fields=("lawyer", "-given_at"), name="review_last_given"),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.lawyer_id} {self.answer}"


class Reservation(models.Model):
    """A review that a supervisor is choosing a lawyer for; nobody else gives it to anyone meanwhile."""

    case = models.OneToOneField(Case, models.PROTECT, primary_key=True, related_name="reservation")
    supervisor = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.case_id} {self.supervisor_id}"


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def now(self) -> Self:
        """Those that last today."""
        return self.on(timezone.localdate())

    def on(self, day: date | OuterRef | Given) -> Self:
        """Those that last on `day`."""
        return self.filter(first_day__lte=day, last_day__gte=day, cancelled_at=None)


class Absence(models.Model):
    """Days on which a lawyer is away, and who stands in. New work goes to others meanwhile."""

    lawyer = models.ForeignKey(Staff, models.PROTECT, related_name="absences")
    substitute = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="substitutions")
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    reason = models.CharField(_("why away"), max_length=200, blank=True)
    entered_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        ordering = ("first_day", "id")
        constraints = (
            models.CheckConstraint(condition=Q(first_day__lte=F("last_day")), name="absence_days"),
        )
        indexes = (models.Index(fields=("lawyer", "last_day"), name="absence_lawyer"),)

    def __str__(self) -> str:
        return f"{self.lawyer} {self.first_day} - {self.last_day}"


class StandInQuerySet(models.QuerySet["StandIn"]):
    def now(self) -> Self:
        """Those that hold today."""
        return self.on(timezone.localdate())

    def on(self, day: date | Given) -> Self:
        """Those that hold: not ended, on a day of the absence, and the case is still the absent one's."""
        return self.filter(
            ended_at=None,
            absence__first_day__lte=day,
            absence__last_day__gte=day,
            absence__cancelled_at=None,
            case__lawyer=F("absence__lawyer"),
        )


class StandIn(models.Model):
    """A case that a substitute sees and works on while its lawyer is away (`objects.now`)."""

    absence = models.ForeignKey(Absence, models.PROTECT, related_name="stand_ins")
    case = models.ForeignKey(Case, models.PROTECT, related_name="stand_ins")
    substitute = models.ForeignKey(Staff, models.PROTECT, related_name="stand_ins")
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = StandInQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("absence", "case"), name="one_stand_in"),)
        indexes = (models.Index(fields=("substitute", "ended_at"), name="stand_in_substitute"),)

    def __str__(self) -> str:
        return f"{self.case_id} {self.substitute_id}"

    @property
    def holds(self) -> bool:
        """Whether it holds today, as `objects.now` says it."""
        away = self.absence
        days = away.first_day <= timezone.localdate() <= away.last_day and away.cancelled_at is None
        return days and self.ended_at is None and self.case.lawyer_id == away.lawyer_id
