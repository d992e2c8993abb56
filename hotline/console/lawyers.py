"""The administrator's pages of a lawyer: the profile, the clients, and lawyers taken from a table."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from hotline import access
from hotline.actions import lawyer_import
from hotline.actions import lawyer_profiles as actions
from hotline.console.forms.lawyers import ClientForm, ProfileForm
from hotline.console.views_common import put_errors, user_of
from hotline.enums import Role
from hotline.errors import Invalid
from hotline.models import Client, LawFirm, LawyerProfile, Staff, Unit

SHOWN = 500


@require_http_methods(["GET", "HEAD", "POST"])
@access.allow(Role.ADMINISTRATOR)
def profile(request: HttpRequest, pk: int) -> HttpResponse:
    """What a lawyer does, and whom they and their firm serve."""
    lawyer = get_object_or_404(Staff, pk=pk, role=Role.LAWYER)
    row = LawyerProfile.objects.select_related("firm").filter(staff=lawyer).first()
    form = ProfileForm(request.POST or None, initial=_values(row))
    if form.is_valid():
        actions.save(user_of(request), pk, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("lawyer", pk=pk)
    return _page(request, lawyer, form, ClientForm(auto_id="client_%s"))


def _values(row: LawyerProfile | None) -> dict[str, Any]:
    if row is None:
        return {}
    names = ("licence", "fields", "languages", "sex", "capacity", "weight", "note")
    return {"firm": str(row.firm or ""), **{name: getattr(row, name) for name in names}}


def _page(request: HttpRequest, lawyer: Staff, form: ProfileForm, client: ClientForm) -> HttpResponse:
    context = {
        "person": lawyer,
        "form": form,
        "client": client,
        "clients": actions.clients_of(lawyer)[:SHOWN],
        "firms": LawFirm.objects.order_by("name"),
    }
    status = 400 if form.errors or client.errors else 200
    return render(request, "console/administration/lawyer.html", context, status=status)


@require_http_methods(["POST"])
@access.allow(Role.ADMINISTRATOR)
def client_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down whom the lawyer serves."""
    lawyer = get_object_or_404(Staff, pk=pk, role=Role.LAWYER)
    form = ClientForm(request.POST, auto_id="client_%s")
    if _put(request, lawyer, None, form):
        return redirect("lawyer", pk=pk)
    row = LawyerProfile.objects.select_related("firm").filter(staff=lawyer).first()
    return _page(request, lawyer, ProfileForm(initial=_values(row)), form)


@require_http_methods(["GET", "HEAD", "POST"])
@access.allow(Role.ADMINISTRATOR)
def client(request: HttpRequest, pk: int, client: int) -> HttpResponse:
    """Change a client, say until when they were one, or take away what was a mistake."""
    lawyer = get_object_or_404(Staff, pk=pk, role=Role.LAWYER)
    row = get_object_or_404(actions.clients_of(lawyer), pk=client)
    if request.POST.get("action") == "remove":
        actions.drop_client(user_of(request), pk, client)
        messages.success(request, _("Taken away."))
        return redirect("lawyer", pk=pk)
    form = ClientForm(request.POST or None, initial=_facts(row))
    if request.method == "POST" and _put(request, lawyer, client, form):
        return redirect("lawyer", pk=pk)
    context = {"person": lawyer, "row": row, "form": form}
    return render(request, "console/administration/client.html", context, status=400 if form.errors else 200)


def _facts(row: Client) -> dict[str, Any]:
    facts = {name: getattr(row, name) for name in ("name", "credit_code", "since", "until")}
    return {**facts, "aliases": "，".join(row.aliases), "of_firm": row.firm_id is not None}


def _put(request: HttpRequest, lawyer: Staff, client: int | None, form: ClientForm) -> bool:
    """Whether the client was written down; else the form says why not."""
    if not form.is_valid():
        return False
    try:
        actions.put_client(user_of(request), lawyer.pk, client, **form.cleaned_data)
    except Invalid as error:
        put_errors(form, error)
        return False
    messages.success(request, _("Saved. Their open cases are checked again."))
    return True


@dataclass(frozen=True)
class Seen:
    """A table as it was read: what is wrong with it, or the lawyers that it holds."""

    text: str
    """The table itself, for the form that takes it over."""
    lines: list[lawyer_import.Line]
    faults: list[str]


@require_http_methods(["GET", "HEAD", "POST"])
@access.allow(Role.ADMINISTRATOR)
def take(request: HttpRequest) -> HttpResponse:
    """Lawyers from a table: read and shown first, then taken over, all or none."""
    context: dict[str, Any] = {"columns": lawyer_import.COLUMNS, "units": Unit.objects.all()}
    status = 200
    if request.method == "POST":
        seen = _seen(request)
        if seen.lines and request.POST.get("action") == "take":
            new, clients = lawyer_import.store(seen.lines, user_of(request))
            words = _("Taken over: %(all)s lawyers, %(new)s of them new, %(clients)s new clients.")
            told = {"all": len(seen.lines), "new": new, "clients": clients}
            messages.success(request, words % told)
            return redirect("staff")
        context["seen"], status = seen, 400 if seen.faults else 200
    return render(request, "console/administration/lawyers_import.html", context, status=status)


def _seen(request: HttpRequest) -> Seen:
    """What was sent: a file, or the text of one that was looked at. It is checked each time."""
    file = request.FILES.get("file")
    text = request.POST.get("table", "")
    data = file.read(lawyer_import.LARGEST + 1) if file else text.encode()
    try:
        rows = lawyer_import.read(data)
        return Seen(lawyer_import.to_text(rows), lawyer_import.checked(rows), [])
    except Invalid as error:
        return Seen("", [], list(error.fields.values()))
