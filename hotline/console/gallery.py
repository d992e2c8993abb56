"""The components of the console on one page with sample content; open in the demo alone."""

from datetime import timedelta

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hotline.access import allow
from hotline.console import samples


class SampleForm(forms.Form):
    """A refused form: one field of each kind."""

    name = forms.CharField(label=_("Name"), max_length=60)
    identity_number = forms.CharField(
        label=_("Identity number"), help_text=_("18 characters; shown masked once it is saved.")
    )
    kind = forms.ChoiceField(
        label=_("Written contract"),
        widget=forms.RadioSelect,
        choices=[("YES", _("Yes")), ("NO", _("No")), ("UNKNOWN", _("Not known"))],
    )
    district = forms.ChoiceField(
        label=_("District"), choices=[("370202", "市南区"), ("370203", "市北区"), ("370214", "城阳区")]
    )
    agreed = forms.BooleanField(label=_("May be told by text message"), required=False)
    narrative = forms.CharField(label=_("What happened"), widget=forms.Textarea, required=False)

    def clean_identity_number(self) -> str:
        """Refuses what the page types in, to show what a refusal looks like."""
        raise forms.ValidationError(_("The check digit does not fit: please compare with the card."))


@allow()
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component once. There is no such page outside the demo."""
    if not settings.HOTLINE_DEMO:
        raise Http404
    now, today = timezone.now(), timezone.localdate()
    form = SampleForm(
        {
            "name": "王芳",
            "identity_number": "370202199001011234",
            "kind": "NO",
            "district": "370203",
            "narrative": samples.NARRATIVE,
        }
    )
    context = {
        "form": form,
        "rows": samples.rows(today),
        "now": now,
        "since": now - timedelta(seconds=192),
        "long_since": now - timedelta(seconds=65),
        "until": now + timedelta(seconds=15),
        "due": {name: today + timedelta(days=days) for name, days in samples.DUE.items()},
        "narrative": samples.NARRATIVE,
        "visited": ["INTAKE", "LEGAL_REVIEW"],
    }
    return render(request, f"console/gallery{_page(request)}.html", context)


def _page(request: HttpRequest) -> str:
    return "_desk" if request.GET.get("page") == "desk" else ""
