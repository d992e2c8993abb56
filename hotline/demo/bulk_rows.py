"""Rows of one grown case as a pattern for many: what differs is put in, everything else is copied.

The pattern comes from the rows that people's steps wrote, whatever they are, so that copies stand at the
same steps of the flow and can be carried on.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from itertools import chain
from typing import Any

from django.core.management.color import no_style
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.db.models import ForeignKey, Max, Model
from viewflow.workflow.models import Process, Task

from hotline import events
from hotline.models import (
    ArbitrationEntry,
    Call,
    Case,
    CaseEmployer,
    Claim,
    Clock,
    Collective,
    Contact,
    Employer,
    Event,
    Evidence,
    Interaction,
    Measure,
    MeasureEntry,
    Mediation,
    Member,
    MemberClaim,
    Message,
    Person,
    Referral,
    Review,
    SearchMark,
    SectionRevision,
    Staff,
    TermEvent,
    TranscriptLine,
    Transfer,
)
from workflows.models import CaseProcess, MeasureProcess

Table = type[Model]
Values = list[Any]
Follows: Any = Task.previous.through
Concerns: Any = TermEvent.members.through
ORDER: tuple[Table, ...] = (
    Employer, Person, Contact, Case, CaseEmployer, Claim, Evidence, Collective, Member, MemberClaim,
    TermEvent, Concerns, Measure, MeasureEntry, Clock, Review, Mediation, Referral, ArbitrationEntry,
    Transfer, SectionRevision, Interaction, Call, Message, TranscriptLine, Process, CaseProcess,
    MeasureProcess, Task, Follows, Event, SearchMark,
)  # fmt: skip
"""All that is written, each table after those it points at."""


@dataclass
class Copy:
    """One case to be made: where its rows' ids begin, and what is its own."""

    first: dict[Table, int]
    shift: timedelta
    """How much earlier than the pattern everything happens; whole days."""
    staff: dict[int, int]
    """Who stands in the place of whom."""
    names: dict[int, str]
    words: dict[tuple[Table, str], Any]
    """Values of the copy's own, by table and column; of a member, those of each in turn."""
    person: int
    contact: int
    returning: bool
    """The person and their number are there already."""


Patch = Callable[[Copy], Any]


