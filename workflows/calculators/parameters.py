"""The figures of parameters.toml: read once, checked as a whole."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

from workflows.deadlines import rules
from workflows.deadlines.rules import Law

FIGURES_FILE = Path(__file__).with_name("parameters.toml")
UNITS = frozenset({"DAY", "HOUR", "MONTH", "YEAR", "PERCENT", "TIMES", "YUAN"})
COUNTRY = ""
"""The place of a figure that holds everywhere."""


class FigureError(ValueError):
    """The file has a mistake; the text names the entry and what is wrong with it."""


@dataclass(frozen=True)
class Article:
    """A place in a law and what it says, in short."""

    law: Law
    zh: str
    en: str
    text_zh: str
    text_en: str
    verified: bool = True

    def name(self, chinese: bool) -> str:
        """The law and the place in it."""
        return f"{self.law.zh}{self.zh}" if chinese else f"{self.law.en}, {self.en}"

    def text(self, chinese: bool) -> str:
        """What it says."""
        return self.text_zh if chinese else self.text_en


@dataclass(frozen=True)
class Name:
    """What people call a figure, what it is counted in, and the places where it is wanted."""

    zh: str
    en: str
    unit: str
    needed: tuple[str, ...] = (COUNTRY,)

    def text(self, chinese: bool) -> str:
        """In the language of the page."""
        return self.zh if chinese else self.en


@dataclass(frozen=True)
class Figure:
    """One figure, where and when it holds, and where it comes from.

    `row` is that of the administrator's, 0 of the file's. It stands in place of the figure with the key
    `replaces`, and ends the one with the key `follows` on the day before its own first.
    """

    code: str
    value: Decimal
    zh: str
    en: str
    unit: str
    article: Article | None = None
    source_zh: str = ""
    source_en: str = ""
    places: tuple[str, ...] = ()
    in_force_from: date | None = None
    in_force_to: date | None = None
    verified: bool = True
    row: int = 0
    replaces: str = ""
    follows: str = ""

    @property
    def key(self) -> str:
        """What it is called by: its row, or in the file where and when it begins."""
        if self.row:
            return str(self.row)
        return "@".join((self.code, str(self.in_force_from or ""), *self.places[:1]))

    def name(self, chinese: bool) -> str:
        """What people call it."""
        return self.zh if chinese else self.en

    def source(self, chinese: bool) -> str:
        """The article, and where the figure was taken from."""
        taken_from = self.source_zh if chinese else self.source_en or self.source_zh
        written = self.article.name(chinese) if self.article else ""
        return "; ".join(filter(None, (written, taken_from)))

    def holds(self, on: date, place: str) -> bool:
        """Whether it is the figure for `on` in `place`, an area code."""
        in_time = (self.in_force_from or date.min) <= on <= (self.in_force_to or date.max)
        return in_time and (not self.places or any(covers(own, place) for own in self.places))


def covers(area: str, place: str) -> bool:
    """Whether `place` lies in `area`: 370000 is the province, 370200 the city, 370202 a district of it."""
    while area.endswith("00"):
        area = area.removesuffix("00")
    return place.startswith(area)


@cache
def all_figures() -> tuple[Figure, ...]:
    """Every figure of the file. Raises FigureError for a file with a mistake."""
    return parse(_data())


@cache
def articles() -> Mapping[str, Article]:
    """The articles of the file by their keys."""
    return _articles(_data())


@cache
def _data() -> dict[str, Any]:
    with FIGURES_FILE.open("rb") as file:
        return tomllib.load(file)


@cache
def names() -> Mapping[str, Name]:
    """What there is a figure for, by code (without the number of a grade or a year), in the file's order."""
    found = _data()["names"]
    return {code: _name(found, code) for code in found}


def name_of(code: str) -> Name:
    """What the figure `code` is called, known or not. Raises FigureError for a code without a name."""
    return _name(_data()["names"], code)


def parse(data: Mapping[str, Any]) -> tuple[Figure, ...]:
    """The figures in `data` (shaped as parameters.toml). Raises FigureError naming the mistake."""
    known = _articles(data)
    found = tuple(_figure(entry, known, data.get("names", {})) for entry in data.get("figures", []))
    _refuse_overlaps(found)
    return found


def _articles(data: Mapping[str, Any]) -> dict[str, Article]:
    own = {key: Law(e["zh"], e["en"], e.get("from")) for key, e in data.get("laws", {}).items()}
    laws = {**rules.laws(), **own}
    found = {}
    for key, entry in data.get("articles", {}).items():
        if entry.get("law") not in laws:
            raise FigureError(f"{key}: law {entry.get('law')!r} is not listed under [laws]")
        found[key] = Article(**(entry | {"law": laws[entry["law"]]}))
    return found


def _figure(entry: Mapping[str, Any], known: Mapping[str, Article], names: Mapping[str, Any]) -> Figure:
    values = dict(entry)
    code = values.get("code", "")
    if not re.fullmatch(r"[a-z_]+\.[a-z_]+(\.\d+)?", code):
        raise FigureError(f"{code!r}: a code is area.name in lower-case letters")
    article = values.pop("article", None)
    if article is not None and article not in known:
        raise FigureError(f"{code}: article {article!r} is not listed under [articles]")
    values["article"] = known[article] if article else None
    name = _name(names, code)
    first, last = values.pop("from", None), values.pop("to", None)
    law_from = known[article].law.in_force if article else None
    try:
        values["value"] = Decimal(values.get("value", ""))
        values["places"] = tuple(values.get("places", ()))
        found = Figure(
            **values,
            zh=name.zh,
            en=name.en,
            unit=name.unit,
            in_force_from=first or law_from,
            in_force_to=last,
        )  # an unknown key is a TypeError
    except (TypeError, InvalidOperation) as error:
        raise FigureError(f"{code}: {error}") from None
    if not found.value.is_finite() or found.value <= 0:
        raise FigureError(f"{code}: the value must be above 0")
    if not found.article and not (found.source_zh and found.source_en):
        raise FigureError(f"{code}: it names neither an article nor a source")
    if (found.in_force_from or date.min) > (found.in_force_to or date.max):
        raise FigureError(f"{code}: it ends before it begins")
    return found


def _name(names: Mapping[str, Any], code: str) -> Name:
    entry: Mapping[str, Any] | None = names.get(code) or names.get(code.rpartition(".")[0])
    if entry is None:
        raise FigureError(f"{code}: it has no name under [names]")
    name = Name(**{**entry, "needed": tuple(entry.get("needed", [COUNTRY]))})
    if name.unit not in UNITS:
        raise FigureError(f"{code}: unit must be one of {', '.join(sorted(UNITS))}")
    return name


def _refuse_overlaps(figures: Iterable[Figure]) -> None:
    for one, other in combinations(figures, 2):
        if overlap(one, other):
            raise FigureError(f"{one.code}: two figures hold on the same day in the same place")


def overlap(one: Figure, other: Figure) -> bool:
    """Whether both would hold on some day in some place."""
    return one.code == other.code and _same_day(one, other) and _same_place(one, other)


def _same_day(one: Figure, other: Figure) -> bool:
    first = max(one.in_force_from or date.min, other.in_force_from or date.min)
    return first <= min(one.in_force_to or date.max, other.in_force_to or date.max)


def _same_place(one: Figure, other: Figure) -> bool:
    if not one.places or not other.places:
        return True
    return any(covers(a, b) or covers(b, a) for a in one.places for b in other.places)
