"""The run itself: starts the houses, measures part by part, prints the table."""

import sys
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from time import monotonic

from deploy import services
from deploy.benchmark import consoles, intake, law, pages, searches
from deploy.benchmark.house import House, databases, memory
from deploy.benchmark.table import Row
from deploy.processes import ended_by_signals
from deploy.progress import Failed, step, stop_with

SMALL = 1000
LARGEST_MIB = 250
PAGES = {"lists", "find", "sweep"}
ALONE = {"writers", "search"}
"""Parts with houses of their own."""
MEMORY_GROWTH = 1.2


class Bench:
    """One run: which parts, how many cases, and what was found."""

    def __init__(
        self, folder: Path, sizes: list[int], seconds: int, parts: set[str], keep: Path | None
    ) -> None:
        self.folder, self.sizes, self.seconds, self.parts, self.keep = folder, sizes, seconds, parts, keep
        self.cases = sizes[0]
        self.rows: list[Row] = []

    def all(self, stack: ExitStack) -> None:
        """Measure the chosen parts."""
        with step("Starting PostgreSQL and Redis"):
            running = stack.enter_context(services.running(3))
        urls = databases(running, "small", "large", "busy")
        small, large, busy = (
            stack.enter_context(closing(House(self.folder / name, url, redis)))
            for name, url, redis in zip(("small", "large", "busy"), urls, running.redis_urls, strict=True)
        )
        pool = stack.enter_context(ThreadPoolExecutor(1))
        filled: Future[None] | None = None
        if self.parts & PAGES:
            filled = pool.submit(self._fill_for_pages, large, self.cases)
        if "writers" in self.parts:
            house = House(self.folder / "sqlite", "", "")
            with step(f"16 writers on SQLite for {self.seconds} s"), closing(house):
                self.rows.append(intake.writers(house, self.seconds))
        if self.parts & PAGES:
            self._fill_for_pages(small, SMALL)
        if self.parts - PAGES - ALONE:
            self._fill(busy, SMALL)
        if filled:
            with step(f"Filling a database with {self.cases:,} cases"):
                filled.result()
        if self.parts - PAGES - ALONE:
            busy.serve("web", "wsgi")
            self._intake(busy)
            self._look_at_memory(busy)
        if self.parts & PAGES:
            small.serve("small", "wsgi")
            large.serve("large", "wsgi")
            self._pages(large, small)
            self._look_at_memory(large)
        if "search" in self.parts:
            self._search(running, running.redis_urls[0])

    def _search(self, running: services.Services, redis: str) -> None:
        if self.keep is None:
            self.rows += searches.measure(self.folder, running.database_url, redis, self.sizes, None)
            return
        with services.kept(self.keep) as url:
            self.rows += searches.measure(self.folder, url, redis, self.sizes, self.keep)

    def _look_at_memory(self, house: House) -> None:
        self.rows += [_memory(name, before) for name, before in house.started.items()]
        house.close()

    def _fill(self, house: House, cases: int) -> None:
        house.manage("migrate", "-v0")
        house.manage("seed_bulk", str(cases))

    def _fill_for_pages(self, house: House, cases: int) -> None:
        self._fill(house, cases)
        if "find" in self.parts:
            house.manage("search_rebuild")

    def _intake(self, house: House) -> None:
        """What is measured beside a house with few cases."""
        for name, measure in (("open", intake.opening), ("path", intake.path), ("join", intake.join)):
            if name in self.parts:
                with step(f"Measuring {name}"):
                    self.rows.append(measure(house))
        if "document" in self.parts:
            with step("Measuring papers"):
                self.rows.append(law.document(house))
        if self.parts & {"bells", "consoles"}:
            with step("Measuring 500 consoles"):
                self.rows += consoles.measure(house, self.parts)

    def _pages(self, large: House, small: House) -> None:
        both = pages.Both(large, small)
        pages.warm_up(both)
        large.note_memory("large")
        if "lists" in self.parts:
            with step("Measuring the lists"):
                self.rows += pages.lists(both, SMALL)
        if "find" in self.parts:
            with step("Measuring every kind of search"):
                self.rows += pages.searches(both, (self.cases, SMALL))
        if "sweep" in self.parts:
            with step("Measuring the sweep"):
                self.rows.append(law.sweep(large, self.cases // 10, self.cases))


def _memory(name: str, before: float) -> Row:
    after = memory(name)
    row = Row(
        f"memory of the web process {name!r} after the run, below {LARGEST_MIB} MiB", "the same at its start",
        after / before, MEMORY_GROWTH, share=False, figures=f"{after:.0f} MiB, {before:.0f} MiB at its start",
    )  # fmt: skip
    if after >= LARGEST_MIB:
        row.wrong.append(f"{after:.0f} MiB")
    return row


def main(sizes: list[int], seconds: int, parts: set[str], keep: Path | None) -> int:
    """Measure and print; 1 if a bound is missed."""
    began = monotonic()
    with tempfile.TemporaryDirectory(prefix="hotline-bench-", ignore_cleanup_errors=True) as name:
        bench = Bench(Path(name), sizes, seconds, parts, keep)
        # What serves PostgreSQL runs as another user, and only its own folder is open to it.
        with ended_by_signals(), ExitStack() as stack:
            bench.all(stack)
    print("\n" + "\n".join(row.line() for row in bench.rows))
    missed = sum(not row.holds for row in bench.rows)
    print(
        f"\n{len(bench.rows)} rows in {monotonic() - began:.0f} s; "
        + (f"{missed} missed" if missed else "all hold")
    )
    return 1 if missed else 0


if __name__ == "__main__":
    try:
        told, seconds, folder, *wanted = sys.argv[1:]
        kept = None if folder == "-" else Path(folder)
        sys.exit(main([int(one) for one in told.split(",")], int(seconds), set(wanted), kept))
    except Failed as failure:
        sys.exit(stop_with(str(failure)))
    except KeyboardInterrupt:
        sys.exit(130)
