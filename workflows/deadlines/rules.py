"""The deadline rules of rules.toml: read once, checked as a whole, found by code and date."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

RULES_FILE = Path(__file__).with_name("rules.toml")


class Unit(StrEnum):
    """What a period's length is counted in."""

    WORKDAY = "WORKDAY"
    NATURAL = "NATURAL"
    MONTH = "MONTH"
    YEAR = "YEAR"
    SECOND = "SECOND"
    MINUTE = "MINUTE"
    HOUR = "HOUR"

    @property
    def of_moments(self) -> bool:
        """Whether the period is counted from a moment, not from a day."""
        return self in (Unit.SECOND, Unit.MINUTE, Unit.HOUR)


class Level(StrEnum):
    """What is told before or after the end of a period."""

    COMING = "COMING"
    RED = "RED"
    AID_FIRST = "AID_FIRST"
    YELLOW_CARD = "YELLOW_CARD"
    RED_CARD = "RED_CARD"


class DeadlineError(ValueError):
    """A deadline that cannot be reckoned: no such rule, not in force, or not to be extended."""


class UnknownRule(DeadlineError):
    """No rule has this code."""


class NotInForce(DeadlineError):
    """The rule exists but did not hold on that day."""


@dataclass(frozen=True)
class Law:
    """A law or regulation that rules stand in; `in_force` is None where its first day is not known."""

    zh: str
    en: str
    in_force: date | None = None


@dataclass(frozen=True)
class Alert:
    """Something told when `left` days or working days are left; below 0 that many have passed."""

    left: int
    level: Level
    unit: Unit = Unit.NATURAL


