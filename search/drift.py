"""The drift meter: compares index and database all the time, in small steps, and mends what differs.

Each step compares the versions of the next cases by their ids, and the moments of their last change: other
cases of a renamed caller keep their version. When it has come to the end it begins again. What waits
in a mark is no difference: the mark says so itself. What differs is marked, so that it is written again, or
taken out of the index where the database has no such case. A case of which the index has a later version than
the database (a backup was put back) cannot be mended so: that takes `search_rebuild`.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from django.db.models import F
from django.utils import timezone

from hotline.models import Case, SearchDrift
from search import engines, fields, outbox
from search.document import CaseDocument
from search.engine import Engine, EngineDown, IndexedVersion, WriterBusy

log = structlog.get_logger(__name__)
STEP = 1000
"""Cases compared at once, at most."""
PACE = timedelta(seconds=1)
"""Between two steps, however many workers there are."""
ROUND = timedelta(seconds=10)
"""Between a round's end and the next one's beginning."""
ONLY = 1
"""The key of the one row."""


@dataclass
class Stretch:
    """What the comparison of some cases has found; `last` is the highest id, None behind the last case."""

    last: int | None
    late: list[int] = field(default_factory=list)
    """The index has an earlier version, or nothing."""
    surplus: list[IndexedVersion] = field(default_factory=list)
    """The database has no such case."""
    ahead: list[int] = field(default_factory=list)
    """The index has a later version."""

    def __len__(self) -> int:
        return len(self.late) + len(self.surplus) + len(self.ahead)


def step(now: datetime) -> int:
    """Compare the next cases and mend what differs; returns how many differed.

    Does nothing where another worker has just done it, where there is no index yet, or where the engine does
    not answer: what waits for it is told elsewhere (`outbox.drain`).
    """
    try:
        name = engines.in_use().name()
        row = _claimed(name, now) if name else None
        if row is None:
            return 0
        stretch = compare(engines.reader(), row.position)
        repaired = _mend(stretch)
    except EngineDown:
        return 0
    if len(stretch):
        log.warning(
            "search.drift", late=len(stretch.late), surplus=len(stretch.surplus), ahead=len(stretch.ahead)
        )
    _note(row, stretch, repaired)
    return len(stretch)


def meter() -> SearchDrift | None:
    """What was found so far; None before the first step."""
    return SearchDrift.objects.filter(pk=ONLY).first()


def compare(engine: Engine, after: int) -> Stretch:
    """What differs among the next `STEP` cases above the id `after`. Raises EngineDown.

    The rows are read first. A case without a mark stands in the index at that version or a later one from
    then on; what seems to be ahead of the rows is looked up in them again, because they only grow.
    """
    cases = Case.objects.filter(pk__gt=after).order_by("pk")
    # One statement: no change comes between a case's version and its mark.
    rows = list(cases.values_list("pk", "version", "updated_at", "search_mark__pk")[:STEP])
    indexed = engine.versions(after, STEP)
    ends = [rows[-1][0]] if len(rows) == STEP else []
    ends += [indexed[-1].case_id] if len(indexed) == STEP else []
    stretch = Stretch(min(ends, default=None))
    inside = {one.case_id: one for one in indexed if _within(one.case_id, stretch)}
    for pk, version, touched, mark in rows:
        there = inside.get(pk)
        if mark is None and _within(pk, stretch) and (there is None or _is_late(there, version, touched)):
            stretch.late.append(pk)
    stored = {pk: version for pk, version, *_rest in rows}
    _look_again(stretch, [one for one in inside.values() if stored.get(one.case_id, 0) < one.version])
    return stretch


def _within(pk: int, stretch: Stretch) -> bool:
    return stretch.last is None or pk <= stretch.last


def _is_late(there: IndexedVersion, stored: int, touched: datetime) -> bool:
    if there.version != stored:
        return there.version < stored
    # A caller or an employer has another name: the version of their other cases is the same.
    return there.deleted or there.touched < fields.touched_key(touched)


def _look_again(stretch: Stretch, seeming: Collection[IndexedVersion]) -> None:
    if not seeming:
        return
    ids = [one.case_id for one in seeming]
    stored = dict(Case.objects.filter(pk__in=ids).values_list("pk", "version"))
    for one in seeming:
        if one.case_id not in stored:
            if not one.deleted:
                stretch.surplus.append(one)
        elif stored[one.case_id] < one.version:
            stretch.ahead.append(one.case_id)


def _mend(stretch: Stretch) -> int:
    """Mark what is late, take out what is too much; returns how many cases that were."""
    outbox.mark_again(dict.fromkeys(stretch.late, ""))
    return len(stretch.late) + _take_out(stretch.surplus)


def _take_out(surplus: Collection[IndexedVersion]) -> int:
    if not surplus:
        return 0
    now = timezone.now()
    gone = [CaseDocument(one.case_id, one.version, "", now, deleted=True) for one in surplus]
    try:
        with engines.in_use().writing() as written:
            for engine in written:
                engine.write(gone)
    except WriterBusy:
        return 0  # The process that writes comes across them in its turn.
    return len(gone)


def _claimed(name: str, now: datetime) -> SearchDrift | None:
    """The row, if a step of this index is due and nobody else has taken it."""
    row, _made = SearchDrift.objects.get_or_create(
        pk=ONLY, defaults={"index": name, "due_at": now, "began_at": now}
    )
    if row.due_at > now:
        return None
    same = SearchDrift.objects.filter(pk=ONLY, due_at=row.due_at)
    if row.index != name:
        # A round belongs to one index.
        row.index, row.position, row.found, row.began_at = name, 0, 0, now
    row.due_at = now + PACE
    changed = ("index", "position", "found", "began_at", "due_at")
    return row if same.update(**{field: getattr(row, field) for field in changed}) else None


def _note(row: SearchDrift, stretch: Stretch, repaired: int) -> None:
    """Write down how far it came, unless another worker has done the same stretch meanwhile."""
    same = SearchDrift.objects.filter(pk=ONLY, index=row.index, position=row.position, began_at=row.began_at)
    found = row.found + len(stretch)
    if stretch.last is not None:
        same.update(position=stretch.last, found=found, repaired=F("repaired") + repaired)
        return
    now = timezone.now()
    rounds_off = row.rounds_off + 1 if found else 0
    ended = same.update(
        position=0,
        began_at=now,
        ended_at=now,
        due_at=now + ROUND,
        found=0,
        differing=found,
        rounds_off=rounds_off,
        repaired=F("repaired") + repaired,
    )
    if ended and rounds_off > 1:
        # The round before has mended what it could.
        log.error("search.drift.stays", differing=found, rounds=rounds_off, index=row.index)
