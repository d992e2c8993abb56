"""The timeline and audit trail, the access log, and the rows that other parts work off."""

from django.db import models

from hotline.models.cases import Case
from hotline.models.staff import Staff


class Event(models.Model):
    """One thing that happened to a case. Append-only; each row's hash covers the one before it."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="events", db_index=False)
    sequence = models.PositiveIntegerField()
    kind = models.CharField(max_length=40)
    actor = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+", db_index=False)
    """None for the worker, the carrier and the clock."""
    at = models.DateTimeField()
    data = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("case", "sequence"), name="one_event_per_sequence"),)
        ordering = ("case", "sequence")

    def __str__(self) -> str:
        return f"{self.case_id}#{self.sequence} {self.kind}"


class Access(models.Model):
    """Who looked at what, when and why, and whether it was refused."""

    staff = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="accesses")
    what = models.CharField(max_length=40)
    detail = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    refused = models.BooleanField(default=False)
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.staff_id} {self.what}"


class SearchMark(models.Model):
    """A case whose place in the search index is behind; inserted with the change, removed when indexed."""

    case = models.OneToOneField(Case, models.PROTECT, primary_key=True, related_name="search_mark")
    version = models.PositiveIntegerField()
    marked_at = models.DateTimeField()
    due_at = models.DateTimeField(db_index=True)
    tries = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.case_id}@{self.version}"


class SearchDrift(models.Model):
    """How far the comparison of index and database has come, and what it found: one row (search/drift.py)."""

    index = models.CharField(max_length=160)
    """The generation that is compared; another one begins another round."""
    position = models.BigIntegerField(default=0)
    """Cases up to this id are compared in this round."""
    due_at = models.DateTimeField()
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    """When the last whole round ended."""
    found = models.PositiveIntegerField(default=0)
    """Cases that differed, in the round under way."""
    differing = models.PositiveIntegerField(default=0)
    """Cases that differed, in the last whole round."""
    rounds_off = models.PositiveIntegerField(default=0)
    """Whole rounds in a row in which something differed."""
    repaired = models.PositiveBigIntegerField(default=0)
    """Cases that were marked again or taken out of the index, in all."""

    def __str__(self) -> str:
        return f"{self.index} up to {self.position}"


class Doorbell(models.Model):
    """A ring for the hubs of other processes where neither Redis nor PostgreSQL carries it (SQLite).

    Safe to read by id there: SQLite has one writer, so ids commit in order.
    """

    origin = models.CharField(max_length=36)
    rings = models.JSONField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"doorbell {self.pk}"


class CarrierEvent(models.Model):
    """A status the carrier has told us, by its own key: a second delivery finds the row and does nothing."""

    provider = models.CharField(max_length=20, default="twilio")
    key = models.CharField(max_length=160)
    received_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("provider", "key"), name="one_carrier_event"),)

    def __str__(self) -> str:
        return self.key


class Heartbeat(models.Model):
    """When a background duty last ran, and what kept it from running."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()
    problem = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return self.name
