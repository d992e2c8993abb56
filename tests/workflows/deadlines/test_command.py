"""manage.py deadline, as it is called from a shell."""

import json
import subprocess
import sys
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone, translation

ROOT = Path(__file__).parents[3]


def run(*args: str) -> str:
    out = StringIO()
    call_command("deadline", *args, stdout=out)
    return out.getvalue()


def test_json() -> None:
    data = json.loads(run("arbitration.award", "2026-08-17", "--on", "2026-10-10", "--json"))
    assert {key: data[key] for key in ("rule", "start", "due", "days_left", "unit", "provisional")} == {
        "rule": "arbitration.award",
        "start": "2026-08-17",
        "due": "2026-10-08",
        "days_left": -2,
        "unit": "NATURAL",
        "provisional": False,
    }
    assert "劳动争议调解仲裁法》第43条" in data["basis"]


def test_today_is_today_here() -> None:
    data = json.loads(run("limitation.general", "2026-11-01", "--json"))
    assert data["days_left"] == (date.fromisoformat(data["due"]) - timezone.localdate()).days


def test_extended() -> None:
    data = json.loads(run("arbitration.award", "2026-08-17", "--extended", "--json"))
    assert data["due"] == "2026-10-16"


@pytest.mark.parametrize(("language", "said"), [("zh-hans", "仲裁裁决"), ("en", "Art. 43(1)")])
def test_text(language: str, said: str) -> None:
    with translation.override(language):
        text = run("arbitration.award", "2026-08-17", "--on", "2026-10-01")
    assert said in text
    assert "2026-10-08" in text


def test_list() -> None:
    assert "mediation.agreement" in run("--list")
    assert "limitation.wages" in {entry["rule"] for entry in json.loads(run("--list", "--json"))}


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("no.such", "2026-01-01"), "no.such"),
        (("arbitration.award", "2026-02-30"), "2026-02-30"),
        (("arbitration.award", "20260228"), "20260228"),
        (("arbitration.award", "yesterday"), "yesterday"),
        (("arbitration.award", "2026-01-01", "--on", "x"), "x"),
        (("arbitration.award", "2000-01-01"), "2000-01-01"),
        (("limitation.general", "2026-01-01", "--extended"), "limitation.general"),
        (("limitation.general", "9999-12-31"), "9999-12-31"),
        (("arbitration.award",), ""),
        ((), ""),
    ],
)
def test_bad_input_is_one_line(args: tuple[str, ...], said: str) -> None:
    with pytest.raises(CommandError) as refused:
        run(*args)
    assert said in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


def test_bad_input_ends_with_status_1() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "deadline", "no.such", "2026-01-01"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
