"""The figures of the calculators: seen, added, amended, refused, and reckoned with at once."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from hotline.enums import UnitKind
from hotline.models import Access, BookChange, Case, FigureVersion, Staff, Unit
from tests.conftest import make_unit
from workflows import award_ways, rulebook, sweep
from workflows.calculators.finality import Outlook

pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Client]
WAGE, CITY = "minimum_wage.monthly", "average_wage.city"
NOTICE = "鲁政字〔2026〕1号"
FILES_2026 = f"{WAGE}@2026-01-01@370202"
DISTRICTS = ["370202", "370203", "370211", "370212", "370213", "370214", "370215"]


@pytest.fixture
def client(admin: Staff, client_of: SignIn, district: Unit) -> Client:
    city = make_unit("370200", "青岛市总工会", UnitKind.CITY, None)
    for code, name in (("370281", "胶州市"), ("370283", "平度市"), ("370285", "莱西市")):
        make_unit(code, f"{name}总工会", UnitKind.DISTRICT, city)
    return client_of(admin)


def send(client: Client, code: str = WAGE, **data: object) -> HttpResponse:
    where = reverse("figure", args=[code])
    revision = client.get(where).context["revision"]
    return client.post(where, {"action": "save", "revision": revision, "source_zh": NOTICE, **data})


def value(code: str, day: date, place: str) -> str:
    found = rulebook.figures().find(code, day, place)
    return f"{found.value:f}" if found else ""


def test_the_page_lists_what_stands_and_names_what_is_missing(client: Client) -> None:
    page = client.get(reverse("figures")).content.decode()
    for words in ("最低工资", "2,400.00", "2026-01-01", "山东第一档", "未核", "胶州市", "缺少"):
        assert words in page, words
    entries = {e.code: e for _a, _t, own in client.get(reverse("figures")).context["groups"] for e in own}
    assert "370281" in entries[WAGE].missing_codes and "370202" not in entries[WAGE].missing_codes
    assert entries[CITY].missing and not entries[CITY].lines
    assert set(entries) == set(rulebook.figures().codes())


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("q=青岛市最低工资", {WAGE, "award.final_months"}),
        ("q=市南区 最低工资", {WAGE, "award.final_months"}),
        ("q=鲁人社字〔2026〕75号", {"average_wage.province"}),
        ("q=没有这样的数据", set()),
        ("only=missing", {WAGE, CITY, "income.urban_national"}),
    ],
)
def test_a_figure_is_found(client: Client, query: str, codes: set[str]) -> None:
    groups = client.get(f"{reverse('figures')}?{query}").context["groups"]
    assert {entry.code for _area, _title, own in groups for entry in own} == codes


def test_what_is_missing_is_added_and_reckoned_with_at_once(
    case: Case, client: Client, agent: Staff, client_of: SignIn, admin: Staff
) -> None:
    asked = {"monthly_wage": "30000", "employed_from": "2020-01-01", "employed_until": "2025-12-31",
             "district": "370202", "revision": "0"}  # fmt: skip
    before = client_of(agent).post(reverse("calculator", args=[case.pk, "compensation"]), asked)
    assert before.context["result"].amount == 180_000
    answer = send(client, CITY, value="8,000", places=["370200"], in_force_from="2025-01-01",
                  in_force_to="2025-12-31", verified="on")  # fmt: skip
    assert answer.status_code == 302
    case.claims.create(kind="COMPENSATION", amount=180_000, basis="30,000.00 × 6")
    after = client_of(agent).post(reverse("calculator", args=[case.pk, "compensation"]), asked)
    assert after.context["result"].amount == 144_000
    page = after.content.decode()
    assert case.claims.get().amount == 180_000  # what was reckoned before stays
    assert NOTICE in page and "自2025-01-01起" in page
    change = BookChange.objects.get()
    assert (change.kind, change.actor, change.data["before"]) == ("figure.added", admin, None)
    assert change.data["after"]["value"] == "8000" and change.done_at is not None
    assert Access.objects.filter(staff=admin, what="figure.added", detail__contains="8000").exists()
    assert "8,000.00" in client.get(reverse("figures")).content.decode()


def test_a_new_value_ends_the_one_before_and_taking_it_back_brings_that_back(client: Client) -> None:
    sent = {
        "value": "2600",
        "in_force_from": "2026-10-01",
        "places": DISTRICTS,
        "about": f"follow:{FILES_2026}",
    }
    assert send(client, **sent).status_code == 302
    assert value(WAGE, date(2026, 9, 30), "370202") == "2400"
    assert value(WAGE, date(2026, 10, 1), "370202") == value(WAGE, date(2030, 1, 1), "370215") == "2600"
    row = FigureVersion.objects.get()
    # A day later: the one before goes on until then.
    moved = {**sent, "in_force_from": "2026-11-01", "about": f"correct:{row.pk}"}
    assert send(client, **moved).status_code == 302
    assert value(WAGE, date(2026, 10, 31), "370202") == "2400"
    assert value(WAGE, date(2026, 11, 1), "370202") == "2600"
    newest = FigureVersion.objects.latest("pk")
    for one in (newest, row):
        answer = client.post(
            reverse("figure", args=[WAGE]),
            {"action": "withdraw", "row": one.pk, "revision": rulebook.fresh().revision},
        )
        assert answer.status_code == 302
    assert value(WAGE, date(2026, 11, 1), "370202") == "2400"
    assert FigureVersion.objects.count() == 2 and BookChange.objects.count() == 4
    page = client.get(reverse("figure", args=[WAGE])).content.decode()
    assert "2,600.00" in page and page.count("撤回了") == 2


def test_a_figure_is_corrected_and_marked_as_verified_with_its_source(client: Client) -> None:
    form = client.get(reverse("figure", args=[WAGE]), {"about": f"correct:{FILES_2026}"}).context["form"]
    assert form.initial["value"] == "2400" and form.initial["places"] == DISTRICTS
    sent = {**form.initial, "about": f"correct:{FILES_2026}", "verified": "on", "in_force_to": ""}
    sent["in_force_from"] = sent["in_force_from"].isoformat()
    assert send(client, **sent | {"source_zh": NOTICE}).status_code == 302
    found = rulebook.figures().find(WAGE, date(2026, 6, 1), "370203")
    assert found is not None and found.verified and found.source(chinese=True) == NOTICE
    assert len(rulebook.figures().of(WAGE)) == 2  # with that of 2025, which stays
    change = BookChange.objects.get().data
    assert (change["before"]["verified"], change["after"]["verified"]) == (False, True)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"value": "很多"}, "输入"),
        ({"value": "-5"}, "必须大于0"),
        ({"value": "0"}, "必须大于0"),
        ({"value": "NaN"}, "输入"),
        ({"value": "1" * 20}, "14"),
        ({"places": ["999999"]}, "999999"),
        ({"places": []}, "选择适用地区"),
        ({"places": ["CN", "370281"]}, "全国"),
        ({"source_zh": ""}, "出处"),
        ({"article": "hearsay"}, "hearsay"),
        ({"in_force_from": "2026-07-01", "in_force_to": "2026-01-01"}, "2026-07-01"),
        ({"in_force_from": "2026-13-01"}, "没有这个日期"),
        ({"places": ["370202"], "in_force_from": "2026-02-01"}, "2,400.00"),
        ({"places": ["CN"]}, "2,400.00"),
        ({"about": "correct:nothing"}, "已被修改"),
        ({"about": f"follow:{FILES_2026}", "places": DISTRICTS, "in_force_from": "2026-01-01"}, "2026-01-01"),
        ({"about": f"follow:{FILES_2026}", "places": DISTRICTS, "in_force_from": ""}, "哪一天"),
        ({"about": f"follow:{FILES_2026}", "places": ["370202"], "in_force_from": "2026-12-01"}, "更多地区"),
        ({"about": f"follow:{WAGE}@2023-10-01@370202", "places": DISTRICTS, "in_force_from": "2025-07-01"},
         "2,400.00"),
    ],
)  # fmt: skip
def test_a_refusal_says_what_is_wrong_and_loses_nothing(client: Client, change: dict, words: str) -> None:
    sent = {
        "value": "2500",
        "places": ["370281"],
        "in_force_from": "2026-03-01",
        "source_en": "kept as typed",
    }
    answer = send(client, **sent | change)
    page = answer.content.decode()
    assert (
        answer.status_code == 400 and not FigureVersion.objects.exists() and not BookChange.objects.exists()
    )
    errors = " ".join(text for texts in answer.context["form"].errors.values() for text in texts)
    assert words in errors, errors
    assert "kept as typed" in page and f'value="{ {**sent, **change}["value"] }"' in page


def test_a_save_from_an_old_page_is_refused_and_a_second_press_adds_nothing(client: Client) -> None:
    where = reverse("figure", args=[WAGE])
    sent = {"action": "save", "revision": client.get(where).context["revision"], "value": "2300",
            "places": ["370281"], "in_force_from": "2026-01-01", "source_zh": NOTICE}  # fmt: skip
    assert client.post(where, sent).status_code == 302
    again = client.post(where, sent | {"value": "2299"})
    assert again.status_code == 409 and 'value="2299"' in again.content.decode()
    assert FigureVersion.objects.count() == 1
    for wrong in ("", "x", "9" * 30):
        assert client.post(where, sent | {"revision": wrong}).status_code == 409
        gone = client.post(where, {"action": "withdraw", "row": wrong, "revision": "0"})
        assert gone.status_code == 409
    assert FigureVersion.objects.filter(withdrawn_at=None).count() == 1


def test_an_award_is_final_by_the_figure_of_its_day_and_what_was_found_before_stays(
    case: Case, client: Client
) -> None:

    def found(day: str) -> Outlook:
        return award_ways.outlook(case, date.fromisoformat(day))

    Case.objects.filter(pk=case.pk).update(district_code="370202")
    case.refresh_from_db()
    assert found("2026-11-24").bound == 28_800
    send(client, value="2600", in_force_from="2026-10-01", places=DISTRICTS, about=f"follow:{FILES_2026}")
    assert (found("2026-11-24").bound, found("2026-09-30").bound) == (31_200, 28_800)


def test_a_change_of_a_figure_leaves_the_deadlines_alone(case: Case, client: Client) -> None:
    send(client, value="2300", places=["370281"])
    assert sweep._apply(case.opened_at) == 0
    assert "2300" not in client.get(reverse("deadline-rules")).content.decode()
    change = BookChange.objects.get()
    assert client.get(reverse("deadline-change", args=[change.pk])).status_code == 404


def test_in_english_and_for_administrators_alone(client: Client, agent: Staff, client_of: SignIn) -> None:
    send(client, value="2300", places=["370281"])
    with translation.override("en"):
        client.cookies["django_language"] = "en"
        assert "monthly minimum wage" in client.get(reverse("figure", args=[WAGE])).content.decode()
        assert "Added a figure" in client.get(reverse("figures")).content.decode()
    for where in (reverse("figures"), reverse("figure", args=[WAGE])):
        assert client_of(agent).get(where).status_code == 403
        assert client_of(agent).post(where, {"action": "save"}).status_code in (403, 405)
    assert client.get(reverse("figure", args=["no.such"])).status_code == 404


def test_a_figure_that_two_follow_ends_before_the_earlier_one(client: Client) -> None:
    later = {"value": "2700", "in_force_from": "2027-01-01", "places": DISTRICTS}
    assert send(client, **later, about=f"follow:{FILES_2026}").status_code == 302
    between = {**later, "value": "2600", "in_force_from": "2026-10-01", "in_force_to": "2026-12-31"}
    assert send(client, **between, about=f"follow:{FILES_2026}").status_code == 302
    days = (date(2026, 9, 30), date(2026, 10, 1), date(2026, 12, 31), date(2027, 1, 1))
    assert [value(WAGE, day, "370202") for day in days] == ["2400", "2600", "2600", "2700"]


def test_what_another_process_has_saved_counts_with_the_next_question(client: Client, admin: Staff) -> None:
    assert value(WAGE, date(2026, 6, 1), "370281") == ""
    now = timezone.now()
    kept = {"value": 2300, "places": ["370281"], "source_zh": NOTICE, "made_by": admin, "made_at": now}
    FigureVersion.objects.create(code=WAGE, **kept)
    BookChange.objects.create(kind="figure.added", actor=admin, at=now, done_at=now)
    assert value(WAGE, date(2026, 6, 1), "370281") == "2300"


def test_the_pages_ask_the_same_number_of_questions_however_much_there_is(
    client: Client, django_assert_num_queries: Any
) -> None:
    pages = (reverse("figures"), reverse("figure", args=[WAGE]))
    for round_ in range(2):
        for place in ("370281", "370283", "370285")[round_ : 1 + 2 * round_]:
            assert send(client, value="2300", places=[place]).status_code == 302
        for page in pages:
            client.get(page)  # shows that it was saved
            with django_assert_num_queries(6):  # session, person, their unit, last change, places, changes
                client.get(page)
