"""What every engine keeps of a case, and what a query asks of it: the one meaning of all engines.

An engine has nothing to decide: it gets the words of its text fields ready made, with a space between, and
keywords that are found as a whole only.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from search import analysis
from search.document import CaseDocument
from search.engine import Scope
from search.query import Term

SCHEMA_VERSION = 1
"""To be raised when the fields or the words change: indexes of another version are built again."""
TEXTS = ("body", "grams3", "grams4")
KEYWORDS = ("number", "sound", "key", "unit", "lawyer", "mediation", "holder", "stage")
NUMBERS = ("case_id", "version", "newest")
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_LARGEST = 2**63 - 1


def of_document(doc: CaseDocument) -> dict[str, Any]:
    """The values of all fields, and `live`, which a tombstone is not."""
    numbers = [*doc.phones, *(digits for text in doc.texts for digits in analysis.digits_in(text))]
    numbers = ["".join(filter(str.isdecimal, analysis.fold(number))) for number in numbers]
    return {
        "case_id": doc.case_id,
        "version": doc.version,
        "newest": _newest_key(doc),
        "live": not doc.deleted,
        "body": [" ".join(analysis.words(text)) for text in (*doc.names, *doc.texts)],
        "grams3": [" ".join(analysis.grams(number, 3)) for number in numbers],
        "grams4": [" ".join(analysis.grams(number, 4)) for number in numbers],
        "number": analysis.number_keys(doc.number),
        "sound": analysis.pinyin_keys(doc.names),
        "key": list(doc.keys),
        "unit": list(doc.unit_paths),
        "lawyer": [str(doc.lawyer_id)] if doc.lawyer_id else [],
        "mediation": list(doc.mediation_paths),
        "holder": [str(pk) for pk in doc.holder_ids],
        "stage": doc.stage,
    }


def ways(term: Term) -> Iterator[tuple[str, tuple[str, ...]]]:
    """In which field which words may stand next to each other for `term` to be found; any one is enough."""
    yield "body", term.words
    if len(term.digits) == 3:
        yield "grams3", (term.digits,)
    elif term.digits:
        yield "grams4", tuple(analysis.grams(term.digits, 4))
    for field, value in (("number", term.number), ("sound", term.sound), ("key", term.key)):
        if value:
            yield field, (value,)


def within(scope: Scope) -> list[tuple[str, str]]:
    """The keywords of which a case must have any one to be in `scope`; of none, nothing is found."""
    keywords = [("unit", path) for path in scope.unit_paths]
    keywords += [("mediation", path) for path in scope.mediation_paths]
    keywords += [("lawyer", str(scope.lawyer_id))] if scope.lawyer_id else []
    keywords += [("holder", str(scope.holder_id))] if scope.holder_id else []
    return keywords


def position(after: str | None) -> int | None:
    """Where a page begins. Raises ValueError for what no engine has given out as a cursor."""
    if not after:
        return None
    found = int(after)
    if abs(found) > _LARGEST:
        raise ValueError("invalid literal: no cursor is that large")
    return found


def _newest_key(doc: CaseDocument) -> int:
    """Sorts by opening moment, then id, so that each case has a place of its own to page from."""
    seconds = int((doc.opened_at - _EPOCH).total_seconds())
    return (max(seconds, 0) << 32) | (doc.case_id & 0xFFFFFFFF)
