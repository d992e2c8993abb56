"""deploy/demo: the whole hotline on one machine, with a simulated carrier and demo data."""

import argparse
import fcntl
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TextIO

from deploy.prepare import PYTHON, digest, prepare, stamped
from deploy.processes import Children, clean_environment, ended_by_signals, free_port, keep_json
from deploy.progress import ROOT, Failed, last_lines, run, step, stop_with

WEB_PORT = 8000
SIMULATOR_PORT = 8100
NUMBER = "+8653212351"
MARK = "demo.json"
READY_SECONDS = 60
CASES = 200
SIGN_INS = (
    ("agent, agent2", "answers calls and messages"),
    ("lawyer, lawyer2", "legal review and arbitration referral"),
    ("mediator", "mediation"),
    ("supervisor", "the floor, search, reassigning"),
    ("supervisor_south", "a district's union: takes cases that are sent to it"),
    ("admin", "staff, service hours, prompts"),
)


class Demo:
    """One demo: its data folder, its addresses, the environment of its processes."""

    def __init__(self, data: Path, web_port: int, simulator_port: int) -> None:
        self.data = data
        self.address = f"http://127.0.0.1:{web_port}"
        self.telephone = f"http://127.0.0.1:{simulator_port}"
        self._ports = web_port, simulator_port
        kept = keep_json(data / MARK, _made_up())
        self._lock = _alone(data / MARK)
        self.password = kept["HOTLINE_DEMO_PASSWORD"]
        self.env = (
            clean_environment()
            | kept
            | {
                "DJANGO_SETTINGS_MODULE": "hotline.settings",
                "PYTHONUNBUFFERED": "1",
                "HOTLINE_DEMO": "1",
                "HOTLINE_DATA_DIR": str(data),
                "HOTLINE_PUBLIC_URL": self.address,
                "HOTLINE_CARRIER_URL": self.telephone,
                "HOTLINE_TWILIO_NUMBER": NUMBER,
            }
        )
        self.children = Children(data / "logs")

    def fill(self, *, reset: bool = False, cases: int = CASES) -> None:
        """Migrates, and loads the demo data once; a load that was broken off starts afresh.

        Without `cases` there are only the deployment and the people.
        """
        loaded = self.data / "demo-data-loaded"
        if reset or not loaded.exists():
            _empty(self.data)
        migrated = self.data / "migrated"
        value = digest(ROOT.glob("*/migrations/*.py")) + digest([ROOT / "requirements.lock"])
        if not stamped(migrated, value):
            with step("Migrating the database"):
                self._manage("migrate", "--no-input")
            migrated.write_text(value, encoding="utf-8")
        if not loaded.exists():
            print("· Loading the demo data, once …", flush=True)
            self._say("demo_data", "--cases", str(cases))
            loaded.touch()

    def start(self) -> None:
        """Starts web server, worker and simulator, and returns once all of them are ready."""
        web_port, simulator_port = map(str, self._ports)
        with step("Starting web server, worker and carrier simulator"):
            self.children.start(
                "web",
                [
                    PYTHON,
                    "-m",
                    "granian",
                    "--interface",
                    "asgi",
                    "--workers",
                    "1",
                    "--host",
                    "127.0.0.1",
                    "--port",
                    web_port,
                    "hotline.asgi:application",
                ],
                self.env,
            )
            self.children.start("worker", [PYTHON, "manage.py", "work"], self.env)
            self.children.start(
                "simulator",
                [
                    PYTHON,
                    "-m",
                    "hotline.simulator",
                    "--host",
                    "127.0.0.1",
                    "--port",
                    simulator_port,
                    "--hotline",
                    self.address,
                    "--number",
                    NUMBER,
                ],
                self.env,
            )
            self.children.wait_for("simulator", f"{self.telephone}/sim/health", READY_SECONDS)
            self.children.wait_for("web", f"{self.address}/health/ready", READY_SECONDS)

    def tour(self) -> int:
        """Plays the main job against the running demo; 0 when every step was seen."""
        env = self.env | {"HOTLINE_TOUR_BASE": self.address, "HOTLINE_TOUR_SIMULATOR": self.telephone}
        status = subprocess.run([PYTHON, "-m", "deploy.tour"], cwd=ROOT, env=env).returncode  # noqa: S603
        if status:
            for name in ("web", "worker", "simulator"):
                print(f"\n--- the last of {name}:\n{last_lines(self.children.log(name))}", file=sys.stderr)
        return status

    def close(self) -> None:
        """Ends the processes and lets the next demo have the folder."""
        self.children.stop()
        self._lock.close()

    def _manage(self, *arguments: str) -> None:
        run([str(PYTHON), "manage.py", *arguments], self.env)

    def _say(self, *arguments: str) -> None:
        """A command that shows its own progress."""
        command = [str(PYTHON), "manage.py", *arguments]
        status = subprocess.run(command, cwd=ROOT, env=self.env, stdin=subprocess.DEVNULL).returncode  # noqa: S603
        if status:
            raise Failed(f"manage.py {' '.join(arguments)} ended with status {status}")


