"""Small helps of the desk's and the case's templates."""

from datetime import datetime
from typing import Any

from django import forms, template
from django.forms import BoundField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hotline import delivery
from hotline.console.case_list import Filters
from hotline.console.forms.base import RowsForm
from hotline.console.forms.places import category_name, short
from hotline.console.templatetags.console import moment
from hotline.enums import Stage
from hotline.identifiers import mask_id_number
from hotline.models import Case, Staff, Unit

register = template.Library()
LONG_LINE = 100
"""Characters from which on a line of text takes a whole row."""
register.filter("category_name", category_name)
register.filter("masked_identity", mask_id_number)


@register.filter
def saved_time(value: datetime) -> str:
    """When something was saved: today's with its seconds, 14:05:09, else with its day."""
    local = timezone.localtime(value)
    return f"{local:%H:%M:%S}" if local.date() == timezone.localdate() else moment(value)


@register.filter
def is_wide(bound: BoundField) -> bool:
    """Whether a field takes the whole row: long texts and choices laid out side by side."""
    if isinstance(bound.field.widget, forms.Textarea | forms.CheckboxSelectMultiple):
        return True
    return (getattr(bound.field, "max_length", None) or 0) >= LONG_LINE


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


@register.filter
def delivery_reason(code: str) -> str:
    """Why a text did not arrive, with the carrier's code: the telephone is off or without a net (30003)."""
    return (
        str(_("%(why)s (%(code)s)") % {"why": why, "code": code}) if (why := delivery.means(code)) else code
    )


@register.simple_tag
def list_address(filters: Filters, name: str, value: object) -> str:
    """The address of the list with one filter changed."""
    return filters.address(**{name: value})


@register.filter
def short_number(number: str) -> str:
    """A case number without the part that all share: 20261123-000123."""
    return number.partition("-")[2] or number


@register.filter
def holder(case: Case) -> Staff | None:
    """Who holds the case at its stage."""
    holders = {
        Stage.INTAKE: case.agent,
        Stage.MEDIATION: case.mediator,
        Stage.QUALITY: case.checker,
        Stage.CLOSED: None,
    }
    return holders.get(Stage(case.stage), case.lawyer)


@register.filter
def place_name(code: str) -> str:
    """The district's, street's or town's own name by its code; empty for none."""
    unit = Unit.objects.filter(code=code).first() if code else None
    return short(unit.name) if unit else code
