"""The forms of a case: what is wrong is said beside it, what was typed is never lost."""

from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from hotline.models import Case, Draft, Event, Staff
from tests.conftest import Drive

pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Client]
HTMX = {"HX-Request": "true"}
INTAKE = {
    "revision": "0",
    "urgency": "P2",
    "persons": "1",
    "has_contract": "UNKNOWN",
    "narrative": "老板拖欠工资",
}
CALLER = {
    "revision": "0",
    "sex": "U",
    "union_member": "UNKNOWN",
    "may_disclose": "UNKNOWN",
    "may_text": "UNKNOWN",
}


def rows(**fields: str) -> dict[str, str]:
    head = {"revision": "0", "rows-TOTAL_FORMS": "1", "rows-INITIAL_FORMS": "0"}
    return head | {f"rows-0-{name}": value for name, value in fields.items()}


def post(client: Client, case: Case, section: str, data: dict[str, object], **headers: str) -> HttpResponse:
    return client.post(reverse("section", args=[case.pk, section]), data, headers=headers)


def test_what_is_typed_is_saved_and_the_page_returns_to_the_case(
    case: Case, agent: Staff, client_of: SignIn
) -> None:
    answer = post(client_of(agent), case, "INTAKE", INTAKE)
    assert answer.status_code == 303 and answer["Location"].startswith(f"/cases/{case.pk}/")
    case.refresh_from_db()
    assert case.narrative == "老板拖欠工资"


def test_htmx_gets_the_form_again_with_the_next_revision(case: Case, agent: Staff, client_of: SignIn) -> None:
    answer = post(client_of(agent), case, "INTAKE", INTAKE, **HTMX)
    assert answer.status_code == 200
    assert 'name="revision" value="1"' in answer.content.decode()
    assert "<html" not in answer.content.decode()
    assert 'data-state="saved"' in answer.content.decode()


def test_a_redirect_leads_to_no_other_site(case: Case, agent: Staff, client_of: SignIn) -> None:
    answer = post(client_of(agent), case, "INTAKE", INTAKE | {"next": "https://evil.example/"})
    assert answer["Location"].startswith(f"/cases/{case.pk}/")


@pytest.mark.parametrize(
    ("section", "data", "words"),
    [
        ("CALLER", CALLER | {"identity_number": "370202199001011234"}, "370202199001011234"),
        ("CALLER", CALLER | {"birth_date": "2026-02-30"}, "2026-02-30"),
        ("CALLER", CALLER | {"birth_date": "2031-02-03"}, "2031-02-03"),
        ("INTAKE", INTAKE | {"known_on": "2026-13-01"}, "2026-13-01"),
        ("INTAKE", INTAKE | {"employed_from": "2026-05-01", "employed_until": "2026-04-01"}, "2026-04-01"),
        ("INTAKE", INTAKE | {"persons": "0"}, "老板拖欠工资"),
        ("INTAKE", INTAKE | {"category": "X99"}, "老板拖欠工资"),
        (
            "EMPLOYERS",
            rows(name="某公司", role="EMPLOYER", credit_code="91370200MA3C0000X1"),
            "91370200MA3C0000X1",
        ),
        ("EMPLOYERS", rows(role="EMPLOYER", industry="制造"), "制造"),
        ("CLAIMS", rows(kind="WAGES", amount="1000000000000"), "1000000000000"),
        ("CLAIMS", rows(kind="WAGES", amount="12.345"), "12.345"),
        ("CLAIMS", rows(kind="WAGES", amount="很多"), "很多"),
        ("CLAIMS", rows(kind="", amount="100"), "100"),
    ],
)
def test_bad_input_says_what_is_wrong_and_keeps_what_was_typed(
    case: Case, agent: Staff, client_of: SignIn, section: str, data: dict[str, object], words: str
) -> None:
    client = client_of(agent)
    answer = post(client, case, section, data)
    text = answer.content.decode()
    assert answer.status_code == 400
    assert "error-summary" in text and "field-error" in text
    assert words in text
    assert not Event.objects.filter(case=case, kind="section.saved").exists()
    again = client.get(reverse("section", args=[case.pk, section])).content.decode()
    assert words in again, "the draft is there on the next load"


def test_an_amount_may_be_written_as_people_write_it(case: Case, agent: Staff, client_of: SignIn) -> None:
    assert (
        post(client_of(agent), case, "CLAIMS", rows(kind="WAGES", amount="￥31,000.5元")).status_code == 303
    )
    assert str(case.claims.get().amount) == "31000.50"


