"""What every section's form has in common."""

import re
from collections.abc import Sequence
from typing import Any, Self, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms.formsets import BaseFormSet
from django.forms.utils import ErrorDict, ErrorList
from django.utils.translation import gettext_lazy as _

from hotline.models import Case

LARGEST_TEXT = 20_000
"""Characters of one text."""
MOST_ROWS = 60
LINE = re.compile(r"rows-(\d{1,3})-", re.ASCII)
"""How the fields of a line begin, with its place."""
ROWS_SHOWN = 20
"""Lines beyond the most that are still shown, with the error; a made-up number of them costs nothing."""


class SectionForm(forms.Form):
    """The form of one section of a case; `values` is what stands there, `payload` what is to be saved."""

    def __init__(self, case: Case, *args: Any, **kwargs: Any) -> None:
        self.case = case
        kwargs["initial"] = {**self.values(case), **kwargs.get("initial", {})}
        kwargs.setdefault("label_suffix", "")
        # Several sections stand on one page.
        kwargs.setdefault("auto_id", f"{type(self).__name__.removesuffix('Form').lower()}_%s")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field.widget, forms.TextInput | forms.Textarea):
                field.widget.attrs.setdefault("autocomplete", "off")

    @classmethod
    def values(cls, case: Case) -> dict[str, Any]:
        """What stands in the section now."""
        raise NotImplementedError

    def payload(self) -> dict[str, Any]:
        """What `workflows.steps.save` is given."""
        return dict(self.cleaned_data)

    def quietly(self) -> Self:
        """Show what was typed without judging it: a draft is not finished."""
        self._errors = ErrorDict()
        return self


class Row(forms.Form):
    """One line of a section that is a list; a line in which nothing was typed counts as none."""

    remove = forms.BooleanField(label=_("Take this line away"), required=False)
    quiet: Sequence[str] = ()
    """Fields with a default: they do not make a line count."""

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed here, or the line was taken away."""
        data = self.cleaned_data
        said = [v for k, v in data.items() if k not in {*self.quiet, "remove"} and v not in ("", None, [])]
        return bool(data.get("remove")) or not said


class RowSet(BaseFormSet):  # type: ignore[type-arg] # it cannot be subscripted at run time
    """The lines of a section."""

    @property
    def payload(self) -> list[dict[str, Any]]:
        """The lines that count, without the box that takes one away."""
        return [
            {k: v for k, v in form.cleaned_data.items() if k != "remove"}
            for form in self.forms
            if form.cleaned_data and not form.is_blank
        ]

    def quietly(self) -> None:
        """Show what was typed without judging it."""
        self._errors: list[ErrorDict] | None = []
        self._non_form_errors = ErrorList()
        for form in self.forms:
            form._errors = ErrorDict()


def _as_sent(data: Any) -> Any:
    """`data` with as many lines as came with it, whatever it says of their number: no typed one is lost."""
    places = (LINE.match(name) for name in data)
    sent = max((int(found[1]) + 1 for found in places if found), default=0)
    total, initial = (str(data.get(f"rows-{name}_FORMS", "")) for name in ("TOTAL", "INITIAL"))
    if not sent or (_is_count(total) and int(total) >= sent and _is_count(initial)):
        return data
    mended = data.copy()
    mended["rows-TOTAL_FORMS"] = str(max(sent, int(total) if _is_count(total) else 0))
    mended["rows-INITIAL_FORMS"] = initial if _is_count(initial) else "0"
    return mended


def _is_count(text: str) -> bool:
    return text.isdecimal() and len(text) < 10


class RowsForm(SectionForm):
    """A section that is a list of lines."""

    row: type[Row]

    def __init__(self, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(case, *args, **kwargs)
        factory = forms.formset_factory(
            self.row,
            formset=RowSet,
            extra=0 if self.initial["rows"] else 1,
            max_num=MOST_ROWS,
            absolute_max=MOST_ROWS + ROWS_SHOWN,
            validate_max=True,
        )
        rows = factory(
            _as_sent(self.data) if self.is_bound else None,
            # A line that was sent counts, even where the same one stands there by now.
            initial=None if self.is_bound else self.initial["rows"],
            prefix="rows",
            auto_id=str(self.auto_id),
            form_kwargs={"label_suffix": "", **self.row_kwargs()},
        )
        self.rows = cast(RowSet, rows)

    def row_kwargs(self) -> dict[str, Any]:
        """What every line is given: what is looked up once for all of them."""
        return {}

    def is_valid(self) -> bool:
        """Whether every line that counts is in order; lines that were taken away are not looked at."""
        own = super().is_valid()
        if self.rows.is_valid():
            return own
        wrong = [form for form in self.rows.forms if form.errors and not form.cleaned_data.get("remove")]
        return own and not wrong and not self.rows.non_form_errors()

    def payload(self) -> dict[str, Any]:
        """The lines."""
        return {"rows": self.rows.payload}

    def quietly(self) -> Self:
        """The lines, too."""
        self.rows.quietly()
        return super().quietly()


def not_before(form: forms.Form, first: str, last: str, words: Any) -> None:
    """Put `words` on the field `last` if its day lies before that of `first`."""
    start, end = form.cleaned_data.get(first), form.cleaned_data.get(last)
    if start and end and end < start:
        form.add_error(last, ValidationError(words))


def choose(form: forms.Form, name: str, rows: QuerySet[Any]) -> None:
    """Let the field `name` choose among `rows`."""
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = rows


def split_names(text: str) -> list[str]:
    """Names that were typed in one line, parted by commas of either kind."""
    return [name.strip() for name in text.replace("，", ",").split(",") if name.strip()]


def long_text(label: Any, rows: int = 4, **kwargs: Any) -> forms.CharField:
    """A text of several lines."""
    kwargs.setdefault("required", False)
    kwargs.setdefault("max_length", LARGEST_TEXT)
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


def short_text(label: Any, length: int, **kwargs: Any) -> forms.CharField:
    """A text of one line."""
    kwargs.setdefault("required", False)
    return forms.CharField(label=label, max_length=length, **kwargs)
