"""A hotline in the middle of a day, and every form that its people are shown, read from their own pages."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve
from django.utils import timezone

from deploy.tour.page import Form, read
from hotline.actions import calls, offers, seats
from hotline.enums import MeasureKind, RecordingState, Role, Stage
from hotline.models import (
    Attachment,
    Call,
    Callback,
    Case,
    DutyPost,
    DutyShift,
    Instalment,
    Recording,
    ShiftSwap,
    Staff,
    Unit,
)
from hotline.models import Client as ServedClient
from hotline.telephony.receiving import call_arrived
from search import outbox
from tests.conftest import Drive, make_staff
from workflows import collectives, mediation
from workflows.measures import steps as measures

START = ["/", "/desk/", "/cases/", "/floor/", "/search/", "/staff/", "/staff/new/", "/hours/", "/prompts/"]
START += ["/absences/", "/staff/lawyers/", "/rota/", "/rota/posts/"]
START += ["/accounts/login/", "/accounts/password/change/", "/accounts/logout/", "/accounts/reauthenticate/"]
MOST = {"case": 12, "case-part": 12, "section": 5, "collective": 12, "member": 3, "rota-shift": 2}
"""Pages of one kind that a person looks through; more of them show no other form."""
BESIDE: dict[str, tuple[str, str, dict[str, str]]] = {
    "segments": ("agent", "/segments/", {"text": "您好"}),
    "seat": ("agent", "/desk/seat/", {"state": "AWAY", "reason": "lunch"}),
    "call-hold": ("agent2", "/calls/{call}/hold/", {}),
    "call-unhold": ("agent2", "/calls/{call}/unhold/", {}),
    "call-hang-up": ("agent2", "/calls/{call}/hang-up/", {}),
    "callback-start": ("agent", "/callbacks/{callback}/start/", {}),
    "callback-give-up": ("agent", "/callbacks/{callback}/give-up/", {"reason": "空号"}),
    "interaction-move-back": ("agent", "/interactions/{call}/move-back/", {"next": "/desk/"}),
    "case-unmerge": ("agent", "/cases/{case}/merge/undo/", {"reason": "两件事"}),
    "dispatch-accept": ("supervisor", "/cases/{case}/dispatch/accept/", {"review": "1"}),
    "dispatch-return": ("agent", "/cases/{case}/dispatch/return/", {"reason": "不属本区"}),
    "dispatch-take-back": ("agent", "/cases/{case}/dispatch/take-back/", {"reason": "发错了"}),
    "case-arbitration": (
        "lawyer",
        "/cases/{accepted}/arbitration/",
        {"kind": "HEARING", "at": "2026-12-08T09:30", "place": "庭", "on": "2026-11-23", "note": "到庭"},
    ),
    "package-make": ("lawyer", "/cases/{accepted}/package/", {}),
    "file-identity": ("agent", "/files/{file}/identity/", {"identity": "1", "next": "/cases/"}),
    "draft-drop": ("agent", "/cases/{case}/draft/INTAKE/drop/", {"next": "/desk/"}),
    "staff-reactivate": ("admin", "/staff/{gone}/reactivate/", {}),
    "calculator": ("agent", "/cases/{case}/calculators/wages/", {"monthly_wage": "3000"}),
    "search-export": ("supervisor", "/search/export/", {"search": "q=工资", "reason": "月度统计"}),
    "saved-search-new": (
        "supervisor",
        "/search/saved/new/",
        {"search": "q=工资", "name": "欠薪", "alert": "NEVER"},
    ),
    "saved-search": (
        "supervisor",
        "/search/saved/1/",
        {"action": "remove", "name": "欠薪", "alert": "ABOVE"},
    ),
    "search-notices-seen": ("supervisor", "/search/notices/seen/", {"up_to": "1"}),
    "recent-searches-erase": ("supervisor", "/search/recent/erase/", {}),
    "emergency-raise": ("agent", "/cases/{case}/emergency/", {"next": "/desk/"}),
    "emergency-take": ("supervisor", "/cases/{case}/emergency/take/", {}),
    "emergency-report": ("supervisor", "/cases/{case}/emergency/report/", {"kind": "oral", "note": "报"}),
    "emergency-release": ("supervisor", "/cases/{case}/emergency/release/", {"reason": "险情解除"}),
    "drawn-check": ("supervisor", "/quality/{check}/", {"note": "合格"}),
    "absence-end": ("supervisor", "/absences/1/end/", {}),
    "lawyer": ("admin", "/staff/{lawyer}/lawyer/", {"firm": "山海所", "capacity": "9", "weight": "1"}),
    "client-new": ("admin", "/staff/{lawyer}/clients/", {"name": "甲公司"}),
    "client": ("admin", "/staff/{lawyer}/clients/{client}/", {"name": "乙公司", "action": "save"}),
    "review-assign": ("supervisor", "/reviews/{case}/assign/", {"person": "1", "word": "无"}),
    "review-reserve": ("supervisor", "/reviews/{case}/reserve/", {}),
    "review-release": ("supervisor", "/reviews/{case}/release/", {}),
    "conflict-allow": ("supervisor", "/cases/{case}/conflicts/1/allow/", {"word": "非同一单位"}),
    "listen": ("agent", "/recordings/{recording}/listen/", {"reason": "核对金额", "next": "/cases/"}),
}
"""What pages post without a form, or by one that is not shown now: who, where to, and its fields."""


@dataclass(frozen=True)
class Sheet:
    """A form as one person is shown it."""

    username: str
    page: str
    action: str
    name: str
    """Of the address that it goes to."""
    form: Form

    def __repr__(self) -> str:
        return f"{self.username}: {self.action}"


@dataclass
class World:
    """The people's browsers and their forms."""

    browsers: dict[str, Client]
    sheets: list[Sheet]
    cookies: dict[str, str]
    """With which they are signed in."""


