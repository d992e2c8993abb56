"""The process behind a case."""

from django.db import models
from viewflow.workflow.models import Process

from hotline.models import Case


class CaseProcess(Process):
    """One run of the flow over a case; a reopened case gets another."""

    case: "models.ForeignKey[Case, Case]" = models.ForeignKey(Case, models.PROTECT, related_name="+")
    entry: "models.CharField[str, str]" = models.CharField(max_length=20, default="intake")
    """Where the run begins: `intake`, or `legal_review` for a case reopened after one."""
    decision: "models.CharField[str, str]" = models.CharField(max_length=20, blank=True)
    """What the last completed step decided; the flow's switches read it."""
    note: "models.TextField[str, str]" = models.TextField(blank=True)
    """What the person wrote beside that decision; the closing keeps it."""

    def __str__(self) -> str:
        return f"{self.case} {self.pk}"
