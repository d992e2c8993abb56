"""The calculators on a case: filled with what it knows, answered as one types, put among the claims once."""

from collections.abc import Callable
from dataclasses import fields
from decimal import Decimal

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from hotline.console.forms.calculators import FORMS
from hotline.enums import Section
from hotline.models import Case, Category, Draft, Event, Staff, Unit
from tests.conftest import Drive
from workflows.calculators.kinds import CALCULATORS

pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Client]
HTMX = {"HX-Request": "true"}
WAGES = {"monthly_wage": "6,000元", "start": "2026-06-01", "end": "2026-08-31", "revision": "0"}
JOB = {"monthly_wage": "5000", "employed_from": "2023-01-01", "employed_until": "2025-12-31", "revision": "0"}


def url(case: Case, kind: str = "wages") -> str:
    return reverse("calculator", args=[case.pk, kind])


def claim(client: Client, case: Case, data: dict[str, str], kind: str = "wages") -> HttpResponse:
    return client.post(url(case, kind), data | {"action": "claim"})


def test_forms_ask_what_the_calculators_reckon_from() -> None:
    assert set(FORMS) == set(CALCULATORS)
    for code, form in FORMS.items():
        asked, wanted = set(form.base_fields), {one.name for one in fields(CALCULATORS[code].inputs)}
        assert asked == wanted - ({"before_law"} if code == "unlawful-dismissal" else set())


@pytest.mark.parametrize(
    ("code", "kind"),
    [("A01", "wages"), ("C01", "unlawful-dismissal"), ("C02", "compensation"), ("E01", "injury")],
)
def test_the_category_says_where_to_begin(
    case: Case, agent: Staff, client_of: SignIn, code: str, kind: str
) -> None:
    group = Category.objects.create(code=code[0], name_zh="类", name_en="Group")
    case.category = Category.objects.create(code=code, parent=group, name_zh="类", name_en="Kind")
    case.save(update_fields=["category"])
    assert client_of(agent).get(reverse("calculators", args=[case.pk]))["Location"] == url(case, kind)


@pytest.mark.parametrize("kind", FORMS)
def test_what_the_case_knows_is_filled_in(case: Case, agent: Staff, client_of: SignIn, kind: str) -> None:
    Case.objects.filter(pk=case.pk).update(employed_from="2022-02-03", employed_until="2026-04-05")
    answer = client_of(agent).get(url(case, kind))
    assert answer.status_code == 200
    assert 'value="2026-04-05"' in answer.content.decode()


def test_the_sum_comes_as_one_types(case: Case, agent: Staff, client_of: SignIn) -> None:
    answer = client_of(agent).post(url(case), WAGES, headers=HTMX)
    text = answer.content.decode()
    assert answer.status_code == 200 and "<html" not in text
    assert "¥18,000.00" in text and "第50条" in text
    assert not case.claims.exists() and not Event.objects.filter(case=case, kind="section.saved").exists()


def test_what_is_not_verified_and_not_known_is_shown(
    case: Case, agent: Staff, district: Unit, client_of: SignIn
) -> None:
    text = (
        client_of(agent)
        .post(url(case, "compensation"), JOB | {"district": "370202"}, headers=HTMX)
        .content.decode()
    )
    assert "¥15,000.00" in text
    assert "未核" in text or "未核对" in text
    assert "2024年度职工月平均工资" in text


@pytest.mark.parametrize("wrong", [{"monthly_wage": ""}, {"monthly_wage": "很多"}, {"end": "2026-05-31"}])
def test_what_is_wrong_is_said(case: Case, agent: Staff, client_of: SignIn, wrong: dict[str, str]) -> None:
    client = client_of(agent)
    assert "¥" not in client.post(url(case), WAGES | wrong, headers=HTMX).content.decode()
    for action in ("reckon", "claim"):
        answer = client.post(url(case), WAGES | wrong | {"action": action})
        assert answer.status_code == 400 and "error-summary" in answer.content.decode()
    assert not case.claims.exists()


def test_one_press_makes_it_a_claim(case: Case, agent: Staff, client_of: SignIn) -> None:
    answer = claim(client_of(agent), case, WAGES)
    assert answer.status_code == 302 and answer["Location"] == reverse("case", args=[case.pk])
    line = case.claims.get()
    assert (line.kind, line.amount) == ("WAGES", Decimal("18000.00"))
    assert line.period == "2026-06-01至2026-08-31"
    assert line.basis.startswith("6,000.00 × 3 = 18,000.00；《中华人民共和国劳动法》第50条")
    assert Event.objects.filter(case=case, kind="section.saved", data__section="CLAIMS").count() == 1


def test_the_line_is_in_the_houses_language(case: Case, agent: Staff, client_of: SignIn) -> None:
    client = client_of(agent)
    client.cookies["django_language"] = "en"
    assert "Labour Law" in client.post(url(case), WAGES, headers=HTMX).content.decode()
    claim(client, case, WAGES)
    assert "《中华人民共和国劳动法》" in case.claims.get().basis


