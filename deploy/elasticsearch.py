"""A private Elasticsearch for tests and drills, one node or several: the server itself, without an account.

It needs Java 17, and its distribution in the cache folder, where Maven puts it. Nothing else depends on it:
where it cannot be had, `problem` is one line that says why.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import threading
import time
import urllib.request
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from deploy.processes import Children, clean_environment, free_port
from deploy.progress import Failed, last_lines
from deploy.services import unprivileged

VERSION = "8.19.8"
ARTIFACT = f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{VERSION}:zip"
OLDEST_JAVA = 17
FETCH_SECONDS = 300
START_SECONDS = 120
CLUSTER_SECONDS = 300
"""Three of them start at once, on perhaps two cores."""
HEAP = "-Xms512m -Xmx512m"
ALONE = {"discovery.type": "single-node"}
OPTIONS = {
    "network.host": "127.0.0.1",
    "xpack.security.enabled": "false",
    "cluster.routing.allocation.disk.threshold_enabled": "false",
    "action.auto_create_index": "false",
}


class Server:
    """One node on this machine with a folder of its own; `home` is an unpacked distribution."""

    def __init__(self, home: Path, options: Mapping[str, str] = ALONE) -> None:
        self._home = home
        self._options = options
        self._folder = TemporaryDirectory(prefix="hotline-elasticsearch-", ignore_cleanup_errors=True)
        self._children = Children(Path(self._folder.name) / "said")
        self._port = free_port()
        self.transport = free_port()
        self.url = f"http://127.0.0.1:{self._port}"

    def start(self, more: Mapping[str, str] | None = None) -> None:
        """Start it, with what it held before; it answers after some seconds (`wait`)."""
        folder = Path(self._folder.name)
        folder.chmod(0o711)
        for name in ("data", "logs", "tmp"):
            (folder / name).mkdir(exist_ok=True)
            _give(folder / name)
        self._configure(folder / "config")
        options = {
            **OPTIONS,
            **self._options,
            **(more or {}),
            "http.port": str(self._port),
            "transport.port": str(self.transport),
            "path.data": str(folder / "data"),
            "path.logs": str(folder / "logs"),
        }
        command = [str(self._home / "bin" / "elasticsearch"), *(f"-E{k}={v}" for k, v in options.items())]
        env = clean_environment() | {
            "ES_JAVA_HOME": java_home(),
            "ES_JAVA_OPTS": HEAP,
            "ES_TMPDIR": str(folder / "tmp"),
            "ES_PATH_CONF": str(folder / "config"),
        }
        self._children.start("elasticsearch", command, env, unprivileged())

    def _configure(self, folder: Path) -> None:
        """A configuration of its own: each node keeps a file in it that is made at its first start."""
        if not folder.exists():
            shutil.copytree(self._home / "config", folder)
            for made in (folder, *folder.rglob("*")):
                _give(made)

    def wait(self, stop: threading.Event | None = None, seconds: float = START_SECONDS) -> None:
        """Return once it answers. Raises Failed where it ends, takes too long, or `stop` is set."""
        stop = stop or threading.Event()
        end = time.monotonic() + seconds
        while self.health().get("status") not in ("green", "yellow"):
            self.check(end, seconds)
            if stop.wait(0.2):
                raise Failed("stopped")

    def check(self, end: float, seconds: float) -> None:
        """Raises Failed where it has ended by itself, or `end` (of `time.monotonic`) has come."""
        self._children.check()
        if time.monotonic() > end:
            said = last_lines(self._children.log("elasticsearch"), 5)
            raise Failed(f"Elasticsearch does not answer after {seconds:.0f} s:\n{said}")

    def health(self) -> dict[str, Any]:
        """What it says of its cluster; nothing where it does not answer."""
        return self.asked("_cluster/health")

    def asked(self, path: str) -> dict[str, Any]:
        """The answer to a GET; nothing where there is none."""
        try:
            with urllib.request.urlopen(f"{self.url}/{path}", timeout=5) as answer:  # noqa: S310
                found: dict[str, Any] = json.load(answer)
                return found
        except (OSError, ValueError):
            return {}

    def kill(self) -> None:
        """End it as a power cut would."""
        self._children.kill("elasticsearch")

    def close(self) -> None:
        """End it, and remove what it held."""
        self._children.stop()
        self._folder.cleanup()


class Cluster:
    """Several nodes on this machine that hold an index together; each may be killed and started again."""

    def __init__(self, home: Path, count: int = 3) -> None:
        self.nodes = {f"n{number}": Server(home) for number in range(1, count + 1)}
        self.url = ",".join(node.url for node in self.nodes.values())

    def start(self, *names: str) -> None:
        """Start these nodes, or all, and return once all nodes there are make a whole cluster."""
        for name in names or self.nodes:
            self.nodes[name].start(self._options(name))
        end = time.monotonic() + CLUSTER_SECONDS
        while not self._whole():
            for node in self.nodes.values():
                node.check(end, CLUSTER_SECONDS)
            time.sleep(0.2)

    def kill(self, *names: str) -> None:
        """End these nodes, or all, as a power cut would."""
        for name in names or self.nodes:
            self.nodes[name].kill()

    def master(self) -> str:
        """The name of the node that leads the others."""
        for node in self.nodes.values():
            nodes = node.asked("_cluster/state/master_node,nodes")
            if nodes:
                return str(nodes["nodes"][nodes["master_node"]]["name"])
        raise Failed("no node of the cluster answers")

    def close(self) -> None:
        """End all, and remove what they held."""
        for node in self.nodes.values():
            node.close()

    def _options(self, name: str) -> dict[str, str]:
        # The nodes' own names: `Server` knows nothing of the others.
        return {
            "discovery.type": "multi-node",
            "node.name": name,
            "discovery.seed_hosts": ",".join(f"127.0.0.1:{node.transport}" for node in self.nodes.values()),
            "cluster.initial_master_nodes": ",".join(self.nodes),
            # It serves nobody before it has found the others, however slow the machine is.
            "discovery.initial_state_timeout": f"{CLUSTER_SECONDS}s",
        }

    def _whole(self) -> bool:
        states = [node.health() for node in self.nodes.values()]
        return all(
            state.get("status") == "green" and state["number_of_nodes"] == len(self.nodes) for state in states
        )


@contextmanager
def at_home() -> Iterator[Path]:
    """The distribution, unpacked in a folder that goes with the block. Raises Failed."""
    java_home()
    with TemporaryDirectory(prefix="hotline-elasticsearch-home-", ignore_cleanup_errors=True) as folder:
        _unpack(_distribution(threading.Event()), Path(folder))
        yield Path(folder) / f"elasticsearch-{VERSION}"


class Background:
    """Fetches, unpacks and starts a server while other things are done; ends it with the block."""

    def __init__(self) -> None:
        self.problem = ""
        self._server: Server | None = None
        self._folder = TemporaryDirectory(prefix="hotline-elasticsearch-home-", ignore_cleanup_errors=True)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._bring_up, name="elasticsearch")

    def __enter__(self) -> "Background":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        self._thread.join()
        if self._server:
            self._server.close()
        self._folder.cleanup()

    def environment(self) -> dict[str, str]:
        """What tells the tests of the server, once it answers; nothing where `problem` says why not."""
        self._thread.join()
        if self.problem or self._server is None:
            return {}
        return {"TEST_ELASTICSEARCH_URL": self._server.url, "TEST_ELASTICSEARCH_HOME": str(self._home)}

    @property
    def _home(self) -> Path:
        return Path(self._folder.name) / f"elasticsearch-{VERSION}"

    def _bring_up(self) -> None:
        try:
            java_home()
            _unpack(_distribution(self._stop), Path(self._folder.name))
            self._server = Server(self._home)
            self._server.start()
            self._server.wait(self._stop)
        except (Failed, OSError, zipfile.BadZipFile) as error:
            lines = str(error).splitlines()
            self.problem = lines[0] if lines else type(error).__name__


def java_home() -> str:
    """Where this machine's Java is. Raises Failed where it has none, or one that is too old."""
    java = shutil.which("java")
    said = ""
    if java:
        asked = subprocess.run(  # noqa: S603 - the machine's own Java
            [java, "-XshowSettings:properties", "-version"], capture_output=True, text=True
        )
        said = asked.stderr
    home = re.search(r"^\s*java\.home = (.+)$", said, re.M)
    version = re.search(r"^\s*java\.specification\.version = (\d+)", said, re.M)
    if home is None or version is None or int(version[1]) < OLDEST_JAVA:
        raise Failed(f"there is no Java {OLDEST_JAVA}: apt-get install openjdk-17-jre-headless maven")
    return home[1].strip()


