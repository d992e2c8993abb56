"""Staff, their units and their seats on the floor."""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from hotline.enums import Role, SeatState, UnitKind


class Unit(models.Model):
    """A unit of the trade union's three-tier tree; `path` holds the ids from the root, as /1/4/27/."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=12, choices=UnitKind)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    district_code = models.CharField(max_length=12, blank=True)
    path = models.CharField(max_length=100, blank=True, db_index=True)

    class Meta:
        ordering = ("code",)

    def __str__(self) -> str:
        return self.name

    @property
    def ancestors(self) -> list[int]:
        """The ids from the root down to and including this unit."""
        return [int(part) for part in self.path.strip("/").split("/")]


class Staff(AbstractUser):
    """A person who signs in. Never deleted: deactivated, with their work handed over."""

    name = models.CharField(_("name"), max_length=60)
    role = models.CharField(_("role"), max_length=14, choices=Role)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="staff", verbose_name=_("unit"))
    skills = models.JSONField(_("skills"), default=list, blank=True)
    mobile = models.CharField(_("mobile number"), max_length=20, blank=True)
    is_demo = models.BooleanField(default=False)
    must_change_password = models.BooleanField(default=False)
    sessions_ended = models.PositiveIntegerField(default=0)
    """How often all of this person's sessions were ended; each belongs to the count at its sign-in."""

    REQUIRED_FIELDS: ClassVar[list[str]] = ["name", "role", "unit_id"]

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        """The name, family name first, as it is written in Chinese."""
        return self.name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        # Django compares this on each request, and asks with each older secret key in turn.
        secrets = {} if secret is None else {"secret": secret}
        value = f"{self.password} {self.sessions_ended}"
        return salted_hmac("hotline.staff.session", value, algorithm="sha256", **secrets).hexdigest()


class Seat(models.Model):
    """Where an agent stands on the floor; available means a console whose socket answers."""

    staff = models.OneToOneField(Staff, models.PROTECT, primary_key=True, related_name="seat")
    state = models.CharField(max_length=10, choices=SeatState, default=SeatState.OFFLINE)
    since = models.DateTimeField()
    console_seen_at = models.DateTimeField(null=True)
    """When the console's socket last answered."""
    reason = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = (models.Index(fields=("state", "since")),)

    def __str__(self) -> str:
        return f"{self.staff}: {self.get_state_display()}"


class ServiceHours(models.Model):
    """One block of opening time on one day of the week (0 is Monday); several blocks a day may stand."""

    weekday = models.PositiveSmallIntegerField()
    opens = models.TimeField()
    closes = models.TimeField()
    """00:00 means midnight at the end of the day."""

    class Meta:
        ordering = ("weekday", "opens")

    def __str__(self) -> str:
        return f"{self.weekday} {self.opens:%H:%M}-{self.closes:%H:%M}"


class Prompt(models.Model):
    """What the line says at one point of a call; a recording by `play_url` goes before spoken text."""

    key = models.CharField(max_length=40, primary_key=True)
    text = models.TextField()
    description = models.CharField(max_length=200, blank=True)
    play_url = models.URLField(blank=True)

    class Meta:
        ordering = ("key",)

    def __str__(self) -> str:
        return self.key


class Category(models.Model):
    """A category of what a case is about: a letter for the group, letter and digits for the kind."""

    code = models.CharField(max_length=6, primary_key=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80)
    request_kind = models.CharField(max_length=10, blank=True)

    class Meta:
        ordering = ("code",)

    def __str__(self) -> str:
        return f"{self.code} {self.name_zh}"
