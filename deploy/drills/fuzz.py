"""deploy/drills/fuzz: faulty posts, forms and socket messages by the thousand, on SQLite and PostgreSQL."""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deploy import services
from deploy.prepare import PYTHON, prepare
from deploy.processes import clean_environment, ended_by_signals
from deploy.progress import ROOT, Failed, stop_with

DATABASES = ("sqlite", "postgres")


def drill(database: str, env: Mapping[str, str], arguments: argparse.Namespace) -> bool:
    """Throws everything at a hotline on one database and prints the counts; False when one is off."""
    with tempfile.TemporaryDirectory(prefix="hotline-fuzz-") as folder:
        wanted = {
            "FUZZ_REPORTS": folder,
            "FUZZ_WEBHOOKS": str(arguments.webhooks),
            "FUZZ_FORMS": str(arguments.forms),
            "FUZZ_SOCKETS": str(arguments.sockets),
            "FUZZ_LIVES": str(arguments.lives),
            "HOTLINE_DATA_DIR": f"{folder}/data",
        }
        command = [str(PYTHON), "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "2", "--dist", "load"]
        command += [f"--hypothesis-seed={arguments.seed}", "tests/fuzz"]
        started = time.monotonic()
        status = subprocess.run(  # noqa: S603 - our own command
            command, cwd=ROOT, env=clean_environment() | dict(env) | wanted, stdin=subprocess.DEVNULL
        ).returncode
        print(f"\n{database}, seed {arguments.seed}, {time.monotonic() - started:.0f} s", flush=True)
        reports = sorted(Path(folder).glob("*.json"))
        told = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in reports}
    print(table(told), flush=True)
    return not status and not any(report["counts"].get("off") for report in told.values())


def table(told: Mapping[str, Any]) -> str:
    """One line for each kind of thing that was thrown."""
    head = f"  {'':<10}{'sent':>8}{'2xx':>8}{'3xx':>8}{'4xx':>8}{'5xx':>8}{'off':>6}  slowest (CPU)"
    lines = [head]
    for name, report in told.items():
        counts = report["counts"]
        figures = [counts.get("sent", 0), *(counts.get(f"answered {n}xx", 0) for n in (2, 3, 4, 5))]
        columns = "".join(f"{figure:>8}" for figure in figures)
        lines.append(f"  {name:<10}{columns}{counts.get('off', 0):>6}  {report['slowest']:.2f} s")
        lines += [f"    {wrong[:300]}" for wrong in report["wrong"]]
    return "\n".join(lines)


@contextmanager
def database_of(name: str) -> Iterator[dict[str, str]]:
    """The environment that leads to a private database of this kind."""
    if name == "sqlite":
        yield {}
        return
    with services.running() as running:
        yield {"DATABASE_URL": running.database_url, "REDIS_URL": running.redis_urls[0]}


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; 0 when nothing was off."""
    parser = argparse.ArgumentParser(prog="deploy/drills/fuzz", description=__doc__)
    parser.add_argument("--database", choices=DATABASES, help="only this one")
    parser.add_argument("--webhooks", type=int, default=10_000)
    parser.add_argument("--forms", type=int, default=2_000)
    parser.add_argument("--sockets", type=int, default=1_000, help="conversations of junk")
    parser.add_argument(
        "--lives", type=int, default=300, help="lives of calls and messages, posts in any order"
    )
    parser.add_argument("--seed", type=int, default=int(time.time()), help="throw the same things again")
    options = parser.parse_args(arguments)
    try:
        with ended_by_signals():
            prepare(developing=True)
            well = True
            for name in [options.database] if options.database else DATABASES:
                with database_of(name) as env:
                    well = drill(name, env, options) and well
            return 0 if well else 1
    except Failed as failure:
        return stop_with(str(failure))
    except KeyboardInterrupt:
        print("\nStopped.", flush=True)
        return 130


if __name__ == "__main__":
    sys.exit(main())
