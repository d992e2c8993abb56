"""Very many made-up cases, fast: for measuring, never for people.

A case of each plan is grown through the people's own steps and taken back; its rows are the pattern from
which copies are made, with other people, words and days, and inserted by the thousand.
"""

import itertools
import random
import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from hotline.actions import deployment
from hotline.demo import bulk_rows, bulk_words
from hotline.demo.bulk_rows import Copy, Pattern, Table, Values
from hotline.demo.cast import Part
from hotline.demo.grow import PLANS, Grower
from hotline.demo.lives import LIVES
from hotline.enums import Answer, Role, SeatState, UnitKind
from hotline.models import (
    Call,
    Case,
    CaseEmployer,
    Category,
    Claim,
    Contact,
    Employer,
    Event,
    Interaction,
    Mediation,
    Member,
    Message,
    NumberSeries,
    Person,
    SearchMark,
    Seat,
    Staff,
    TranscriptLine,
    Unit,
)

BATCH = 1000
YEARS = 5
OPEN_DAYS = 365
"""No open case is older; the fresher, the more are open."""
RETURNING = 0.08
"""The share of callers who have called before."""
CLOSED_SHARES = {
    "answered": 62,
    "transferred": 10,
    "nuisance": 5,
    "settled": 12,
    "awarded": 6,
    "refused": 2,
    "withdrawn": 3,
}
NOT_COPIED = frozenset({"dispatched", "repeated", "refusal", "taken_back"})
"""Plans without a pattern: of a unit that would be every copy's, of two cases, or few and like others."""
MEMBERS = 12
"""The workers of a collective case: a few more than it takes, for each copy writes them all down."""
COLLECTIVE = 0.02
"""The share of open cases that are collective; the other plans of open cases are alike in number."""
ELSEWHERE = frozenset({*CLOSED_SHARES, *NOT_COPIED, "collective"})
"""Plans that an open copy does not have like the others."""
OPEN = [plan for plan, _share in PLANS if plan not in ELSEWHERE]
KINDS = frozenset(
    {
        "case.opened",
        "case.assigned",
        "case.stage",
        "case.closed",
        "case.withdrawn",
        "call.inbound",
        "call.accepted",
        "call.ended",
        "sms.inbound",
        "step.completed",
        "review.accepted",
        "review.declined",
        "clock.running",
        "clock.ended",
        "measure.begun",
        "measure.decided",
        "collective.confirmed",
        "note",
    }
)
"""The events that copies have; the others are many and say little."""
OWNED: tuple[tuple[Table, str], ...] = (
    (Person, "name"),
    (Person, "may_text"),
    (Contact, "value"),
    (Case, "number"),
    (Case, "unit_id"),
    (Case, "category_id"),
    (Case, "summary"),
    (Case, "narrative"),
    (Case, "version"),
    (Case, "chain_head"),
    (CaseEmployer, "employer_id"),
    (Claim, "amount"),
    (Member, "name"),
    (Member, "phone"),
    (Mediation, "unit_id"),
    (Interaction, "provider_id"),
    (Interaction, "address"),
    (Call, "uid"),
    (Call, "agent_call_sid"),
    (Call, "conference_sid"),
    (Message, "body"),
    (TranscriptLine, "transcription_sid"),
    (TranscriptLine, "text"),
)
"""The columns that each copy fills in its own way."""


@dataclass(frozen=True)
class Team:
    """A unit with those who work in it."""

    unit: Unit
    agents: list[Staff]
    lawyers: list[Staff]
    mediators: list[Staff]

    def of_role(self, role: str) -> list[Staff]:
        """Those who could do what another of `role` did; nobody in place of a supervisor."""
        people = {Role.AGENT: self.agents, Role.LAWYER: self.lawyers, Role.MEDIATOR: self.mediators}
        return people.get(Role(role), [])


