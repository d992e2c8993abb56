"""After the kills, with the workers ended: does what is still due, then counts. Runs inside Django.

The claims of killed processes run out after minutes. So that nobody has to sit through them, the clock of
this process runs ahead: its worker meets them as one would that was started that much later.
"""

import json
import os
import sys
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import django
import time_machine

AHEAD = timedelta(minutes=6)
"""Longer than any claim (files: 5 minutes) and than the carrier's list is believed to be late (3)."""
SETTLE_SECONDS = 240


def settle(limit: float = SETTLE_SECONDS) -> float:
    """Runs the worker's duties until nothing is due any more; returns the seconds it took.

    Stops after `limit` seconds: what is still there then shows in the count.
    """
    from deploy.drills.killing import rows
    from hotline.live import worker
    from hotline.management.commands.work import duties

    began = time.monotonic()
    with time_machine.travel(datetime.now(UTC) + AHEAD, tick=True):
        while True:
            failed, left = worker.run_once(duties()), rows.unfinished()
            took = time.monotonic() - began
            print(f"{took:.1f} s: {left} left, failed: {failed}", flush=True)
            if not failed and not left or took > limit:
                return took


def main(doors: str, folder: Path) -> None:
    """Settles, then compares with what the carrier at `doors` and the people (`replies.json`) say there was.

    Writes `counts.json`.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hotline.settings")
    django.setup()
    from deploy.drills.killing import rows

    seconds = settle()
    with urllib.request.urlopen(f"{doors}/sim/made", timeout=30) as answer:  # noqa: S310 - our own address
        made = json.load(answer)
    made["replies"] = json.loads((folder / "replies.json").read_text(encoding="utf-8"))
    counts = [vars(count) for count in rows.count(made)]
    text = json.dumps({"seconds": seconds, "counts": counts, "versions": rows.versions()}, ensure_ascii=False)
    (folder / "counts.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
