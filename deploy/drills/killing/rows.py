"""Compares what the carrier and the people say there was with what stands in the rows."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from io import StringIO
from typing import Any, NamedTuple

from django.core.management import CommandError, call_command
from django.db.models import Count as CountOf
from viewflow.workflow import STATUS
from viewflow.workflow.models import Task

from hotline.enums import (
    CallResult,
    CallState,
    Channel,
    ContactKind,
    Direction,
    MessageState,
    OfferState,
    RecordingState,
    SeatState,
    Stage,
)
from hotline.models import (
    Attachment,
    Call,
    Callback,
    Case,
    Interaction,
    Message,
    Offer,
    Recording,
    SearchMark,
    Seat,
    StaffNotice,
)
from workflows.models import CaseProcess

Json = dict[str, Any]
SHOWN = 5
UNDER_WAY = (MessageState.QUEUED, MessageState.SENDING, MessageState.UNCERTAIN)
LIVE = (STATUS.NEW, STATUS.ASSIGNED)
AT_REST = (STATUS.DONE, STATUS.CANCELED, STATUS.REVIVED)
REFUSED_FOR_GOOD = "21610"
"""The worker has opted out: the one refusal that the drill's carrier gives."""
STATES = {"delivered": MessageState.DELIVERED, "undelivered": MessageState.FAILED}


@dataclass
class Count:
    """One line of the table: how many there were, and what is off with which of them."""

    what: str
    there: int
    off: list[str] = field(default_factory=list)


class Outgoing(NamedTuple):
    """A text of ours: what the carrier calls it, to whom, its words, its state."""

    sid: str | None
    to: str
    body: str
    state: str


def unfinished() -> dict[str, int]:
    """How many rows still wait for the worker or the carrier, by kind."""
    found = {
        # The drill's carrier brings each to its end, so one that is only sent has not heard of it yet.
        "messages": Message.objects.filter(state__in=[*UNDER_WAY, MessageState.SENT]).count(),
        "notices": StaffNotice.objects.filter(state__in=UNDER_WAY).count(),
        "files": Attachment.objects.filter(due_at__isnull=False).count(),
        "recordings": Recording.objects.filter(state=RecordingState.READY).count(),
        "calls": Call.objects.exclude(state=CallState.ENDED).count(),
        "offers": Offer.objects.filter(state=OfferState.OFFERED).count(),
        "search marks": SearchMark.objects.count(),
    }
    return {kind: left for kind, left in found.items() if left}


def versions() -> dict[str, int]:
    """The version of each case, by the topic of its page."""
    return {f"case:{pk}": version for pk, version in Case.objects.values_list("pk", "version")}


def count(made: Json) -> list[Count]:
    """Every line of the table."""
    return [
        _calls_in(made["calls"]),
        _messages_in([m for m in made["messages"] if m["direction"] == "inbound"]),
        _files([m for m in made["messages"] if m["direction"] == "inbound"]),
        _messages_out([m for m in made["messages"] if m["direction"] != "inbound"]),
        _replies(made["replies"]),
        _recordings(made["recordings"]),
        _unheard(),
        _calls_out(made["calls"]),
        _desks(),
        _claims(),
        _places(),
        _tasks(),
        _told("event chains", "verify_chain"),
        _search(),
    ]


def _once(what: str, made: Iterable[str], stored: Iterable[str | None]) -> Count:
    """Each sid of `made` must be among `stored` exactly once, and nothing else."""
    wanted, found = set(made), Counter(stored)
    line = Count(what, len(wanted))
    line.off += [f"{sid} is missing" for sid in sorted(wanted - found.keys())]
    line.off += [f"{sid} is there {times} times" for sid, times in found.items() if times > 1]
    line.off += [f"{sid} was never made" for sid in sorted(map(str, found.keys() - wanted))]
    return line


def _inbound(channel: Channel) -> Any:
    return Interaction.objects.filter(channel=channel, direction=Direction.INBOUND)


def _calls_in(calls: list[Json]) -> Count:
    sids = [c["sid"] for c in calls if c["direction"] == "inbound" and not c["from"].startswith("client:")]
    rows = _inbound(Channel.CALL)
    line = _once("calls in, each once with a case", sids, rows.values_list("provider_id", flat=True))
    bare = rows.filter(call=None).values_list("provider_id", flat=True)
    line.off += [f"{sid} has no call row" for sid in bare]
    open_ones = Call.objects.exclude(state=CallState.ENDED).values_list("interaction__provider_id", "state")
    line.off += [f"{sid} is over and {state}" for sid, state in open_ones]
    return line


