"""What is written for one paper alone, and the upload of a template."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hotline.console.forms.base import long_text, short_text
from hotline.enums import DocumentKind
from workflows.documents.kinds import KINDS, Ask

SHORT, LONG = 200, 5000
"""Characters of a line and of a text."""


class PaperForm(forms.Form):
    """The fields of one kind of paper; what is empty is named when the paper is made, not here."""

    def __init__(self, kind: DocumentKind, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", "auto_id": "paper_%s", **kwargs})
        for ask in KINDS[kind].asks:
            self.fields[ask.name] = _field(ask)

    def asked(self) -> dict[str, str]:
        """What was written."""
        return {name: str(value or "") for name, value in self.cleaned_data.items()}


def _field(ask: Ask) -> forms.Field:
    more: dict[str, Any] = {"help_text": ask.help or (_("May stay empty.") if ask.optional else "")}
    if ask.choices:
        # They are printed as they stand, so they are Chinese in every language.
        choices = [("", "—"), *((one, one) for one in ask.choices)]
        return forms.ChoiceField(label=ask.label, choices=choices, required=False, **more)
    if ask.rows:
        return long_text(ask.label, ask.rows, max_length=LONG, **more)
    return short_text(ask.label, SHORT, **more)
