"""What is to be found, as the grammar (search/grammar.py) has understood it: no engine's language."""

import dataclasses
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date

from hotline.errors import HotlineError

IDENTITY = re.compile(r"\d{17}[\dx]")
VALUE_FIELDS = frozenset({"lawyer", "agent", "mediator", "category", "district", "stage", "urgency"})
"""Fields whose value is one of a list; what is typed is looked up in it (search/lookup.py)."""


class BadQuery(HotlineError):
    """There is nothing to search for, too much, or something that cannot be understood; the message says
    which. `start` and `end` say where in what was typed, in characters; `piece` is what stands there."""

    def __init__(self, message: str, typed: str = "", start: int = 0, end: int = 0) -> None:
        super().__init__(message)
        self.start, self.end, self.piece = start, end, typed[start:end]


@dataclass(frozen=True)
class Days:
    """A stretch of days in the hotline's own time zone, both ends in it; None is an open end."""

    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Term:
    """One thing that may be found in a case, in any of these ways; an empty one is no way."""

    text: str
    words: tuple[str, ...] = ()
    """Words that stand next to each other in a text, in this order."""
    digits: str = ""
    """Three or more digits that stand next to each other in a number; of a code, six or more characters."""
    number: str = ""
    """The case's number or its end."""
    sound: str = ""
    """A name as it sounds, or its initials."""
    alike: str = ""
    """How a name sounds that may have been written with other characters."""
    key: str = ""
    """An identity number's keyed hash."""
    days: Days | None = None
    """The days on which the case was opened."""
    values: tuple[str, ...] = ()
    """What a field of VALUE_FIELDS may be; looked up from `text`."""
    near: str = ""
    """What tells an employer from others, of which one character may be different."""
    field: str = ""
    """Where it must be found; everywhere if empty."""
    start: int = dataclasses.field(default=0, compare=False)
    """Where it stands in what was typed."""
    end: int = dataclasses.field(default=0, compare=False)


@dataclass(frozen=True)
class Clause:
    """Any one of `terms` must be found, or none of them if `excluded`."""

    terms: tuple[Term, ...]
    excluded: bool = False


@dataclass(frozen=True)
class ParsedQuery:
    """What must be found: every one of `clauses`. Of no clause at all, everything is found."""

    text: str
    clauses: tuple[Clause, ...] = ()

    @property
    def terms(self) -> tuple[Term, ...]:
        """All that is looked for, without what is excluded: what may be marked in a text."""
        return tuple(term for clause in self.clauses if not clause.excluded for term in clause.terms)

    def with_keys(self, hashed: Callable[[str], str]) -> "ParsedQuery":
        """The same query, in which an identity number is also looked for by what `hashed` makes of it."""
        return self.each(
            lambda term: (
                replace(term, key=hashed(term.text.upper())) if IDENTITY.fullmatch(term.text) else term
            )
        )

    def each(self, change: Callable[[Term], Term]) -> "ParsedQuery":
        """The same query with every term as `change` makes it."""
        clauses = (replace(clause, terms=tuple(map(change, clause.terms))) for clause in self.clauses)
        return replace(self, clauses=tuple(clauses))


def all_of(terms: Iterable[Term], text: str = "") -> ParsedQuery:
    """The query that every one of `terms` is found."""
    return ParsedQuery(text, tuple(Clause((term,)) for term in terms))
