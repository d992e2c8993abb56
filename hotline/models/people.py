"""Those a case is about: the worker and the employers."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from hotline import crypto
from hotline.enums import Answer, ContactKind, Language, Sex


class Person(models.Model):
    """A worker who called or wrote. The identity number is encrypted and found by its keyed hash."""

    name = models.CharField(_("name"), max_length=60, blank=True)
    sex = models.CharField(_("sex"), max_length=1, choices=Sex, default=Sex.UNKNOWN)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    identity_token = models.TextField(blank=True, default="")
    identity_hash = models.CharField(max_length=64, blank=True, default="", db_index=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    union_member = models.CharField(_("union member"), max_length=7, choices=Answer, default=Answer.UNKNOWN)
    priority_groups = models.JSONField(_("priority groups"), default=list, blank=True)
    wants_woman = models.BooleanField(_("wishes for a woman lawyer"), default=False)
    language = models.CharField(_("rather speaks"), max_length=8, choices=Language, blank=True)
    confidential = models.BooleanField(_("asked for confidentiality"), default=False)
    may_disclose = models.CharField(
        _("may be named to the employer"), max_length=7, choices=Answer, default=Answer.UNKNOWN
    )
    may_text = models.CharField(
        _("may be told by text message"), max_length=7, choices=Answer, default=Answer.UNKNOWN
    )
    contact_from = models.TimeField(_("may be reached from"), null=True, blank=True)
    contact_until = models.TimeField(_("may be reached until"), null=True, blank=True)
    contact_note = models.CharField(_("safe to contact"), max_length=200, blank=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name or str(_("Unknown caller"))

    @property
    def identity_number(self) -> str:
        """The identity number in clear; whoever shows it writes the access log first."""
        return crypto.decrypt(self.identity_token)

    @identity_number.setter
    def identity_number(self, value: str) -> None:
        self.identity_token = crypto.encrypt(value)
        self.identity_hash = crypto.keyed_hash(value)


class Contact(models.Model):
    """An address a person is known by: a number in E.164, or another sender as the carrier wrote it.

    One row for each address: locking it keeps two first messages of one sender in line.
    """

    value = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=6, choices=ContactKind, default=ContactKind.PHONE)
    person = models.ForeignKey(Person, models.PROTECT, related_name="contacts")
    opted_out_at = models.DateTimeField(null=True)
    """When the person told the carrier to stop texting; cleared when they start again."""

    def __str__(self) -> str:
        return self.value


class Employer(models.Model):
    """An employer, whatever its role in a case."""

    name = models.CharField(_("name"), max_length=120)
    aliases = models.JSONField(_("also known as"), default=list, blank=True)
    credit_code = models.CharField(_("unified social credit code"), max_length=18, blank=True, db_index=True)
    industry = models.CharField(_("industry"), max_length=60, blank=True)
    ownership = models.CharField(_("ownership"), max_length=60, blank=True)
    district_code = models.CharField(_("district"), max_length=12, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("credit_code",), condition=~models.Q(credit_code=""), name="employer_credit_code"
            ),
        )

    def __str__(self) -> str:
        return self.name
