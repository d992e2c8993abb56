"""A period as a chain of events: what began it, and what began it anew, stopped it or made it longer.

`follow` is a pure function of the rule, the events and the calendar; each step says what it did and why.
The kinds of events, with the article behind each, are the data of chains.toml.
"""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from workflows.deadlines.calendar import OFFICIAL, WorkCalendar
from workflows.deadlines.compute import Due, due
from workflows.deadlines.rules import DeadlineError, Law, Rule, laws

CHAINS_FILE = Path(__file__).with_name("chains.toml")
START = "START"


class Effect(StrEnum):
    """What an event does to a period."""

    START = "START"
    RESTART = "RESTART"
    SUSPEND = "SUSPEND"
    RESUME = "RESUME"
    EXTEND = "EXTEND"
    UNTIL = "UNTIL"
    NONE = "NONE"


class Why(StrEnum):
    """Why an event has no effect."""

    COUNTS = ""
    UNCONFIRMED = "UNCONFIRMED"
    BEFORE_START = "BEFORE_START"
    TOO_LATE = "TOO_LATE"
    PAUSED_ALREADY = "PAUSED_ALREADY"
    NOT_PAUSED = "NOT_PAUSED"
    EXTENDED_ALREADY = "EXTENDED_ALREADY"
    NOT_LONGER = "NOT_LONGER"


@dataclass(frozen=True)
class Kind:
    """A kind of event, the periods it acts on, what it does and where that is written."""

    code: str
    rules: tuple[str, ...]
    effect: Effect
    name_zh: str
    name_en: str
    law: Law
    article_zh: str
    article_en: str
    text_zh: str
    text_en: str
    pair: str = ""
    in_time: bool = False
    by_system: bool = False
    by_supervisor: bool = False
    verified: bool = True

    @property
    def basis(self) -> str:
        """The article behind it and what it says, in Chinese."""
        return f"{self.law.zh}{self.article_zh}：{self.text_zh}"

    @property
    def basis_en(self) -> str:
        """The same in English."""
        return f"{self.law.en}{', ' if self.article_en else ''}{self.article_en}: {self.text_en}"


@dataclass(frozen=True)
class Happening:
    """An event of a case; `until` is the day agreed or approved, `key` the row it stands in."""

    kind: str
    on: date
    note: str = ""
    until: date | None = None
    confirmed: bool = True
    key: int = 0


@dataclass(frozen=True)
class Step:
    """What one event did: the day the period then ran from and ended on.

    `would_be` is where an event that nobody has confirmed yet would move the end.
    """

    happening: Happening
    effect: Effect
    why: Why
    start: date
    due: date
    would_be: date | None = None

    @property
    def counts(self) -> bool:
        """Whether the event had its effect."""
        return self.why == Why.COUNTS


@dataclass(frozen=True)
class Reckoning:
    """Where a chain has led: the period as it runs now, and each step on the way."""

    rule: Rule
    start: date
    due: date
    raw: date
    provisional: bool
    extended: bool
    paused_since: date | None
    steps: tuple[Step, ...]


RuleOn = Callable[[date], Rule]
"""The rule as it stands for a period that starts on a day."""


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind of event by its code. Raises DeadlineError for a file with a mistake."""
    with CHAINS_FILE.open("rb") as file:
        return {kind.code: kind for kind in parse(tomllib.load(file))}


def kinds_for(rule: str) -> list[Kind]:
    """The kinds of events that act on `rule`, in the file's order."""
    return [kind for kind in kinds().values() if rule in kind.rules]


def parse(data: Mapping[str, Any]) -> list[Kind]:
    """The kinds in `data` (shaped as chains.toml). Raises DeadlineError naming the kind and its mistake."""
    return [_kind(entry) for entry in data.get("kinds", [])]


def _kind(entry: Mapping[str, Any]) -> Kind:
    code = entry.get("code", "a kind without a code")
    unknown = set(entry) - {one.name for one in fields(Kind)}
    if unknown:
        raise DeadlineError(f"{code}: unknown key {', '.join(sorted(unknown))}")
    try:
        values = {**entry, "effect": Effect(entry["effect"]), "law": laws()[entry["law"]]}
        kind = Kind(**values | {"rules": tuple(entry["rules"])})
    except (KeyError, ValueError, TypeError) as error:
        raise DeadlineError(f"{code}: {error}") from None
    if kind.effect in (Effect.SUSPEND, Effect.RESUME) and not kind.pair:
        raise DeadlineError(f"{code}: a pause and its end name their pair")
    if kind.verified and not kind.article_zh:
        raise DeadlineError(f"{code}: a verified kind names its article")
    return kind


