"""The search page: facets and chips, pages, errors at their place, the address that holds all of it."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from hotline.enums import EmployerRole, MessageState, Section
from hotline.models import Access, Case, Message, Staff
from search import outbox
from tests.conftest import Drive
from workflows import reception

pytestmark = pytest.mark.django_db
Arrive = Callable[..., reception.Received]
SignIn = Callable[[Staff], Client]
PIECE = {"HX-Request": "true", "HX-Target": "results"}
MORE = {"HX-Request": "true", "HX-Target": "more"}


@pytest.fixture
def write(arrive: Arrive, index: Path) -> Callable[..., Case]:
    """Cases in which a text was written, found at once."""

    def make(text: str, count: int = 1) -> list[Case]:
        made = []
        for n in range(count):
            number = f"+861390000{n:04d}"
            received = arrive(number, at=timezone.now() - timedelta(hours=n))
            Message.objects.create(interaction=received.interaction, body=text, state=MessageState.RECEIVED)
            made.append(received.case)
        while outbox.drain():
            pass
        return made

    return make


def hits(body: str) -> list[int]:
    return [int(pk) for pk in re.findall(r'<h2><a href="/cases/(\d+)/', body)]


def test_facets_narrow_and_chips_widen(
    write: Callable[..., list[Case]], supervisor: Staff, client_of: SignIn
) -> None:
    write("拖欠工资", 2)
    browser = client_of(supervisor)
    page = browser.get("/search/", {"q": "工资"}).content.decode()
    assert 'data-total="2"' in page and "stage=INTAKE" in page
    narrowed = browser.get("/search/", {"q": "工资", "stage": "INTAKE", "urgency": "P0"})
    body = narrowed.content.decode()
    assert 'data-total="0"' in body
    assert [chip.address for chip in narrowed.context["chips"]] == [
        "q=%E5%B7%A5%E8%B5%84&urgency=P0",
        "q=%E5%B7%A5%E8%B5%84&stage=INTAKE",
    ]
    # What is chosen and found nowhere still stands there, so that it can be taken away.
    chosen = {one.words: one for facet in narrowed.context["facets"] for one in facet.first if one.chosen}
    assert [one.count for one in chosen.values()] == [0, 0]
    assert '<input type="hidden" form="search-form" name="stage" value="INTAKE">' in body


def test_a_run_of_typing_is_one_look(
    write: Callable[..., list[Case]], supervisor: Staff, client_of: SignIn
) -> None:
    browser = client_of(supervisor)

    def noted() -> list[str]:
        return list(Access.objects.filter(what="search").order_by("pk").values_list("detail", flat=True))

    for text in ("周", "周明", "周明 工资"):
        browser.get("/search/", {"q": text, "stage": "INTAKE"}, headers=PIECE)
    assert noted() == ["周明 工资 stage=INTAKE"]
    browser.get(
        "/search/", {"q": "周明", "stage": "INTAKE"}, headers=PIECE
    )  # shortened: other cases are seen
    browser.get("/search/", {"q": "周明 社保"}, headers=PIECE)  # another choice
    browser.get("/search/", {"q": "周明 社保"})  # sent off
    assert noted() == ["周明 工资 stage=INTAKE", "周明 stage=INTAKE", "周明 社保", "周明 社保"]
    Access.objects.update(at=timezone.now() - timedelta(minutes=1))
    browser.get("/search/", {"q": "周明 社保 工伤"}, headers=PIECE)
    assert noted()[-2:] == ["周明 社保", "周明 社保 工伤"]


def test_without_words_a_choice_alone_is_a_search(
    write: Callable[..., list[Case]], supervisor: Staff, client_of: SignIn
) -> None:
    write("拖欠工资", 2)
    day = timezone.localdate(timezone.now() - timedelta(hours=1)).isoformat()
    browser = client_of(supervisor)
    assert 'data-total="2"' in browser.get("/search/", {"from": day, "q": ""}).content.decode()
    later = (timezone.localdate() + timedelta(days=2)).isoformat()
    assert 'data-total="0"' in browser.get("/search/", {"from": later}).content.decode()
    assert Access.objects.filter(what="search", detail=f"{later}..").exists()


def test_more_is_added_without_end_and_each_page_is_noted(
    write: Callable[..., list[Case]], supervisor: Staff, client_of: SignIn
) -> None:
    cases = write("拖欠工资", 45)
    browser = client_of(supervisor)
    body = browser.get("/search/", {"q": "工资"}).content.decode()
    seen = hits(body)
    while following := re.search(r'hx-get="(/search/\?[^"]+)"', body):
        body = browser.get(following[1].replace("&amp;", "&"), headers=MORE).content.decode()
        assert "<html" not in body and 'id="results"' not in body
        seen += hits(body)
    assert seen == [case.pk for case in cases]
    assert Access.objects.filter(what="search").count() == 3


def test_a_script_gets_the_results_alone_and_the_address_of_the_search(
    write: Callable[..., list[Case]], supervisor: Staff, client_of: SignIn
) -> None:
    write("拖欠工资")
    browser = client_of(supervisor)
    answer = browser.get("/search/?q=工资&from=&to=&stage=INTAKE&sort=oldest", headers=PIECE)
    assert answer["HX-Replace-Url"] == "/search/?q=%E5%B7%A5%E8%B5%84&stage=INTAKE&sort=oldest"
    body = answer.content.decode()
    assert body.startswith('<div id="results"') and "<html" not in body
    assert browser.get("/search/?q=", headers=PIECE)["HX-Replace-Url"] == "/search/"
    # Without a script the same address is a whole page.
    assert "<html" in browser.get("/search/?q=工资").content.decode()


def test_an_error_stands_at_its_place(supervisor: Staff, client_of: SignIn) -> None:
    body = client_of(supervisor).get("/search/", {"q": "工资 律师:<i>无此人 多"}).content.decode()
    assert "工资 <mark>律师:&lt;i&gt;无此人</mark> 多" in body
    assert "data-total" not in body


def test_an_employer_that_looks_alike_is_offered(
    write: Callable[..., list[Case]], supervisor: Staff, agent: Staff, drive: Drive, client_of: SignIn
) -> None:
    case = write("拖欠工资")[0]
    rows = [{"name": "青岛示例制帽有限公司", "role": EmployerRole.EMPLOYER}]
    drive.save(case, Section.EMPLOYERS, agent, rows=rows)
    while outbox.drain():
        pass
    body = client_of(supervisor).get("/search/", {"q": "示例制冒"}).content.decode()
    assert re.search(r'<a href="/search/\?q=%22[^"]+%22">青岛示例制帽有限公司</a>', body)


def test_no_facet_or_chip_names_a_lawyer_of_another_unit(
    write: Callable[..., list[Case]], outsider: Staff, lawyer: Staff, client_of: SignIn
) -> None:
    body = client_of(outsider).get("/search/", {"q": "工资", "lawyer": str(lawyer.pk)}).content.decode()
    assert lawyer.name not in body


@pytest.mark.parametrize(
    "query",
    [
        "lawyer=99999999999999999999999",
        "lawyer=²",
        "month=-",
        "month=x",
        "from=9999-12-31",
        "stage=%00",
        "after=x",
    ],
)
def test_no_address_breaks_the_page(query: str, supervisor: Staff, client_of: SignIn) -> None:
    assert client_of(supervisor).get(f"/search/?q=1234&{query}").status_code == 200
