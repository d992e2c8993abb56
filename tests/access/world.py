"""The small town that the walk goes through: units, people, and cases of every kind of belonging.

Each row's texts hold a marker of its case (`Zq-own-x`), each caller's and employee's a marker of their own,
so that one look at an answer says whose words are in it. What belongs to whom is written down here as plain
facts (`Row`), beside the database: the oracle reasons from these facts alone.
"""

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from itertools import count
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone
from viewflow.workflow.models import Task

from hotline.actions import notes, sections
from hotline.enums import (
    CallResult,
    CallState,
    Channel,
    Direction,
    DocumentKind,
    EmployerRole,
    MeasureKind,
    MessageState,
    OfferState,
    RecordingState,
    Role,
    SeatState,
    Section,
    UnitKind,
)
from hotline.models import (
    Absence,
    Attachment,
    Call,
    Callback,
    Case,
    Category,
    Client,
    Collective,
    ConflictCheck,
    Document,
    DutyPost,
    DutyShift,
    Interaction,
    Measure,
    Member,
    Message,
    Offer,
    Prompt,
    QualityCheck,
    Recording,
    Referral,
    Seat,
    ShiftSwap,
    Staff,
    StandIn,
    TranscriptLine,
)
from tests.conftest import Drive, make_staff, make_unit
from workflows import holders, reception, steps
from workflows import mediation as mediating
from workflows.decisions import Decision
from workflows.documents import layout
from workflows.measures.flows import FLOWS

CITY, NORTH, SOUTH = "city", "north", "south"
UNDER = {CITY: {CITY, NORTH, SOUTH}, NORTH: {NORTH}, SOUTH: {SOUTH}}
"""The units at and below each unit."""
OFFERS, FILES, RECORDINGS, CALLBACKS, MEASURES, PAPERS, CHECKS = 1000, 2000, 3000, 4000, 5000, 6000, 7000
CONFLICTS, ABSENCES, MEMBERS = 8000, 9000, 9500
CLIENT = 8500
POSTS, SHIFTS, SWAPS = 10_000, 11_000, 12_000
"""Ids of different kinds differ, so that none passes for another."""
PEOPLE: dict[str, tuple[Role, str]] = {
    "agent": (Role.AGENT, CITY),
    "agent_north": (Role.AGENT, NORTH),
    "agent_south": (Role.AGENT, SOUTH),
    "lawyer": (Role.LAWYER, CITY),
    "lawyer2": (Role.LAWYER, CITY),
    "mediator_north": (Role.MEDIATOR, NORTH),
    "mediator_south": (Role.MEDIATOR, SOUTH),
    "supervisor": (Role.SUPERVISOR, CITY),
    "supervisor_north": (Role.SUPERVISOR, NORTH),
    "supervisor_south": (Role.SUPERVISOR, SOUTH),
    "admin": (Role.ADMINISTRATOR, CITY),
}


@dataclass
class Row:
    """A case, whose it is, and the ids of its parts."""

    key: str
    unit: str
    stage: str
    lawyer: str = ""
    mediations: tuple[str, ...] = ()
    """The units that have mediated it; the last one does so now."""
    held_by: str = ""
    """Who holds a call of it."""
    caller: str = ""
    offered_to: str = ""
    holder: str = ""
    """Who holds the present step."""
    measure: str = "agent"
    """Who holds its measure."""
    stands_in: str = ""
    """Who does its lawyer's work today."""
    ids: dict[str, int] = field(default_factory=dict)
    number: str = ""
    phone: str = ""
    sent_to: str = ""
    """The unit that it is dispatched to and that has not accepted it."""
    back_to: str = ""
    """The row from which its text message was moved here."""

    absent: str = "lawyer2"
    """Who is away in the row's absence."""

    on_duty: str = "lawyer2"
    """Who has the shift at the post of the row's unit, and proposes it to the other lawyer."""

    @property
    def marker(self) -> str:
        """What stands in each of its texts."""
        return f"Zq-{self.key}-x"


