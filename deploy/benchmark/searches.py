"""The search on both engines, at the sizes asked for: every kind of query, writing, changes."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import psycopg

from deploy import elasticsearch
from deploy.benchmark.house import House, memory
from deploy.benchmark.table import Row
from deploy.progress import ROOT, Failed, step

INSIDE = "deploy.benchmark.search_inside"
SLOWEST = 2.0
"""Times the engine's own query and a page without a search that a search may take, at the 95th percentile."""
BULK = 0.7
"""The share of the engine's own bulk rate that is to be reached on the same documents."""
CHANGES, SECONDS = 50, 20
VISIBLE_SECONDS = 1.0
ENGINES = ("tantivy", "elasticsearch")
_GROWN = ("hotline/demo", "hotline/migrations", "workflows/migrations")
"""What seeded cases depend on."""


def measure(folder: Path, server_url: str, redis: str, sizes: Sequence[int], keep: Path | None) -> list[Row]:
    """All rows. Databases of `sizes` are made, or found again in the server whose folder is `keep`."""
    rows: list[Row] = []
    found: dict[tuple[str, int], dict[str, Any]] = {}
    with _elastic() as server:
        for size in sizes:
            url = _database(folder, server_url, size, keep)
            for engine in ENGINES:
                if engine == "elasticsearch" and server is None:
                    continue
                extra = {"ELASTICSEARCH_URL": server.url, "HOTLINE_ELASTICSEARCH_INDEX": f"bench{size}"} if (
                    server and engine == "elasticsearch"
                ) else {}  # fmt: skip
                with closing(House(folder / f"{engine}-{size}", url, redis, **extra)) as house:
                    said = _one(house, engine, size)
                found[engine, size] = said
                before = found.get((engine, size // 10))
                rows += _rows(engine, size, said, before)
    return rows


@contextmanager
def _elastic() -> Iterator[elasticsearch.Server | None]:
    """A server of its own; none, with one line that says so, where it cannot be had."""
    try:
        elasticsearch.java_home()
    except Failed as failure:
        print(f"Elasticsearch is not measured: {failure}", flush=True)
        yield None
        return
    with elasticsearch.at_home() as home, closing(elasticsearch.Server(home)) as server:
        with step("Starting Elasticsearch"):
            server.start()
            server.wait()
        yield server


def _database(folder: Path, server_url: str, size: int, keep: Path | None) -> str:
    """The address of a database with so many seeded cases."""
    name, base = f"cases_{size}", server_url.rpartition("/")[0]
    mark = keep / f"{name}.json" if keep else None
    state = _state_of_the_seed()
    if mark and mark.exists() and json.loads(mark.read_text(encoding="utf-8")) == state:
        return f"{base}/{name}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name}")
    with (
        step(f"Filling a database with {size:,} cases"),
        closing(House(folder / f"seed-{size}", f"{base}/{name}", "")) as house,
    ):
        house.manage("migrate", "-v0")
        house.manage("seed_bulk", str(size))
    if mark:
        mark.write_text(json.dumps(state), encoding="utf-8")
    return f"{base}/{name}"


def _state_of_the_seed() -> str:
    found = hashlib.sha256()
    for place in _GROWN:
        for path in sorted((ROOT / place).glob("*.py")):
            found.update(path.read_bytes())
    return found.hexdigest()


def _one(house: House, engine: str, size: int) -> dict[str, Any]:
    with step(f"{engine}, {size:,} cases: indexing"):
        said: dict[str, Any] = {"index": house.inside("index", module=INSIDE)}
    name = f"{engine}-{size}"
    house.serve(name, "wsgi")
    people = house.inside("sessions")["people"]
    cookie = next(one["cookie"] for one in people if one["role"] == "SUPERVISOR" and one["city"])
    with step(f"{engine}, {size:,} cases: every kind of search"):
        said["kinds"] = house.inside("ask", house.address, cookie, str(size), module=INSIDE)
    said["memory"] = memory(name)
    house.work()
    with step(f"{engine}, {size:,} cases: {CHANGES} changes a second"):
        said["visible"] = house.inside("visible", str(CHANGES), str(SECONDS), module=INSIDE)
    return said


def _rows(engine: str, size: int, said: dict[str, Any], before: dict[str, Any] | None) -> list[Row]:
    where = f"{engine}, {size:,} cases"
    rows = [
        _asked(where, kind, one, before["kinds"].get(kind) if before else None)
        for kind, one in said["kinds"].items()
    ]
    index = said["index"]
    rate = index["cases"] / index["seconds"]
    rows.append(
        Row(
            f"{where}: documents written", "the engine's own bulk of the same documents",
            index["ours"] / index["bare"], BULK,
            figures=f"{index['ours']:.0f} against {index['bare']:.0f} a second",
        )
    )  # fmt: skip
    grown = f"; {index['size'] / before['index']['size']:.1f} times the index of a tenth" if before else ""
    rows.append(
        Row(
            f"{where}: built from the database", "nothing",
            figures=f"{rate:.0f} cases/s; {index['size'] / 2**20:.0f} MiB{grown}; "
            f"web process {said['memory']:.0f} MiB",
        )
    )  # fmt: skip
    return [*rows, _changed(where, said["visible"])]


def _asked(where: str, kind: str, one: dict[str, Any], before: dict[str, Any] | None) -> Row:
    ours, bare, plain = (_p95(one[name]) for name in ("ours", "bare", "plain"))
    halves = [
        f"{median(one[name]) * 1000:.1f}/{_p95(one[name]) * 1000:.1f}" for name in ("ours", "bare", "plain")
    ]
    grown = (
        f"; {median(one['ours']) / median(before['ours']):.1f} times a tenth of the cases" if before else ""
    )
    return Row(
        f"{where}: {kind}", "the engine's own query, and a page without a search",
        ours / (bare + plain), SLOWEST, share=False,
        figures=f"p50/p95 ms: page {halves[0]}, engine alone {halves[1]}, plain page {halves[2]}; "
        f"{ours / bare:.1f} times the engine alone{grown}",
        wrong=one["wrong"],
    )  # fmt: skip


def _p95(times: Sequence[float]) -> float:
    return quantiles(times, n=20, method="inclusive")[-1]


def _changed(where: str, said: dict[str, Any]) -> Row:
    row = Row(
        f"{where}: a change is found, {said['rate']:.0f} changes a second", "1 s, at the 95th percentile",
        _p95(said["delays"]) / VISIBLE_SECONDS, 1.0, share=False,
        figures=f"p50 {median(said['delays']):.2f} s, slowest {max(said['delays']):.2f} s",
    )  # fmt: skip
    if said["never"] or said["marks"]:
        row.wrong.append(f"{said['never']} never found, {said['marks']} marks left")
    return row
