"""The private Elasticsearch: where it cannot be had, one line says why and nothing else is held up."""

import time
from pathlib import Path

import pytest

from deploy.elasticsearch import VERSION, Background

JAVA = """#!/bin/sh
echo '    java.home = /nowhere' >&2
echo '    java.specification.version = {}' >&2
"""


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with an empty cache and only the programs put here."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return folder


def install(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(script)
    (folder / name).chmod(0o755)


def problem() -> str:
    with Background() as server:
        assert server.environment() == {}
        return server.problem


def test_without_java(programs: Path) -> None:
    assert "there is no Java 17" in problem()


def test_with_a_java_that_is_too_old(programs: Path) -> None:
    install(programs, "java", JAVA.format("11"))
    assert "there is no Java 17" in problem()


def test_without_maven(programs: Path) -> None:
    install(programs, "java", JAVA.format("17"))
    assert "nor Maven to fetch it" in problem()


def test_a_maven_that_fails(programs: Path, tmp_path: Path) -> None:
    install(programs, "java", JAVA.format("17"))
    install(programs, "mvn", "#!/bin/sh\nexit 1\n")
    assert problem().endswith("(status 1)")
    assert list((tmp_path / "cache" / "workers-hotline").iterdir()) == []


def test_a_maven_that_hangs_is_ended_with_the_rest(programs: Path) -> None:
    install(programs, "java", JAVA.format("17"))
    install(programs, "mvn", "#!/bin/sh\n/bin/sleep 60\n")
    begun = time.monotonic()
    with Background() as server:
        pass
    assert "Maven did not bring" in server.problem
    assert time.monotonic() - begun < 10


def test_a_broken_distribution(programs: Path, tmp_path: Path) -> None:
    install(programs, "java", JAVA.format("17"))
    kept = tmp_path / "cache" / "workers-hotline" / f"elasticsearch-{VERSION}.zip"
    kept.parent.mkdir(parents=True)
    kept.write_text("not a zip")
    assert "zip" in problem()
