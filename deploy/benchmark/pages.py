"""Pages at many cases against the same pages at few: every list, the desk, the floor."""

from http.client import HTTPConnection
from statistics import median
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

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


class Reader:
    """Someone who is signed in to a house, over one kept connection."""

    def __init__(self, house: House, people: list[dict[str, Any]], role: str) -> None:
        self._wire = HTTPConnection(urlsplit(house.address).netloc, timeout=120)
        cookie = next(one["cookie"] for one in people if one["role"] == role and one["city"])
        self._headers = {"Cookie": cookie}

    def get(self, path: str) -> tuple[float, int, str]:
        """Seconds, status and body of a page."""
        started = perf_counter()
        self._wire.request("GET", path, headers=self._headers)
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

    def someone(self, which: int, role: str) -> int:
        """The id of the first of that role in the city."""
        return int(next(one["id"] for one in self.people[which] if one["role"] == role and one["city"]))

    def medians(self, role: str, paths: tuple[str, str], due: str = "</main>") -> tuple[float, float]:
        """Median seconds of the page at the large house and at the small one."""
        taken: tuple[list[float], list[float]] = ([], [])
        for turn in range(ROUNDS + 1):
            for which in (0, 1) if turn % 2 else (1, 0):
                key = (which, role)
                if key not in self.readers:
                    self.readers[key] = Reader(self.houses[which], self.people[which], role)
                seconds, status, body = self.readers[key].get(paths[which])
                if status != 200 or due not in body:
                    self.wrong.append(f"{role} {paths[which]}: {status}, without what is due: {due}")
                if turn:  # the first finds cold caches
                    taken[which].append(seconds)
        return median(taken[0]), median(taken[1])


def lists(both: Both, small: int) -> list[Row]:
    """One row for each list."""
    rows = []
    for role, template in LISTS:
        paths = tuple(
            template.format(agent=both.someone(which, "AGENT"), lawyer=both.someone(which, "LAWYER"))
            for which in (0, 1)
        )
        both.wrong = []
        due = "desk-queue" if "parts" in template else "</main>"
        slow, fast = both.medians(role, (paths[0], paths[1]), due)
        rows.append(
            Row(
                f"{role.lower()}: {template}", f"the same at {small:,} cases",
                slow / fast, 3, share=False, figures=f"{slow * 1000:.0f} ms against {fast * 1000:.0f} ms",
                wrong=both.wrong[:],
            )
        )  # fmt: skip
    return rows
