"""Files that are too large, of a wrong kind, or with a path in their name: refused with the limit named."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hotline.models import Attachment, Case, Staff

pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Client]
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


def test_a_file_over_the_limit(case: Case, agent: Staff, client_of: SignIn, settings: object) -> None:
    settings.HOTLINE_ATTACHMENT_MIB = 1  # type: ignore[attr-defined]
    large = SimpleUploadedFile("大.png", PNG + bytes(1024 * 1024))
    answer = client_of(agent).post(f"/cases/{case.pk}/files/", {"file": large}, follow=True)
    assert "1 MiB" in answer.content.decode() and not Attachment.objects.exists()


def test_a_wrong_kind_names_those_that_are_taken(case: Case, agent: Staff, client_of: SignIn) -> None:
    file = SimpleUploadedFile("a.png", b"MZ" + bytes(60))
    answer = client_of(agent).post(f"/cases/{case.pk}/files/", {"file": file}, follow=True)
    assert "pdf, jpg" in answer.content.decode() and not Attachment.objects.exists()


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "C:\\Users\\x\\工资条.png", "a/b.png", "/etc/b.png", "a&#47;b.png", "b\x07.png"],
)
def test_a_path_in_the_name(case: Case, agent: Staff, client_of: SignIn, name: str) -> None:
    answer = upload(client_of(agent), case, name)
    assert "路径" in answer and not Attachment.objects.exists()


@pytest.mark.parametrize("name", ["..", ".", ""])
def test_no_name_at_all(case: Case, agent: Staff, client_of: SignIn, name: str) -> None:
    upload(client_of(agent), case, name)
    assert not Attachment.objects.exists()


def test_a_name_with_signs_goes_up_and_comes_down_whole(case: Case, agent: Staff, client_of: SignIn) -> None:
    name = "=HYPERLINK(1) 工资;filename=x.exe.png"
    upload(client_of(agent), case, name)
    row = Attachment.objects.get()
    assert row.name == name and "HYPERLINK" not in row.file.name
    answer = client_of(agent).get(f"/files/{row.pk}/")
    assert b"".join(answer.streaming_content).startswith(PNG)  # type: ignore[attr-defined]
    header = answer["Content-Disposition"]
    assert header.startswith("attachment; filename*=utf-8''") and "\n" not in header


def upload(browser: Client, case: Case, name: str) -> str:
    """Send a picture under `name` exactly as it is written, which Django's own client would clean."""
    body = (
        (
            f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: image/png\r\n\r\n"
        ).encode()
        + PNG
        + b"\r\n--b--\r\n"
    )
    answer = browser.post(
        f"/cases/{case.pk}/files/", body, content_type="multipart/form-data; boundary=b", follow=True
    )
    return answer.content.decode()
