"""Moving a case by its page: each press does one thing once, and says what it did."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hotline.enums import Outcome, Section, Stage
from hotline.models import Case, Staff
from tests.conftest import Drive
from workflows import holders, steps

pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Client]


def send(client: Client, case: Case, **data: str) -> int:
    """Complete the present step by its form; the answer's status."""
    task = steps.current_task(case)
    assert task is not None
    return client.post(reverse("step", args=[case.pk, task.pk]), data).status_code


def test_the_whole_path_by_its_forms(case: Case, drive: Drive, client_of: SignIn) -> None:
    today = timezone.localdate().isoformat()
    agent, lawyer, mediator = client_of(drive.agent), client_of(drive.lawyer), client_of(drive.mediator)
    drive.write_intake(case)
    assert send(agent, case, decision="REVIEW", note="") == 303
    case.refresh_from_db()
    drive.write_opinion(case)
    assert lawyer.post(reverse("accept-review", args=[case.pk])).status_code == 303
    assert send(lawyer, case, decision="MEDIATE", unit=str(drive.unit.pk), applied_on=today, note="") == 303
    assert mediator.post(reverse("take-over", args=[case.pk])).status_code == 303
    assert send(mediator, case, decision="REFER", note="单位拒绝调解") == 303
    case.refresh_from_db()
    drive.prepare_referral(case)
    assert send(lawyer, case, decision="FILED", filed_on=today, reference="青劳人仲案") == 303
    assert send(lawyer, case, decision="ACCEPTED", on=today, note="") == 303
    assert lawyer.post(reverse("extend-award", args=[case.pk])).status_code == 303
    assert lawyer.post(reverse("extend-award", args=[case.pk])).status_code == 409
    assert (
        send(lawyer, case, decision="AWARDED", on=today, final="yes", amount="31,000", note="支付工资") == 303
    )
    assert send(lawyer, case, decision="PERFORMED", note="单位已付清，职工不起诉") == 303
    case.refresh_from_db()
    case = drive.finish(case)
    assert (case.stage, case.outcome) == (Stage.CLOSED, Outcome.AWARDED)
    assert case.referrals.get().reference == "青劳人仲案"


def test_what_the_referral_misses_is_named_with_where_to_write_it(
    case: Case, drive: Drive, lawyer: Staff, client_of: SignIn
) -> None:
    case = drive.to_referral(case)
    task = steps.current_task(case)
    assert task is not None
    page = client_of(lawyer).post(reverse("step", args=[case.pk, task.pk]), {"decision": "FILED"})
    text = page.content.decode()
    assert page.status_code == 400
    assert "#section-REFERRAL" in text
    assert reverse("section", args=[case.pk, "CLAIMS"]) in text


@pytest.mark.parametrize(
    ("station", "who", "name"),
    [
        ("write_intake", "agent", "withdraw"),
        ("to_closed", "agent", "reopen"),
        ("to_review", "lawyer", "decline-review"),
    ],
)
def test_what_needs_a_reason_asks_for_it_again(
    case: Case,
    drive: Drive,
    client_of: SignIn,
    station: str,
    who: str,
    name: str,
    request: pytest.FixtureRequest,
) -> None:
    case = getattr(drive, station)(case)
    client = client_of(request.getfixturevalue(who))
    refused = client.post(reverse(name, args=[case.pk]), {"reason": "  "})
    assert refused.status_code == 400 and "data-open-now" in refused.content.decode()
    before = case.version
    assert client.post(reverse(name, args=[case.pk]), {"reason": "本人要求"}).status_code == 303
    case.refresh_from_db()
    assert case.version > before


def test_a_case_is_withdrawn_once(case: Case, agent: Staff, client_of: SignIn) -> None:
    client = client_of(agent)
    assert client.post(reverse("withdraw", args=[case.pk]), {"reason": "本人撤回"}).status_code == 303
    assert client.post(reverse("withdraw", args=[case.pk]), {"reason": "本人撤回"}).status_code == 409


def test_a_declined_review_leaves_the_lawyers_page(
    case: Case, drive: Drive, lawyer: Staff, client_of: SignIn
) -> None:
    case = drive.to_review(case)
    answer = client_of(lawyer).post(reverse("decline-review", args=[case.pk]), {"reason": "利益冲突"})
    assert answer["Location"] == reverse("cases")
    assert client_of(lawyer).get(reverse("case", args=[case.pk])).status_code == 404


def test_the_supervisor_reassigns(
    case: Case, drive: Drive, supervisor: Staff, lawyer: Staff, other_lawyer: Staff, client_of: SignIn
) -> None:
    case = drive.to_review(case)
    other = other_lawyer if case.lawyer == lawyer else lawyer
    client = client_of(supervisor)
    assert str(other) in client.get(reverse("case", args=[case.pk])).content.decode()
    assert client.post(reverse("reassign", args=[case.pk]), {"person": "x"}).status_code == 400
    assert client.post(reverse("reassign", args=[case.pk]), {"person": str(supervisor.pk)}).status_code == 400
    assert (
        client.post(
            reverse("reassign", args=[case.pk]), {"person": str(other.pk), "reason": "工作量"}
        ).status_code
        == 303
    )
    case.refresh_from_db()
    assert case.lawyer == other


def test_a_step_that_someone_else_holds_is_taken_over_first(
    case: Case, drive: Drive, agent: Staff, other_agent: Staff, client_of: SignIn
) -> None:
    drive.write_intake(case)
    holders.take_over(case.pk, agent)
    other = client_of(other_agent)
    assert 'name="decision"' not in other.get(reverse("case", args=[case.pk])).content.decode()
    assert send(other, case, decision="REVIEW") == 409
    assert other.post(reverse("take-over", args=[case.pk])).status_code == 303
    assert send(other, case, decision="REVIEW") == 303


def test_a_decision_of_another_step_is_refused(case: Case, agent: Staff, client_of: SignIn) -> None:
    assert send(client_of(agent), case, decision="AWARDED") == 400
    assert send(client_of(agent), case) == 400


def test_a_half_written_note_of_a_step_comes_back(case: Case, agent: Staff, client_of: SignIn) -> None:
    client = client_of(agent)
    client.post(reverse("draft", args=[case.pk, "STEP"]), {"note": "已告知加班费", "decision": "ANSWERED"})
    assert "已告知加班费" in client.get(reverse("case", args=[case.pk])).content.decode()
    assert Section.INTAKE.value in client.get(reverse("case", args=[case.pk])).content.decode()