def test_a_date_may_be_written_as_people_write_it(case: Case, agent: Staff, client_of: SignIn) -> None:
    assert (
        post(client_of(agent), case, "INTAKE", INTAKE | {"known_on": "２０２６年９月１２日"}).status_code
        == 303
    )
    case.refresh_from_db()
    assert str(case.known_on) == "2026-09-12"


def test_a_line_that_is_taken_away_goes(case: Case, agent: Staff, client_of: SignIn) -> None:
    client = client_of(agent)
    post(client, case, "CLAIMS", rows(kind="WAGES", amount="100"))
    data = rows(kind="WAGES", amount="100", remove="on") | {"revision": "1"}
    assert post(client, case, "CLAIMS", data).status_code == 303
    assert not case.claims.exists()


def test_the_identity_number_is_stored_encrypted_and_never_shown_by_itself(
    case: Case, agent: Staff, client_of: SignIn
) -> None:
    client, number = client_of(agent), "11010519491231002X"
    client.post(reverse("draft", args=[case.pk, "CALLER"]), CALLER | {"identity_number": number})
    assert number not in str(Draft.objects.get().data)
    assert number in client.get(reverse("section", args=[case.pk, "CALLER"])).content.decode()
    assert post(client, case, "CALLER", CALLER | {"identity_number": number}).status_code == 303
    case.person.refresh_from_db()
    assert case.person.identity_number == number and number not in case.person.identity_token
    page = client.get(f"/cases/{case.pk}/").content.decode()
    assert number not in page and "110105***002X" in page
    assert number not in str(list(case.events.values_list("data", flat=True)))
    assert post(client, case, "CALLER", CALLER | {"revision": "1", "name": "赵敏"}).status_code == 303
    case.person.refresh_from_db()
    assert case.person.identity_number == number, "an empty field keeps what is stored"


def test_a_draft_comes_back_after_a_reload_and_bumps_nothing(
    case: Case, agent: Staff, client_of: SignIn
) -> None:
    client, version = client_of(agent), case.version
    answer = client.post(reverse("draft", args=[case.pk, "INTAKE"]), INTAKE | {"narrative": "说到一半"})
    assert answer.status_code == 204
    case.refresh_from_db()
    assert case.version == version
    assert "说到一半" in client.get(f"/cases/{case.pk}/").content.decode()


def test_a_fragment_with_a_draft_is_another_one(case: Case, agent: Staff, client_of: SignIn) -> None:
    client, address = client_of(agent), reverse("case-part", args=[case.pk, "work"])
    before = client.get(address)
    client.post(reverse("draft", args=[case.pk, "INTAKE"]), INTAKE | {"narrative": "说到一半"})
    with_draft = client.get(address, headers={"If-None-Match": before["ETag"]})
    assert with_draft.status_code == 200 and "no-store" in with_draft["Cache-Control"]
    client.post(reverse("draft-drop", args=[case.pk, "INTAKE"]))
    assert client.get(address, headers={"If-None-Match": with_draft["ETag"]}).status_code == 200


def test_a_draft_is_its_writers_own(case: Case, agent: Staff, other_agent: Staff, client_of: SignIn) -> None:
    client_of(agent).post(reverse("draft", args=[case.pk, "INTAKE"]), INTAKE | {"narrative": "说到一半"})
    assert "说到一半" not in client_of(other_agent).get(f"/cases/{case.pk}/").content.decode()


def test_a_draft_is_thrown_away_by_its_writer(case: Case, agent: Staff, client_of: SignIn) -> None:
    client = client_of(agent)
    client.post(reverse("draft", args=[case.pk, "INTAKE"]), INTAKE)
    answer = client.post(reverse("draft-drop", args=[case.pk, "INTAKE"]), headers=HTMX)
    assert answer.status_code == 200 and "老板拖欠工资" not in answer.content.decode()
    assert not Draft.objects.exists()


@pytest.mark.parametrize("name", ["NOTHING", "intake", "x"])
def test_there_are_drafts_of_what_can_be_typed_alone(
    case: Case, agent: Staff, client_of: SignIn, name: str
) -> None:
    assert client_of(agent).post(f"/cases/{case.pk}/draft/{name}/", {"a": "b"}).status_code == 404


