"""PostgreSQL killed under the real web server and worker: what they answer, and how they come back."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import psycopg
import pytest
from django.http import QueryDict
from twilio.request_validator import RequestValidator

from deploy.prepare import PYTHON
from deploy.processes import Children, clean_environment, free_port
from deploy.progress import run
from deploy.services import Postgres
from tests.hotline.telephony.conftest import ACCOUNT, text, voice

pytestmark = [pytest.mark.services, pytest.mark.drill]
TOKEN = "the-token-of-the-account"


class House:
    """Web server and worker on a PostgreSQL of their own."""

    def __init__(self, folder: Path) -> None:
        self.children = Children(folder / "logs")
        self.postgres = Postgres(self.children, folder / "postgres", ("max_connections=100",))  # it syncs
        self.address = f"http://127.0.0.1:{free_port()}"
        self.env = clean_environment() | {
            "DJANGO_SETTINGS_MODULE": "hotline.settings",
            "DATABASE_URL": self.postgres.url,
            "HOTLINE_DATA_DIR": str(folder / "data"),
            "HOTLINE_PUBLIC_URL": self.address,
            "HOTLINE_CARRIER_URL": "http://127.0.0.1:9",
            "HOTLINE_TWILIO_ACCOUNT_SID": ACCOUNT,
            "HOTLINE_TWILIO_AUTH_TOKEN": TOKEN,
        }

    def start(self) -> None:
        self.postgres.start()
        run([str(PYTHON), "manage.py", "migrate", "--no-input", "-v0"], self.env)
        run([str(PYTHON), "manage.py", "load_deployment"], self.env)
        port = self.address.rpartition(":")[2]
        web = ["-m", "granian", "--interface", "asgi", "--port", port, "hotline.asgi:application"]
        self.children.start("web", [PYTHON, *web], self.env)
        self.children.start("worker", [PYTHON, "manage.py", "work"], self.env)
        self.children.wait_for("web", f"{self.address}/health/ready", 60)

    def ask(self, path: str, fields: dict[str, str] | None = None) -> tuple[int, str, float]:
        """Status, text and seconds; `fields` are posted as the carrier does."""
        headers, body = {}, None
        if fields is not None:
            body = urlencode(fields).encode()
            signed = RequestValidator(TOKEN).compute_signature(self.address + path, QueryDict(body.decode()))
            headers["X-Twilio-Signature"] = signed
        started = time.monotonic()
        try:
            with urlopen(Request(self.address + path, body, headers), timeout=30) as answer:  # noqa: S310
                return answer.status, answer.read().decode(), time.monotonic() - started
        except HTTPError as error:
            with error:
                return error.code, error.read().decode(), time.monotonic() - started

    def count(self, table: str) -> int:
        with psycopg.connect(self.postgres.url) as wire:
            return int(wire.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # type: ignore[index]  # noqa: S608


@pytest.fixture
def house() -> Iterator[House]:
    with TemporaryDirectory(prefix="hotline-faults-", ignore_cleanup_errors=True) as name:
        house = House(Path(name))
        try:
            house.start()
            yield house
        finally:
            house.children.stop()


def parts(house: House) -> dict[str, bool]:
    found = json.loads(house.ask("/health/ready")[1])
    return {name: each["ok"] for name, each in found.items() if name != "ok"}


def until_ready(house: House, seconds: float = 60) -> float:
    started = time.monotonic()
    while (answer := house.ask("/health/ready"))[0] != 200:
        assert time.monotonic() - started < seconds, answer
        time.sleep(0.2)
    return time.monotonic() - started


def test_killed_and_back(house: House) -> None:
    assert house.ask("/twilio/messages/", text("之前"))[0] == 200
    house.postgres.kill()
    status, _body, seconds = house.ask("/twilio/messages/", text("其间", sid="SM" + "2" * 32))
    assert (status, seconds < 10) == (503, True), seconds
    status, body, seconds = house.ask("/twilio/voice/", voice())
    assert (status, seconds < 10) == (503, True)
    status, body, seconds = house.ask("/twilio/voice/fallback/", voice(ErrorCode="11200"))
    assert (status, "<Record" in body, seconds < 10) == (200, True, True)
    status, body, seconds = house.ask("/accounts/login/")
    assert status in {200, 503} and seconds < 10
    status, body, seconds = house.ask("/health/live")
    assert (status, body) == (200, "ok")
    assert parts(house)["database"] is False
    time.sleep(12)  # longer than the pool's own tries last
    house.postgres.start()
    web = until_ready(house)
    assert house.ask("/twilio/messages/", text("其间", sid="SM" + "2" * 32))[0] == 200
    assert house.count("hotline_interaction") == 2
    beaten = time.monotonic()
    with psycopg.connect(house.postgres.url) as wire:
        while not wire.execute(
            "SELECT count(*) > 0 FROM hotline_heartbeat WHERE name = 'search' AND problem = ''"
            " AND at > now() - interval '4 seconds'"
        ).fetchone()[0]:  # type: ignore[index]
            assert time.monotonic() - beaten < 60
            time.sleep(0.2)
    print(
        f"web ready {web:.1f} s after PostgreSQL, the worker's duties {time.monotonic() - beaten:.1f} s later"
    )
    house.children.check()
