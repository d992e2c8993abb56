"""The intake and the caller: what an agent writes down while listening."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from hotline.actions.sections import CASE_FIELDS, PERSON_FIELDS
from hotline.console.forms import places
from hotline.console.forms.base import SectionForm, long_text, not_before, short_text
from hotline.console.forms.fields import DateField, identity_field
from hotline.enums import Answer, Language, PriorityGroup, RequestKind, Sex, Urgency
from hotline.models import Case, Category

MOST_PERSONS = 1_000_000


def one_of(
    label: Any, choices: type[TextChoices], otherwise: str, widget: Any = forms.RadioSelect
) -> forms.TypedChoiceField:
    """One of `choices`; `otherwise` where none was chosen."""
    return forms.TypedChoiceField(
        label=label, choices=choices.choices, required=False, empty_value=otherwise, widget=widget
    )


def answer_field(label: Any) -> forms.TypedChoiceField:
    """Yes, no, or not known."""
    return one_of(label, Answer, Answer.UNKNOWN)


class IntakeForm(SectionForm):
    """What the case is about."""

    summary = short_text(_("In one line"), 120)
    narrative = long_text(_("What happened"), rows=8)
    wishes = long_text(_("What the worker wants"), rows=3)
    category = forms.ChoiceField(label=_("Category"), required=False)
    urgency = one_of(_("Urgency"), Urgency, Urgency.P2, widget=forms.Select)
    request_kind = forms.ChoiceField(label=_("Kind of request"), required=False)
    persons = forms.IntegerField(label=_("Persons concerned"), min_value=1, max_value=MOST_PERSONS)
    district_code = forms.ChoiceField(label=_("District"), required=False)
    street_code = forms.ChoiceField(label=_("Street or town"), required=False)
    employed_from = DateField(label=_("Employed from"), past=True)
    employed_until = DateField(label=_("Employed until"))
    known_on = DateField(label=_("Knew of the infringement on"), past=True)
    has_contract = answer_field(_("Written contract"))

    def __init__(self, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(case, *args, **kwargs)
        self._choose("category", places.categories())
        self._choose("request_kind", [places.NOTHING, *RequestKind.choices])
        self._choose("district_code", places.districts())
        self._choose("street_code", places.streets())

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices
        now = self.initial.get(name)
        if now and not field.valid_value(now):
            # What stands there stays choosable after its row was taken out of use.
            field.choices = [*choices, (now, now)]

    @classmethod
    def values(cls, case: Case) -> dict[str, Any]:
        """What stands on the case."""
        return {name: getattr(case, name) for name in CASE_FIELDS} | {"category": case.category_id or ""}

    def clean(self) -> dict[str, Any]:
        """An employment ends after it began."""
        not_before(self, "employed_from", "employed_until", _("The employment ends before it begins."))
        return self.cleaned_data

    def payload(self) -> dict[str, Any]:
        """The values, the category as its row."""
        data = dict(self.cleaned_data)
        data["category"] = Category.objects.get(pk=data["category"]) if data["category"] else None
        return data


class CallerForm(SectionForm):
    """Who the worker is, and how they may be reached."""

    name = short_text(_("Name"), 60)
    sex = one_of(_("Sex"), Sex, Sex.UNKNOWN)
    birth_date = DateField(label=_("Date of birth"), past=True)
    identity_number = identity_field(
        label=_("Identity number"),
        max_length=24,
        help_text=_("Leave it empty to keep what is stored. Stored encrypted, shown masked."),
    )
    address = short_text(_("Address"), 200)
    union_member = answer_field(_("Union member"))
    priority_groups = forms.MultipleChoiceField(
        label=_("Priority groups"),
        choices=PriorityGroup.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    wants_woman = forms.BooleanField(
        label=_("Wishes for a woman lawyer"),
        required=False,
        help_text=_("Offer it where the matter is a woman's own: pregnancy, harassment, violence."),
    )
    language = forms.ChoiceField(
        label=_("Rather speaks"), choices=[("", "—"), *Language.choices], required=False
    )
    confidential = forms.BooleanField(label=_("Asked for confidentiality"), required=False)
    may_disclose = answer_field(_("May be named to the employer"))
    may_text = answer_field(_("May be told by text message"))
    contact_from = forms.TimeField(
        label=_("May be reached from"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    contact_until = forms.TimeField(
        label=_("May be reached until"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    contact_note = short_text(
        _("Safe to contact"), 200, help_text=_("For instance: not at work, ask for her by her first name.")
    )

    @classmethod
    def values(cls, case: Case) -> dict[str, Any]:
        """What stands on the person; the identity number never goes into a page by itself."""
        return {name: getattr(case.person, name) for name in PERSON_FIELDS}

    def clean(self) -> dict[str, Any]:
        """The identity number fits the date of birth and the sex where those are given."""
        number = self.cleaned_data.get("identity_number")
        born = self.cleaned_data.get("birth_date")
        if number and born and born.strftime("%Y%m%d") != number[6:14]:
            self.add_error(
                "birth_date", ValidationError(_("The identity number says another date of birth."))
            )
        return self.cleaned_data

    def payload(self) -> dict[str, Any]:
        """The values; without an identity number where none was typed."""
        data = dict(self.cleaned_data)
        if not data["identity_number"]:
            del data["identity_number"]
        return data
