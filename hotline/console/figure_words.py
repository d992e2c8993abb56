"""The calculators' figures in words: what they are counted in, where they hold, what became of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from hotline.console.forms.places import COUNTRY
from hotline.console.templatetags.console import yuan
from hotline.models import BookChange
from workflows.calculators.figures import Figures
from workflows.calculators.parameters import Figure, covers, name_of
from workflows.calculators.sheet import chinese, plain

GROUPS: dict[str, Any] = {
    "minimum_wage": gettext_lazy("Minimum wages"),
    "average_wage": gettext_lazy("Average wages"),
    "income": gettext_lazy("Incomes"),
    "compensation": gettext_lazy("Economic compensation"),
    "overtime": gettext_lazy("Overtime pay"),
    "pay": gettext_lazy("Conversion of wages"),
    "leave": gettext_lazy("Annual leave pay"),
    "injury": gettext_lazy("Work injury lump sums"),
    "award": gettext_lazy("Awards"),
}
"""What stands together on the page; what changes each year comes first."""
UNITS: dict[str, Any] = {
    "YUAN": gettext_lazy("in yuan"),
    "DAY": gettext_lazy("in days"),
    "HOUR": gettext_lazy("in hours"),
    "MONTH": gettext_lazy("in months"),
    "YEAR": gettext_lazy("in years"),
    "TIMES": gettext_lazy("how many times"),
    "PERCENT": gettext_lazy("in percent"),
}
"""What a value is counted in."""
CHANGES: dict[str, Any] = {
    "figure.added": gettext_lazy("Added a figure"),
    "figure.followed": gettext_lazy("Entered a figure's new value"),
    "figure.corrected": gettext_lazy("Corrected a figure"),
    "figure.withdrawn": gettext_lazy("Took a figure back"),
}
"""What each kind of change says."""


def counted(figure: Figure) -> str:
    """A figure with what it is counted in."""
    return with_unit(figure.value, figure.unit)


def with_unit(value: Decimal, unit: str) -> str:
    """A value with what it is counted in."""
    if unit == "YUAN":
        return yuan(value)
    words = {
        "DAY": _("%(n)s d"),
        "HOUR": _("%(n)s h"),
        "MONTH": _("%(n)s mo"),
        "YEAR": _("%(n)s y"),
        "TIMES": _("× %(n)s"),
        "PERCENT": "%(n)s%%",
    }
    return words[unit] % {"n": plain(value)}


def named(code: str) -> str:
    """What people call the figure `code`, with the grade or the year that it is for."""
    _area, _dot, number = code.rpartition(".")
    name = name_of(code).text(chinese())
    return f"{name} · {number}" if number.isdecimal() else name


def period(first: object, last: object) -> str:
    """From one day to another; either may be open."""
    return f"{first or '…'} – {last or '…'}"


def placed(codes: Iterable[str], names: Mapping[str, str]) -> str:
    """The places in words."""
    comma = "、" if (get_language() or "").startswith("zh") else ", "
    return comma.join(str(names.get(code or COUNTRY, code)) for code in codes or (COUNTRY,))


@dataclass(frozen=True)
class Line:
    """One figure as the page shows it."""

    figure: Figure
    value: str
    where: str
    period: str
    source: str
    over: bool

    def __str__(self) -> str:
        return f"{self.value}，{self.where}，{self.period}"


def line(figure: Figure, names: Mapping[str, str], today: date) -> Line:
    """`figure` in the language of the page."""
    return Line(
        figure,
        counted(figure),
        placed(figure.places, names),
        period(figure.in_force_from, figure.in_force_to),
        figure.source(chinese()),
        bool(figure.in_force_to and figure.in_force_to < today),
    )


@dataclass(frozen=True)
class Entry:
    """A code with what stands of it, and the places for which nothing is known today."""

    code: str
    name: str
    lines: tuple[Line, ...]
    missing: str
    missing_codes: tuple[str, ...]


def entries(book: Figures, names: Mapping[str, str], today: date) -> list[Entry]:
    """Every figure of the book, by code."""
    lacking: dict[str, list[str]] = {}
    for code, place in book.missing(today):
        lacking.setdefault(code, []).append(place or COUNTRY)
    return [
        Entry(
            code,
            named(code),
            tuple(line(one, names, today) for one in book.of(code)),
            placed(lacking[code], names) if code in lacking else "",
            tuple(lacking.get(code, ())),
        )
        for code in book.codes()
    ]


def place_in(words: str, names: Mapping[str, str]) -> tuple[str, str]:
    """The code of the smallest place that `words` name, and what else they say.

    青岛市最低工资 is 370200 and 最低工资.
    """
    place = ""
    for code, name in names.items():  # from the country down
        said = next((said for said in (str(name), str(name)[:-1]) if len(said) > 1 and said in words), None)
        if said:
            place, words = code, words.replace(said, " ")
    return place, words


def holds_in(figure: Figure, place: str) -> bool:
    """Whether it holds in `place`, or in a part of it."""
    if not place or place == COUNTRY or not figure.places:
        return True
    return any(covers(own, place) or covers(place, own) for own in figure.places)


@dataclass(frozen=True)
class Amendment:
    """A change of a figure in words."""

    change: BookChange
    name: str
    words: str
    before: str
    after: str


def amendment(change: BookChange, names: Mapping[str, str]) -> Amendment:
    """`change`, which is one of a figure, in the language of the page."""
    code = change.data["code"]
    before, after = (_told(code, change.data[when], names) for when in ("before", "after"))
    return Amendment(change, named(code), CHANGES[change.kind], before, after)


def _told(code: str, data: dict[str, Any] | None, names: Mapping[str, str]) -> str:
    if data is None:
        return "—"
    source = data["source_zh"] if chinese() else data["source_en"]
    checked = _("verified") if data["verified"] else _("not yet verified")
    value = with_unit(Decimal(data["value"]), name_of(code).unit)
    told = (value, placed(data["places"], names), period(data["first"], data["last"]), source, checked)
    return " · ".join(str(one) for one in told)
