"""The administrator's pages: staff, service hours, prompts."""

import re
from datetime import time
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hotline import access
from hotline.actions import staff as actions
from hotline.console.views_common import put_errors, user_of
from hotline.enums import Role
from hotline.errors import Invalid
from hotline.identifiers import normalise_number
from hotline.models import Prompt, ServiceHours, Staff, Unit
from workflows import holders

WEEKDAYS = [
    gettext_lazy("Monday"),
    gettext_lazy("Tuesday"),
    gettext_lazy("Wednesday"),
    gettext_lazy("Thursday"),
    gettext_lazy("Friday"),
    gettext_lazy("Saturday"),
    gettext_lazy("Sunday"),
]
PROMPT_USES = {
    "greeting": gettext_lazy("The first words: who we are, that the call is recorded and kept confidential"),
    "menu": gettext_lazy("The one short menu; without a key the call goes on"),
    "waiting": gettext_lazy("Said while waiting; {ahead} is the number of callers in front"),
    "waiting_next": gettext_lazy("Said while waiting when nobody is in front"),
    "closed": gettext_lazy("Out of hours: leave a message"),
    "voicemail": gettext_lazy("Nobody free within the limit: leave a message"),
    "voicemail_thanks": gettext_lazy("After a message was left"),
    "callback": gettext_lazy("When the worker answers our call back"),
    "goodbye": gettext_lazy("The end of a call"),
    "apology": gettext_lazy("When something of ours fails during a call"),
}
"""When the line says each prompt, in the language of the page."""
BLOCK = re.compile(r"(\d{1,2}):(\d{2})\s*[-–—~至]\s*(\d{1,2}):(\d{2})")


