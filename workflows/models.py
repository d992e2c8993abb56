"""The processes behind a case and its measures."""

from django.db import models
from viewflow.workflow.models import Process

from hotline.models import Case, Measure


class CaseProcess(Process):
    """One run of the flow over a case; a reopened case gets another."""

    case: "models.ForeignKey[Case, Case]" = models.ForeignKey(Case, models.PROTECT, related_name="+")
    entry: "models.CharField[str, str]" = models.CharField(max_length=20, default="intake")
    """Where the run begins: `intake`, or `legal_review` for a case reopened after one."""
    decision: "models.CharField[str, str]" = models.CharField(max_length=20, blank=True)
    """What the last completed step decided; the flow's switches read it."""
    ending: "models.CharField[str, str]" = models.CharField(max_length=20, blank=True)
    """Which decision ends the case once check and return visit are over (a key of `OUTCOMES`)."""
    note: "models.TextField[str, str]" = models.TextField(blank=True)
    """What the person wrote beside the ending decision; the closing keeps it."""

    def __str__(self) -> str:
        return f"{self.case} {self.pk}"


class MeasureProcess(Process):
    """The run of a measure's flow."""

    measure: "models.ForeignKey[Measure, Measure]" = models.ForeignKey(
        Measure, models.PROTECT, related_name="+"
    )
    decision: "models.CharField[str, str]" = models.CharField(max_length=20, blank=True)
    """What the last completed step decided; the flow's switches read it."""

    def __str__(self) -> str:
        return f"{self.measure} {self.pk}"


def case_of_task(task_pk: int) -> int:
    """The id of the case to which a task belongs: a step of its path or of one of its measures."""
    path = CaseProcess.objects.filter(task__pk=task_pk).values_list("case_id", flat=True)
    measure = MeasureProcess.objects.filter(task__pk=task_pk).values_list("measure__case_id", flat=True)
    return int(path.first() or measure.get())
