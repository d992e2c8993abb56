"""One hotline with its own database, web server, workers, carrier and wires, any of which can be killed."""

import asyncio
import secrets
import time
from pathlib import Path

import aiohttp

from deploy.drills.killing.relay import Relay
from deploy.prepare import PYTHON
from deploy.processes import Children, clean_environment, free_port
from deploy.progress import Failed, last_lines, run
from deploy.services import Postgres

NUMBER = "+8653212351"
READY_SECONDS = 60
RESTART_SECONDS = 30
# What is answered must outlast the server: the disk is waited for, as in production.
POSTGRES_OPTIONS = ("fsync=on", "max_connections=100")
# As a real number would be configured (docs/telephony.md): posts that meet a busy hotline come again.
AGAIN = "#rc=2&rp=ct,rt,5xx"
STARTED = "worker started"
"""What a worker says once it is at work."""
WORKERS = {"sqlite": ("worker",), "postgres": ("worker", "worker2")}


class House:
    """Everything that runs for one database. `folder` holds data and logs."""

    def __init__(self, database: str, folder: Path) -> None:
        self.database = database
        self.workers = WORKERS[database]
        self.logs = folder / "logs"
        self.children = Children(self.logs)
        self._server = (
            Postgres(self.children, folder / "postgres", POSTGRES_OPTIONS) if database == "postgres" else None
        )
        self._web_port, simulator_port = free_port(), free_port()
        self._simulator_port = simulator_port
        # Nobody reaches the web server or the carrier but through these.
        self.wires = {
            "wire to the hotline": Relay(free_port(), self._web_port),
            "wire to the carrier": Relay(free_port(), simulator_port),
        }
        to_hotline, to_carrier = self.wires.values()
        self.address = f"http://127.0.0.1:{to_hotline.port}"
        self.carrier = f"http://127.0.0.1:{to_carrier.port}"
        self.doors = f"http://127.0.0.1:{simulator_port}"
        self.password = secrets.token_hex(8)
        self.env = self._environment(folder / "data")
        self.started: dict[str, float] = {}

    def _environment(self, data: Path) -> dict[str, str]:
        return (
            clean_environment()
            | ({"DATABASE_URL": self._server.url} if self._server else {})
            | {
                "DJANGO_SETTINGS_MODULE": "hotline.settings",
                "PYTHONUNBUFFERED": "1",
                "HOTLINE_DEMO": "1",
                "HOTLINE_DATA_DIR": str(data),
                "HOTLINE_PUBLIC_URL": self.address,
                "HOTLINE_CARRIER_URL": self.carrier,
                "HOTLINE_TWILIO_NUMBER": NUMBER,
                "HOTLINE_TWILIO_ACCOUNT_SID": "AC" + secrets.token_hex(16),
                "HOTLINE_TWILIO_AUTH_TOKEN": secrets.token_hex(16),
                "HOTLINE_TWILIO_API_KEY": "SK" + secrets.token_hex(16),
                "HOTLINE_TWILIO_API_SECRET": secrets.token_hex(32),
                "HOTLINE_TWILIO_APP_SID": "AP" + secrets.token_hex(16),
                "HOTLINE_DEMO_PASSWORD": self.password,
                # Short, so that waiting calls come to the voicemail and offers lapse within the drill.
                "HOTLINE_WAIT_SECONDS": "10",
                "HOTLINE_OFFER_SECONDS": "6",
            }
        )

    async def start(self) -> None:
        """Makes the database with the demo's people, and starts everything. Raises Failed."""
        if self._server is not None:
            await asyncio.to_thread(self._server.start)
        await asyncio.to_thread(run, [PYTHON, "-m", "deploy.drills.killing.fill"], self.env)
        for wire in self.wires.values():
            await wire.start()
        for name in ("simulator", "web", *self.workers):
            self.begin(name)
        await self.until_up("simulator")
        await self.until_up("web")

    def begin(self, name: str) -> None:
        """Starts a process: web, simulator or one of the workers."""
        self.children.start(name, self._command(name), self.env)
        self.started[name] = time.monotonic()

    def kill(self, name: str) -> None:
        """kill -9, and the same again from the beginning. Its log is kept."""
        self.children.kill(name)
        said = self.children.log(name)
        with (self.logs / f"{name}-all.log").open("ab") as all_of_it:
            all_of_it.write(said.read_bytes())
        self.begin(name)

    async def kill_database(self) -> None:
        """kill -9 of PostgreSQL, and its start on the same data. Raises Failed where it does not come up."""
        assert self._server is not None
        self._server.kill()
        end = time.monotonic() + RESTART_SECONDS
        while True:
            try:
                return await asyncio.to_thread(self._server.start)
            except Failed:
                # It refuses until the last process of the killed one has ended.
                if time.monotonic() > end:
                    raise
                await asyncio.sleep(0.1)

    async def up(self, name: str) -> bool:
        """Whether web server or simulator answers."""
        port, path = (
            (self._web_port, "/health/live") if name == "web" else (self._simulator_port, "/sim/health")
        )
        timeout = aiohttp.ClientTimeout(total=1)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.get(f"http://127.0.0.1:{port}{path}") as answer,
            ):
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False

    async def until_up(self, name: str) -> float:
        """The seconds since its start, once it answers. Raises Failed."""
        while not await self.up(name):
            self.children.check()
            if time.monotonic() - self.started[name] > READY_SECONDS:
                raise Failed(f"{name} does not answer:\n{last_lines(self.children.log(name))}")
            await asyncio.sleep(0.05)
        return time.monotonic() - self.started[name]

    async def at_work(self) -> list[str]:
        """The workers that have started; waits until there is one. Raises Failed."""
        end = time.monotonic() + READY_SECONDS
        while True:
            found = [name for name in self.workers if STARTED in self.children.log(name).read_text("utf-8")]
            if found:
                return found
            self.children.check()
            if time.monotonic() > end:
                raise Failed(f"no worker has started after {READY_SECONDS} s")
            await asyncio.sleep(0.05)

    async def stop_workers(self) -> None:
        """Ends the workers in good order: what is under way is done to its end."""
        await asyncio.gather(*(asyncio.to_thread(self.children.end, name) for name in self.workers))

    async def close(self) -> None:
        """Ends everything."""
        for wire in self.wires.values():
            await wire.close()
        await asyncio.to_thread(self.children.stop)

    def _command(self, name: str) -> list[str | Path]:
        if name == "web":
            port = str(self._web_port)
            options = ["--interface", "asgi", "--workers", "1", "--host", "127.0.0.1", "--port", port]
            return [PYTHON, "-m", "granian", *options, "hotline.asgi:application"]
        if name == "simulator":
            options = ["--port", str(self._simulator_port), "--public", self.carrier]
            options += ["--hotline", self.address, "--number", NUMBER, "--pace", "0.2"]
            options += [
                "--voice-path",
                f"/twilio/voice/{AGAIN}",
                "--status-path",
                f"/twilio/voice/status/{AGAIN}",
            ]
            options += ["--messages-path", f"/twilio/messages/{AGAIN}"]
            return [PYTHON, "-m", "hotline.simulator", *options]
        return [PYTHON, "manage.py", "work"]
