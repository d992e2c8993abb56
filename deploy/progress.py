"""Says what is being done while it is done, and shows a failed command's own words."""

import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LAST_LINES = 40


class Failed(Exception):
    """Something a person must mend; the message is one clear line."""


@contextmanager
def step(title: str) -> Iterator[None]:
    """Prints `title` at once and the seconds it took at its end."""
    print(f"· {title} …", end="", flush=True)
    started = time.monotonic()
    try:
        yield
    except BaseException:
        print(" failed", flush=True)
        raise
    print(f" {time.monotonic() - started:.1f} s", flush=True)


def run(command: Sequence[str | Path], env: Mapping[str, str] | None = None) -> str:
    """Runs `command` in the project's folder and returns its output.

    A dot for each two seconds shows that it is still at work. Raises Failed with the end of what it said.
    """
    process = subprocess.Popen(  # noqa: S603 - our own commands
        [str(part) for part in command],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        errors="replace",
    )
    lines: list[str] = []
    shown = time.monotonic()
    try:
        for line in process.stdout or ():
            lines.append(line)
            if time.monotonic() - shown > 2:
                shown = time.monotonic()
                print(".", end="", flush=True)
        process.wait()
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
        if process.stdout:
            process.stdout.close()
    if process.returncode:
        tail = "".join(lines[-LAST_LINES:]).rstrip()
        raise Failed(f"{' '.join(map(str, command))} ended with status {process.returncode}:\n{tail}")
    return "".join(lines)


def last_lines(path: Path, count: int = LAST_LINES) -> str:
    """The end of a log file; empty where there is none."""
    if not path.exists():
        return ""
    with path.open(encoding="utf-8", errors="replace") as file:
        return "".join(deque(file, count)).rstrip()


def stop_with(problem: str) -> int:
    """Prints what went wrong and gives the exit status of a failure."""
    print(f"\n{problem}", file=sys.stderr, flush=True)
    return 1
