"""Each paper from a case at its stage; what is missing is named; numbers without gaps; words as typed."""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from hotline.actions import documents
from hotline.enums import Answer, DocumentKind, MeasureKind, Role, Rung, Section, Stage
from hotline.errors import Conflict, Invalid, NotAllowed
from hotline.models import Case, Document, Measure, NumberSeries, Staff
from tests.conftest import Drive, make_staff
from tests.workflows.documents.conftest import asked
from workflows.decisions import Decision
from workflows.documents import fields, making, printing
from workflows.documents.facts import Request, facts, first_words
from workflows.documents.kinds import KINDS
from workflows.measures import steps
from workflows.measures.kinds import MeasureDecision as D

pytestmark = pytest.mark.django_db
K = DocumentKind
TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def a_day(time_machine: Any) -> None:
    time_machine.move_to("2026-11-23 10:00:00+08:00", tick=True)


def make(case: Case, actor: Staff, kind: K, measure: Measure | None = None, **changes: str) -> Document:
    return making.make(case.pk, actor, kind, asked(kind, **changes), measure.pk if measure else None)


def measure_of(case: Case, actor: Staff, kind: MeasureKind, **more: Any) -> Measure:
    runs = {"on": TODAY} if steps.KINDS[kind].runs else {}
    return steps.begin(
        case.pk, actor, kind, **{"purpose": "追回工资", "addressee": "市南区某机构", **runs, **more}
    )


def decide(measure: Measure, actor: Staff, decision: D, **details: Any) -> Measure:
    task = steps.task_of(measure)
    assert task is not None
    return steps.complete(task.pk, actor, decision, {"on": TODAY, "note": "已记录", **details})


def words(paper: Document) -> str:
    with paper.file.open("rb") as file:
        return printing.words(file.read())


AT: dict[Stage, list[K]] = {
    stage: [
        code for code, kind in KINDS.items() if stage in kind.stages and not kind.measures and not kind.rung
    ]
    for stage in Stage
}


def test_every_paper_of_the_legal_review(reviewed: Case, lawyer: Staff) -> None:
    mediation = {K.MEDIATION_APPLICATION, K.ORAL_RECORD}  # those name the mediation's unit and day
    for kind in [kind for kind in AT[Stage.LEGAL_REVIEW] if kind not in mediation]:
        paper = make(reviewed, lawyer, kind)
        said = words(paper)
        assert paper.number in said and "【" not in said and "{" not in said, kind
        assert said == paper.text and paper.version == 1


def test_every_paper_of_the_mediation(mediated: Case, mediator: Staff, lawyer: Staff) -> None:
    agreement = make(mediated, mediator, K.MEDIATION_AGREEMENT)
    assert agreement.number == "青工调〔2026〕1号" and agreement.about.startswith("mediation:")
    assert "人民币叁万壹仟元整" in agreement.text and "一式叁份" in agreement.text
    assert "二、双方再无其他争议。" in agreement.text.splitlines()  # a paragraph of its own
    for kind in (K.MEDIATION_APPLICATION, K.ORAL_RECORD):
        assert "张建军，男，38岁" in make(mediated, lawyer, kind).text


def test_every_paper_of_the_arbitration(referred: Case, lawyer: Staff) -> None:
    referred.person.identity_number = "379999198803140170"
    referred.person.save()
    made = {kind: make(referred, lawyer, kind) for kind in AT[Stage.ARBITRATION]}
    for paper in made.values():  # whoever signs writes these on the paper
        assert "379999198803140170" not in paper.text and "13800005678" not in paper.text
    listed = made[K.EVIDENCE_LIST].text
    assert "1\t劳动合同\t1-3\t复印件\t1\t劳动关系\t申请人保管\t否" in listed
    assert "2\t银行流水\t4\t复印件，原件已核对\t1\t工资标准\t银行\t否" in listed
    assert "3\t考勤记录\t—\t—\t1\t出勤\t用人单位掌握\t是" in listed
    application = made[K.ARBITRATION_APPLICATION].text
    for needed in (
        "张建军，男，38岁",
        "职业：",
        "王示例，执行董事",
        "31,000.00元（人民币叁万壹仟元整）",
        "副本壹份",
    ):
        assert needed in application