def _made_up() -> dict[str, str]:
    """An account at a carrier that does not exist, and a password that only this demo accepts."""
    return {
        "HOTLINE_TWILIO_ACCOUNT_SID": "AC" + secrets.token_hex(16),
        "HOTLINE_TWILIO_AUTH_TOKEN": secrets.token_hex(16),
        "HOTLINE_TWILIO_API_KEY": "SK" + secrets.token_hex(16),
        "HOTLINE_TWILIO_API_SECRET": secrets.token_hex(32),
        "HOTLINE_TWILIO_APP_SID": "AP" + secrets.token_hex(16),
        "HOTLINE_DEMO_PASSWORD": "-".join([*(secrets.choice(WORDS) for _ in range(3)), secrets.token_hex(2)]),
    }


WORDS = (
    "amber",
    "birch",
    "cedar",
    "coral",
    "delta",
    "ember",
    "fjord",
    "garnet",
    "harbor",
    "island",
    "jasper",
    "kelp",
    "lagoon",
    "maple",
    "north",
    "ocean",
    "pearl",
    "quartz",
    "river",
    "summit",
    "tidal",
    "violet",
)


def _alone(mark: Path) -> TextIO:
    """Holds the data folder for as long as the file is open; raises Failed where another demo has it."""
    file = mark.open(encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise Failed(f"A demo is running on {mark.parent} already") from None
    return file


def _empty(data: Path) -> None:
    """Removes everything but the demo's own mark, so that half a load is never taken for a whole."""
    for path in data.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != MARK:
            path.unlink()
    (data / "logs").mkdir()


def data_folder() -> Path:
    """`HOTLINE_DATA_DIR`, or var/demo; never a folder that holds something else."""
    data = Path(os.environ.get("HOTLINE_DATA_DIR") or ROOT / "var" / "demo").resolve()
    if data.exists() and not data.is_dir():
        raise Failed(f"{data} is no folder")
    if data.exists() and any(data.iterdir()) and not (data / MARK).exists():
        raise Failed(f"{data} holds something else than a demo: set HOTLINE_DATA_DIR to an empty folder")
    return data


def show(port: int | None, *, reset: bool) -> int:
    """Runs the demo until Ctrl-C."""
    started = time.monotonic()
    prepare()
    data = data_folder()
    web = free_port(port) if port else free_port(WEB_PORT, tries=100)
    simulator = free_port(max(SIMULATOR_PORT, web + 1), tries=100)
    with closing(Demo(data, web, simulator)) as demo:
        demo.fill(reset=reset)
        demo.start()
        print(_welcome(demo, time.monotonic() - started), flush=True)
        while True:
            demo.children.check()
            time.sleep(0.5)


def tour() -> int:
    """Plays the main job once on a demo of its own, in a folder that is removed afterwards."""
    prepare()
    with (
        tempfile.TemporaryDirectory(prefix="hotline-tour-", ignore_cleanup_errors=True) as folder,
        closing(Demo(Path(folder), free_port(), free_port())) as demo,
    ):
        demo.fill(cases=0)
        demo.start()
        return demo.tour()


def _welcome(demo: Demo, seconds: float) -> str:
    people = "\n".join(f"    {names:<18}{work}" for names, work in SIGN_INS)
    return f"""
The hotline is up after {seconds:.1f} s.

  The hotline           {demo.address}/
  A worker's telephone  {demo.telephone}/

  Sign in with the password  {demo.password}
{people}

  Try first:
    1. Sign in as agent and set yourself available.
    2. Open the telephone in a second window, dial 12351, press 1 and say what happened.
    3. Accept the ringing offer (key a), fill in the intake, and send it to legal review.
    4. Sign in as supervisor in a private window: watch the floor, and search for a word that was said.

  Data and logs: {demo.data}   Start afresh: deploy/demo --reset   End: Ctrl-C
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; the exit status is the tour's, 0 after Ctrl-C, 1 when something is wrong."""
    parser = argparse.ArgumentParser(prog="deploy/demo", description=__doc__)
    parser.add_argument(
        "--port", type=_port, help=f"the port of the hotline ({WEB_PORT}, or the next free one)"
    )
    parser.add_argument("--reset", action="store_true", help="throw the demo's data away first")
    parser.add_argument("--tour", action="store_true", help="play the main job once on free ports, then end")
    options = parser.parse_args(arguments)
    try:
        with ended_by_signals():
            return tour() if options.tour else show(options.port, reset=options.reset)
    except Failed as failure:
        return stop_with(str(failure))
    except KeyboardInterrupt:
        print("\nEverything is stopped.", flush=True)
        return 130 if options.tour else 0


def _port(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
