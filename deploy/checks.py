"""deploy/test: everything that must hold before a change is kept."""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from deploy import elasticsearch, services
from deploy.drills import kill
from deploy.prepare import PYTHON, VENV, prepare
from deploy.processes import clean_environment, ended_by_signals
from deploy.progress import ROOT, Failed, run, step, stop_with

TEST_PROCESSES = 2
NO_TESTS = 5
KILLS = 20
"""The drill with ten times as many is for people: docs/drills.md."""
# A production environment, for `check --deploy`: the values lead nowhere.
PRODUCTION = {
    "HOTLINE_PUBLIC_URL": "https://hotline.example",
    "HOTLINE_SECRET_KEY": "a-key-for-checking-only-" + "0123456789abcdefghij" * 2,
    "HOTLINE_DATA_KEYS": "Zm9yLWNoZWNraW5nLW9ubHktMTIzNDU2Nzg5MDEyMzQ=",
    "HOTLINE_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "HOTLINE_TWILIO_AUTH_TOKEN": "for-checking-only",
}


class Parts:
    """What was done, how long it took, and how it ended."""

    def __init__(self) -> None:
        self.failed = False
        self._lines: list[str] = []

    def do(self, title: str, part: Callable[[], None]) -> None:
        """Runs one part; a failure is shown and kept, and the next part runs all the same."""
        started = time.monotonic()
        try:
            part()
        except Failed as failure:
            print(failure, file=sys.stderr, flush=True)
            self._add("FAILED", title, started)
            self.failed = True
        else:
            self._add("ok", title, started)

    def left_out(self, title: str, reason: str, *, failed: bool) -> None:
        """Notes a part that this machine cannot run."""
        print(f"· {title}: {reason}", flush=True)
        self._lines.append(f"  {'FAILED' if failed else 'left out':<9}{'':>8}   {title}: {reason}")
        self.failed = self.failed or failed

    def summary(self) -> str:
        """All parts, one a line, and what it comes to."""
        end = "Something failed." if self.failed else "All is well."
        return "\n".join(["", *self._lines, "", end])

    def _add(self, state: str, title: str, started: float) -> None:
        self._lines.append(f"  {state:<9}{time.monotonic() - started:>6.1f} s   {title}")


def check(folder: Path, pytest_arguments: Sequence[str], *, require_services: bool) -> int:
    """Runs all parts with `folder` for what they write; 0 when nothing failed."""
    parts = Parts()
    with ExitStack() as stack:
        # It takes its time to start: let it do so beside the first parts.
        search_server = None if services.missing() else stack.enter_context(elasticsearch.Background())
        _do_all(parts, folder, pytest_arguments, search_server, require_services=require_services)
    print(parts.summary(), flush=True)
    return 1 if parts.failed else 0


def _do_all(
    parts: Parts,
    folder: Path,
    pytest_arguments: Sequence[str],
    search_server: elasticsearch.Background | None,
    *,
    require_services: bool,
) -> None:
    env = clean_environment() | {"HOTLINE_DATA_DIR": str(folder / "data"), "PYTHONUNBUFFERED": "1"}
    for title, command, extra in STATIC_PARTS:
        parts.do(title, _shown_when_failed(title, command, env | extra))
    parts.do("Tests on SQLite", lambda: _pytest("not services and not browser", pytest_arguments, env))
    if shutil.which("chromium"):
        # One process: the browser and the hotline that it looks at take both cores already.
        parts.do("Tests in a browser", lambda: _pytest("browser", pytest_arguments, env, processes=0))
    else:
        parts.left_out("Tests in a browser", "apt-get install chromium", failed=require_services)
    title = "Tests on PostgreSQL and Redis"
    if search_server is None:
        packages = " ".join(services.missing())
        parts.left_out(title, f"apt-get install {packages}", failed=require_services)
        without_search = "they go with those on PostgreSQL and Redis"
    else:
        parts.do(title, lambda: _pytest_with_services(pytest_arguments, env, search_server))
        without_search = search_server.problem
    if not pytest_arguments:
        databases = ["sqlite"] if "postgresql" in services.missing() else list(kill.DATABASES)
        parts.do(f"Drill: {KILLS} kills on {' and '.join(databases)}", lambda: _kills(databases))
    if without_search:
        parts.left_out("Tests on Elasticsearch", without_search, failed=require_services)


