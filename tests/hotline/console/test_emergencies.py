"""The emergency on the case page, the desk and at the head of a supervisor's pages."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from hotline.enums import Section
from hotline.models import Case, Staff
from tests.conftest import Drive

pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Client]


def test_from_the_suggestion_to_the_release_by_the_pages(
    case: Case, drive: Drive, agent: Staff, supervisor: Staff, client_of: SignIn
) -> None:
    drive.save(case, Section.INTAKE, agent, narrative="他说不想活了")
    asking, leading = client_of(agent), client_of(supervisor)
    page = reverse("case", args=[case.pk])
    assert "来电人提到：不想活" in asking.get(page).content.decode()
    assert leading.post(reverse("duty"), {"on": "1"}).status_code == 303
    assert asking.post(reverse("emergency-raise", args=[case.pk])).status_code == 303
    assert asking.post(reverse("emergency-raise", args=[case.pk])).status_code == 409
    shown = asking.get(page).content.decode()
    assert "不要挂断电话" in shown and "12356" in shown and "周主管" in shown
    assert "尚无人接管" in leading.get(reverse("floor")).content.decode()
    assert "尚无人接管" in leading.get(reverse("alarm")).content.decode()
    assert leading.post(reverse("emergency-take", args=[case.pk])).status_code == 303
    assert "尚无人接管" not in leading.get(reverse("alarm")).content.decode()
    report = reverse("emergency-report", args=[case.pk])
    assert leading.post(report, {"kind": "oral", "note": ""}).status_code == 400
    assert leading.post(report, {"kind": "oral", "note": "报市总值班领导"}).status_code == 303
    release = reverse("emergency-release", args=[case.pk])
    assert leading.post(release, {"reason": ""}).status_code == 400
    assert leading.post(release, {"reason": "家属已陪同"}).status_code == 303
    assert "不要挂断电话" not in asking.get(page).content.decode()
    assert leading.post(reverse("duty"), {"on": "0"}).status_code == 303
