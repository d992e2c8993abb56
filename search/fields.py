"""What every engine keeps of a case, and what a query asks of it: the one meaning of all engines.

An engine has nothing to decide: it gets the words of its text fields ready made, with a space between, and
keywords that are found as a whole only.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.utils import timezone

from hotline import names
from search import analysis, sounds
from search.document import CaseDocument
from search.engine import FACETS, Filters, Scope
from search.query import Days, Term

SCHEMA_VERSION = 3
"""To be raised when the fields or the words change: indexes of another version are built again."""
CONTENT_VERSION = 2
"""To be raised when more of a case is read into its document (`search/build.py`) and the fields stay as they
are: an index of an older one still answers, and the worker builds a new one beside it (`outbox.renew`)."""
TEXTS = ("name", "employer", "head", "body", "grams3", "grams4")
KEYWORDS = (
    *("number", "sound", "alike", "core", "core_sound", "key", "unit", "lawyer", "agent", "mediator"),
    *("mediation", "holder", "stage", "category", "district", "urgency", "month"),
)
NUMBERS = ("case_id", "version", "touched", "newest", "deadline")
FACET_SIZE = 1000
"""Values of a facet that are counted, the most frequent first."""
NONE = "-"
"""Stands for no lawyer, no category and so on, so that these can be counted and chosen as well."""
WHO, HEAD, ANYWHERE, ALIKE = 1, 2, 3, 4
"""How well something is found, the best first: as a name or a number, in what the case is about, anywhere,
only by a name that sounds alike."""
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_NO_DEADLINE = 2**30
"""Days; behind all that have one."""


@dataclass(frozen=True)
class Way:
    """One way to be found: in `field`, these words next to each other, or this keyword."""

    field: str
    words: tuple[str, ...]
    near: bool = False
    """One character of the keyword may be another, missing or too many."""


@dataclass(frozen=True)
class Between:
    """One way to be found: `field` is at least `low` and below `high`; None is an open end."""

    field: str
    low: int | None
    high: int | None


def of_document(doc: CaseDocument) -> dict[str, Any]:
    """The values of all fields, and `live`, which a tombstone is not."""
    everything = (*doc.names, *doc.employers, *doc.codes, *doc.head, *doc.texts)
    folded = {text: names.fold(text) for text in everything}
    words = {text: " ".join(analysis.words_of(plain)) for text, plain in folded.items()}
    numbers = [*doc.phones, *(digits for text in everything for digits in analysis.digits_of(folded[text]))]
    numbers = ["".join(filter(str.isdecimal, names.fold(number))) for number in numbers]
    numbers += [analysis.compact(code) for code in doc.codes]
    cores = sorted({names.employer_core(name) for name in doc.employers} - {""})
    return {
        "case_id": doc.case_id,
        "version": doc.version,
        "touched": touched_key(doc.touched_at) if doc.touched_at else 0,
        "newest": newest_key(doc.opened_at, doc.case_id),
        "deadline": _deadline_key(doc),
        "live": not doc.deleted,
        "name": [words[text] for text in doc.names],
        "employer": [words[text] for text in (*doc.employers, *doc.codes)],
        "head": [words[text] for text in doc.head],
        "body": [words[text] for text in everything],
        "grams3": [" ".join(analysis.grams(number, 3)) for number in numbers],
        "grams4": [" ".join(analysis.grams(number, 4)) for number in numbers],
        "number": analysis.number_keys(doc.number),
        "sound": sounds.pinyin_keys(doc.names),
        "alike": sorted({sounds.whole_sound(name) for name in doc.names} - {""}),
        "core": cores,
        "core_sound": sorted({sounds.whole_sound(core) for core in cores} - {""}),
        "key": list(doc.keys),
        "unit": list(doc.unit_paths),
        "mediation": list(doc.mediation_paths),
        "holder": [str(pk) for pk in doc.holder_ids],
        "lawyer": str(doc.lawyer_id or NONE),
        "agent": str(doc.agent_id or NONE),
        "mediator": str(doc.mediator_id or NONE),
        "stage": doc.stage or NONE,
        "urgency": doc.urgency or NONE,
        "category": doc.category or NONE,
        "district": doc.district or NONE,
        "month": timezone.localtime(doc.opened_at).strftime("%Y-%m"),
    }


def ways(term: Term, level: int = ALIKE) -> Iterator[Way | Between]:
    """The ways in which `term` is found that well or better; any one of them is enough."""
    if term.days:
        yield _opened(term.days)
    elif term.near:
        yield Way("core", (term.near,), near=True)
        yield Way("core_sound", (term.sound,))
    elif term.values:
        yield from (Way(term.field, (value,)) for value in term.values)
    else:
        yield from _texts(term, level)
        yield from _numbers(term)
        if term.alike and level >= ALIKE:
            yield Way("alike", (term.alike,))


def within(scope: Scope) -> list[Way]:
    """The keywords of which a case must have any one to be in `scope`; of none, nothing is found."""
    keywords = [Way("unit", (path,)) for path in scope.unit_paths]
    keywords += [Way("mediation", (path,)) for path in scope.mediation_paths]
    keywords += [Way("lawyer", (str(scope.lawyer_id),))] if scope.lawyer_id else []
    keywords += [Way("holder", (str(scope.holder_id),))] if scope.holder_id else []
    return keywords


def chosen(filters: Filters) -> dict[str, list[Way]]:
    """For each facet of which something was chosen, the keywords of which a case must have any one."""
    return {
        facet: [Way(facet, (value,)) for value in values]
        for facet, values in filters.values.items()
        if facet in FACETS and values
    }


def opened(filters: Filters) -> list[Between]:
    """The moments between which a case must have been opened."""
    return [_opened(filters.days)] if filters.days != Days() else []


def _texts(term: Term, level: int) -> Iterator[Way]:
    if not term.words:
        return
    if term.field:
        yield Way(term.field, term.words)
    elif level >= ANYWHERE:
        # Names, employers and the head stand in it as well.
        yield Way("body", term.words)
    else:
        yield Way("name", term.words)
        yield Way("employer", term.words)
        if level >= HEAD:
            yield Way("head", term.words)


def _numbers(term: Term) -> Iterator[Way]:
    if len(term.digits) == 3:
        yield Way("grams3", (term.digits,))
    elif term.digits:
        yield Way("grams4", tuple(analysis.grams(term.digits, 4)))
    for field, value in (("number", term.number), ("sound", term.sound), ("key", term.key)):
        if value:
            yield Way(field, (value,))


def _seconds(moment: datetime) -> int:
    return max(int((moment - _EPOCH).total_seconds()), 0)


def touched_key(moment: datetime) -> int:
    """The moment in whole milliseconds: both sides of a comparison lose the same."""
    return max((moment - _EPOCH) // timedelta(milliseconds=1), 0)


def newest_key(opened_at: datetime, case_id: int) -> int:
    """Sorts by opening moment, then id, so that each case has a place of its own to page from."""
    return (_seconds(opened_at) << 32) | (case_id & 0xFFFFFFFF)


def _deadline_key(doc: CaseDocument) -> int:
    """Sorts by the nearest deadline, then id; cases without one come last."""
    days = (doc.next_due - _EPOCH.date()).days if doc.next_due else _NO_DEADLINE
    return (max(days, 0) << 32) | (doc.case_id & 0xFFFFFFFF)


def _opened(days: Days) -> Between:
    low = _midnight_key(days.first) if days.first else None
    high = _midnight_key(days.last + timedelta(days=1)) if days.last else None
    return Between("newest", low, high)


def _midnight_key(day: date) -> int:
    midnight = datetime(day.year, day.month, day.day)
    return _seconds(timezone.make_aware(midnight)) << 32