def rows() -> list[Row]:
    """The cases by what they are to the people above."""
    return [
        Row("twin", SOUTH, "INTAKE", caller="own"),
        Row("own", NORTH, "LEGAL_REVIEW", "lawyer", back_to="twin", holder="lawyer"),
        Row("others", SOUTH, "LEGAL_REVIEW", "lawyer2", holder="lawyer2"),
        Row("yesterday", CITY, "LEGAL_REVIEW", "lawyer2", holder="lawyer2"),
        Row("declined", CITY, "LEGAL_REVIEW"),
        Row("intake", CITY, "INTAKE", offered_to="agent", holder="agent"),
        Row("held", CITY, "INTAKE", held_by="agent_north", holder="agent_north"),
        Row("wrapped", CITY, "INTAKE", holder="agent_north"),
        Row("mediated", CITY, "MEDIATION", "lawyer", (NORTH,), holder="mediator_north"),
        Row("passed", CITY, "MEDIATION", "lawyer", (NORTH, SOUTH), holder="mediator_south"),
        Row("closed", NORTH, "CLOSED", "lawyer2"),
        Row("sensitive", SOUTH, "INTAKE"),
        Row("sent", CITY, "INTAKE", holder="agent", sent_to=NORTH),
        Row("aided", SOUTH, "LEGAL_REVIEW", "lawyer2", holder="lawyer2", measure="lawyer"),
        Row("covered", NORTH, "LEGAL_REVIEW", "lawyer2", holder="lawyer2", stands_in="lawyer"),
    ]


