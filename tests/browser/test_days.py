"""A lawyer's day and a mediator's day, each through their own pages."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.browser.house import Person, Telephone, shot, text_opens_case, violations

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
Arrive = Callable[..., Person]
Dial = Callable[[str], Telephone]
COMES_ANEW = """async (part) => {
  const answer = await fetch(part.getAttribute("hx-get"), { headers: { "HX-Request": "true" } });
  htmx.swap(part, await answer.text(), { swapStyle: "morph:outerHTML" }, { contextElement: part });
}"""
"""What a ring does to a part of the page, whether or not it differs."""


def _day(more: int = 0) -> str:
    return (datetime.now(ZoneInfo("Asia/Shanghai")) + timedelta(days=more)).date().isoformat()


def _to_lawyer(agent: Page, supervisor: Page, phone: Telephone, words: str) -> str:
    """A case that came by text, at the legal review of the lawyer who is watched here."""
    case = text_opens_case(agent, phone, words)
    agent.locator(".case-head form[action$='/take-over/'] button").click()
    intake = agent.locator("#section-INTAKE")
    intake.locator("[name=narrative]").fill(words)
    intake.locator("[name=category]").select_option(index=1)
    intake.locator("[name=known_on]").fill(_day(-20))
    intake.locator(".form-foot button").click()
    expect(intake.locator("[name=revision]")).to_have_value("1")
    agent.locator("#step [name=decision][value=REVIEW]").check()
    agent.locator("#step .form-foot button").click()
    expect(agent.locator(".stages li[aria-current=step]")).to_contain_text("法律审查")
    supervisor.goto(case)
    dialog = _more(supervisor, "reassign")
    if dialog.locator("option").filter(has_text="李文博").count():
        dialog.locator("[name=person]").select_option(label="李文博 · 青岛市总工会")
        _say_why(dialog, "熟悉该类案件")
        expect(supervisor.locator("#step .card-head")).to_contain_text("李文博")
    return case


def _more(page: Page, dialog: str) -> Page:
    page.locator(".case-head .menu summary").click()
    page.locator(f".case-head [data-dialog={dialog}]").click()
    return page.locator(f"dialog#{dialog}")  # type: ignore[return-value]


def _say_why(dialog: Page, reason: str) -> None:
    dialog.locator("[name=reason]").fill(reason)
    dialog.locator(".dialog-foot button.button-main").click()


def _write_opinion(lawyer: Page) -> None:
    review = lawyer.locator("#section-REVIEW")
    review.locator("[name=opinion]").fill("用人单位应当及时足额支付劳动报酬。")
    review.locator("[name=limitation_from]").fill(_day(-20))
    review.locator(".form-foot button").click()
    expect(review.locator("[name=revision]")).to_have_value("1")


def test_a_lawyers_day(person: Arrive, telephone: Dial) -> None:
    agent, supervisor = person("agent2").sign_in(), person("supervisor").sign_in()
    taken = _to_lawyer(agent, supervisor, telephone("+8613912356001"), "加班两个月，单位不给加班费")
    declined = _to_lawyer(agent, supervisor, telephone("+8613912356002"), "单位不给我开离职证明")
    lawyer = person("lawyer", expected=404).sign_in()
    # In the morning: what rests on them, with its days.
    expect(lawyer).to_have_url(re.compile(r"/cases/$"))
    lawyer.goto("/cases/?sort=new")
    expect(lawyer.locator(f"a[href='{taken}']").first).to_be_visible()
    assert violations(lawyer) == [], "the lawyer's cases"
    shot(lawyer, "lawyer-cases")
    lawyer.goto(taken)
    lawyer.locator(".case-head form[action$='/accept-review/'] button").click()
    expect(lawyer.locator("#case-timeline")).to_contain_text("李文博")
    _write_opinion(lawyer)
    begin = lawyer.locator("#measure-begin")
    begin.locator("summary").click()
    lawyer.locator("#case-measures").evaluate(COMES_ANEW)
    expect(begin.locator("[name=purpose]")).to_be_visible()
    begin.locator("[name=kind]").select_option("NEGOTIATION")
    begin.locator("[name=purpose]").fill("请单位补发加班费")
    begin.locator(".form-foot button").click()
    expect(lawyer.locator("#case-measures article.measure")).to_contain_text("请单位补发加班费")
    expect(begin.locator("[name=purpose]")).to_be_hidden()
    assert violations(lawyer) == [], "the case with a measure"
    shot(lawyer, "lawyer-measure")
    number = lawyer.locator(".case-head h1").inner_text().strip()
    days = ""
    for month in dict.fromkeys(
        f"{datetime.now(ZoneInfo('Asia/Shanghai')) + timedelta(days=n):%Y-%m}" for n in (0, 28)
    ):
        lawyer.goto(f"/calendar/?view=list&month={month}")
        days += lawyer.locator("main").inner_text()
    assert number in days
    assert violations(lawyer) == [], "the calendar"
    shot(lawyer, "lawyer-calendar")
    lawyer.goto(declined)
    _say_why(_more(lawyer, "decline"), "曾为该单位提供咨询")
    expect(lawyer).to_have_url(re.compile(r"/cases/$"))
    expect(lawyer.locator(f"a[href='{declined}']")).to_have_count(0)


def test_a_mediators_day(person: Arrive, telephone: Dial) -> None:
    agent, supervisor = person("agent2").sign_in(), person("supervisor").sign_in()
    case = _to_lawyer(agent, supervisor, telephone("+8613912356003"), "单位拖欠绩效工资六千元")
    lawyer = person("lawyer").sign_in()
    lawyer.goto(case)
    lawyer.locator(".case-head form[action$='/accept-review/'] button").click()
    _write_opinion(lawyer)
    lawyer.locator("#step [name=decision][value=MEDIATE]").check()
    lawyer.locator("#step [name=unit]").select_option(label="青岛市总工会")
    lawyer.locator("#step .form-foot button").click()
    expect(lawyer.locator(".stages li[aria-current=step]")).to_contain_text("调解")
    mediator = person("mediator").sign_in()
    mediator.goto("/cases/?sort=new&whose=all")
    mediator.locator(f"a[href='{case}']").first.click()
    mediator.locator(".case-head form[action$='/take-over/'] button").click()
    section = mediator.locator("#section-MEDIATION")
    section.locator("[name=accepted_on]").fill(_day())
    section.locator(".form-foot button").click()
    expect(section.locator("[name=revision]")).to_have_value("1")
    card = mediator.locator("#case-mediation")
    _invite(card, f"{_day(3)}T09:30")
    _propose_and_agree(card)
    assert violations(mediator) == [], "the mediation"
    shot(mediator, "mediator-agreement")
    first = card.locator("#instalment-1")
    first.locator("summary").click()
    first.locator("[name=on]").fill(_day())
    first.locator("[name=amount]").fill("3000")
    first.locator(".form-foot button").click()
    expect(card.locator("#instalment-1")).to_contain_text("付清")
    shot(mediator, "mediator-instalment")


def _open(card: Page, form: str) -> Page:
    """The form of the mediation that goes to an address with `form`; what hides it is opened."""
    found = card.locator(f"form[action*='/mediation/{form}/']").first
    if not found.is_visible():
        found.locator("xpath=ancestor::details[1]/summary").click()
    return found  # type: ignore[return-value]


def _invite(card: Page, at: str) -> None:
    form = _open(card, "session")
    form.locator("[name=at]").fill(at)
    form.locator("[name=place]").fill("工会调解室")
    form.locator("[name=invited]").fill("电话通知双方")
    form.locator(".form-foot button").click()
    expect(card).to_contain_text("工会调解室")


def _propose_and_agree(card: Page) -> None:
    form = _open(card, "proposal")
    form.locator("[name=made_by]").select_option("MEDIATOR")
    form.locator("[name=on]").fill(_day())
    form.locator("[name=amount]").fill("6000")
    form.locator("[name=text]").fill("单位分两期付清六千元。")
    form.locator(".form-foot button").click()
    expect(card.locator("#proposal-1")).to_contain_text("单位分两期付清六千元")
    for side in ("WORKER", "EMPLOYER"):
        form = _open(card, "answer")
        form.locator("[name=side]").select_option(side)
        form.locator("[name=stand]").select_option("ACCEPTS")
        form.locator("[name=on]").fill(_day())
        form.locator(".form-foot button").click()
        expect(card.locator("#proposal-1 .badge.tone-good")).to_have_count(1 if side == "WORKER" else 2)
    form = _open(card, "agreement")
    form.locator("[name=on]").fill(_day())
    form.locator("[name=text]").fill("单位分两期付清六千元，双方再无争议。")
    for line, days in enumerate((10, 40)):
        if not form.locator(f"[name=rows-{line}-due]").count():
            form.locator("[data-add-row]").click()
        form.locator(f"[name=rows-{line}-due]").fill(_day(days))
        form.locator(f"[name=rows-{line}-amount]").fill("3000")
    form.locator(".form-foot button").click()
    expect(card.locator("#agreement .instalments li")).to_have_count(2)
