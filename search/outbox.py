"""Brings the index up to the rows, from the marks that each change leaves (`events.record`).

A mark is claimed by moving its due moment on, its case is read as it is now and written, and only then is
the mark removed, if nothing has marked the case again meanwhile. A crash leaves the mark: the case is
written again, which changes nothing. A case that cannot be written waits ever longer and is never dropped.
"""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django import db
from django.db import connection, transaction
from django.db.models import Count, F, Min
from django.utils import timezone

from hotline.models import Case, SearchMark
from search import build, engines
from search.building import always
from search.document import CaseDocument
from search.engine import Engine, EngineDown, WriterBusy

log = structlog.get_logger(__name__)
LEASE = timedelta(seconds=15)
"""After this long a mark that was claimed and not removed is due again."""
ENGINE_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE_SECONDS = 600
BUILD_BATCH = 500
RENEW_SECONDS = 20


def drain(limit: int = 200) -> int:
    """Write up to `limit` marked cases to the index; returns how many marks were taken on.

    0 where nothing is due or another process writes. Builds the index where there is none yet. Raises
    EngineDown where the index cannot be written; the marks then stay.
    """
    try:
        home = engines.in_use()
        if not home.built():
            rebuild(needed=lambda: not home.built())
        if not SearchMark.objects.filter(due_at__lte=timezone.now()).exists():
            return 0
        with home.writing() as written:
            return _drain_into(written, limit)
    except WriterBusy:
        return 0


def lag_seconds() -> float | None:
    """How long the oldest change waits to be found, in seconds; None where nothing waits.

    Without the cases that cannot be read or written: `poison` tells of those.
    """
    return _age(SearchMark.objects.filter(problem="").aggregate(at=Min("marked_at"))["at"])


@dataclass(frozen=True)
class Poison:
    """The cases that cannot be read or written: they are tried again ever more rarely, and never dropped."""

    count: int
    seconds: float | None
    """How long the oldest of them has waited."""
    kinds: Mapping[str, int]
    """How many there are of each kind of error."""


def poison() -> Poison:
    """What cannot be brought into the index at present."""
    marks = SearchMark.objects.exclude(problem="")
    kinds = dict(marks.values_list("problem").annotate(Count("pk")).order_by("problem"))
    return Poison(sum(kinds.values()), _age(marks.aggregate(at=Min("marked_at"))["at"]), kinds)


def _age(moment: datetime | None) -> float | None:
    return None if moment is None else max((timezone.now() - moment).total_seconds(), 0.0)


def renew(now: datetime) -> int:
    """Build the index anew, where the one in use was made by code that read less of a case.

    Goes on for `RENEW_SECONDS` at each call, so that the worker can end and other changes get their turn;
    returns how many cases are in the new one once it is in use, until then 0. Raises EngineDown.
    """
    home, end = engines.in_use(), time.monotonic() + RENEW_SECONDS
    if not home.outdated():
        return 0
    seen: set[int] = set()

    def pause(done: int) -> None:
        seen.add(done)
        # However slow it is, it has come on by some cases each time.
        if len(seen) > 1 and time.monotonic() > end:
            raise _EnoughForNowError

    try:
        return rebuild(needed=home.outdated, progress=pause)
    except (WriterBusy, _EnoughForNowError):
        return 0


class _EnoughForNowError(Exception):
    """The building stands half done, as after a kill, and is gone on with."""


def rebuild(
    *,
    afresh: bool = False,
    needed: Callable[[], bool] = always,
    progress: Callable[[int], None] = lambda done: None,
) -> int:
    """Build the index anew beside the one in use, then switch; returns how many cases are in it.

    Goes on where a builder that was killed had come to, unless `afresh`. `progress` is told how many cases
    are in the new one. Searches go on meanwhile, and changes reach both. Raises WriterBusy where another
    process holds the index and does not step aside, or it is no longer `needed` once that has, EngineDown
    where it cannot be written.
    """
    home = engines.in_use()
    with home.building(afresh=afresh, needed=needed) as building:
        last = building.position
        done = Case.objects.filter(pk__lte=last).count()
        if done:
            progress(done)
        while ids := _case_ids(last):
            docs, problems = _documents(ids)
            mark_again({**problems, **building.engine.write(docs)})
            last, done = ids[-1], done + len(ids)
            building.keep_position(last)
            progress(done)
            _drain_into(building.written, BUILD_BATCH)
        # A case that committed behind `last` has a mark of its own.
        while _drain_into(building.written, BUILD_BATCH):
            pass
        return building.engine.count()


