"""Plays the drill on each database in turn; 0 when every count is right."""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from deploy.drills.killing import table
from deploy.drills.killing.play import Result, play
from deploy.progress import Failed, stop_with

DATABASE_KILLS = 20
"""PostgreSQL itself is killed once for so many other kills over both databases."""


async def drill(databases: list[str], kills: int, seed: int, folder: Path) -> int:
    """The drill on each of `databases`, `kills` in all."""
    began = time.monotonic()
    print(f"Seed {seed}. {kills} kills on {' and '.join(databases)}.", flush=True)
    results: list[Result] = []
    for place, database in enumerate(databases):
        share = kills // len(databases) + (place < kills % len(databases))
        at_server = max(1, round(kills / DATABASE_KILLS)) if database == "postgres" else 0
        own = folder / database
        own.mkdir(parents=True)
        dice = random.Random(f"{seed} {database}")  # noqa: S311 - chance that can be had again
        results.append(await play(database, own, share, at_server, dice))
    print(table.drawn(results, time.monotonic() - began), flush=True)
    return 1 if any(result.off for result in results) else 0


def main() -> int:
    """The inner command line: `deploy/drills/kill` has the one for people."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("databases", nargs="+")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = options.keep or Path(
            stack.enter_context(
                tempfile.TemporaryDirectory(prefix="hotline-kill-", ignore_cleanup_errors=True)
            )
        )
        folder.chmod(0o711) if folder.exists() else folder.mkdir(mode=0o711, parents=True)
        try:
            return asyncio.run(drill(options.databases, options.kills, options.seed, folder))
        except Failed as failure:
            return stop_with(str(failure))


if __name__ == "__main__":
    sys.exit(main())
