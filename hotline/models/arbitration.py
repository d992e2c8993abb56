"""What happens before an arbitration commission, and with its award."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from hotline.enums import ArbitrationKind
from hotline.models.cases import Referral
from hotline.models.staff import Staff


class ArbitrationEntry(models.Model):
    """One thing that happened, as people wrote it down; what was not so is struck out and stays."""

    referral = models.ForeignKey(Referral, models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=14, choices=ArbitrationKind)
    on = models.DateField(_("on"), null=True, blank=True)
    """The day of it; of a hearing, the day of the written notice, where there was one."""
    at = models.DateTimeField(_("when"), null=True, blank=True)
    """When the hearing takes place."""
    place = models.CharField(_("where"), max_length=100, blank=True)
    planned = models.BooleanField(default=False)
    """A hearing that is still to come or to be written down; a later one takes its place."""
    final = models.BooleanField(null=True)
    """Of a part award: whether it is final for the employer (Mediation and Arbitration Law, Art. 47)."""
    amount = models.DecimalField(_("amount in yuan"), max_digits=11, decimal_places=2, null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    written_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    struck_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    struck_at = models.DateTimeField(null=True)
    struck_reason = models.CharField(_("why it was struck out"), max_length=200, blank=True)

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=("at",), condition=models.Q(planned=True), name="hearing_planned"),)

    def __str__(self) -> str:
        return f"{self.referral_id} {self.kind} {self.on}"
