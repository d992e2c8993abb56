"""How one socket is written to: at once, without a queue, and without harm to the others."""

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable

import pytest

from hotline.bell import Ring
from hotline.live.hub import Hub
from hotline.live.listener import REFRESH, Listener
from hotline.live.rights import Pass
from tests.hotline.live.test_sources import environment

WHO = Pass(1, "王", "SUPERVISOR", ("SUPERVISOR", 1, 0), "key")
Written = asyncio.Future[None]


class Granian:
    """A socket as granian gives it: `send` begins at once and answers with a future."""

    def __init__(self, *, slow: bool = False) -> None:
        self.taken: list[str] = []
        self.slow = slow
        self.waiting: list[Written] = []

    def send(self, text: str) -> Written:
        self.taken.append(text)
        written: Written = asyncio.get_running_loop().create_future()
        if self.slow:
            self.waiting.append(written)
        else:
            written.set_result(None)
        return written

    def take_all(self) -> None:
        """The browser reads again."""
        waiting, self.waiting = self.waiting, []
        for one in waiting:
            if not one.done():
                one.set_result(None)


def run(scene: Callable[[], Awaitable[None]]) -> None:
    async def body() -> None:
        await scene()

    asyncio.run(body())


def test_a_text_is_on_its_way_before_the_loop_turns() -> None:
    async def scene() -> None:
        socket = Granian()
        listener = Listener(WHO, socket.send)
        listener.write(["one", "two"])
        listener.write(["three"])
        assert socket.taken == ["one", "two", "three"]
        assert len(asyncio.all_tasks()) == 1, "no task for a socket"

    run(scene)


def test_a_slow_socket_gets_one_refresh_in_place_of_what_it_missed() -> None:
    async def scene() -> None:
        socket = Granian(slow=True)
        listener = Listener(WHO, socket.send)
        listener.write(["one", "two"])
        for n in range(50):
            listener.write([f"missed {n}"])
        assert socket.taken == ["one", "two"], "nothing is queued"
        socket.take_all()
        await asyncio.sleep(0)
        assert socket.taken == ["one", "two", REFRESH]
        listener.write(["missed, too"])  # it has not taken the refresh yet
        socket.take_all()
        await asyncio.sleep(0)
        socket.take_all()
        await asyncio.sleep(0)
        listener.write(["in time"])
        assert socket.taken == ["one", "two", REFRESH, REFRESH, "in time"]

    run(scene)


def test_one_text_of_several_that_is_not_taken_makes_a_socket_slow() -> None:
    """The texts of one moment may be taken in any order."""

    async def scene() -> None:
        socket = Granian(slow=True)
        listener = Listener(WHO, socket.send)
        listener.write(["one", "two"])
        socket.waiting[1].set_result(None)
        listener.write(["three"])
        assert socket.taken == ["one", "two"]
        socket.take_all()
        await asyncio.sleep(0)
        assert socket.taken == ["one", "two", REFRESH]

    run(scene)


def test_nothing_is_written_to_a_socket_that_was_left() -> None:
    async def scene() -> None:
        socket = Granian(slow=True)
        listener = Listener(WHO, socket.send)
        listener.write(["one"])
        listener.write(["missed"])
        listener.stop()
        assert socket.waiting[0].cancelled()
        await asyncio.sleep(0)
        listener.write(["two"])
        assert socket.taken == ["one"]

    run(scene)


def fails_at_once(text: str) -> Awaitable[None]:
    raise RuntimeError("gone")


async def fails_later(text: str) -> None:
    await asyncio.sleep(0)
    raise RuntimeError("gone")


def fails_as_a_future(text: str) -> Awaitable[None]:
    failed: Written = asyncio.get_running_loop().create_future()
    failed.set_exception(RuntimeError("gone"))
    failed.exception()  # granian's complain to nobody
    return failed


def never(text: str) -> Awaitable[None]:
    return asyncio.get_running_loop().create_future()


@pytest.mark.parametrize("dead", [fails_at_once, fails_later, fails_as_a_future, never])
def test_one_dead_socket_hurts_nobody(dead: Callable[[str], Awaitable[None]]) -> None:
    async def scene() -> None:
        hub, first, last = Hub(), Granian(), Granian()
        listeners = [Listener(WHO, first.send), Listener(WHO, dead), Listener(WHO, last.send)]
        for listener in listeners:
            hub.listeners.add(listener)
            hub.subscribe(listener, frozenset({"floor"}))
        for _n in range(3):
            hub.receive([Ring("floor")])
            await asyncio.sleep(0.05)
        assert len(first.taken) == len(last.taken) == 3

    run(scene)


def test_a_server_whose_send_is_a_coroutine_is_written_to_by_a_task() -> None:
    async def scene() -> None:
        taken = []

        async def send(text: str) -> None:
            await asyncio.sleep(0)
            taken.append(text)

        listener = Listener(WHO, send)
        listener.write(["one", "two"])
        await asyncio.sleep(0.01)
        assert sorted(taken) == ["one", "two"]

    run(scene)


def test_a_process_for_sockets_alone_goes_without_the_tables_of_pinyin() -> None:
    """They would take a fifth of its memory."""
    look = "import sys, hotline.asgi, hotline.urls; sys.exit('pypinyin' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", look], env=environment(), timeout=60)
    assert done.returncode == 0
