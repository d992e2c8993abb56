"""What is measured of the search inside one process; the first argument names it. Prints one JSON object."""

import json
import os
import sys
import time
from collections.abc import Callable
from http.client import HTTPConnection
from itertools import islice
from time import perf_counter
from typing import Any
from urllib.parse import quote, urlsplit

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hotline.settings")
django.setup()

from django.db import connection, transaction  # noqa: E402

from deploy.benchmark import search_bare  # noqa: E402
from deploy.benchmark.search_kinds import Kind, Search, kinds  # noqa: E402
from hotline import events  # noqa: E402
from hotline.demo.bulk_words import Planted, planted  # noqa: E402
from hotline.enums import Role  # noqa: E402
from hotline.models import Case, SearchMark, Staff  # noqa: E402
from search import build, engines, fields, find, outbox  # noqa: E402
from search.document import CaseDocument  # noqa: E402
from search.engine import FACETS  # noqa: E402
from search.grammar import parse  # noqa: E402

SAMPLE = 4000
"""Documents whose writing is compared with the engine's own bulk."""
ROUNDS = 24
WARM = 2
MOST_CHECKED = 5
"""Wrong answers that are told of one kind."""
QUIET_SECONDS, CATCH_UP_SECONDS = 5, 300


# --- Writing ---------------------------------------------------------------------------------------
def index() -> dict[str, Any]:
    """Build the index of all cases; then write the same documents by ours and by the engine's own bulk."""
    cases = Case.objects.count()
    started = perf_counter()
    outbox.rebuild()
    seconds = perf_counter() - started
    yardstick = search_bare.yardstick()
    bytes_of_all = yardstick.size()
    docs = list(_documents(SAMPLE))
    bare = [fields.of_document(doc) for doc in docs]
    pairs = []
    for turn in range(4):
        one = lambda: yardstick.ours(docs)  # noqa: E731
        other = lambda: yardstick.bulk(bare)  # noqa: E731
        first, second = (one, other) if turn % 2 else (other, one)
        taken = [_seconds(first), _seconds(second)]
        pairs.append(taken if turn % 2 else taken[::-1])
    ours, theirs = (sorted(pair[n] for pair in pairs)[len(pairs) // 2] for n in (0, 1))
    return {
        "cases": cases, "seconds": seconds, "size": bytes_of_all,
        "ours": len(docs) / ours, "bare": len(docs) / theirs,
    }  # fmt: skip


def _documents(count: int) -> list[CaseDocument]:
    ids = list(Case.objects.order_by("pk").values_list("pk", flat=True)[:count])
    found: list[CaseDocument] = []
    for start in range(0, len(ids), search_bare.BATCH):
        part = build.with_texts(Case.objects.filter(pk__in=ids[start : start + search_bare.BATCH]))
        found += [build.document(case) for case in part]
    return found


def _seconds(work: Callable[[], None]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started


# --- Asking ----------------------------------------------------------------------------------------
class Page:
    """The search page as it is fetched while someone types, over one kept connection."""

    def __init__(self, address: str, cookie: str) -> None:
        self._wire = HTTPConnection(urlsplit(address).netloc, timeout=120)
        self._headers = {"Cookie": cookie, "HX-Request": "true", "HX-Target": "results"}

    def ask(self, typed: str) -> tuple[float, str]:
        """Seconds and what came; a status other than 200 stands in it."""
        started = perf_counter()
        self._wire.request(
            "GET", f"/search/?q={quote(typed)}" if typed else "/search/", headers=self._headers
        )
        answer = self._wire.getresponse()
        body = answer.read().decode()
        seconds = perf_counter() - started
        return seconds, body if answer.status == 200 else f"status {answer.status}"


def ask(address: str, cookie: str, total: str) -> dict[str, Any]:
    """Each kind of search by the page and by the engine alone in turn: seconds, and what was wrong."""
    page, yardstick = Page(address, cookie), search_bare.yardstick()
    user = Staff.objects.select_related("unit").get(role=Role.SUPERVISOR, unit__parent=None, is_active=True)
    found = {}
    for kind in kinds(_planted(int(total))):
        ours, bare, plain = [], [], []
        for turn, search in enumerate(islice(_in_turn(kind), ROUNDS + WARM)):
            took = page.ask(search.typed)[0]
            started = perf_counter()
            yardstick.search(search.bare)
            alone = perf_counter() - started
            empty = page.ask("")[0]
            if turn >= WARM:
                ours.append(took)
                bare.append(alone)
                plain.append(empty)
        wrong = [one for search in kind.searches for one in _wrong(user, page, yardstick, search)]
        found[kind.name] = {"ours": ours, "bare": bare, "plain": plain, "wrong": wrong[:MOST_CHECKED]}
    return found


def typed(total: str) -> dict[str, list[dict[str, Any]]]:
    """The searches of each kind as they are typed, and what each must find here."""
    return {
        kind.name: [
            {"typed": one.typed, "found": len(one.wanted), "alone": one.alone, "offered": one.offered}
            for one in kind.searches
        ]
        for kind in kinds(_planted(int(total)))
    }


def _planted(total: int) -> list[tuple[Planted, str]]:
    numbers = dict(
        Case.objects.filter(person__name__in=[one.name for one in planted(total)]).values_list(
            "person__name", "number"
        )
    )
    return [(one, numbers[one.name]) for one in planted(total)]


def _in_turn(kind: Kind) -> Any:
    while True:
        yield from kind.searches


def _wrong(user: Staff, page: Page, yardstick: search_bare.Yardstick, search: Search) -> list[str]:
    """What is wrong with the answer: a planted case that is missing, a case that does not fit, a total."""
    body = page.ask(search.typed)[1]
    if "data-total=" not in body:
        return [f"{search.typed}: {body[:80]}"]
    # With facets, as the page asks: without them an engine need not count to the end.
    hits = engines.reader().search(parse(search.typed), find.scope_of(user), size=100, facets=FACETS)
    numbers = dict(Case.objects.filter(pk__in=hits.ids).values_list("pk", "number"))
    wrong = [] if f'data-total="{hits.total}"' in body else [f"{search.typed}: the page has another total"]
    cases = build.with_texts(Case.objects.filter(pk__in=hits.ids))
    wrong += [
        f"{search.typed}: {case.number} does not fit"
        for case in cases
        if not search.fits(build.document(case))
    ]
    if search.alone and hits.total != len(search.wanted):
        wrong.append(f"{search.typed}: {hits.total} found, {len(search.wanted)} are there")
    if not search.alone and hits.total < yardstick.search(search.bare):
        wrong.append(f"{search.typed}: {hits.total} found, the engine alone finds more")
    if search.offered and search.offered not in body:
        wrong.append(f"{search.typed}: {search.offered} is not offered")
    missing = set(search.wanted) - set(numbers.values())
    return wrong + [
        f"{search.typed}: {one} is missing" for one in missing if not _found_with(user, search, one)
    ]


def _found_with(user: Staff, search: Search, number: str) -> bool:
    """Whether a case that is not among the first hundred is found among its own kind."""
    both = parse(f"{search.typed} 案号:{number}")
    return engines.reader().search(both, find.scope_of(user), size=1).total == 1


# --- Changing --------------------------------------------------------------------------------------
def visible(rate: str, seconds: str) -> dict[str, Any]:
    """So many changes a second, written by the worker beside; after how long each tenth of them was found."""
    user = Staff.objects.select_related("unit").get(role=Role.SUPERVISOR, unit__parent=None, is_active=True)
    cases = list(Case.objects.order_by("-pk")[: 4 * int(rate)])
    wanted = int(rate) * int(seconds)
    _settle()
    # A kept database still has the numbers of the runs before.
    first = 88_000_000_000 + int(time.time()) % 1_000_000 * 1_000
    began, delays, late = perf_counter(), [], 0
    waiting: list[tuple[str, float]] = []
    for turn in range(wanted):
        due = began + turn / int(rate)
        while perf_counter() < due:
            waiting, seen = _seen(user, waiting)
            delays += seen
            time.sleep(max(min(due - perf_counter(), 0.01), 0))
        late += perf_counter() - due > 1
        mark = str(first + turn)
        with transaction.atomic():
            events.record(cases[turn % len(cases)], "note", text=f"补记 {mark}")
        if turn % 10 == 0:
            waiting.append((mark, perf_counter()))
    made = perf_counter() - began
    end = perf_counter() + 60
    while waiting and perf_counter() < end:
        waiting, seen = _seen(user, waiting)
        delays += seen
    while SearchMark.objects.exists() and perf_counter() < end:
        time.sleep(0.1)
    return {
        "delays": delays, "never": len(waiting), "rate": wanted / made, "late": late,
        "marks": SearchMark.objects.count(),
    }  # fmt: skip


def _settle() -> None:
    """Return once the worker has caught up: what fell due since the cases were made is done and written."""
    end, quiet_since = perf_counter() + CATCH_UP_SECONDS, perf_counter()
    while perf_counter() < min(quiet_since + QUIET_SECONDS, end):
        if SearchMark.objects.exists():
            quiet_since = perf_counter()
        time.sleep(0.2)


def _seen(user: Staff, waiting: list[tuple[str, float]]) -> tuple[list[tuple[str, float]], list[float]]:
    """Look for the change that has waited longest."""
    if not waiting:
        return waiting, []
    mark, since = waiting[0]
    if engines.reader().search(parse(mark), find.scope_of(user), size=1).total:
        return waiting[1:], [perf_counter() - since]
    return waiting, []


PARTS: dict[str, Callable[..., dict[str, Any]]] = {
    "index": index,
    "ask": ask,
    "typed": typed,
    "visible": visible,
}

if __name__ == "__main__":
    print(json.dumps(PARTS[sys.argv[1]](*sys.argv[2:])))
    connection.close()