class StaffForm(forms.Form):
    """A member of staff; user name and first password only when they are new."""

    username = forms.SlugField(
        label=gettext_lazy("User name"), max_length=40, help_text=gettext_lazy("Letters, digits, - and _.")
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Role.choices)
    unit = forms.ModelChoiceField(label=gettext_lazy("Unit"), queryset=Unit.objects.all())
    skills = forms.CharField(
        label=gettext_lazy("Skills"),
        max_length=200,
        required=False,
        help_text=gettext_lazy(
            "Parted by spaces: legal (legal matters), enquiry (policy questions); empty means all calls."
        ),
    )
    mobile = forms.CharField(
        label=gettext_lazy("Mobile number"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("For the text that says a case was assigned; it names nobody."),
    )
    password = forms.CharField(
        label=gettext_lazy("First password"),
        max_length=128,
        help_text=gettext_lazy("Tell it to the person; they choose their own at the first sign-in."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.person: Staff | None = kwargs.pop("person", None)
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        if self.person is not None:
            del self.fields["username"], self.fields["password"]

    def clean_skills(self) -> list[str]:
        """The words that were typed."""
        return [word for word in re.split(r"[\s,，、]+", self.cleaned_data["skills"]) if word]

    def clean_mobile(self) -> str:
        """The number in E.164."""
        typed = self.cleaned_data["mobile"]
        if not typed:
            return ""
        number = normalise_number(typed)
        if number is None:
            raise forms.ValidationError(_("This is not a telephone number."))
        return number


@require_safe
@access.allow(Role.ADMINISTRATOR)
def staff(request: HttpRequest) -> HttpResponse:
    """Everyone who works here, found by name, user name or unit."""
    words = request.GET.get("q", "").strip()
    people = Staff.objects.select_related("unit").order_by("-is_active", "role", "name", "pk")
    if words:
        people = people.filter(
            Q(name__icontains=words) | Q(username__icontains=words) | Q(unit__name__icontains=words)
        )
    counts = Staff.objects.filter(is_active=True).values_list("role").annotate(n=Count("pk"))
    counted = {Role(role).label: n for role, n in counts}
    context = {"people": people[:300], "words": words, "counted": counted}
    return render(request, "console/administration/staff.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.allow(Role.ADMINISTRATOR)
def staff_new(request: HttpRequest) -> HttpResponse:
    """Make an account."""
    initial = {"password": actions.suggest_password(), "unit": user_of(request).unit}
    form = StaffForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            person = actions.create(user_of(request), **form.cleaned_data)
        except Invalid as error:
            put_errors(form, error)
        else:
            messages.success(request, _("%(name)s can sign in now.") % {"name": person})
            return redirect("staff")
    context = {"form": form}
    return render(
        request, "console/administration/staff_form.html", context, status=400 if form.errors else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access.allow(Role.ADMINISTRATOR)
def staff_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a person's name, role, unit, skills and number."""
    person = get_object_or_404(Staff, pk=pk)
    initial = {
        "name": person.name,
        "role": person.role,
        "unit": person.unit,
        "mobile": person.mobile,
        "skills": " ".join(person.skills),
    }
    form = StaffForm(request.POST or None, initial=initial, person=person)
    if form.is_valid():
        try:
            actions.update(user_of(request), pk, **form.cleaned_data)
        except Invalid as error:
            put_errors(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("staff")
    context = {
        "form": form,
        "person": person,
        "open_cases": access.open_work(person).count(),
        "successors": Staff.objects.filter(is_active=True, role=person.role).exclude(pk=pk),
        "password": actions.suggest_password(),
    }
    return render(
        request, "console/administration/staff_form.html", context, status=400 if form.errors else 200
    )


@require_POST
@access.allow(Role.ADMINISTRATOR)
def staff_password(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a person a new first password; their sessions end."""
    person = get_object_or_404(Staff, pk=pk)
    try:
        actions.reset_password(user_of(request), pk, request.POST.get("password", ""))
        messages.success(request, _("%(name)s has a new first password.") % {"name": person})
    except Invalid as error:
        messages.error(request, error.message)
    return redirect("staff-edit", pk=pk)


@require_POST
@access.allow(Role.ADMINISTRATOR)
def staff_deactivate(request: HttpRequest, pk: int) -> HttpResponse:
    """End a person's access everywhere and hand their work over."""
    successor = request.POST.get("successor", "")
    chosen = int(successor) if successor.isdecimal() and len(successor) < 10 else None
    try:
        handed = holders.deactivate(user_of(request), get_object_or_404(Staff, pk=pk).pk, chosen)
    except Invalid as error:
        messages.error(request, error.message)
        return redirect("staff-edit", pk=pk)
    messages.success(request, _("Deactivated; %(n)s open cases were handed over.") % {"n": handed})
    return redirect("staff")


@require_POST
@access.allow(Role.ADMINISTRATOR)
def staff_reactivate(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a person sign in again."""
    actions.reactivate(user_of(request), get_object_or_404(Staff, pk=pk).pk)
    return redirect("staff-edit", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@access.allow(Role.ADMINISTRATOR)
def hours(request: HttpRequest) -> HttpResponse:
    """The week's opening times, several blocks a day as `8:30-11:30 14:30-17:30`."""
    days = [_typed_hours(request, day) for day in range(7)]
    error = ""
    if request.method == "POST":
        try:
            blocks = [(day, *block) for day, typed in enumerate(days) for block in _blocks(day, typed)]
            actions.set_hours(user_of(request), blocks)
            messages.success(request, _("Saved."))
            return redirect("hours")
        except Invalid as invalid:
            error = invalid.message
    rows = [(day, WEEKDAYS[day], typed) for day, typed in enumerate(days)]
    context = {"days": rows, "error": error, "always": not any(days)}
    return render(request, "console/administration/hours.html", context, status=400 if error else 200)


def _typed_hours(request: HttpRequest, day: int) -> str:
    if request.method == "POST":
        return request.POST.get(f"day{day}", "").strip()
    blocks = ServiceHours.objects.filter(weekday=day)
    return " ".join(
        f"{b.opens:%H:%M}-{'24:00' if b.closes == time.min else f'{b.closes:%H:%M}'}" for b in blocks
    )


def _blocks(day: int, typed: str) -> list[tuple[time, time]]:
    """The blocks of one day's text. Raises Invalid naming the day that cannot be read."""
    plain = typed.replace("：", ":")
    found = BLOCK.findall(plain)
    if BLOCK.sub("", plain).strip(" ,;，；、"):
        raise Invalid({"hours": _unreadable(day)})
    try:
        return [
            (time(int(h1), int(m1)), time.min if (h2, m2) == ("24", "00") else time(int(h2), int(m2)))
            for h1, m1, h2, m2 in found
        ]
    except ValueError:
        raise Invalid({"hours": _unreadable(day)}) from None


def _unreadable(day: int) -> str:
    return _("%(day)s: write blocks as 8:30-11:30 14:30-17:30, or leave it empty.") % {"day": WEEKDAYS[day]}


@require_safe
@access.allow(Role.ADMINISTRATOR)
def prompts(request: HttpRequest) -> HttpResponse:
    """What the line says."""
    rows = [(prompt, PROMPT_USES.get(prompt.key, prompt.description)) for prompt in Prompt.objects.all()]
    return render(request, "console/administration/prompts.html", {"prompts": rows})


@require_POST
@access.allow(Role.ADMINISTRATOR)
def prompt_save(request: HttpRequest, key: str) -> HttpResponse:
    """Change one of the things that the line says."""
    field = forms.URLField(required=False, assume_scheme="https", max_length=200)
    try:
        url = field.clean(request.POST.get("play_url", ""))
        actions.set_prompt(user_of(request), key, request.POST.get("text", ""), url)
        messages.success(request, _("Saved."))
    except forms.ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except Invalid as error:
        messages.error(request, error.message)
    return redirect("prompts")
