"""What the worker can show: the evidence of a case, piece by piece."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from hotline.enums import EvidenceKind
from hotline.models.cases import Case
from hotline.models.documents import Attachment


class Evidence(models.Model):
    """One piece of evidence, as it stands in the list that goes to the commission."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="evidence")
    name = models.CharField(_("evidence"), max_length=100)
    kind = models.CharField(_("kind"), max_length=10, choices=EvidenceKind, default=EvidenceKind.OTHER)
    proves = models.CharField(_("what it proves"), max_length=200, blank=True)
    source = models.CharField(_("source"), max_length=100, blank=True)
    held_by_employer = models.BooleanField(default=False)
    """The employer has it and is to bring it (Mediation and Arbitration Law, Art. 6)."""
    copies = models.PositiveSmallIntegerField(null=True, blank=True)
    original_seen = models.BooleanField(default=False)
    page_from = models.PositiveSmallIntegerField(null=True, blank=True)
    page_to = models.PositiveSmallIntegerField(null=True, blank=True)
    attachment = models.ForeignKey(Attachment, models.PROTECT, null=True, related_name="evidence")
    """The file of the case that holds it."""

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name
