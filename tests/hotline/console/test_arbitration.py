"""The page of an arbitration: what is written there, who sees it, and the hearing in the calendar."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hotline.console import casefile
from hotline.models import Case, Staff
from search.build import document, with_texts
from tests.conftest import Drive
from workflows import steps
from workflows.decisions import Decision

SignIn = Callable[[Staff], Client]


@pytest.fixture
def accepted(case: Case, drive: Drive) -> Case:
    return drive.to_award(case)


def page(case: Case) -> str:
    return reverse("case-arbitration", args=[case.pk])


def today() -> str:
    return timezone.localdate().isoformat()


def test_a_hearing_is_written_down_and_stands_in_the_calendar(
    accepted: Case, lawyer: Staff, client_of: SignIn
) -> None:
    client, when = client_of(lawyer), timezone.localtime() + timedelta(days=14)
    form = client.get(page(accepted) + "?kind=HEARING").content.decode()
    assert 'name="place"' in form and 'name="amount"' not in form
    said = {"kind": "HEARING", "at": when.strftime("%Y-%m-%dT09:30"), "place": "第三仲裁庭", "on": today()}
    assert client.post(page(accepted), said).status_code == 303
    shown = client.get(page(accepted)).content.decode()
    assert "第三仲裁庭" in shown
    assert "第三仲裁庭" in client.get(reverse("case", args=[accepted.pk])).content.decode()
    month = client.get(reverse("calendar"), {"month": when.strftime("%Y-%m")}).content.decode()
    assert page(accepted) in month


def test_what_is_wrong_is_said_and_what_was_typed_stays(
    accepted: Case, lawyer: Staff, client_of: SignIn
) -> None:
    early = (timezone.localtime() - timedelta(days=9)).strftime("%Y-%m-%dT09:30")
    said = {"kind": "HEARING", "at": early, "place": "第三仲裁庭"}
    answer = client_of(lawyer).post(page(accepted), said)
    assert answer.status_code == 400 and "第三仲裁庭" in answer.content.decode()
    assert client_of(lawyer).post(page(accepted), {"kind": "nonsense"}).status_code == 400
    assert client_of(lawyer).post(page(accepted), {"action": "strike", "row": "1e3"}).status_code == 404


def test_an_entry_is_struck_out_with_a_reason(accepted: Case, lawyer: Staff, client_of: SignIn) -> None:
    client = client_of(lawyer)
    client.post(page(accepted), {"kind": "SERVED", "on": today()})
    row = accepted.referrals.get().entries.get()
    strike = {"action": "strike", "row": str(row.pk)}
    assert client.post(page(accepted), strike).status_code == 400
    assert client.post(page(accepted), strike | {"reason": "记错了"}).status_code == 303
    assert "记错了" in client.get(page(accepted)).content.decode()


def test_the_reason_of_a_refused_strike_out_stays_in_its_field(
    accepted: Case, drive: Drive, lawyer: Staff, client_of: SignIn
) -> None:
    client, words = client_of(lawyer), "送达回证写的是另一件"
    client.post(page(accepted), {"kind": "SERVED", "on": today()})
    client.post(page(accepted), {"kind": "DEFENCE", "on": today(), "note": "收到答辩状"})
    row = accepted.referrals.get().entries.get(kind="SERVED")
    strike = {"action": "strike", "row": str(row.pk), "reason": words}
    answer = client.post(page(accepted), strike)
    shown = answer.content.decode()
    assert answer.status_code == 409 and f'value="{words}"' in shown and "<details open>" in shown
    assert shown.count("请先删去后者") == 1 and words not in client.get(page(accepted)).content.decode()
    drive.complete(accepted, lawyer, Decision.AWARDED, on=timezone.localdate(), final=True, note="支付工资")
    drive.complete(accepted, lawyer, Decision.LET_STAND, note="职工不起诉")
    late = client.post(page(accepted), strike)
    assert late.status_code == 409 and words in late.content.decode(), (
        "no form any more, the words all the same"
    )


def test_others_read_it_and_write_nothing(
    accepted: Case, agent: Staff, outsider: Staff, client_of: SignIn
) -> None:
    shown = client_of(agent).get(page(accepted))
    assert shown.status_code == 200 and "?kind=" not in shown.content.decode()
    assert client_of(agent).post(page(accepted), {"kind": "SERVED", "on": today()}).status_code == 403
    assert client_of(outsider).get(page(accepted)).status_code == 404


def test_there_is_no_page_before_the_filing(
    case: Case, drive: Drive, lawyer: Staff, client_of: SignIn
) -> None:
    case = drive.to_referral(case)
    assert client_of(lawyer).get(page(case)).status_code == 404


def test_before_the_award_the_page_says_what_it_would_be_and_with_which_figure(
    accepted: Case, lawyer: Staff, client_of: SignIn
) -> None:
    """31,000 yuan of wages against 28,800; the minimum wage that the referral says goes before: 31,200."""
    accepted.district_code = "370202"
    accepted.save()
    client = client_of(lawyer)
    for address in (page(accepted), reverse("case", args=[accepted.pk])):
        shown = client.get(address).content.decode()
        assert "2,400.00 × 12 = 28,800.00" in shown and "非终局裁决" in shown
    assert '<option value="no" selected>' in shown
    section = reverse("section", args=[accepted.pk, "REFERRAL"])
    fields = {"revision": "1", "commission": "市南区劳动人事争议仲裁委员会", "minimum_wage": "2,600"}
    assert client.post(section, fields).status_code == 303
    shown = client.get(reverse("case", args=[accepted.pk])).content.decode()
    assert "2,600.00 × 12 = 31,200.00" in shown and '<option value="yes" selected>' in shown


def test_the_awards_words_are_found(accepted: Case, drive: Drive) -> None:
    words = "裁决书载明本裁决为终局"
    today = timezone.localdate()
    drive.complete(
        accepted, drive.lawyer, Decision.AWARDED, on=today, final=True, final_words=words, note="付"
    )
    [case] = with_texts(Case.objects.filter(pk=accepted.pk))
    assert words in document(case).texts


def test_what_somebody_else_was_quicker_with_is_not_lost(
    accepted: Case, drive: Drive, lawyer: Staff, client_of: SignIn
) -> None:
    """The arbitration was decided upon while it was typed: refused with the words still there, also later."""
    client, words = client_of(lawyer), "送达回证编号示例"
    today_ = timezone.localdate()
    case = drive.complete(accepted, lawyer, Decision.AWARDED, on=today_, final=True, note="支付工资")
    assert client.post(page(case), {"kind": "SERVED", "on": today(), "note": words}).status_code == 400
    drive.complete(case, lawyer, Decision.LET_STAND, note="职工不起诉")
    Case.objects.filter(pk=case.pk).update(stage="ARBITRATION")
    answer = client.post(page(case), {"kind": "EMPLOYER_GOT", "on": today(), "note": words})
    assert answer.status_code == 409 and words in answer.content.decode()
    assert words in client.get(page(case)).content.decode()
    drop = reverse("draft-drop", args=[case.pk, "ENTRY"])
    assert client.post(drop, {"next": page(case)})["Location"] == page(case)
    assert words not in client.get(page(case)).content.decode()


def test_what_was_typed_is_there_again_and_gone_once_it_is_saved(
    accepted: Case, lawyer: Staff, client_of: SignIn
) -> None:
    client, words = client_of(lawyer), "快递签收"
    keep = reverse("draft", args=[accepted.pk, "ENTRY"])
    assert client.post(keep, {"kind": "SERVED", "note": words}).status_code == 204
    assert words in client.get(page(accepted)).content.decode()
    assert words not in client.get(page(accepted) + "?kind=TRIBUNAL").content.decode()
    assert "?kind=TRIBUNAL" in client.get(page(accepted) + "?kind=").content.decode()
    client.post(page(accepted), {"kind": "SERVED", "on": today(), "note": words})
    assert 'name="note"' not in client.get(page(accepted)).content.decode()


def test_the_papers_are_read_once_they_are_filed_and_open_while_something_is_typed(
    case: Case, drive: Drive, lawyer: Staff, agent: Staff, client_of: SignIn
) -> None:
    forms = ['id="section-REFERRAL"', 'id="section-EVIDENCE"']
    client = client_of(lawyer)
    case = drive.prepare_referral(drive.to_referral(case))
    address = reverse("case", args=[case.pk])
    assert all(form in client.get(address).content.decode() for form in forms)
    case = drive.complete(case, lawyer, Decision.FILED, filed_on=timezone.localdate())
    shown = client.get(address).content.decode()
    assert not any(form in shown for form in forms)
    assert "劳动合同履行地" in shown and reverse("section", args=[case.pk, "REFERRAL"]) in shown
    assert (
        reverse("section", args=[case.pk, "REFERRAL"]) not in client_of(agent).get(address).content.decode()
    )
    keep = reverse("draft", args=[case.pk, "REFERRAL"])
    client.post(keep, {"commission": "市北区劳动人事争议仲裁委员会", "revision": "1"})
    shown = client.get(address).content.decode()
    assert forms[0] in shown and forms[1] not in shown and "市北区" in shown


def test_a_withdrawal_says_what_it_leaves_open(accepted: Case, lawyer: Staff, client_of: SignIn) -> None:
    client = client_of(lawyer)
    assert client.post(page(accepted), {"kind": "WITHDRAWN", "on": today()}).status_code == 303
    for address in (page(accepted), reverse("case", args=[accepted.pk])):
        shown = client.get(address).content.decode()
        assert "职工可以再次申请仲裁" in shown and "按请求事项判断是否终局" not in shown
    assert "职工撤回仲裁申请" in client.get(reverse("case", args=[accepted.pk])).content.decode()


@pytest.mark.parametrize("step", ("acceptance", "award"))
def test_after_a_withdrawal_the_step_offers_that_and_says_why(
    step: str, case: Case, drive: Drive, lawyer: Staff, client_of: SignIn
) -> None:
    """Chosen already, also where something else was chosen before; and no longer once it is struck out."""
    case = drive.to_award(case) if step == "award" else drive.to_acceptance(case)
    client, where = client_of(lawyer), reverse("case", args=[case.pk])
    chosen = re.compile(r'name="decision" value="(\w+)"[^>]*checked')
    task = steps.current_task(case)
    assert task is not None
    refused = client.post(reverse("step", args=[case.pk, task.pk]), {"decision": "UNDECIDED"})
    assert refused.status_code == 400 and chosen.findall(client.get(where).content.decode()) == ["UNDECIDED"]
    before = casefile.work_version(lawyer, case)
    client.post(page(case), {"kind": "WITHDRAWN", "on": today()})
    assert casefile.work_version(lawyer, case) != before, "an open page shows it, too"
    shown = client.get(where).content.decode()
    assert chosen.findall(shown) == ["TAKEN_BACK"] and "登记有误的，请先划去" in shown
    row = case.referrals.get().entries.get()
    client.post(page(case), {"action": "strike", "row": row.pk, "reason": "记错了"})
    shown = client.get(where).content.decode()
    assert chosen.findall(shown) == ["UNDECIDED"] and "登记有误的，请先划去" not in shown
