"""What is measured inside one process, by the hotline's own functions; the first argument names it.

Prints one JSON object.
"""

import json
import os
import sys
import threading
import uuid
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from time import monotonic, process_time
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deploy.benchmark.settings")
django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.db import DatabaseError, connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402
from viewflow.workflow.models import Task  # noqa: E402

from deploy.benchmark import bare  # noqa: E402
from deploy.benchmark.flows import BareFlow  # noqa: E402
from deploy.benchmark.table import in_turn  # noqa: E402
from hotline import bell, events  # noqa: E402
from hotline.actions import deployment, sections  # noqa: E402
from hotline.bell import Ring  # noqa: E402
from hotline.enums import Channel, Role, Section  # noqa: E402
from hotline.models import Case, Category, Interaction, Person, Staff, Unit  # noqa: E402
from hotline.telephony import receiving  # noqa: E402
from hotline.telephony.parse import TextIn  # noqa: E402
from workflows import quality, reception, steps  # noqa: E402
from workflows.decisions import Decision  # noqa: E402

OPENED_EACH = 4
PATHS_EACH = 1
ROUNDS = 15
BODY = "老板拖欠三个月工资，一共三万一千元，工会能不能帮我要回来？"


def effort() -> float:
    """The seconds of processor time that this process and its PostgreSQL backend have taken so far.

    By the clock one would measure what else the machine does; both sides wait for the same server.
    """
    connection.ensure_connection()
    scheduled = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text(encoding="ascii")
    return process_time() + int(scheduled.split()[0]) / 1e9


def timed(work: Callable[[], None], times: int) -> Callable[[], float]:
    """How often `work` is done in a second of processor time."""

    def measure() -> float:
        started = effort()
        for _n in range(times):
            work()
        return times / (effort() - started)

    return measure


def new_number() -> str:
    """A number that nobody has."""
    return f"+86188{uuid.uuid4().int % 10**8:08d}"


# --- A message or a call opens a case --------------------------------------------------------------
def text_opens() -> None:
    """A message of a stranger."""
    number = new_number()
    receiving.text_arrived(TextIn(f"SM{uuid.uuid4().hex}", number, BODY, (), "", timezone.now()))


def call_opens() -> None:
    """A call of a stranger."""
    receiving.call_arrived(f"CA{uuid.uuid4().hex}", new_number(), timezone.now(), voicemail=False)


def bare_opens() -> None:
    """viewflow's own start, and the same rows."""
    with transaction.atomic():
        bare.new_case(new_number(), BODY)
        BareFlow.opened.run()