@dataclass(frozen=True)
class Rule:
    """One period: how long it is, from which event it runs, and where that is written."""

    code: str
    name_zh: str
    name_en: str
    law: Law
    article_zh: str
    article_en: str
    text_zh: str
    text_en: str
    start_zh: str
    start_en: str
    length: int
    unit: Unit
    roll: bool
    extension: int = 0
    """How much longer it may be made, in the same unit; 0 where it may not."""
    counts_start: bool = False
    before: bool = False
    """Counted backwards from its event, such as a hearing."""
    alerts: tuple[Alert, ...] = ()
    in_force_from: date | None = None
    in_force_to: date | None = None
    region: str = "CN"
    verified: bool = True
    """False where the figure or its article still awaits checking against the official text."""
    row: int = 0
    """The administrator's row that it comes from; 0 for the file."""

    def name(self, chinese: bool) -> str:
        """What people call it."""
        return self.name_zh if chinese else self.name_en

    @property
    def basis(self) -> str:
        """The article behind the rule and what it says, in Chinese, which is the text that counts."""
        return f"{self.law.zh}{self.article_zh}：{self.text_zh}"

    @property
    def basis_en(self) -> str:
        """The same in English, for reading."""
        place = f"{self.law.en}, {self.article_en}" if self.article_en else self.law.en
        return f"{place}: {self.text_en}"

    def holds_on(self, day: date) -> bool:
        """Whether the rule is in force for a period that starts on `day`."""
        return (self.in_force_from or date.min) <= day <= (self.in_force_to or date.max)


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule of the file, by code and then by date. Raises DeadlineError for a file with a mistake."""
    with RULES_FILE.open("rb") as file:
        return parse(tomllib.load(file))


def get(code: str, on: date) -> Rule:
    """The rule `code` as it stands for a period that starts `on`. Raises UnknownRule or NotInForce."""
    versions = [rule for rule in all_rules() if rule.code == code]
    if not versions:
        raise UnknownRule(code)
    for rule in versions:
        if rule.holds_on(on):
            return rule
    raise NotInForce(code)


@cache
def laws() -> Mapping[str, Law]:
    """The laws of the file by their keys."""
    with RULES_FILE.open("rb") as file:
        return _laws(tomllib.load(file))


def _laws(data: Mapping[str, Any]) -> dict[str, Law]:
    entries = data.get("laws", {}).items()
    return {key: Law(entry["zh"], entry["en"], entry.get("from")) for key, entry in entries}


def parse(data: Mapping[str, Any]) -> tuple[Rule, ...]:
    """The rules in `data` (shaped as rules.toml). Raises DeadlineError naming the rule and its mistake."""
    known = _laws(data)
    rules = sorted(
        (_rule(entry, known) for entry in data.get("rules", [])),
        key=lambda rule: (rule.code, rule.in_force_from or date.min),
    )
    _refuse_overlaps(rules)
    return tuple(rules)


def _rule(entry: Mapping[str, Any], laws: Mapping[str, Law]) -> Rule:
    code = entry.get("code", "a rule without a code")
    values = dict(entry)
    values["in_force_from"] = values.pop("from", None)
    values["in_force_to"] = values.pop("to", None)
    unknown = set(values) - {field.name for field in fields(Rule)}
    if unknown:
        raise DeadlineError(f"{code}: unknown key {', '.join(sorted(unknown))}")
    if values.get("law") not in laws:
        raise DeadlineError(f"{code}: law {values.get('law')!r} is not listed under [laws]")
    values["law"] = laws[values["law"]]
    values["in_force_from"] = values["in_force_from"] or values["law"].in_force
    if values.get("unit") not in list(Unit):
        raise DeadlineError(f"{code}: unit must be one of {', '.join(Unit)}, not {values.get('unit')!r}")
    values["unit"] = Unit(values["unit"])
    try:
        values["alerts"] = tuple(_alert(alert) for alert in values.get("alerts", ()))
        rule = Rule(**values)
    except (TypeError, KeyError, ValueError) as error:
        raise DeadlineError(f"{code}: {error}") from None
    check(rule)
    return rule


def _alert(entry: Mapping[str, Any]) -> Alert:
    unit = Unit(entry.get("unit", Unit.NATURAL))
    if unit not in (Unit.NATURAL, Unit.WORKDAY) or type(entry["left"]) is not int:
        raise ValueError(f"alert {dict(entry)} is counted in NATURAL or WORKDAY days")
    return Alert(entry["left"], Level(entry["level"]), unit)


def check(rule: Rule) -> None:
    """Raise DeadlineError naming the rule and its mistake, unless it makes sense."""
    if not re.fullmatch(r"[a-z_]+\.[a-z_]+", rule.code):
        raise DeadlineError(f"{rule.code}: a code is area.name in lower-case letters")
    if type(rule.length) is not int or rule.length < 1:
        raise DeadlineError(f"{rule.code}: length must be a whole number above 0")
    if type(rule.extension) is not int or rule.extension < 0:
        raise DeadlineError(f"{rule.code}: extension must be a whole number")
    if type(rule.roll) is not bool:
        raise DeadlineError(f"{rule.code}: roll must be true or false")
    if rule.counts_start and rule.unit not in (Unit.NATURAL, Unit.MONTH, Unit.YEAR):
        raise DeadlineError(f"{rule.code}: counts_start is for days, months and years")
    if rule.before and (rule.counts_start or rule.extension or rule.unit not in (Unit.NATURAL, Unit.WORKDAY)):
        raise DeadlineError(f"{rule.code}: only plain days are counted backwards")
    if rule.unit.of_moments and (rule.roll or rule.extension or rule.alerts):
        raise DeadlineError(f"{rule.code}: a period of {rule.unit} neither rolls nor is extended")
    if rule.in_force_from and rule.in_force_to and rule.in_force_to < rule.in_force_from:
        raise DeadlineError(f"{rule.code}: it ends before it begins")
    texts = (rule.name_zh, rule.name_en, rule.text_zh, rule.text_en, rule.start_zh, rule.start_en)
    if not all(texts):
        raise DeadlineError(f"{rule.code}: a text is empty")
    if rule.verified and not rule.article_zh:
        raise DeadlineError(f"{rule.code}: a verified rule names its article")


def _refuse_overlaps(rules: Iterable[Rule]) -> None:
    for earlier, later in pairwise(rules):
        if earlier.code == later.code and (earlier.in_force_to or date.max) >= (
            later.in_force_from or date.min
        ):
            raise DeadlineError(f"{later.code}: two versions hold on the same day")