class Pattern:
    """The rows of one case by table, and how to copy them. Read them before the case is taken back."""

    def __init__(self, case: Case, rows: dict[Table, list[Any]], owned: Iterable[tuple[Table, str]]) -> None:
        self.case = case
        self.places = {
            (table, row.pk): place for table, found in rows.items() for place, row in enumerate(found)
        }
        self.counts = {table: len(found) for table, found in rows.items() if table is not Event}
        self.staff: set[int] = set()
        self._owned = set(owned)
        self._rows = {
            table: [self._row(row) for row in found] for table, found in rows.items() if table is not Event
        }
        told = [event for event in rows[Event] if isinstance(event, Event)]
        self._events = [_Told(event, self._data_patches(event)) for event in told]
        self.event_count = len(self._events)
        self.staff |= {one.actor for one in self._events if one.actor}

    def copy(self, copy: Copy, out: dict[Table, list[Values]]) -> None:
        """Add the rows of a copy to `out`; its chain of events is reckoned as `events.record` does."""
        head = ""
        for place, one in enumerate(self._events):
            head = one.copy(copy, place, head, out[Event])
        copy.words[Case, "version"], copy.words[Case, "chain_head"] = self.event_count, head
        for table, rows in self._rows.items():
            if copy.returning and table in {Person, Contact}:
                continue
            for values, patches in rows:
                made = values.copy()
                for place, patch in patches:
                    made[place] = patch(copy)
                out[table].append(made)

    def _row(self, row: Model) -> tuple[Values, list[tuple[int, Patch]]]:
        values: Values = []
        patches: list[tuple[int, Patch]] = []
        for place, field in enumerate(columns(type(row))):
            raw = getattr(row, field.attname)
            values.append(plain(field, raw))
            patch = self._patch(type(row), field, raw)
            if patch is not None:
                patches.append((place, patch))
        return values, patches

    def _patch(self, table: Table, field: Any, raw: Any) -> Patch | None:
        key = (table, field.attname)
        if key in self._owned and table is Member:
            return lambda copy: next(copy.words[key])
        if key in self._owned:
            return lambda copy: copy.words[key]
        if raw is None:
            return None
        if isinstance(field, ForeignKey):
            return self._reference(field.related_model, raw)
        if field.primary_key:
            return self._reference(table, raw)
        if isinstance(field, models.DateTimeField):
            return lambda copy: moment(raw + copy.shift)
        if isinstance(field, models.DateField):
            return lambda copy: day(raw + copy.shift)
        return None

    def _reference(self, table: Any, pk: Any) -> Patch | None:
        if table is Staff:
            self.staff.add(pk)
            return lambda copy: copy.staff.get(pk, pk)
        if table is Person:
            return lambda copy: copy.person
        if table is Contact:
            return lambda copy: copy.contact
        while isinstance(table._meta.pk, ForeignKey):  # it shares the id of the row it continues
            table = table._meta.pk.related_model
        place = self.places.get((table, pk))
        return None if place is None else lambda copy: copy.first[table] + place

    def _data_patches(self, event: Event) -> list[tuple[str, Patch]]:
        patches: list[tuple[str, Patch]] = []
        data = event.data
        if "interaction" in data:
            patch = self._reference(Interaction, data["interaction"])
            assert patch is not None
            patches.append(("interaction", patch))
        if "measure" in data:
            patch = self._reference(Measure, data["measure"])
            assert patch is not None
            patches.append(("measure", patch))
        if event.kind == "case.assigned":
            for name in ("before", "to"):
                if data[name]:
                    patches.append((name, _of_staff(data[name])))
            if data["to"]:
                patches.append(("to_name", _name_of(data["to"])))
        if event.kind == "clock.running":
            patches += [(name, _shifted(data[name])) for name in ("start", "due", "before") if data[name]]
        return patches


class _Told:
    """An event of the pattern. To make an Event anew for each copy takes longer than all else."""

    def __init__(self, event: Event, patches: list[tuple[str, Patch]]) -> None:
        self._event, self._patches = event, patches
        self._at, self._data, self.actor = event.at, event.data, event.actor_id
        self._names = [field.attname for field in columns(Event)]

    def copy(self, copy: Copy, place: int, head: str, out: list[Values]) -> str:
        """Add its copy to `out`, chained to `head`; returns the chain's new head."""
        event = self._event
        event.pk, event.case_id, event.sequence = copy.first[Event] + place, copy.first[Case], place + 1
        event.actor_id = copy.staff.get(self.actor, self.actor) if self.actor else None
        event.at = self._at + copy.shift
        event.data = {**self._data, **{name: patch(copy) for name, patch in self._patches}}
        event.previous_hash = head
        event.hash = events.chain_hash(event)
        values = {**event.__dict__, "at": moment(event.at), "data": as_json(event.data)}
        out.append([values[name] for name in self._names])
        return event.hash


def _of_staff(pk: int) -> Patch:
    return lambda copy: copy.staff.get(pk, pk)


def _name_of(pk: int) -> Patch:
    return lambda copy: copy.names[copy.staff.get(pk, pk)]


def _shifted(text: str) -> Patch:
    start = date.fromisoformat(text)
    return lambda copy: (start + copy.shift).isoformat()