def test_a_save_over_someone_elses_shows_both_and_loses_neither(
    case: Case, agent: Staff, other_agent: Staff, client_of: SignIn
) -> None:
    post(client_of(agent), case, "INTAKE", INTAKE | {"narrative": "甲写的", "summary": "甲的标题"})
    client = client_of(other_agent)
    answer = post(client, case, "INTAKE", INTAKE | {"narrative": "乙写的", "wishes": "乙的诉求"})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "甲写的" in text and "乙写的" in text and "王晓梅" in text
    assert 'name="revision" value="1"' in text
    assert Draft.objects.get(staff=other_agent).data["narrative"] == ["乙写的"]
    chosen = INTAKE | {
        "revision": "1",
        "narrative": "乙写的",
        "wishes": "乙的诉求",
        "summary": "",
        "theirs": ["summary"],
    }
    assert post(client, case, "INTAKE", chosen).status_code == 303
    case.refresh_from_db()
    assert (case.narrative, case.wishes, case.summary) == ("乙写的", "乙的诉求", "甲的标题")
    assert not Draft.objects.exists()


def test_two_lists_of_claims_side_by_side(
    case: Case, agent: Staff, other_agent: Staff, client_of: SignIn
) -> None:
    post(client_of(agent), case, "CLAIMS", rows(kind="WAGES", amount="100"))
    client = client_of(other_agent)
    answer = post(client, case, "CLAIMS", rows(kind="OVERTIME", amount="200"))
    assert answer.status_code == 409
    assert (
        post(
            client, case, "CLAIMS", rows(kind="OVERTIME", amount="200") | {"revision": "1", "theirs": "rows"}
        ).status_code
        == 303
    )
    assert case.claims.get().kind == "WAGES"
    assert (
        post(client, case, "CLAIMS", rows(kind="OVERTIME", amount="200") | {"revision": "1"}).status_code
        == 303
    )
    assert case.claims.get().kind == "OVERTIME"


def test_a_closed_case_is_not_written_and_what_was_typed_is_kept(
    case: Case, drive: Drive, agent: Staff, client_of: SignIn
) -> None:
    drive.to_closed(case)
    answer = post(client_of(agent), case, "INTAKE", INTAKE)
    assert answer.status_code == 409
    assert Draft.objects.get(staff=agent).data["narrative"] == ["老板拖欠工资"]


def test_who_may_not_write_a_section_finds_no_form(
    case: Case, drive: Drive, agent: Staff, client_of: SignIn
) -> None:
    drive.to_review(case)
    assert client_of(agent).get(reverse("section", args=[case.pk, "REVIEW"])).status_code == 404
    assert post(client_of(agent), case, "REVIEW", {"revision": "0", "opinion": "x"}).status_code == 403


@pytest.mark.parametrize(
    ("station", "who", "section", "data"),
    [
        (
            "to_review",
            "lawyer",
            "REVIEW",
            {"opinion": "应当支付", "law": "第三十条", "limitation_from": "2026-09-12"},
        ),
        (
            "to_mediation",
            "mediator",
            "MEDIATION",
            {"proposal": "分期", "agreement": "十日内付清", "amount": "20,000"},
        ),
        (
            "to_referral",
            "lawyer",
            "REFERRAL",
            {"commission": "市南区仲裁委", "authority": "SPECIAL", "authorised_on": "2026-11-02"},
        ),
    ],
)
def test_each_stage_has_its_section(
    case: Case,
    drive: Drive,
    client_of: SignIn,
    station: str,
    who: str,
    section: str,
    data: dict[str, str],
    request: pytest.FixtureRequest,
) -> None:
    case = getattr(drive, station)(case)
    client = client_of(request.getfixturevalue(who))
    assert f"section-{section}" in client.get(f"/cases/{case.pk}/").content.decode()
    form = client.get(reverse("section", args=[case.pk, section])).content.decode()
    revision = form.split('name="revision" value="')[1].split('"')[0]
    assert post(client, case, section, data | {"revision": revision}).status_code == 303


def test_the_same_line_typed_by_two_is_not_lost(
    case: Case, agent: Staff, other_agent: Staff, client_of: SignIn
) -> None:
    data = rows(kind="WAGES", amount="31000", basis="三个月")
    assert post(client_of(other_agent), case, "CLAIMS", data).status_code == 303
    assert post(client_of(agent), case, "CLAIMS", data).status_code == 409
    assert post(client_of(agent), case, "CLAIMS", data | {"revision": "1"}).status_code == 303
    assert case.claims.get().basis == "三个月"
