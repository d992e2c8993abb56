"""The drill itself: a cluster, a hotline that searches in it, load, kills, and what it comes to."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy import elasticsearch
from deploy.prepare import PYTHON
from deploy.processes import Children, clean_environment
from deploy.progress import Failed, run, step
from deploy.services import Postgres

SHARDS, REPLICAS = 3, 1
WORKERS = ("worker", "worker2")
DOWN_SECONDS = 10
"""How long all nodes are away, while changes go on."""
SHOWN = 10


@dataclass(frozen=True)
class Pace:
    """How long the load lasts, and how much of it there is in a second."""

    seconds: int
    changes: int
    searches: int


@dataclass
class Table:
    """What was counted, line by line."""

    off: int = 0
    lines: list[str] = field(default_factory=list)

    def fact(self, what: str, value: object) -> None:
        """Something that is told and cannot be wrong."""
        self.lines.append(f"  {what:<58}{value!s:>14}")

    def count(self, what: str, there: int, off: list[Any]) -> None:
        """A promise: how many there were, and which of them are off."""
        self.lines.append(f"  {what:<58}{there:>8} {'ok' if not off else f'{len(off)} OFF'}")
        self.lines += [f"      {one}" for one in off[:SHOWN]]
        self.off += len(off)


def play(folder: Path, pace: Pace) -> int:
    """The whole drill, with its data in `folder`; prints the counts. Raises Failed."""
    began, table = time.monotonic(), Table()
    with _house(folder) as house:
        with step("A cluster of three nodes, and a hotline"):
            house.start()
        with step(f"Load, at least {pace.seconds} s, and two nodes killed"):
            house.load("changes", pace.changes)
            house.load("searches", pace.searches)
            house.kill_two(pace.seconds, table)
            searched, changed = house.unload("searches"), house.unload("changes")
        _count_searches(table, searched)
        with step("What waits is written, and the count"):
            _count_end(table, "after two kills", changed, house.ask("end"))
        with step("All nodes killed, and started again"):
            house.load("changes", pace.changes, begin=changed["made"])
            house.cluster.kill()
            time.sleep(DOWN_SECONDS / 2)
            told = house.ask("down")
            time.sleep(DOWN_SECONDS / 2)
            house.cluster.start()
            changed = house.unload("changes")
        table.count("without any node: what the page and look-ups must do", len(told), _wrong(told))
        with step("What waits is written, and the count"):
            _count_end(table, "after all were killed", changed, house.ask("end"))
    print("\n".join(["", *table.lines, ""]))
    end = "Every search was right, nothing was lost" if not table.off else f"{table.off} are off"
    print(f"{end} ({time.monotonic() - began:.0f} s).", flush=True)
    return 1 if table.off else 0


class House:
    """The cluster, the database, the workers and the load. `folder` holds data and logs."""

    def __init__(self, folder: Path, home: Path) -> None:
        self._folder = folder
        self.children = Children(folder / "logs")
        self.cluster = elasticsearch.Cluster(home)
        self._postgres = Postgres(self.children, folder / "postgres")
        self._env = clean_environment() | {
            "DJANGO_SETTINGS_MODULE": "hotline.settings",
            "PYTHONUNBUFFERED": "1",
            "DATABASE_URL": self._postgres.url,
            "HOTLINE_DATA_DIR": str(folder / "data"),
            "HOTLINE_DEMO": "1",
            "HOTLINE_DEMO_PASSWORD": os.urandom(8).hex(),
            "ELASTICSEARCH_URL": self.cluster.url,
            "HOTLINE_ELASTICSEARCH_SHARDS": str(SHARDS),
            "HOTLINE_ELASTICSEARCH_REPLICAS": str(REPLICAS),
        }

    def start(self) -> None:
        """Everything but the load, with the first cases in the index. Raises Failed."""
        self._postgres.start()
        self.cluster.start()
        self.ask("fill")
        for name in WORKERS:
            self.children.start(name, [PYTHON, "manage.py", "work"], self._env)
        self.ask("settle")

    def load(self, kind: str, rate: int, begin: int = 0) -> None:
        """Begin with `rate` changes or searches a second."""
        told = [kind, str(self._folder), str(rate), str(begin)]
        self.children.start(kind, [PYTHON, "-m", "deploy.drills.clustering.load", *told], self._env)

    def unload(self, kind: str) -> dict[str, Any]:
        """End that load; what it has counted."""
        self.children.check()
        self.children.end(kind)  # SIGTERM: it then writes down what it has counted
        return self._said(kind)

    def kill_two(self, seconds: int, table: Table) -> None:
        """Kill the leading node, start it again, then another, in the course of `seconds` or more."""
        began = time.monotonic()
        for nth, part in (("first", 1), ("second", 3)):
            self._work_on(began + seconds * part / 6)
            leader = self.cluster.master()
            victim = leader if nth == "first" else next(n for n in self.cluster.nodes if n != leader)
            self.cluster.kill(victim)
            killed = time.monotonic()
            self._work_on(killed + seconds / 6)
            self.cluster.start(victim)
            table.fact(
                f"{nth} kill: {victim}{', which led' if victim == leader else ''}; all whole again after",
                f"{time.monotonic() - killed:.0f} s",
            )
        self._work_on(began + seconds)

    def ask(self, question: str) -> dict[str, Any]:
        """What `count` finds in the hotline, in a process of its own."""
        self.children.check()
        run([PYTHON, "-m", "deploy.drills.clustering.count", question, str(self._folder)], self._env)
        return self._said(question)

    def close(self) -> None:
        """End everything."""
        self.children.stop()
        self.cluster.close()

    def _work_on(self, until: float) -> None:
        while time.monotonic() < until:
            self.children.check()
            time.sleep(0.2)

    def _said(self, name: str) -> dict[str, Any]:
        path = self._folder / f"{name}.json"
        if not path.exists():
            raise Failed(f"{name} has counted nothing: {self.children.log(name)}")
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found


@contextmanager
def _house(folder: Path) -> Iterator[House]:
    with elasticsearch.at_home() as home:
        house = House(folder, home)
        try:
            yield house
        finally:
            house.close()


def _count_searches(table: Table, said: dict[str, Any]) -> None:
    table.fact("searches a second", f"{said['rate']:.1f}")
    table.fact("a search, median / slowest", f"{said['median']:.0f} / {said['slowest']:.0f} ms")
    table.count("searches, each answered", said["made"], said["failed"])
    table.count("totals, each right", said["made"] - len(said["failed"]), said["wrong"])


def _count_end(table: Table, when: str, changed: dict[str, Any], said: dict[str, Any]) -> None:
    table.fact(f"{when}: changes a second", f"{changed['rate']:.1f}")
    table.fact(f"{when}: the last change was found after", f"{said['seconds']:.1f} s")
    table.count(f"{when}: changes, each stored", changed["made"], changed["failed"])
    table.count(f"{when}: changes, each found", said["changes"], said["missing"])
    table.count(f"{when}: cases that wait to be written", said["cases"], said["waiting"])
    table.count(f"{when}: cases by the drift meter", said["cases"], ["differs"] * said["drift"])
    table.fact(f"{when}: mended by the drift meter so far", said["repaired"])


def _wrong(told: dict[str, Any]) -> list[str]:
    return [what for what, right in told.items() if not right]
