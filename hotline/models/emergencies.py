"""Danger to life or order in a case (P0): who has taken it over, what was reported when, who released it."""

from django.db import models

from hotline.models.cases import Case
from hotline.models.staff import Staff


class Duty(models.Model):
    """A supervisor has the duty lead, until `until`; several may have it at once, at a change of shift."""

    staff = models.ForeignKey(Staff, models.PROTECT, related_name="duties")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("staff",), condition=models.Q(until=None), name="one_duty"),
        )

    def __str__(self) -> str:
        return f"{self.staff_id} {self.since}"


class Emergency(models.Model):
    """A case is an emergency until someone with the duty lead releases it with a reason."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="emergencies")
    noticed_at = models.DateTimeField()
    oral_due = models.DateTimeField()
    written_due = models.DateTimeField()
    taken_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True)
    oral_at = models.DateTimeField(null=True)
    written_at = models.DateTimeField(null=True)
    oral_late = models.BooleanField(default=False)
    written_late = models.BooleanField(default=False)
    """Whether the timeline says that the report was not made in time."""
    released_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("case",), condition=models.Q(released_at=None), name="one_open_emergency"
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.noticed_at}"
