"""What people keep of the search: saved ones with alerts, the last ones, lists taken out of the house."""

from django.db import models

from hotline.enums import SearchAlert
from hotline.models.cases import Case
from hotline.models.staff import Staff


class SavedSearch(models.Model):
    """A search that a person has saved, as its address, and when they want to be told of what it finds."""

    owner = models.ForeignKey(Staff, models.CASCADE, related_name="saved_searches")
    name = models.CharField(max_length=60)
    address = models.TextField()
    """The query string of the search page (search/asked.py)."""
    alert = models.CharField(max_length=8, choices=SearchAlert, default=SearchAlert.NEVER)
    above = models.PositiveIntegerField(null=True)
    """The figure of the alert ABOVE."""
    is_above = models.BooleanField(default=False)
    """Whether the last count was above it: told once each time it rises."""
    saved_at = models.DateTimeField()
    counted_at = models.DateTimeField(null=True)
    """When all that it found then was noted; what is found later is new."""
    looked_at = models.DateTimeField(null=True)
    """Cases changed until then have been compared."""
    due_at = models.DateTimeField(null=True, db_index=True)
    """When the worker looks at it again; None where nothing is to be told."""
    tell_at = models.DateTimeField(null=True)
    """When the day's or the week's new cases are told."""
    problem = models.CharField(max_length=200, blank=True)
    """Why it cannot be evaluated; for its owner."""

    class Meta:
        ordering = ("name", "id")

    def __str__(self) -> str:
        return self.name


class SearchNotice(models.Model):
    """Something a saved search has to tell its owner, once."""

    search = models.ForeignKey(SavedSearch, models.CASCADE, related_name="notices")
    at = models.DateTimeField()
    count = models.PositiveIntegerField()
    """New cases; for the alert ABOVE, all that are found."""
    above = models.PositiveIntegerField(null=True)
    """The figure that was passed, as it was then; None where new cases are told."""
    seen_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.search_id} {self.count}"


class SearchHit(models.Model):
    """A case that a saved search has found; the unique row is why it is told once."""

    search = models.ForeignKey(SavedSearch, models.CASCADE, related_name="hits")
    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    fresh = models.BooleanField()
    """Not there when the search was saved."""
    notice = models.ForeignKey(SearchNotice, models.CASCADE, null=True, related_name="hits")
    """What told of it; None for what was there before, and for what waits for its day."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=("search", "case"), name="one_search_hit"),)

    def __str__(self) -> str:
        return f"{self.search_id} {self.case_id}"


class RecentSearch(models.Model):
    """One of the last searches of a person, for themselves; erased at their wish."""

    staff = models.ForeignKey(Staff, models.CASCADE, related_name="recent_searches")
    address = models.TextField()
    digest = models.CharField(max_length=64)
    """Of the address."""
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("staff", "digest"), name="one_recent_search"),)
        ordering = ("-at", "-id")

    def __str__(self) -> str:
        return f"recent {self.pk}"


class ListExport(models.Model):
    """A found list that was taken out as a file: who, what, how many, why. Append-only."""

    staff = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    asked = models.CharField(max_length=300)
    """What was searched for, numbers masked."""
    rows = models.PositiveIntegerField()
    total = models.PositiveIntegerField()
    """What the search found; more than `rows` where the list was cut."""
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"export {self.pk}"