class World:
    """Builds all of it; `rows` and `people` are then found by their keys."""

    def __init__(self) -> None:
        self.serial = count(1)
        self.rows = {row.key: row for row in rows()}
        city = make_unit("QD", "市总工会", UnitKind.CITY, None)
        self.units = {
            CITY: city,
            NORTH: make_unit("370202", "北区总工会", UnitKind.DISTRICT, city),
            SOUTH: make_unit("370281", "南区总工会", UnitKind.DISTRICT, city),
        }
        self.people = {
            key: make_staff(key, f"Zs-{key}-x", role, self.units[unit])
            for key, (role, unit) in PEOPLE.items()
        }
        group = Category.objects.create(code="A", name_zh="劳动报酬", name_en="Pay")
        self.category = Category.objects.create(code="A01", parent=group, name_zh="拖欠工资", name_en="Wages")
        Prompt.objects.create(key="greeting", text="您好。")
        people = self.people
        Client.objects.create(pk=CLIENT, lawyer=people["lawyer2"], name="甲公司")
        self.drive = Drive(
            self.category, people["agent"], people["lawyer"], people["mediator_north"], self.units[NORTH]
        )
        for row in self.rows.values():
            self._grow(row)
        for row in self.rows.values():
            self._belong(row)
        Seat.objects.filter(staff=people["agent"]).update(state=SeatState.OFFERED)
        Seat.objects.filter(staff=people["agent_north"]).update(state=SeatState.TALKING)

    def _grow(self, row: Row) -> None:
        n = next(self.serial)
        row.phone = f"+8613800001{n:03d}"
        if row.back_to:
            case = self._moved(row, self.rows[row.back_to])
        else:
            case = self._arrive(row, Channel.CALL).case
            text = self._arrive(row, Channel.SMS, case).interaction
            self._message(row, text)
        self._name_caller(row, case)
        call = self._call(row, case)
        self._parts(row, case, call)
        self._carry(row, Case.objects.get(pk=case.pk))
        self._begin_measure(row)
        check = QualityCheck(pk=CHECKS + next(self.serial), case=case, sampled=True, opened_at=timezone.now())
        check.note = row.marker
        check.save(force_insert=True)
        row.ids["check"] = check.pk

    def _arrive(self, row: Row, channel: Channel, case: Case | None = None) -> reception.Received:
        arrival = reception.Arrival(
            channel=channel,
            provider_id=f"{channel[:2]}{next(self.serial):032x}",
            address=row.phone,
            number=row.phone,
            direction=Direction.INBOUND,
            at=timezone.now() - timedelta(days=1),
        )
        return reception.receive(arrival, case=case)

    def _message(self, row: Row, interaction: Interaction) -> None:
        Message.objects.create(interaction=interaction, body=row.marker, state=MessageState.RECEIVED)
        row.ids["message"] = interaction.pk

    def _moved(self, row: Row, source: Row) -> Case:
        """A text that came to `source` and was given a case of its own."""
        row.phone = source.phone
        text = self._arrive(row, Channel.SMS, Case.objects.get(pk=source.ids["case"])).interaction
        self._message(row, text)
        return reception.move_to_new_case(text.pk, self.people["agent"])

    def _name_caller(self, row: Row, case: Case) -> None:
        person = case.person
        person.name, person.identity_number = f"Zc-{row.caller or row.key}-x", "11010519491231002X"
        person.address = row.marker if not row.caller and not row.back_to else ""
        person.save()

    def _call(self, row: Row, case: Case) -> Call:
        interaction = case.interactions.filter(channel=Channel.CALL).first()
        interaction = interaction or self._arrive(row, Channel.CALL, case).interaction
        row.ids["call"] = interaction.pk
        now = timezone.now()
        values: dict[str, Any] = {
            "state": CallState.ENDED,
            "result": CallResult.ANSWERED,
            "wrapped_up_at": now,
        }
        if row.held_by:
            values = {"state": CallState.TALKING, "conference_sid": "CF" + "1" * 32, "answered_at": now}
        if row.offered_to:
            values = {"state": CallState.WAITING, "waiting_since": now}
        holder = self.people.get(row.held_by or ("agent_north" if row.key == "wrapped" else ""))
        call = Call.objects.create(interaction=interaction, agent=holder, note=row.marker, **values)
        TranscriptLine.objects.create(
            call=call, transcription_sid=f"GT{row.key}", sequence=1, by_worker=True, text=row.marker, at=now
        )
        to = self.people[row.offered_to or "agent"]
        state = OfferState.OFFERED if row.offered_to else OfferState.LAPSED
        later = now + timedelta(minutes=5)
        offer = Offer(call=call, agent=to, state=state, offered_at=now, expires_at=later, rung_at=now)
        offer.pk = OFFERS + next(self.serial)
        offer.save()
        row.ids["offer"] = offer.pk
        return call

    def _parts(self, row: Row, case: Case, call: Call) -> None:
        now = timezone.now()
        paper = Attachment(
            case=case, name=f"{row.marker}.txt", content_type="text/plain", added_at=now, size=9
        )
        paper.pk = FILES + next(self.serial)
        paper.file.save("a", ContentFile(row.marker.encode()))
        sound = Recording(call=call, sid=f"RE{row.key}", state=RecordingState.STORED)
        sound.pk = RECORDINGS + next(self.serial)
        sound.file.save("a.mp3", ContentFile(b"ID3" + row.marker.encode()))
        contact = call.interaction.contact
        assert contact is not None
        callback = Callback(pk=CALLBACKS + next(self.serial), case=case, contact=contact, created_at=now)
        callback.save()
        row.ids |= {"session": 1, "proposal": 1, "instalment": 1}  # of a mediation, where there is one
        row.ids |= {"case": case.pk, "file": paper.pk, "recording": sound.pk, "callback": callback.pk}
        row.ids["paper"] = self._paper(row, case)
        row.ids["member"] = self._member(row, case)
        row.number = case.number
        Referral.objects.create(case=case, commission=row.marker, filed_on=date(2026, 9, 14))
        notes.add_note(case.pk, self.people["agent"], row.marker)
        self._save(row, Section.CLAIMS, rows=[{"kind": "WAGES", "amount": None, "basis": row.marker}])
        employer = {"name": f"{row.marker}公司", "role": EmployerRole.EMPLOYER}
        self._save(row, Section.EMPLOYERS, rows=[employer])
        self._save(
            row,
            Section.INTAKE,
            category=self.category,
            summary=row.marker,
            narrative=row.marker,
            wishes=row.marker,
            known_on=date(2026, 9, 12),
        )

    def _paper(self, row: Row, case: Case) -> int:
        sheet = Document(case=case, kind=DocumentKind.CASE_INDEX, number=row.marker, version=1, size=9)
        sheet.pk, sheet.text = PAPERS + next(self.serial), row.marker
        sheet.made_by, sheet.made_at = self.people["agent"], timezone.now()
        sheet.file.save("a.docx", ContentFile(layout.build(row.marker, "t")), save=False)
        sheet.pdf.save("a.pdf", ContentFile(row.marker.encode()), save=False)
        sheet.save(force_insert=True)
        return sheet.pk

    def _member(self, row: Row, case: Case) -> int:
        """A collective case of one member."""
        now, agent = timezone.now(), self.people["agent"]
        Collective.objects.create(
            case=case, claim_kind="WAGES", claim=row.marker, confirmed_by=agent, confirmed_at=now
        )
        member = Member(case=case, name=row.marker, evidence=row.marker, added_by=agent, added_at=now)
        member.pk, member.identity_number = MEMBERS + next(self.serial), "11010519491231002X"
        member.save(force_insert=True)
        return member.pk

    def _save(self, row: Row, section: Section, who: str = "agent", **data: Any) -> None:
        case = Case.objects.get(pk=row.ids["case"])
        revision = sections.revision_of(case, section).revision
        steps.save(case.pk, section, self.people[who], revision, data)

    def _begin_measure(self, row: Row) -> None:
        """A measure of the city's agent, whatever the stage."""
        case = Case.objects.get(pk=row.ids["case"])
        measure = Measure(pk=MEASURES + next(self.serial), case=case, kind=MeasureKind.NEGOTIATION)
        measure.addressee = measure.purpose = row.marker
        measure.holder = measure.started_by = self.people["agent"]
        measure.started_at = timezone.now()
        measure.save(force_insert=True)
        FLOWS[MeasureKind.NEGOTIATION].opened.run(measure=measure)

    def _carry(self, row: Row, case: Case) -> None:
        """Bring the case to its stage."""
        drive, people = self.drive, self.people
        if row.stage == "INTAKE":
            if row.holder:
                holders.take_over(case.pk, people["agent"])
            if row.sent_to:
                drive.complete(case, people["agent"], Decision.DISPATCH, unit=self.units[row.sent_to])
            return
        case = drive.complete(case, people["agent"], Decision.REVIEW, note=row.marker)
        first = "lawyer" if row.key in {"yesterday", "declined"} else row.lawyer
        Case.objects.filter(pk=case.pk).update(lawyer=people[first])
        self._save(row, Section.REVIEW, first, opinion=row.marker, limitation_from=date(2026, 9, 12))
        case.refresh_from_db()
        if row.key == "yesterday":
            holders.reassign(case.pk, people["supervisor"], people["lawyer2"].pk, row.marker)
        elif row.key == "declined":
            holders.decline(case.pk, people["lawyer"], row.marker)
        elif row.stage == "CLOSED":
            drive.finish(drive.complete(case, people[first], Decision.ANSWERED, note=row.marker))
        for at, unit in enumerate(row.mediations):
            mediator = people[f"mediator_{unit}"]
            if at:
                drive.complete(case, people["mediator_north"], Decision.REVIEW, note=row.marker)
                Case.objects.filter(pk=case.pk).update(lawyer=people[first])
                case.refresh_from_db()
                self._save(row, Section.REVIEW, first, opinion=row.marker, limitation_from=date(2026, 9, 12))
            details = {"unit": self.units[unit], "applied_on": timezone.localdate()}
            case = drive.complete(Case.objects.get(pk=case.pk), people[first], Decision.MEDIATE, **details)
            holders.take_over(case.pk, mediator)
            self._save(row, Section.MEDIATION, mediator.username, notes=row.marker)
            self._mediate(row, mediator)
            case.refresh_from_db()

    def _mediate(self, row: Row, mediator: Staff) -> None:
        """A session to come, and a proposal."""
        at, today = timezone.now() + timedelta(days=1), timezone.localdate()
        pk = row.ids["case"]
        session = mediating.plan_session(pk, mediator, at, row.marker, row.marker)
        proposal = mediating.propose(pk, mediator, "WORKER", today, row.marker, None)
        row.ids |= {"session": session.pk, "proposal": proposal.pk}

    def _conflict(self, row: Row) -> None:
        """A check of the case's lawyer that waits for a word; the client's name is for supervisors."""
        person = self.people[row.lawyer or "lawyer2"]
        check = ConflictCheck(case_id=row.ids["case"], lawyer=person, result="POSSIBLE", at=timezone.now())
        check.pk, check.occasion = CONFLICTS + next(self.serial), "AGAIN"
        check.findings = [{"employer": row.marker, "client": row.marker, "why": "ALIKE"}]
        check.save(force_insert=True)
        row.ids["conflict"] = check.pk

    def _absence(self, row: Row) -> None:
        """Days on which nobody looks at the case: a row of its own for each."""
        day = timezone.localdate() + timedelta(days=100 + next(self.serial))
        away = Absence(lawyer=self.people[row.absent], first_day=day, last_day=day, entered_at=timezone.now())
        away.pk, away.entered_by = ABSENCES + next(self.serial), self.people["supervisor"]
        away.save(force_insert=True)
        row.ids["absence"] = away.pk

    def _duty(self, row: Row) -> None:
        """A post of the row's unit, a shift of its own there, and a swap that waits."""
        now, person = timezone.now(), self.people[row.on_duty]
        post = DutyPost(pk=POSTS + next(self.serial), institute=f"仲裁院{row.key}", place="大厅")
        post.unit = self.units[row.unit]
        post.save(force_insert=True)
        shift = DutyShift(pk=SHIFTS + next(self.serial), post=post, lawyer=person, planned_at=now)
        shift.day = timezone.localdate() + timedelta(days=next(self.serial))
        shift.begins, shift.ends, shift.planned_by = time(9), time(12), self.people["supervisor"]
        shift.save(force_insert=True)
        swap = ShiftSwap(pk=SWAPS + next(self.serial), shift=shift, asker=person, proposed_at=now)
        swap.asked = self.people["lawyer"]
        swap.save(force_insert=True)
        row.ids |= {"post": post.pk, "shift": shift.pk, "swap": swap.pk}

    def _stand_in(self, row: Row) -> None:
        today, now, people = timezone.localdate(), timezone.now(), self.people
        days = {"first_day": today, "last_day": today, "entered_by": people["supervisor"]}
        away = Absence.objects.create(
            lawyer=people[row.lawyer], substitute=people[row.stands_in], entered_at=now, **days
        )
        StandIn.objects.create(
            absence=away, case_id=row.ids["case"], substitute=people[row.stands_in], begun_at=now
        )

    def _belong(self, row: Row) -> None:
        """Give the case to its unit; the hotline itself opens all of them in the city."""
        changes: dict[str, Any] = {"unit": self.units[row.unit]}
        if row.stage == "INTAKE" and row.holder:
            changes["agent"] = self.people[row.holder]
        Case.objects.filter(pk=row.ids["case"]).update(**changes)
        tasks = Task.objects.filter(flow_task_type="HUMAN").order_by("pk")
        row.ids["task"] = tasks.filter(process__caseprocess__case=row.ids["case"]).last().pk
        measure = Measure.objects.get(case=row.ids["case"])
        Measure.objects.filter(pk=measure.pk).update(holder=self.people[row.measure])
        self._conflict(row)
        self._absence(row)
        self._duty(row)
        if row.stands_in:
            self._stand_in(row)
        row.ids |= {
            "measure": measure.pk,
            "measure_task": tasks.filter(process__measureprocess__measure=measure).get().pk,
        }
