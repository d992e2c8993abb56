"""Junk on the console's socket: it is closed with a code or left alone, and the others go on."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hotline.live import hub
from hotline.models import Case, Staff
from tests.fuzz.size import Tally, sized
from tests.fuzz.strategies import ODD
from tests.hotline.live.conftest import Browser, browser_of, in_db, play

__all__ = ["browser_of", "play"]
CODES = {4400, 1009, 1008}
AT_ONCE = 50
"""Conversations that one scene has time for."""
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=8,
)
topics = st.sampled_from(
    ["floor", "*", "case:1", "case:0", "case:-1", "case:" + "9" * 18, "case:" + "9" * 19, "unit:1", "unit:99",
     "staff:1", "staff:" + "9" * 30, "case:١", "case:1 ", "", "signed-out", "case:1\x00", "session:1"]
)  # fmt: skip
pages = st.sampled_from(
    ["/", "/cases/1/", "/cases/" + "9" * 18 + "/", "/cases/0/", "x" * 9000, "\x00", "../"]
)
hellos = st.fixed_dictionaries(
    {"hello": st.fixed_dictionaries({"topics": st.dictionaries(topics, anything, max_size=9), "page": pages})}
)
texts = st.one_of(
    hellos.map(json.dumps),
    st.builds(lambda value: json.dumps({"hello": value}), anything),
    st.builds(lambda value: json.dumps({"hello": {"topics": value, "page": "/"}}), anything),
    st.builds(lambda value: json.dumps({"pong": value}), anything),
    anything.map(json.dumps),
    st.sampled_from([t for t in ODD if t.isprintable()]),
    st.sampled_from(
        ["[" * 9000, '{"hello":' * 1500, '{"pong":1e999}', '{"pong":' + "9" * 5000 + "}", "x" * 17_000]
    ),
    st.sampled_from(
        [json.dumps({"hello": {"topics": {f"case:{n}": 1 for n in range(size)}}}) for size in (150, 201)]
    ),
)


def test_junk_closes_one_socket_with_a_code_and_none_beside_it(
    play: Callable[..., Any], supervisor: Staff, case: Case, browser_of: Callable[..., Browser]
) -> None:
    thrown: list[list[str]] = []
    tally = Tally("sockets")

    @sized("SOCKETS", 20)
    @given(st.lists(texts, min_size=1, max_size=4))
    def collect(messages: list[str]) -> None:
        thrown.append(messages)

    collect()
    good, bad, topic = browser_of(supervisor), browser_of(supervisor), f"case:{case.pk}"

    async def scene(conversations: list[list[str]]) -> None:
        await good.open()
        assert (await good.hello({topic: case.version}))["hello"] is True
        for messages in conversations:
            tally.add(await throw(bad.scope, messages), 200, 0, "")
        assert (await good.hello({topic: case.version}))["hello"] is True
        assert await in_db(Case.objects.count) == 1
        assert len(hub.here().listeners) == 1, "each closed socket is forgotten"

    try:
        for first in range(0, len(thrown), AT_ONCE):
            play(lambda first=first: scene(thrown[first : first + AT_ONCE]))
    finally:
        tally.write()


async def throw(scope: dict[str, Any], messages: list[str]) -> str:
    """Say `messages` on a socket of their own; whether it was closed or had nothing more to hear."""
    bad = Browser("")
    bad.scope = dict(scope)
    assert await bad.open()
    for text in messages:
        await bad.say(text)
    while not await bad.wire.receive_nothing(0.02, 0.005):
        told = await bad.next()
        if "closed" in told:
            assert told["closed"] in CODES, (told, messages)
            await asyncio.wait_for(bad.wire.wait(2), 5)
            return "closed"
    await bad.wire.send_input({"type": "websocket.disconnect", "code": 1005})
    await asyncio.wait_for(bad.wire.wait(2), 5)
    return "left alone"
