"""The figures in force: an administrator's, and those of the file that none of them stands in place of."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from workflows.calculators.parameters import COUNTRY, Figure, all_figures, name_of, names
from workflows.calculators.spans import ONE_DAY


@dataclass(frozen=True)
class Figures:
    """Figures by code, day and place. `own` are the administrator's, the newest first."""

    own: tuple[Figure, ...] = ()

    @cached_property
    def standing(self) -> tuple[Figure, ...]:
        """Those that hold at some time, own ones first; one that another follows ends the day before it."""
        replaced = {one.replaces for one in self.own}
        found = [one for one in (*self.own, *all_figures()) if one.key not in replaced]
        followers = [one for one in found if one.follows and one.in_force_from]
        followers.sort(key=lambda one: one.in_force_from or date.max, reverse=True)
        ends = {one.follows: one.in_force_from - ONE_DAY for one in followers if one.in_force_from}
        return tuple(_ended(one, ends.get(one.key)) for one in found)

    def find(self, code: str, on: date, place: str = COUNTRY) -> Figure | None:
        """The figure `code` for `on` in `place`; None where it is not known."""
        return next((one for one in self.standing if one.code == code and one.holds(on, place)), None)

    def of(self, code: str) -> list[Figure]:
        """All that stand of `code`, those that hold last first."""
        found = [one for one in self.standing if one.code == code]
        return sorted(found, key=lambda one: one.in_force_from or date.min, reverse=True)

    def get(self, code: str, key: str) -> Figure | None:
        """The one of `code` that is called `key`, if it stands."""
        return next((one for one in self.of(code) if one.key == key), None)

    def codes(self) -> list[str]:
        """Every code, in the order of the names: what has a name and no figure, too."""
        numbered = {one.code for one in (*self.own, *all_figures())}
        found: list[str] = []
        for name in names():
            own = [code for code in numbered if code.rpartition(".")[0] == name]
            found += sorted(own, key=lambda code: int(code.rpartition(".")[-1])) or [name]
        return found

    def missing(self, on: date) -> Iterator[tuple[str, str]]:
        """Codes with the places for which nothing is known on that day."""
        for code in self.codes():
            for place in name_of(code).needed:
                if self.find(code, on, place) is None:
                    yield code, place


def _ended(figure: Figure, last: date | None) -> Figure:
    if last is None or (figure.in_force_to and figure.in_force_to <= last):
        return figure
    return replace(figure, in_force_to=last)


FILE = Figures()
"""The file's figures alone."""
