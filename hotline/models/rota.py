"""The rota: posts at the arbitration institutes, who is on duty there when, and shifts that change hands."""

from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hotline.enums import SwapAnswer
from hotline.models.lawyers import Absence
from hotline.models.staff import Staff, Unit


class DutyPost(models.Model):
    """A desk at an arbitration institute at which a lawyer of the union advises; one at a time."""

    institute = models.CharField(max_length=100)
    place = models.CharField(max_length=100)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="duty_posts", verbose_name=_("unit"))
    is_open = models.BooleanField(default=True)

    class Meta:
        ordering = ("institute", "place", "id")
        constraints = (models.UniqueConstraint(fields=("institute", "place"), name="one_post_at_a_place"),)

    def __str__(self) -> str:
        return f"{self.institute} {self.place}"


class DutyShiftQuerySet(models.QuerySet["DutyShift"]):
    def standing(self) -> Self:
        """Those that were not called off."""
        return self.filter(cancelled_at=None)

    def to_come(self) -> Self:
        """Those of them from today on."""
        return self.standing().filter(day__gte=timezone.localdate())

    def with_away(self) -> Self:
        """Each with `away`: whether its lawyer is absent on its day."""
        absent = Absence.objects.on(OuterRef("day")).filter(lawyer=OuterRef("lawyer"))
        return self.annotate(away=Exists(absent))


class DutyShift(models.Model):
    """Hours of one day at a post. Without a lawyer, or with an absent one, it is uncovered.

    Neither a post nor a lawyer has two at once: on PostgreSQL exclusion constraints of the migration see to
    it, too.
    """

    post = models.ForeignKey(DutyPost, models.PROTECT, related_name="shifts")
    lawyer = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="duty_shifts")
    day = models.DateField()
    begins = models.TimeField()
    ends = models.TimeField()
    planned_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    planned_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)

    objects = DutyShiftQuerySet.as_manager()

    class Meta:
        ordering = ("day", "begins", "id")
        constraints = (models.CheckConstraint(condition=Q(begins__lt=F("ends")), name="shift_has_hours"),)
        indexes = (
            models.Index(fields=("post", "day"), name="shift_post"),
            models.Index(fields=("lawyer", "day"), name="shift_lawyer"),
            models.Index(fields=("day",), name="shift_day"),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.begins:%H:%M}-{self.ends:%H:%M} {self.post}"


class ShiftSwap(models.Model):
    """A lawyer asks a colleague to take over a shift, perhaps in return for one of theirs."""

    shift = models.ForeignKey(DutyShift, models.PROTECT, related_name="swaps")
    asker = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    asked = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    in_return = models.ForeignKey(DutyShift, models.PROTECT, null=True, related_name="swaps_in_return")
    note = models.CharField(_("note"), max_length=200, blank=True)
    proposed_at = models.DateTimeField()
    answer = models.CharField(max_length=8, choices=SwapAnswer, blank=True)
    answered_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    seen_at = models.DateTimeField(null=True)
    """When a supervisor took note of what was agreed."""

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("shift",), condition=Q(answered_at=None), name="one_open_swap"),
        )
        indexes = (
            models.Index(fields=("asked",), condition=Q(answered_at=None), name="swap_asked"),
            models.Index(fields=("id",), condition=Q(answer="AGREED", seen_at=None), name="swap_unseen"),
        )

    def __str__(self) -> str:
        return f"{self.shift_id} {self.asker_id} {self.asked_id} {self.answer}"
