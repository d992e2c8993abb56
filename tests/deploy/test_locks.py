"""The lock files pin everything, agree with each other, and name no address."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PYTHON_LOCKS = ("requirements.lock", "requirements-dev.lock", "deploy/node.lock")
PIN = re.compile(r"^([a-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)", re.M)


def pins(lock: str) -> set[tuple[str, str]]:
    return set(PIN.findall((ROOT / lock).read_text(encoding="utf-8")))


@pytest.mark.parametrize("lock", PYTHON_LOCKS)
def test_every_pin_has_a_hash_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.M)[1:]
    assert len(entries) == len(PIN.findall(text)) > 1
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text


def test_the_lock_for_developing_holds_all_of_the_one_for_running() -> None:
    assert pins("requirements.lock") < pins("requirements-dev.lock")


def test_the_browser_libraries_are_pinned_without_download_addresses() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    fetched = [entry for path, entry in packages.items() if path]
    assert fetched
    assert all(entry["integrity"].startswith("sha512-") and "resolved" not in entry for entry in fetched)


def test_the_browser_libraries_asked_for_are_exact() -> None:
    asked_for = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    versions = [*asked_for["dependencies"].values(), *asked_for["devDependencies"].values()]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions)