def follow(
    rule_on: RuleOn, first: Happening, later: Iterable[Happening] = (), calendar: WorkCalendar = OFFICIAL
) -> Reckoning:
    """Follow the chain that `first` begins through `later`, in the order of their days.

    An event that nobody has confirmed does not move the end: the nearer date is the careful one.
    Raises DeadlineError where the rule does not hold on a day from which the period runs.
    """
    run = _Run(rule_on, calendar, first.on)
    steps = [Step(first, Effect.START, Why.COUNTS, first.on, run.end().due)]
    for happening in sorted(later, key=lambda one: (one.on, one.key)):
        steps.append(_step(run, happening))
    end = run.end()
    return Reckoning(
        end.rule, run.start, end.due, end.raw, end.provisional, run.extended, run.paused_since, tuple(steps)
    )


def _step(run: "_Run", happening: Happening) -> Step:
    kind = kinds()[happening.kind]
    if not happening.confirmed:
        trial = run.copy()
        why = trial.take(kind, happening)
        would_be = None if why else trial.end().due
        return Step(happening, kind.effect, why or Why.UNCONFIRMED, run.start, run.end().due, would_be)
    why = run.take(kind, happening)
    return Step(happening, kind.effect, why, run.start, run.end().due)


@dataclass
class _Run:
    """The period while its chain is followed."""

    rule_on: RuleOn
    calendar: WorkCalendar
    start: date
    pauses: list[tuple[date, date]] = field(default_factory=list)
    open_pairs: set[str] = field(default_factory=set)
    paused_since: date | None = None
    extended: bool = False
    longer: int = 0
    until: date | None = None

    def copy(self) -> "_Run":
        """A run that can be tried out."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return _Run(**values | {"pauses": list(self.pauses), "open_pairs": set(self.open_pairs)})

    def end(self) -> Due:
        """When the period ends as it stands; while it is paused, as it stood when it was stopped."""
        rule = self.rule_on(self.start)
        found = due(rule, self.start, self.longer, self.calendar, self.pauses)
        if self.until is None or self.until <= found.due:
            return found
        return Due(rule, self.start, self.until, self.until, provisional=False)

    def take(self, kind: Kind, happening: Happening) -> Why:
        """Let an event act; returns why it has no effect, or COUNTS."""
        if happening.on < self.start:
            return Why.BEFORE_START
        if kind.in_time and self.paused_since is None and happening.on > self.end().due:
            return Why.TOO_LATE
        return _TAKERS[kind.effect](self, kind, happening)

    def restart(self, kind: Kind, happening: Happening) -> Why:
        """Count anew; a pause that is not over goes on."""
        self.start, self.pauses, self.until = happening.on, [], None
        self.extended, self.longer = False, 0
        if self.paused_since is not None:
            self.paused_since = happening.on
        return Why.COUNTS

    def suspend(self, kind: Kind, happening: Happening) -> Why:
        """Stop counting; two grounds at once count once."""
        if kind.pair in self.open_pairs:
            return Why.PAUSED_ALREADY
        self.open_pairs.add(kind.pair)
        self.paused_since = self.paused_since or happening.on
        return Why.COUNTS

    def resume(self, kind: Kind, happening: Happening) -> Why:
        """Go on counting when the last ground is gone."""
        if kind.pair not in self.open_pairs:
            return Why.NOT_PAUSED
        self.open_pairs.remove(kind.pair)
        if not self.open_pairs and self.paused_since is not None:
            self.pauses.append((self.paused_since, happening.on))
            self.paused_since = None
        return Why.COUNTS

    def extend(self, kind: Kind, happening: Happening) -> Why:
        """Take the rule's longest extension, or what of it ends by the day approved; once."""
        if self.extended:
            return Why.EXTENDED_ALREADY
        rule = self.rule_on(self.start)
        self.longer = next((n for n in range(rule.extension, 0, -1) if self._by(rule, n, happening.until)), 0)
        self.extended = self.longer > 0
        return Why.COUNTS if self.extended else Why.NOT_LONGER

    def _by(self, rule: Rule, longer: int, until: date | None) -> bool:
        """Whether the period, made longer by so many units, is counted to an end by `until`."""
        return until is None or due(rule, self.start, longer, self.calendar, self.pauses).raw <= until

    def agree(self, kind: Kind, happening: Happening) -> Why:
        """Take the day that was agreed on, where it is later."""
        if happening.until is None or happening.until <= self.end().due:
            return Why.NOT_LONGER
        self.until = happening.until
        return Why.COUNTS

    def nothing(self, kind: Kind, happening: Happening) -> Why:
        """A fact that moves nothing."""
        return Why.COUNTS


_TAKERS: dict[Effect, Callable[[_Run, Kind, Happening], Why]] = {
    Effect.RESTART: _Run.restart,
    Effect.SUSPEND: _Run.suspend,
    Effect.RESUME: _Run.resume,
    Effect.EXTEND: _Run.extend,
    Effect.UNTIL: _Run.agree,
    Effect.NONE: _Run.nothing,
}
