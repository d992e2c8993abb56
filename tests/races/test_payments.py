"""Money that two people write down at once is there once, and a timer that fires meanwhile does no harm."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from hotline.enums import ClockState
from hotline.models import Agreement, Case, Clock, Instalment, Payment, Staff
from tests.conftest import Drive
from tests.races.racing import done, race
from workflows import closing, performance, sweep
from workflows import mediation as mediating
from workflows.decisions import Decision

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def settled(case: Case, drive: Drive, mediator: Staff) -> Case:
    case = drive.agree(drive.to_mediation(case), (timezone.localdate(), "900.00"))
    return drive.complete(case, mediator, Decision.SETTLED)


def pay(case: Case, mediator: Staff, amount: str) -> Instalment:
    row = Instalment.objects.of(case).get()
    return performance.pay(case.pk, mediator, row.pk, timezone.localdate(), Decimal(amount), "转账", 0)


def test_the_same_payment_by_all_at_once_is_there_once(settled: Case, mediator: Staff) -> None:
    assert len(done(race(lambda n: pay(settled, mediator, "300.00")))) == 1
    assert Payment.objects.count() == 1 and Instalment.objects.get().paid == 300


def test_a_payment_against_the_timer_of_its_clock(settled: Case, mediator: Staff) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    Clock.objects.exclude(instalment=None).update(alert_on=yesterday, due=yesterday)
    race(lambda n: pay(settled, mediator, "900.00") if n % 2 else sweep.run(timezone.now()))
    clock = Clock.objects.exclude(instalment=None).get()
    assert (
        closing.waiting_decision(settled) is None and clock.state == ClockState.MET and clock.alert_on is None
    )
    assert settled.events.filter(kind="clock.over").count() <= 1


def test_an_agreement_made_by_all_at_once_is_one(case: Case, drive: Drive, mediator: Staff) -> None:
    drive.to_mediation(case)
    case = drive.agree(case, text="单位恢复原岗位")
    proposal = Agreement.objects.get().proposal
    Agreement.objects.all().delete()
    today = timezone.localdate()
    results = race(lambda n: mediating.agree(case.pk, mediator, proposal.pk, today, "恢复岗位", []))
    assert len(done(results)) == 1 and Agreement.objects.count() == 1
