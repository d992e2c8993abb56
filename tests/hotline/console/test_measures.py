"""Measures by the case page: begun, worked, given away and ended with forms; nothing typed is lost."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hotline.enums import MeasureKind, MeasureOutcome
from hotline.models import Case, Draft, Measure, Staff
from tests.conftest import Drive
from workflows.decisions import Decision
from workflows.measures import steps

pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Client]


@pytest.fixture
def reviewed(case: Case, drive: Drive) -> Case:
    drive.to_review(case)
    case.refresh_from_db()
    return case


def begin(client: Client, case: Case, **data: str) -> int:
    data = {"kind": "INSPECTION", "purpose": "查处欠薪", **data}
    return client.post(reverse("measure-begin", args=[case.pk]), data).status_code


def send(client: Client, measure: Measure, **data: str) -> int:
    task = steps.task_of(measure)
    assert task is not None
    address = reverse("measure-step", args=[measure.case_id, measure.pk, task.pk])
    return client.post(address, {"on": timezone.localdate().isoformat(), **data}).status_code


def test_from_beginning_to_end_by_forms(reviewed: Case, lawyer: Staff, client_of: SignIn) -> None:
    client = client_of(lawyer)
    assert begin(client, reviewed, addressee="市南区劳动保障监察大队") == 303
    measure = reviewed.measures.get()
    assert send(client, measure, decision="FILED", note="投诉书一份") == 303
    page = client.get(f"/cases/{reviewed.pk}/").content.decode()
    assert "市南区劳动保障监察大队" in page and "投诉书一份" in page
    measure.refresh_from_db()
    assert send(client, measure, decision="ACCEPTED", reference="青南监案〔2026〕8号") == 303
    measure.refresh_from_db()
    assert send(client, measure, decision="DECIDED", amount="31,000", note="责令支付") == 303
    measure.refresh_from_db()
    assert measure.outcome == MeasureOutcome.REACHED
    page = client.get(f"/cases/{reviewed.pk}/").content.decode()
    for words in ("青南监案〔2026〕8号", "31,000.00", "责令支付"):
        assert words in page


def test_what_is_missing_is_shown_and_what_was_typed_stays(
    reviewed: Case, lawyer: Staff, client_of: SignIn
) -> None:
    client = client_of(lawyer)
    refused = client.post(
        reverse("measure-begin", args=[reviewed.pk]), {"kind": "INJURY", "purpose": "指引认定工伤"}
    )
    page = refused.content.decode()
    assert refused.status_code == 400 and "指引认定工伤" in page and "请填写日期" in page
    begin(client, reviewed)
    measure = reviewed.measures.get()
    assert send(client, measure, decision="FILED", on="", note="已经写了很多") == 400
    assert "已经写了很多" in client.get(f"/cases/{reviewed.pk}/").content.decode()  # after a reload, too
    assert send(client, measure, decision="FILED", note="已经写了很多") == 303
    assert not Draft.objects.filter(section__startswith="MEASURE").exists()


def test_a_draft_of_a_measure_that_is_not_this_cases_is_not_kept(
    reviewed: Case, lawyer: Staff, client_of: SignIn
) -> None:
    client = client_of(lawyer)
    begin(client, reviewed)
    own = f"MEASURE-{reviewed.measures.get().pk}"
    for place, status in ((own, 204), ("MEASURE", 204), ("MEASURE-999999", 404), ("MEASURE-x", 404)):
        assert client.post(reverse("draft", args=[reviewed.pk, place]), {"note": "…"}).status_code == status


def test_ids_of_another_case_find_nothing(
    reviewed: Case, lawyer: Staff, client_of: SignIn, arrive: Callable[..., Any]
) -> None:
    client = client_of(lawyer)
    begin(client, reviewed)
    measure = reviewed.measures.get()
    other = arrive("+8613900009999").case
    Case.objects.filter(pk=other.pk).update(lawyer=lawyer)
    task = steps.task_of(measure)
    assert task is not None
    for name, args, data in (
        ("measure-step", [other.pk, measure.pk, task.pk], {"decision": "FILED"}),
        ("measure-give", [other.pk, measure.pk], {"person": str(lawyer.pk)}),
        ("measure-stop", [other.pk, measure.pk], {"reason": "x"}),
    ):
        assert client.post(reverse(name, args=args), data).status_code == 404
    measure.refresh_from_db()
    assert measure.is_open and not measure.entries.exists()


def test_given_away_and_stopped(
    reviewed: Case, lawyer: Staff, agent: Staff, supervisor: Staff, client_of: SignIn
) -> None:
    begin(client_of(lawyer), reviewed)
    measure = reviewed.measures.get()
    give = reverse("measure-give", args=[reviewed.pk, measure.pk])
    assert client_of(lawyer).post(give, {"person": str(agent.pk)}).status_code == 303
    measure.refresh_from_db()
    assert measure.holder == agent
    stop = reverse("measure-stop", args=[reviewed.pk, measure.pk])
    assert client_of(lawyer).post(stop, {"reason": "不是我的了"}).status_code == 403
    assert client_of(supervisor).post(stop, {"reason": ""}).status_code == 400
    assert client_of(supervisor).post(stop, {"reason": "职工另行起诉"}).status_code == 303
    late = client_of(supervisor).post(stop, {"reason": "再停一次<b>"})
    assert late.status_code == 409
    page = late.content.decode()
    assert "再停一次&lt;b&gt;" in page and "再停一次<b>" not in page  # what was written is there to be copied
    measure.refresh_from_db()
    assert measure.outcome == MeasureOutcome.STOPPED


def test_a_step_that_is_done_says_so(reviewed: Case, lawyer: Staff, client_of: SignIn) -> None:
    client = client_of(lawyer)
    begin(client, reviewed)
    measure = reviewed.measures.get()
    task = steps.task_of(measure)
    assert task is not None
    address = reverse("measure-step", args=[reviewed.pk, measure.pk, task.pk])
    data = {"decision": "FILED", "on": timezone.localdate().isoformat()}
    assert client.post(address, data).status_code == 303
    again = client.post(address, data)
    assert again.status_code == 409 and "李律师" in again.content.decode()


def test_a_waiting_case_says_what_it_waits_for(
    reviewed: Case, lawyer: Staff, drive: Drive, client_of: SignIn
) -> None:
    client = client_of(lawyer)
    begin(client, reviewed)
    drive.complete(drive.write_opinion(reviewed), lawyer, Decision.ANSWERED, note="已答复")
    page = client.get(f"/cases/{reviewed.pk}/").content.decode()
    assert "最后一项措施结束后，案件自动办结" in page
    take_back = reverse("take-back", args=[reviewed.pk])
    assert client.post(take_back, {"reason": ""}).status_code == 400
    assert client.post(take_back, {"reason": "单位拒绝"}).status_code == 303
    assert client.post(take_back, {"reason": "单位拒绝"}).status_code == 409
    page = client.get(f"/cases/{reviewed.pk}/").content.decode()
    assert "最后一项措施结束后" not in page and "撤回决定" in page


def test_the_part_is_fresh_after_each_change(reviewed: Case, lawyer: Staff, client_of: SignIn) -> None:
    client = client_of(lawyer)
    part = reverse("case-part", args=[reviewed.pk, "measures"])
    first = client.get(part)
    assert client.get(part, headers={"If-None-Match": first["ETag"]}).status_code == 304
    begin(client, reviewed)
    second = client.get(part, headers={"If-None-Match": first["ETag"]})
    assert second.status_code == 200 and "劳动监察投诉" in second.content.decode()


def test_the_page_takes_the_same_queries_for_one_measure_and_for_six(
    reviewed: Case, lawyer: Staff, client_of: SignIn, django_assert_num_queries: Callable[..., Any]
) -> None:
    client = client_of(lawyer)
    part = reverse("case-part", args=[reviewed.pk, "measures"])
    begin(client, reviewed)
    with django_assert_num_queries(14):
        client.get(part)
    for _n in range(5):
        begin(client, reviewed)
    with django_assert_num_queries(14):
        client.get(part)


def test_the_drawing_has_a_lane_for_each_measure(reviewed: Case, lawyer: Staff, client_of: SignIn) -> None:
    client = client_of(lawyer)
    address = reverse("flow-drawing", args=[reviewed.pk])
    assert 'class="lane"' not in client.get(address).content.decode()
    steps.begin(reviewed.pk, lawyer, MeasureKind.RELIEF, purpose="临时救助", addressee="市南区<总>工会")
    drawing = client.get(address).content.decode()
    assert 'id="2-application" transform' in drawing and "市南区&lt;总&gt;工会" in drawing
