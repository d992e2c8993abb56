"""A figure of the calculators as an administrator adds or amends it."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hotline import identifiers
from hotline.console.figure_words import Line
from hotline.console.forms.base import short_text
from hotline.console.forms.fields import DateField
from hotline.console.forms.places import COUNTRY
from hotline.models import FigureVersion
from workflows.calculators.parameters import Figure, articles
from workflows.calculators.sheet import chinese, plain

CORRECT, FOLLOW = "correct", "follow"


class NumberField(forms.DecimalField):
    """A number; full-width digits and thousands separators are taken."""

    def to_python(self, value: Any) -> Any:
        """The number without what people write around it."""
        if isinstance(value, str):
            value = identifiers.half_width(value)
            for sign in ("¥", ",", "元", "%", " "):
                value = value.replace(sign, "")
        return super().to_python(value)


class FigureForm(forms.Form):
    """What is said of a figure, and which one of those that stand it is about."""

    about = forms.ChoiceField(
        label=gettext_lazy("What this is"),
        required=False,
        error_messages={
            "invalid_choice": gettext_lazy("This figure was amended meanwhile: choose again what this is.")
        },
    )
    value = NumberField(
        label=gettext_lazy("Value"),
        max_digits=14,
        decimal_places=4,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "figure"}),
    )
    in_force_from = DateField(label=gettext_lazy("Holds from"), help_text=gettext_lazy("Empty: always."))
    in_force_to = DateField(
        label=gettext_lazy("Holds until"), help_text=gettext_lazy("Empty: until a new value follows.")
    )
    places = forms.MultipleChoiceField(
        label=gettext_lazy("Places"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose the places it holds for, or the whole country.")},
    )
    article = forms.ChoiceField(label=gettext_lazy("Article"), required=False)
    source_zh = short_text(
        gettext_lazy("Source in Chinese"), 200, help_text=gettext_lazy("The notice with its number and day.")
    )
    source_en = short_text(
        gettext_lazy("Source in English"), 300, help_text=gettext_lazy("Empty: as in Chinese.")
    )
    verified = forms.BooleanField(label=gettext_lazy("Checked against the official text"), required=False)

    def __init__(
        self,
        lines: list[Line],
        areas: dict[str, str],
        unit: str,
        data: QueryDict | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, label_suffix="", auto_id="figure_%s", **kwargs)
        also = {code for one in lines for code in one.figure.places} - set(areas)
        self._choices("places", [*areas.items(), *((code, code) for code in sorted(also))])
        self._choices("article", _articles())
        self._choices("about", about_choices(lines))
        self.fields["value"].help_text = unit

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean_places(self) -> list[str]:
        """The whole country stands alone, and is no place."""
        found: list[str] = self.cleaned_data["places"]
        if COUNTRY in found and len(found) > 1:
            raise ValidationError(
                _("The whole country has every place in it: choose it alone, or the others.")
            )
        return [] if COUNTRY in found else found

    def row(self, code: str) -> FigureVersion:
        """The row that the form means, not yet saved."""
        values = dict(self.cleaned_data)
        how, _colon, key = values.pop("about").partition(":")
        values["replaces" if how == CORRECT else "follows"] = key
        return FigureVersion(code=code, **values)


def about_choices(lines: list[Line]) -> list[tuple[str, str]]:
    """A further figure, or a new value or a correction of one that stands."""
    found = [("", _("a further figure"))]
    for one in lines:
        found.append((f"{FOLLOW}:{one.figure.key}", _("new value, ends: %(figure)s") % {"figure": one}))
        found.append((f"{CORRECT}:{one.figure.key}", _("correction of: %(figure)s") % {"figure": one}))
    return found


def _articles() -> list[tuple[str, str]]:
    found = sorted((one.name(chinese()), key) for key, one in articles().items())
    return [("", "—"), *((key, name) for name, key in found)]


def initial(about: str, figures: list[Figure], places: list[str]) -> dict[str, Any]:
    """What the form begins with: all of what is corrected, place and article of what is followed."""
    how, _colon, key = about.partition(":")
    before = next((one for one in figures if one.key == key), None)
    if before is None:
        return {"places": places}
    article = next((key for key, one in articles().items() if one == before.article), "")
    found: dict[str, Any] = {"about": about, "places": list(before.places) or [COUNTRY], "article": article}
    if how == FOLLOW:
        return found
    return found | {
        "value": plain(before.value),
        "in_force_from": before.in_force_from,
        "in_force_to": before.in_force_to,
        "source_zh": before.source_zh,
        "source_en": before.source_en,
        "verified": before.verified,
    }
