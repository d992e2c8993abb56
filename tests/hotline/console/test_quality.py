"""The lists of checks and return visits, their forms on the case page, and a drawn consultation."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hotline.models import Access, Case, Staff
from tests.conftest import FULL_POINTS, Drive
from workflows import steps
from workflows.decisions import Decision

pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Client]


def send(client: Client, case: Case, **data: object) -> int:
    task = steps.current_task(case)
    assert task is not None
    return client.post(reverse("step", args=[case.pk, task.pk]), data).status_code


def test_from_the_check_to_the_closed_case_by_the_pages(
    case: Case, drive: Drive, agent: Staff, supervisor: Staff, outsider: Staff, client_of: SignIn
) -> None:
    case = drive.write_opinion(drive.to_review(case))
    case = drive.complete(case, drive.lawyer, Decision.ANSWERED, note="已答复")
    watching, asking = client_of(supervisor), client_of(agent)
    lists = reverse("quality")
    assert case.number in watching.get(lists).content.decode()
    assert case.number not in client_of(outsider).get(lists).content.decode()
    assert case.number not in asking.get(lists).content.decode()
    points = {name: str(value) for name, value in FULL_POINTS.items()} | {"points_terms": "15"}
    assert send(watching, case, decision="PASSED", **points) == 400
    assert send(watching, case, decision="PASSED", **points, ground_terms="迟一天联系") == 303
    assert case.number in asking.get(lists).content.decode()
    page = asking.get(reverse("case", args=[case.pk])).content.decode()
    assert "95分（满分100分）" in page and "迟一天联系" in page and 'name="satisfied"' in page
    assert f"审核人：{supervisor}" in page
    answer = {"way": "CALL", "result": "SOLVED", "satisfied": "FAIRLY", "more": "谢谢"}
    assert send(asking, case, decision="VISITED", **{**answer, "way": ""}) == 400
    assert send(asking, case, decision="VISITED", **answer) == 303
    case.refresh_from_db()
    assert case.outcome == "ANSWERED"
    assert case.number not in asking.get(reverse("quality-rows")).content.decode()
    part = asking.get(reverse("case-part", args=[case.pk, "quality"]))
    assert "基本满意" in part.content.decode()
    again = asking.get(
        reverse("case-part", args=[case.pk, "quality"]), headers={"If-None-Match": part["ETag"]}
    )
    assert again.status_code == 304


def test_a_drawn_consultation_is_checked_on_its_page(
    case: Case, drive: Drive, supervisor: Staff, client_of: SignIn, settings: Any
) -> None:
    case = drive.write_intake(case)
    settings.HOTLINE_SAMPLE_PERCENT = 100
    case = drive.complete(case, drive.agent, Decision.ANSWERED, note="已告知试用期")
    check = case.checks.get()
    client, address = client_of(supervisor), reverse("drawn-check", args=[check.pk])
    assert address in client.get(reverse("quality")).content.decode()
    assert "已告知试用期" in client.get(address).content.decode()
    assert Access.objects.filter(staff=supervisor, case=case, what="case", detail="check").exists()
    points = {name: str(value) for name, value in FULL_POINTS.items()} | {"points_law": "20"}
    assert client.post(address, points).status_code == 400
    assert client.post(address, points | {"ground_law": "未说明条文"}).status_code == 303
    assert client.post(address, points | {"ground_law": "未说明条文"}).status_code == 409
    assert "未说明条文" in client.get(address).content.decode()
    assert case.events.filter(kind="check.done", data__total=95).exists()
