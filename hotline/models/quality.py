"""How a case was handled: a supervisor's check by points, and what the worker says of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from hotline.enums import Answer, Satisfaction, VisitResult, VisitWay
from hotline.models.cases import Case
from hotline.models.staff import Staff


class QualityCheck(models.Model):
    """A check of how a case was handled, by points with grounds. Open until `done_at`."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="checks")
    sampled = models.BooleanField(default=False)
    """Drawn from the consultations that were answered at once; the others stand on the case's path."""
    opened_at = models.DateTimeField()
    checker = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    sheet = models.CharField(max_length=20, blank=True)
    """The edition of the scoring sheet."""
    scores = models.JSONField(default=list)
    """Of each item its code, its names, the points given, the points it has, and the ground."""
    total = models.PositiveSmallIntegerField(null=True)
    decision = models.CharField(max_length=20, blank=True)
    note = models.TextField(_("remark"), blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("case",), condition=models.Q(done_at=None), name="one_open_check"
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.total}"


class ReturnVisit(models.Model):
    """The worker is asked before the case closes: received, handled, result, satisfied or not, what else."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="visits")
    opened_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    """How often the worker was not reached."""
    way = models.CharField(_("how the worker was asked"), max_length=5, choices=VisitWay, blank=True)
    spoke_with = models.CharField(_("who answered"), max_length=60, blank=True)
    received = models.CharField(
        _("was told what came of it"), max_length=7, choices=Answer, default=Answer.UNKNOWN
    )
    handled = models.CharField(
        _("was handled as the file says"), max_length=7, choices=Answer, default=Answer.UNKNOWN
    )
    result = models.CharField(_("result"), max_length=8, choices=VisitResult, default=VisitResult.UNSAID)
    satisfied = models.CharField(
        _("satisfied"), max_length=10, choices=Satisfaction, default=Satisfaction.UNSAID
    )
    more = models.TextField(_("what else the worker says"), blank=True)
    decision = models.CharField(max_length=20, blank=True)
    note = models.TextField(_("remark"), blank=True)
    visitor = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("case",), condition=models.Q(done_at=None), name="one_open_visit"
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.satisfied}"
