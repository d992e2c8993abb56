"""Form fields of the field's own kinds: identity number, credit code, sum of money, date."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hotline import identifiers

LARGEST_SUM = Decimal("999999999.99")
OLDEST_YEAR = 1900


class DateField(forms.DateField):
    """A day as 2026-11-23; `past` refuses days to come."""

    def __init__(self, *, past: bool = False, **kwargs: Any) -> None:
        self.past = past
        kwargs.setdefault("required", False)
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        kwargs.setdefault("error_messages", {"invalid": _("There is no such date. Write it as 2026-11-23.")})
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> date | None:
        """Full-width digits and 2026/11/23, 2026.11.23 or 2026年11月23日 are taken, too."""
        if isinstance(value, str):
            value = identifiers.half_width(value).strip()
            for sign in "/.年月":
                value = value.replace(sign, "-")
            value = value.removesuffix("日")
        return super().to_python(value)

    def validate(self, value: Any) -> None:
        """Refuse days of another age, and days to come where only past ones make sense."""
        super().validate(value)
        if value and not OLDEST_YEAR <= value.year <= timezone.localdate().year + 50:
            raise ValidationError(_("The year cannot be right."))
        if value and self.past and value > timezone.localdate():
            raise ValidationError(_("This day is still to come."))


class MoneyField(forms.DecimalField):
    """A sum in yuan; thousands separators and the sign ¥ are taken."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "class": "figure"}))
        messages = {
            "invalid": _("This is not a sum of money. Write it as 12345.60."),
            "max_value": _("The sum is larger than 999,999,999.99 yuan."),
            "max_decimal_places": _("A sum has at most two decimal places."),
            "min_value": _("A sum cannot be negative."),
        }
        super().__init__(
            max_value=LARGEST_SUM, min_value=0, decimal_places=2, error_messages=messages, **kwargs
        )

    def to_python(self, value: Any) -> Any:
        """The sum without what people write around it."""
        if isinstance(value, str):
            value = identifiers.half_width(value)
            for sign in ("¥", ",", "元", " "):
                value = value.replace(sign, "")
        return super().to_python(value)


class CheckedField(forms.CharField):
    """A number with a check digit; the error says what exactly is wrong with it.

    `read` takes what was typed and returns the number as it is stored, or raises ValueError.
    """

    def __init__(self, read: Callable[[str], str], **kwargs: Any) -> None:
        self.read = read
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        """The number as it is stored."""
        text = str(super().clean(value))
        try:
            return self.read(text) if text else ""
        except identifiers.WrongIdentifier as error:
            raise ValidationError(str(error)) from None


def identity_field(**kwargs: Any) -> CheckedField:
    """A citizen identity number (GB 11643); no browser keeps it."""
    widget = forms.TextInput({"data-secret": ""})
    return CheckedField(lambda text: identifiers.check_id_number(text).text, widget=widget, **kwargs)


def credit_code_field(**kwargs: Any) -> CheckedField:
    """A unified social credit code (GB 32100)."""
    return CheckedField(identifiers.check_credit_code, **kwargs)


FINAL = [("", "—"), ("yes", _("Final for the employer")), ("no", _("Not final"))]


def final_field() -> forms.TypedChoiceField:
    """Whether an award is final for the employer (Mediation and Arbitration Law, Art. 47)."""
    return forms.TypedChoiceField(
        label=_("Final or not (Art. 47)"),
        choices=FINAL,
        coerce=lambda value: value == "yes",
        empty_value=None,
        required=False,
    )


def final_value(final: bool | None) -> str:
    """How `final_field` writes what is known."""
    return "" if final is None else "yes" if final else "no"
