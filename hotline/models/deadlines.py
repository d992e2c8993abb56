"""What an administrator enters of rules, figures and working days; what happens to a period; reminders."""

from django.db import models

from hotline.models.cases import Case
from hotline.models.collectives import Member
from hotline.models.staff import Staff


class TermEvent(models.Model):
    """What begins a period of a case anew, stops it or makes it longer. Struck out, never deleted."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="term_events")
    kind = models.CharField(max_length=30)
    """A code of workflows/deadlines/chains.toml."""
    members = models.ManyToManyField(Member, related_name="term_events")
    """Whose limitation it is about in a collective case; nobody where it is about the case's own periods."""
    on = models.DateField()
    until = models.DateField(null=True)
    """The last day that was agreed on, where the kind is an agreement."""
    note = models.CharField(max_length=300, blank=True)
    """The evidence for it."""
    entered_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    struck_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    struck_at = models.DateTimeField(null=True)
    struck_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("on", "id")

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind} {self.on}"


class RuleVersion(models.Model):
    """A deadline rule that an administrator added or amended; it goes before the file's of the same code."""

    code = models.CharField(max_length=60, db_index=True)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=100)
    law_zh = models.CharField(max_length=120)
    law_en = models.CharField(max_length=160)
    article_zh = models.CharField(max_length=60, blank=True)
    article_en = models.CharField(max_length=60, blank=True)
    text_zh = models.TextField()
    text_en = models.TextField()
    start_zh = models.CharField(max_length=160)
    start_en = models.CharField(max_length=200)
    length = models.PositiveIntegerField()
    unit = models.CharField(max_length=8)
    roll = models.BooleanField()
    extension = models.PositiveIntegerField(default=0)
    counts_start = models.BooleanField(default=False)
    before = models.BooleanField(default=False)
    alerts = models.JSONField(default=list)
    in_force_from = models.DateField(null=True)
    in_force_to = models.DateField(null=True)
    region = models.CharField(max_length=12, default="CN")
    verified = models.BooleanField(default=False)
    made_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.code} {self.length} {self.unit}"


class FigureVersion(models.Model):
    """A figure of the calculators that an administrator added or amended. Taken back, never deleted."""

    code = models.CharField(max_length=60, db_index=True)
    value = models.DecimalField(max_digits=14, decimal_places=4)
    places = models.JSONField(default=list)
    """Area codes it holds for; none: the whole country."""
    article = models.CharField(max_length=40, blank=True)
    """A key of [articles] in workflows/calculators/parameters.toml, where it is written there."""
    source_zh = models.CharField(max_length=200, blank=True)
    source_en = models.CharField(max_length=300, blank=True)
    in_force_from = models.DateField(null=True)
    in_force_to = models.DateField(null=True)
    verified = models.BooleanField(default=False)
    replaces = models.CharField(max_length=100, blank=True)
    """The key of the figure that it stands in place of; it holds again when this one is taken back."""
    follows = models.CharField(max_length=100, blank=True)
    """The key of the figure that ends on the day before this one begins."""
    made_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.code} {self.value}"


class CalendarDay(models.Model):
    """A day of which an administrator says whether it is worked; it goes before the package's calendar."""

    day = models.DateField(primary_key=True)
    worked = models.BooleanField()
    name = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ("day",)

    def __str__(self) -> str:
        return f"{self.day} {'worked' if self.worked else 'rest'}"


class CalendarYear(models.Model):
    """A year whose whole arrangement was imported: it is no longer provisional."""

    year = models.PositiveIntegerField(primary_key=True)
    text = models.TextField()
    """The notice's words, as they were imported."""

    def __str__(self) -> str:
        return str(self.year)


class BookChange(models.Model):
    """A change of rules, calendar or figures: who, when, what. Append-only, but for how far it is applied."""

    kind = models.CharField(max_length=30)
    actor = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    data = models.JSONField(default=dict)
    """What changed: a rule's code, the first day and how many; of a figure what stood before and after."""
    moved = models.JSONField(default=list)
    """The periods that it moved, at most a hundred: [number, rule, before, after]."""
    moved_count = models.PositiveIntegerField(default=0)
    reached = models.PositiveBigIntegerField(default=0)
    """The last clock that was looked at; the worker goes on from there."""
    done_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def what(self) -> str:
        """What changed, in one word: a rule's code, a year or a day."""
        return str(self.data.get("code") or self.data.get("year") or self.data.get("day", ""))


class Reminder(models.Model):
    """How a person is reminded: by a private calendar link (its token hashed), by one text each day."""

    staff = models.OneToOneField(Staff, models.PROTECT, primary_key=True, related_name="reminder")
    token_hash = models.CharField(max_length=64, unique=True, null=True)
    made_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    """When a calendar program last asked."""
    by_text = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"reminder of {self.staff_id}"


class DigestSent(models.Model):
    """That a person was told of a day's deadlines by text; the unique row is why they are told once."""

    staff = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    day = models.DateField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("staff", "day"), name="one_digest_a_day"),)

    def __str__(self) -> str:
        return f"{self.staff_id} {self.day}"
