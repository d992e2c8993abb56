"""The rules and the calendar in force: what an administrator entered goes before the file."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from workflows.deadlines.calendar import OFFICIAL, WorkCalendar
from workflows.deadlines.rules import NotInForce, Rule, UnknownRule, all_rules


@dataclass(frozen=True)
class Book:
    """Rules by code and day, and the working days. `own` are the administrator's rules, the newest first."""

    own: tuple[Rule, ...] = ()
    calendar: WorkCalendar = field(default=OFFICIAL)
    revision: int = 0
    """The change of the book after which it stands so."""

    def get(self, code: str, on: date) -> Rule:
        """The rule `code` for a period that starts `on`. Raises UnknownRule or NotInForce."""
        versions = self.versions(code)
        if not versions:
            raise UnknownRule(code)
        for rule in versions:
            if rule.holds_on(on):
                return rule
        raise NotInForce(code)

    def rule_on(self, code: str) -> Callable[[date], Rule]:
        """`get` for one code."""
        return lambda day: self.get(code, day)

    def versions(self, code: str) -> list[Rule]:
        """All versions of `code`, in the order in which they are asked: own ones first, the newest first."""
        own = [rule for rule in self.own if rule.code == code]
        return own + [rule for rule in reversed(all_rules()) if rule.code == code]

    def latest(self, code: str) -> Rule | None:
        """The version by which `code` is named, or None."""
        versions = self.versions(code)
        return versions[0] if versions else None

    def codes(self) -> list[str]:
        """Every code, in order."""
        return sorted({rule.code for rule in (*self.own, *all_rules())})


FILE = Book()
"""The file's rules and the package's calendar alone."""
