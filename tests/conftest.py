"""The cast: who works at the hotline in every test, and a worker who calls."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Playwright, sync_playwright

from hotline import events
from hotline.actions.mediations import Part
from hotline.enums import Channel, Direction, EmployerRole, Role, SeatState, Section, UnitKind
from hotline.models import Case, Category, Prompt, Seat, Staff, Unit
from search import generations, shown
from workflows import mediation as mediating
from workflows import quality, reception, steps
from workflows.decisions import Decision

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
"""Nothing of the browser's own goes out to the network."""
PASSWORD = "correct-horse-battery"


@pytest.fixture(scope="session")
def django_db_use_migrations() -> bool:
    """On SQLite the tables are made from the models: the migrations take 17 s in each process.

    PostgreSQL has them run, and on SQLite the demo that the browser's tests play on.
    """
    return connection.vendor == "postgresql"


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """Nobody has a page open from the test before, and no case of it was found."""
    events.visits.clear()
    shown.kept.clear()


@pytest.fixture
def city(db: None) -> Unit:
    return make_unit("QD", "青岛市总工会", UnitKind.CITY, None)


@pytest.fixture
def district(city: Unit) -> Unit:
    return make_unit("370202", "市南区总工会", UnitKind.DISTRICT, city)


@pytest.fixture
def other_district(city: Unit) -> Unit:
    return make_unit("370281", "胶州市总工会", UnitKind.DISTRICT, city)


@pytest.fixture
def category(db: None) -> Category:
    group = Category.objects.create(code="A", name_zh="劳动报酬", name_en="Pay")
    return Category.objects.create(code="A01", parent=group, name_zh="拖欠工资", name_en="Wages owed")


def make_unit(code: str, name: str, kind: UnitKind, parent: Unit | None) -> Unit:
    unit = Unit.objects.create(code=code, name=name, kind=kind, parent=parent)
    unit.path = f"{parent.path if parent else '/'}{unit.pk}/"
    unit.save(update_fields=["path"])
    return unit


def make_staff(username: str, name: str, role: Role, unit: Unit) -> Staff:
    staff = Staff(username=username, name=name, role=role, unit=unit)
    staff.set_password(PASSWORD)
    staff.save()
    if role == Role.AGENT:
        Seat.objects.create(staff=staff, state=SeatState.OFFLINE, since=timezone.now())
    return staff


@pytest.fixture
def agent(city: Unit) -> Staff:
    return make_staff("agent", "王晓梅", Role.AGENT, city)


@pytest.fixture
def other_agent(city: Unit) -> Staff:
    return make_staff("agent2", "陈建国", Role.AGENT, city)


@pytest.fixture
def lawyer(city: Unit) -> Staff:
    return make_staff("lawyer", "李律师", Role.LAWYER, city)


@pytest.fixture
def other_lawyer(city: Unit) -> Staff:
    return make_staff("lawyer2", "赵律师", Role.LAWYER, city)


@pytest.fixture
def mediator(district: Unit) -> Staff:
    return make_staff("mediator", "孙调解", Role.MEDIATOR, district)


@pytest.fixture
def supervisor(city: Unit) -> Staff:
    return make_staff("supervisor", "周主管", Role.SUPERVISOR, city)


@pytest.fixture
def outsider(other_district: Unit) -> Staff:
    """A supervisor of another unit, who must see nothing of the city's cases."""
    return make_staff("outsider", "外单位主管", Role.SUPERVISOR, other_district)


@pytest.fixture
def admin(city: Unit) -> Staff:
    return make_staff("admin", "管理员", Role.ADMINISTRATOR, city)


@pytest.fixture
def client_of() -> Callable[[Staff], Client]:
    """A browser in which this person is signed in."""

    def sign_in(staff: Staff) -> Client:
        client = Client()
        client.force_login(staff, backend="hotline.signin.StaffBackend")
        return client

    return sign_in


