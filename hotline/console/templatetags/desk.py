"""Small helps of the desk's and the case's templates."""

from datetime import datetime
from typing import Any

from django import forms, template
from django.forms import BoundField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hotline.console.forms.base import RowsForm
from hotline.console.forms.places import category_name
from hotline.identifiers import mask_id_number

register = template.Library()
register.filter("category_name", category_name)
register.filter("masked_identity", mask_id_number)


@register.filter
def time_of_day(value: datetime | None) -> str:
    """The time with its seconds: 14:05:09."""
    return f"{timezone.localtime(value):%H:%M:%S}" if value else ""


@register.filter
def is_wide(bound: BoundField) -> bool:
    """Whether a field takes the whole row: long texts and choices laid out side by side."""
    return isinstance(bound.field.widget, forms.Textarea | forms.CheckboxSelectMultiple)


@register.inclusion_tag("console/cases/row_errors.html")
def row_errors(form: RowsForm) -> dict[str, Any]:
    """The summary of what is wrong in the lines of a list."""
    wrong = [bound for row in form.rows.forms for bound in row if bound.errors] if form.is_bound else []
    return {"wrong": wrong, "whole": form.rows.non_form_errors() if form.is_bound else []}


SKILLS = {"legal": _("Legal matter"), "enquiry": _("Enquiry")}


@register.filter
def skill(value: str) -> str:
    """A skill that the menu asks for, in words."""
    return str(SKILLS.get(value, value))
