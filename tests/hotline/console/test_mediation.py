"""A mediator's work by the forms of the case page; what is refused is shown beside it and kept."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from hotline.enums import Stage
from hotline.models import Case, Draft, Instalment, Staff
from tests.conftest import Drive
from workflows.decisions import Decision

pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Client]


def iso(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def rows(*parts: tuple[str, str]) -> dict[str, str]:
    data = {"rows-TOTAL_FORMS": str(len(parts)), "rows-INITIAL_FORMS": "0"}
    for number, (due, amount) in enumerate(parts):
        data |= {f"rows-{number}-due": due, f"rows-{number}-amount": amount}
    return data


def test_a_day_of_a_mediator_by_forms(case: Case, drive: Drive, mediator: Staff, client_of: SignIn) -> None:
    drive.to_mediation(case)
    client, address = client_of(mediator), f"/cases/{case.pk}/mediation"
    send: Callable[..., int] = lambda path, **data: client.post(f"{address}/{path}/", data).status_code  # noqa: E731
    drive.save(case, "MEDIATION", mediator, accepted_on=timezone.localdate())
    at = timezone.localtime() + timedelta(minutes=1)
    moment = at.strftime("%Y-%m-%dT%H:%M")
    assert send("session", at=moment, place="二楼调解室", invited="电话通知双方") == 303
    session = case.mediations.get().sessions.get()
    assert "调解会" in client.get("/calendar/").content.decode()
    with time_machine.travel(at + timedelta(minutes=1)):
        page = client.get(f"/cases/{case.pk}/").content.decode()
        assert f"/mediation/held/{session.pk}/" in page
        minutes = {"worker": "CAME", "employer": "STAYED_AWAY", "minutes": "单位未到场"}
        assert send(f"held/{session.pk}", **minutes) == 303
        assert send(f"held/{session.pk}", **minutes) == 409
        assert send("proposal", made_by="MEDIATOR", on=iso(0), amount="31,000", text="分三期") == 303
        proposal = case.mediations.get().proposals.get()
        for side in ("WORKER", "EMPLOYER"):
            said = {"side": side, "stand": "ACCEPTS", "on": iso(0)}
            assert send(f"answer/{proposal.pk}", **said) == 303
        agreed = {"on": iso(0), "text": "分三期支付"}
        wrong = rows((iso(1), "10000"), (iso(30), "10000"), (iso(60), "10000"))
        answer = client.post(f"{address}/agreement/{proposal.pk}/", agreed | wrong)
        assert answer.status_code == 400 and "少 1,000.00 元" in answer.content.decode()
        assert Draft.objects.filter(section="AGREEMENT-0").exists()
        right = rows((iso(1), "10000"), (iso(30), "10000"), (iso(60), "11000"))
        assert send(f"agreement/{proposal.pk}", **agreed, **right) == 303
        assert not Draft.objects.filter(section="AGREEMENT-0").exists()
        first = Instalment.objects.get(number=1)
        paid = {"on": iso(0), "amount": "10000", "note": "转账", "seen": "0"}
        assert send(f"payment/{first.pk}", **paid | {"amount": "10000.01"}) == 400
        assert send(f"payment/{first.pk}", **paid) == 303
        page = client.get(f"/cases/{case.pk}/").content.decode()
    for words in ("单位未到场", "分三期支付", "21,000.00", "转账"):
        assert words in page


def test_a_missed_payment_shows_what_can_follow(
    case: Case, drive: Drive, mediator: Staff, lawyer: Staff, client_of: SignIn
) -> None:
    drive.to_mediation(case)
    case = drive.complete(drive.agree(case, (timezone.localdate(), "100.00")), mediator, Decision.SETTLED)
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        seen = client_of(mediator).get(f"/cases/{case.pk}/").content.decode()
        assert "逾期未付" in seen and 'value="ORDER"' not in seen and 'value="ARBITRATE"' in seen
        client = client_of(lawyer)
        assert 'value="ORDER"' in client.get(f"/cases/{case.pk}/").content.decode()
        address = f"/cases/{case.pk}/mediation/way/"
        assert client.post(address, {"way": "ORDER"}).status_code == 303
        assert client.post(address, {"way": "ORDER"}).status_code == 400
        assert client.post(address, {"way": "NONE"}).status_code == 400
        assert client.post(address, {"way": "ARBITRATE"}).status_code == 303
    case.refresh_from_db()
    assert case.stage == Stage.ARBITRATION


def test_the_page_says_when_the_parties_may_go_on(
    case: Case, drive: Drive, mediator: Staff, client_of: SignIn
) -> None:
    drive.to_mediation(case)
    words = "也可以依法申请仲裁"
    assert words not in client_of(mediator).get(f"/cases/{case.pk}/").content.decode()
    with time_machine.travel(timezone.now() + timedelta(days=30)):
        page = client_of(mediator).get(f"/cases/{case.pk}/").content.decode()
    assert words in page and "仲裁时效" in page


def test_sessions_are_in_the_private_calendar_without_names(
    case: Case, drive: Drive, mediator: Staff, client_of: SignIn
) -> None:
    from hotline.actions import reminders
    from workflows import holders, mediation

    drive.to_mediation(case)
    holders.take_over(case.pk, mediator)
    later: Any = timezone.now() + timedelta(days=3)
    mediation.plan_session(case.pk, mediator, later, "二楼调解室", "张建军")
    token = reminders.make_link(mediator)
    feed = client_of(mediator).get(f"/calendar/feed/{token}.ics").content.decode()
    assert "调解会" in feed and case.number in feed and "二楼" not in feed and "张建军" not in feed
    assert "调解会" in client_of(mediator).get("/calendar/today/").content.decode()
