"""The papers in the browser: what is missing with its place, making one, its files, the templates."""

from collections.abc import Callable
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from hotline.enums import DocumentKind
from hotline.models import Access, Case, Document, DocumentTemplate, Staff
from tests.conftest import Drive
from tests.workflows.documents.conftest import asked, mediated, referred, reviewed, written
from workflows.documents import layout

__all__ = ["mediated", "referred", "reviewed", "written"]
pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Client]
KIND = DocumentKind.RETURN_VISIT


def test_what_is_missing_is_named_with_a_link_and_nothing_typed_is_lost(
    case: Case, drive: Drive, lawyer: Staff, client_of: SignIn
) -> None:
    drive.to_review(case)
    page = client_of(lawyer).post(
        f"/cases/{case.pk}/papers/{KIND}/", {"remark": "电话里很客气", "action": "make"}
    )
    words = page.content.decode()
    assert page.status_code == 400 and not Document.objects.exists()
    assert f"/cases/{case.pk}/sections/CALLER/" in words and 'href="#paper_satisfaction"' in words
    assert words.count("电话里很客气") == 2  # in its field and on the sheet


def test_a_paper_is_previewed_made_looked_at_and_made_again(
    reviewed: Case, lawyer: Staff, client_of: SignIn
) -> None:
    browser = client_of(lawyer)
    there, said = f"/cases/{reviewed.pk}/papers/{KIND}/", asked(KIND)
    assert "张建军" in browser.post(there, said).content.decode() and not Document.objects.exists()
    made = browser.post(there, {**said, "action": "make"}, follow=True).content.decode()
    paper = Document.objects.get()
    assert paper.number in made and paper.sha256 in made
    assert (
        said["remark"] in browser.get(there).content.decode()
    )  # the next version begins with what the last said
    browser.post(there, {**said, "remark": "补充", "action": "make"})
    listed = browser.get(f"/cases/{reviewed.pk}/papers/").content.decode()
    assert listed.count(paper.number) >= 3 and "2" in listed
    page = browser.get(f"/cases/{reviewed.pk}/").content.decode()
    assert paper.number in page and f"制作{KIND.label}" in page


def test_files_are_downloads_and_each_look_is_noted(reviewed: Case, lawyer: Staff, client_of: SignIn) -> None:
    browser = client_of(lawyer)
    browser.post(f"/cases/{reviewed.pk}/papers/{KIND}/", {**asked(KIND), "action": "make"})
    paper = Document.objects.get()
    answer = browser.get(f"/papers/{paper.pk}/docx/")
    assert b"".join(answer.streaming_content).startswith(b"PK")  # type: ignore[attr-defined]
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert browser.get(f"/papers/{paper.pk}/pdf/").status_code == 404
    paper.pdf.save("a.pdf", ContentFile(b"%PDF-1.7"))
    assert b"".join(browser.get(f"/papers/{paper.pk}/pdf/").streaming_content) == b"%PDF-1.7"  # type: ignore[attr-defined]
    looks = (
        Access.objects.filter(what="document", case=reviewed).order_by("pk").values_list("detail", flat=True)
    )
    assert [detail.split()[-1] for detail in looks] == ["docx", "pdf", "pdf"]


def test_what_cannot_be_made_now_has_no_page(reviewed: Case, lawyer: Staff, client_of: SignIn) -> None:
    browser = client_of(lawyer)
    for path, status in (
        ("OPINION/", 409),
        ("CLOSING_REPORT/", 409),
        ("NONSENSE/", 404),
        ("REFERRAL/?measure=9", 404),
    ):
        assert browser.get(f"/cases/{reviewed.pk}/papers/{path}").status_code == status, path


def bring(browser: Client, words: str) -> "tuple[int, str]":
    file = BytesIO(layout.build(words, "t"))
    file.name = "我的模板.docx"
    answer = browser.post(f"/templates/{KIND}/", {"action": "bring", "file": file}, follow=True)
    return answer.status_code, answer.content.decode()


GOOD = (
    "# 新模板\n{{ number }}{{ worker.name }}{{ asked.visited_at }}{{ asked.reached }}{{ asked.satisfaction }}"
)


def test_a_template_is_checked_looked_at_taken_into_use_and_put_back(
    reviewed: Case, lawyer: Staff, admin: Staff, client_of: SignIn
) -> None:
    browser, there = client_of(admin), f"/cases/{reviewed.pk}/papers/{KIND}/"
    status, words = bring(browser, GOOD + "{{ worker.nmae }}")
    assert status == 400 and "worker.nmae" in words and not DocumentTemplate.objects.exists()
    status, words = bring(browser, GOOD)
    assert status == 200 and "新模板" in words and not DocumentTemplate.objects.get().in_use
    maker = client_of(lawyer)
    assert "新模板" not in maker.get(there).content.decode()
    browser.post(f"/templates/{KIND}/", {"action": "use", "version": "1"})
    maker.post(there, {**asked(KIND), "action": "make"})
    paper = Document.objects.get()
    assert paper.text.startswith("新模板") and paper.template == DocumentTemplate.objects.get()
    browser.post(f"/templates/{KIND}/", {"action": "use", "version": "0"})
    assert "新模板" not in maker.get(there).content.decode()
    assert browser.post(f"/templates/{KIND}/", {"action": "use", "version": "7"}).status_code == 409
    assert set(Access.objects.filter(what__startswith="template.").values_list("what", "detail")) == {
        ("template.brought", "RETURN_VISIT 1"),
        ("template.used", "RETURN_VISIT 1"),
        ("template.used", "RETURN_VISIT 0"),
    }
    assert browser.get(f"/templates/{KIND}/1/").content.startswith(b"PK")
    assert browser.get(f"/templates/{KIND}/2/").status_code == 404
