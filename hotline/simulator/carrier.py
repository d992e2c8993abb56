"""The carrier as one object: its settings, what it knows, and the work it has under way."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, Literal

from hotline.simulator.config import Config
from hotline.simulator.state import Bulletin, Call, Line, State, now
from hotline.simulator.webhooks import Webhooks

logger = logging.getLogger("hotline.simulator")


class Carrier:
    """Passed to every function of the simulator; there is one in each process."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.state = State()
        self.news = Bulletin()
        self._tasks: set[asyncio.Task[None]] = set()
        self.webhooks = Webhooks(config, self.spawn)

    def spawn(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Starts work in the background; what goes wrong in it is logged."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    async def sleep(self, seconds: float) -> None:
        """A wait of people's time, scaled by the pace."""
        await asyncio.sleep(seconds * self.config.pace)

    def note(
        self,
        call: Call,
        kind: Literal["heard", "said", "status"],
        text: str,
        by: Literal["prompt", "voice", "self", "carrier"],
    ) -> None:
        """Writes down what happens on a leg, for whoever holds that telephone."""
        call.lines.append(Line(len(call.lines) + 1, kind, text, by, now()))
        self.changed(call)

    def changed(self, call: Call) -> None:
        self.news.touch(call.sid, call.phone)

    async def reset(self) -> None:
        """Forgets everything, without a word to the hotline."""
        self.webhooks.silent = True
        tasks = [task for task in self._tasks if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        phones = {call.phone for call in self.state.calls.values()}
        phones |= {message.phone for message in self.state.messages.values()}
        self.state = State()
        self.webhooks.log.clear()
        self.webhooks.silent = False
        self.news.touch(*phones)

    async def close(self) -> None:
        await self.reset()
        await self.webhooks.close()

    def _finished(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            logger.error("work in the background failed", exc_info=task.exception())
