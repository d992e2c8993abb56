"""Starting the process: what it is told, what it refuses, how it ends."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from hotline.simulator.__main__ import read_config
from hotline.simulator.config import ConfigError, base_url, browser_origins, read_credentials

from .conftest import CREDENTIALS, until

ENVIRON = {
    "HOTLINE_TWILIO_ACCOUNT_SID": CREDENTIALS.account_sid,
    "HOTLINE_TWILIO_AUTH_TOKEN": f"{CREDENTIALS.auth_token}, the-old-token",
    "HOTLINE_TWILIO_API_KEY": CREDENTIALS.api_key,
    "HOTLINE_TWILIO_API_SECRET": CREDENTIALS.api_secret,
    "HOTLINE_TWILIO_APP_SID": CREDENTIALS.app_sid,
}


def start(environ: dict[str, str], *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "hotline.simulator", *arguments],
        env={"PATH": os.environ["PATH"]} | environ,
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_it_starts_without_django_and_ends_when_told() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = start(ENVIRON, "--port", str(port), "--number", "+8653212351")

    def healthy() -> bool:
        try:
            return bool(requests.get(f"http://127.0.0.1:{port}/sim/health", timeout=1).json()["ok"])
        except requests.ConnectionError:
            return False

    try:
        until(healthy, "the simulator", seconds=20)
        process.send_signal(signal.SIGTERM)
        out, _problems = process.communicate(timeout=10)
    finally:
        process.kill()
    assert process.returncode == 0
    assert f"http://127.0.0.1:{port}/" in out


def test_missing_credentials_are_one_line() -> None:
    process = start({name: value for name, value in ENVIRON.items() if not name.endswith("SECRET")})
    _out, problems = process.communicate(timeout=20)
    assert process.returncode == 1
    assert problems == "HOTLINE_TWILIO_API_SECRET: is needed by the carrier simulator\n"


def test_of_two_tokens_the_first_signs_and_secrets_may_stand_in_files(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("from-a-file\n")
    environ = {name: value for name, value in ENVIRON.items() if not name.endswith("SECRET")}
    environ["HOTLINE_TWILIO_API_SECRET_FILE"] = str(secret)
    credentials = read_credentials(environ)
    assert (credentials.auth_token, credentials.api_secret) == (CREDENTIALS.auth_token, "from-a-file")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_credentials(environ | {"HOTLINE_TWILIO_API_SECRET_FILE": str(tmp_path / "none")})


def test_arguments_become_the_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    arguments = "--port 8200 --hotline https://hotline.example/ --inbound-events completed --voice-path /in/"
    config, host, port = read_config(arguments.split())
    assert (host, port, config.public) == ("127.0.0.1", 8200, "http://127.0.0.1:8200")
    assert (config.hotline, config.inbound_events) == ("https://hotline.example", ("completed",))
    assert config.at_hotline(config.voice_path) == "https://hotline.example/in/"
    with pytest.raises(ConfigError, match="is not an address"):
        read_config(["--hotline", "hotline.example"])


@pytest.mark.parametrize("wrong", ["", "ftp://a", "http://a/b", "http://a?b", "//a"])
def test_addresses_that_are_none(wrong: str) -> None:
    with pytest.raises(ValueError, match="is not an address"):
        base_url(wrong)


def test_a_loopback_address_has_two_names() -> None:
    assert browser_origins("http://localhost:8000", ["https://b.example"]) == {
        "http://localhost:8000",
        "http://127.0.0.1:8000",
        "https://b.example",
    }


def test_nothing_of_the_hotline_is_imported() -> None:
    code = "import sys, hotline.simulator.__main__; print(sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "'django'" not in done.stdout and "'hotline.models'" not in done.stdout
    assert "'hotline.simulator.app'" in done.stdout
