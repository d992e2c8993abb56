"""The drill can tell what is off: every line of its count is shown something broken."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from viewflow.workflow import STATUS
from viewflow.workflow.models import Task

from deploy.drills.killing import rows, table
from deploy.drills.killing.play import Result
from deploy.drills.killing.relay import Relay
from deploy.processes import free_port
from hotline.actions import calls, messages, recordings
from hotline.enums import CallState, MessageState, OfferState, RecordingState, SeatState
from hotline.models import (
    Attachment,
    Call,
    Callback,
    Case,
    Event,
    Interaction,
    Message,
    Offer,
    Recording,
    Seat,
    Staff,
)
from hotline.telephony import receiving
from hotline.telephony.parse import Media, TextIn
from search import generations, outbox

CALL, TEXT, SENT, SOUND = "CA" + "1" * 32, "SM" + "2" * 32, "SM" + "3" * 32, "RE" + "4" * 32
WORKER = "+8613800005678"
REPLY = "请保存工资条"


@pytest.fixture
def index(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.HOTLINE_DATA_DIR = settings.MEDIA_ROOT = tmp_path
    yield
    generations.stop_writing()


@pytest.fixture
def made(city: Any, agent: Staff, index: None) -> dict[str, Any]:
    """A missed call, a message with a picture, a reply, a voicemail; and what the carrier says of them."""
    now = timezone.now()
    receiving.text_arrived(TextIn(TEXT, WORKER, "欠薪", (Media("https://x/1", "image/png"),), "", now))
    call = receiving.call_arrived(CALL, WORKER, now, voicemail=False)
    ready = recordings.reported(call.pk, SOUND, RecordingState.READY, url="https://x/2", at=now)
    calls.end(call.pk, now)
    Recording.objects.filter(pk=ready.pk).update(state=RecordingState.STORED, file="sound", due_at=None)
    Attachment.objects.update(file="sound", due_at=None)
    (generations.folder().parent / "sound").touch()
    row = messages.reply(Case.objects.get().pk, agent, REPLY)
    messages.claim(Message, row.pk, now)
    messages.settle(row, MessageState.DELIVERED, sid=SENT)
    Seat.objects.update(state=SeatState.AVAILABLE)
    while outbox.drain():
        pass
    return {
        "calls": [{"sid": CALL, "direction": "inbound", "from": WORKER}],
        "messages": [
            {"sid": TEXT, "direction": "inbound", "body": "欠薪", "media": [{}]},
            {"sid": SENT, "direction": "outbound-api", "body": REPLY, "to": WORKER, "status": "delivered"},
        ],
        "recordings": [{"sid": SOUND, "status": "completed"}],
        "replies": {REPLY: True},
    }


def wrong(made: dict[str, Any]) -> set[str]:
    return {line.what for line in rows.count(made) if line.off}


def test_a_house_in_order_counts_right(made: dict[str, Any]) -> None:
    assert wrong(made) == set() and rows.unfinished() == {}


def two_more(made: dict[str, Any]) -> None:
    made["calls"].append({"sid": "CA" + "9" * 32, "direction": "inbound", "from": WORKER})
    made["messages"].append({"sid": "SM" + "9" * 32, "direction": "inbound", "body": "丢失", "media": []})


def sent_twice(made: dict[str, Any]) -> None:
    made["messages"].append(made["messages"][1] | {"sid": "SM" + "8" * 32})


def without_its_file(made: dict[str, Any]) -> None:
    Attachment.objects.update(file="")


def other_words(made: dict[str, Any]) -> None:
    Message.objects.filter(interaction__provider_id=TEXT).update(body="别的")


def forgotten_reply(made: dict[str, Any]) -> None:
    made["replies"]["还有一条"] = True


def recording_left_behind(made: dict[str, Any]) -> None:
    Recording.objects.all().delete()


def nobody_calls_back(made: dict[str, Any]) -> None:
    Callback.objects.all().delete()


def dialled_twice(made: dict[str, Any]) -> None:
    made["calls"].append({"sid": "CA" + "7" * 32, "direction": "outbound-api", "from": ""})


def call_never_ends(made: dict[str, Any]) -> None:
    Call.objects.update(state=CallState.WAITING)


def desk_is_stuck(made: dict[str, Any]) -> None:
    Seat.objects.update(state=SeatState.TALKING)


def offer_stands(made: dict[str, Any]) -> None:
    now = timezone.now()
    agent, call = Staff.objects.get(), Call.objects.get()
    Offer.objects.create(
        call=call, agent=agent, state=OfferState.OFFERED, offered_at=now, expires_at=now, rung_at=now
    )


def claim_is_held(made: dict[str, Any]) -> None:
    Attachment.objects.update(due_at=timezone.now())


def two_places(made: dict[str, Any]) -> None:
    task = Task.objects.get(flow_task_type="HUMAN")
    task.pk = None
    task.save()


def task_hangs(made: dict[str, Any]) -> None:
    Task.objects.filter(flow_task_type="HUMAN").update(status=STATUS.STARTED)


def event_is_changed(made: dict[str, Any]) -> None:
    Event.objects.filter(sequence=2).update(kind="other")


def index_is_behind(made: dict[str, Any]) -> None:
    Case.objects.update(version=99)


BROKEN: list[tuple[Callable[[dict[str, Any]], None], set[str]]] = [
    (two_more, {"calls in, each once with a case", "messages in, each once with a case"}),
    (sent_twice, {"messages out, each sent once"}),
    (without_its_file, {"files in messages, fetched"}),
    (other_words, {"messages in, each once with a case"}),
    (forgotten_reply, {"replies that the page confirmed"}),
    (recording_left_behind, {"recordings, stored"}),
    (nobody_calls_back, {"callers not heard, to be called back"}),
    (dialled_twice, {"calls back, each dialled once"}),
    (call_never_ends, {"calls in, each once with a case"}),
    (desk_is_stuck, {"desks, none stuck"}),
    (offer_stands, {"offers and claims that nobody holds any more"}),
    (claim_is_held, {"offers and claims that nobody holds any more"}),
    (two_places, {"cases, each at one place of its path"}),
    (task_hangs, {"cases, each at one place of its path", "tasks, none stuck"}),
    (event_is_changed, {"event chains"}),
    (index_is_behind, {"event chains", "cases in the search index as in the rows"}),
]


@pytest.mark.parametrize(("broken", "lines"), BROKEN, ids=[each.__name__ for each, _lines in BROKEN])
def test_what_is_broken_is_counted(
    made: dict[str, Any], broken: Callable[[dict[str, Any]], None], lines: set[str]
) -> None:
    broken(made)
    assert wrong(made) == lines


def test_what_was_never_made_is_counted(made: dict[str, Any], arrive: Callable[..., Any]) -> None:
    made["messages"] = made["messages"][1:]
    assert "messages in, each once with a case" in wrong(made)
    assert Interaction.objects.filter(provider_id=TEXT).exists()


def test_the_table_says_what_is_off() -> None:
    good = Result("sqlite", {"killed: web": "3"}, [("calls in", 5, [])])
    bad = Result("postgres", {"killed: web": "4"}, [("calls in", 7, ["CA1 is missing"] * 12)])
    assert "Nothing was lost" in table.drawn([good], 61.0)
    drawn = table.drawn([good, bad], 61.0)
    assert "12 are off" in drawn and drawn.count("PostgreSQL, calls in: CA1 is missing") == 10
    assert "PostgreSQL, calls in: and 2 more" in drawn


def test_a_wire_passes_everything_on_until_it_is_cut() -> None:
    asyncio.run(_over_the_wire())


async def _over_the_wire() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(100):
            writer.write(piece)
        writer.close()

    far, near = free_port(), free_port()
    server = await asyncio.start_server(echo, "127.0.0.1", far)
    wire = Relay(near, far)
    await wire.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", near)
    writer.write(b"said")
    assert await reader.readexactly(4) == b"said"
    cutting = asyncio.create_task(wire.cut(0.2))
    with pytest.raises(ConnectionResetError):
        await reader.read(1)
    writer.close()
    reader, writer = await asyncio.open_connection("127.0.0.1", near)
    with pytest.raises(ConnectionResetError):
        await reader.read(1)
    writer.close()
    await cutting
    reader, writer = await asyncio.open_connection("127.0.0.1", near)
    writer.write(b"again")
    assert await reader.readexactly(5) == b"again"
    writer.close()
    await wire.close()
    server.close()
