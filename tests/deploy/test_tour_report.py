"""The tour's verdict: 0 only if every step was seen."""

import asyncio

import pytest

from deploy.tour.report import NotSeen, Report, eventually


def test_every_step_has_a_line_and_the_table_counts_them(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report()
    with report.scene("A scene"):
        with report.step("It rings") as step:
            step.seen("three times")
            step.seen("supervisor rung")
        with pytest.raises(NotSeen), report.step("It is answered"):
            raise NotSeen("nobody is there")
    printed = capsys.readouterr().out
    assert "ms  It rings: three times; supervisor rung" in printed
    assert "ms  It is answered: NotSeen: nobody is there" in printed
    assert report.failures == 1
    assert "Not everything was seen." in report.table()


def test_a_scene_that_breaks_off_between_steps_counts_as_failed() -> None:
    report = Report()
    with report.scene("A scene"):
        report.broken_off(NotSeen("an earlier scene did not get so far"))
        report.broken_off(NotSeen("again"))
    assert report.failures == 1


def test_all_seen() -> None:
    report = Report()
    with report.scene("A scene"), report.step("It rings"):
        pass
    assert not report.failures
    assert report.table().endswith("Every step was seen.")


def test_waiting_ends_and_says_for_what() -> None:
    async def never() -> None:
        return None

    with pytest.raises(NotSeen, match="no ring"):
        asyncio.run(eventually(never, "no ring", seconds=0.1))
