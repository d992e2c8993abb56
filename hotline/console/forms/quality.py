"""The forms of the end of a case: the points of a check, the worker's answer, a drawn consultation."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from hotline.console.forms.base import long_text, short_text
from hotline.enums import Answer, Satisfaction, VisitResult, VisitWay
from workflows import quality

UNASKED = [("", _("Not asked"))]


def points_fields() -> dict[str, forms.Field]:
    """For each item of the scoring sheet its points, full at first, and the ground for what is taken off."""
    chinese = (get_language() or "").startswith("zh")
    fields: dict[str, forms.Field] = {}
    for item in quality.sheet().items:
        name, grounds = (item.name_zh, item.grounds_zh) if chinese else (item.name_en, item.grounds_en)
        fields[f"points_{item.code}"] = forms.IntegerField(
            label=_("%(item)s, of %(points)s points") % {"item": name, "points": item.points},
            min_value=0,
            max_value=item.points,
            initial=item.points,
        )
        fields[f"ground_{item.code}"] = short_text(
            _("%(item)s: points taken off for") % {"item": name}, 200, help_text=grounds
        )
    return fields


def answer_fields() -> dict[str, forms.Field]:
    """What the worker says: received, handled, result, satisfied or not, what else."""
    return {
        "way": _choice(_("How the worker was asked"), VisitWay.choices),
        "spoke_with": short_text(_("Who answered, where it was someone else"), 60),
        "received": _choice(_("Was the worker told what came of it?"), Answer.choices[:2]),
        "handled": _choice(_("Was it handled as the file says?"), Answer.choices[:2]),
        "result": _choice(_("Is the matter settled?"), VisitResult.choices),
        "satisfied": _choice(_("Is the worker satisfied?"), Satisfaction.choices),
        "more": long_text(_("What else the worker says"), rows=2, max_length=2000),
        "no_new_facts": forms.BooleanField(
            label=_("The worker repeats it without new facts"), required=False
        ),
    }


def _choice(label: Any, choices: list[tuple[str, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[*UNASKED, *choices], required=False)


class ScoredForm(forms.Form):
    """A form that may hold the scoring sheet: an item a row, the rest as usual."""

    @property
    def sheet(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The points of each item, and the ground for what is taken off."""
        codes = [item.code for item in quality.sheet().items if f"points_{item.code}" in self.fields]
        return [(self[f"points_{code}"], self[f"ground_{code}"]) for code in codes]

    @property
    def others(self) -> list[forms.BoundField]:
        """The fields that are not of the sheet."""
        return [self[name] for name in self.fields if not name.startswith(("points_", "ground_"))]


class DrawnCheckForm(ScoredForm):
    """The check of an answered consultation that was drawn."""

    note = long_text(_("Remark"), rows=2, max_length=2000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.fields |= points_fields()
        self.order_fields([name for name in self.fields if name != "note"])