def test_every_paper_of_a_closed_case(reviewed: Case, lawyer: Staff, drive: Drive) -> None:
    case = drive.finish(drive.complete(reviewed, lawyer, Decision.ANSWERED, note="已告知权利"))
    for kind in AT[Stage.CLOSED]:
        if kind not in {K.MEDIATION_AGREEMENT, K.TRANSFER}:
            assert make(case, lawyer, kind).number
    assert "已告知权利" in Document.objects.get(kind=K.CLOSING_REPORT).text
    with pytest.raises(Conflict):
        make(case, lawyer, K.POWER_OF_ATTORNEY)


def test_a_matter_that_is_not_ours_is_handed_over_by_letter(
    case: Case, drive: Drive, agent: Staff, client_of: Callable[[Staff], Client]
) -> None:
    drive.write_intake(case)
    drive.save(case, Section.CALLER, agent, name="苏先生")
    drive.save(case, Section.INTAKE, agent, employed_until=date(2026, 4, 30), known_on=None)
    with pytest.raises(Conflict):
        make(case, agent, K.TRANSFER)
    told = {"code": "Z05", "body": "潍坊市总工会", "phone": "0536-12351", "note": "单位在高密，已告知"}
    case = drive.complete(case, agent, Decision.TRANSFERRED, **told)
    client, page = client_of(agent), f"/cases/{case.pk}/"
    assert f"{page}papers/TRANSFER/" in client.get(page).content.decode()
    first = first_words(Request(case, K.TRANSFER, agent))
    # The employment ended on 30 April 2026; the year ends on Fri 30 Apr 2027, though our clock stopped.
    assert first["terms"] == "仲裁时效按已登记的事实至2027年4月30日届满"
    assert first["reason"] == "单位在高密，已告知"
    paper = make(case, agent, K.TRANSFER, terms=first["terms"])
    assert paper.number == "青工转办〔2026〕1号" and paper.about.startswith("transfer:")
    assert "潍坊市总工会：" in paper.text and "2027年4月30日" in paper.text and "回" in paper.text
    shown = client.get(page).content.decode()
    assert paper.number in shown and f"{page}papers/TRANSFER/" not in shown


@pytest.mark.parametrize("kind", [code for code, kind in KINDS.items() if kind.measures])
def test_every_paper_of_a_measure(reviewed: Case, lawyer: Staff, supervisor: Staff, kind: K) -> None:
    measure = measure_of(reviewed, lawyer, sorted(KINDS[kind].measures)[0])
    if kind == K.AID_ASSIGNMENT:
        with pytest.raises(making.NotComplete) as refused:
            make(reviewed, lawyer, kind, measure)
        assert [one.name for one in refused.value.missing] == ["measure.approver", "measure.approved_on"]
        measure = decide(decide(measure, lawyer, D.READY), supervisor, D.APPROVED)
    paper = make(reviewed, lawyer, kind, measure)
    assert paper.measure == measure and paper.about == f"measure:{measure.pk}"
    with pytest.raises(Conflict):
        make(reviewed, lawyer, kind)  # of no measure
    other = measure_of(reviewed, lawyer, MeasureKind.NEGOTIATION)
    with pytest.raises(Conflict):
        make(reviewed, lawyer, kind, other)


def test_the_tests_above_make_every_kind() -> None:
    free = {
        kind
        for stage in (Stage.LEGAL_REVIEW, Stage.MEDIATION, Stage.ARBITRATION, Stage.CLOSED)
        for kind in AT[stage]
    }
    assert free | {c for c, k in KINDS.items() if k.measures or k.rung} == set(K)


def sign(case: Case, lawyer: Staff, supervisor: Staff, rung: Rung, **more: Any) -> Measure:
    letter = measure_of(case, lawyer, MeasureKind.LETTER, rung=rung, **{"addressee": "", **more})
    letter = decide(
        letter, lawyer, D.TO_SIGN, text="青岛示例制帽有限公司：\n经查，你单位拖欠工资。\n请依法支付。"
    )
    return decide(letter, supervisor, D.SIGNED)


def test_letters_are_made_at_their_signature_and_in_no_other_way(
    reviewed: Case, lawyer: Staff, supervisor: Staff
) -> None:
    with pytest.raises(Conflict):
        make(reviewed, supervisor, K.OPINION)
    letter = sign(reviewed, lawyer, supervisor, Rung.OPINION)
    paper = letter.documents.get()
    assert (paper.kind, paper.number, paper.made_by) == (K.OPINION, "青工监意〔2026〕1号", supervisor)
    for needed in ("青岛示例制帽有限公司：", "请依法支付。", "签发人：周主管", "2026年11月23日"):
        assert paper.text.splitlines().count(needed) == 1
    letter = decide(letter, lawyer, D.SENT)
    letter = decide(letter, lawyer, D.UNHEEDED)
    proposal = sign(reviewed, lawyer, supervisor, Rung.PROPOSAL, addressee="市南区人力资源和社会保障局")
    text = proposal.documents.get().text
    assert "青工监意〔2026〕1号" in text and "市南区人力资源和社会保障局：" in text
    assert sign(reviewed, lawyer, supervisor, Rung.REMINDER).documents.get().kind == K.REMINDER


