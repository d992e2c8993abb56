"""What the doors show of calls and messages."""

from hotline.simulator.carrier import Carrier
from hotline.simulator.state import Call, Json, Message


def call_view(call: Call) -> Json:
    """A call as tests and the telephone page see it."""
    return {
        "sid": call.sid,
        "from": call.from_,
        "to": call.to,
        "direction": call.direction,
        "status": call.status,
        "heard": [line.text for line in call.lines if line.kind == "heard"],
        "waiting_for": call.waiting_for,
        "conference": call.conference_name,
        "hold": bool(call.participant and call.participant.hold),
        "ended_reason": call.ended_reason,
        "seconds": call.seconds,
        "lines": lines_after(call, 0),
    }


def lines_after(call: Call, n: int) -> list[Json]:
    return [
        {"n": line.n, "kind": line.kind, "text": line.text, "by": line.by, "at": line.at.isoformat()}
        for line in call.lines[max(0, n) :]
    ]


def message_view(message: Message) -> Json:
    return {
        "sid": message.sid,
        "from": message.from_,
        "to": message.to,
        "body": message.body,
        "direction": message.direction,
        "status": message.status,
        "segments": message.segments,
        "error_code": message.error_code,
        "media": [
            {"sid": each.sid, "name": each.name, "content_type": each.content_type} for each in message.media
        ],
        "at": message.created.isoformat(),
    }


def calls_of(carrier: Carrier, number: str | None) -> list[Call]:
    """The calls to and from a number, or all, oldest first."""
    return [
        each for each in carrier.state.calls.values() if number is None or number in (each.from_, each.to)
    ]


def messages_of(carrier: Carrier, number: str | None) -> list[Message]:
    """The messages to and from a number, or all, oldest first."""
    return [
        each for each in carrier.state.messages.values() if number is None or number in (each.from_, each.to)
    ]
