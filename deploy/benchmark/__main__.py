"""deploy/bench [PART ...]: measures the hotline against bare yardsticks and prints a table.

Everything runs on private servers in a folder that is removed afterwards. Exit status 1 if a bound is missed.
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from deploy import services
from deploy.prepare import PYTHON, prepare
from deploy.processes import clean_environment
from deploy.progress import ROOT, Failed, stop_with

PARTS = ("writers", "join", "open", "path", "document", "bells", "consoles", "lists", "find", "sweep")
"""In the order in which they run; the memory of the web processes is looked at in any case."""
ASKED_FOR = ("search",)
"""Parts that run only when they are named: each search engine by itself takes as long as all the others."""


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; the exit status is 1 if a bound is missed or something cannot be measured."""
    parser = argparse.ArgumentParser(prog="deploy/bench", description=__doc__)
    parser.add_argument(
        "parts",
        nargs="*",
        metavar="PART",
        help=f"of {', '.join(PARTS)} (else all of these), {', '.join(ASKED_FOR)}",
    )
    parser.add_argument(
        "--cases",
        type=int,
        action="append",
        help="in the large database (default 100,000); search: may be repeated",
    )
    parser.add_argument("--keep", type=Path, help="a folder in which search finds its databases again")
    parser.add_argument("--seconds", type=int, default=60, help="how long 16 write to SQLite (default 60)")
    options = parser.parse_args(arguments)
    if unknown := set(options.parts) - {*PARTS, *ASKED_FOR}:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    try:
        prepare(developing=True)
        if missing := services.missing():
            raise Failed(f"apt-get install {' '.join(missing)}")
    except Failed as failure:
        return stop_with(str(failure))
    # The measuring itself needs the packages of .venv.
    sizes = ",".join(map(str, options.cases or [100_000]))
    keep = str(options.keep.resolve()) if options.keep else "-"
    command = [str(PYTHON), "-m", "deploy.benchmark.run", sizes, str(options.seconds), keep]
    try:
        command += options.parts or PARTS
        return subprocess.run(command, cwd=ROOT, env=clean_environment()).returncode  # noqa: S603
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