def _messages_in(messages: list[Json]) -> Count:
    rows = _inbound(Channel.SMS).select_related("message")
    line = _once(
        "messages in, each once with a case", [m["sid"] for m in messages], [r.provider_id for r in rows]
    )
    bodies = {row.provider_id: row.message.body for row in rows}
    line.off += [
        f"{m['sid']} says something else" for m in messages if bodies.get(m["sid"], m["body"]) != m["body"]
    ]
    return line


def _files(messages: list[Json]) -> Count:
    wanted = {m["sid"]: len(m["media"]) for m in messages if m["media"]}
    line = Count("files in messages, fetched", sum(wanted.values()))
    stored: Counter[str] = Counter()
    for row in Attachment.objects.filter(interaction__isnull=False).select_related("interaction"):
        stored[str(row.interaction and row.interaction.provider_id)] += 1
        if not row.file or not row.file.storage.exists(row.file.name):
            line.off.append(f"file {row.pk} was not fetched: {row.problem or 'no reason'}")
    for sid in sorted(wanted.keys() | stored.keys()):
        if wanted.get(sid, 0) != stored[sid]:
            line.off.append(f"{sid} has {wanted.get(sid, 0)} files and {stored[sid]} rows")
    return line


def _sent() -> list[Outgoing]:
    """Every outgoing row that was not refused for good, with its sid, receiver, words and state."""
    messages = Message.objects.filter(interaction__direction=Direction.OUTBOUND).select_related("interaction")
    notices = StaffNotice.objects.select_related("staff")
    rows = [
        (Outgoing(r.interaction.provider_id, r.interaction.address, r.body, r.state), r.error_code)
        for r in messages
    ]
    rows += [
        (Outgoing(r.provider_id or None, r.staff.mobile, r.body, r.state), r.error_code) for r in notices
    ]
    return [row for row, code in rows if row.sid or code != REFUSED_FOR_GOOD]


def _messages_out(messages: list[Json]) -> Count:
    rows = _sent()
    line = _once("messages out, each sent once", [m["sid"] for m in messages], [row.sid for row in rows])
    by_sid = {m["sid"]: m for m in messages}
    for row in rows:
        remote = by_sid.get(row.sid or "")
        if remote and (remote["body"], remote["to"]) != (row.body, row.to):
            line.off.append(f"{row.sid} is another message")
        elif remote and STATES.get(remote["status"]) != row.state:
            line.off.append(f"{row.sid} is {remote['status']} and stands as {row.state}")
    line.off += [f"a message to {row.to} is {row.state}" for row in rows if row.state in UNDER_WAY]
    return line


def _replies(replies: dict[str, bool]) -> Count:
    line = Count("replies that the page confirmed", sum(replies.values()))
    rows = Counter(Message.objects.filter(sender__isnull=False).values_list("body", flat=True))
    line.off += [f"“{text}” is missing" for text, sure in replies.items() if sure and not rows[text]]
    line.off += [f"“{text}” is there {times} times" for text, times in rows.items() if times > 1]
    return line


def _recordings(recordings: list[Json]) -> Count:
    done = {r["sid"] for r in recordings if r["status"] == "completed"}
    line = Count("recordings, stored", len(done))
    rows = {row.sid: row for row in Recording.objects.all()}
    for sid in sorted(done):
        row = rows.get(sid)
        state = row.state if row else "missing"
        if row is None or state != RecordingState.STORED or not row.file.storage.exists(row.file.name):
            line.off.append(f"{sid} is {state}")
    late = [row for sid, row in rows.items() if sid not in done and row.state != RecordingState.ABSENT]
    line.off += [f"{row.sid} is {row.state} and absent at the carrier" for row in late]
    return line


