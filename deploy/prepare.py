"""Makes what the hotline needs to run: .venv, the browser libraries, the compiled translations.

Each part is done again only when what it is made from has changed: a stamp beside the result keeps the
hash of its sources. Everything installed comes from a lock file with hashes.
"""

import fcntl
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from deploy.progress import ROOT, Failed, run, step

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
NODE_MODULES = ROOT / "node_modules"
RUNNING = ROOT / "requirements.lock"
DEVELOPING = ROOT / "requirements-dev.lock"
NODE_LOCK = ROOT / "deploy" / "node.lock"
LOCALE = ROOT / "hotline" / "locale"
OLDEST_NPM = 8


def prepare(*, developing: bool = False) -> None:
    """Brings the machine to where the hotline can start; raises Failed with the way out."""
    with _one_at_a_time():
        _environment()
        _packages(DEVELOPING if developing else RUNNING)
        _browser_libraries()
        _translations()


def digest(paths: Iterable[Path]) -> str:
    """One hash over the names and contents of files."""
    made = sha256()
    for path in sorted(paths):
        made.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes() + b"\0")
    return made.hexdigest()


def stamped(stamp: Path, value: str) -> bool:
    """Whether `stamp` says that this very thing is done already."""
    return stamp.exists() and stamp.read_text(encoding="utf-8") == value


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two commands started together do not install into the same folders at once."""
    (ROOT / "var").mkdir(exist_ok=True)
    with (ROOT / "var" / "prepare.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _environment() -> None:
    if _has_pip():
        return
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        raise Failed("Python's venv module is missing: apt-get install python3-venv")
    with step(f"Making .venv with Python {sys.version_info.major}.{sys.version_info.minor}"):
        run([sys.executable, "-m", "venv", "--clear", VENV])


def _has_pip() -> bool:
    """False as well for a .venv whose Python has been moved, or is too old."""
    check = "import pip, sys; sys.exit(sys.version_info < (3, 11))"
    try:
        return subprocess.run([PYTHON, "-c", check], capture_output=True).returncode == 0  # noqa: S603
    except OSError:
        return False


def _packages(lock: Path) -> None:
    """Installs a lock file. The one for developing holds all of the one for running."""
    wanted = [lock] if lock == DEVELOPING else [lock, DEVELOPING]
    stamp = VENV / "installed"
    if any(stamped(stamp, digest({RUNNING, each})) for each in wanted):
        return
    with step(f"Installing Python packages from {lock.name}"):
        _pip(lock)
    stamp.write_text(digest({RUNNING, lock}), encoding="utf-8")


def _pip(lock: Path) -> None:
    options = ["--require-hashes", "--no-input", "--disable-pip-version-check"]
    run([PYTHON, "-m", "pip", "install", *options, "-r", lock])


def _browser_libraries() -> None:
    sources = {ROOT / "package.json", ROOT / "package-lock.json", ROOT / ".npmrc"}
    stamp = NODE_MODULES / ".installed"
    if stamped(stamp, digest(sources)):
        return
    npm = _npm()
    with step("Fetching the browser libraries from package-lock.json"):
        run([npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"], env=_with_venv_first())
    stamp.write_text(digest(sources), encoding="utf-8")


def _npm() -> str:
    """The machine's npm where it is new enough, else one from PyPI."""
    found = shutil.which("npm")
    if found and shutil.which("node") and _npm_major(found) >= OLDEST_NPM:
        return found
    with step("Installing npm from PyPI"):
        _pip(NODE_LOCK)
    return str(VENV / "bin" / "npm")


def _npm_major(npm: str) -> int:
    said = subprocess.run([npm, "--version"], capture_output=True, text=True, cwd=ROOT)  # noqa: S603
    major = said.stdout.strip().split(".")[0]
    return int(major) if said.returncode == 0 and major.isdigit() else 0


def _with_venv_first() -> dict[str, str]:
    """npm from PyPI finds its node on the path."""
    return {**os.environ, "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}


def _translations() -> None:
    parts = list(LOCALE.glob("*/parts/*.po"))
    stamp = ROOT / "var" / "translations-compiled"
    value = digest([*parts, ROOT / "deploy" / "translations.py"])
    compiled = [LOCALE / name / "LC_MESSAGES" / "django.mo" for name in {part.parts[-3] for part in parts}]
    if stamped(stamp, value) and all(path.exists() for path in compiled):
        return
    with step("Compiling the translations"):
        run([PYTHON, "-m", "deploy.translations"])
    stamp.write_text(value, encoding="utf-8")
