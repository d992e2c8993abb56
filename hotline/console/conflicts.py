"""Two people saved the same section: what one typed beside what the other has saved."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _

from hotline.console.forms.base import RowsForm, SectionForm


@dataclass(frozen=True)
class Difference:
    """One field that differs: the person's own text stays in its field, the other's is shown beside it."""

    name: str
    label: str
    theirs: str
    field: BoundField | None
    """None for the lines of a list, which are shown as a whole."""


def differences(form: SectionForm, theirs: dict[str, Any]) -> list[Difference]:
    """What differs between `form`, as it was sent, and `theirs`, the values that stand there now."""
    found = [
        Difference(bound.name, str(bound.label), shown(bound.field, theirs.get(bound.name)), bound)
        for bound in form
        if bound.name in theirs and _differs(form.cleaned_data.get(bound.name), theirs[bound.name])
    ]
    if isinstance(form, RowsForm):
        found.append(Difference("rows", _("Lines"), rows_shown(form, theirs["rows"]), None))
    return found


def _differs(mine: Any, theirs: Any) -> bool:
    if isinstance(mine, list):
        return sorted(mine) != sorted(theirs or [])
    return (mine or "") != (theirs or "")


def shown(field: forms.Field, value: Any) -> str:
    """`value` as people read it in `field`."""
    if value is None or value == "" or value == []:
        return "—"
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(field, forms.ChoiceField):
        labels = dict(_flat(field.choices))
        return "、".join(str(labels.get(v, v)) for v in (value if isinstance(value, list) else [value]))
    return str(value)


def _flat(choices: Any) -> list[tuple[str, Any]]:
    flat: list[tuple[str, Any]] = []
    for value, label in choices:
        flat.extend(label) if isinstance(label, list | tuple) else flat.append((value, label))
    return flat


def rows_shown(form: RowsForm, rows: list[dict[str, Any]]) -> str:
    """The lines that stand there, one under the other."""
    fields = form.row.base_fields
    lines = [
        " · ".join(
            shown(fields[name], value)
            for name, value in row.items()
            if name in fields and value not in ("", None)
        )
        for row in rows
    ]
    return "\n".join(lines) or "—"
