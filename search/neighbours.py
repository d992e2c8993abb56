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
    ask = _asking(user, asked, engine)
    key = fields.newest_key(case.opened_at, case.pk)

    def beside(sort: Sort) -> int | None:
        cursor: str | None = str(Cursor(sort, 0, key))
        while cursor:
            hits = ask(sort, _AT_ONCE, cursor)
            if seen := _visible(user, hits.ids):
                return seen[0]
            cursor = hits.cursor
        return None

    return Neighbours(beside(_OPPOSITE[asked.sort]), beside(asked.sort))


Ask = Callable[[Sort, int, str | None], Hits]


def _asking(user: Staff, asked: Asked, engine: Reader) -> Ask:
    query = find.understood(asked.text, asked.filters).with_keys(crypto.keyed_hash)
    scope, opened = find.scope_of(user), engine()

    def ask(sort: Sort, size: int, after: str | None) -> Hits:
        return opened.search(query, scope, size=size, after=after, sort=sort, filters=asked.filters)

    return ask


def _looked_for(user: Staff, asked: Asked, case: Case, engine: Reader) -> Neighbours:
    before, found, looked = None, False, 0
    for hits in pages(user, asked, engine=engine):
        for pk in _visible(user, hits.ids):
            if found:
                return Neighbours(before, pk)
            found = pk == case.pk
            before = before if found else pk
        looked += len(hits.ids)
        if looked >= LOOKED_THROUGH and not found:
            return Neighbours()
    return Neighbours(before) if found else Neighbours()


def _visible(user: Staff, ids: tuple[int, ...]) -> list[int]:
    """Those of `ids` that the rows let the person see, in their order."""
    seen = set(access.visible(user, Case.objects.filter(pk__in=ids)).values_list("pk", flat=True))
    return [pk for pk in ids if pk in seen]
