"""Everything at once at the same few cases, for some seconds: nothing locks up.

PostgreSQL ends one of two transactions that wait for each other with "deadlock detected", which no test
here takes for a result. On SQLite there is one writer and nothing to find.
"""

import os
import random
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from hotline.actions import callbacks, calls, messages, notes, offers, sections, staff
from hotline.enums import CallState, Channel, Role, SeatState, Section
from hotline.errors import HotlineError
from hotline.models import Call, Callback, Case, Interaction, Message, Offer, Person, Seat, Staff
from search import outbox
from tests.conftest import Drive, make_staff
from tests.races.racing import arrival, race
from workflows import holders, reception, steps, timers
from workflows.decisions import Decision

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services, pytest.mark.drill]
SECONDS = int(os.environ.get("HOTLINE_RACE_SECONDS", "8"))
"""A longer run finds rarer meetings: HOTLINE_RACE_SECONDS=120 pytest tests/races/test_lockups.py -s"""
RACERS = 10
WORKERS = [f"+861390000777{n}" for n in range(3)]
"""So few numbers that all meet at the same cases and persons."""
EMPLOYERS = ["甲公司", "乙公司", "丙公司"]


class Crowd:
    """Each method does one thing that people, workers or the carrier do, to something picked by chance."""

    def __init__(self, drive: Drive, supervisor: Staff, admin: Staff, seed: int) -> None:
        self.drive, self.supervisor, self.admin = drive, supervisor, admin
        self.chance = random.Random(seed)
        self.seed = seed
        self.count = 0

    def any(self, rows: Any) -> Any:
        """A row by chance; a refusal where there is none."""
        found = list(rows)
        if not found:
            raise HotlineError("none")
        return self.chance.choice(found)

    def case(self) -> Case:
        found: Case = self.any(Case.objects.open().order_by("-pk")[:6])
        return found

    def person(self, role: Role) -> Staff:
        found: Staff = self.any(Staff.objects.filter(role=role, is_active=True))
        return found

    def arrive(self) -> None:
        self.count += 1
        channel = self.chance.choice([Channel.SMS, Channel.CALL])
        sid = f"{channel}{self.seed}.{self.count}"
        received = reception.receive(arrival(sid, self.chance.choice(WORKERS), channel))
        if channel == Channel.CALL:
            call = calls.arrived(received.interaction, voicemail=False, recorded=False)
            calls.wait(call.pk, "", timezone.now())

    def offer(self) -> None:
        Seat.objects.filter(state=SeatState.OFFLINE, staff__is_active=True).update(state=SeatState.AVAILABLE)
        now = timezone.now()
        Seat.objects.filter(state=SeatState.AVAILABLE).update(console_seen_at=now)
        offers.work(now)

    def accept(self) -> None:
        offer = self.any(Offer.objects.filter(state="OFFERED").select_related("agent"))
        offers.accept(offer.pk, offer.agent)

    def hang_up(self) -> None:
        calls.end(self.any(Call.objects.exclude(state=CallState.ENDED)).pk, timezone.now())

    def wrap_up(self) -> None:
        ended = Call.objects.filter(state=CallState.ENDED, wrapped_up_at=None, agent__isnull=False)
        call = self.any(ended.select_related("agent"))
        calls.wrap_up(call.pk, call.agent, "")

    def call_back(self) -> None:
        wanted = self.any(Callback.objects.filter(state="OPEN"))
        callbacks.start(wanted.pk, self.person(Role.AGENT))

    def move(self) -> None:
        row = self.any(Interaction.objects.filter(channel=Channel.SMS).order_by("-pk")[:10])
        actor = self.person(Role.AGENT)
        (reception.move_back if row.previous_case_id else reception.move_to_new_case)(row.pk, actor)

    def write(self) -> None:
        case, text = self.case(), str(self.chance.random())
        agent = self.person(Role.AGENT)
        rows = [{"name": name, "role": "EMPLOYER", "address": text} for name in EMPLOYERS]
        self.chance.shuffle(rows)
        section, data = self.any(
            [
                (Section.CALLER, {"name": text}),
                (Section.EMPLOYERS, {"rows": rows}),
                (Section.INTAKE, {"narrative": text, "category": self.drive.category}),
            ]
        )
        revision = sections.revision_of(case, section).revision
        steps.save(case.pk, section, agent, revision, data)

    def talk(self) -> None:
        messages.reply(self.case().pk, self.person(Role.AGENT), "您好")
        notes.add_note(self.case().pk, self.supervisor, "备注")

    def complete(self) -> None:
        case = self.case()
        task = steps.current_task(case)
        if task is None or steps.step_of(task) not in {"intake", "legal_review"}:
            return
        intake = steps.step_of(task) == "intake"
        actor = (case.agent or self.person(Role.AGENT)) if intake else case.lawyer
        if actor is not None:
            decision = Decision.REVIEW if intake else Decision.MORE
            steps.complete(task.pk, actor, decision, {"note": "请补充"})

    def reassign(self) -> None:
        role = self.chance.choice([Role.AGENT, Role.LAWYER])
        holders.reassign(self.case().pk, self.supervisor, self.person(role).pk, "均衡")

    def close_and_reopen(self) -> None:
        steps.withdraw(self.case().pk, self.supervisor, "不再需要")
        closed = self.any(Case.objects.filter(stage="CLOSED").order_by("-pk")[:4])
        steps.reopen(closed.pk, self.supervisor, "又有新情况")

    def leave_and_return(self) -> None:
        person = self.person(self.chance.choice([Role.AGENT, Role.LAWYER]))
        others = Staff.objects.filter(role=person.role, is_active=True).exclude(pk=person.pk)
        successor = self.chance.choice([None, others.first()])
        try:
            holders.deactivate(self.admin, person.pk, successor and successor.pk)
        finally:
            staff.reactivate(self.admin, person.pk)

    def work(self) -> None:
        now = timezone.now()
        marks, lease = outbox._claim(20)
        outbox._remove(marks, lease)
        timers.fire_due(now + timedelta(days=40))
        for pk in messages.due(Message, now):
            if messages.claim(Message, pk, now):
                messages.settle(Message.objects.get(pk=pk), self.chance.choice(["SENT", "DELIVERED"]))

    def things(self) -> list[Callable[[], None]]:
        """What happens, the frequent ones named more than once."""
        often = [self.arrive, self.write, self.talk, self.work, self.offer, self.accept]
        return [
            *often * 2,
            self.hang_up,
            self.wrap_up,
            self.call_back,
            self.move,
            self.complete,
            self.reassign,
            self.close_and_reopen,
            self.leave_and_return,
        ]


def test_nothing_locks_up(city: Any, drive: Drive, supervisor: Staff, admin: Staff) -> None:
    for n in range(3):
        make_staff(f"agent{n}x", f"坐席{n}", Role.AGENT, city)
        make_staff(f"lawyer{n}x", f"律师{n}", Role.LAWYER, city)
    for number in WORKERS:
        reception.receive(arrival(f"first{number}", number))
    end = time.monotonic() + SECONDS

    def live(n: int) -> tuple[int, int]:
        crowd = Crowd(drive, supervisor, admin, n)
        things, done, refused = crowd.things(), 0, 0
        while time.monotonic() < end:
            try:
                crowd.chance.choice(things)()
                done += 1
            except HotlineError:
                refused += 1
        return done, refused

    results = race(live, RACERS)
    done = sum(d for d, _refused in results)
    print(f"{done} things were done, {sum(r for _d, r in results)} refused, 0 locked up")  # noqa: T201
    assert done > SECONDS
    call_command("verify_chain")
    assert not Case.objects.open().filter(agent__is_active=False, stage="INTAKE").exists()
    assert Person.objects.count() == len(WORKERS)
