"""Referrals to an arbitration commission, what happens there, and with its award."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from hotline.enums import ArbitrationKind, Authority, Jurisdiction
from hotline.models.cases import Case
from hotline.models.prepared import Given, Prepared
from hotline.models.staff import Staff


class ReferralManager(models.Manager["Referral"]):
    def newest(self, case: Case) -> "Referral | None":
        """The referral of `case` that was begun last."""
        found = _NEWEST.first(case=case.pk)
        if found is not None:
            found.case = case
        return found


class Referral(models.Model):
    """A referral to a labour dispute arbitration commission."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="referrals")
    commission = models.CharField(_("arbitration commission"), max_length=100, blank=True)
    ground = models.CharField(max_length=11, choices=Jurisdiction, blank=True)
    """The worker's choice between the two (Art. 21)."""
    jurisdiction = models.CharField(_("place of the jurisdiction"), max_length=200, blank=True)
    authority = models.CharField(max_length=7, choices=Authority, blank=True)
    authorised_on = models.DateField(_("power of attorney signed on"), null=True, blank=True)
    checked_on = models.DateField(_("compared with the register on"), null=True, blank=True)
    """When names and codes of the respondents were compared with the business register."""
    register_note = models.CharField(_("what the register says"), max_length=200, blank=True)
    filed_on = models.DateField(_("filed on"), null=True, blank=True)
    urgent_reason = models.TextField(_("why it was filed at once"), blank=True)
    """Set where it went before its papers were complete: the limitation was about to end."""
    reference = models.CharField(_("commission's case number"), max_length=60, blank=True)
    accepted_on = models.DateField(_("accepted on"), null=True, blank=True)
    received_on = models.DateField(_("received on"), null=True, blank=True)
    """When the worker received the refusal or the award: their term for the suit runs from it."""
    refused_on = models.DateField(_("refused on"), null=True, blank=True)
    refusal = models.TextField(_("reason for the refusal"), blank=True)
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True)
    """Follows the entry that says it (`ArbitrationEntry`)."""
    awarded_on = models.DateField(_("award of"), null=True, blank=True)
    settled_on = models.DateField(_("settled on"), null=True, blank=True)
    """When both signed for a settlement before the commission (Art. 42)."""
    award = models.TextField(_("award"), blank=True)
    final = models.BooleanField(null=True)
    """Whether the award is final for the employer (Art. 47)."""
    final_words = models.TextField(_("what the award says of it"), blank=True)
    """The commission's own words, where they differ from what the claims come to (`workflows.award_ways`)."""
    minimum_wage = models.DecimalField(
        _("local monthly minimum wage"), max_digits=11, decimal_places=2, null=True, blank=True
    )
    """Goes before the figure that is known for place and day."""
    perform_by = models.DateField(_("to be performed by"), null=True, blank=True)
    amount = models.DecimalField(_("amount in yuan"), max_digits=11, decimal_places=2, null=True, blank=True)

    next_step = models.CharField(max_length=20, blank=True)
    """What the lawyer said comes next; empty while that is open."""

    objects = ReferralManager()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.case_id} {self.commission}"


_NEWEST = Prepared(lambda: Referral.objects.filter(case=Given("case")).order_by("-pk")[:1])


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
