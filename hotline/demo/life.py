"""One case of the demo on its way: what the caller, the agent and those after them do with it, day by day.

The clock is set for each step (time_machine), so that a history of months comes out.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import time_machine
from django.utils import timezone

from hotline.actions import calls, messages, notes, offers, seats, sections, transcripts
from hotline.demo import words
from hotline.enums import Answer, Channel, ClaimKind, Direction, EmployerRole, MessageState, Role, Section
from hotline.models import Call, Case, Category, Interaction, Message, Staff
from workflows import emergencies, reception, rulebook, steps
from workflows.decisions import Decision

if TYPE_CHECKING:
    from hotline.demo.grow import Grower

MORNING, EVENING = 9, 18
"""The hours between which the office works."""


class Life:
    """One case of the demo on its way; `pass_time` moves its clock, never past the present.

    `turn` is which of its plan's cases it is, from 0 on: what every demo promises goes by it, not by chance.
    """

    def __init__(
        self, grower: Grower, count: int, opened: datetime, story: dict[str, Any], turn: int
    ) -> None:
        self.chance, self.count, self.latest = grower.chance, count, grower.now
        self.grower, self.turn = grower, turn
        self.story = story
        self.moment = opened
        self.agent: Staff = grower.agents[0] if self.is_first else self.chance.choice(grower.agents)
        self.family = self.chance.choice(words.FAMILY)
        self.name = self.family + self.chance.choice(words.GIVEN)
        self.number = f"+86199{count:04d}{self.chance.randint(0, 9999):04d}"
        place, trade = self.chance.choice(words.PLACES), self.chance.choice(words.TRADES)
        self.employer = f"青岛{place}{trade}有限公司（虚构）"
        self.case: Case

    @property
    def is_first(self) -> bool:
        """Whether it is the first of its plan: those who sign in find it among their own."""
        return self.turn == 0

    def lawyer_to_see_it(self) -> Staff | None:
        """The lawyer who signs in, for the first of a plan; None leaves it to whoever was picked."""
        return self.grower.lawyer if self.is_first else None

    # --- Time ------------------------------------------------------------------------------------
    def pass_time(self, **lengths: float) -> None:
        """Let `lengths` (as of timedelta) go by, but never beyond the present; hours and days end by day."""
        self._until(self.moment + timedelta(**lengths))
        hour = timezone.localtime(self.moment).hour
        if "minutes" not in lengths and not MORNING <= hour < EVENING:
            self._until(self._morning(self.today + timedelta(days=hour >= EVENING)))

    def pass_to_workday(self) -> None:
        """Let a weekend or holiday go by, but never beyond the present."""
        day, _known = rulebook.calendar().first_workday_from(self.today)
        if day != self.today:
            self._until(self._morning(day))

    def _morning(self, day: date) -> datetime:
        at = time(MORNING, self.chance.randint(0, 59))
        return timezone.make_aware(datetime.combine(day, at))

    def _until(self, moment: datetime) -> None:
        self.moment = max(self.moment, min(moment, self.latest - timedelta(minutes=1)))

    def pass_until(self, days_ago: int) -> None:
        """Let time go by until `days_ago` days before the present, unless that is over."""
        self._until(self.latest - timedelta(days=days_ago))

    @property
    def today(self) -> date:
        """The day at this case's moment."""
        return timezone.localdate(self.moment)

    def at(self) -> Any:
        """The clock stands at this case's moment, and moves on by a few seconds with each look."""
        self.moment = min(self.moment + timedelta(seconds=self.chance.randint(4, 40)), self.latest)
        return time_machine.travel(self.moment, tick=True)

    # --- How it comes in -------------------------------------------------------------------------
    def arrive(self) -> None:
        """By telephone mostly, else by text."""
        if self.chance.random() < 0.25:
            self._write()
        else:
            self._call()

    def _receive(self, channel: Channel, prefix: str) -> Interaction:
        sid = f"{prefix}{self.chance.getrandbits(128):032x}"
        now = timezone.now()
        arrival = reception.Arrival(channel, sid, self.number, self.number, Direction.INBOUND, now)
        return reception.receive(arrival).interaction

    def _write(self) -> None:
        with self.at():
            interaction = self._receive(Channel.SMS, "SM")
            messages.received(interaction, self._told(), [], "", timezone.now())
        self.case = interaction.case

    def _call(self) -> None:
        with self.at():
            interaction = self._receive(Channel.CALL, "CA")
            call = calls.arrived(interaction, voicemail=False, recorded=False)
            calls.wait(call.pk, "1", timezone.now())
            seats.set_available(self.agent)
        with self.at():
            seats.seen(self.agent.pk, timezone.now())
            offers.offer_waiting(timezone.now())
            offer = offers.for_agent(self.agent)
            assert offer is not None, "the only free agent is offered the only waiting call"
            offers.accept(offer.pk, self.agent)
            leg = f"CA{self.chance.getrandbits(128):032x}"
            calls.agent_leg(call.uid, self.agent.pk, leg)
            calls.joined(call.pk, leg, f"CF{self.chance.getrandbits(128):032x}", timezone.now())
        self._talk(call)
        self.pass_time(minutes=3)
        with self.at():
            calls.end(call.pk, timezone.now(), duration=self.chance.randint(120, 600))
            calls.wrap_up(call.pk, self.agent, "")
            seats.set_offline(self.agent)
        self.case = Case.objects.get(pk=interaction.case_id)

    def _talk(self, call: Call) -> None:
        sid = f"GT{self.chance.getrandbits(128):032x}"
        said = [(True, line) for line in re.findall(r"[^。？！]+[。？！]?", self._told())]
        for place, question in enumerate(words.QUESTIONS):
            said.insert(min(len(said), place * 2 + 1), (False, question))
        for sequence, (by_worker, text) in enumerate(said):
            with self.at():
                transcripts.said(
                    call.pk, sid, sequence, by_worker=by_worker, text=text, confidence=0.93, at=timezone.now()
                )

    def _told(self) -> str:
        told = re.sub("我姓.", f"我姓{self.family}", self.story["narrative"])
        return f"我在{self.employer.removesuffix('（虚构）')}上班。{told}"

    # --- Intake ----------------------------------------------------------------------------------
    def save(self, section: Section, actor: Staff, data: dict[str, Any]) -> None:
        """Save a section as its form does."""
        with self.at():
            revision = sections.revision_of(self.case, section).revision
            steps.save(self.case.pk, section, actor, revision, data)

    def write_down(self) -> None:
        """The agent writes down who calls, what happened, the employer and the claims."""
        story, caller = self.story, self.story["caller"]
        agrees = self.chance.choice([Answer.YES, Answer.YES, Answer.NO, Answer.UNKNOWN])
        self.save(Section.CALLER, self.agent, {
            "name": self.name, "sex": caller["sex"], "union_member": caller["union_member"],
            "confidential": caller["confidential"], "priority_groups": story["priority_groups"],
            "may_text": agrees, "may_disclose": self.chance.choice(list(Answer)),
        })  # fmt: skip
        known = _day(story.get("known_on")) or timezone.localdate(self.moment) - timedelta(days=20)
        moved = timezone.localdate(self.moment) - timedelta(days=self.chance.randint(10, 330))
        self.save(Section.INTAKE, self.agent, {
            "category": Category.objects.get(code=story["category"]), "urgency": story["urgency"],
            "request_kind": story["request_kind"], "summary": story["title"][:40], "narrative": self._told(),
            "wishes": story.get("wishes", ""), "district_code": story["district_code"],
            "street_code": story.get("street_code", ""), "persons": story["persons"],
            "has_contract": story["has_contract"], "known_on": min(known, moved),
        })  # fmt: skip
        self.save(Section.EMPLOYERS, self.agent, {
            "rows": [{
                "name": self.employer, "role": EmployerRole.EMPLOYER, "district_code": story["district_code"]
            }]
        })  # fmt: skip
        self.save(Section.CLAIMS, self.agent, {"rows": [self._claim(row) for row in story["claims"]]})
        self._settle_messages()

    def _claim(self, row: dict[str, Any]) -> dict[str, Any]:
        amount = row.get("amount")
        varied = round(amount * self.chance.uniform(0.6, 1.4), -1) if amount else None
        return {
            "kind": ClaimKind(row["kind"]),
            "amount": Decimal(varied).quantize(Decimal("0.01")) if varied else None,
            "period": row.get("period", ""), "basis": row.get("basis", ""),
        }  # fmt: skip

    # --- The path --------------------------------------------------------------------------------
    def complete(self, decision: Decision, **details: Any) -> None:
        """Complete the present step as the person who holds it."""
        with self.at():
            self._release()
            task = steps.current_task(self.case)
            assert task is not None
            step = steps.step_of(task)
            self.case.refresh_from_db()
            actors = {"intake": self.agent, "visit": self.agent, "mediation": self.mediator()}
            actor = supervisor() if step == "check" else actors.get(step) or self.case.lawyer
            assert actor is not None
            self.case = steps.complete(task.pk, actor, decision, details)
        self._settle_messages()

    def _release(self) -> None:
        """An emergency was taken over, reported and released before anything else was decided."""
        if not self.case.emergencies.filter(released_at=None).exists():
            return
        lead = supervisor()
        emergencies.take_over(self.case.pk, lead)
        emergencies.report(self.case.pk, lead, "oral", "电话报市总值班领导。")
        emergencies.report(self.case.pk, lead, "written", "书面报市总值班领导，抄送区（市）总工会。")
        emergencies.release(self.case.pk, lead, "属地工会已到场，人员情绪稳定，险情解除。")

    def mediator(self) -> Staff | None:
        """Who mediates: one of the unit of the last mediation."""
        mediation = self.case.mediations.last()
        if mediation is None:
            return None
        return Staff.objects.filter(role=Role.MEDIATOR, unit__path__startswith=mediation.unit.path).first()

    def talk_again(self) -> None:
        """The worker writes, someone answers, someone leaves a note."""
        self.pass_time(hours=self.chance.randint(3, 30))
        with self.at():
            interaction = self._receive(Channel.SMS, "SM")
            messages.received(interaction, self.chance.choice(words.MESSAGES), [], "", timezone.now())
        if self.chance.random() < 0.8 and self.case.is_open:
            self.pass_time(minutes=25)
            with self.at():
                messages.reply(self.case.pk, self.agent, self.chance.choice(words.REPLIES))
                notes.add_note(self.case.pk, self.agent, "已短信答复，并提醒保存证据原件。")
        self._settle_messages()

    def _settle_messages(self) -> None:
        """What was sent in the past has long been delivered; nothing of the history goes out today."""
        queued = Message.objects.filter(interaction__case=self.case, state=MessageState.QUEUED)
        for message in queued:
            with self.at():
                messages.settle(message, MessageState.SENT, sid=f"SM{self.chance.getrandbits(128):032x}")
                messages.settle(message, MessageState.DELIVERED)


def supervisor() -> Staff:
    """Who checks: the first supervisor of the city."""
    return Staff.objects.filter(role=Role.SUPERVISOR, is_active=True).earliest("pk")


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
