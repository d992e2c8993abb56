"""Plays the tour against the hotline that deploy/demo --tour has started; 0 when every step was seen."""

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable

import aiohttp

from deploy.tour.report import NotSeen, Report
from deploy.tour.scenes import SCENES
from deploy.tour.stage import Stage


async def play() -> int:
    """Plays each scene; one that fails ends there, and the next is played all the same."""
    report = Report()
    started = time.monotonic()
    async with aiohttp.ClientSession() as session:
        stage = Stage.from_environment(os.environ, session, report)
        for title, scene in SCENES:
            print(f"\n{title}", flush=True)
            await _one(scene, stage)
    verdict = "every one was seen" if not report.failures else f"{report.failures} failed"
    print(f"\n{report.steps} steps in {time.monotonic() - started:.0f} s: {verdict}.", flush=True)
    return 1 if report.failures else 0


async def _one(scene: Callable[[Stage], Awaitable[None]], stage: Stage) -> None:
    try:
        await scene(stage)
    except (NotSeen, aiohttp.ClientError, TimeoutError):
        # The step's line has said what and where.
        return


if __name__ == "__main__":
    sys.exit(asyncio.run(play()))