@pytest.fixture
def world(
    index: Path,
    prompts: None,
    drive: Drive,
    arrive: Callable[..., Any],
    agent: Staff,
    other_agent: Staff,
    lawyer: Staff,
    mediator: Staff,
    supervisor: Staff,
    admin: Staff,
    district: Unit,
    client_of: Callable[[Staff], Client],
) -> World:
    """A case at each station, a call that rings, one to be wrapped up, one to call back, and their forms."""
    stations = [None, drive.to_review, drive.to_mediation, drive.to_referral, drive.to_acceptance]
    for number, go in enumerate([*stations, drive.to_award, drive.to_check, drive.to_visit, drive.to_closed]):
        case = arrive(f"+861380000{number:04d}").case
        Case.objects.filter(pk=case.pk).update(agent=agent)
        if go is not None:
            go(Case.objects.get(pk=case.pk))
        if go == drive.to_review:
            measures.begin(case.pk, lawyer, MeasureKind.INSPECTION, purpose="查处欠薪")
    _mediate(drive, arrive)
    _gather(drive, arrive, supervisor)
    _put_on_duty(lawyer)
    for person in (agent, other_agent):
        _ring(person, f"CA{person.pk:032x}")
    _missed(f"CA{9:032x}")
    spoken = offers.for_agent(other_agent)
    assert spoken is not None
    calls.end(offers.accept(spoken.pk, other_agent).pk, timezone.now())
    make_staff("gone", "离职人员", Role.LAWYER, district)
    Staff.objects.filter(username="gone").update(is_active=False)
    people = (agent, other_agent, lawyer, mediator, supervisor, admin)
    browsers = {person.username: client_of(person) for person in people} | {"": Client()}
    sheets = [sheet for name, browser in browsers.items() for sheet in sheets_of(name, browser)]
    outbox.drain()  # without an index the search is away, which is no fault of a form
    cookies = {name: browser.cookies.output(header="", sep=";") for name, browser in browsers.items()}
    return World(browsers, sheets + list(sheets_beside()), cookies)


def sheets_beside() -> Iterator[Sheet]:
    """The sheets of BESIDE."""
    call = Call.objects.get(agent__username="agent2")
    recording = Recording(call=call, sid="RE" + "1" * 32, state=RecordingState.STORED)
    recording.file.save("a.mp3", ContentFile(b"ID3"))
    drawn = (
        Case.objects.filter(stage="CLOSED").latest("pk").checks.create(sampled=True, opened_at=timezone.now())
    )
    served = ServedClient.objects.create(lawyer=Staff.objects.get(username="lawyer"), name="甲公司")
    ids = {
        "lawyer": served.lawyer_id,
        "client": served.pk,
        "check": drawn.pk,
        "call": call.pk,
        "callback": Callback.objects.earliest("pk").pk,
        "case": call.interaction.case_id,
        "recording": recording.pk,
        "file": _file(call.interaction.case).pk,
        "accepted": Case.objects.filter(stage="ARBITRATION")
        .exclude(referrals__accepted_on=None)
        .latest("pk")
        .pk,
        "gone": Staff.objects.get(username="gone").pk,
    }
    for name, (username, path, fields) in BESIDE.items():
        values = {field: [value] for field, value in fields.items()}
        action = path.format(**ids)
        yield Sheet(username, action, action, name, Form(action, "post", "", values, {}, set(fields)))


def _file(case: Case) -> Attachment:
    row = Attachment(case=case, name="a.txt", content_type="text/plain", added_at=timezone.now())
    row.file.save("a", ContentFile(b"a"))
    return row


def _put_on_duty(lawyer: Staff) -> None:
    """Two shifts of the lawyer; one they have proposed to themselves, so that both ends are theirs."""
    post = DutyPost.objects.create(institute="仲裁院", place="一楼", unit=lawyer.unit)
    now, today = timezone.now(), timezone.localdate()
    values = {"post": post, "lawyer": lawyer, "day": today, "planned_by": lawyer, "planned_at": now}
    DutyShift.objects.create(begins=time(9), ends=time(12), **values)
    shift = DutyShift.objects.create(begins=time(14), ends=time(17), **values)
    ShiftSwap.objects.create(shift=shift, asker=lawyer, asked=lawyer, proposed_at=now)


