"""The package for the commission: made as a whole, packed from rows, and nothing half."""

import re
from hashlib import sha256
from zipfile import ZipFile

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from hotline.actions import documents, notes
from hotline.enums import DocumentKind, Section
from hotline.errors import Conflict, Invalid, NotVisible
from hotline.models import Attachment, AttachmentText, Case, Document, NumberSeries, Staff
from search import build
from tests.conftest import Drive
from tests.workflows.documents.conftest import asked
from workflows.documents import making, package, printing


def attach(case: Case, name: str, content: bytes = b"%PDF-1.4") -> Attachment:
    row = Attachment(case=case, name=name, content_type="application/pdf", added_at=timezone.now())
    row.sha256, row.size = sha256(content).hexdigest(), len(content)
    row.file.save("a", ContentFile(content))
    return row


@pytest.fixture
def ready(referred: Case, lawyer: Staff) -> Case:
    """A referral for whose papers everything was written once."""
    for kind in (DocumentKind.ARBITRATION_APPLICATION, DocumentKind.POWER_OF_ATTORNEY):
        making.make(referred.pk, lawyer, kind, asked(kind))
    return referred


def test_what_is_missing_is_named_and_nothing_is_made(referred: Case, lawyer: Staff) -> None:
    with pytest.raises(Invalid) as caught:
        package.make(referred.pk, lawyer)
    assert set(caught.value.fields) == {"ARBITRATION_APPLICATION", "POWER_OF_ATTORNEY"}
    assert not Document.objects.filter(case=referred, kind="EVIDENCE_LIST").exists()
    assert not NumberSeries.objects.filter(key__startswith="paper.EVIDENCE_LIST").exists()
    with pytest.raises(Conflict):
        package.pack(referred)


def test_the_papers_are_made_once_and_again_when_the_case_says_something_else(
    ready: Case, lawyer: Staff, drive: Drive
) -> None:
    made = package.make(ready.pk, lawyer)
    assert [one.kind for one in made] == ["EVIDENCE_LIST", "CLAIMS_CALCULATION"]
    assert "月工资10000元" in made[1].text and "人民币叁万壹仟元整" in made[1].text
    assert package.make(ready.pk, lawyer) == []
    rows = [{"name": "工资条", "proves": "工资标准", "source": "本人", "page_from": 1}]
    drive.save(ready, Section.EVIDENCE, lawyer, rows=rows)
    again = {one.kind: one.version for one in package.make(ready.pk, lawyer)}
    assert again == {"EVIDENCE_LIST": 2, "ARBITRATION_APPLICATION": 2}


def test_everything_is_in_the_archive_and_its_list_has_the_hashes(
    ready: Case, lawyer: Staff, drive: Drive
) -> None:
    package.make(ready.pk, lawyer)
    identity, shown = attach(ready, "身份证.pdf", b"identity"), attach(ready, "../流水:1月.pdf", b"shown")
    attach(ready, "无关.pdf")
    notes.mark_identity(identity.pk, lawyer, True)
    row = {"name": "流水", "proves": "工资", "source": "银行", "page_from": 1, "attachment_id": shown.pk}
    drive.save(ready, Section.EVIDENCE, lawyer, rows=[row])
    package.make(ready.pk, lawyer)
    paper = ready.documents.get(kind="EVIDENCE_LIST", superseded_at=None)
    documents.pdf_made(paper, b"%PDF-1.7")
    with package.pack(ready) as content, ZipFile(content) as archive:
        found = archive.namelist()
        digests = {n: sha256(archive.read(n)).hexdigest() for n in found if n != package.LIST}
        said = printing.words(archive.read(package.LIST))
        assert archive.read("06 证据材料/证据1 _流水_1月.pdf") == b"shown"
    assert found == [
        "01 劳动人事争议仲裁申请书 青工仲申〔2026〕1号 正本.docx",
        "01 劳动人事争议仲裁申请书 青工仲申〔2026〕1号 副本1 青岛示例制帽有限公司.docx",
        "02 证据清单 青工证〔2026〕1号.docx",
        "02 证据清单 青工证〔2026〕1号.pdf",
        "03 授权委托书 青工授〔2026〕1号.docx",
        "04 仲裁请求计算清单 青工算〔2026〕1号.docx",
        "05 身份材料/1 身份证.pdf",
        "06 证据材料/证据1 _流水_1月.pdf",
        "00 递交材料目录.docx",
    ]
    assert all(digest in said for digest in digests.values())
    assert all(name in said for name in digests)
    assert digests[found[0]] == digests[found[1]]  # the copy for the respondent is the same paper


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("流水.pdf", "流水.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ('a\\b:c*d?"e<f>g|h.pdf', "a_b_c_d_e_f_g_h.pdf"),
        ("\u202efdp.exe", "_fdp.exe"),
        ("...", "_"),
        ("长" * 150 + ".pdf", "长" * 76 + ".pdf"),
    ],
)
def test_names_are_safe_on_any_system(name: str, plain: str) -> None:
    assert package.safe(name) == plain and not re.search(r'[/\\:*?"<>|\x00-\x1f]', package.safe(name))


def test_a_file_that_has_changed_since_is_not_handed_in(ready: Case, lawyer: Staff) -> None:
    package.make(ready.pk, lawyer)
    row = attach(ready, "身份证.pdf")
    notes.mark_identity(row.pk, lawyer, True)
    with default_storage.open(row.file.name, "wb") as file:
        file.write(b"other")
    with pytest.raises(Conflict):
        package.pack(ready)


def test_an_identity_paper_is_sensitive_from_then_on(case: Case, agent: Staff) -> None:
    row = attach(case, "身份证.pdf")
    AttachmentText.objects.create(attachment=row, text="青岛市示例路", due_at=timezone.now())
    assert "青岛市示例路" in {one.text for one in build.texts(case)}
    notes.mark_identity(row.pk, agent, True)
    row.refresh_from_db()
    assert row.sensitive and row.reading.text == "" and row.reading.due_at is None
    assert not {"青岛市示例路", "身份证.pdf"} & {
        one.text for one in build.texts(Case.objects.get(pk=case.pk))
    }
    version = Case.objects.get(pk=case.pk).version
    notes.mark_identity(row.pk, agent, True)
    assert Case.objects.get(pk=case.pk).version == version
    notes.mark_identity(row.pk, agent, False)
    row.refresh_from_db()
    assert not row.identity and row.sensitive  # what was read once may not be searched again


def test_nobody_else_makes_them(ready: Case, outsider: Staff) -> None:
    with pytest.raises(NotVisible):
        package.make(ready.pk, outsider)
