"""What stands before and after a case in a found list, and the ids of a whole list."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hotline import access, crypto
from hotline.models import Case, Staff
from search import engines, fields, find
from search.asked import Asked
from search.engine import Engine, Hits
from search.paging import MOVING, Cursor, Sort

LOOKED_THROUGH = 1000
"""Cases from the top of a list by relevance or deadline in which neighbours are looked for."""
_AT_ONCE = 10
_OPPOSITE: dict[Sort, Sort] = {"newest": "oldest", "oldest": "newest"}
Reader = Callable[[], Engine]


@dataclass(frozen=True)
class Neighbours:
    """Ids of the cases beside one in a list, of those that the person may see; None where there is none."""

    before: int | None = None
    after: int | None = None
    place: int | None = None
    """Which one of the list the case is, from 1; None where it is not in it any more, or far down."""
    total: int = 0


def pages(
    user: Staff, asked: Asked, *, size: int = find.SIZE_LIMIT, engine: Reader = engines.reader
) -> Iterator[Hits]:
    """The pages of the list, without end. Ids only: the rows must still say what the person may see.

    Raises BadQuery and EngineDown. Notes nothing in the access log: that is the caller's.
    """
    ask = _asking(user, asked, engine)
    hits = ask(asked.sort, size, None)
    yield hits
    while hits.cursor:
        hits = ask(asked.sort, size, hits.cursor)
        yield hits


def of(user: Staff, asked: Asked, case: Case, *, engine: Reader = engines.reader) -> Neighbours:
    """The neighbours of `case` in the list as it is now.

    By `newest` and `oldest` the case's own moment is its place, however far down. By the other orders the
    first 1,000 of the list are looked through. Raises BadQuery and EngineDown.
    """
    if asked.sort in MOVING:
        return _looked_for(user, asked, case, engine)
    ask = _asking(user, asked, engine, placed=True)
    key = fields.newest_key(case.opened_at, case.pk)

    def beside(sort: Sort) -> tuple[int | None, Hits]:
        first = hits = ask(sort, _AT_ONCE, str(Cursor(sort, 0, key)))
        while not (seen := _visible(user, hits.ids)) and hits.cursor:
            hits = ask(sort, _AT_ONCE, hits.cursor)
        return (seen[0] if seen else None), first

    before, above = beside(_OPPOSITE[asked.sort])
    after, below = beside(asked.sort)
    place = (above.behind or 0) + 1
    # It may have been found when the list was shown, and be found no longer.
    inside = place + (below.behind or 0) == below.total
    return Neighbours(before, after, place if inside else None, below.total)


Ask = Callable[[Sort, int, str | None], Hits]


def _asking(user: Staff, asked: Asked, engine: Reader, *, placed: bool = False) -> Ask:
    query = find.understood(asked.text, asked.filters).with_keys(crypto.keyed_hash)
    scope, opened = find.scope_of(user), engine()

    def ask(sort: Sort, size: int, after: str | None) -> Hits:
        return opened.search(
            query, scope, size=size, after=after, sort=sort, filters=asked.filters, placed=placed
        )

    return ask


def _looked_for(user: Staff, asked: Asked, case: Case, engine: Reader) -> Neighbours:
    before, place, seen, looked, total = None, None, 0, 0, 0
    for hits in pages(user, asked, engine=engine):
        total = total or hits.total
        for pk in _visible(user, hits.ids):
            if place:
                return Neighbours(before, pk, place, total)
            seen += 1
            place = seen if pk == case.pk else None
            before = before if place else pk
        looked += len(hits.ids)
        if looked >= LOOKED_THROUGH and not place:
            return Neighbours()
    return Neighbours(before, None, place, total) if place else Neighbours()


def _visible(user: Staff, ids: tuple[int, ...]) -> list[int]:
    """Those of `ids` that the rows let the person see, in their order."""
    seen = set(access.visible(user, Case.objects.filter(pk__in=ids)).values_list("pk", flat=True))
    return [pk for pk in ids if pk in seen]
