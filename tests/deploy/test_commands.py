"""deploy/demo and deploy/test: what they refuse, what they keep, what they sum up."""

from contextlib import closing
from pathlib import Path

import pytest

from deploy import checks, demo
from deploy.progress import Failed


def test_a_folder_that_holds_something_else_is_never_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    monkeypatch.setenv("HOTLINE_DATA_DIR", str(tmp_path))
    with pytest.raises(Failed, match="holds something else than a demo"):
        demo.data_folder()


def test_one_folder_runs_one_demo(tmp_path: Path) -> None:
    with closing(demo.Demo(tmp_path, 8000, 8100)), pytest.raises(Failed, match="is running on .* already"):
        demo.Demo(tmp_path, 8001, 8101)


def test_the_demo_keeps_its_password_and_hears_nothing_of_the_shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTLINE_TWILIO_AUTH_TOKEN", "of-the-real-line")
    monkeypatch.setenv("DATABASE_URL", "postgres://of.the.real.line/hotline")
    with closing(demo.Demo(tmp_path, 8000, 8100)) as first:
        password, env = first.password, first.env
    with closing(demo.Demo(tmp_path, 8000, 8100)) as second:
        assert second.password == password
    assert env["HOTLINE_TWILIO_AUTH_TOKEN"] != "of-the-real-line"
    assert "DATABASE_URL" not in env
    assert env["HOTLINE_DATA_DIR"] == str(tmp_path)


@pytest.mark.parametrize("port", ["0", "65536", "web", "-1"])
def test_an_impossible_port_is_refused(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        demo.main(["--port", port])
    assert "a port is a number from 1 to 65535" in capsys.readouterr().err


def test_the_summary_lists_every_part_and_the_verdict() -> None:
    parts = checks.Parts()
    parts.do("Lint", lambda: None)
    parts.left_out("Tests in a browser", "apt-get install chromium", failed=False)
    assert not parts.failed
    assert parts.summary().endswith("All is well.")

    def broken() -> None:
        raise Failed("line 1 is too long")

    parts.do("Format", broken)
    assert parts.failed
    summary = parts.summary()
    assert all(title in summary for title in ("Lint", "Tests in a browser", "Format"))
    assert summary.endswith("Something failed.")


def test_a_missing_service_fails_where_it_is_required() -> None:
    parts = checks.Parts()
    parts.left_out("Tests on PostgreSQL and Redis", "apt-get install redis-server", failed=True)
    assert parts.failed
