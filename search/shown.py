"""What is shown of found cases, kept for a moment: while somebody types, the same cases are found again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from django.utils.translation import get_language

from hotline.models import Case
from search import build

MOST = 500
"""Cases that are kept; then all are read anew."""
SECONDS = 20
"""The text of a file that was read changes nothing else of its case: it is shown after so long at most."""
Key = tuple[int, int, datetime, str | None, int]


@dataclass(frozen=True)
class Shown:
    """What stands in a case, from which the snippets are made, and whose it is."""

    employers: tuple[str, ...]
    numbers: tuple[str, ...]
    texts: tuple[build.Text, ...]


kept: dict[Key, Shown] = {}


def of(cases: Sequence[Case]) -> dict[int, Shown]:
    """What stands in each of `cases`, which the caller may see, in the language of the page."""
    keys = {case.pk: _key(case) for case in cases}
    found = {pk: shown for pk, key in keys.items() if (shown := kept.get(key))}
    missing = Case.objects.filter(pk__in=keys.keys() - found.keys())
    read = {case.pk: _read(case) for case in build.with_texts(missing)} if len(found) < len(keys) else {}
    if len(kept) + len(read) > MOST:
        kept.clear()
    # A case that has changed since the caller read it is kept under what it was: its next reading is another.
    kept.update((keys[pk], shown) for pk, shown in read.items())
    return found | read


def _key(case: Case) -> Key:
    return case.pk, case.version, case.updated_at, get_language(), int(monotonic() // SECONDS)


def _read(case: Case) -> Shown:
    return Shown(tuple(build.employer_names(case)), tuple(build.numbers(case)), tuple(build.texts(case)))
