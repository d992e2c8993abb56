"""What papers say of a case, in Chinese: a tree of texts that templates print by name.

Identity numbers and telephone numbers are not among them: whoever signs a paper writes them on it.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from django.utils import timezone
from django.utils.translation import override

from hotline.actions import collectives
from hotline.enums import (
    Answer,
    Authority,
    ClaimKind,
    ClockState,
    DocumentKind,
    EmployerRole,
    EvidenceKind,
    Jurisdiction,
    MeasureKind,
    PriorityGroup,
    Rung,
    Sex,
)
from hotline.models import Agreement, Case, Document, Evidence, Measure, Referral, Staff
from workflows import rulebook, terms
from workflows.deadlines.rules import Unit
from workflows.documents.chinese import capitals, count, day, figures
from workflows.documents.kinds import KINDS
from workflows.measures.kinds import KINDS as MEASURES
from workflows.measures.kinds import MeasureDecision

Tree = dict[str, Any]
UNPAGED = frozenset({EvidenceKind.RECORDING, EvidenceKind.WITNESS})
"""Evidence that has no pages."""
UNITS = {Unit.WORKDAY: "个工作日", Unit.NATURAL: "日", Unit.MONTH: "个月", Unit.YEAR: "年"}
CELLS = {"roll": ("name", "amount", "claim")}
"""What stands in the cells of the lists that are written for one paper."""


@dataclass(frozen=True)
class Request:
    """Which paper is to be made of a case, by whom, and with what written for it alone."""

    case: Case
    kind: DocumentKind
    actor: Staff
    measure: Measure | None = None
    asked: Mapping[str, str] = field(default_factory=dict)


def facts(request: Request, number: str = "", names: Collection[str] | None = None) -> Tree:
    """What a template can name, or of it only `names`; what is not known is empty."""
    readers = _readers(request, number)
    with override("zh-hans"):
        return {name: read() for name, read in readers.items() if names is None or name in names}


def _readers(request: Request, number: str) -> dict[str, Callable[[], Any]]:
    """How each fact is read; what several of them need is read once."""
    case, asked, today = request.case, request.asked, timezone.localdate()
    respondents = cache(lambda: _respondents(case, asked.get("heads", "")))
    evidence = cache(lambda: _evidence(case))
    papers = cache(lambda: _papers(case))
    return {
        "number": lambda: number or "（编号待定）",
        "date": lambda: day(today),
        "now": lambda: f"{day(today)}{timezone.localtime():%H时%M分}",
        "organ": lambda: case.unit.name,
        "maker": lambda: request.actor.name,
        "copies": lambda: _copies(request),
        "worker": lambda: _worker(case),
        "respondents": respondents,
        "respondent": lambda: _first_of(respondents()),
        "respondent_names": lambda: "、".join(one["name"] for one in respondents()),
        "representatives": lambda: _representatives(case),
        "roll": lambda: rows_of(asked.get("roll", ""), CELLS["roll"]) or _members(case),
        "claims": lambda: _claims(case),
        "total": lambda: _total(case),
        "case": lambda: _case(case),
        "review": lambda: _review(case),
        "mediation": lambda: _mediation(case),
        "referral": lambda: _referral(case),
        "transfer": lambda: _transfer(case),
        "evidence": evidence,
        "evidence_names": lambda: "\n".join(row["words"] for row in evidence()),
        "papers": papers,
        "paper_names": lambda: "、".join(row["name"] for row in papers()),
        "measure": lambda: _measure(request.measure),
        "letter": lambda: _letter(request),
        "asked": lambda: {ask.name: asked.get(ask.name, "") for ask in KINDS[request.kind].asks},
    }


def first_words(request: Request) -> dict[str, str]:
    """What stands in the fields of a paper before anything was written into them."""
    asks = KINDS[request.kind].asks
    tree = facts(request, names={ask.first.split(".")[0] for ask in asks})
    return {ask.name: _first(tree, ask.first) for ask in asks}


def _first(tree: Tree, first: str) -> str:
    if first.startswith("="):
        return first[1:]
    value: Any = tree if first else ""
    for name in filter(None, first.split(".")):
        value = value.get(name, "")
    return str(value)


def rows_of(text: str, cells: tuple[str, ...]) -> list[Tree]:
    """The lines of a list with their cells between upright strokes; a cell that is not there is empty."""
    found: list[Tree] = []
    for line in filter(str.strip, text.splitlines()):
        said = [cell.strip() for cell in line.replace("｜", "|").split("|")] + [""] * len(cells)
        found.append({"no": str(len(found) + 1), **dict(zip(cells, said, strict=False))})
    return found


def _day(on: date | None) -> str:
    return day(on) if on else ""


def _sum(amount: Decimal | None) -> Tree:
    if amount is None:
        return {"amount": "", "capitals": ""}
    return {"amount": figures(amount), "capitals": capitals(amount)}


def _copies(request: Request) -> str:
    kind = KINDS[request.kind]
    each = max(request.case.employers.values("employer").distinct().count(), 1) if kind.each_respondent else 0
    return count(kind.copies + each)


def _worker(case: Case) -> Tree:
    person = case.person
    born, today = person.birth_date, timezone.localdate()
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day)) if born else ""
    groups = [str(PriorityGroup(g).label) for g in person.priority_groups if g in PriorityGroup.values]
    return {
        "name": person.name,
        "sex": "" if person.sex == Sex.UNKNOWN else str(Sex(person.sex).label),
        "age": str(age),
        "born": _day(born),
        "address": person.address,
        "groups": "、".join(groups) or "无",
        "member": "不详" if person.union_member == Answer.UNKNOWN else str(Answer(person.union_member).label),
    }


def _respondents(case: Case, heads: str) -> list[Tree]:
    lines = [line.strip() for line in heads.splitlines() if line.strip()]
    parts = case.employers.select_related("employer")
    return [
        {
            "name": part.employer.name,
            "role": str(EmployerRole(part.role).label),
            "code": part.employer.credit_code,
            "address": part.employer.address,
            "head": lines[at] if at < len(lines) else "",
        }
        for at, part in enumerate(parts)
    ]


def _first_of(respondents: list[Tree]) -> Tree:
    first = respondents[0] if respondents else {}
    return {name: first.get(name, "") for name in ("name", "address")}


def _claims(case: Case) -> list[Tree]:
    return [
        {
            "no": str(at),
            "name": str(ClaimKind(claim.kind).label) + (f"（{claim.period}）" if claim.period else ""),
            "basis": claim.basis,
            **_sum(claim.amount),
        }
        for at, claim in enumerate(case.claims.all(), 1)
    ]


def _total(case: Case) -> Tree:
    sums = [claim.amount for claim in case.claims.all() if claim.amount is not None]
    total = _sum(sum(sums, Decimal(0)) if sums else None)
    words = f"{total['amount']}元（{total['capitals']}）" if sums else ""
    return {**total, "words": words}


def _representatives(case: Case) -> str:
    """Who speaks for the members of a collective case, a line each."""
    speaking = collectives.taking_part(case).filter(represents=True) if collectives.of(case) else ()
    return "\n".join(one.name for one in speaking)


def _members(case: Case) -> list[Tree]:
    """The roll of a collective case: who takes part, what they ask for and how much."""
    if collectives.of(case) is None:
        return []
    members = collectives.taking_part(case).prefetch_related("claims")
    return [
        {
            "no": str(at),
            "name": member.name,
            "amount": figures(member.total) if member.total else "",
            "claim": "、".join(dict.fromkeys(str(ClaimKind(one.kind).label) for one in member.claims.all())),
        }
        for at, member in enumerate(members, 1)
    ]


def _case(case: Case) -> Tree:
    return {
        "number": case.number,
        "category": case.category.name_zh if case.category else "",
        "summary": case.summary,
        "narrative": case.narrative,
        "wishes": case.wishes,
        "persons": str(collectives.headcount(case) if collectives.of(case) else case.persons),
        "stage": str(case.get_stage_display()),
        "employed_from": _day(case.employed_from),
        "employed_until": _day(case.employed_until),
        "known_on": _day(case.known_on),
        "opened": day(timezone.localdate(case.opened_at)),
        "closed": day(timezone.localdate(case.closed_at)) if case.closed_at else "",
        "outcome": str(case.get_outcome_display()) if case.outcome else "",
        "outcome_note": case.outcome_note,
    }


def _review(case: Case) -> Tree:
    review = case.reviews.exclude(opinion="").select_related("lawyer").last()
    clock = case.clocks.filter(rule__startswith="limitation.", state=ClockState.RUNNING).first()
    due = _day(clock.due if clock else None)
    return {
        "opinion": review.opinion if review else "",
        "law": review.law if review else "",
        "lawyer": case.lawyer.name if case.lawyer else "",
        "limitation_from": _day(review.limitation_from if review else None),
        "limitation_due": due,
        "limitation_words": _limitation_words(due),
    }


def _mediation(case: Case) -> Tree:
    row = case.mediations.select_related("unit", "mediator").last()
    proposal = row.proposals.last() if row else None
    signed = Agreement.objects.filter(mediation=row).first() if row else None
    mediator = (row.mediator or case.mediator) if row else None
    return {
        "unit": row.unit.name if row else "",
        "mediator": mediator.name if mediator else "",
        "applied_on": _day(row.applied_on if row else None),
        "accepted_on": _day(row.accepted_on if row else None),
        "proposal": proposal.text if proposal else "",
        "payment": _payment(signed),
        "signed_on": _day(signed.on if signed else None),
        "notes": row.notes if row else "",
        "agreement": row.agreement if row else "",
        **_sum(row.amount if row else None),
    }


def _payment(agreement: Agreement | None) -> str:
    rows = list(agreement.instalments.all()) if agreement else []
    if len(rows) == 1:
        return f"于{day(rows[0].due)}前一次性支付{figures(rows[0].amount)}元。"
    return "；".join(f"第{row.number}期于{day(row.due)}前支付{figures(row.amount)}元" for row in rows)


def _referral(case: Case) -> Tree:
    row = Referral.objects.newest(case)
    return {
        "commission": row.commission if row else "",
        "jurisdiction": _jurisdiction(row) if row else "",
        "authority": str(Authority(row.authority).label) if row and row.authority else "",
        "authorised_on": _day(row.authorised_on if row else None),
        "filed_on": _day(row.filed_on if row else None),
        "reference": row.reference if row else "",
        "award": row.award if row else "",
    }


def _transfer(case: Case) -> Tree:
    """Where the case was handed over; its limitation runs on there, though no clock of ours does."""
    row = case.transfers.last()
    due = terms.limitation_end(case) if row else None
    return {
        "body": row.body if row else "",
        "phone": row.phone if row else "",
        "reason": row.reason if row else "",
        "limitation_words": _limitation_words(_day(due)),
    }


def _limitation_words(due: str) -> str:
    return f"仲裁时效按已登记的事实至{due}届满" if due else ""


def _jurisdiction(row: Referral) -> str:
    """The ground and the place, as 劳动合同履行地：市南区."""
    said = [str(Jurisdiction(row.ground).label) if row.ground else "", row.jurisdiction]
    return "：".join(filter(None, said))


def _evidence(case: Case) -> list[Tree]:
    return [
        {
            "no": str(at),
            "name": one.name,
            "pages": _pages(one),
            "form": "—" if one.held_by_employer else "复印件，原件已核对" if one.original_seen else "复印件",
            "copies": str(one.copies or 1),
            "proves": one.proves,
            "source": one.source or ("用人单位掌握" if one.held_by_employer else ""),
            "held": "是" if one.held_by_employer else "否",
            "words": f"{at}. {one.name}" + ("（由用人单位掌握）" if one.held_by_employer else ""),
        }
        for at, one in enumerate(case.evidence.all(), 1)
    ]


def _pages(one: Evidence) -> str:
    if one.page_from is None:
        return "—" if one.held_by_employer or one.kind in UNPAGED else ""
    return f"{one.page_from}" if one.page_to in (None, one.page_from) else f"{one.page_from}-{one.page_to}"


def _papers(case: Case) -> list[Tree]:
    made = case.documents.filter(superseded_at=None).exclude(kind=DocumentKind.CASE_INDEX)
    found: list[tuple[Any, str, str]] = [(d.made_at, str(d.get_kind_display()), d.number) for d in made]
    found += [(a.added_at, a.name, "附件") for a in case.attachments.filter(sensitive=False)]
    return [
        {"no": str(at), "name": name, "source": source, "on": day(timezone.localdate(when))}
        for at, (when, name, source) in enumerate(sorted(found), 1)
    ]


def _measure(measure: Measure | None) -> Tree:
    approved = _entry(measure, MeasureDecision.APPROVED) if measure else None
    return {
        "addressee": measure.addressee if measure else "",
        "purpose": measure.purpose if measure else "",
        "holder": measure.holder.name if measure and measure.holder else "",
        "approver": approved.actor.name if approved else "",
        "approved_on": _day(approved.on if approved else None),
    }


def _entry(measure: Measure, decision: MeasureDecision) -> Any:
    return measure.entries.filter(decision=decision).select_related("actor").last()


def _letter(request: Request) -> Tree:
    """A supervision letter's own words; empty where the paper is none."""
    measure, rung = request.measure, KINDS[request.kind].rung
    names = ("addressee", "text", "holder", "signer", "term", "before_on", "before_number")
    if measure is None or rung is None:
        return dict.fromkeys(names, "")
    employers = "、".join(part.employer.name for part in request.case.employers.select_related("employer"))
    addressee = measure.addressee or ("" if rung == Rung.PROPOSAL else employers)
    texts = list(measure.entries.exclude(text="").values_list("text", flat=True))
    before = _before(measure) if rung == Rung.PROPOSAL else None
    sent = _entry(before, MeasureDecision.SENT) if before else None
    paper = Document.objects.filter(measure=before, superseded_at=None).last() if before else None
    return {
        "addressee": addressee,
        "text": _without_addressee(texts[-1], addressee) if texts else "",
        "holder": measure.holder.name if measure.holder else request.actor.name,
        "signer": request.actor.name,
        "term": _term(rung),
        "before_on": _day(sent.on if sent else None),
        "before_number": paper.number if paper else "",
    }


def _without_addressee(text: str, addressee: str) -> str:
    """The words of a letter; whom it goes to is printed above them and is not said twice."""
    first, _newline, rest = text.strip().partition("\n")
    return rest if first.strip().rstrip(":：") == addressee else text


def _before(measure: Measure) -> Measure | None:
    """The letter of opinion that was not heeded."""
    opinions = measure.case.measures.filter(rung=Rung.OPINION, pk__lt=measure.pk).exclude(ended_at=None)
    return measure.after or opinions.last()


def _term(rung: Rung) -> str:
    rule = rulebook.fresh().get(MEASURES[MeasureKind.LETTER].by_rung[rung], timezone.localdate())
    return f"{rule.length}{UNITS[rule.unit]}"
