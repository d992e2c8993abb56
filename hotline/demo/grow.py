"""Grows the demo's cases: each is rung, heard, written down and carried on through the steps people use.

The clock is set for each step (time_machine), so that a history of four months comes out.
"""

import random
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import time_machine
from django.db import transaction
from django.utils import timezone

from hotline.actions import calls, messages, notes, offers, seats, sections, transcripts
from hotline.actions.deployment import read
from hotline.actions.dispatch import routes
from hotline.demo import gatherings, measures, mediations, referrals, repeats, units, words
from hotline.enums import Answer, Channel, ClaimKind, Direction, EmployerRole, MessageState, Role, Section
from hotline.models import Call, Case, Category, Interaction, Message, Staff, Unit
from workflows import award_ways, emergencies, holders, quality, reception, steps, timers
from workflows.decisions import Decision

PLANS: tuple[tuple[str, int], ...] = (
    ("answered", 62), ("transferred", 10), ("nuisance", 5), ("intake", 13), ("dispatched", 6), ("review", 23),
    ("mediation", 20), ("settled", 8), ("instalments", 6), ("to_check", 5), ("to_visit", 6), ("redone", 2),
    ("filing", 7), ("acceptance", 7), ("award", 9), ("awarded", 9), ("refused", 3), ("withdrawn", 6),
    ("declined", 3), ("repeated", 3), ("collective", 2),
)  # fmt: skip
"""Where the cases of the demo stand, and how many of two hundred stand there."""
DAYS_OPEN = {
    "answered": (1, 110), "transferred": (2, 110), "nuisance": (1, 90), "intake": (0, 3),
    "repeated": (1, 3), "collective": (3, 9),
    "dispatched": (0, 2), "review": (1, 6), "mediation": (5, 24), "settled": (25, 110),
    "instalments": (20, 40), "to_check": (20, 26), "to_visit": (22, 30), "redone": (24, 40),
    "filing": (20, 32), "acceptance": (26, 36), "award": (40, 80),
    "awarded": (85, 118), "refused": (50, 100), "withdrawn": (10, 90), "declined": (1, 4),
}  # fmt: skip
"""How many days ago a case of each plan was opened, at least and at most."""


class Grower:
    """Makes cases one after the other, the oldest first; `seed` makes the same ones again."""

    def __init__(self, seed: int = 12351) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - nothing secret
        self.narratives = read("narratives")
        answering = Staff.objects.filter(role=Role.AGENT, is_active=True, unit__parent=None)
        self.agents = list(answering.order_by("pk"))
        self.now = timezone.now()

    def grow(self, number: int) -> Iterator[int]:
        """Make `number` cases in all and yield after each how many there are."""
        plans = [plan for plan, share in PLANS for _n in range(max(1, round(share * number / 200)))]
        self.chance.shuffle(plans)
        dated = sorted(((self._opened(plan), plan) for plan in plans[:number]), key=lambda pair: pair[0])
        for count, (opened, plan) in enumerate(dated, start=1):
            with transaction.atomic():
                self._one(count, opened, plan)
            yield count

    def _opened(self, plan: str) -> datetime:
        least, most = DAYS_OPEN[plan]
        day = timezone.localtime(self.now) - timedelta(days=self.chance.randint(least, most))
        moment = day.replace(hour=self.chance.randint(8, 20), minute=self.chance.randint(0, 59))
        return min(moment, self.now - timedelta(hours=self.chance.randint(2, 9)))

    def _one(self, count: int, opened: datetime, plan: str) -> None:
        story = self.narratives[count % len(self.narratives)]
        case = Life(self, count, opened, story)
        case.arrive()
        if plan == "nuisance":
            case.complete(Decision.NUISANCE, note="无有效诉求，多次重复拨打")
            return
        case.write_down()
        for step in LIVES[plan]:
            step(case)


class Life:
    """One case of the demo on its way; `pass_time` moves its clock, never past the present."""

    def __init__(self, grower: Grower, count: int, opened: datetime, story: dict[str, Any]) -> None:
        self.chance, self.count, self.story, self.latest = grower.chance, count, story, grower.now
        self.moment = opened
        self.agent: Staff = self.chance.choice(grower.agents)
        self.family = self.chance.choice(words.FAMILY)
        self.name = self.family + self.chance.choice(words.GIVEN)
        self.number = f"+86199{count:04d}{self.chance.randint(0, 9999):04d}"
        place, trade = self.chance.choice(words.PLACES), self.chance.choice(words.TRADES)
        self.employer = f"青岛{place}{trade}有限公司（虚构）"
        self.case: Case

    # --- Time ------------------------------------------------------------------------------------
    def pass_time(self, **lengths: float) -> None:
        """Let `lengths` (as of timedelta) go by, but never beyond the present."""
        self.moment = min(self.moment + timedelta(**lengths), self.latest - timedelta(minutes=1))

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


