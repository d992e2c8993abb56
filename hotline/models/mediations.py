"""What happens in a mediation: sessions, proposals with their versions, the agreement and its instalments."""

from decimal import Decimal
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from hotline.enums import Party, Presence, SessionState, Stand
from hotline.models.cases import Case, Mediation
from hotline.models.staff import Staff


class MediationSession(models.Model):
    """A meeting of the parties with the mediator. Written by `actions.mediations` only."""

    mediation = models.ForeignKey(Mediation, models.PROTECT, related_name="sessions")
    at = models.DateTimeField(_("when"))
    place = models.CharField(_("where"), max_length=100)
    invited = models.CharField(_("invited"), max_length=200)
    """Whom, and how they were told."""
    state = models.CharField(max_length=7, choices=SessionState, default=SessionState.PLANNED)
    worker = models.CharField(_("worker's side"), max_length=11, choices=Presence, blank=True)
    employer = models.CharField(_("employer's side"), max_length=11, choices=Presence, blank=True)
    minutes = models.TextField(_("minutes"), blank=True)
    """What was said; of one that was called off, why."""
    planned_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    written_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("at", "id")
        indexes = (models.Index(fields=("at",), condition=models.Q(state="PLANNED"), name="session_planned"),)

    def __str__(self) -> str:
        return f"{self.mediation_id} {self.at} {self.state}"


class Proposal(models.Model):
    """One version of what the dispute could end with; a later one takes its place."""

    mediation = models.ForeignKey(Mediation, models.PROTECT, related_name="proposals")
    version = models.PositiveSmallIntegerField()
    made_by = models.CharField(_("made by"), max_length=8, choices=Party)
    on = models.DateField(_("on"))
    text = models.TextField(_("proposal"))
    amount = models.DecimalField(_("amount in yuan"), max_digits=11, decimal_places=2, null=True, blank=True)
    """None where nothing is paid."""
    worker = models.CharField(max_length=8, choices=Stand, default=Stand.OPEN)
    employer = models.CharField(max_length=8, choices=Stand, default=Stand.OPEN)
    answers = models.TextField(_("answers"), blank=True)
    """What each side said to it, a line for each answer."""
    written_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("version",)
        constraints = (models.UniqueConstraint(fields=("mediation", "version"), name="one_proposal_version"),)

    def __str__(self) -> str:
        return f"{self.mediation_id} {self.version}"

    @property
    def is_accepted(self) -> bool:
        return self.worker == self.employer == Stand.ACCEPTS


class Agreement(models.Model):
    """What the parties signed, made once of the proposal that both accept; its words are the mediation's."""

    mediation = models.OneToOneField(Mediation, models.PROTECT, related_name="signed")
    proposal = models.OneToOneField(Proposal, models.PROTECT, related_name="agreement")
    on = models.DateField(_("in force since"))
    """The day on which it was signed by both sides and the mediator (Art. 14)."""
    made_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_on = models.DateField(null=True)
    """Since when its payments are no longer waited for: all paid, or given up for another way."""

    def __str__(self) -> str:
        return f"{self.mediation_id} {self.on}"


class InstalmentQuerySet(models.QuerySet["Instalment"]):
    def of(self, case: Case) -> Self:
        """The instalments of a case's agreements."""
        return self.filter(agreement__mediation__case=case)

    def awaited(self) -> Self:
        """Those that are not paid in full, of agreements that are still to be kept."""
        return self.filter(settled_on=None, agreement__ended_on=None)


class Instalment(models.Model):
    """One payment that was agreed on. `paid` and `settled_on` follow its payments under the case's lock."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="instalments")
    number = models.PositiveSmallIntegerField()
    due = models.DateField(_("due on"))
    amount = models.DecimalField(_("amount in yuan"), max_digits=11, decimal_places=2)
    paid = models.DecimalField(max_digits=11, decimal_places=2, default=Decimal(0))
    settled_on = models.DateField(null=True)

    objects = InstalmentQuerySet.as_manager()

    class Meta:
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=("agreement", "number"), name="one_instalment_number"),
            models.CheckConstraint(
                condition=models.Q(paid__lte=models.F("amount")), name="paid_within_instalment"
            ),
        )

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.number} {self.due}"

    @property
    def left(self) -> Decimal:
        """What is still owed on it."""
        return self.amount - self.paid


class Payment(models.Model):
    """Money that came in on an instalment."""

    instalment = models.ForeignKey(Instalment, models.PROTECT, related_name="payments")
    on = models.DateField(_("paid on"))
    amount = models.DecimalField(_("amount in yuan"), max_digits=11, decimal_places=2)
    note = models.CharField(_("how, and what shows it"), max_length=200, blank=True)
    noted_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.instalment_id} {self.on}"
