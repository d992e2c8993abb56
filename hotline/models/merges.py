"""Which cases were found to be one matter."""

from django.db import models

from hotline.models.cases import Case
from hotline.models.staff import Staff


class Merge(models.Model):
    """That `case` was merged into another by hand, and where it stood, so that it can stand there again."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="merges")
    into = models.ForeignKey(Case, models.PROTECT, related_name="absorbed")
    reason = models.TextField()
    stage = models.CharField(max_length=12)
    clocks = models.JSONField(default=list)
    """[rule, start, source] of each period that ran on `case`."""
    handling = models.JSONField(default=list)
    """[start, source] of the other case's handling term, where the earlier one of `case` took its place."""
    actor = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    undone_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undone_reason = models.TextField(blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("case",), condition=models.Q(undone_at=None), name="one_merge_of_a_case"
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id} into {self.into_id}"
