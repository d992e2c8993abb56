"""A member of a collective case as it is typed in, and as a line of a table says it."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models.enums import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from hotline import identifiers
from hotline.console.forms.base import RowsForm, long_text, short_text
from hotline.console.forms.fields import CheckedField, DateField, MoneyField, identity_field
from hotline.console.forms.parties import ClaimRow
from hotline.console.templatetags.console import masked
from hotline.enums import Answer, ClaimKind
from hotline.identifiers import WrongIdentifier
from hotline.models import Case, Member

SAID = {"是": Answer.YES, "y": Answer.YES, "否": Answer.NO, "n": Answer.NO, "": Answer.UNKNOWN}
"""What people write in a table for yes and no, besides the words of the choices."""


def _number(text: str) -> str:
    number = identifiers.normalise_number(text)
    if number is None:
        raise WrongIdentifier(_("This is no telephone number that can be called."))
    return number


def phone_field(**kwargs: Any) -> CheckedField:
    """A telephone number, kept in E.164."""
    return CheckedField(_number, max_length=30, **kwargs)


class MemberForm(RowsForm):
    """One member with what they ask for."""

    row = ClaimRow
    name = short_text(_("Name"), 60, required=True)
    phone = phone_field(label=_("Telephone"))
    identity_number = identity_field(label=_("Identity number"), max_length=24)
    known_on = DateField(label=_("Knew of the infringement on"), past=True)
    employed_until = DateField(label=_("Employed until"))
    may_disclose = forms.ChoiceField(
        label=_("May be named to the employer"), choices=Answer.choices, initial=Answer.UNKNOWN
    )
    authorised = forms.BooleanField(label=_("Power of attorney signed"), required=False)
    evidence = long_text(_("Evidence"), rows=2, max_length=500)

    def __init__(self, case: Case, *args: Any, member: Member | None = None, **kwargs: Any) -> None:
        self.member = member
        if member is not None:
            kwargs["initial"] = {**_initial(member), **kwargs.get("initial", {})}
        super().__init__(case, *args, **kwargs)
        if member is not None:
            # The numbers are not shown again to whoever corrects a name.
            hidden = {"phone": masked(member.phone), "identity_number": "***" * bool(member.identity_hash)}
            for name, shown in hidden.items():
                self.fields[name].widget.attrs["placeholder"] = shown
                self.fields[name].help_text = _("Left empty, it stays.") if shown else ""

    @classmethod
    def values(cls, case: Case) -> dict[str, Any]:
        """Nothing yet."""
        return {"rows": []}

    def payload(self) -> dict[str, Any]:
        """The member's row; a number that was left empty stays as it was."""
        data = {k: v for k, v in self.cleaned_data.items() if k != "rows"}
        if self.member is not None and not data["phone"]:
            data["phone"] = self.member.phone
        return {**data, "claims": self.rows.payload}


def _initial(member: Member) -> dict[str, Any]:
    names = ("name", "known_on", "employed_until", "may_disclose", "authorised", "evidence")
    claims = list(member.claims.values("kind", "amount", "period", "basis"))
    return {**{name: getattr(member, name) for name in names}, "rows": claims}


def _by_words(choices: type[TextChoices]) -> dict[str, str]:
    """The values of `choices` by their words in both languages."""
    found: dict[str, str] = {}
    for language in ("zh-hans", "en"):
        with override(language):
            found |= {str(one.label).lower(): str(one.value) for one in choices}
    return found | {value.lower(): value for value in choices.values}


class Line(forms.Form):
    """A line of a table. A line without a name goes on with what the person above it asks for."""

    name = short_text(_("Name"), 60)
    phone = phone_field(label=_("Telephone"))
    identity_number = identity_field(label=_("Identity number"), max_length=24)
    kind = short_text(_("Claim"), 40)
    amount = MoneyField(label=_("Amount in yuan"))
    period = short_text(_("Period"), 60)
    basis = short_text(_("How it is reckoned"), 300)
    evidence = short_text(_("Evidence"), 500)
    known_on = DateField(label=_("Knew of the infringement on"), past=True)
    employed_until = DateField(label=_("Employed until"))
    may_disclose = short_text(_("May be named to the employer"), 20)
    authorised = short_text(_("Power of attorney signed"), 20)

    def clean_kind(self) -> str:
        """The claim by its words or code."""
        text = str(self.cleaned_data["kind"]).lower()
        if text and text not in (known := _by_words(ClaimKind)):
            words = {"text": text, "known": "、".join(str(one.label) for one in ClaimKind)}
            raise ValidationError(_("“%(text)s” is no kind of claim; these are: %(known)s."), params=words)
        return known[text] if text else ""

    def clean_may_disclose(self) -> str:
        """Yes, no, or not asked."""
        return self._said("may_disclose")

    def clean_authorised(self) -> bool:
        """Whether it is signed."""
        return self._said("authorised") == Answer.YES

    def _said(self, name: str) -> str:
        text = str(self.cleaned_data[name]).lower()
        known: Mapping[str, str] = {**_by_words(Answer), **SAID}
        if text not in known:
            raise ValidationError(_("Write yes or no."))
        return str(known[text])

    def clean(self) -> dict[str, Any]:
        """A sum is for something."""
        data = self.cleaned_data
        asks = [data.get(name) for name in ("amount", "period", "basis")]
        if (
            any(value not in (None, "") for value in asks)
            and not data.get("kind")
            and "kind" not in self.errors
        ):
            self.add_error("kind", _("Choose what is claimed."))
        return data

    @property
    def claim(self) -> dict[str, Any] | None:
        """What this line asks for."""
        data = self.cleaned_data
        return {k: data[k] for k in ("kind", "amount", "period", "basis")} if data["kind"] else None

    @property
    def person(self) -> dict[str, Any]:
        """Who the line is about."""
        names = ("name", "phone", "identity_number", "evidence", "known_on", "employed_until")
        return {name: self.cleaned_data[name] for name in (*names, "may_disclose", "authorised")}
