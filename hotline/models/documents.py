"""Files that belong to a case."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from hotline.enums import ReadingProblem
from hotline.models.cases import Case
from hotline.models.interactions import Interaction
from hotline.models.staff import Staff


class Attachment(models.Model):
    """A file of a case, uploaded by staff or sent with a message (then fetched by the worker)."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="attachments")
    interaction = models.ForeignKey(Interaction, models.PROTECT, null=True, related_name="attachments")
    name = models.CharField(max_length=150)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    file = models.FileField(upload_to="attachments/%Y/%m/", blank=True)
    sensitive = models.BooleanField(_("holds health, bank or identity data"), default=False)
    """Its text is neither kept nor searched, and its name is not in the index."""
    source_url = models.URLField(max_length=500, blank=True)
    """Where the carrier keeps it, until it is fetched."""
    position = models.PositiveSmallIntegerField(default=0)
    added_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField()
    problem = models.CharField(max_length=200, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name


class AttachmentText(models.Model):
    """The text of a file, read once by the worker so that it is found; written by `actions.readings`."""

    attachment = models.OneToOneField(Attachment, models.PROTECT, primary_key=True, related_name="reading")
    text = models.TextField(blank=True)
    problem = models.CharField(max_length=9, choices=ReadingProblem, blank=True)
    read_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True, db_index=True)
    """When the worker reads it; None when it has, or has given up."""

    def __str__(self) -> str:
        return f"text of {self.attachment_id}"
