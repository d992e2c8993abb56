"""Child processes that are started together, watched, and ended together."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from deploy.progress import ROOT, Failed, last_lines

GRACE_SECONDS = 10


class Children:
    """Processes that live and die together; each writes its own log file."""

    def __init__(self, logs: Path) -> None:
        logs.mkdir(parents=True, exist_ok=True)
        self._logs = logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(
        self,
        name: str,
        command: Sequence[str | Path],
        env: Mapping[str, str],
        owner: tuple[int, int] | None = None,
    ) -> None:
        """Starts `command` in a group of its own, so that a Ctrl-C at the terminal reaches only us.

        `owner` (user and group id) is whom it runs as; only root may choose.
        """
        user, group = owner or (None, None)
        with self.log(name).open("wb") as log:
            self._running[name] = subprocess.Popen(  # noqa: S603 - our own commands
                [str(part) for part in command],
                cwd=ROOT,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=user,
                group=group,
                extra_groups=[] if owner else None,
            )

    def log(self, name: str) -> Path:
        """Where a process writes what it says."""
        return self._logs / f"{name}.log"

    def check(self) -> None:
        """Raises Failed with the last words of a process that has ended by itself."""
        for name, process in self._running.items():
            status = process.poll()
            if status is not None:
                raise Failed(
                    f"{name} ended with status {status}. Its last words:\n{last_lines(self.log(name))}"
                )

    def wait_for(self, name: str, url: str, seconds: float) -> None:
        """Returns once `url` answers 200; raises Failed when its process ends or the time is over."""
        end = time.monotonic() + seconds
        while True:
            self.check()
            answer = _get(url)
            if answer is None:
                return
            if time.monotonic() > end:
                words = last_lines(self.log(name))
                raise Failed(f"{name} is not ready after {seconds:.0f} s: {answer}\n{words}")
            time.sleep(0.1)

    def kill(self, name: str) -> None:
        """Ends one process, and what it has started, without asking."""
        process = self._running.pop(name)
        _signal(process, signal.SIGKILL)
        process.wait()

    def end(self, name: str) -> None:
        """Ends one process in good order; insists where it takes too long."""
        process = self._running.pop(name)
        _signal(process, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE_SECONDS)
        _signal(process, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        """Ends all of them: asks first, then insists."""
        for process in self._running.values():
            _signal(process, signal.SIGTERM)
        end = time.monotonic() + GRACE_SECONDS
        for process in self._running.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, end - time.monotonic()))
            # What the process itself has started and left behind is in its group.
            _signal(process, signal.SIGKILL)
            process.wait()
        self._running.clear()


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):
        # Gone already; macOS answers EPERM for a group whose members have all ended.
        return


def _get(url: str) -> str | None:
    """None when `url` answers 200, else what is wrong."""
    try:
        with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own address
            return None
    except urllib.error.HTTPError as error:
        return f"{url} answers {error.code}: {error.read(2000).decode(errors='replace')}"
    except (OSError, ValueError) as error:
        return f"{url}: {error}"


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """SIGTERM and SIGHUP end the block as Ctrl-C does, so that everything is cleaned up."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def free_port(wanted: int = 0, *, tries: int = 1) -> int:
    """`wanted`, or the next free one of `tries` ports; 0 means any. Raises Failed where none is free."""
    for port in range(wanted, wanted + tries):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise Failed(f"Port {wanted} is taken by another program. Choose one: deploy/demo --port 8080")


def clean_environment() -> dict[str, str]:
    """The environment less every setting of the hotline, so that a shell's leftovers change nothing."""
    ours = ("HOTLINE_", "DATABASE_URL", "REDIS_URL", "ELASTICSEARCH_URL", "DJANGO_", "GRANIAN_", "PYTHONPATH")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def keep_json(path: Path, made: dict[str, str]) -> dict[str, str]:
    """What `path` holds; `made` is kept there first where there is nothing, readable by its owner alone."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")
    kept: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return kept