def answer(life: Life) -> None:
    """Answered at once and closed by the agent."""
    life.complete(Decision.ANSWERED, note=life.chance.choice(words.ANSWERED))


def transfer(life: Life) -> None:
    """Not a labour matter: told where to go."""
    code = life.chance.choice(["Z01", "Z02", "Z03", "Z05"])
    route = next(one for one in routes() if code in one.codes)
    note = f"不属于本热线受理范围，已告知拨打{route.phone}。"
    life.complete(Decision.TRANSFERRED, code=code, body=route.body, phone=route.phone, note=note)


def to_review(life: Life) -> None:
    """On to a lawyer."""
    life.pass_time(minutes=20)
    life.complete(Decision.REVIEW)


def accept(life: Life) -> None:
    """Taken on; one that came today may still wait for the lawyer's answer."""
    life.pass_time(hours=3)
    lawyer = life.case.lawyer
    if lawyer is not None and timezone.localdate(life.moment) < timezone.localdate():
        with life.at():
            holders.accept_review(life.case.pk, lawyer)


def write_opinion(life: Life) -> None:
    """The lawyer takes it on and writes the opinion."""
    life.pass_time(hours=life.chance.randint(4, 40))
    lawyer = life.case.lawyer
    assert lawyer is not None
    law, core = words.ARTICLES.get(life.story["category"][0], words.OTHER_ARTICLES)
    with life.at():
        holders.accept_review(life.case.pk, lawyer)
    opinion = (
        f"根据来电人陈述及现有材料，{core}。建议先行调解，同时保全工资支付、考勤等证据；"
        "调解不成的，在时效内申请仲裁。"
    )
    life.save(Section.REVIEW, lawyer, {"opinion": opinion, "law": law, "limitation_from": life.case.known_on})


def to_mediation(life: Life) -> None:
    """To the mediators of the case's district, or of the city where the district has none."""
    unit = Unit.objects.filter(code=life.case.district_code, staff__role=Role.MEDIATOR).first()
    life.pass_time(hours=5)
    day = timezone.localdate(life.moment)
    life.complete(Decision.MEDIATE, unit=unit or life.case.unit, applied_on=day)


def meet(life: Life) -> None:
    """A session with both parties."""
    life.pass_time(days=life.chance.randint(3, 9))
    mediator = life.mediator()
    assert mediator is not None
    life.save(
        Section.MEDIATION,
        mediator,
        {
            "accepted_on": life.case.mediations.latest("pk").applied_on,
            "notes": "已分别听取双方意见。职工坚持原请求；单位承认事实，对金额有异议。",
        },
    )
    mediations.meet(life, mediator)


def settle(life: Life) -> None:
    """An agreement that is paid at its signature."""
    mediator = life.mediator()
    assert mediator is not None
    mediations.agree(life, mediator)
    mediations.pay(life, mediator)
    life.complete(Decision.SETTLED)


def settle_in_parts(life: Life) -> None:
    """An agreement in instalments: some are paid, the last is awaited or late."""
    mediator = life.mediator()
    assert mediator is not None
    mediations.agree(life, mediator, parts=life.chance.choice([2, 3]))
    life.complete(Decision.SETTLED)
    mediations.pay(life, mediator, keeps_back=True)


def fail(life: Life) -> None:
    """No agreement: on to arbitration. Where the fifteen days are over, the timer has said so."""
    life.pass_time(days=life.chance.randint(2, 8))
    with life.at():
        timers.fire_due(timezone.now())
    life.complete(Decision.REFER, note=life.chance.choice(words.FAILURES))


def file(life: Life) -> None:
    """The lawyer completes the papers and files them."""
    life.pass_time(days=2)
    district = Unit.objects.filter(code=life.case.district_code).first()
    place = district.name.removesuffix("总工会") if district else "青岛市"
    referrals.complete(life, place)
    life.complete(Decision.FILED, filed_on=timezone.localdate(life.moment))


def accepted(life: Life) -> None:
    """The commission takes it on."""
    life.pass_time(days=4)
    reference = f"青劳人仲案字〔2026〕第{1000 + life.count}号"
    life.complete(Decision.ACCEPTED, on=timezone.localdate(life.moment), reference=reference)


def refused(life: Life) -> None:
    """The commission does not take it on."""
    life.pass_time(days=4)
    life.complete(
        Decision.REFUSED, on=timezone.localdate(life.moment), note="被申请人主体不适格，告知可另行起诉。"
    )