def _case_ids(above: int) -> list[int]:
    cases = Case.objects.filter(pk__gt=above).order_by("pk")
    return list(cases.values_list("pk", flat=True)[:BUILD_BATCH])


def _drain_into(written: Sequence[Engine], limit: int) -> int:
    marks, lease = _claim(limit)
    if not marks:
        return 0
    docs, problems = _documents(marks)
    try:
        for engine in written:
            problems |= _refused(engine.write(docs))
    except EngineDown:
        # The cases are not to blame: they do not count it as a try.
        SearchMark.objects.filter(pk__in=marks, due_at=lease).update(due_at=timezone.now() + ENGINE_PAUSE)
        raise
    # A change since the claim has moved the due moment of its mark, which then stays.
    written_well = set(marks) - set(problems)
    if _remove(written_well, lease) < len(written_well):
        _mark_overtaken(written_well)
    _postpone(problems, lease)
    return len(marks)


def _refused(problems: Mapping[int, str]) -> Mapping[int, str]:
    for pk, kind in problems.items():
        log.error("search.refused", case=pk, kind=kind)
    return problems


@transaction.atomic
def _remove(marks: Collection[int], lease: datetime) -> int:
    """Remove those of `marks` that are as they were claimed; returns how many.

    One that somebody holds at this moment is being marked again: waiting for it, with others in hand,
    could lock up with a change of two cases.
    """
    mine = SearchMark.objects.filter(pk__in=marks, due_at=lease)
    if connection.features.has_select_for_update_skip_locked:
        mine = SearchMark.objects.filter(
            pk__in=list(mine.select_for_update(skip_locked=True).values_list("pk", flat=True))
        )
    removed, _each = mine.delete()
    return removed


def _claim(limit: int) -> tuple[list[int], datetime]:
    now = timezone.now()
    lease = now + LEASE
    with transaction.atomic():
        due = SearchMark.objects.filter(due_at__lte=now).order_by("due_at")
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        marks = list(due.values_list("pk", flat=True)[:limit])
        SearchMark.objects.filter(pk__in=marks).update(due_at=lease)
    return marks, lease


def _documents(ids: Sequence[int]) -> tuple[list[CaseDocument], dict[int, str]]:
    """The documents of these cases, and the cases whose rows cannot be read, with the kind of error.

    Each case's own row is read before what hangs on it, so what is written is never older than its version.
    """
    try:
        return [build.document(case) for case in build.with_texts(Case.objects.filter(pk__in=ids))], {}
    except Exception as error:  # Whatever is wrong with one case must not hold up the others.
        if isinstance(error, db.Error) and not connection.is_usable():
            raise  # The database has gone, and no case is to blame: their marks wait for the lease to end.
        if len(ids) == 1:
            # The kind only: a message may quote the row.
            log.error("search.unreadable", case=ids[0], kind=type(error).__name__)
            return [], {ids[0]: type(error).__name__}
    docs: list[CaseDocument] = []
    problems: dict[int, str] = {}
    for pk in ids:
        found, failed = _documents([pk])
        docs += found
        problems |= failed
    return docs, problems


def _postpone(problems: Mapping[int, str], lease: datetime) -> None:
    for pk, problem in problems.items():
        mark = SearchMark.objects.filter(pk=pk, due_at=lease)
        tries = mark.values_list("tries", flat=True).first() or 0
        pause = min(2 ** min(tries + 1, 20), LONGEST_PAUSE_SECONDS)
        mark.update(
            tries=F("tries") + 1, problem=problem[:300], due_at=timezone.now() + timedelta(seconds=pause)
        )


def _mark_overtaken(ids: Collection[int]) -> None:
    """Mark those again whose marks another process has removed: it may have written a later reading first."""
    marked = set(SearchMark.objects.filter(pk__in=ids).values_list("pk", flat=True))
    mark_again(dict.fromkeys(set(ids) - marked, ""))


def mark_again(problems: Mapping[int, str]) -> None:
    """Mark these cases where they are not marked already, each with what was wrong with it, if anything."""
    now = timezone.now()
    there = Case.objects.filter(pk__in=list(problems)).values_list("pk", "version")
    SearchMark.objects.bulk_create(
        [
            SearchMark(case_id=pk, version=version, marked_at=now, due_at=now, problem=problems[pk])
            for pk, version in there
        ],
        ignore_conflicts=True,
    )
