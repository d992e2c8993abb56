"""What an application for arbitration needs before it is filed, and what follows where time is short."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from hotline.enums import Section
from hotline.errors import Invalid
from hotline.models import Case, Employer
from tests.conftest import Drive
from workflows import referral_gate
from workflows.decisions import Decision

EMPLOYER = {"name": "青岛示例制帽有限公司", "role": "EMPLOYER", "credit_code": "91370200MADEM0014N"}


def file(drive: Drive, case: Case, decision: Decision = Decision.FILED, **details: Any) -> Case:
    return drive.complete(case, drive.lawyer, decision, filed_on=timezone.localdate(), **details)


def refused(drive: Drive, case: Case, decision: Decision = Decision.FILED, **details: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        file(drive, case, decision, **details)
    return caught.value.fields


@pytest.fixture
def ready(case: Case, drive: Drive) -> Case:
    """A case with everything that the application needs."""
    return drive.prepare_referral(drive.to_referral(case))


def test_a_complete_application_is_filed(ready: Case, drive: Drive) -> None:
    assert referral_gate.outlook(ready) == {}
    assert file(drive, ready).referrals.get().filed_on == timezone.localdate()


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"authority": ""}, "authority"),
        ({"authorised_on": None}, "authorised_on"),
        ({"commission": " "}, "commission"),
        ({"ground": ""}, "jurisdiction"),
        ({"jurisdiction": ""}, "jurisdiction"),
        ({"checked_on": None}, "checked_on"),
    ],
)
def test_each_thing_that_is_missing_is_named(
    ready: Case, drive: Drive, changes: dict[str, Any], missing: str
) -> None:
    drive.save(ready, Section.REFERRAL, drive.lawyer, **changes)
    assert set(refused(drive, ready)) == {missing}


@pytest.mark.parametrize(
    ("claim", "is_enough"),
    [
        ({"kind": "WAGES", "amount": None, "basis": "三个月工资"}, False),
        ({"kind": "WAGES", "amount": Decimal(100), "basis": ""}, False),
        ({"kind": "RELATION", "amount": None, "basis": "2025年3月至今存在劳动关系"}, True),
    ],
)
def test_a_claim_says_how_much_and_how_it_is_reckoned(
    ready: Case, drive: Drive, claim: dict[str, Any], is_enough: bool
) -> None:
    drive.save(ready, Section.CLAIMS, drive.lawyer, rows=[claim])
    assert ("formula" not in referral_gate.outlook(ready)) is is_enough


def test_the_respondents_are_looked_at(ready: Case, drive: Drive) -> None:
    other = {"name": "没有登记的作坊", "role": "USER_OF_LABOUR"}
    drive.save(ready, Section.EMPLOYERS, drive.lawyer, rows=[EMPLOYER, other])
    missing = referral_gate.outlook(ready)
    assert set(missing) == {"credit_codes", "addresses"} and "没有登记的作坊" in missing["credit_codes"]
    drive.save(ready, Section.REFERRAL, drive.lawyer, register_note="未办理登记，列实际经营者为共同被申请人")
    assert set(referral_gate.outlook(ready)) == {"addresses"}
    Employer.objects.filter(credit_code=EMPLOYER["credit_code"]).update(credit_code="91370200MADEM00140")
    drive.save(ready, Section.REFERRAL, drive.lawyer, register_note="")
    assert EMPLOYER["name"] in referral_gate.outlook(ready)["credit_codes"]


def test_evidence_and_identity_are_asked_for(ready: Case, drive: Drive) -> None:
    drive.save(ready, Section.EVIDENCE, drive.lawyer, rows=[])
    drive.save(ready, Section.CALLER, drive.lawyer, identity_number="")
    assert set(refused(drive, ready)) == {"evidence", "identity"}


def test_filing_at_once_is_for_a_limitation_that_ends(ready: Case, drive: Drive) -> None:
    """It runs from 12 September 2026 to 13 September 2027, a Monday: aid goes first from the 6th."""
    drive.save(ready, Section.EVIDENCE, drive.lawyer, rows=[])
    assert set(refused(drive, ready, Decision.FILED_AT_ONCE, note="来不及")) == {"decision"}


def test_what_is_filed_at_once_is_completed_afterwards(ready: Case, drive: Drive) -> None:
    drive.save(ready, Section.EVIDENCE, drive.lawyer, rows=[])
    drive.save(ready, Section.REFERRAL, drive.lawyer, checked_on=None)
    _limitation_until(ready, timezone.localdate() + timedelta(days=3))
    assert set(refused(drive, ready, Decision.FILED_AT_ONCE)) == {"note"}
    assert set(refused(drive, ready)) == {"evidence", "checked_on"}
    case = file(drive, ready, Decision.FILED_AT_ONCE, note="时效三日后届满")
    assert case.referrals.get().urgent_reason == "时效三日后届满"
    assert set(referral_gate.outlook(case)) == {"evidence", "checked_on"}


def test_without_authority_or_claims_nothing_is_filed_at_once(ready: Case, drive: Drive) -> None:
    drive.save(ready, Section.REFERRAL, drive.lawyer, authorised_on=None)
    drive.save(ready, Section.CLAIMS, drive.lawyer, rows=[])
    _limitation_until(ready, timezone.localdate() + timedelta(days=3))
    assert set(refused(drive, ready, Decision.FILED_AT_ONCE, note="急")) == {"authorised_on", "claims"}


def test_filing_after_the_limitation_wants_a_reason(ready: Case, drive: Drive) -> None:
    _limitation_until(ready, timezone.localdate() - timedelta(days=1))
    assert set(refused(drive, ready)) == {"note"}
    assert file(drive, ready, note="对方曾书面承诺支付，证据待补").referrals.get().filed_on


def _limitation_until(case: Case, due: date) -> None:
    case.clocks.filter(rule="limitation.general").update(due=due)