def test_pressed_twice_it_is_one_line(case: Case, agent: Staff, client_of: SignIn) -> None:
    client = client_of(agent)
    assert [claim(client, case, WAGES).status_code for _press in range(2)] == [302, 302]
    assert case.claims.count() == 1


def test_a_line_stays_beside_others_or_takes_the_place_of_one(
    case: Case, agent: Staff, drive: Drive, client_of: SignIn
) -> None:
    rows = [
        {"kind": "WAGES", "amount": None, "period": "", "basis": "约三个月"},
        {"kind": "OTHER", "basis": "押金"},
    ]
    drive.save(case, Section.CLAIMS, agent, rows=rows)
    first = case.claims.get(kind="WAGES").pk
    claim(client_of(agent), case, WAGES | {"revision": "1", "replaces": str(first)})
    assert [row.kind for row in case.claims.all()] == ["WAGES", "OTHER"]
    assert case.claims.get(kind="WAGES").amount == Decimal("18000.00")
    claim(client_of(agent), case, JOB | {"revision": "2"}, "compensation")
    assert [row.kind for row in case.claims.all()] == ["WAGES", "OTHER", "COMPENSATION"]
    claim(client_of(agent), case, WAGES | {"revision": "3", "paid": "1", "replaces": "999999"})
    assert case.claims.count() == 4, "a line that is gone is not replaced"


def test_someone_saved_the_claims_meanwhile(
    case: Case, agent: Staff, other_agent: Staff, drive: Drive, client_of: SignIn
) -> None:
    drive.save(
        case, Section.CLAIMS, other_agent, rows=[{"kind": "OTHER", "amount": None, "basis": "退还押金"}]
    )
    client = client_of(agent)
    answer = claim(client, case, WAGES)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert other_agent.name in text and "退还押金" in text and "18000.00" in text
    assert case.claims.count() == 1, "nothing is written over theirs"
    draft = Draft.objects.get(case=case, section=Section.CLAIMS, staff=agent)
    # Mine are their lines with the new one: saved from here, nothing of either is lost.
    data = {name: values[0] for name, values in draft.data.items()} | {"revision": "1"}
    client.post(reverse("section", args=[case.pk, "CLAIMS"]), data)
    assert {row.kind for row in case.claims.all()} == {"OTHER", "WAGES"}


def test_unsaved_lines_of_ones_own_are_not_lost(case: Case, agent: Staff, client_of: SignIn) -> None:
    client = client_of(agent)
    client.post(reverse("draft", args=[case.pk, "CLAIMS"]), {"rows-0-basis": "押金", "revision": "0"})
    answer = claim(client, case, WAGES)
    assert answer.status_code == 409 and "error-summary" in answer.content.decode()
    assert Draft.objects.filter(case=case, section="CLAIMS").exists() and not case.claims.exists()


def test_nothing_is_claimed_where_nothing_is_owed(case: Case, agent: Staff, client_of: SignIn) -> None:
    client = client_of(agent)
    paid = WAGES | {"paid": "18000"}
    assert 'value="claim"' not in client.post(url(case), paid, headers=HTMX).content.decode()
    assert claim(client, case, paid).status_code == 400
    assert not case.claims.exists()


def test_a_sum_beyond_all_sense_is_refused(case: Case, agent: Staff, client_of: SignIn) -> None:
    answer = claim(client_of(agent), case, WAGES | {"monthly_wage": "999999999"})
    assert answer.status_code == 400 and not case.claims.exists()


def test_a_mediator_reckons_and_does_not_write_claims(
    case: Case, mediator: Staff, drive: Drive, client_of: SignIn
) -> None:
    drive.to_mediation(case)
    client = client_of(mediator)
    text = client.post(url(case), WAGES, headers=HTMX).content.decode()
    assert "¥18,000.00" in text and 'value="claim"' not in text
    assert claim(client, case, WAGES).status_code == 403
    assert not case.claims.exists()


def test_a_closed_case_is_reckoned_and_not_written(
    case: Case, agent: Staff, drive: Drive, client_of: SignIn
) -> None:
    drive.to_closed(case)
    before = case.claims.count()
    client = client_of(agent)
    assert 'value="claim"' not in client.post(url(case), WAGES, headers=HTMX).content.decode()
    assert claim(client, case, WAGES).status_code == 409
    assert case.claims.count() == before


def test_the_long_reckoning_fits_into_the_line(
    case: Case, agent: Staff, district: Unit, client_of: SignIn
) -> None:
    data = {
        "monthly_wage": "100",
        "start": "2023-11-20",
        "end": "2026-11-12",
        "district": "370202",
        "revision": "0",
    }
    assert claim(client_of(agent), case, data, "minimum-wage").status_code == 302
    assert len(case.claims.get().basis) <= 300


def test_an_unknown_calculator_is_not_there(case: Case, agent: Staff, client_of: SignIn) -> None:
    assert client_of(agent).get(url(case, "bonus")).status_code == 404
