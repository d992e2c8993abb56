"""Files are read once by the worker, found by what stands in them, and noted where they cannot be read."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from hotline.actions import notes, readings
from hotline.enums import ReadingProblem
from hotline.models import Attachment, AttachmentText, Case, SearchMark, Staff
from search import attachments, build
from search.find import find
from tests.search.test_reading import docx, locked, pdf

Drained = Callable[[], int]


@pytest.fixture
def attach(case: Case, agent: Staff, settings: Any, tmp_path: Any) -> Callable[..., Attachment]:
    settings.MEDIA_ROOT = tmp_path / "media"

    def upload(name: str, content: bytes, **changes: Any) -> Attachment:
        return notes.attach(case.pk, agent, name, len(content), BytesIO(content), **changes)

    return upload


def read() -> int:
    return attachments.read_due(timezone.now())


def test_a_word_file_and_a_pdf_are_found_by_what_stands_in_them(
    attach: Callable[..., Attachment], drained: Drained, case: Case, supervisor: Staff
) -> None:
    attach("通知.docx", docx("解除劳动合同通知书"))
    attach("证明.pdf", pdf("拖欠工资证明"))
    attach("图.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 40)
    drained()
    version = Case.objects.get(pk=case.pk).version
    assert find(supervisor, "解除劳动").total == 0
    assert read() == 2
    assert drained() == 1
    for words, name in (("劳动合同通知", "通知.docx"), ("欠工资证明", "证明.pdf")):
        found = find(supervisor, words)
        assert found.total == 1
        assert [str(one.label) for one in found.cases[0].snippets] == [name]
        assert f"<mark>{words}</mark>" in found.cases[0].snippets[0].html
    assert Case.objects.get(pk=case.pk).version == version
    assert read() == 0


def test_what_cannot_be_read_is_noted_and_not_tried_again(attach: Callable[..., Attachment]) -> None:
    row = attach("密.pdf", locked(pdf("工资"), "secret"))
    SearchMark.objects.all().delete()
    assert read() == 1
    noted = AttachmentText.objects.get(pk=row.pk)
    assert (noted.text, noted.problem, noted.due_at) == ("", ReadingProblem.ENCRYPTED, None)
    assert not SearchMark.objects.exists()
    assert read() == 0


def test_a_sensitive_file_is_neither_read_nor_in_the_index(
    attach: Callable[..., Attachment], case: Case
) -> None:
    early = attach("诊断.docx", docx("肺部阴影"))
    later = attach("化验.docx", docx("血铅超标"), sensitive=True)
    assert not AttachmentText.objects.filter(pk=later.pk).exists()
    Attachment.objects.filter(pk=early.pk).update(sensitive=True)  # before the worker came to it
    assert read() == 0
    assert AttachmentText.objects.get(pk=early.pk).due_at is None
    kept = build.document(build.with_texts(Case.objects.all()).get(pk=case.pk)).texts
    assert not [text for text in kept if "docx" in text or "肺部" in text or "血铅" in text]


def test_two_workers_do_not_read_one_file_and_a_killed_ones_claim_runs_out(
    attach: Callable[..., Attachment],
) -> None:
    row = attach("通知.docx", docx("解除"))
    now = timezone.now()
    assert readings.claim(row.pk, now) is not None
    assert readings.claim(row.pk, now) is None
    assert readings.due(now + readings.LEASE + timedelta(seconds=1)) == [row.pk]


def test_a_file_at_which_readers_die_is_given_up(attach: Callable[..., Attachment]) -> None:
    row = attach("通知.docx", docx("解除"))
    now = timezone.now()
    for _n in range(readings.TRIES):
        assert readings.claim(row.pk, now) is not None
        now += readings.LEASE + timedelta(seconds=1)
    assert readings.claim(row.pk, now) is None
    noted = AttachmentText.objects.get(pk=row.pk)
    assert (noted.problem, noted.due_at) == (ReadingProblem.TOO_LARGE, None)


def test_a_text_is_kept_once(attach: Callable[..., Attachment]) -> None:
    row = attach("通知.docx", docx("解除"))
    readings.keep(row.pk, "第一次")
    readings.keep(row.pk, "第二次")
    assert AttachmentText.objects.get(pk=row.pk).text == "第一次"


def test_an_identity_number_in_a_file_is_hidden_and_found_as_a_whole(
    attach: Callable[..., Attachment], drained: Drained, supervisor: Staff, index: Any
) -> None:
    attach("名单.txt", "周明 37020219900307123X".encode())
    read()
    drained()
    assert find(supervisor, "19900307").total == 0
    found = find(supervisor, "37020219900307123x")
    assert found.total == 1
    assert "19900307" not in str(find(supervisor, "周明").cases[0].snippets)


def test_whoever_adds_a_file_says_that_it_is_sensitive_and_the_page_says_what_cannot_be_found(
    case: Case, agent: Staff, client_of: Callable[[Staff], Any], settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    client = client_of(agent)
    where = reverse("upload", args=[case.pk])
    client.post(where, {"file": SimpleUploadedFile("化验.docx", docx("血铅超标")), "sensitive": "1"})
    client.post(where, {"file": SimpleUploadedFile("密.pdf", locked(pdf("工资"), "secret"))})
    assert read() == 1
    page = client.get(reverse("case", args=[case.pk])).content.decode()
    assert list(Attachment.objects.order_by("pk").values_list("sensitive", flat=True)) == [True, False]
    assert "敏感文件，不提供内容搜索" in page
    assert "文件有密码保护" in page