def _tool(name: str, *arguments: str) -> list[str]:
    return [str(VENV / "bin" / name), *arguments]


def _manage(*arguments: str) -> list[str]:
    return [str(PYTHON), "manage.py", *arguments]


STATIC_PARTS: tuple[tuple[str, list[str], dict[str, str]], ...] = (
    ("Lint (ruff check)", _tool("ruff", "check"), {}),
    ("Format (ruff format)", _tool("ruff", "format", "--check"), {}),
    ("Import rules (import-linter)", _tool("lint-imports"), {}),
    ("Types (mypy)", _tool("mypy"), {}),
    ("Migrations are complete", _manage("makemigrations", "--check", "--dry-run"), {}),
    ("Production settings", _manage("check", "--deploy", "--fail-level", "WARNING"), PRODUCTION),
)


def _shown_when_failed(title: str, command: Sequence[str], env: dict[str, str]) -> Callable[[], None]:
    """A part that prints what its command said only when it failed."""

    def part() -> None:
        with step(title):
            run(command, env)

    return part


def _pytest(
    selection: str, arguments: Sequence[str], env: dict[str, str], processes: int = TEST_PROCESSES
) -> None:
    command = [str(PYTHON), "-m", "pytest", "-n", str(processes), "--dist", "loadgroup"]
    command += ["-m", selection, *arguments]
    print(f"\n· pytest -m '{selection}' {' '.join(arguments)}", flush=True)
    status = subprocess.run(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL).returncode  # noqa: S603
    if status and not (status == NO_TESTS and arguments):
        raise Failed(f"pytest ended with status {status}")


def _pytest_with_services(
    arguments: Sequence[str], env: dict[str, str], search_server: elasticsearch.Background
) -> None:
    # Each test empties its tables: a vacuum would only hold them meanwhile.
    with services.running(TEST_PROCESSES, "autovacuum=off") as running:
        # tests/settings.py gives each test process the Redis of its number.
        extra = {"DATABASE_URL": running.database_url, "REDIS_URL": running.redis_urls[0]}
        each = {f"HOTLINE_TEST_REDIS_GW{number}": url for number, url in enumerate(running.redis_urls)}
        try:
            _pytest("not browser", arguments, env | extra | each | search_server.environment())
        except Failed:
            print(f"\n· Waits for locks\n{services.lock_waits(running.logs) or 'none'}", flush=True)
            raise


def _kills(databases: Sequence[str]) -> None:
    if kill.drill(databases, KILLS):
        raise Failed("The drill has found something: its seed and table stand above")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line: our own options first, everything else goes to pytest."""
    parser = argparse.ArgumentParser(
        prog="deploy/test",
        description=__doc__,
        epilog="All other arguments go to pytest: deploy/test tests/search -k pinyin",
    )
    parser.add_argument(
        "--require-services",
        action="store_true",
        help="fail where PostgreSQL, Redis, Chromium or Java is missing, in place of leaving their tests out",
    )
    options, pytest_arguments = parser.parse_known_args(arguments)
    try:
        with ended_by_signals(), tempfile.TemporaryDirectory(prefix="hotline-test-") as folder:
            prepare(developing=True)
            return check(Path(folder), pytest_arguments, require_services=options.require_services)
    except Failed as failure:
        return stop_with(str(failure))
    except KeyboardInterrupt:
        print("\nStopped.", flush=True)
        return 130


if __name__ == "__main__":
    sys.exit(main())
