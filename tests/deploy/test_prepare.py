"""The set-up: done once, done again when its sources change, and one clear line when it cannot be done."""

import importlib.util
from pathlib import Path

import pytest

from deploy import prepare
from deploy.progress import Failed, run


def test_a_python_without_venv_is_told_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Debian's python3 has no ensurepip until python3-venv is installed."""
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "ensurepip" else found(name)
    )
    monkeypatch.setattr(prepare, "PYTHON", tmp_path / "none")
    with pytest.raises(Failed, match="apt-get install python3-venv"):
        prepare._environment()


def test_what_is_made_is_made_again_only_when_a_source_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "requirements.lock"
    source.write_text("django==5.2.0")
    monkeypatch.setattr(prepare, "ROOT", tmp_path)
    stamp = tmp_path / "stamp"
    assert not prepare.stamped(stamp, prepare.digest([source]))
    stamp.write_text(prepare.digest([source]))
    assert prepare.stamped(stamp, prepare.digest([source]))
    source.write_text("django==5.2.1")
    assert not prepare.stamped(stamp, prepare.digest([source]))


def test_packages_for_developing_serve_for_running_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare, "VENV", tmp_path)
    installed: list[Path] = []
    monkeypatch.setattr(prepare, "_pip", installed.append)
    prepare._packages(prepare.DEVELOPING)
    prepare._packages(prepare.RUNNING)
    assert installed == [prepare.DEVELOPING]
    (tmp_path / "installed").unlink()
    prepare._packages(prepare.RUNNING)
    prepare._packages(prepare.DEVELOPING)
    assert installed == [prepare.DEVELOPING, prepare.RUNNING, prepare.DEVELOPING]


def test_a_failed_command_shows_its_own_words() -> None:
    with pytest.raises(Failed, match=r"ended with status 3:\nno such package"):
        run(["sh", "-c", "echo no such package; exit 3"])
