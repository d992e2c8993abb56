"""The administrator's rules and working days: what a change would move is shown before it is saved."""

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import asdict
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from hotline import access
from hotline.console.figure_words import CHANGES
from hotline.console.forms.base import long_text, short_text
from hotline.console.forms.fields import DateField
from hotline.console.views_common import Context, user_of
from hotline.enums import Role
from hotline.errors import Conflict, Invalid
from hotline.models import BookChange, CalendarDay, CalendarYear, RuleVersion
from workflows import book_changes, rulebook
from workflows.deadlines import notice
from workflows.deadlines.rules import Rule, Unit

UNITS: dict[str, Any] = {
    Unit.WORKDAY: gettext_lazy("working days"),
    Unit.NATURAL: gettext_lazy("calendar days"),
    Unit.MONTH: gettext_lazy("months"),
    Unit.YEAR: gettext_lazy("years"),
    Unit.SECOND: gettext_lazy("seconds"),
    Unit.MINUTE: gettext_lazy("minutes"),
    Unit.HOUR: gettext_lazy("hours"),
}
REASONS: dict[str, Any] = {
    "TOO_LONG": gettext_lazy("the text is too long"),
    "NO_YEAR": gettext_lazy("the year is missing: begin with a line such as 2027年"),
    "NOT_READ": gettext_lazy("this cannot be read"),
    "NO_SUCH_DAY": gettext_lazy("there is no such day"),
    "WRONG_WEEKDAY": gettext_lazy("the weekday is another one"),
    "BACKWARDS": gettext_lazy("it ends before it begins"),
    "WRONG_COUNT": gettext_lazy("the number of days does not agree"),
    "WORKED_WEEKDAY": gettext_lazy("a make-up workday lies on a Saturday or Sunday"),
    "TWICE": gettext_lazy("this day is named twice"),
    "OTHER_YEAR": gettext_lazy("this day is of another year"),
    "MISSING": gettext_lazy("these holidays are missing"),
}
"""What is wrong with a notice, in words."""


class RuleForm(forms.Form):
    """A rule as the administrator adds or amends it."""

    code = forms.RegexField(
        r"^[a-z_]+\.[a-z_]+$", label=gettext_lazy("Code"), max_length=60, help_text=gettext_lazy("area.name")
    )
    name_zh = short_text(gettext_lazy("Name in Chinese"), 60, required=True)
    name_en = short_text(gettext_lazy("Name in English"), 100, required=True)
    length = forms.IntegerField(label=gettext_lazy("Length"), min_value=1, max_value=5000)
    unit = forms.ChoiceField(label=gettext_lazy("Unit"), choices=list(UNITS.items()))
    extension = forms.IntegerField(
        label=gettext_lazy("Longest extension"), min_value=0, max_value=5000, required=False
    )
    roll = forms.BooleanField(label=gettext_lazy("A last day on a rest day moves on"), required=False)
    counts_start = forms.BooleanField(label=gettext_lazy("The first day counts"), required=False)
    before = forms.BooleanField(label=gettext_lazy("Counted backwards from its event"), required=False)
    law_zh = short_text(gettext_lazy("Law in Chinese"), 120, required=True)
    law_en = short_text(gettext_lazy("Law in English"), 160, required=True)
    article_zh = short_text(gettext_lazy("Article in Chinese"), 60)
    article_en = short_text(gettext_lazy("Article in English"), 60)
    text_zh = long_text(gettext_lazy("What it says, in Chinese"), 3, required=True, max_length=1000)
    text_en = long_text(gettext_lazy("What it says, in English"), 3, required=True, max_length=1000)
    start_zh = short_text(gettext_lazy("Start event in Chinese"), 160, required=True)
    start_en = short_text(gettext_lazy("Start event in English"), 200, required=True)
    in_force_from = DateField(
        label=gettext_lazy("For periods that start from"),
        help_text=gettext_lazy("Empty: for all, as a correction of a figure."),
    )
    in_force_to = DateField(label=gettext_lazy("For periods that start until"))
    region = short_text(gettext_lazy("Area code"), 12, required=True)
    verified = forms.BooleanField(label=gettext_lazy("Checked against the official text"), required=False)

    def row(self, alerts: list[dict[str, Any]]) -> RuleVersion:
        """The row that the form means, not yet saved."""
        values = {**self.cleaned_data, "extension": self.cleaned_data["extension"] or 0}
        return RuleVersion(alerts=alerts, **values)