class Crowd:
    """Makes `count` cases after those that are there; the same `seed` makes the same people and words."""

    def __init__(self, count: int, *, seed: int = 12351, marks: bool = False) -> None:
        self.count, self.marks, self.seed = count, marks, seed
        self.now = timezone.now()
        deployment.load()
        self.teams = _hire()
        self.names = dict(Staff.objects.values_list("pk", "name"))
        self.roles = dict(Staff.objects.values_list("pk", "role"))
        self.patterns = _patterns(seed, self.teams[0].agents)
        self.categories = {
            pk[0]: pk for pk in Category.objects.exclude(parent=None).values_list("pk", flat=True)
        }
        self.next = bulk_rows.next_ids()
        # In an empty database a seed makes the same crowd each time; beside other cases, another one.
        self.chance = random.Random(seed + self.next[Case])  # noqa: S311 - nothing secret
        self.days: dict[str, int] = {}
        planted = bulk_words.planted(count)
        known = Contact.objects.filter(value__in=[one.number for one in planted]).values_list(
            "value", flat=True
        )
        self.planted = {one.place: one for one in planted if one.number not in set(known)}
        self.callers: list[tuple[int, int, str, str]] = []
        self.employers: list[tuple[int, str]] = []

    def make(self) -> Iterator[int]:
        """Insert the cases, the oldest first, a batch in one transaction; yields how many."""
        rows: dict[Table, list[Values]] = defaultdict(list)
        for place in range(self.count):
            self._one(place, rows)
            if (place + 1) % BATCH == 0 or place + 1 == self.count:
                self._write(rows)
                yield place + 1
        bulk_rows.settle()

    @transaction.atomic
    def _write(self, rows: dict[Table, list[Values]]) -> None:
        bulk_rows.write(rows)
        series = [NumberSeries(key=f"case.{day}", last=last) for day, last in self.days.items()]
        NumberSeries.objects.bulk_create(
            series, update_conflicts=True, unique_fields=["key"], update_fields=["last"]
        )
        rows.clear()

    def _one(self, place: int, rows: dict[Table, list[Values]]) -> None:
        pattern, opened = self._plan(place)
        team = self._team()
        employer, employer_name = self._employer(place, rows)
        letter = self.chance.choice(sorted(self.categories))
        title, told = bulk_words.story(self.chance, letter, employer_name)
        planted = self.planted.get(place)
        if planted:
            told += f"转账回执号{planted.receipt}。钱是在{planted.place_told}旁边给的。"
        person, contact, name, number, returning = self._caller(place)
        copy = Copy(
            first={table: self.next[table] for table in self.next},
            shift=opened - pattern.case.opened_at,
            staff=self._staff(pattern, team),
            names=self.names,
            words={
                (Person, "name"): name,
                (Person, "may_text"): Answer.NO,
                (Contact, "value"): number,
                (Case, "number"): self._number(opened),
                (Case, "unit_id"): team.unit.pk,
                (Case, "category_id"): self.categories[letter],
                (Case, "summary"): title,
                (Case, "narrative"): told,
                (CaseEmployer, "employer_id"): employer,
                (Mediation, "unit_id"): self._team().unit.pk,
                (Claim, "amount"): Decimal(self.chance.randint(8, 990) * 100),
                (Interaction, "address"): number,
                (Member, "name"): self._member_names(name),
                (Member, "phone"): self._member_numbers(number),
                (Message, "body"): told,
                (TranscriptLine, "text"): told,
                **self._sids(),
            },
            person=person,
            contact=contact,
            returning=returning,
        )
        pattern.copy(copy, rows)
        if self.marks:
            now = bulk_rows.moment(self.now)
            rows[SearchMark].append([copy.first[Case], pattern.event_count, now, now, 0, ""])
        for table, many in pattern.counts.items():
            if table in self.next and not (returning and table in {Person, Contact}):
                self.next[table] += many
        self.next[Event] += pattern.event_count

    def _plan(self, place: int) -> tuple[Pattern, datetime]:
        """What kind of case it is and when it was opened: the older, the likelier closed."""
        age = (1 - (place + 1) / self.count) * YEARS * 365
        is_open = age < OPEN_DAYS and self.chance.random() < 0.9 * (1 - age / OPEN_DAYS) ** 2
        if is_open:
            plan = "collective" if self.chance.random() < COLLECTIVE else self.chance.choice(OPEN)
        else:
            plan = self.chance.choices(list(CLOSED_SHARES), list(CLOSED_SHARES.values()))[0]
        pattern = self.patterns[plan]
        if place in self.planted and not pattern.counts[CaseEmployer]:
            pattern = self.patterns["settled"]  # nothing of a planted case may be missing
        age_of_pattern = (self.now - pattern.case.opened_at).days
        return pattern, pattern.case.opened_at - timedelta(days=max(0, int(age) - age_of_pattern))

    def _team(self) -> Team:
        """The city's own half of the time, else one of the districts'."""
        return self.teams[0] if self.chance.random() < 0.5 else self.chance.choice(self.teams[1:])

    def _staff(self, pattern: Pattern, team: Team) -> dict[int, int]:
        case, chance = pattern.case, self.chance
        pairs = (
            (case.agent_id, team.agents),
            (case.lawyer_id, team.lawyers),
            (case.mediator_id, team.mediators),
        )
        found = {old: chance.choice(people).pk for old, people in pairs if old}
        # Who has it no more was one of the team, too.
        others = [(old, team.of_role(self.roles[old])) for old in sorted(pattern.staff - set(found))]
        return {old: chance.choice(people).pk for old, people in others if people} | found

    def _caller(self, place: int) -> tuple[int, int, str, str, bool]:
        planted = self.planted.get(place)
        if planted is None and self.callers and self.chance.random() < RETURNING:
            return (*self.chance.choice(self.callers), True)
        pk = self.next[Person]
        # A permutation of eight digits: different for each person, and in no order.
        number = f"+86199{(pk * 37_139_213 + 12_351) % 10**8:08d}"
        name = bulk_words.person_name(self.chance)
        if planted is not None:
            name, number = planted.name, planted.number
        made = (pk, self.next[Contact], name, number)
        if planted is None:
            self.callers = [*self.callers[-199:], made]
        return (*made, False)

    def _member_names(self, caller: str) -> Iterator[str]:
        """The caller's, who comes first among the members, then those of others."""
        yield caller
        while True:
            yield bulk_words.person_name(self.chance)

    def _member_numbers(self, caller: str) -> Iterator[str]:
        yield caller
        for pk in itertools.count(self.next[Member] + 1):
            yield f"+86197{pk:08d}"

    def _employer(self, place: int, rows: dict[Table, list[Values]]) -> tuple[int, str]:
        planted = self.planted.get(place)
        if planted is None and self.employers and self.chance.random() > 0.25:
            return self.chance.choice(self.employers)
        made = (self.next[Employer], planted.employer if planted else bulk_words.employer_name(self.chance))
        self.next[Employer] += 1
        if planted is None:
            self.employers = [*self.employers[-999:], made]
        values = {
            "id": made[0],
            "name": made[1],
            "aliases": "[]",
            "credit_code": planted.code if planted else "",
        }
        rows[Employer].append([values.get(field.attname, "") for field in bulk_rows.columns(Employer)])
        return made

    def _number(self, opened: datetime) -> str:
        day = timezone.localtime(opened).strftime("%Y%m%d")
        if day not in self.days:
            row = NumberSeries.objects.filter(key=f"case.{day}").first()
            self.days[day] = row.last if row else 0
        self.days[day] += 1
        return f"QD12351-{day}-{self.days[day]:06d}"

    def _sids(self) -> dict[tuple[Table, str], object]:
        bits = self.chance.getrandbits
        return {
            (Interaction, "provider_id"): f"CA{bits(128):032x}",
            (Call, "uid"): _as_stored(uuid.UUID(int=bits(128), version=4)),
            (Call, "agent_call_sid"): f"CA{bits(128):032x}",
            (Call, "conference_sid"): f"CF{bits(128):032x}",
            (TranscriptLine, "transcription_sid"): f"GT{bits(128):032x}",
        }


