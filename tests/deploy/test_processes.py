"""Processes that are started together end together, and say why when one of them fails."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.processes import Children, clean_environment, ended_by_signals, free_port, keep_json
from deploy.progress import Failed

SERVE = (
    "import http.server, sys;"
    "http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), http.server.{}).serve_forever()"
)
# Starts a child of its own, prints that child's id, and waits for it.
WITH_CHILD = (
    "import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
    "print(child.pid, flush=True); child.wait()"
)


@pytest.fixture
def children(tmp_path: Path) -> Iterator[Children]:
    made = Children(tmp_path / "logs")
    yield made
    made.stop()


def test_waits_until_an_address_answers(children: Children) -> None:
    port = free_port()
    serve = SERVE.format("SimpleHTTPRequestHandler")
    children.start("web", [sys.executable, "-c", serve, str(port)], os.environ)
    children.wait_for("web", f"http://127.0.0.1:{port}/LICENSE", 10)


def test_says_what_an_unready_address_answers(children: Children) -> None:
    port = free_port()
    children.start(
        "web", [sys.executable, "-c", SERVE.format("BaseHTTPRequestHandler"), str(port)], os.environ
    )
    with pytest.raises(Failed, match="web is not ready after 1 s: .* answers 501"):
        children.wait_for("web", f"http://127.0.0.1:{port}/", 1)


def test_a_process_that_ends_by_itself_fails_all_with_its_last_words(children: Children) -> None:
    children.start("worker", [sys.executable, "-c", "raise SystemExit('no database')"], os.environ)
    with pytest.raises(Failed, match=r"worker ended with status 1[^$]*no database"):
        children.wait_for("worker", "http://127.0.0.1:9/", 10)


def test_stopping_ends_what_the_processes_have_started(children: Children) -> None:
    children.start("worker", [sys.executable, "-c", WITH_CHILD], os.environ)
    end = time.monotonic() + 10
    while not (text := children.log("worker").read_text()).endswith("\n"):
        assert time.monotonic() < end
        time.sleep(0.02)
    children.stop()
    end = time.monotonic() + 5
    while alive(int(text)):  # a signal takes a moment to arrive
        assert time.monotonic() < end
        time.sleep(0.02)


def test_one_process_is_killed_and_the_others_live(children: Children) -> None:
    wait = [sys.executable, "-c", "import time; time.sleep(60)"]
    children.start("worker", wait, os.environ)
    children.start("server", wait, os.environ)
    children.kill("server")
    children.check()
    children.start("server", wait, os.environ)
    children.check()


def alive(pid: int) -> bool:
    """A process that has ended but that nobody has waited for yet counts as ended."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout
    return bool(state.strip()) and not state.startswith("Z")


def test_a_request_to_end_is_like_ctrl_c() -> None:
    with pytest.raises(KeyboardInterrupt), ended_by_signals():
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(5)


def test_a_taken_port_is_refused_and_the_next_free_one_found() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Failed, match=f"Port {port} is taken"):
            free_port(port)
        assert free_port(port, tries=50) > port


def test_made_up_secrets_are_made_once_and_for_their_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "demo.json"
    assert (
        keep_json(path, {"password": "first"})
        == keep_json(path, {"password": "second"})
        == {"password": "first"}
    )
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_settings_of_a_shell_are_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOTLINE_DEMO", "DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    clean = clean_environment()
    assert not [name for name in clean if name.startswith(("HOTLINE", "DATABASE", "REDIS", "DJANGO"))]
    assert clean["LC_ALL"] == "C.UTF-8"
