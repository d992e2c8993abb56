"""The evidence of a case: a numbered list, each piece with what it proves."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from hotline.actions.sections import EVIDENCE_FIELDS
from hotline.console.forms.base import Row, RowsForm, short_text
from hotline.enums import EvidenceKind
from hotline.models import Case

LAST_PAGE = 9999


def _number(label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        validators=[MinValueValidator(1), MaxValueValidator(LAST_PAGE)],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "figure"}),
    )


class EvidenceRow(Row):
    """One piece of evidence."""

    quiet = ("kind", "held_by_employer", "original_seen")
    name = short_text(_("Piece of evidence"), 100)
    kind = forms.ChoiceField(label=_("Kind"), choices=EvidenceKind.choices, initial=EvidenceKind.OTHER)
    proves = short_text(_("What it proves"), 200)
    source = short_text(_("Source"), 100)
    page_from = _number(_("Page from"))
    page_to = _number(_("Page to"))
    copies = _number(_("Copies"))
    original_seen = forms.BooleanField(label=_("Original seen"), required=False)
    held_by_employer = forms.BooleanField(label=_("The employer has it (Art. 6)"), required=False)

    def __init__(self, *args: Any, files: list[tuple[Any, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["attachment_id"] = forms.TypedChoiceField(
            label=_("File of the case"), choices=files, coerce=int, empty_value=None, required=False
        )

    def clean(self) -> dict[str, Any]:
        """A piece of evidence has a name, and its pages run forward."""
        data = self.cleaned_data
        if not self.is_blank and not data.get("name") and "name" not in self.errors:
            self.add_error("name", _("Name the piece of evidence."))
        first, last = data.get("page_from"), data.get("page_to")
        if last and not first:
            self.add_error("page_from", ValidationError(_("Enter the first page, too.")))
        elif first and last and last < first:
            self.add_error("page_to", ValidationError(_("The last page lies before the first one.")))
        return data


class EvidenceForm(RowsForm):
    """The evidence."""

    row = EvidenceRow

    def row_kwargs(self) -> dict[str, Any]:
        """The files of the case."""
        files: list[tuple[Any, Any]] = list(self.case.attachments.values_list("pk", "name"))
        return {"files": [("", "—"), *files]}

    @classmethod
    def values(cls, case: Case) -> dict[str, Any]:
        """The evidence as it stands."""
        return {"rows": list(case.evidence.values(*EVIDENCE_FIELDS))}