def test_no_letter_without_consent_takes_a_number(reviewed: Case, lawyer: Staff, supervisor: Staff) -> None:
    letter = measure_of(reviewed, lawyer, MeasureKind.LETTER, rung=Rung.OPINION)
    letter = decide(letter, lawyer, D.TO_SIGN, text="……")
    reviewed.person.may_disclose = Answer.NO
    reviewed.person.save()
    with pytest.raises(Invalid):
        decide(letter, supervisor, D.SIGNED)
    letter.case.person.refresh_from_db()
    with pytest.raises(Invalid, match="agreed|同意"):
        making.sign(letter, supervisor)
    assert (
        not Document.objects.exists() and not NumberSeries.objects.filter(key__startswith="paper.").exists()
    )


def test_what_is_missing_is_named_with_the_place_where_it_is_written(
    case: Case, drive: Drive, lawyer: Staff
) -> None:
    drive.to_review(case)
    with pytest.raises(making.NotComplete) as refused:
        making.make(case.pk, lawyer, K.POWER_OF_ATTORNEY, {"attorney": "李律师"})
    missing = refused.value.missing
    places = {one.name: fields.section_of(one) or fields.own_field(one) for one in missing}
    assert places == {
        "worker.name": Section.CALLER,
        "worker.sex": Section.CALLER,
        "worker.born": Section.CALLER,
        "worker.address": Section.CALLER,
        "asked.firm": "firm",
        "respondent_names": Section.EMPLOYERS,
        "asked.procedure": "procedure",
        "asked.powers": "powers",
        "asked.term": "term",
    }
    assert all(fields.label(K.POWER_OF_ATTORNEY, one) for one in missing)
    assert (
        not Document.objects.exists() and not NumberSeries.objects.filter(key__startswith="paper.").exists()
    )


def test_a_cell_that_is_missing_in_a_list_is_named_with_its_line(
    referred: Case, lawyer: Staff, drive: Drive
) -> None:
    drive.save(
        referred, Section.EVIDENCE, lawyer, rows=[{"name": "证人证言", "kind": "WITNESS"}, {"name": "工资条"}]
    )
    with pytest.raises(making.NotComplete) as refused:
        make(referred, lawyer, K.EVIDENCE_LIST)
    assert {(one.name, one.row) for one in refused.value.missing} == {
        ("evidence.proves", 1),
        ("evidence.source", 1),
        ("evidence.pages", 2),
        ("evidence.proves", 2),
        ("evidence.source", 2),
    }
    drive.save(referred, Section.EVIDENCE, lawyer, rows=[])
    with pytest.raises(making.NotComplete):
        make(referred, lawyer, K.EVIDENCE_LIST)


def test_a_later_version_keeps_the_number(reviewed: Case, lawyer: Staff, agent: Staff) -> None:
    first = make(reviewed, lawyer, K.POWER_OF_ATTORNEY)
    second = make(reviewed, agent, K.POWER_OF_ATTORNEY, firm="青岛示例律师事务所")
    first.refresh_from_db()
    assert (second.number, second.version) == (first.number, 2)
    assert first.superseded_at is not None and second.superseded_at is None
    assert first.sha256 != second.sha256 and words(first) == first.text
    event = reviewed.events.filter(kind="document.made").last()
    assert event is not None and event.data["version"] == 2 and event.data["sha256"] == second.sha256


def test_each_kind_and_year_has_a_series_without_gaps(
    reviewed: Case, lawyer: Staff, arrive: Any, drive: Drive, time_machine: Any
) -> None:
    numbers = [
        make(reviewed, lawyer, K.POWER_OF_ATTORNEY).number,
        make(reviewed, lawyer, K.RETURN_VISIT).number,
    ]
    with pytest.raises(making.NotComplete):
        make(reviewed, lawyer, K.AID_APPLICATION, education="")
    numbers.append(make(reviewed, lawyer, K.AID_APPLICATION).number)
    time_machine.move_to("2027-01-02 10:00:00+08:00", tick=True)
    numbers.append(make(reviewed, lawyer, K.HARDSHIP_STATEMENT).number)
    assert numbers == ["青工授〔2026〕1号", "青工访〔2026〕1号", "青工援申〔2026〕1号", "青工困〔2027〕1号"]


