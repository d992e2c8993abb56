"""Beginning a measure, and deciding at one of its steps."""

from typing import Any, Self

from django import forms
from django.forms.utils import ErrorDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hotline.console.forms.base import long_text, short_text
from hotline.console.forms.fields import DateField, MoneyField
from hotline.enums import MeasureKind, Rung
from hotline.models import Measure
from workflows.measures.kinds import KINDS, StepOf

RUNS_FROM = [(kind, spec.runs_from) for kind, spec in KINDS.items() if spec.runs]


class Drafted(forms.Form):
    """A form that is kept as it is typed."""

    def quietly(self) -> Self:
        """Show what was typed without judging it: a draft is not finished."""
        self._errors = ErrorDict()
        return self


class BeginForm(Drafted):
    """Begins a measure on a case."""

    kind = forms.ChoiceField(label=_("Measure"), choices=[("", "—"), *MeasureKind.choices])
    rung = forms.ChoiceField(label=_("Which letter"), choices=[("", "—"), *Rung.choices], required=False)
    addressee = short_text(_("To whom"), 100)
    on = DateField(label=_("Day from which its first period runs"), past=True)
    purpose = long_text(_("What it is to reach"), rows=2, max_length=2000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "begin_%s")
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.fields["rung"].help_text = _("For a supervision letter.")
        days = "; ".join(f"{MeasureKind(kind).label}: {words}" for kind, words in RUNS_FROM)
        self.fields["on"].help_text = days

    def offer(self, kinds: list[MeasureKind]) -> None:
        """Show these kinds alone, and only the fields that they ask for."""
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)
        none = [] if len(kinds) == 1 else [("", "—")]
        kind.choices = [*none, *((one.value, one.label) for one in kinds)]
        if MeasureKind.LETTER not in kinds:
            del self.fields["rung"]
        if not any(KINDS[one].runs for one in kinds):
            del self.fields["on"]

    def details(self) -> dict[str, Any]:
        """What `workflows.measures.steps.begin` is given besides the kind."""
        data = self.cleaned_data
        rung = Rung(data["rung"]) if data["rung"] and data["kind"] == MeasureKind.LETTER else None
        return {"rung": rung, **{name: data[name] for name in ("addressee", "on", "purpose")}}


class MeasureStepForm(Drafted):
    """Completes the present step of a measure with one of its decisions."""

    decision = forms.ChoiceField(label=_("Decision"), widget=forms.RadioSelect)
    on = DateField(label=_("Day"), past=True)
    reference = short_text(_("Reference"), 60)
    amount = MoneyField(label=_("Amount in yuan"))
    text = long_text(_("Wording of the letter"), rows=8)
    note = long_text(_("Note"), rows=3)

    def __init__(self, measure: Measure, spec: StepOf, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"measure{measure.pk}_%s")
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        for name in set(self.fields) - {"decision", *spec.asks}:
            del self.fields[name]
        decision = self.fields["decision"]
        assert isinstance(decision, forms.ChoiceField)
        decision.choices = [(d.value, d.label) for d in spec.choices]
        if len(spec.choices) == 1:
            decision.initial = next(iter(spec.choices)).value
        if "note" in self.fields:
            self.fields["note"].label = spec.note
        if "on" in self.fields and not self.is_bound:
            self.initial.setdefault("on", timezone.localdate())

    def details(self) -> dict[str, Any]:
        """What `workflows.measures.steps.complete` is given besides the decision."""
        return {name: value for name, value in self.cleaned_data.items() if name != "decision"}
