"""A process that does one thing to the index and stops in the middle of it, to be killed there.

Started once for many tests: it reads a line of JSON for each victim and forks it. The victim prints its id
when it has come to where it is to stop: behind the `nth` call of the function at `where`, or before it.
Another line follows when it has gone.
"""

import importlib
import json
import os
import sys
import time
from typing import Any

import django


def main() -> None:
    """Fork a victim for each line."""
    django.setup()
    importlib.import_module("search.outbox")
    for line in sys.stdin:
        wanted = json.loads(line)
        if os.fork() == 0:
            _be(**wanted)
            os._exit(0)
        os.wait()
        print("gone", flush=True)


def _be(what: str, where: str, nth: int, *, after: bool, batch: int, **changed: Any) -> None:
    from django.conf import settings

    from search import outbox

    for name, value in changed.items():
        setattr(settings, name, value)
    module, _colon, path = where.partition(":")
    *holders, name = path.split(".")
    holder: Any = importlib.import_module(module)
    for one in holders:
        holder = getattr(holder, one)
    real, calls = getattr(holder, name), []

    def stops(*args: Any, **options: Any) -> Any:
        calls.append(1)
        here = len(calls) == nth
        if here and not after:
            _stand_still()
        answer = real(*args, **options)
        if here:
            _stand_still()
        return answer

    setattr(holder, name, stops)
    outbox.BUILD_BATCH = batch
    if what == "rebuild":
        outbox.rebuild()
    else:
        outbox.drain(batch)
    print("it never came there", flush=True)


def _stand_still() -> None:
    print(os.getpid(), flush=True)
    time.sleep(300)


if __name__ == "__main__":
    main()
