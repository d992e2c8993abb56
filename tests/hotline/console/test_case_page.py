"""The case page: what each role sees and does on it, and what others do not."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from hotline.models import Access, Case, Staff
from tests.conftest import Drive
from workflows import reception, steps

pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Client]


def test_the_page_shows_the_case_and_the_look_is_noted(case: Case, agent: Staff, client_of: SignIn) -> None:
    page = client_of(agent).get(f"/cases/{case.pk}/")
    assert page.status_code == 200
    assert case.number in page.content.decode()
    assert Access.objects.get(staff=agent, case=case, what="case").refused is False


@pytest.mark.parametrize(
    "station",
    ["to_review", "to_mediation", "to_referral", "to_acceptance", "to_award", "to_visit", "to_closed"],
)
@pytest.mark.parametrize("who", ["agent", "lawyer", "supervisor", "mediator"])
def test_the_page_opens_at_every_station_for_all_who_see_it(
    case: Case, drive: Drive, client_of: SignIn, station: str, who: str, request: pytest.FixtureRequest
) -> None:
    case = getattr(drive, station)(case)
    person: Staff = request.getfixturevalue(who)
    page = client_of(person).get(f"/cases/{case.pk}/")
    sees = who != "mediator" or station != "to_review"
    assert page.status_code == (200 if sees else 404)


def test_others_cases_do_not_exist(
    case: Case, drive: Drive, outsider: Staff, other_lawyer: Staff, client_of: SignIn
) -> None:
    case = drive.to_review(case)
    stranger = other_lawyer if case.lawyer != other_lawyer else drive.lawyer
    for person in (outsider, stranger):
        client = client_of(person)
        for address in (
            reverse("case", args=[case.pk]),
            reverse("case-part", args=[case.pk, "timeline"]),
            reverse("flow-drawing", args=[case.pk]),
            reverse("section", args=[case.pk, "INTAKE"]),
        ):
            assert client.get(address).status_code == 404
        for address in (
            reverse("note", args=[case.pk]),
            reverse("draft", args=[case.pk, "INTAKE"]),
            reverse("section", args=[case.pk, "INTAKE"]),
            reverse("reveal", args=[case.pk]),
            reverse("upload", args=[case.pk]),
        ):
            assert client.post(address, {"text": "x"}).status_code == 404
    assert Access.objects.filter(staff=outsider, what="case", refused=True).exists()


@pytest.mark.parametrize("part", ["head", "timeline", "facts", "work"])
def test_a_fragment_is_sent_once_for_each_version(
    case: Case, agent: Staff, client_of: SignIn, part: str, drive: Drive
) -> None:
    client = client_of(agent)
    address = reverse("case-part", args=[case.pk, part])
    first = client.get(address)
    assert first.status_code == 200
    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304
    drive.write_intake(case)
    changed = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200


def test_a_fragment_is_another_one_in_another_language(case: Case, agent: Staff, client_of: SignIn) -> None:
    client = client_of(agent)
    address = reverse("case-part", args=[case.pk, "head"])
    chinese = client.get(address)
    client.cookies["django_language"] = "en"
    assert client.get(address, headers={"If-None-Match": chinese["ETag"]}).status_code == 200


def test_the_drawing_lights_the_present_place(
    case: Case, agent: Staff, client_of: SignIn, drive: Drive
) -> None:
    drive.to_review(case)
    drawing = client_of(agent).get(reverse("flow-drawing", args=[case.pk]))
    assert drawing["Content-Type"] == "image/svg+xml"
    assert 'id="legal_review"' in drawing.content.decode()


def test_a_number_is_masked_until_a_reason_is_given(case: Case, agent: Staff, client_of: SignIn) -> None:
    client = client_of(agent)
    page = client.get(f"/cases/{case.pk}/").content.decode()
    assert "138****5678" in page and "13800005678" not in page
    address = reverse("reveal", args=[case.pk])
    assert client.post(address, {"what": "number", "reason": " "}).status_code == 400
    shown = client.post(address, {"what": "number", "reason": "回拨核实"})
    assert "+8613800005678" in shown.content.decode()
    assert Access.objects.get(what="person.number").reason == "回拨核实"


def test_finished_steps_are_refused_with_who_did_it(
    case: Case, agent: Staff, drive: Drive, client_of: SignIn
) -> None:
    drive.write_intake(case)
    task = steps.current_task(case)
    assert task is not None
    client = client_of(agent)
    address = reverse("step", args=[case.pk, task.pk])
    assert client.post(address, {"decision": "REVIEW", "note": ""}).status_code == 303
    again = client.post(address, {"decision": "REVIEW", "note": ""})
    assert again.status_code == 409
    assert "王晓梅" in again.content.decode()
    assert case.events.filter(kind="step.completed").count() == 1


def test_a_step_of_another_case_is_none_of_this_one(
    case: Case, agent: Staff, arrive: Callable[..., reception.Received], client_of: SignIn
) -> None:
    other = steps.current_task(arrive("+8613900000000").case)
    assert other is not None
    assert (
        client_of(agent).post(reverse("step", args=[case.pk, other.pk]), {"decision": "NUISANCE"}).status_code
        == 404
    )


def test_the_gate_says_what_is_missing_and_keeps_the_note(
    case: Case, agent: Staff, client_of: SignIn
) -> None:
    task = steps.current_task(case)
    assert task is not None
    client = client_of(agent)
    page = client.post(reverse("step", args=[case.pk, task.pk]), {"decision": "REVIEW", "note": "请律师看"})
    text = page.content.decode()
    assert page.status_code == 400
    assert "section-INTAKE" in text and "请律师看" in text
    assert "请律师看" in client.get(f"/cases/{case.pk}/").content.decode()


def test_the_page_takes_the_same_queries_whatever_stands_on_it(
    case: Case,
    agent: Staff,
    drive: Drive,
    client_of: SignIn,
    arrive: Callable[..., reception.Received],
    django_assert_num_queries: Callable[..., object],
) -> None:
    client = client_of(agent)
    client.get(f"/cases/{case.pk}/")
    with django_assert_num_queries(36):
        client.get(f"/cases/{case.pk}/")
    for _n in range(12):
        arrive()
    drive.write_intake(case)
    with django_assert_num_queries(36):
        client.get(f"/cases/{case.pk}/")