def _unheard() -> Count:
    missed = Call.objects.filter(
        interaction__direction=Direction.INBOUND,
        result__in=[CallResult.MISSED, CallResult.VOICEMAIL],
        interaction__contact__kind=ContactKind.PHONE,
        interaction__previous_case=None,
    ).select_related("interaction")
    line = Count("callers not heard, to be called back", 0)
    kept = set(Callback.objects.values_list("case_id", "contact_id"))
    for call in missed:
        line.there += 1
        if (call.interaction.case_id, call.interaction.contact_id) not in kept:
            line.off.append(f"{call.interaction.provider_id} has no call-back")
    return line


def _calls_out(calls: list[Json]) -> Count:
    made = [c["sid"] for c in calls if c["direction"] == "outbound-api"]
    rows = Interaction.objects.filter(channel=Channel.CALL, direction=Direction.OUTBOUND)
    named = rows.exclude(provider_id=None).values_list("provider_id", flat=True)
    return _once("calls back, each dialled once", made, named)


def _desks() -> Count:
    seats = list(Seat.objects.select_related("staff"))
    line = Count("desks, none stuck", len(seats))
    to_wrap_up = set(
        Call.objects.filter(wrapped_up_at=None, agent__isnull=False).values_list("agent", flat=True)
    )
    for seat in seats:
        stuck = seat.state in {SeatState.TALKING, SeatState.OFFERED}
        if stuck or (seat.state == SeatState.WRAP_UP and seat.staff_id not in to_wrap_up):
            line.off.append(f"{seat.staff.username} is {seat.state} without a call")
    return line


def _claims() -> Count:
    line = Count("offers and claims that nobody holds any more", Offer.objects.count())
    standing = Offer.objects.filter(state=OfferState.OFFERED).values_list("pk", flat=True)
    line.off += [f"offer {pk} still stands" for pk in standing]
    due = Attachment.objects.filter(due_at__isnull=False).values_list("pk", "tries")
    line.off += [f"file {pk} is claimed or due (tried {tries} times)" for pk, tries in due]
    ready = Recording.objects.filter(state=RecordingState.READY).values_list("pk", "tries")
    line.off += [f"recording {pk} is claimed or due (tried {tries} times)" for pk, tries in ready]
    line.off += [f"case {mark.case_id} waits for search: {mark.problem}" for mark in SearchMark.objects.all()]
    return line


def _places() -> Count:
    """Every open case stands at exactly one place, which a person can complete; a closed one at none."""
    cases = list(Case.objects.values_list("pk", "stage"))
    line = Count("cases, each at one place of its path", len(cases))
    steps = Task.objects.filter(flow_task_type="HUMAN", status__in=LIVE)
    at = dict(steps.values_list("process__caseprocess__case").annotate(CountOf("pk")))
    running = CaseProcess.objects.exclude(status__in=[STATUS.DONE, STATUS.CANCELED])
    paths = dict(running.values_list("case").annotate(CountOf("pk")))
    for pk, stage in cases:
        wanted = 0 if stage == Stage.CLOSED else 1
        if (at.get(pk, 0), paths.get(pk, 0)) != (wanted, wanted):
            line.off.append(f"case {pk} ({stage}): {at.get(pk, 0)} places, {paths.get(pk, 0)} paths")
    return line


def _tasks() -> Count:
    """A task that has begun and not ended within its transaction is one that nothing moves any more."""
    line = Count("tasks, none stuck", Task.objects.count())
    movable = {("HUMAN", STATUS.NEW), ("HUMAN", STATUS.ASSIGNED), ("TIMER", STATUS.SCHEDULED)}
    rest = Task.objects.exclude(status__in=AT_REST).select_related("process__caseprocess__case")
    for task in rest:
        waits = task.flow_task_type not in {"HUMAN", "TIMER"} and task.status == STATUS.NEW
        running = task.process.status == STATUS.NEW
        if not running or not ((task.flow_task_type, task.status) in movable or waits):
            line.off.append(f"task {task.pk} {task.flow_task_type} is {task.status}")
    return line


def _told(what: str, command: str) -> Count:
    said = StringIO()
    line = Count(what, Case.objects.count())
    try:
        call_command(command, stdout=said)
    except CommandError as error:
        line.off += [*said.getvalue().splitlines()[:SHOWN], str(error)]
    return line


def _search() -> Count:
    from search import engines

    line = _told("cases in the search index as in the rows", "search_verify")
    inside = engines.reader().count()
    if inside != line.there:
        line.off.append(f"{inside} cases in the index, {line.there} in the rows")
    return line
