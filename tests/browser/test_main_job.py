"""The main job in real browsers: two consoles are open at once, and each sees the other's changes."""

import re
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.house import Person, Telephone, shot, violations

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
NUMBER = "+8613912351001"
NARRATIVE = "三个月工资没有发，共计18600元，老板口头答应年底给。"
PLACES = ["登记受理", "法律审查", "调解", "仲裁", "审核回访", "已办结"]
Arrive = Callable[..., Person]


def test_from_the_ring_to_the_closed_file(person: Arrive, telephone: Callable[[str], Telephone]) -> None:
    agent, supervisor = person("agent").sign_in(), person("supervisor").sign_in()
    phone = telephone(NUMBER)
    _be_offered(agent, supervisor, phone)
    _talk(agent, supervisor, phone)
    _write_down(agent)
    case = _hang_up_and_wrap_up(agent, supervisor, phone)
    _to_review(agent, supervisor, case)
    lawyer = person("lawyer").sign_in()
    _reassign(supervisor, lawyer, case)
    _review(lawyer, supervisor, case)
    _mediate(person("mediator").sign_in(), supervisor, case)
    _arbitrate(lawyer, supervisor, case)
    _close(agent, supervisor, case)


def _be_offered(agent: Page, supervisor: Page, phone: Telephone) -> None:
    expect(agent).to_have_url(re.compile(r"/desk/$"))
    agent.locator("button[name=state][value=AVAILABLE]").click()
    expect(agent.locator("button[name=state][value=AVAILABLE]")).to_have_attribute("aria-pressed", "true")
    expect(supervisor).to_have_url(re.compile(r"/floor/$"))
    phone.dial()
    expect(agent.locator(".offer")).to_contain_text("139****1001")
    shot(agent, "desk-offer")
    agent.keyboard.press("a")


def _talk(agent: Page, supervisor: Page, phone: Telephone) -> None:
    expect(agent.locator("[data-phone-state]")).to_have_attribute("data-state", "talking")
    expect(supervisor.get_by_text("139****1001").first).to_be_visible()
    phone.act("say", text="老板三个月没发工资了，我该怎么办？")
    expect(agent.locator("#desk-call")).to_contain_text("老板三个月没发工资了")
    agent.locator("[data-phone-say] input").fill("请您慢慢说，我都记下来。")
    agent.locator("[data-phone-say] input").press("Enter")
    phone.hears("请您慢慢说")
    expect(agent.locator("#desk-call")).to_contain_text("请您慢慢说")


def _write_down(agent: Page) -> None:
    intake = agent.locator("#section-INTAKE")
    intake.locator("[name=narrative]").fill(NARRATIVE)
    expect(intake.locator("[data-save-state]")).to_have_attribute("data-state", "saved")
    agent.reload()
    # A reload loses neither the words nor the line.
    expect(intake.locator("[name=narrative]")).to_have_value(NARRATIVE)
    expect(agent.locator("[data-phone-state]")).to_have_attribute("data-state", "talking")
    intake.locator("[name=summary]").fill("拖欠三个月工资")
    intake.locator("[name=category]").select_option(index=1)
    intake.locator("[name=known_on]").fill("2026-09-15")
    assert violations(agent) == [], "the desk during a call"
    assert agent.evaluate("document.documentElement.scrollHeight - innerHeight") <= 0, "columns alone scroll"
    shot(agent, "desk-call")
    intake.locator("[name=known_on]").press("Control+Enter")
    expect(intake).to_contain_text("保存")
    expect(intake.locator("[name=revision]")).to_have_value("1")
    _save(agent, "CALLER", name="石小满", identity_number="379999199003150025")
    employer = {"name": "青岛示例制帽有限公司", "credit_code": "91370200MADEM0014N", "address": "示例大道8号"}
    _save(agent, "EMPLOYERS", **_row(employer))
    _save(agent, "CLAIMS", **_row({"kind": "WAGES", "amount": "18,600.00", "basis": "6200元×3个月"}))


def _save(page: Page, section: str, **fields: str) -> None:
    form = page.locator(f"#section-{section}")
    for name, value in fields.items():
        _put(form.locator(f"[name='{name}']"), value)
    form.locator(".form-foot button").click()
    expect(form.locator("[name=revision]")).to_have_value("1")


def _put(field: Locator, value: str) -> None:
    if field.evaluate("field => field.tagName") == "SELECT":
        field.select_option(value)
    else:
        field.fill(value)


def _row(fields: dict[str, str]) -> dict[str, str]:
    return {f"rows-0-{name}": value for name, value in fields.items()}


def _hang_up_and_wrap_up(agent: Page, supervisor: Page, phone: Telephone) -> str:
    case = agent.locator(".callbar-line a").get_attribute("href")
    assert case
    phone.act("hangup")
    expect(agent.locator("#wrap-up")).to_be_visible()
    shot(agent, "desk-wrap-up")
    agent.locator("#wrap-note").fill("已告知保存工资条。")
    agent.locator("#wrap-up button.button-main").click()
    expect(agent.locator("#wrap-up")).to_have_count(0)
    expect(agent.locator("button[name=state][value=AVAILABLE]")).to_have_attribute("aria-pressed", "true")
    supervisor.goto(case)
    expect(supervisor.locator("main")).to_contain_text(NARRATIVE)
    return case


