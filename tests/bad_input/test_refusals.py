"""Another unit's or lawyer's rows by their ids, the search and the socket: 404 or no hit, and it is noted."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from hotline import access
from hotline.enums import Role
from hotline.models import Access, Callback, Case, Offer, Staff, Unit
from search import outbox
from tests.bad_input.conftest import Rows
from tests.conftest import Drive, make_staff
from workflows import steps
from workflows.decisions import Decision

pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Client]
ADDRESSES = [
    ("post", "/offers/{offer}/accept/"),
    ("post", "/offers/{offer}/decline/"),
    ("post", "/calls/{call}/wrap-up/"),
    ("post", "/calls/{call}/hang-up/"),
    ("post", "/calls/{call}/hold/"),
    ("post", "/callbacks/{callback}/start/"),
    ("post", "/callbacks/{callback}/give-up/"),
    ("post", "/interactions/{interaction}/new-case/"),
    ("post", "/interactions/{interaction}/move-back/"),
    ("post", "/cases/{case}/steps/{task}/"),
    ("post", "/cases/{case}/draft/NOTE/"),
    ("post", "/cases/{case}/draft/NOTE/drop/"),
    ("get", "/cases/{case}/parts/facts/"),
    ("get", "/files/{file}/"),
    ("get", "/recordings/{recording}/"),
    ("post", "/recordings/{recording}/listen/"),
]


@pytest.mark.parametrize(("method", "address"), ADDRESSES)
def test_an_agent_of_another_unit_finds_nothing_and_it_is_noted(
    rows: Rows, other_district: Unit, client_of: SignIn, method: str, address: str
) -> None:
    stranger = make_staff("stranger", "外单位坐席", Role.AGENT, other_district)
    before = Case.objects.get().version
    answer = getattr(client_of(stranger), method)(address.format(**rows), {"reason": "看看", "text": "x"})
    assert answer.status_code == 404
    assert "工资条" not in answer.content.decode()
    assert Access.objects.filter(staff=stranger, refused=True).exists()
    assert Case.objects.get().version == before
    assert Offer.objects.get().state == "OFFERED" and Callback.objects.get().state == "OPEN"


@pytest.mark.parametrize("address", ["/files/{file}/", "/recordings/{recording}/", "/cases/{case}/"])
def test_a_lawyer_finds_what_is_assigned_to_them_alone(
    rows: Rows, case: Case, drive: Drive, lawyer: Staff, other_lawyer: Staff, client_of: SignIn, address: str
) -> None:
    case = drive.to_review(case)
    stranger = other_lawyer if case.lawyer == lawyer else lawyer
    assert client_of(stranger).get(address.format(**rows)).status_code == 404
    assert Access.objects.filter(staff=stranger, refused=True).exists()
    assert case.lawyer is not None
    answer = client_of(case.lawyer).get(address.format(**rows))
    assert answer.status_code == (403 if "recordings" in address else 200), "403: no reason was given yet"
    if answer.streaming:
        assert b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_a_mediator_decides_nothing_in_another_units_mediation(
    case: Case, drive: Drive, mediator: Staff, other_district: Unit, lawyer: Staff, client_of: SignIn
) -> None:
    case = drive.to_mediation(case)
    case = drive.complete(case, mediator, Decision.REVIEW, note="另一方不到场")
    drive.write_opinion(case)
    drive.unit = other_district
    case = drive.complete(
        case, lawyer, Decision.MEDIATE, unit=other_district, applied_on=timezone.localdate(case.opened_at)
    )
    browser = client_of(mediator)
    assert browser.get(f"/cases/{case.pk}/").status_code == 200, "they have mediated it"
    assert browser.post(f"/cases/{case.pk}/take-over/").status_code == 403
    task = steps.current_task(case)
    assert task is not None
    address = f"/cases/{case.pk}/steps/{task.pk}/"
    assert browser.post(address, {"decision": "NOT_PURSUED", "note": "撤"}).status_code == 403
    assert browser.post(f"/cases/{case.pk}/sections/MEDIATION/", {"agreement": "假"}).status_code == 403
    assert Access.objects.filter(staff=mediator, refused=True).count() == 3
    case.refresh_from_db()
    assert (case.stage, case.mediator) == ("MEDIATION", None)


def test_the_search_and_the_topics_keep_to_the_scope(
    case: Case, outsider: Staff, supervisor: Staff, drive: Drive, client_of: SignIn
) -> None:
    drive.write_intake(case)
    while outbox.drain():
        pass
    assert case.number in client_of(supervisor).get("/search/", {"q": "拖欠"}).content.decode()
    assert case.number not in client_of(outsider).get("/search/", {"q": "拖欠"}).content.decode()
    assert (
        f"/cases/{case.pk}/" not in client_of(outsider).get("/search/", {"q": case.number}).content.decode()
    )
    assert not access.may_listen(outsider, f"case:{case.pk}")
    assert access.may_listen(supervisor, f"case:{case.pk}")


def test_anothers_draft_is_not_shown(case: Case, agent: Staff, other_agent: Staff, client_of: SignIn) -> None:
    client_of(agent).post(f"/cases/{case.pk}/draft/NOTE/", {"text": "只是想法"})
    client_of(agent).post(f"/cases/{case.pk}/draft/STEP/", {"note": "还没想好"})
    page = client_of(other_agent).get(f"/cases/{case.pk}/").content.decode()
    assert "只是想法" not in page and "还没想好" not in page
    assert "只是想法" in client_of(agent).get(f"/cases/{case.pk}/").content.decode()
