"""Private PostgreSQL and Redis instances in a temporary folder, for tests and drills."""

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.processes import Children, clean_environment, free_port
from deploy.progress import Failed

START_SECONDS = 60
READY = "database system is ready to accept connections"
POSTGRES_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
)
# Test data may be lost with the machine: nothing waits for the disk. Who waits for whom is in its log.
POSTGRES_OPTIONS = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=200",
    "log_lock_waits=on",
)


@dataclass(frozen=True)
class Services:
    """The addresses of the running instances; each test process has a Redis of its own."""

    database_url: str
    redis_urls: tuple[str, ...]
    logs: Path


def missing() -> list[str]:
    """The Debian packages that would bring what is not here."""
    return [
        package
        for package, found in [
            ("postgresql", _postgres_folder()),
            ("redis-server", shutil.which("redis-server")),
        ]
        if not found
    ]


@contextmanager
def running(redis_count: int = 1, *postgres_options: str) -> Iterator[Services]:
    """Starts PostgreSQL (each option as name=value) and `redis_count` Redis; they end with the block."""
    with TemporaryDirectory(prefix="hotline-services-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        children = Children(folder / "logs")
        try:
            postgres = Postgres(children, folder / "postgres", POSTGRES_OPTIONS + postgres_options)
            postgres.start()
            redis_urls = [_start_redis(children, f"redis-{number}", folder) for number in range(redis_count)]
            yield Services(postgres.url, tuple(redis_urls), folder / "logs")
        finally:
            children.stop()


def lock_waits(logs: Path) -> str:
    """What PostgreSQL wrote of sessions that waited over a second for another's lock, and for which."""
    lines = (logs / "postgres.log").read_text(errors="replace").splitlines()
    told = ("still waiting for", "deadlock", "holding the lock", "waits for")
    return "\n".join(line[:400] for line in lines if any(words in line for words in told))


@contextmanager
def kept(folder: Path) -> Iterator[str]:
    """Starts a PostgreSQL whose data stay in `folder` and are there the next time; yields its address."""
    folder.mkdir(parents=True, exist_ok=True)
    children = Children(folder / "logs")
    try:
        postgres = Postgres(children, folder / "postgres")
        postgres.start()
        yield postgres.url
    finally:
        children.stop()


def _postgres_folder() -> Path | None:
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    for pattern in POSTGRES_FOLDERS:
        folders += sorted(Path("/").glob(pattern.lstrip("/")), reverse=True)
    return next(
        (folder for folder in folders if (folder / "initdb").exists() and (folder / "postgres").exists()),
        None,
    )


class Postgres:
    """A server with a folder of its own; `options` are its settings, each as name=value."""

    def __init__(self, children: Children, folder: Path, options: tuple[str, ...] = POSTGRES_OPTIONS) -> None:
        binaries = _postgres_folder()
        if binaries is None:
            raise Failed("PostgreSQL is missing: apt-get install postgresql")
        self._children = children
        self._owner = unprivileged()
        folder.mkdir(exist_ok=True)
        if self._owner:
            os.chown(folder, *self._owner)
            # The folder above was made for root alone: others may pass through, and list nothing.
            folder.parent.chmod(0o711)
        if not (folder / "data").exists():
            _initdb(binaries / "initdb", folder / "data", self._owner)
        self._port = free_port()
        wanted = [
            f"port={self._port}",
            "listen_addresses=127.0.0.1",
            f"unix_socket_directories={folder}",
            *options,
        ]
        arguments = [part for option in wanted for part in ("-c", option)]
        self._command = [str(binaries / "postgres"), "-D", str(folder / "data"), *arguments]
        self.url = f"postgres://hotline@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        """Starts it, with what it held before, and returns once it serves."""
        end = time.monotonic() + START_SECONDS
        while True:
            self._children.start("postgres", self._command, clean_environment(), self._owner)
            try:
                return self._listens()
            except Failed:
                # The sessions of one that was killed end a moment after it, and hold its memory until then.
                held = "is still in use" in self._children.log("postgres").read_text(errors="replace")
                if not held or time.monotonic() > end:
                    raise
            time.sleep(0.2)

    def _listens(self) -> None:
        # One that was killed answers before it has brought its data in order, and refuses everybody.
        log = self._children.log("postgres")
        _wait(self._children, "postgres", lambda: READY in log.read_text(errors="replace"))

    def kill(self) -> None:
        """Ends the server as a power cut would; what it had started notices and ends by itself."""
        self._children.kill("postgres")


def _initdb(initdb: Path, data: Path, owner: tuple[int, int] | None) -> None:
    user, group = owner or (None, None)
    made = subprocess.run(  # noqa: S603 - our own command
        [initdb, "-D", data, "-U", "hotline", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"],
        cwd=data.parent,
        capture_output=True,
        text=True,
        user=user,
        group=group,
        extra_groups=[] if owner else None,
    )
    if made.returncode:
        raise Failed(f"initdb ended with status {made.returncode}:\n{made.stdout}{made.stderr}")


def unprivileged() -> tuple[int, int] | None:
    """PostgreSQL and Elasticsearch refuse to run as root: whom they run as instead, None if we are not."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    raise Failed("PostgreSQL and Elasticsearch do not run as root, and there is no user postgres or nobody")


def _start_redis(children: Children, name: str, folder: Path) -> str:
    redis = shutil.which("redis-server")
    if redis is None:
        raise Failed("Redis is missing: apt-get install redis-server")
    port = free_port()
    options = [
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--appendonly",
        "no",
        "--dir",
        str(folder),
    ]
    children.start(name, [redis, *options], clean_environment())
    _wait(children, name, lambda: _asked(port, b"PING\r\n").startswith(b"+PONG"))
    return f"redis://127.0.0.1:{port}/0"


def _wait(children: Children, name: str, ready: Callable[[], bool]) -> None:
    end = time.monotonic() + START_SECONDS
    while not ready():
        children.check()
        if time.monotonic() > end:
            raise Failed(f"{name} does not answer after {START_SECONDS} s")
        time.sleep(0.05)


def _asked(port: int, question: bytes) -> bytes:
    """What the server on `port` says first to `question`; nothing while it does not listen."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(question)
            return connection.recv(16)
    except OSError:
        return b""
