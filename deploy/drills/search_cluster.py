"""deploy/drills/search_cluster: kills nodes of a search cluster under load; counts what is wrong or lost."""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from deploy import services
from deploy.drills.clustering.play import Pace, play
from deploy.prepare import prepare
from deploy.processes import ended_by_signals
from deploy.progress import Failed, stop_with


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; 0 when every search was right and every change is found, 1 else."""
    parser = argparse.ArgumentParser(prog="deploy/drills/search_cluster", description=__doc__)
    parser.add_argument("--seconds", type=_number, default=120, help="how long the load lasts (120)")
    parser.add_argument("--changes", type=_number, default=50, help="changes a second (50)")
    parser.add_argument("--searches", type=_number, default=20, help="searches a second (20)")
    parser.add_argument("--keep", type=Path, help="a folder for data and logs, to look at afterwards")
    options = parser.parse_args(arguments)
    try:
        with ended_by_signals(), ExitStack() as stack:
            if options.keep and options.keep.exists() and any(options.keep.iterdir()):
                raise Failed(f"{options.keep} is not empty")
            prepare()
            if "postgresql" in services.missing():
                raise Failed("PostgreSQL is missing: apt-get install postgresql")
            folder = options.keep or Path(
                stack.enter_context(
                    tempfile.TemporaryDirectory(prefix="hotline-cluster-", ignore_cleanup_errors=True)
                )
            )
            folder.chmod(0o711) if folder.exists() else folder.mkdir(mode=0o711, parents=True)
            return play(folder.resolve(), Pace(options.seconds, options.changes, options.searches))
    except Failed as failure:
        return stop_with(str(failure))
    except KeyboardInterrupt:
        print("\nStopped.", flush=True)
        return 130


def _number(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 10_000:
        raise argparse.ArgumentTypeError("from 1 to 10000")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
