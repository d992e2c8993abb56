"""The employers of a case and the claims: lists of lines."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hotline.actions.sections import CLAIM_FIELDS, EMPLOYER_FIELDS
from hotline.console import caserows
from hotline.console.forms.base import Row, RowsForm, short_text, split_names
from hotline.console.forms.fields import MoneyField, credit_code_field
from hotline.console.forms.places import districts
from hotline.enums import ClaimKind, EmployerRole
from hotline.models import Case


class EmployerRow(Row):
    """One employer and its part in the case."""

    quiet = ("role",)
    name = short_text(_("Employer's name"), 120)
    role = forms.ChoiceField(
        label=_("Part in the case"), choices=EmployerRole.choices, initial=EmployerRole.EMPLOYER
    )
    credit_code = credit_code_field(label=_("Unified social credit code"), max_length=24)
    industry = short_text(_("Industry"), 60)
    ownership = short_text(_("Ownership"), 60)
    address = short_text(_("Address"), 200)
    aliases = short_text(_("Also known as"), 200, help_text=_("Several names are parted by commas."))

    def __init__(self, *args: Any, districts: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["district_code"] = forms.ChoiceField(
            label=_("District"), choices=districts, required=False
        )

    def clean(self) -> dict[str, Any]:
        """An employer has a name."""
        data = self.cleaned_data
        data["aliases"] = split_names(data.get("aliases", ""))
        if not self.is_blank and not data.get("name") and "name" not in self.errors:
            self.add_error("name", _("Write the employer's name."))
        return data


class EmployersForm(RowsForm):
    """The employers."""

    row = EmployerRow

    def row_kwargs(self) -> dict[str, Any]:
        """The districts."""
        return {"districts": districts()}

    @classmethod
    def values(cls, case: Case) -> dict[str, Any]:
        """The employers of the case with their parts."""
        rows = []
        for part in caserows.employers(case):
            line = {name: getattr(part.employer, name) for name in EMPLOYER_FIELDS} | {"role": part.role}
            rows.append(line | {"aliases": "，".join(part.employer.aliases)})
        return {"rows": rows}


class ClaimRow(Row):
    """One thing the worker asks for."""

    kind = forms.ChoiceField(label=_("Claim"), choices=[("", "—"), *ClaimKind.choices], required=False)
    amount = MoneyField(label=_("Amount in yuan"))
    period = short_text(_("Period"), 60)
    basis = short_text(_("How it is reckoned"), 300)

    def clean(self) -> dict[str, Any]:
        """A claim says what it is for."""
        if not self.is_blank and not self.cleaned_data.get("kind"):
            self.add_error("kind", _("Choose what is claimed."))
        return self.cleaned_data


class ClaimsForm(RowsForm):
    """The claims."""

    row = ClaimRow

    @classmethod
    def values(cls, case: Case) -> dict[str, Any]:
        """The claims as they stand."""
        return {
            "rows": [{name: getattr(row, name) for name in CLAIM_FIELDS} for row in caserows.claims(case)]
        }
