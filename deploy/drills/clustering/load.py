"""The load: messages that change cases, and searches whose totals are known. Runs inside Django."""

import json
import random
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

GROUPS = "甲乙丙丁戊己庚辛壬癸"
"""Each first case is of one group, by a word that no other text has."""
FIRST = 300
NEW_EVERY = 10
"""Each so many changes one comes from somebody who has not written before."""
THREADS = 4
MARK = 7_700_000_000
"""The number that stands in the first change; each has one of its own."""


def group_words(group: str) -> str:
    """What stands in the first message of each case of `group`."""
    return f"制帽{group}厂拖欠三个月工资"


def number_of(case: int) -> str:
    """The telephone number of the worker of the first case so-and-so."""
    return f"+86139{case:08d}"


def write(sid: int, number: str, body: str) -> None:
    """A worker's message comes in."""
    from django.utils import timezone

    from hotline.telephony import receiving
    from hotline.telephony.parse import TextIn

    receiving.text_arrived(TextIn(f"SM{sid:032x}", number, body, (), "", timezone.now()))


class Load:
    """Does `one` so many times a second until it is told to end, then writes down what was counted."""

    def __init__(self, rate: int, begin: int) -> None:
        self.made = 0
        self.failed: list[str] = []
        self.wrong: list[str] = []
        self._times: list[float] = []
        self._rate, self._next = rate, begin
        self._began = time.monotonic()
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._first = begin

    def run(self, one: Callable[[int], str]) -> None:
        """`one` says what is wrong with its answer, or nothing; what it raises is a failure."""
        signal.signal(signal.SIGTERM, lambda *_: self._stop.set())
        threads = [threading.Thread(target=self._keep_at, args=(one,)) for _n in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _keep_at(self, one: Callable[[int], str]) -> None:
        from django.db import connection

        while not self._stop.is_set():
            with self._lock:
                number, self._next = self._next, self._next + 1
            due = self._began + (number - self._first) / self._rate
            if self._stop.wait(max(due - time.monotonic(), 0)):
                break
            self._do(one, number)
        connection.close()

    def _do(self, one: Callable[[int], str], number: int) -> None:
        began, problem, answered = time.monotonic(), "", True
        try:
            problem = one(number)
        except Exception as error:  # whatever it is, it is counted
            problem, answered = f"{type(error).__name__}: {error}"[:200], False
        with self._lock:
            self.made += 1
            self._times.append(time.monotonic() - began)
            if problem:
                told = f"after {began - self._began:.1f} s: {problem}"
                (self.wrong if answered else self.failed).append(told)

    def keep(self, path: Path, **more: Any) -> None:
        """Write down what was counted."""
        times = sorted(self._times) or [0.0]
        said = {
            "made": self.made,
            "failed": self.failed,
            "wrong": self.wrong,
            "rate": self.made / (time.monotonic() - self._began),
            "median": times[len(times) // 2] * 1000,
            "slowest": times[-1] * 1000,
        }
        path.write_text(json.dumps(said | more, ensure_ascii=False), encoding="utf-8")


class NotAnswered(Exception):
    """The search said that it does not answer."""


def change(number: int) -> str:
    """Somebody writes; the message holds a number that no other has."""
    if number % NEW_EVERY == 0:
        write(10_000 + number, f"+86137{number:08d}", f"新来电登记 {MARK + number}")
    else:
        write(10_000 + number, number_of(random.randrange(FIRST)), f"补充材料 {MARK + number}")  # noqa: S311
    return ""


def search(number: int) -> str:
    """One of three questions; says what is wrong with the answer, or nothing."""
    from hotline.models import Case

    if number % 3 == 0:
        group = GROUPS[number // 3 % len(GROUPS)]
        return _total(f"制帽{group}厂 工资", FIRST // len(GROUPS), FIRST // len(GROUPS))
    if number % 3 == 1:
        return _total(number_of(random.randrange(FIRST))[3:], 1, 1)  # noqa: S311
    # Cases that were opened meanwhile: whose mark is gone is found, and what is not stored is not.
    opened = Case.objects.filter(person__contacts__value__startswith="+86137")
    low = opened.filter(search_mark=None).count()
    return _total("新来电登记", low, lambda: opened.count())


def _total(text: str, low: int, high: int | Callable[[], int]) -> str:
    from search.find import find

    found = find(supervisor(), text)
    if found.engine_down or found.error:
        raise NotAnswered(f"{text}: {found.engine_down or found.error}")
    most = high() if callable(high) else high
    counted = sum(found.facets["stage"].values())
    if not low <= found.total <= most or counted != found.total:
        return f"{text}: {found.total} found, {counted} in the facets, {low} to {most} are there"
    return ""


def supervisor() -> Any:
    """The supervisor of the whole city."""
    from hotline.enums import Role
    from hotline.models import Staff

    found = Staff.objects.select_related("unit").filter(role=Role.SUPERVISOR, is_active=True)
    return min(found, key=lambda staff: len(staff.unit.path))


def main(kind: str, folder: Path, rate: int, begin: int) -> None:
    """`changes` or `searches`, from the number `begin` on, until SIGTERM."""
    django.setup()
    load = Load(rate, begin)
    load.run({"changes": change, "searches": search}[kind])
    load.keep(folder / f"{kind}.json")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