def _distribution(stop: threading.Event) -> Path:
    kept = _cache() / f"elasticsearch-{VERSION}.zip"
    if not kept.exists():
        _fetch(kept, stop)
    return kept


def _cache() -> Path:
    folder = os.environ.get("XDG_CACHE_HOME")
    return (Path(folder) if folder else Path.home() / ".cache") / "workers-hotline"


def _fetch(kept: Path, stop: threading.Event) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise Failed(f"neither {kept} is there nor Maven to fetch it: apt-get install maven")
    kept.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="fetching-", dir=kept.parent) as folder:
        command = [maven, "-q", "-B", "dependency:copy", f"-Dartifact={ARTIFACT}"]
        maven_run = subprocess.Popen(  # noqa: S603 - the machine's own Maven
            [*command, f"-DoutputDirectory={folder}"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        end = time.monotonic() + FETCH_SECONDS
        while maven_run.poll() is None and time.monotonic() < end and not stop.wait(0.2):
            pass
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(maven_run.pid, signal.SIGKILL)
        status = maven_run.wait()
        fetched = Path(folder) / kept.name
        if status or not fetched.exists():
            raise Failed(f"Maven did not bring {ARTIFACT} (status {status})")
        fetched.replace(kept)


def _unpack(archive: Path, folder: Path) -> None:
    """Unpack `archive` into `folder`, which the user that the server runs as then owns."""
    folder.chmod(0o711)
    with zipfile.ZipFile(archive) as packed:
        for entry in packed.infolist():
            made = Path(packed.extract(entry, folder))
            mode = entry.external_attr >> 16
            if mode:
                made.chmod(mode & 0o777)
            _give(made)


def _give(path: Path) -> None:
    ids = unprivileged()
    if ids:
        os.chown(path, *ids)
