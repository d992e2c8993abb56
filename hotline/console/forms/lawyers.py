"""A lawyer's profile and clients, and the days on which one is away."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hotline.actions import absences
from hotline.console.forms.base import choose, short_text, split_names
from hotline.console.forms.fields import DateField, credit_code_field
from hotline.console.forms.places import category_groups
from hotline.enums import Language, Role, Sex
from hotline.models import Staff


class ProfileForm(forms.Form):
    """What the fair share and the conflict check know of a lawyer."""

    firm = short_text(_("Law firm"), 100)
    licence = short_text(_("Licence number"), 30)
    sex = forms.ChoiceField(label=_("Sex"), choices=Sex.choices, initial=Sex.UNKNOWN)
    capacity = forms.IntegerField(label=_("Open cases at most"), min_value=0, max_value=1000, initial=30)
    weight = forms.DecimalField(
        label=_("Share"),
        min_value=0.01,
        max_value=99,
        decimal_places=2,
        initial=1,
        help_text=_("Whose share is 2 is given twice as many as whose is 1."),
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages"), choices=Language.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    note = short_text(_("Note"), 300)
    field_order = ("firm", "licence", "sex", "capacity", "weight", "fields")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.fields["fields"] = forms.MultipleChoiceField(
            label=_("Fields"),
            choices=category_groups(),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text=_("None means all."),
        )
        self.order_fields(self.field_order)
        self.fields["firm"].widget.attrs["list"] = "firms"


class ClientForm(forms.Form):
    """Whom a lawyer, or their firm, serves or has served."""

    name = short_text(_("Client"), 120, required=True)
    credit_code = credit_code_field(label=_("Unified social credit code"), max_length=24)
    aliases = short_text(_("Also known as"), 200, help_text=_("Several names are parted by commas."))
    since = DateField(label=_("Client since"), past=True)
    until = DateField(label=_("Client until"))
    of_firm = forms.BooleanField(label=_("A client of the whole firm"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    def clean_aliases(self) -> list[str]:
        """The names, each for itself."""
        return split_names(self.cleaned_data["aliases"])


class AbsenceForm(forms.Form):
    """Who is away, from when until when, and who stands in."""

    lawyer = forms.ModelChoiceField(Staff.objects.none(), label=_("Lawyer"), empty_label="—")
    first_day = DateField(label=_("First day"), required=True)
    last_day = DateField(label=_("Last day"), required=True)
    substitute = forms.ModelChoiceField(
        Staff.objects.none(), label=_("Who stands in"), required=False, empty_label="—"
    )
    reason = short_text(_("Why away"), 200)

    def __init__(self, user: Staff, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        own = user.role == Role.LAWYER
        people = Staff.objects.filter(pk=user.pk) if own else absences.lawyers_of(user)
        choose(self, "lawyer", people)
        choose(self, "substitute", absences.substitutes(user) if own else people)
        if own:
            self.fields["lawyer"].initial = user.pk
