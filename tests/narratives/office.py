"""An office through whose own doors a narrative goes: the carrier's posts, and people's forms."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.test import Client
from django.utils import timezone

from deploy.tour.page import Form, read
from hotline.actions import sections
from hotline.enums import Channel, ClockState, Direction, DocumentKind, Role, Section
from hotline.models import Case, Document, Measure, Staff, Unit
from tests.conftest import make_staff
from tests.hotline.telephony.conftest import signature, voice
from workflows import reception, steps
from workflows.documents.kinds import KINDS
from workflows.measures import steps as measure_steps

Story = Mapping[str, Any]
LINES = {
    "representatives": "甲，住址略\n乙，住址略\n丙，住址略",
    "roll": "甲 | 1000 | 拖欠工资",
    "heads": "张某，总经理\n李某，经理",
    "evidence": "工资条",
}
"""What is typed into the papers' lists."""


@dataclass
class Office:
    """The cast with a browser each; `case` is the one that is handled now."""

    sign_in: Callable[[Staff], Client]
    people: dict[str, Staff] = field(default_factory=dict)
    browsers: dict[str, Client] = field(default_factory=dict)
    pk: int = 0
    calls: int = 0

    def __post_init__(self) -> None:
        city = Unit.objects.get(parent=None)
        district = Unit.objects.get(code="370202")
        cast = [
            ("agent", Role.AGENT, city), ("lawyer", Role.LAWYER, city), ("supervisor", Role.SUPERVISOR, city),
            ("mediator", Role.MEDIATOR, district),
        ]  # fmt: skip
        for name, role, unit in cast:
            self.people[name] = make_staff(name, f"{name}某", role, unit)
            self.browsers[name] = self.sign_in(self.people[name])

    @property
    def case(self) -> Case:
        """As the database has it now."""
        return Case.objects.select_related("person", "category", "unit").get(pk=self.pk)

    # --- Coming in -------------------------------------------------------------------------------
    def arrive(self, story: Story) -> Case:
        """The worker calls, or writes on the web."""
        self.calls += 1
        number = f"+8613900{int(story['id'][1:]):02d}{self.calls:04d}"
        if story["channel"] == "CALL":
            fields = voice(f"CA{self.calls:032x}", number)
            sign = signature("/twilio/voice/", fields, settings.HOTLINE_TWILIO_AUTH_TOKENS[0])
            answer = Client().post("/twilio/voice/", fields, headers={"X-Twilio-Signature": sign})
            assert answer.status_code == 200
            self.pk = Case.objects.get(interactions__provider_id=fields["CallSid"]).pk
        else:
            web = reception.Arrival(
                Channel.WEB, f"web-{self.calls}", number, number, Direction.INBOUND, timezone.now(), "web"
            )
            self.pk = reception.receive(web).case.pk
        return self.case

    def write_down(self, story: Story) -> None:
        """The agent takes the case and writes down caller, employers, claims and what happened."""
        self.post("agent", "take-over/")
        caller = story["caller"]
        self.save("agent", Section.CALLER, {
            "name": caller["name"], "sex": caller["sex"], "union_member": caller["union_member"],
            "birth_date": "1980-05-06", "address": "青岛市市南区示例路1号",
            "priority_groups": story["priority_groups"], "may_text": "UNKNOWN",
            "may_disclose": "NO" if caller["confidential"] else "YES",
            **({"confidential": "on"} if caller["confidential"] else {}),
        })  # fmt: skip
        self.save("agent", Section.INTAKE, {
            "category": story["category"], "urgency": story["urgency"], "summary": story["title"],
            "request_kind": story["request_kind"], "narrative": story["narrative"], "wishes": story["wishes"],
            "district_code": story["district_code"], "street_code": story["street_code"],
            "employed_from": story["employed_from"] or "", "employed_until": story["employed_until"] or "",
            "known_on": story["known_on"] or "", "has_contract": story["has_contract"],
            "persons": story["persons"],
        })  # fmt: skip
        employers = [{**one, "address": "青岛市示例大道8号"} for one in story["employers"]]
        self.save("agent", Section.EMPLOYERS, _lines(employers))
        self.save("agent", Section.CLAIMS, _lines(story["claims"]))

    def save(self, who: str, section: Section, data: Mapping[str, Any]) -> None:
        """Save a section by its form."""
        revision = sections.revision_of(self.case, section).revision
        self.post(who, f"sections/{section}/", {**data, "revision": revision})

    def post(self, who: str, path: str, data: Mapping[str, Any] | None = None) -> None:
        """Post a form of the case's, which must be taken."""
        address = f"/cases/{self.pk}/{path}"
        answer = self.browsers[who].post(address, {k: v for k, v in (data or {}).items() if v is not None})
        words = answer.content.decode()
        refused = words.partition("error-summary")[2][:600] or words[:600]
        assert answer.status_code == 303, f"{who} {path}: {answer.status_code} {refused}"

    # --- The path --------------------------------------------------------------------------------
    def decide(self, who: str, decision: str, **details: Any) -> None:
        """Complete the present step."""
        task = steps.current_task(self.case)
        assert task is not None
        self.post(who, f"steps/{task.pk}/", {"decision": decision, **details})

    def review(self) -> None:
        """To a lawyer, who takes it on and writes an opinion."""
        self.decide("agent", "REVIEW")
        self.post("lawyer", "accept-review/")
        known = self.case.known_on or self.case.employed_until
        limitation = known.isoformat() if known else ""
        opinion = {"opinion": "单位应当依法办理。", "law": "劳动法", "limitation_from": limitation}
        self.save("lawyer", Section.REVIEW, opinion)
        claims = list(self.case.claims.values("kind", "amount", "period", "basis"))
        claims = [{**claim, "basis": claim["basis"] or "由律师核定"} for claim in claims]
        self.save("lawyer", Section.CLAIMS, _lines(claims))

    def mediate(self) -> None:
        """To mediation in the district, on an application that is made as a paper."""
        unit = self.people["mediator"].unit_id
        self.decide("lawyer", "MEDIATE", unit=unit, applied_on=timezone.localdate().isoformat())
        self.post("mediator", "take-over/")
        self.paper("MEDIATION_APPLICATION", who="mediator")

    def refer(self) -> None:
        """The mediation fails: to arbitration, with the application."""
        self.decide("mediator", "REFER", note="单位拒绝调解")
        self.save("lawyer", Section.REFERRAL, {
            "commission": "市南区劳动人事争议仲裁委员会", "ground": "PERFORMANCE", "jurisdiction": "市南区",
            "authority": "SPECIAL", "authorised_on": timezone.localdate().isoformat(),
        })  # fmt: skip
        piece = {"name": "工资条", "kind": "WAGES", "proves": "工资标准", "source": "申请人"}
        pieces = [{**piece, "page_from": 1, "page_to": 2}]
        self.save("lawyer", Section.EVIDENCE, _lines(pieces))
        self.paper("ARBITRATION_APPLICATION")
        self.paper("EVIDENCE_LIST")

    def back_to_review(self) -> None:
        """The mediation fails and the lawyer goes on."""
        self.decide("mediator", "REVIEW", note="未达成一致")

    def answer(self) -> None:
        """What is to be done is told, and the intake closes it."""
        self.decide("agent", "ANSWERED", note="已一次性告知办理途径和材料")

    def relief(self, who: str) -> None:
        """Relief for hardship, with its statement: begun where the case is, no lawyer has seen it."""
        begun = {
            "kind": "RELIEF",
            "purpose": "困难建档、医疗互助、金秋助学",
            "addressee": "市北区职工服务中心",
        }
        self.post(who, "measures/", begun)
        self.paper("HARDSHIP_STATEMENT", who=who)
        relief = self.case.measures.get()
        self.decided(who, relief, "FILED")
        self.decided("supervisor", relief, "GRANTED")

    def answer_there(self, who: str) -> None:
        """The unit tells the worker all at once and closes it."""
        self.decide(who, "ANSWERED", note="已一次性告知帮扶、互助、助学的材料，预约上门")

    def enforcement(self, on: str) -> None:
        """An application for enforcement, with its paper."""
        measure = self.measure("ENFORCEMENT", on=on)
        self.paper("ENFORCEMENT", measure)

    def dispatch(self, code: str, name: str) -> None:
        """To a unit, whose agent accepts it and writes on."""
        unit = Unit.objects.get(code=code)
        self.people[name] = make_staff(name, f"{code}坐席", Role.AGENT, unit)
        self.browsers[name] = self.sign_in(self.people[name])
        self.decide("agent", "DISPATCH", unit=unit.pk)
        self.post(name, "dispatch/accept/")

    def transfer(self, code: str, body: str, phone: str) -> None:
        """Not ours: told where to go."""
        self.decide("agent", "TRANSFERRED", code=code, body=body, phone=phone, note="已转交并告知来电人")

    # --- Beside the path -------------------------------------------------------------------------
    def measure(self, kind: str, on: str = "", **more: str) -> Measure:
        """The lawyer begins a measure."""
        begun = {"kind": kind, "purpose": "依法处理", "on": on, "addressee": "相关单位", **more}
        self.post("lawyer", "measures/", begun)
        return self.case.measures.latest("pk")

    def decided(self, who: str, measure: Measure, decision: str, **details: str) -> None:
        """Complete the present step of a measure."""
        measure.refresh_from_db()
        task = measure_steps.task_of(measure)
        assert task is not None
        told = {"decision": decision, "on": timezone.localdate().isoformat(), "note": "已办", **details}
        self.post(who, f"measures/{measure.pk}/steps/{task.pk}/", told)

    def tells_sex(self, sex: str) -> None:
        """Who was anonymous tells what the papers need."""
        person = self.case.person
        told = {"name": person.name, "sex": sex, "birth_date": "1980-05-06", "address": person.address}
        groups = {"priority_groups": person.priority_groups, "confidential": "on", "may_disclose": "NO"}
        self.save("agent", Section.CALLER, {**told, **groups})

    def letter(self, rung: str) -> None:
        """A supervision letter to the employer: drafted, signed by the supervisor, sent."""
        measure = self.measure("LETTER", rung=rung, addressee="")
        self.decided("lawyer", measure, "TO_SIGN", text="请贵单位依法自查并书面答复。")
        self.decided("supervisor", measure, "SIGNED")
        self.decided("lawyer", measure, "SENT", note="邮寄")

    def inspection(self) -> None:
        """A complaint to the labour inspection, with its paper."""
        measure = self.measure("INSPECTION")
        self.paper("INSPECTION_COMPLAINT", measure)
        self.decided("lawyer", measure, "FILED")

    def injury(self, on: str) -> None:
        """Guidance to the work injury application, with its paper."""
        measure = self.measure("INJURY", on=on)
        self.paper("INJURY_GUIDE", measure)

    def referral(self, body: str) -> None:
        """A referral to another body, with its paper."""
        measure = self.measure("REFERRAL", addressee=body)
        self.paper("REFERRAL", measure)
        self.decided("lawyer", measure, "SENT")

    def paper(self, kind: str, measure: Measure | None = None, who: str = "lawyer") -> None:
        """Make a paper: what its form asks besides what the case says is typed in."""
        address = f"/cases/{self.pk}/papers/{kind}/" + (f"?measure={measure.pk}" if measure else "")
        page = self.browsers[who].get(address)
        assert page.status_code == 200, f"{kind}: {page.status_code}"
        asks = {ask.name for ask in KINDS[DocumentKind(kind)].asks}
        forms = read(address, page.content.decode()).forms
        form = next((f for f in forms if asks & {*f.values, *f.texts, *f.choices}), None)
        typed = _filled(form, asks) if form else {}
        answer = self.browsers[who].post(address, {**typed, "action": "make"})
        missing = answer.content.decode().partition('id="missing"')[2][:800]
        assert answer.status_code == 303, f"{kind}: {missing}"

    def by_hand(self, rule: str, start: str) -> None:
        """A period that the lawyer runs by hand."""
        data = {"action": "add", "rule": rule, "start": start, "note": "来电所述"}
        answer = self.browsers["lawyer"].post(f"/cases/{self.pk}/deadlines/", data)
        assert answer.status_code == 302, answer.content.decode()[:800]

    def demand(self, until: str, words: str) -> None:
        """A day that the employer has set the worker."""
        data = {"action": "demand", "until": until, "words": words}
        answer = self.browsers["agent"].post(f"/cases/{self.pk}/deadlines/", data)
        assert answer.status_code == 302, answer.content.decode()[:800]

    def emergency(self) -> None:
        """The duty lead takes it over, reports it and releases it."""
        self.post("supervisor", "emergency/take/")
        for kind in ("oral", "written"):
            self.post("supervisor", "emergency/report/", {"kind": kind, "note": "已报值班领导"})
        self.post("supervisor", "emergency/release/", {"reason": "属地已到场，险情解除"})

    # --- A collective case -----------------------------------------------------------------------
    def confirm(self, kind: str, claim: str, **more: str) -> None:
        """The supervisor confirms a collective case."""
        self.post("supervisor", "collective/confirm/", {"kind": kind, "claim": claim, **more})

    def elect(self) -> None:
        """Members are written down and three of them are chosen to speak for all."""
        for n in range(3):
            self.post("agent", "collective/members/", {
                "name": f"工友{n}", "phone": f"1390000{self.pk:03d}{n}", "known_on": "2026-10-12",
                "may_disclose": "YES", **_lines([{"kind": "WAGES", "amount": 17500}]),
            })  # fmt: skip
        chosen = list(self.case.members.filter(name__startswith="工友").values_list("pk", flat=True))
        self.post("agent", "collective/speakers/", {
            "member": chosen, "on": timezone.localdate().isoformat(), "how": "全体签名",
            "powers": "代为调解、仲裁",
        })  # fmt: skip
        self.paper("REPRESENTATIVES")

    # --- What came of it -------------------------------------------------------------------------
    def dues(self) -> dict[str, set[date]]:
        """When each running period of the case ends."""
        found: dict[str, set[date]] = {}
        for rule, due in self.case.clocks.filter(state=ClockState.RUNNING).values_list("rule", "due"):
            found.setdefault(rule, set()).add(due)
        return found

    def made(self) -> set[str]:
        """The kinds of the papers that were made."""
        return set(Document.objects.filter(case=self.pk).values_list("kind", flat=True))


def _lines(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Lines as the form of a list sends them."""
    data: dict[str, Any] = {"rows-TOTAL_FORMS": len(rows), "rows-INITIAL_FORMS": 0}
    for at, row in enumerate(rows):
        data |= {f"rows-{at}-{name}": value for name, value in row.items() if value not in (None, "")}
    return data


def _filled(form: Form, names: set[str]) -> dict[str, str]:
    """The fields `names` as they stood, with something in each that was empty."""
    data = {}
    for name in names:
        stood = next(iter(form.values.get(name, [])), "")
        choices = [value for value in form.choices.get(name, {}) if value]
        data[name] = stood or (choices[0] if choices else LINES.get(name, "示例内容"))
    return data


def paper_kinds(names: str) -> set[str]:
    """Kinds of papers by their names."""
    return {str(DocumentKind(name)) for name in names.split()}
