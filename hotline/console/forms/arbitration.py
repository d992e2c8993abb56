"""What is written down of an arbitration: one form, with what its kind of entry asks."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hotline.console.forms.base import long_text, short_text
from hotline.console.forms.fields import DateField, MoneyField, final_field
from hotline.console.forms.measures import Drafted
from hotline.console.forms.mediation import moment_field
from hotline.enums import ArbitrationKind
from workflows.arbitration import ENTRIES

DAYS: dict[str, Any] = {
    ArbitrationKind.HEARING: _("Written notice received on"),
    ArbitrationKind.HELD: _("Held on"),
    ArbitrationKind.PART_AWARD: _("Received on"),
    ArbitrationKind.ANNULLED: _("Ruling received on"),
    ArbitrationKind.UPHELD: _("Ruling received on"),
}
"""What the day of an entry means, where it is not simply the day on which it happened."""


class EntryForm(Drafted):
    """One entry of `kind`; the day, the hearing, the award are checked by the door."""

    kind = forms.ChoiceField(choices=ArbitrationKind.choices, widget=forms.HiddenInput)
    at = moment_field(label=_("Day and time of the hearing"))
    place = short_text(_("Where"), 100)
    on = DateField(label=_("On"))
    final = final_field()
    amount = MoneyField(label=_("Amount in yuan"))
    note = long_text(_("Note"), rows=3)

    def __init__(self, kind: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", "auto_id": "entry_%s", **kwargs})
        self.fields["kind"].initial = kind
        known = kind in ArbitrationKind.values
        self.of = ArbitrationKind(kind) if known else None
        """What is written down; None where nobody knows the kind that was sent."""
        asks = ENTRIES[ArbitrationKind(kind)].asks if known else ()
        for name in set(self.fields) - {"kind", *asks}:
            del self.fields[name]
        if "on" in self.fields:
            self.fields["on"].label = DAYS.get(kind, self.fields["on"].label)
        self.order_fields(["kind", *asks])

    @property
    def said(self) -> list[tuple[Any, Any]]:
        """What was typed, to be read where it can no longer be saved."""
        typed = [(one.label, one.value(), getattr(one.field, "choices", ())) for one in self.visible_fields()]
        return [(label, dict(choices).get(value, value)) for label, value, choices in typed if value]
