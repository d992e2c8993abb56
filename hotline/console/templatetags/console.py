"""How the console writes things: numbers, dates, sums, badges, lights, icons and form fields.

Loaded with `{% load console %}`. Filters return text; tags return finished HTML.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.forms import BaseForm, BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from hotline.enums import ClockState, Stage, Urgency
from hotline.identifiers import mask_number

register = template.Library()

WEEKDAYS = (
    gettext_lazy("Mon"),
    gettext_lazy("Tue"),
    gettext_lazy("Wed"),
    gettext_lazy("Thu"),
    gettext_lazy("Fri"),
    gettext_lazy("Sat"),
    gettext_lazy("Sun"),
)
STAGE_LOOKS = {
    Stage.INTAKE: ("blue", "clipboard-pen"),
    Stage.LEGAL_REVIEW: ("house", "scale"),
    Stage.MEDIATION: ("violet", "handshake"),
    Stage.ARBITRATION: ("plum", "landmark"),
    Stage.QUALITY: ("good", "clipboard-check"),
    Stage.CLOSED: ("grey", "circle-check"),
}
"""Tone and icon of each stage."""
NAVIGATION_KEYS = {"desk": "g q", "floor": "g f", "cases": "g c", "search": "g s", "calendar": "g d"}
NEAR_DAYS = 7
"""A deadline this many days away or fewer is shown as near."""


# --- Text ---------------------------------------------------------------------------------------


@register.filter
def masked(number: str | None) -> str:
    """A telephone number with its middle hidden: 138****5678; an address without digits as it is."""
    text = str(number or "").strip()
    if not text:
        return "—"
    return mask_number(text.removeprefix("+86")) if re.search(r"\d", text) else text


@register.filter
def duration(value: timedelta | float | None) -> str:
    """A length of time in words: 3 分 12 秒. `value` is a timedelta or seconds."""
    if value is None:
        return "—"
    total = int(value.total_seconds() if isinstance(value, timedelta) else value)
    hours, rest = divmod(max(total, 0), 3600)
    minutes, seconds = divmod(rest, 60)
    if hours:
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}
    if minutes:
        return _("%(minutes)d min %(seconds)d s") % {"minutes": minutes, "seconds": seconds}
    return _("%(seconds)d s") % {"seconds": seconds}


@register.filter
def day(value: date | datetime | None) -> str:
    """A date with its weekday: 2026-11-23（周一）. A moment is taken in the hotline's time zone."""
    if value is None:
        return "—"
    local = _local(value)
    return _("%(date)s (%(weekday)s)") % {"date": f"{local:%Y-%m-%d}", "weekday": WEEKDAYS[local.weekday()]}


@register.filter
def weekday_short(value: date) -> str:
    """The weekday alone: 周一."""
    return str(WEEKDAYS[value.weekday()])


@register.filter
def moment(value: datetime | None) -> str:
    """A moment with its weekday, in the hotline's time zone: 2026-11-23（周一）14:05."""
    if value is None:
        return "—"
    local = timezone.localtime(value)
    return _("%(day)s %(time)s") % {"day": day(local), "time": f"{local:%H:%M}"}


@register.filter
def clock(value: datetime | None) -> str:
    """The time of day alone, in the hotline's time zone: 14:05."""
    return "—" if value is None else f"{timezone.localtime(value):%H:%M}"


@register.filter
def iso(value: date | datetime | None) -> str:
    """For `<time datetime>` and the running clocks of clock.js: ISO 8601 with the offset."""
    if value is None:
        return ""
    return timezone.localtime(value).isoformat() if isinstance(value, datetime) else value.isoformat()


@register.filter
def yuan(value: Decimal | float | str | None) -> str:
    """A sum of money: ¥12,345.60."""
    if value is None or value == "":
        return "—"
    try:
        return f"¥{Decimal(str(value)):,.2f}"
    except InvalidOperation:
        return str(value)


@register.filter
def initial(name: object) -> str:
    """The one character that stands for a person in a small round: the family name, or the initial."""
    return str(name or "?").strip()[:1].upper()


@register.filter
def tone(stage_value: str) -> str:
    """The tone of a stage, for a `tone-…` class."""
    return STAGE_LOOKS[Stage(stage_value)][0]


def _local(value: date | datetime) -> date:
    return timezone.localtime(value) if isinstance(value, datetime) else value


# --- Small pieces -------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def _drawing(directory: Path, name: str) -> str:
    path = directory / f"{name}.svg"
    if not path.is_file():
        raise ImproperlyConfigured(
            f"There is no icon {name!r} in {directory}: run deploy/demo or npm ci first."
        )
    body = re.search(r"<svg[^>]*>(.*)</svg>", path.read_text(encoding="utf-8"), re.DOTALL)
    assert body is not None, name
    return re.sub(r"\s*\n\s*", "", body[1])


@register.simple_tag
def icon(name: str, label: str = "", extra: str = "") -> SafeString:
    """The Lucide drawing `name`, inlined. Silent for screen readers unless `label` names it.

    `extra` adds classes. Raises ImproperlyConfigured for a name that Lucide does not have.
    """
    drawing = mark_safe(_drawing(Path(settings.HOTLINE_ICONS_DIR), name))  # noqa: S308 - from the icon set's own files
    voice = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="{}" viewBox="0 0 24 24" width="18" height="18" fill="none" stroke="currentColor" '
        'stroke-linecap="round" stroke-linejoin="round" focusable="false" {}>{}</svg>',
        f"icon {extra}".strip(),
        voice,
        drawing,
    )


