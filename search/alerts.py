"""The worker's duty that looks after saved searches: what is new in each, in its owner's own scope.

What a search finds when it is saved is noted first, one row each. From then on only cases that have changed
are compared, and only once the index has them; a case is told once, whatever happens to it afterwards.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import QuerySet

from hotline import access, crypto
from hotline.actions import searches
from hotline.enums import SearchAlert
from hotline.models import Case, SavedSearch
from search import analysis, engines, find, neighbours
from search.asked import Asked, asked_at
from search.engine import Engine, EngineDown, Hits
from search.query import BadQuery, Clause, ParsedQuery, Term

log = structlog.get_logger(__name__)
EVERY = {
    SearchAlert.AT_ONCE: timedelta(seconds=10),
    SearchAlert.DAILY: timedelta(minutes=10),
    SearchAlert.WEEKLY: timedelta(minutes=10),
    SearchAlert.ABOVE: timedelta(minutes=1),
}
"""How often a saved search is looked at."""
OVERLAP = timedelta(minutes=2)
"""Changes may commit after their moment: so much is looked at once more."""
WAITED_FOR = timedelta(hours=1)
"""How long a case that is not indexed is waited for."""
AFTER_TROUBLE = timedelta(minutes=10)
AT_ONCE = 20
"""Saved searches of one run."""
_BATCH = 100
_COMPARED = 2000
"""Changed cases that one run compares; the next goes on from there."""
Reader = Callable[[], Engine]


def look(now: datetime, *, engine: Reader = engines.reader) -> int:
    """Evaluate the saved searches that are due; returns how many new cases and rises were told.

    A kill in between changes nothing: each search is one transaction with its row locked. While the engine is
    down all of them wait.
    """
    told = 0
    due = SavedSearch.objects.filter(due_at__lte=now, owner__is_active=True).order_by("due_at", "pk")
    for pk in list(due.values_list("pk", flat=True)[:AT_ONCE]):
        try:
            told += _look_at(pk, now, engine)
        except EngineDown as error:
            log.warning("alerts wait for the search", kind=type(error.__cause__ or error).__name__)
            break
    return told


@transaction.atomic
def _look_at(pk: int, now: datetime, engine: Reader) -> int:
    rows = SavedSearch.objects.select_for_update(of=("self",)).select_related("owner__unit")
    row = rows.filter(pk=pk, due_at__lte=now).first()
    if row is None:
        return 0
    row.due_at, row.problem = now + EVERY[SearchAlert(row.alert)], ""
    told = 0
    try:
        told = _evaluated(row, asked_at(row.address), now, engine)
    except BadQuery as error:
        row.problem, row.due_at = error.message[:200], now + AFTER_TROUBLE
    row.save()
    return told


def _evaluated(row: SavedSearch, asked: Asked, now: datetime, engine: Reader) -> int:
    if row.alert == SearchAlert.ABOVE:
        total = next(neighbours.pages(row.owner, asked, size=1, engine=engine)).total
        return searches.tell_above(row, total, now)
    if row.counted_at is None:
        return _note_what_is_there(row, asked, now, engine)
    _compare_changed(row, asked, now, engine)
    if row.alert == SearchAlert.AT_ONCE:
        return searches.tell_new(row, now)
    if row.tell_at is None or row.tell_at <= now:
        row.tell_at = searches.next_telling(row.alert, now)
        return searches.tell_new(row, now)
    return 0


def _note_what_is_there(row: SavedSearch, asked: Asked, now: datetime, engine: Reader) -> int:
    noted = 0
    for hits in neighbours.pages(row.owner, replace(asked, sort="newest"), engine=engine):
        noted += searches.note_found(row, _visible(row, hits), fresh=False)
        if noted > searches.WIDEST:
            break
    row.counted_at = row.looked_at = now
    return 0


def _compare_changed(row: SavedSearch, asked: Asked, now: datetime, engine: Reader) -> None:
    """Note as new those of the cases changed since the last look that the search finds now."""
    assert row.looked_at is not None
    changed = access.visible(row.owner, Case.objects.filter(updated_at__gt=row.looked_at - OVERLAP))
    changed = changed.order_by("updated_at", "pk")
    part = list(changed.values_list("pk", "number", "updated_at")[:_COMPARED])
    waiting = _not_yet_indexed(changed)
    known = set(row.hits.filter(case__in=[pk for pk, *_rest in part]).values_list("case_id", flat=True))
    numbers = [number for pk, number, _at in part if pk not in known]
    query = find.understood(asked.text, asked.filters).with_keys(crypto.keyed_hash)
    for start in range(0, len(numbers), _BATCH):
        batch = _among(query, numbers[start : start + _BATCH])
        hits = engine().search(batch, find.scope_of(row.owner), size=_BATCH, filters=asked.filters)
        searches.note_found(row, _visible(row, hits), fresh=True)
    reached = part[-1][2] + OVERLAP if len(part) == _COMPARED else now
    if waiting:
        # A case that waits for the index is looked at again, but does not hold up the others for ever.
        reached = min(reached, max(waiting, now - WAITED_FOR))
    row.looked_at = max(row.looked_at, reached)


def _visible(row: SavedSearch, hits: Hits) -> list[int]:
    # The rows have the last word.
    return list(access.visible(row.owner, Case.objects.filter(pk__in=hits.ids)).values_list("pk", flat=True))


def _not_yet_indexed(changed: QuerySet[Case]) -> datetime | None:
    """Since when the longest waiting of `changed` waits for its place in the index."""
    return changed.filter(search_mark__isnull=False).values_list("updated_at", flat=True).first()


def _among(query: ParsedQuery, numbers: Iterable[str]) -> ParsedQuery:
    """`query`, of the cases with these numbers alone."""
    wanted = (Term(number, number=analysis.compact(number), field="number") for number in numbers)
    return replace(query, clauses=(*query.clauses, Clause(tuple(wanted))))
