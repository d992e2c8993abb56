"""What is done for a case beside its main path: each measure with its own people, clocks and outcome."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from hotline.enums import MeasureKind, MeasureOutcome, Rung
from hotline.models.cases import Case
from hotline.models.staff import Staff


class MeasureQuerySet(models.QuerySet["Measure"]):
    def open(self) -> Self:
        """The measures that have not ended."""
        return self.filter(ended_at=None)


class Measure(models.Model):
    """One measure of a case. Written by `actions.measures` only; `step` by its flow's callbacks only."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="measures")
    kind = models.CharField(_("measure"), max_length=13, choices=MeasureKind)
    rung = models.CharField(_("rung"), max_length=8, choices=Rung, blank=True)
    """Of a supervision letter only."""
    addressee = models.CharField(_("to whom"), max_length=100, blank=True)
    purpose = models.TextField(_("what it is to reach"), blank=True)
    holder = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="measures")
    after = models.ForeignKey("self", models.PROTECT, null=True, related_name="next_rungs")
    """The letter that was not heeded, before this one."""
    step = models.CharField(max_length=20, blank=True)
    """Where it stands; empty once it has ended."""
    outcome = models.CharField(max_length=11, choices=MeasureOutcome, blank=True)
    started_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = MeasureQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        indexes = (
            models.Index(fields=("holder", "ended_at"), name="measure_holder"),
            models.Index(fields=("case", "ended_at"), name="measure_case"),
        )

    def __str__(self) -> str:
        return self.get_rung_display() if self.rung else self.get_kind_display()

    @property
    def is_open(self) -> bool:
        return self.ended_at is None


class MeasureEntry(models.Model):
    """What was decided at one step of a measure, with the day, the paper and the words."""

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="entries")
    step = models.CharField(max_length=20)
    decision = models.CharField(max_length=20)
    on = models.DateField(_("on"), null=True, blank=True)
    reference = models.CharField(_("reference"), max_length=60, blank=True)
    amount = models.DecimalField(_("amount in yuan"), max_digits=11, decimal_places=2, null=True, blank=True)
    text = models.TextField(_("wording"), blank=True)
    note = models.TextField(_("note"), blank=True)
    actor = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.measure_id} {self.step} {self.decision}"