def _at(page: Page, place: int) -> None:
    expect(page.locator(".stages li[aria-current=step]")).to_contain_text(PLACES[place])


def _decide(page: Page, decision: str, **fields: str) -> None:
    step = page.locator("#step")
    choice = step.locator(f"[name=decision][value={decision}]")
    if choice.count():
        choice.check()
    for name, value in fields.items():
        _put(step.locator(f"[name={name}]"), value)
    step.locator(".form-foot button").click()


def _to_review(agent: Page, supervisor: Page, case: str) -> None:
    agent.goto(case)
    # Two people on one case see each other.
    expect(agent.locator(".case-head [data-presence]")).to_contain_text("周立群")
    expect(supervisor.locator(".case-head [data-presence]")).to_contain_text("王晓梅")
    shot(agent, "case-intake")
    _at(supervisor, 0)
    _decide(agent, "REVIEW")
    _at(agent, 1)
    # The supervisor's page has changed by itself.
    _at(supervisor, 1)


def _reassign(supervisor: Page, lawyer: Page, case: str) -> None:
    """The lawyer with the fewest cases got it; the supervisor gives it to the one who is watched here."""
    if lawyer.locator(f"a[href='{case}']").count():
        return
    supervisor.locator(".case-head .menu summary").click()
    supervisor.locator(".case-head [data-dialog=reassign]").click()
    dialog = supervisor.locator("dialog#reassign")
    dialog.locator("[name=person]").select_option(label="李文博 · 青岛市总工会")
    dialog.locator("[name=reason]").fill("熟悉该类案件")
    dialog.locator("button.button-main").click()
    expect(lawyer.locator(f"a[href='{case}']").first).to_be_visible()


def _review(lawyer: Page, supervisor: Page, case: str) -> None:
    lawyer.locator(f"a[href='{case}']").first.click()
    _at(lawyer, 1)
    lawyer.locator(".case-head form[action$='/accept-review/'] button").click()
    _save(lawyer, "REVIEW", opinion="用人单位应当及时足额支付劳动报酬。", limitation_from="2026-09-15")
    shot(lawyer, "case-review")
    lawyer.locator("#step [name=decision][value=MEDIATE]").check()
    lawyer.locator("#step [name=unit]").select_option(label="青岛市总工会")
    _decide(lawyer, "MEDIATE")
    _at(lawyer, 2)
    _at(supervisor, 2)


def _mediate(mediator: Page, supervisor: Page, case: str) -> None:
    expect(mediator.locator(f"a[href='{case}']").first).to_be_visible()
    mediator.goto(case)
    mediator.locator(".case-head form[action$='/take-over/'] button").click()
    _save(mediator, "MEDIATION", notes="单位承认欠薪，不同意支付方案。")
    _decide(mediator, "REFER", note="单位不同意任何支付方案，调解不成。")
    _at(supervisor, 3)


def _arbitrate(lawyer: Page, supervisor: Page, case: str) -> None:
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date().isoformat()
    _at(lawyer, 3)
    lawyer.reload()
    _save(lawyer, "EVIDENCE", **_row({"name": "工资条", "proves": "工资标准", "page_from": "1"}))
    papers = {
        "commission": "市南区劳动人事争议仲裁委员会",
        "ground": "PERFORMANCE",
        "jurisdiction": "青岛市市南区",
        "authority": "SPECIAL",
        "authorised_on": today,
        "checked_on": today,
    }
    _save(lawyer, "REFERRAL", **papers)
    _decide(lawyer, "FILED", filed_on=today)
    expect(lawyer.locator("#step [name=decision][value=ACCEPTED]")).to_be_visible()
    _decide(lawyer, "ACCEPTED", on=today)
    expect(lawyer.locator("#step [name=amount]")).to_be_visible()
    shot(lawyer, "case-arbitration")
    _extend_the_term(lawyer)
    _decide(lawyer, "AWARDED", on=today, final="yes", note="裁决支付18600元。", amount="18600")
    _decide(lawyer, "PERFORMED", note="单位已付清，职工不起诉。")
    _at(lawyer, 4)
    _at(supervisor, 4)


def _close(agent: Page, supervisor: Page, case: str) -> None:
    supervisor.locator("#step [name=points_record]").fill("18")
    _decide(supervisor, "PASSED", ground_record="登记时漏记入职日期")
    agent.goto("/quality/")
    shot(agent, "visits")
    agent.locator(f"a[href^='{case}']").first.click()
    for name, value in {"way": "CALL", "result": "SOLVED", "satisfied": "VERY"}.items():
        agent.locator(f"#step [name={name}]").select_option(value)
    shot(agent, "case-visit")
    _decide(agent, "VISITED", more="感谢工会")
    _at(agent, 5)
    _at(supervisor, 5)
    expect(supervisor.locator(".stages li[data-state=done]")).to_have_count(5)
    shot(supervisor, "case-closed")


def _extend_the_term(lawyer: Page) -> None:
    lawyer.locator(".case-head .menu summary").click()
    lawyer.locator(".case-head form[action$='/extend-award/'] button").click()
    lawyer.locator("dialog#confirm [data-yes]").click()
    expect(lawyer.locator("#case-facts")).to_contain_text("已延长")
    expect(lawyer.locator(".case-head form[action$='/extend-award/']")).to_have_count(0)