@pytest.fixture
def arrive(city: Unit) -> Callable[..., reception.Received]:
    """A text message of a worker as the carrier delivers it."""
    ids = count(1)

    def receive(number: str | None = "+8613800005678", **changes: Any) -> reception.Received:
        fields: dict[str, Any] = {
            "channel": Channel.SMS,
            "provider_id": f"SM{next(ids):032x}",
            "address": number or "anonymous",
            "number": number,
            "direction": Direction.INBOUND,
            "at": timezone.now(),
        }
        return reception.receive(reception.Arrival(**(fields | changes)))

    return receive


@pytest.fixture
def case(arrive: Callable[..., reception.Received]) -> Case:
    """A case at intake."""
    return arrive().case


@pytest.fixture
def drive(category: Category, agent: Staff, lawyer: Staff, mediator: Staff, district: Unit) -> "Drive":
    """Takes a case along its path through the same steps that people use."""
    return Drive(category, agent, lawyer, mediator, district)


FULL_POINTS = {f"points_{item.code}": item.points for item in quality.sheet().items}


class Drive:
    """Each method brings a case one station further and returns it fresh."""

    def __init__(self, category: Category, agent: Staff, lawyer: Staff, mediator: Staff, unit: Unit) -> None:
        self.category, self.agent, self.lawyer, self.mediator, self.unit = (
            category,
            agent,
            lawyer,
            mediator,
            unit,
        )

    def complete(self, case: Case, actor: Staff, decision: Decision, **details: Any) -> Case:
        task = steps.current_task(case)
        assert task is not None
        return steps.complete(task.pk, actor, decision, details)

    def save(self, case: Case, section: Section, actor: Staff, **data: Any) -> None:
        revision = steps.sections.revision_of(case, section).revision
        steps.save(case.pk, section, actor, revision, data)
        case.refresh_from_db()

    def write_intake(self, case: Case) -> Case:
        self.save(
            case,
            Section.INTAKE,
            self.agent,
            category=self.category,
            narrative="老板拖欠三个月工资",
            known_on=date(2026, 9, 12),
        )
        return case

    def to_review(self, case: Case) -> Case:
        return self.complete(self.write_intake(case), self.agent, Decision.REVIEW)

    def write_opinion(self, case: Case) -> Case:
        self.save(
            case, Section.REVIEW, self.lawyer, opinion="应当支付工资", limitation_from=date(2026, 9, 12)
        )
        return case

    def to_mediation(self, case: Case, applied_on: date | None = None) -> Case:
        case = self.write_opinion(self.to_review(case))
        on = applied_on or timezone.localdate()
        return self.complete(case, self.lawyer, Decision.MEDIATE, unit=self.unit, applied_on=on)

    def agree(self, case: Case, *parts: tuple[date, str], text: str = "单位分期支付，双方再无争议。") -> Case:
        """The agreement on what `parts` add up to, of a proposal that both sides accept, signed today."""
        today, amount = timezone.localdate(), sum((Decimal(sum_) for _due, sum_ in parts), Decimal(0))
        mediation = case.mediations.latest("pk")
        if mediation.accepted_on is None:
            self.save(case, Section.MEDIATION, self.mediator, accepted_on=mediation.applied_on)
        row = mediating.propose(case.pk, self.mediator, "MEDIATOR", today, text, amount)
        for side in ("WORKER", "EMPLOYER"):
            mediating.answer(case.pk, self.mediator, row.pk, side, "ACCEPTS", today, "")
        plan = [Part(due, Decimal(sum_)) for due, sum_ in parts]
        mediating.agree(case.pk, self.mediator, row.pk, today, text, plan)
        return Case.objects.get(pk=case.pk)

    def to_referral(self, case: Case) -> Case:
        return self.complete(self.to_mediation(case), self.mediator, Decision.REFER, note="单位拒绝调解")

    def prepare_referral(self, case: Case) -> Case:
        self.save(
            case,
            Section.EMPLOYERS,
            self.lawyer,
            rows=[
                {
                    "name": "青岛示例制帽有限公司",
                    "role": EmployerRole.EMPLOYER,
                    "credit_code": "91370200MADEM0014N",
                    "address": "青岛市胶州市示例大道8号",
                }
            ],
        )
        self.save(case, Section.CALLER, self.lawyer, identity_number="379999198803140170")
        self.save(case, Section.EVIDENCE, self.lawyer, rows=[{"name": "工资条", "proves": "工资标准"}])
        self.save(
            case,
            Section.CLAIMS,
            self.lawyer,
            rows=[{"kind": "WAGES", "amount": Decimal("31000.00"), "basis": "三个月"}],
        )
        self.save(
            case,
            Section.REFERRAL,
            self.lawyer,
            commission="市南区劳动人事争议仲裁委员会",
            ground="PERFORMANCE",
            jurisdiction="市南区",
            authority="SPECIAL",
            authorised_on=timezone.localdate(),
            checked_on=timezone.localdate(),
        )
        return case

    def to_acceptance(self, case: Case) -> Case:
        case = self.prepare_referral(self.to_referral(case))
        return self.complete(case, self.lawyer, Decision.FILED, filed_on=timezone.localdate())

    def to_award(self, case: Case) -> Case:
        return self.complete(
            self.to_acceptance(case), self.lawyer, Decision.ACCEPTED, on=timezone.localdate()
        )

    def to_aftermath(self, case: Case, *, final: bool = True) -> Case:
        return self.complete(
            self.to_award(case),
            self.lawyer,
            Decision.AWARDED,
            on=timezone.localdate(),
            final=final,
            note="支付工资31000元",
        )

    def to_check(self, case: Case) -> Case:
        return self.complete(
            self.to_aftermath(case), self.lawyer, Decision.PERFORMED, note="单位已付清，职工知晓起诉期限。"
        )

    def to_visit(self, case: Case) -> Case:
        return self.check(self.to_check(case))

    def to_closed(self, case: Case) -> Case:
        return self.finish(self.to_check(case))

    def finish(self, case: Case) -> Case:
        """Check and return visit of a case whose end is decided: it closes."""
        return self.visit(self.check(case), Decision.VISITED, satisfied="YES")

    def check(self, case: Case, decision: Decision = Decision.PASSED, **changes: Any) -> Case:
        supervisor = case.checker or Staff.objects.filter(role=Role.SUPERVISOR, unit=case.unit).first()
        supervisor = supervisor or make_staff("checker", "吴主管", Role.SUPERVISOR, case.unit)
        return self.complete(case, supervisor, decision, **(FULL_POINTS | changes))

    def visit(self, case: Case, decision: Decision, **changes: Any) -> Case:
        answer = {"way": "CALL", "received": "YES", "handled": "YES", "result": "SOLVED"}
        return self.complete(case, case.agent or self.agent, decision, **(answer | changes))


def at(text: str) -> datetime:
    """A moment of the hotline's place from `2026-11-23 14:05`."""
    return timezone.make_aware(datetime.fromisoformat(text))


@pytest.fixture
def prompts(db: None) -> None:
    """The prompts that a call needs."""
    for key in ("greeting", "menu", "waiting", "closed", "voicemail", "goodbye", "callback"):
        Prompt.objects.create(key=key, text=f"{key}。")


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """One for all tests of a process: a second one beside it cannot run."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as started:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # its loop runs in the tests' own thread
        yield started


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Debian's Chromium."""
    path = shutil.which("chromium")
    assert path, "chromium is not installed: apt-get install chromium"
    browser = playwright.chromium.launch(executable_path=path, args=QUIET)
    yield browser
    browser.close()


@pytest.fixture
def index(settings: Any, tmp_path: Path, db: None) -> Iterator[Path]:
    """An empty index folder; what was changed is found after `outbox.drain()`."""
    settings.HOTLINE_DATA_DIR = tmp_path
    yield tmp_path / "search"
    generations.stop_writing()