TYPED = (
    '{{ 7*7 }}{% for x in claims %}<w:p/>&amp;]]>{_{ 8*8 }_}{#注#}\t=HYPERLINK("x")\u0007\u000c“引号”<img>'
)


def test_what_people_typed_is_printed_as_they_typed_it(reviewed: Case, lawyer: Staff, drive: Drive) -> None:
    drive.save(reviewed, Section.INTAKE, drive.agent, narrative=f"第一段{TYPED}\r\n第二段")
    paper = make(reviewed, lawyer, K.AID_APPLICATION, health=TYPED)
    plain = TYPED.replace("\u0007", "").replace("\u000c", "").strip()
    assert f"第一段{plain}" in paper.text.splitlines() and "第二段" in paper.text.splitlines()
    assert "49" not in paper.text and "64" not in paper.text
    assert paper.text.count(plain) == 2


def test_a_mediator_makes_papers_of_their_mediation_and_an_administrator_none(
    mediated: Case, mediator: Staff, admin: Staff, other_district: Any
) -> None:
    assert make(mediated, mediator, K.ORAL_RECORD)
    stranger = make_staff("m2", "外区调解", Role.MEDIATOR, other_district)
    for person in (stranger, admin):
        with pytest.raises(Exception) as refused:
            make(mediated, person, K.ORAL_RECORD)
        assert type(refused.value).__name__ == "NotVisible"
    mediated.mediations.create(unit=other_district, applied_on=TODAY)
    with pytest.raises(NotAllowed):
        make(mediated, mediator, K.ORAL_RECORD)


def test_a_failure_between_number_and_row_leaves_neither_number_nor_file(
    reviewed: Case, lawyer: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = set(Path(default_storage.path("")).rglob("*.docx"))
    with monkeypatch.context() as patch:
        patch.setattr(Document, "save", lambda *_a, **_k: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            make(reviewed, lawyer, K.POWER_OF_ATTORNEY)
    assert set(Path(default_storage.path("")).rglob("*.docx")) == before
    assert make(reviewed, lawyer, K.POWER_OF_ATTORNEY).number == "青工授〔2026〕1号"


def test_a_file_whose_making_was_killed_is_swept_away(
    reviewed: Case, lawyer: Staff, time_machine: Any
) -> None:
    paper = make(reviewed, lawyer, K.POWER_OF_ATTORNEY)
    orphan = default_storage.save("documents/2026/11/orphan.docx", ContentFile(b"PK"))
    assert documents.sweep(timezone.now()) == 0  # perhaps it is being made just now
    hour_ago = timezone.now().timestamp() - 3700
    os.utime(default_storage.path(orphan), (hour_ago, hour_ago))
    assert documents.sweep(timezone.now()) == 1
    assert not default_storage.exists(orphan) and default_storage.exists(paper.file.name)


def test_the_sample_case_fills_every_kind_and_has_the_shape_of_a_real_one(
    reviewed: Case, lawyer: Staff
) -> None:
    for kind in K:
        template = making.template_of(kind)[0]
        assert not printing.fill(template, fields.sample(kind)).missing, kind
    real, made_up = facts(Request(reviewed, K.AID_APPLICATION, lawyer)), fields.sample(K.AID_APPLICATION)
    assert set(real) == set(made_up)
    for name, value in made_up.items():
        if isinstance(value, dict) and name != "asked":
            assert set(real[name]) == set(value), name
        if isinstance(value, list) and real[name]:
            assert set(real[name][0]) == set(value[0]), name


def test_only_what_a_template_names_is_read_of_the_case(reviewed: Case, lawyer: Staff) -> None:
    template = making.template_of(K.POWER_OF_ATTORNEY)[0]
    named = printing.names(template)
    assert "worker" in named and not named & {"mediation", "letter", "papers"}
    request = Request(reviewed, K.POWER_OF_ATTORNEY, lawyer)
    whole, part = facts(request), facts(request, names=named)
    assert part == {name: whole[name] for name in named}
    for kind in K:
        assert printing.names(making.template_of(kind)[0]) <= set(whole), kind