@require_safe
@access.allow(Role.ADMINISTRATOR)
def rules(request: HttpRequest) -> HttpResponse:
    """Every rule as it stands, the unverified ones marked."""
    book = rulebook.fresh()
    words = request.GET.get("q", "").strip().casefold()
    found = [rule for code in book.codes() if (rule := book.latest(code))]
    if request.GET.get("unverified") == "1":
        found = [rule for rule in found if not rule.verified]
    shown = [(rule, _length(rule), *_texts(rule)) for rule in found]
    shown = [row for row in shown if words in f"{row[0].code} {row[2]} {row[3]}".casefold()]
    changes = BookChange.objects.exclude(kind__in=CHANGES).select_related("actor")
    context = {"rules": shown, "words": words, "changes": changes[:20]}
    return render(request, "console/deadlines/rules.html", context)


def _texts(rule: Rule) -> tuple[str, str]:
    chinese = (get_language() or "").startswith("zh")
    return (rule.name_zh, rule.basis) if chinese else (rule.name_en, rule.basis_en)


def _length(rule: Rule) -> str:
    more = f" + {rule.extension}" if rule.extension else ""
    return f"{rule.length}{more} {UNITS[rule.unit]}"


@require_http_methods(["GET", "HEAD", "POST"])
@access.allow(Role.ADMINISTRATOR)
def rule(request: HttpRequest, code: str) -> HttpResponse:
    """One rule: its versions, and the form that amends it, previewed before it is saved."""
    book = rulebook.fresh()
    now = book.latest(code)
    if now is None and code != "new":
        raise Http404
    row = RuleVersion.objects.filter(pk=now.row).first() if now and now.row else None
    context: Context = {
        "code": code,
        "now": now,
        "row": row,
        "versions": [(one, _length(one)) for one in book.versions(code)],
    }
    if request.method != "POST":
        form = RuleForm(initial=_initial(now), label_suffix="")
        return render(request, "console/deadlines/rule.html", {**context, "form": form})
    if request.POST.get("action") == "withdraw" and row is not None:
        try:
            seen = book_changes.preview_withdrawal(row)
        except Conflict as error:
            context |= {"form": RuleForm(initial=_initial(now), label_suffix=""), "problem": error.message}
            return render(request, "console/deadlines/rule.html", context, status=409)
        if request.POST.get("revision") != str(seen.revision):
            context |= {"form": RuleForm(initial=_initial(now), label_suffix=""), "withdrawal": seen}
            return render(request, "console/deadlines/rule.html", context)
        return _saved(request, book_changes.withdraw_rule(user_of(request), row.pk, seen.revision))
    return _amend(request, now, context)


def _initial(now: Rule | None) -> dict[str, Any]:
    if now is None:
        return {"region": "CN", "roll": True, "unit": Unit.WORKDAY}
    return {**asdict(now), "law_zh": now.law.zh, "law_en": now.law.en, "in_force_from": None}


def _amend(request: HttpRequest, now: Rule | None, context: Context) -> HttpResponse:
    form = RuleForm(request.POST, label_suffix="")
    context["form"] = form
    if form.is_valid():
        alerts = [{"left": a.left, "level": a.level, "unit": a.unit} for a in now.alerts] if now else []
        row = form.row(alerts)
        revision = request.POST.get("revision", "")
        try:
            if now is not None and row.code != now.code:
                raise Invalid({"code": _("The code of a rule stays as it is.")})
            if request.POST.get("action") == "save" and revision.isdecimal():
                return _saved(request, book_changes.save_rule(user_of(request), row, int(revision[:12])))
            context["preview"] = book_changes.preview_rule(row)
        except Invalid as error:
            form.add_error("code", error.message)
        except Conflict as error:
            messages.error(request, error.message)
            context["preview"] = book_changes.preview_rule(row)
    return render(request, "console/deadlines/rule.html", context, status=400 if form.errors else 200)


