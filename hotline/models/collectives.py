"""A dispute of ten or more workers who ask for the same: one case, a row for each person."""

from datetime import date
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from hotline import crypto
from hotline.enums import Answer, ClaimKind, MemberState
from hotline.models.cases import Case
from hotline.models.staff import Staff


class Collective(models.Model):
    """That `case` is a collective case, as a supervisor or its lawyer confirmed, and who speaks for all."""

    case = models.OneToOneField(Case, models.PROTECT, related_name="collective")
    claim_kind = models.CharField(_("what all ask for"), max_length=18, choices=ClaimKind)
    claim = models.CharField(_("the common claim"), max_length=300)
    assets_moved = models.BooleanField(_("the employer moves its assets away"), default=False)
    chosen_on = models.DateField(_("chosen on"), null=True, blank=True)
    chosen_how = models.CharField(_("how they were chosen"), max_length=200, blank=True)
    powers = models.CharField(_("what they may do for all"), max_length=300, blank=True)
    confirmed_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.case_id} {self.claim}"


class Member(models.Model):
    """One worker of a collective case, with evidence and limitation of their own.

    The identity number is encrypted and found by its keyed hash.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="members")
    name = models.CharField(_("name"), max_length=60)
    phone = models.CharField(_("telephone"), max_length=20, blank=True, db_index=True)
    """In E.164."""
    identity_token = models.TextField(blank=True, default="")
    identity_hash = models.CharField(max_length=64, blank=True, default="")
    evidence = models.CharField(_("evidence"), max_length=500, blank=True)
    known_on = models.DateField(_("knew of the infringement on"), null=True, blank=True)
    employed_until = models.DateField(_("employed until"), null=True, blank=True)
    may_disclose = models.CharField(
        _("may be named to the employer"), max_length=7, choices=Answer, default=Answer.UNKNOWN
    )
    authorised = models.BooleanField(default=False)
    """Whether the person has signed a power of attorney."""
    represents = models.BooleanField(_("representative"), default=False)
    state = models.CharField(max_length=8, choices=MemberState, default=MemberState.IN)
    joined_case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="memberships")
    """The person's own case, merged into this one for as long as they are in."""
    limitation_rule = models.CharField(max_length=60, blank=True)
    limitation_due = models.DateField(null=True)
    limitation_paused = models.DateField(null=True)
    """By what was written here, paused since which day; one with a case of their own goes by that case's."""
    revision = models.PositiveIntegerField(default=0)
    added_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("case", "name", "phone"), condition=~models.Q(phone=""), name="one_member_row"
            ),
            models.UniqueConstraint(
                fields=("case", "identity_hash"),
                condition=~models.Q(identity_hash=""),
                name="one_member_identity",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def identity_number(self) -> str:
        """The identity number in clear; whoever shows it writes the access log first."""
        return crypto.decrypt(self.identity_token)

    @identity_number.setter
    def identity_number(self, value: str) -> None:
        self.identity_token = crypto.encrypt(value)
        self.identity_hash = crypto.keyed_hash(value)

    @property
    def total(self) -> Decimal:
        """The sum of what the person asks for."""
        return sum((one.amount for one in self.claims.all() if one.amount is not None), Decimal(0))

    @property
    def due(self) -> date | None:
        """The end of the person's own limitation, the earlier one where a case of their own has others."""
        found: date | None = getattr(self, "own_due", None)
        return found or self.limitation_due


class MemberClaim(models.Model):
    """One thing that a member asks for, with its amount in yuan and how it is reckoned."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="claims")
    kind = models.CharField(_("claim"), max_length=18, choices=ClaimKind)
    amount = models.DecimalField(_("amount in yuan"), max_digits=11, decimal_places=2, null=True, blank=True)
    period = models.CharField(_("period"), max_length=60, blank=True)
    basis = models.CharField(_("how it is reckoned"), max_length=300, blank=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.get_kind_display()
