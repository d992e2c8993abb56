"""manage.py deadline, as it is called from a shell."""

import json
import subprocess
import sys
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone, translation

from hotline.models import Staff
from tests.workflows.deadlines.rows import a_rule
from workflows import book_changes, rulebook
from workflows.deadlines.book import FILE
from workflows.deadlines.rules import all_rules

pytestmark = pytest.mark.django_db
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


def test_every_rule_is_covered() -> None:
    for rule in all_rules():
        start = rule.in_force_from or date(2026, 11, 23)
        found = json.loads(run(rule.code, max(start, date(2026, 11, 23)).isoformat(), "--json"))
        assert (found["rule"], found["unit"]) == (rule.code, rule.unit)
        assert rule.basis in run(rule.code, "2026-11-23", "--on", "2026-11-24")


def test_a_period_of_moments() -> None:
    # Half an hour before midnight, and two hours: the next day.
    found = json.loads(run("service.emergency_written", "2026-11-24T23:30", "--on", "2026-11-24", "--json"))
    assert (found["start"], found["due"]) == ("2026-11-24T23:30:00+08:00", "2026-11-25T01:30:00+08:00")
    assert (found["unit"], found["days_left"]) == ("HOUR", 1)
    # A day alone is its first moment.
    assert "2026-11-24 00:00:15" in run("service.answer", "2026-11-24")


def test_what_an_administrator_entered_holds_here_too(admin: Staff) -> None:
    book_changes.save_rule(admin, a_rule("service.handling", length=9), rulebook.fresh().revision)
    book_changes.save_rule(admin, a_rule("house.visit", length=2), rulebook.fresh().revision)
    book_changes.save_day(admin, date(2026, 11, 25), False, "停电", rulebook.fresh().revision)
    # 25 Nov is closed: 26, 27.
    assert json.loads(run("house.visit", "2026-11-24", "--json"))["due"] == "2026-11-27"
    # 24, 26, 27 Nov, 30 Nov to 4 Dec, Mon 7.
    assert json.loads(run("service.handling", "2026-11-23", "--json"))["due"] == "2026-12-07"
    assert {"house.visit", "service.answer"} <= {one["rule"] for one in json.loads(run("--list", "--json"))}


def test_without_a_database_the_files_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> None:
        raise OperationalError

    monkeypatch.setattr(rulebook, "fresh", gone)
    assert json.loads(run("arbitration.award", "2026-08-17", "--json"))["due"] == "2026-10-08"
    assert len(json.loads(run("--list", "--json"))) == sum(len(FILE.versions(code)) for code in FILE.codes())


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("service.answer", "2026-11-24T25:00"), "2026-11-24T25:00"),
        (("service.answer", "2026-11-24T12"), "2026-11-24T12"),
        (("service.answer", "9999-12-31T23:59:59"), "service.answer"),
        (("service.answer", "2000-01-01"), "2000-01-01"),
        (("service.answer", "2026-11-24", "--extended"), "service.answer"),
        (("arbitration.award", "2026-11-24T12:00"), "2026-11-24T12:00"),
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
