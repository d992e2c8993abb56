"""Files that belong to a case."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from hotline.enums import DocumentKind, ReadingProblem
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
    identity = models.BooleanField(default=False)
    """An identity paper of the worker: sensitive, and part of the package for the commission."""
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


class DocumentTemplate(models.Model):
    """A template that an administrator brought; never changed, at most one of each kind in use."""

    kind = models.CharField(max_length=23, choices=DocumentKind)
    version = models.PositiveSmallIntegerField()
    file = models.FileField(upload_to="templates/")
    sha256 = models.CharField(max_length=64)
    in_use = models.BooleanField(default=False)
    made_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    used_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    """Who last took it into use."""
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("kind", "-version")
        constraints = (
            models.UniqueConstraint(fields=("kind", "version"), name="one_template_version"),
            models.UniqueConstraint(
                fields=("kind",), condition=models.Q(in_use=True), name="one_template_in_use"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.version}"


class Document(models.Model):
    """A paper made from a case, as it was printed. A later version keeps the number and supersedes it."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="documents")
    measure = models.ForeignKey("Measure", models.PROTECT, null=True, related_name="documents")
    kind = models.CharField(max_length=23, choices=DocumentKind)
    about = models.CharField(max_length=30, blank=True)
    """What it is about within the case, as `mediation:7`: of each such thing a kind has one number."""
    number = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField()
    template = models.ForeignKey(DocumentTemplate, models.PROTECT, null=True, related_name="documents")
    """None: the one delivered with the program."""
    asked = models.JSONField(default=dict)
    """What was written for this paper alone."""
    text = models.TextField()
    """Its words, to be searched."""
    file = models.FileField(upload_to="documents/%Y/%m/")
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    made_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)
    pdf = models.FileField(upload_to="documents/%Y/%m/", blank=True)
    pdf_problem = models.CharField(max_length=60, blank=True)
    pdf_tries = models.PositiveSmallIntegerField(default=0)
    pdf_due_at = models.DateTimeField(null=True, db_index=True)
    """When the worker prints it as PDF; None when it has, or has given up."""

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("case", "kind", "about", "version"), name="one_document_version"),
            models.UniqueConstraint(fields=("kind", "number", "version"), name="one_document_number"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"