def rows_of(case: Case, kinds: frozenset[str]) -> dict[Table, list[Any]]:
    """The rows of a grown case that are copied: events of `kinds`, how it came in, two lines of it."""
    people: dict[Table, list[Any]] = {
        Person: [case.person], Contact: list(case.person.contacts.all()), Case: [case]
    }  # fmt: skip
    own: list[Table] = [
        CaseEmployer, Claim, Evidence, Collective, Member, TermEvent, Measure, Clock, Review, Mediation,
        Referral,
    ]  # fmt: skip
    of_case: dict[Table, list[Any]] = {table: list(table._default_manager.filter(case=case)) for table in own}
    # Instalments are not copied, and so neither is what runs for one of them.
    of_case[Clock] = [clock for clock in of_case[Clock] if clock.instalment_id is None]
    came_in = list(case.interactions.filter(direction="INBOUND").order_by("pk")[:1])
    paths = list(CaseProcess.objects.filter(case=case))
    beside = list(MeasureProcess.objects.filter(measure__case=case))
    processes = [row.process_ptr for row in (*paths, *beside)]
    tasks = Task.objects.filter(process__in=processes).order_by("pk")
    told = case.events.filter(kind__in=kinds).order_by("sequence")
    inside = {row.pk for row in came_in}
    rows: dict[Table, list[Any]] = {
        MemberClaim: list(MemberClaim.objects.filter(member__case=case)),
        Concerns: list(Concerns.objects.filter(termevent__case=case)),
        MeasureEntry: list(MeasureEntry.objects.filter(measure__case=case)),
        ArbitrationEntry: list(ArbitrationEntry.objects.filter(referral__case=case)),
        SectionRevision: list(case.sections.filter(section="INTAKE")),
        Interaction: came_in,
        Call: list(Call.objects.filter(interaction__in=came_in)),
        Message: list(Message.objects.filter(interaction__in=came_in)),
        TranscriptLine: list(
            TranscriptLine.objects.filter(call__interaction__in=came_in, by_worker=True)[:2]
        ),
        Process: list(processes),
        CaseProcess: list(paths),
        MeasureProcess: list(beside),
        Task: list(tasks),
        Follows: list(Follows.objects.filter(from_task__in=tasks)),
        Event: [event for event in told if event.data.get("interaction", 0) in {0, *inside}],
    }
    return {**people, **of_case, **rows}


# --- Writing -------------------------------------------------------------------------------------
def columns(table: Table) -> Sequence[Any]:
    """The columns of a table itself, without those of the table it continues."""
    return table._meta.local_concrete_fields


def moment(value: datetime) -> Any:
    """As the database takes it."""
    return _operations().adapt_datetimefield_value(value)


def day(value: date) -> Any:
    """As the database takes it."""
    return _operations().adapt_datefield_value(value)


@cache
def _operations() -> Any:
    # Which database it is stays the same; to ask each time takes longer than the copying.
    return connection.ops


def as_json(value: Any) -> str:
    """As the database takes it."""
    return json.dumps(value, cls=DjangoJSONEncoder)


def plain(field: Any, value: Any) -> Any:
    if isinstance(field, models.JSONField):
        return as_json(value)
    return field.get_db_prep_save(value, connection)


@transaction.atomic
def write(rows: dict[Table, list[Values]]) -> int:
    """Insert all of `rows` in one transaction; returns how many."""
    for table in ORDER:
        if rows[table]:
            _insert(table, rows[table])
    return sum(map(len, rows.values()))


def _insert(table: Table, rows: list[Values]) -> None:
    quote = connection.ops.quote_name
    names = ", ".join(quote(field.column) for field in columns(table))
    into = f"{quote(table._meta.db_table)} ({names})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {into} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            places = ", ".join(["%s"] * len(columns(table)))
            cursor.executemany(f"INSERT INTO {into} VALUES ({places})", rows)  # noqa: S608 - our own names


def next_ids() -> dict[Table, int]:
    """The first free id of each table."""
    return {
        table: (table._default_manager.aggregate(last=Max("pk"))["last"] or 0) + 1
        for table in ORDER
        if isinstance(table._meta.pk, models.AutoField | models.BigAutoField)
    }


def settle() -> None:
    """Let the databases' own counters go on after the highest ids, and look at how the tables have grown."""
    with connection.cursor() as cursor:
        for statement in chain(connection.ops.sequence_reset_sql(no_style(), list(ORDER)), ["ANALYZE"]):
            cursor.execute(statement)
