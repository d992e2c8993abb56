"""The bench's table says what was measured, and a wrong answer fails its row whatever the ratio."""

import subprocess

import pytest

from deploy.benchmark.table import Row, in_turn
from deploy.prepare import PYTHON
from deploy.progress import ROOT


@pytest.mark.parametrize(
    ("ratio", "bound", "share", "wrong", "holds"),
    [
        (0.60, 0.60, True, [], True),
        (0.59, 0.60, True, [], False),
        (3.0, 3.0, False, [], True),
        (3.1, 3.0, False, [], False),
        (9.9, 0.60, True, ["1 row of 2"], False),
        (None, None, True, [], True),
        (None, None, True, ["answers 500"], False),
    ],
)
def test_a_row_holds_or_not(
    ratio: float | None, bound: float | None, share: bool, wrong: list[str], holds: bool
) -> None:
    row = Row("opens a case", "bare", ratio, bound, share, wrong=wrong)
    assert row.holds is holds
    assert row.line().startswith("ok" if holds else "MISSED")
    assert all(one in row.line() for one in wrong)


def test_both_are_measured_in_turn() -> None:
    order: list[str] = []
    ours = iter([1.0, 9.0, 2.0])

    def measure_ours() -> float:
        order.append("ours")
        return next(ours)

    def measure_bare() -> float:
        order.append("bare")
        return 4.0

    assert in_turn(measure_ours, measure_bare, 3) == (2.0, 4.0)
    assert order == ["bare", "ours", "ours", "bare", "bare", "ours"]


@pytest.mark.services
def test_a_part_is_measured_on_a_server_of_its_own() -> None:
    command = [str(PYTHON), "-m", "deploy.benchmark", "open"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert "a message or call that opens a case" in done.stdout and "processor time" in done.stdout
    assert "WRONG" not in done.stdout, done.stdout
    assert done.returncode == (1 if "MISSED" in done.stdout else 0), done.stderr