@register.simple_tag
def case_number(number: str) -> SafeString:
    """A case number that one click selects whole."""
    return format_html('<span class="case-number">{}</span>', number)


@register.simple_tag
def urgency(level: str) -> SafeString:
    """The urgency as a word and a shape."""
    return format_html('<span class="urgency" data-level="{}">{}</span>', level, Urgency(level).label)


@register.simple_tag
def stage(value: str) -> SafeString:
    """The stage as a badge with its icon."""
    look, drawing = STAGE_LOOKS[Stage(value)]
    return format_html('<span class="badge tone-{}">{}{}</span>', look, icon(drawing), Stage(value).label)


@register.simple_tag
def deadline(
    due: date | None,
    name: str = "",
    state: str = ClockState.RUNNING,
    today: date | None = None,
    light: str = "",
) -> SafeString:
    """A deadline light: a shape, the date and the days left. Nothing for no date.

    `name` says what is due, `state` is the clock's, `today` is the hotline's date unless given, `light` is
    the level that its rule has reached: with one it is as good as late.
    """
    if due is None:
        return mark_safe("")
    left = (due - (today or timezone.localdate())).days
    level, words = _light(left, state)
    level = "late" if light and level in {"near", "far"} else level
    title = format_html('<span class="deadline-name">{}</span>', name) if name else ""
    return format_html(
        '<span class="deadline" data-state="{}"><span class="deadline-light" aria-hidden="true"></span>'
        '<span class="deadline-text"><span>{}</span><span class="deadline-left">{}</span>{}</span></span>',
        level,
        day(due),
        words,
        title,
    )


def _light(left: int, state: str) -> tuple[str, str]:
    if state == ClockState.MET:
        return "met", _("Met")
    if state == ClockState.PAUSED:
        return "dropped", _("Paused")
    if state == ClockState.DROPPED:
        return "dropped", _("No longer runs")
    if left < 0:
        return "late", ngettext("%(days)d day late", "%(days)d days late", -left) % {"days": -left}
    words = _("due today")
    if left:
        words = ngettext("%(days)d day left", "%(days)d days left", left) % {"days": left}
    return ("near" if left <= NEAR_DAYS else "far"), words


@register.inclusion_tag("console/components/stage_strip.html")
def stage_strip(now: str, visited: Iterable[str] = ()) -> dict[str, Any]:
    """The path of a case as a slim drawing with the present stage lit.

    `visited` are the stages it has been in; a stage before `now` that it never entered is drawn dashed.
    """
    order = list(Stage)
    place, been = order.index(Stage(now)), {str(v) for v in visited}
    return {"steps": [_step(s, order.index(s) - place, s.value in been) for s in order]}


def _step(of: Stage, distance: int, been: bool) -> dict[str, str]:
    if distance == 0:
        state, words = "now", _("present stage")
    elif distance > 0:
        state, words = "ahead", _("not reached")
    else:
        state, words = ("done", _("done")) if been else ("passed", _("passed over"))
    return {"name": str(of.label), "state": state, "words": words}


@register.inclusion_tag("console/components/empty.html")
def empty(drawing: str, title: str, text: str = "", url: str = "", action: str = "") -> dict[str, str]:
    """What an empty list shows: what will be here and, with `url` and `action`, what to do."""
    return {"drawing": drawing, "title": title, "text": text, "url": url, "action": action}


@register.inclusion_tag("console/components/counter.html")
def counter(name: str, value: object, more: str = "", state: str = "") -> dict[str, object]:
    """One figure with its name; `state` is empty, `near` or `late`."""
    return {"name": name, "value": value, "more": more, "state": state}


@register.simple_tag
def nav_key(name: str) -> SafeString:
    """The keys that go to the page `name` of the main navigation, as attributes."""
    keys = NAVIGATION_KEYS.get(name)
    return format_html(' data-key="{}"', keys) if keys else mark_safe("")


# --- Live fragments -----------------------------------------------------------------------------


@register.simple_tag
def live(topics: str, version: object, url: str) -> SafeString:
    """The attributes that keep a fragment fresh; its root element also needs an `id`.

    `topics` are parted by spaces, `version` is what the fragment shows, `url` answers the fragment alone.
    """
    return format_html(
        'data-topic="{}" data-version="{}" hx-get="{}" hx-trigger="bell" '
        'hx-swap="morph:outerHTML" hx-target="this"',
        topics,
        version,
        url,
    )


# --- Forms --------------------------------------------------------------------------------------


@register.inclusion_tag("console/components/field.html")
def field(bound: BoundField, wide: bool = False, label: str = "") -> dict[str, Any]:
    """A form field with its label, hint and error beside it; `wide` takes the whole row."""
    widget = bound.field.widget
    return {
        "field": bound,
        "wide": wide,
        "label": label or bound.label,
        "group": isinstance(widget, RadioSelect | CheckboxSelectMultiple),
        "single": isinstance(widget, CheckboxInput),
    }


@register.inclusion_tag("console/components/error_summary.html")
def errors(form: BaseForm) -> dict[str, Any]:
    """The summary at the top of a refused form, each line a link to its field."""
    return {"form": form, "fields": [bound for bound in form if bound.errors]}
