"""Planning duty: posts, shifts, who takes one over, and swaps between lawyers."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hotline.actions import rota, swaps
from hotline.console.forms.base import choose, short_text
from hotline.console.forms.fields import DateField
from hotline.console.templatetags.console import day as day_words
from hotline.enums import Role
from hotline.models import DutyPost, DutyShift, Staff, Unit

NOBODY = _("Nobody yet")


class PostForm(forms.Form):
    """A post at an arbitration institute."""

    institute = short_text(_("Arbitration institute"), 100, required=True)
    place = short_text(_("Place"), 100, required=True, help_text=_("Hall, window or room."))
    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Unit"), empty_label="—")
    is_open = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def __init__(self, user: Staff, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        units = Unit.objects.all()
        below = units.filter(path__startswith=user.unit.path) if user.role == Role.SUPERVISOR else units
        choose(self, "unit", below)


class ShiftForm(forms.Form):
    """A shift, once or in several weeks."""

    post = forms.ModelChoiceField(DutyPost.objects.none(), label=_("Post"), empty_label="—")
    lawyer = forms.ModelChoiceField(
        Staff.objects.none(), label=_("Lawyer"), required=False, empty_label=NOBODY
    )
    day = DateField(label=_("Day"), required=True)
    begins = forms.TimeField(label=_("From"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    ends = forms.TimeField(label=_("Until"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    weeks = forms.IntegerField(
        label=_("Weeks"),
        min_value=1,
        max_value=rota.MOST_WEEKS,
        initial=1,
        help_text=_("The same hours in the weeks after, too."),
    )

    def __init__(self, user: Staff, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", "auto_id": "plan_%s", **kwargs})
        choose(self, "post", rota.managed(user).filter(is_open=True))
        people = Staff.objects.filter(is_active=True, role=Role.LAWYER).order_by("name", "pk")
        if user.role == Role.SUPERVISOR:
            people = people.filter(unit__path__startswith=user.unit.path)
        choose(self, "lawyer", people)


class GiveForm(forms.Form):
    """Who has a shift from now on."""

    lawyer = forms.ModelChoiceField(
        Staff.objects.none(), label=_("Lawyer"), required=False, empty_label=NOBODY
    )

    def __init__(self, user: Staff, shift: DutyShift, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", "auto_id": "give_%s", **kwargs})
        choose(self, "lawyer", rota.lawyers_for(shift.post, user))
        self.fields["lawyer"].initial = shift.lawyer_id


class SwapForm(forms.Form):
    """Whom a lawyer asks: to take the shift over, or to exchange it for one of theirs."""

    whom = forms.ChoiceField(label=_("To whom, or in return for which shift"))
    note = short_text(_("Note"), 200)

    def __init__(self, shift: DutyShift, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", "auto_id": "swap_%s", **kwargs})
        people = [(f"staff-{one.pk}", str(one)) for one in swaps.colleagues(shift)]
        shifts = [
            (f"shift-{one.pk}", f"{one.lawyer} · {day_words(one.day)} {rota.hours(one)} · {one.post}")
            for one in swaps.returns(shift)
        ]
        whom = self.fields["whom"]
        assert isinstance(whom, forms.ChoiceField)
        whom.choices = [("", "—"), (_("They take it over"), people), (_("In return for their shift"), shifts)]

    def chosen(self) -> tuple[int | None, int | None]:
        """The person, or the shift in return."""
        kind, _sign, pk = self.cleaned_data["whom"].partition("-")
        return (int(pk), None) if kind == "staff" else (None, int(pk))