def _as_stored(uid: uuid.UUID) -> object:
    return bulk_rows.plain(Call._meta.get_field("uid"), uid)


# --- Who works there -----------------------------------------------------------------------------
def _hire() -> list[Team]:
    """A team in the city and in each district, with names of their own and no password."""
    chance = random.Random(7)  # noqa: S311 - nothing secret
    districts = list(Unit.objects.filter(kind=UnitKind.DISTRICT).order_by("code"))
    city = Unit.objects.get(parent=None)
    return [_team_of(unit, 6 if unit == city else 2, chance) for unit in (city, *districts)]


def _team_of(unit: Unit, many: int, chance: random.Random) -> Team:
    def people(role: Role, count: int) -> list[Staff]:
        parts = [
            Part(f"bulk-{unit.code}-{role.lower()}-{n}", bulk_words.person_name(chance), role, unit.code)
            for n in range(count)
        ]
        return [_person(part, unit) for part in parts]

    people(Role.SUPERVISOR, 1)
    return Team(unit, people(Role.AGENT, many), people(Role.LAWYER, many), people(Role.MEDIATOR, many))


def _person(part: Part, unit: Unit) -> Staff:
    person = Staff.objects.filter(username=part.username).first()
    if person is None:
        person = Staff(username=part.username, name=part.name, role=part.role, unit=unit, is_demo=True)
        person.set_unusable_password()
        person.save()
    if part.role == Role.AGENT:
        Seat.objects.get_or_create(
            staff=person, defaults={"state": SeatState.OFFLINE, "since": timezone.now()}
        )
    return person


# --- What is copied ------------------------------------------------------------------------------
def _patterns(seed: int, agents: list[Staff]) -> dict[str, Pattern]:
    """A case of each plan, grown by the people's steps and taken back again."""
    found: dict[str, Pattern] = {}
    with transaction.atomic():
        # Nobody else may be free, and no call may wait: the grower's agent takes the grower's call.
        Seat.objects.update(state=SeatState.OFFLINE)
        grower = Grower(seed)
        grower.agents, grower.lawyer, grower.gathered = agents, None, (MEMBERS, MEMBERS)
        grown = [plan for plan in [*LIVES, "nuisance"] if plan not in NOT_COPIED]
        for place, plan in enumerate(grown, start=1):
            case = grower.one(place, grower.opened(plan), plan)
            case = Case.objects.select_related("person").get(pk=case.pk)
            found[plan] = Pattern(case, bulk_rows.rows_of(case, KINDS), OWNED)
        transaction.set_rollback(True)
    return found
