"""Pages at many cases against the same pages at few: every list and kind of search, the desk, the floor."""

import re
from http.client import HTTPConnection
from itertools import product
from statistics import median
from time import perf_counter
from typing import Any
from urllib.parse import quote, urlsplit

from deploy.benchmark.house import House
from deploy.benchmark.table import Row

ROUNDS = 9
LISTS = (
    ("SUPERVISOR", "/floor/"), ("SUPERVISOR", "/cases/"), ("SUPERVISOR", "/cases/?sort=due"),
    ("SUPERVISOR", "/cases/?sort=urgent"), ("SUPERVISOR", "/cases/?waiting=1"),
    ("SUPERVISOR", "/cases/?closed=1"),
    ("SUPERVISOR", "/cases/?closed=1&sort=due"), ("SUPERVISOR", "/cases/?closed=1&sort=urgent"),
    ("SUPERVISOR", "/cases/?stage=MEDIATION&sort=due"), ("SUPERVISOR", "/cases/?urgency=P3"),
    ("SUPERVISOR", "/cases/?agent={agent}&closed=1"), ("SUPERVISOR", "/cases/?lawyer={lawyer}"),
    ("AGENT", "/desk/"), ("AGENT", "/desk/parts/queue/?shape=none"), ("AGENT", "/cases/"),
    ("AGENT", "/cases/?whose=unit"), ("AGENT", "/cases/?whose=unit&sort=urgent"),
    ("AGENT", "/cases/?closed=1"),
    ("LAWYER", "/cases/"), ("LAWYER", "/cases/?sort=new"), ("LAWYER", "/cases/?closed=1"),
    ("MEDIATOR", "/cases/"), ("MEDIATOR", "/cases/?whose=mine"), ("MEDIATOR", "/cases/?whose=nobody"),
    ("MEDIATOR", "/cases/?closed=1"),
)  # fmt: skip
"""Every list that someone has in daily work, in its orders and under its filters."""


SEARCHED = ("工资", "拖欠 律师", "gongzi", "gz", "1026", "青岛")
"""The tables of pinyin are loaded by the first search, and the index is mapped."""
AS_TYPED = {"HX-Request": "true", "HX-Target": "results"}
"""What the page sends with each search while somebody types."""


class Reader:
    """Someone who is signed in to a house, over one kept connection."""

    def __init__(self, house: House, people: list[dict[str, Any]], role: str) -> None:
        self._wire = HTTPConnection(urlsplit(house.address).netloc, timeout=120)
        cookie = next(one["cookie"] for one in people if one["role"] == role and one["city"])
        self._headers = {"Cookie": cookie}

    def get(self, path: str, **headers: str) -> tuple[float, int, str]:
        """Seconds, status and body of a page."""
        started = perf_counter()
        self._wire.request("GET", path, headers=self._headers | headers)
        answer = self._wire.getresponse()
        body = answer.read()
        return perf_counter() - started, answer.status, body.decode("utf-8", "replace")


class Both:
    """The large house and the small one, asked in turn for the same."""

    def __init__(self, large: House, small: House) -> None:
        self.houses = (large, small)
        self.people = [house.inside("sessions")["people"] for house in self.houses]
        self.readers: dict[tuple[int, str], Reader] = {}
        self.wrong: list[str] = []

    def reader(self, which: int, role: str) -> Reader:
        """Somebody of that role, signed in to the large house (0) or the small one (1)."""
        key = (which, role)
        if key not in self.readers:
            self.readers[key] = Reader(self.houses[which], self.people[which], role)
        return self.readers[key]

    def someone(self, which: int, role: str) -> int:
        """The id of the first of that role in the city."""
        return int(next(one["id"] for one in self.people[which] if one["role"] == role and one["city"]))

    def medians(self, role: str, paths: tuple[str, str], due: str = "</main>") -> tuple[float, float]:
        """Median seconds of the page at the large house and at the small one."""
        taken: tuple[list[float], list[float]] = ([], [])
        for turn in range(ROUNDS + 1):
            for which in (0, 1) if turn % 2 else (1, 0):
                seconds, status, body = self.reader(which, role).get(paths[which])
                if status != 200 or due not in body:
                    self.wrong.append(f"{role} {paths[which]}: {status}, without what is due: {due}")
                if turn:  # the first finds cold caches
                    taken[which].append(seconds)
        return median(taken[0]), median(taken[1])


def warm_up(both: Both) -> None:
    """Each list and some searches once, so that the servers hold what they hold in daily work."""
    for role, template in LISTS:
        for which, path in enumerate(_paths(both, template)):
            both.reader(which, role).get(path)
    for which, typed in product((0, 1), SEARCHED):
        both.reader(which, "SUPERVISOR").get(f"/search/?q={quote(typed)}", **AS_TYPED)
    both.readers.clear()  # a wire that nobody uses for long is closed from the other side


def lists(both: Both, small: int) -> list[Row]:
    """One row for each list."""
    rows = []
    for role, template in LISTS:
        paths = _paths(both, template)
        both.wrong = []
        due = "desk-queue" if "parts" in template else "</main>"
        slow, fast = both.medians(role, paths, due)
        rows.append(
            Row(
                f"{role.lower()}: {template}", f"the same at {small:,} cases",
                slow / fast, 3, share=False, figures=f"{slow * 1000:.0f} ms against {fast * 1000:.0f} ms",
                wrong=both.wrong[:],
            )
        )  # fmt: skip
    return rows


def _paths(both: Both, template: str) -> tuple[str, str]:
    large, small = (
        template.format(agent=both.someone(which, "AGENT"), lawyer=both.someone(which, "LAWYER"))
        for which in (0, 1)
    )
    return large, small


def searches(both: Both, cases: tuple[int, int]) -> list[Row]:
    """One row for each kind of search, as the page asks while somebody types; `cases` are in the houses."""
    asked = [
        house.inside("typed", str(many), module="deploy.benchmark.search_inside")
        for house, many in zip(both.houses, cases, strict=True)
    ]
    rows = []
    for kind in asked[1]:
        taken: tuple[list[float], list[float]] = ([], [])
        wrong = []
        for turn in range(ROUNDS + 1):
            for which in (0, 1) if turn % 2 else (1, 0):
                search = asked[which][kind][turn % len(asked[which][kind])]
                path = f"/search/?q={quote(search['typed'])}"
                seconds, status, body = both.reader(which, "SUPERVISOR").get(path, **AS_TYPED)
                wrong += _not_found(search, status, body)
                if turn:
                    taken[which].append(seconds)
        slow, fast = median(taken[0]), median(taken[1])
        rows.append(
            Row(
                f"search: {kind}", f"the same at {cases[1]:,} cases", slow / fast, 5, share=False,
                figures=f"{slow * 1000:.0f} ms against {fast * 1000:.0f} ms", wrong=wrong,
            )
        )  # fmt: skip
    return rows


def _not_found(search: dict[str, Any], status: int, body: str) -> list[str]:
    """What is wrong with an answer: its status, its total, or an employer that is not offered."""
    told = re.search(r'data-total="(\d+)"', body)
    if status != 200 or told is None:
        return [f"{search['typed']}: {status}, without a total"]
    total, wanted = int(told[1]), search["found"]
    if total < wanted or (search["alone"] and total > wanted):
        return [f"{search['typed']}: {total} found, {wanted} are there"]
    if search["offered"] not in body:
        return [f"{search['typed']}: {search['offered']} is not offered"]
    return []
