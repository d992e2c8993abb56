"""Plays the tour against the hotline that deploy/demo --tour has started; 0 when every step was seen."""

import asyncio
import os
import sys
from contextlib import AsyncExitStack

import aiohttp

from deploy.tour.report import NotSeen, Report
from deploy.tour.scenes import SCENES
from deploy.tour.stage import Stage


async def play() -> int:
    """Plays each scene; one that fails ends there, and the next is played all the same."""
    report = Report()
    async with aiohttp.ClientSession() as session, AsyncExitStack() as stack:
        stage = Stage(os.environ, session, report, stack)
        for title, scene in SCENES:
            with report.scene(title):
                try:
                    await scene(stage)
                except (NotSeen, aiohttp.ClientError, TimeoutError) as problem:
                    report.broken_off(problem)
    print(f"\n{report.table()}", flush=True)
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(play()))