def award(life: Life) -> None:
    """The award."""
    life.pass_time(days=life.chance.randint(25, 40))
    amount = Decimal(life.chance.randint(50, 500) * 100)
    note = f"裁决单位自裁决生效之日起十日内支付{amount}元。"
    day, heads = timezone.localdate(life.moment), life.chance.random() < 0.5
    found = award_ways.outlook(life.case, day, amount).final
    final = heads if found is None else found
    life.complete(Decision.AWARDED, on=day, final=final, note=note, amount=amount)


def aftermath(life: Life) -> None:
    """What came of the award: paid, or nobody goes further."""
    life.pass_time(days=life.chance.randint(3, 14))
    paid = life.chance.random() < 0.7
    note = "单位已按裁决付清，已告知起诉期限，职工不起诉。" if paid else "职工接受裁决，自行申请执行。"
    life.complete(Decision.PERFORMED if paid else Decision.LET_STAND, note=note)


def let_stand(life: Life) -> None:
    """The worker does not go to court over the refusal."""
    life.pass_time(days=3)
    life.complete(Decision.LET_STAND, note="已告知可在通知书载明的期限内起诉，职工自行决定，不再委托。")


def check(life: Life) -> None:
    """A supervisor's points; now and then some are taken off."""
    life.pass_time(hours=life.chance.randint(3, 30))
    details: dict[str, Any] = {f"points_{item.code}": item.points for item in quality.sheet().items}
    if life.chance.random() < 0.4:
        details |= {"points_record": 16, "ground_record": "欠薪月份未逐月登记。"}
    life.complete(Decision.PASSED, **details)


def visit(life: Life) -> None:
    """The worker is called: satisfied or fairly so; a few are not reached at first."""
    life.pass_time(hours=life.chance.randint(4, 40))
    if life.chance.random() < 0.25:
        life.complete(Decision.UNREACHED, note="两次拨打均无人接听。")
        life.pass_time(hours=20)
    satisfied = life.chance.choice(("VERY", "YES", "YES", "FAIRLY"))
    result = "PARTLY" if satisfied == "FAIRLY" else "SOLVED"
    answer = {"way": "CALL", "received": "YES", "handled": "YES", "result": result, "satisfied": satisfied}
    life.complete(Decision.VISITED, **answer, more=life.chance.choice(words.SAID_AT_VISIT))


def redo(life: Life) -> None:
    """Not satisfied: handled once more."""
    life.pass_time(hours=9)
    answer = {"way": "CALL", "received": "YES", "handled": "NO", "result": "UNSOLVED", "satisfied": "NO"}
    life.complete(Decision.REDO, **answer, note="协议约定的第一期款项未到账，要求继续督促单位履行。")


def withdraw(life: Life) -> None:
    """The worker takes it back."""
    life.pass_time(days=2)
    with life.at():
        life._release()
        life.case = steps.withdraw(life.case.pk, life.agent, "单位已足额支付，本人要求撤回。")
    life._settle_messages()


def decline(life: Life) -> None:
    """The lawyer gives it back; it stands in the supervisor's list."""
    life.pass_time(hours=3)
    lawyer = life.case.lawyer
    assert lawyer is not None
    with life.at():
        holders.decline(life.case.pk, lawyer, "本所为该单位常年法律顾问，存在利益冲突。")


Step = Callable[[Life], None]
REVIEWED: tuple[Step, ...] = (to_review, write_opinion)
REFERRED: tuple[Step, ...] = (*REVIEWED, to_mediation, meet, fail)
END: tuple[Step, ...] = (check, visit)
LIVES: dict[str, tuple[Step, ...]] = {
    "answered": (answer,),
    "transferred": (transfer,),
    "intake": (Life.talk_again,),
    "dispatched": (units.dispatch,),
    "repeated": (repeats.call_again,),
    "collective": (gatherings.gather, to_review, accept),
    "review": (to_review, accept),
    "mediation": (*REVIEWED, measures.negotiate, to_mediation, meet, Life.talk_again),
    "settled": (*REVIEWED, to_mediation, meet, settle, *END),
    "instalments": (*REVIEWED, to_mediation, meet, settle_in_parts),
    "to_check": (*REVIEWED, to_mediation, meet, settle),
    "to_visit": (*REVIEWED, to_mediation, meet, settle, check),
    "redone": (*REVIEWED, to_mediation, meet, settle, check, redo),
    "filing": (*REFERRED, measures.write_letter),
    "acceptance": (*REFERRED, file),
    "award": (*REFERRED, measures.ask_for_aid, file, accepted, referrals.before_hearing, Life.talk_again),
    "awarded": (*REFERRED, file, accepted, referrals.before_hearing, award, aftermath, *END),
    "refused": (*REFERRED, file, refused, let_stand, *END),
    "withdrawn": (*REVIEWED, withdraw),
    "declined": (to_review, decline),
}
"""What happens in the life of a case of each plan after it was written down."""
