"""deploy/drills/kill: kills parts of a hotline that is at work, and counts whether anything was lost."""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from deploy import services
from deploy.prepare import PYTHON, prepare
from deploy.processes import clean_environment, ended_by_signals
from deploy.progress import ROOT, Failed, stop_with

KILLS = 200
DATABASES = ("sqlite", "postgres")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; 0 when nothing was lost and nothing happened twice, 1 else."""
    parser = argparse.ArgumentParser(prog="deploy/drills/kill", description=__doc__)
    parser.add_argument(
        "--database", choices=DATABASES, help="only on this one (by default on both, one after the other)"
    )
    parser.add_argument(
        "--kills", type=_count, default=KILLS, help=f"how many in all, over both databases ({KILLS})"
    )
    parser.add_argument("--seed", type=int, help="the same choices again (the moments differ all the same)")
    parser.add_argument("--keep", type=Path, help="a folder for data and logs, to look at afterwards")
    options = parser.parse_args(arguments)
    databases = [options.database] if options.database else list(DATABASES)
    try:
        with ended_by_signals():
            if options.keep and options.keep.exists() and any(options.keep.iterdir()):
                raise Failed(f"{options.keep} is not empty")
            prepare()
            if "postgres" in databases and "postgresql" in services.missing():
                raise Failed("PostgreSQL is missing: apt-get install postgresql, or --database sqlite")
            return drill(databases, options.kills, options.seed, options.keep)
    except Failed as failure:
        return stop_with(str(failure))
    except KeyboardInterrupt:
        print("\nStopped.", flush=True)
        return 130


def drill(databases: Sequence[str], kills: int, seed: int | None = None, keep: Path | None = None) -> int:
    """Plays the drill on a prepared machine; its exit status."""
    seed = int.from_bytes(os.urandom(3)) if seed is None else seed
    command = [str(PYTHON), "-m", "deploy.drills.killing", "--kills", str(kills), "--seed", str(seed)]
    command += ["--keep", str(keep.resolve())] if keep else []
    env = clean_environment() | {"PYTHONUNBUFFERED": "1"}
    return subprocess.run([*command, *databases], cwd=ROOT, env=env).returncode  # noqa: S603 - our own


def _count(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 10_000:
        raise argparse.ArgumentTypeError("from 1 to 10000")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
