"""The private servers of one run: databases, web servers, and what they are asked with."""

import json
import os
import secrets
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psycopg
from cryptography.fernet import Fernet

from deploy.prepare import PYTHON
from deploy.processes import Children, clean_environment, free_port
from deploy.progress import ROOT, Failed, run
from deploy.services import Services

READY_SECONDS = 60
TOKEN = secrets.token_hex(16)
NUMBER = "+8653212351"


class House:
    """One hotline with a database, a data folder and an address of its own."""

    def __init__(self, folder: Path, database_url: str, redis_url: str, **extra: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.children = Children(folder / "logs")
        self.env = clean_environment() | {
            "PYTHONUNBUFFERED": "1",
            "DJANGO_SETTINGS_MODULE": "hotline.settings",
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "HOTLINE_DATA_DIR": str(folder),
            "HOTLINE_DEMO": "1",
            "HOTLINE_LOG_LEVEL": "WARNING",
            "HOTLINE_PUBLIC_URL": self.address,
            "HOTLINE_SECRET_KEY": secrets.token_urlsafe(60),
            "HOTLINE_DATA_KEYS": Fernet.generate_key().decode(),
            "HOTLINE_TWILIO_ACCOUNT_SID": "AC" + secrets.token_hex(16),
            "HOTLINE_TWILIO_AUTH_TOKEN": TOKEN,
            "HOTLINE_TWILIO_NUMBER": NUMBER,
            **extra,
        }
        self.started: dict[str, float] = {}
        """What its servers held when they had warmed up, in MiB."""
        self.env = {name: value for name, value in self.env.items() if value}

    def manage(self, *arguments: str) -> str:
        """What `manage.py` says to `arguments`."""
        return run([PYTHON, "manage.py", *arguments], self.env)

    def inside(self, part: str, *arguments: str, module: str = "deploy.benchmark.inside") -> Any:
        """What `module` measures or tells."""
        command = [str(PYTHON), "-m", module, part, *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.bare_env, capture_output=True, text=True)  # noqa: S603
        if done.returncode:
            raise Failed(f"{part} could not be measured:\n{done.stdout[-500:]}{done.stderr[-3000:]}")
        return json.loads(done.stdout.splitlines()[-1])

    @property
    def bare_env(self) -> Mapping[str, str]:
        """The environment of the yardsticks."""
        return self.env | {"DJANGO_SETTINGS_MODULE": "deploy.benchmark.settings"}

    def serve(self, name: str, interface: str, threads: int = 4) -> None:
        """Start the web server as in production (`wsgi`) or as on one machine (`asgi`)."""
        command = _granian(interface, self.port, f"hotline.{interface}:application", threads)
        self.children.start(name, command, self.env | {"HOTLINE_BENCH": name})
        self.children.wait_for(name, f"{self.address}/health/live", READY_SECONDS)

    def serve_beside(self, name: str, interface: str, target: str, threads: int = 4) -> str:
        """Start another server on the same database; returns its address."""
        port = free_port()
        env = {**self.bare_env, "HOTLINE_BENCH": name}
        self.children.start(name, _granian(interface, port, target, threads), env)
        return f"http://127.0.0.1:{port}"

    def work(self) -> None:
        """Start the worker."""
        self.children.start("worker", [PYTHON, "manage.py", "work"], self.env)

    def note_memory(self, name: str) -> None:
        """Keep what the server `name` holds now as what it began with; once."""
        self.started.setdefault(name, memory(name))

    def close(self) -> None:
        """End all that was started."""
        self.children.stop()


def _granian(interface: str, port: int, target: str, threads: int) -> Sequence[str | Path]:
    more = ["--blocking-threads", str(threads)] if interface == "wsgi" else []
    return [
        PYTHON, "-m", "granian", "--interface", interface, "--workers", "1", *more, "--host", "127.0.0.1",
        "--port", str(port), "--no-ws" if interface == "wsgi" else "--ws", target,
    ]  # fmt: skip


def databases(services: Services, *names: str) -> list[str]:
    """New databases on the private PostgreSQL, by address."""
    with psycopg.connect(services.database_url, autocommit=True) as connection:
        for name in names:
            connection.execute(f"CREATE DATABASE {name}")
    base = services.database_url.rpartition("/")[0]
    return [f"{base}/{name}" for name in names]


def memory(name: str) -> float:
    """MiB that the largest process of the server `name` holds."""
    return max((_resident(pid) for pid in _processes(name)), default=0.0)


def _processes(name: str) -> list[int]:
    mark = f"HOTLINE_BENCH={name}\0".encode()
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:  # it has just ended, or is somebody else's
            continue
    return found


def _resident(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
