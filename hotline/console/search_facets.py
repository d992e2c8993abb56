"""The facets of a search in words: how many cases each choice has, and the chips of what is chosen."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hotline.console.forms.places import category_name, short
from hotline.enums import Stage, Urgency
from hotline.models import Category, Staff, Unit
from search.asked import Asked
from search.engine import FACETS
from search.fields import NONE

FACET_NAMES: dict[str, str | Promise] = {
    "stage": gettext_lazy("Stage"),
    "category": gettext_lazy("Category"),
    "district": gettext_lazy("District"),
    "urgency": gettext_lazy("Urgency"),
    "lawyer": gettext_lazy("Lawyer"),
    "month": gettext_lazy("Month of opening"),
}
SHOWN = 6
"""Choices of a facet that stand there at once; the others behind a press."""
MOST = 60
_KNOWN: dict[str, list[str]] = {"stage": list(Stage.values), "urgency": list(Urgency.values)}


@dataclass(frozen=True)
class Choice:
    """A value of a facet: its words, how many cases have it, and the address with it chosen or taken away."""

    words: str
    count: int
    address: str
    chosen: bool


@dataclass(frozen=True)
class Facet:
    """A facet with its choices, those shown at once and the others."""

    key: str
    name: str | Promise
    first: list[Choice]
    others: list[Choice]


@dataclass(frozen=True)
class Chip:
    """Something that narrows the search, and the address without it."""

    words: str
    address: str


def facets(user: Staff, asked: Asked, counts: Mapping[str, Mapping[str, int]]) -> list[Facet]:
    """The facets that were counted, each with what is chosen of it even where no case has it."""
    return [_facet(user, asked, key, counts[key]) for key in FACETS if counts.get(key) or asked.chosen(key)]


def _facet(user: Staff, asked: Asked, key: str, counts: Mapping[str, int]) -> Facet:
    counted = {**dict.fromkeys(asked.chosen(key), 0), **counts}
    names = _names(user, key, counted)
    choices = [
        Choice(names(value), counted[value], asked.toggled(key, value).address(), value in asked.chosen(key))
        for value in _ordered(key, counted)[:MOST]
    ]
    at_once = [one for place, one in enumerate(choices) if place < SHOWN or one.chosen]
    return Facet(key, FACET_NAMES[key], at_once, [one for one in choices if one not in at_once])


def _ordered(key: str, counted: Mapping[str, int]) -> list[str]:
    """Months from the newest on, stages and urgencies in their own order, else the most frequent first."""
    if key == "month":
        return sorted(counted, reverse=True)
    if key in _KNOWN:
        known = _KNOWN[key]
        return sorted(
            counted, key=lambda value: (known.index(value) if value in known else len(known), value)
        )
    return sorted(counted, key=lambda value: (-counted[value], value))


def chips(user: Staff, asked: Asked, counts: Mapping[str, Mapping[str, int]]) -> list[Chip]:
    """What is chosen, each with the address without it."""
    found = []
    for key, values in asked.values:
        names = _names(user, key, {**dict.fromkeys(values, 0), **counts.get(key, {})})
        for value in values:
            words = _("%(facet)s: %(value)s") % {"facet": FACET_NAMES[key], "value": names(value)}
            found.append(Chip(words, asked.toggled(key, value).address()))
    if asked.first:
        words = _("Opened from %(day)s") % {"day": asked.first.isoformat()}
        found.append(Chip(words, asked.without_days("first").address()))
    if asked.last:
        words = _("Opened until %(day)s") % {"day": asked.last.isoformat()}
        found.append(Chip(words, asked.without_days("last").address()))
    return found


def _names(user: Staff, key: str, counted: Mapping[str, int]) -> Callable[[str], str]:
    """The words for the values of a facet. One that is not known stands as it is."""
    names = {value: str(label) for value, label in _labels(user, key, counted)}
    names[NONE] = _("None")
    return lambda value: names.get(value, value)


def _labels(user: Staff, key: str, counted: Mapping[str, int]) -> Iterable[tuple[str, object]]:
    if key == "stage":
        return Stage.choices
    if key == "urgency":
        return Urgency.choices
    if key == "category":
        rows = Category.objects.filter(code__in=counted)
        return [(row.code, category_name(row)) for row in rows]
    if key == "district":
        units = Unit.objects.filter(district_code__in=set(counted) - {NONE}, kind="DISTRICT")
        return [(unit.district_code, short(unit.name)) for unit in units]
    if key == "lawyer":
        return _lawyers(user, counted)
    return ()


def _lawyers(user: Staff, counted: Mapping[str, int]) -> list[tuple[str, object]]:
    """Names of lawyers who have cases that the person sees, or are of their unit; no address names others."""
    counts = {int(value): n for value, n in counted.items() if value.isascii() and value.isdigit()}
    known = Q(pk__in=[pk for pk, n in counts.items() if n]) | Q(unit__path__startswith=user.unit.path)
    people = dict(
        Staff.objects.filter(known, pk__in=[pk for pk in counts if pk < 2**63]).values_list("pk", "name")
    )
    return [(str(pk), people.get(pk, "?")) for pk in counts]