def measure_open() -> dict[str, Any]:
    """Cases opened a second: by message and by call in turn, and bare."""
    before, bare_before = Case.objects.count(), Case.objects.filter(number__startswith="BARE-").count()

    def both() -> None:
        text_opens()
        call_opens()

    timed(both, 2)()
    timed(bare_opens, 2)()
    ours, yardstick = in_turn(timed(both, OPENED_EACH // 2), timed(bare_opens, OPENED_EACH), ROUNDS)
    made = Case.objects.count() - before
    bare_made = Case.objects.filter(number__startswith="BARE-").count() - bare_before
    due = ROUNDS * OPENED_EACH + 4
    wrong = [] if made - bare_made == due else [f"{made - bare_made} cases of {due}"]
    return {"ours": 2 * ours, "bare": yardstick, "wrong": wrong}


# --- The whole path --------------------------------------------------------------------------------
class Walk:
    """Leads a case from its opening to the award. What people type on the way is written before."""

    def __init__(self) -> None:
        self.unit = Unit.objects.get(parent=None)
        self.agent = Staff.objects.filter(role=Role.AGENT, unit=self.unit, is_active=True).first()
        self.mediator = Staff.objects.filter(role=Role.MEDIATOR, unit=self.unit, is_active=True).first()
        self.supervisor = Staff.objects.filter(role=Role.SUPERVISOR, unit=self.unit, is_active=True).first()
        self.category = Category.objects.exclude(parent=None).first()
        self.seconds = 0.0
        self.closed = 0

    def step(self, case: Case, actor: Staff | None, decision: Decision, **details: Any) -> Case:
        """Complete the present step; only this is timed."""
        assert actor is not None
        started = effort()
        task = steps.current_task(case)
        assert task is not None
        case = steps.complete(task.pk, actor, decision, details)
        self.seconds += effort() - started
        return case

    def save(self, case: Case, section: Section, actor: Staff | None, **data: Any) -> None:
        """Write a section, which the next gate asks for."""
        assert actor is not None
        steps.save(case.pk, section, actor, sections.revision_of(case, section).revision, data)

    def whole(self) -> None:
        """One case from its opening to its award."""
        today = timezone.localdate()
        person = Person.objects.create(created_at=timezone.now())
        started = effort()
        case = reception.open_case(person, Channel.VISIT)
        self.seconds += effort() - started
        self.save(
            case,
            Section.INTAKE,
            self.agent,
            category=self.category,
            narrative=BODY,
            known_on=date(2026, 9, 1),
        )
        self.save(case, Section.CALLER, self.agent, identity_number="379999198803140170")
        employer = {"name": "青岛示例制帽有限公司", "role": "EMPLOYER", "credit_code": "91370200MADEM0014N"}
        self.save(case, Section.EMPLOYERS, self.agent, rows=[employer | {"address": "示例路1号"}])
        self.save(
            case, Section.CLAIMS, self.agent, rows=[{"kind": "WAGES", "amount": Decimal(31000), "basis": "-"}]
        )
        case = self.step(case, self.agent, Decision.REVIEW)
        lawyer = case.lawyer
        self.save(case, Section.REVIEW, lawyer, opinion="应当支付", limitation_from=date(2026, 9, 1))
        case = self.step(case, lawyer, Decision.MEDIATE, unit=self.unit, applied_on=today)
        case = self.step(case, self.mediator, Decision.REFER, note="单位拒绝调解")
        papers = {
            "commission": "市南区劳动人事争议仲裁委员会",
            "ground": "PERFORMANCE",
            "jurisdiction": "市南区",
        }
        signed = {"authority": "SPECIAL", "authorised_on": today, "checked_on": today}
        self.save(case, Section.EVIDENCE, lawyer, rows=[{"name": "工资条"}])
        self.save(case, Section.REFERRAL, lawyer, **papers, **signed)
        case = self.step(case, lawyer, Decision.FILED, filed_on=today)
        case = self.step(case, lawyer, Decision.ACCEPTED, on=today)
        case = self.step(case, lawyer, Decision.AWARDED, on=today, final=True, note="支付工资31000元")
        case = self.step(case, lawyer, Decision.PERFORMED, note="单位已付清")
        points = {f"points_{item.code}": item.points for item in quality.sheet().items}
        case = self.step(case, self.supervisor, Decision.PASSED, **points)
        answer = {"way": "CALL", "result": "SOLVED", "satisfied": "YES"}
        case = self.step(case, self.agent, Decision.VISITED, **answer)
        self.closed += not case.is_open

    def rate(self) -> float:
        """Paths in a second of processor time."""
        self.seconds = 0.0
        for _n in range(PATHS_EACH):
            self.whole()
        return PATHS_EACH / self.seconds


BARE_WAY = (("intake", "REVIEW"), ("legal_review", "MEDIATE"), ("mediation", "REFER"), ("file_referral", ""),
            ("acceptance", "ACCEPTED"), ("award", ""), ("aftermath", ""), ("check", ""),
            ("visit", ""))  # fmt: skip


def bare_path(actor: Staff) -> None:
    """The same way through viewflow's own flow."""
    process = BareFlow.opened.run()
    for step, decision in BARE_WAY:
        task = Task.objects.get(process=process, flow_task=getattr(BareFlow, step), status="NEW")
        with task.activation() as activation:
            activation.process.data["decision"] = decision
            activation.process.save(update_fields=["data"])
            activation.assign(actor)
            activation.start(None)
            activation.execute()


def measure_path() -> dict[str, Any]:
    """Whole paths in a second, ours and viewflow's own."""
    walk = Walk()
    assert walk.agent is not None
    actor = walk.agent
    walk.whole()
    bare_path(actor)
    ours, yardstick = in_turn(walk.rate, timed(lambda: bare_path(actor), PATHS_EACH), ROUNDS)
    due = ROUNDS * PATHS_EACH + 1
    wrong = [] if walk.closed == due else [f"{walk.closed} of {due} cases closed"]
    return {"ours": ours, "bare": yardstick, "wrong": wrong}


# --- For the others --------------------------------------------------------------------------------
def open_cases() -> dict[str, Any]:
    """Senders with one open case each."""
    found = {}
    for _n in range(64):
        number = new_number()
        receiving.text_arrived(TextIn(f"SM{uuid.uuid4().hex}", number, BODY, (), "", timezone.now()))
        found[number] = Interaction.objects.filter(address=number).values_list("case_id", flat=True)[0]
    return {"cases": found}


def count() -> dict[str, int]:
    """How many rows there are."""
    return {"interactions": Interaction.objects.count(), "cases": Case.objects.count()}


def load_deployment() -> dict[str, Any]:
    """Units and what else a deployment begins with."""
    deployment.load()
    return {}


def write(seconds: str) -> dict[str, Any]:
    """Four threads that open cases for so long; what they wrote, and each kind of error."""
    end = monotonic() + float(seconds)
    written: list[int] = []
    errors: list[str] = []

    def work() -> None:
        while monotonic() < end:
            try:
                text_opens()
                written.append(1)
            except DatabaseError as error:
                errors.append(str(error))
        connection.close()

    threads = [threading.Thread(target=work) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"written": len(written), "errors": sorted(set(errors))}


def sessions() -> dict[str, Any]:
    """A signed-in session for each of the staff who see the city's cases, and a case that they all see."""
    city = Unit.objects.get(parent=None)
    people = Staff.objects.filter(is_active=True).exclude(role=Role.ADMINISTRATOR).select_related("unit")
    found = []
    for person in people.order_by("pk"):
        session = SessionStore()
        session[SESSION_KEY] = str(person.pk)
        session[BACKEND_SESSION_KEY] = "hotline.signin.StaffBackend"
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        session.save()
        mine = {
            "id": person.pk,
            "role": person.role,
            "city": person.unit_id == city.pk,
            "unit": person.unit_id,
        }
        found.append({**mine, "cookie": f"sessionid={session.session_key}"})
    case = Case.objects.filter(unit=city).order_by("-pk").values("pk", "version")[0]
    return {"people": found, "case": case}


def change(case_pk: str) -> dict[str, Any]:
    """Change the case once a second, as often as asked, and say which version it has in the end."""
    case = Case.objects.get(pk=case_pk)
    for _line in sys.stdin:  # one for each line
        with transaction.atomic():
            events.record(case, "note", text="变更")
        print(case.version, flush=True)
    return {"version": case.version}


def ring() -> dict[str, Any]:
    """Ring the floor for each word of each line, as a change does when it commits."""
    for line in sys.stdin:
        bell.ring([Ring("floor", kind) for kind in line.split()])
        print("rung", flush=True)
    return {}


PARTS: dict[str, Callable[..., dict[str, Any]]] = {
    "open": measure_open,
    "path": measure_path,
    "open_cases": open_cases,
    "count": count,
    "deployment": load_deployment,
    "write": write,
    "sessions": sessions,
    "change": change,
    "ring": ring,
}

if __name__ == "__main__":
    print(json.dumps(PARTS[sys.argv[1]](*sys.argv[2:])))