def _saved(request: HttpRequest, change: BookChange) -> HttpResponse:
    words = _("Saved. %(n)s periods move; the worker follows them now.") % {"n": change.moved_count}
    messages.success(request, words)
    return redirect("deadline-change", pk=change.pk)


@require_safe
@access.allow(Role.ADMINISTRATOR)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """A change of the rules or the calendar, and what it moved."""
    found = BookChange.objects.select_related("actor").exclude(kind__in=CHANGES).filter(pk=pk).first()
    if found is None:
        raise Http404
    moves = [(n, code, date.fromisoformat(b), date.fromisoformat(a)) for n, code, b, a in found.moved]
    return render(request, "console/deadlines/change.html", {"change": found, "moves": moves})


@require_http_methods(["GET", "HEAD", "POST"])
@access.allow(Role.ADMINISTRATOR)
def workdays(request: HttpRequest) -> HttpResponse:
    """The working-day calendar: a year imported in the notice's words, single days, what is provisional."""
    context: Context = {"text": request.POST.get("text", ""), "single": request.POST.get("day", "")}
    status = 200
    if request.method == "POST":
        try:
            saved = _take_year(request, context) if "text" in request.POST else _take_day(request, context)
        except notice.NoticeError as error:
            context["problem"], status = _problem(error), 400
        except Invalid as error:
            context["problem"], status = error.message, 400
        except Conflict as error:
            context["problem"], status = error.message, 409
        else:
            if saved is not None:
                return _saved(request, saved)
    years = set(CalendarYear.objects.values_list("year", flat=True))
    today = timezone.localdate()
    known = rulebook.fresh().calendar.years
    context |= {
        "years": [(year, year in known, year in years) for year in range(today.year, today.year + 3)],
        "days": CalendarDay.objects.filter(day__year__gte=today.year),
    }
    return render(request, "console/deadlines/workdays.html", context, status=status)


def _problem(error: notice.NoticeError) -> str:
    words = str(REASONS[error.reason])
    if error.line:
        words = _("Line %(line)s: %(what)s") % {"line": error.line, "what": words}
    return f"{words}：{error.piece}" if error.piece else words


def _revision(request: HttpRequest) -> int | None:
    text = request.POST.get("revision", "")[:12]
    return int(text) if request.POST.get("action") == "save" and text.isdecimal() else None


def _take_year(request: HttpRequest, context: Context) -> BookChange | None:
    sent = request.FILES.get("file")
    if sent is not None:
        context["text"] = _words_of(sent)
    found = notice.read(context["text"])
    revision = _revision(request)
    if revision is not None:
        return book_changes.save_year(user_of(request), found, context["text"], revision)
    context["arrangement"] = found
    context["preview"] = book_changes.preview_year(found)
    return None


def _words_of(sent: UploadedFile) -> str:
    """The words of a notice that was saved as text, as office programs and editors here save it."""
    longest = notice.LONGEST_TEXT * 4  # bytes
    data: bytes = sent.read(longest + 1)
    if len(data) > longest:
        raise notice.NoticeError("TOO_LONG")
    for encoding in ("utf-16",) if data[:2] in (BOM_UTF16_LE, BOM_UTF16_BE) else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Invalid(
        {"file": _("This file is no plain text: save the notice as text (.txt), or paste its words.")}
    )


def _take_day(request: HttpRequest, context: Context) -> BookChange | None:
    try:
        day = DateField(required=True).clean(context["single"])
    except forms.ValidationError as error:
        raise Invalid({"day": " ".join(error.messages)}) from None
    assert isinstance(day, date)
    said, name = request.POST.get("worked"), request.POST.get("name", "")[:60]
    worked = None if said == "back" else said == "1"
    if worked is None and not book_changes.takes_back(day).exists():
        raise Conflict(_("Nothing is entered of this day that could be taken back."))
    revision = _revision(request)
    if revision is not None:
        return book_changes.save_day(user_of(request), day, worked, name, revision)
    context |= {"day": day, "worked": worked, "back": worked is None, "name": name}
    context["preview"] = book_changes.preview_day(day, worked)
    return None