def _mediate(drive: Drive, arrive: Callable[..., Any]) -> None:
    """Mediations at each point: a session to write down, an answer to come, an agreement made and missed."""
    today, mediator = timezone.localdate(), drive.mediator
    first = Case.objects.filter(stage=Stage.MEDIATION).earliest("pk")
    mediation.plan_session(first.pk, mediator, timezone.now(), "调解室", "电话通知双方")
    mediation.propose(first.pk, mediator, "EMPLOYER", today, "付一半", Decimal(100))
    accepted = drive.to_mediation(arrive("+8613800007001").case)
    row = mediation.propose(accepted.pk, mediator, "MEDIATOR", today, "全付", Decimal(200))
    for side in ("WORKER", "EMPLOYER"):
        mediation.answer(accepted.pk, mediator, row.pk, side, "ACCEPTS", today, "")
    missed = drive.agree(drive.to_mediation(arrive("+8613800007002").case), (today, "100.00"))
    Instalment.objects.of(missed).update(due=today - timedelta(days=1))


def _gather(drive: Drive, arrive: Callable[..., Any], supervisor: Staff) -> None:
    """A collective case that another one has joined, and one that may be confirmed."""
    found = [drive.write_intake(arrive(f"+861380000800{n}").case) for n in range(3)]
    Case.objects.filter(pk__in=[case.pk for case in found]).update(persons=12)
    collectives.confirm(found[0].pk, supervisor, "WAGES", "支付工资")
    joined = collectives.join(found[0].pk, found[1].pk, supervisor, "同一单位")
    assert joined.phone


def _ring(agent: Staff, sid: str) -> None:
    now = timezone.now()
    call = call_arrived(sid, "+8613900000001", now, voicemail=False)
    calls.wait(call.pk, "", now)
    seats.set_available(agent)
    seats.seen(agent.pk, now)
    assert offers.offer_waiting(now) == 1


def _missed(sid: str) -> None:
    now = timezone.now()
    call = call_arrived(sid, "+8613900000002", now, voicemail=False)
    calls.end(call.pk, now)


def sheets_of(username: str, browser: Client) -> Iterator[Sheet]:
    """Every kind of form that this person meets on the way from one page to the next."""
    # The second agent has a call to wrap up; all else is shown to the first one, too.
    start = ["/desk/"] if username == "agent2" else START
    waiting, seen, found = list(start), set[str](), set[tuple[str, frozenset[str]]]()
    looked: Counter[str] = Counter()
    while waiting:
        path = waiting.pop(0)
        kind = name_of(path)
        if path in seen or not kind or looked[kind] >= MOST.get(kind, 1):
            continue
        seen.add(path)
        answer = browser.get(path)
        if answer.status_code != 200 or "html" not in answer.headers["Content-Type"]:
            continue
        looked[kind] += 1
        page = read(path, answer.content.decode())
        if start is START:
            waiting += [urlsplit(urljoin(path, link)).path for link in page.links]
            waiting += [f"{path}parts/links/"] if kind == "case" else []  # fetched once it is in sight
        for form in page.forms:
            for sheet in _sheets(username, path, form):
                if (key := (sheet.name, frozenset(form.values))) not in found:
                    found.add(key)
                    yield sheet


def _sheets(username: str, page: str, form: Form) -> Iterator[Sheet]:
    """Where a form goes: when it is sent, and as it is typed."""
    for to in (form.action or page, form.autosave):
        action = urlsplit(urljoin(page, to)).path
        if form.method.lower() == "post" and to and (name := name_of(action)):
            yield Sheet(username, page, action, name, form)


def name_of(path: str) -> str:
    """The name of the address, empty where there is none."""
    try:
        return str(resolve(path).url_name or "")
    except Resolver404:
        return ""


def posted_to(browsers: dict[str, Client], case: Case) -> set[str]:
    """The names of all addresses outside of the carrier's that take a POST, as they say themselves."""
    found = set()
    for route, pattern in _patterns(get_resolver()):
        if not route.startswith(("twilio/", "health/")) and _takes_post(route, pattern, browsers, case):
            found.add(str(pattern.name))
    return found


def _takes_post(route: str, pattern: URLPattern, browsers: dict[str, Client], case: Case) -> bool:
    parts = [
        str(case.pk) if p.startswith("<int:") else "x" if p.startswith("<") else p for p in route.split("/")
    ]
    for browser in browsers.values():
        answer = browser.generic("PROPFIND", "/" + "/".join(parts))
        if answer.status_code == 405:
            return "POST" in answer.headers["Allow"]
    return False


def _patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _patterns(entry, prefix + str(entry.pattern))
        else:
            yield prefix + str(entry.pattern), entry
