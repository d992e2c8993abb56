"""deploy/drills/dropped: every post of the carrier is lost; how soon do calls and messages have their case?

The real web server, worker and simulator run at their real pace. Calls and messages come in at moments that
are spread over one round of reconciliation; each must have its case within 90 seconds.
"""

import argparse
import json
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from deploy.demo import Demo
from deploy.prepare import prepare
from deploy.processes import ended_by_signals, free_port
from deploy.progress import Failed, stop_with

ALLOWED_SECONDS = 90.0
SPREAD_SECONDS = 36.0
"""Somewhat longer than the worker's pause between two comparisons with the carrier."""


class Watch(threading.Thread):
    """Notes when each of the carrier's names is first seen among the stored calls and messages."""

    def __init__(self, database: Path) -> None:
        super().__init__(daemon=True)
        self.seen: dict[str, float] = {}
        self.over = threading.Event()
        self._database = database

    def run(self) -> None:
        """Looks five times a second until `over` is set."""
        with closing(sqlite3.connect(f"{self._database.as_uri()}?mode=ro", uri=True)) as rows:
            while not self.over.wait(0.2):
                stored = rows.execute("SELECT provider_id FROM hotline_interaction WHERE case_id IS NOT NULL")
                for (sid,) in stored.fetchall():
                    self.seen.setdefault(sid, time.monotonic())


def measure(demo: Demo, count: int) -> dict[str, list[float]]:
    """Seconds until each of `count` calls and as many messages had its case; infinite for those without."""
    watch = Watch(demo.data / "hotline.sqlite3")
    watch.start()
    _ask(demo, "/sim/faults", {"drop": 1.0})
    made: dict[str, tuple[str, float]] = {}
    for number in range(count):
        address = f"+861380001{number:04d}"
        for kind, more in (("calls", {}), ("messages", {"body": "老板拖欠工资"})):
            sid = _ask(demo, f"/sim/{kind}", {"from": address, **more})["sid"]
            made[sid] = kind, time.monotonic()
        time.sleep(SPREAD_SECONDS / count)
    end = time.monotonic() + ALLOWED_SECONDS
    while not watch.seen.keys() >= made.keys() and time.monotonic() < end:
        demo.children.check()
        time.sleep(0.2)
    watch.over.set()
    watch.join()
    found: dict[str, list[float]] = {"calls": [], "messages": []}
    for sid, (kind, at) in made.items():
        found[kind].append(watch.seen.get(sid, float("inf")) - at)
    return found


def arrived(demo: Demo) -> int:
    """How many of the carrier's posts got an answer after all: none may."""
    posts = _ask(demo, "/sim/deliveries")["deliveries"]
    return sum(post["status"] is not None for post in posts)


def _ask(demo: Demo, path: str, data: dict[str, Any] | None = None) -> dict[str, Any]:
    body = None if data is None else json.dumps(data).encode()
    request = Request(demo.telephone + path, body, {"Content-Type": "application/json"})  # noqa: S310 - our own
    with urlopen(request, timeout=10) as answer:  # noqa: S310
        found: dict[str, Any] = json.load(answer)
        return found


def drill(folder: Path, count: int) -> int:
    """Runs it and prints the table; 0 when everything had its case in time."""
    with closing(Demo(folder, free_port(), free_port())) as demo:
        demo.fill(cases=0)
        demo.start()
        found = measure(demo, count)
        late = arrived(demo)
    print(f"\n{'':<10}{'count':>7}{'median s':>10}{'slowest s':>11}   allowed {ALLOWED_SECONDS:.0f} s")
    for kind, seconds in found.items():
        print(f"{kind:<10}{len(seconds):>7}{statistics.median(seconds):>10.1f}{max(seconds):>11.1f}")
    print(f"posts that arrived: {late}")
    well = not late and all(max(seconds) <= ALLOWED_SECONDS for seconds in found.values())
    print("All had their case in time." if well else "NOT in time.")
    return 0 if well else 1


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="deploy/drills/dropped", description=__doc__)
    parser.add_argument("--count", type=int, default=12, help="calls, and as many messages (12)")
    options = parser.parse_args(arguments)
    try:
        with ended_by_signals(), tempfile.TemporaryDirectory(prefix="hotline-dropped-") as folder:
            prepare()
            return drill(Path(folder), options.count)
    except Failed as failure:
        return stop_with(str(failure))
    except KeyboardInterrupt:
        print("\nStopped.", flush=True)
        return 130


if __name__ == "__main__":
    sys.exit(main())
