"""How a case leaves the hotline's intake: told another body, or dispatched to a unit."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from hotline.enums import DispatchState, TransferCode
from hotline.models.cases import Case
from hotline.models.staff import Staff, Unit


class Transfer(models.Model):
    """That a case is not the hotline's: why, and which body the worker was told. Never changed."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="transfers")
    code = models.CharField(_("not ours because"), max_length=3, choices=TransferCode)
    body = models.CharField(_("body told to the worker"), max_length=100, blank=True)
    phone = models.CharField(_("its telephone"), max_length=40, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    actor = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.case_id} {self.code}"


class Dispatch(models.Model):
    """That a case was sent to a unit, and what became of it. While it is offered, at most one of a case."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="dispatches")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="dispatches")
    sender = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    """The unit whose intake sent it, and to which it comes back."""
    note = models.TextField(_("what the unit is told"), blank=True)
    state = models.CharField(max_length=10, choices=DispatchState, default=DispatchState.OFFERED)
    reason = models.TextField(_("reason"), blank=True)
    """Why it was returned or taken back."""
    overdue = models.BooleanField(default=False)
    """Returned after the term for returns, on a supervisor's word."""
    sent_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    ended_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("case",), condition=models.Q(state="OFFERED"), name="one_open_dispatch"
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.state}"
