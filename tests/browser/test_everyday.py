"""What people do every day besides the main job: listen, attach, withdraw, reassign, answer, find, print."""

import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from io import BytesIO
from typing import Any

import pytest
from babel.messages.pofile import read_po
from playwright.sync_api import Error, FilePayload, Page, expect

from deploy.demo import Demo
from deploy.progress import ROOT
from tests.browser.house import PHONE, WIDE, Person, Telephone, overflow, shot, text_opens_case

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
Arrive = Callable[..., Person]
Dial = Callable[[str], Telephone]
LENGTH = """async (sound) => {
  if (sound.readyState < 1) await new Promise((known) => (sound.onloadedmetadata = known));
  return sound.duration;
}"""


def _looks(demo: Demo, what: str) -> list[tuple[str, str, int]]:
    """The lines of the access log: user name, reason, whether refused."""
    query = """select staff.username, access.reason, access.refused from hotline_access access
               join hotline_staff staff on staff.id = access.staff_id where access.what = ?"""
    with closing(sqlite3.connect(f"file:{demo.data}/hotline.sqlite3?mode=ro", uri=True)) as base:
        return base.execute(query, [what]).fetchall()


def _more(page: Page, dialog: str) -> Any:
    """The dialog that stands behind the header's menu."""
    page.locator(".case-head .menu summary").click()
    page.locator(f".case-head [data-dialog={dialog}]").click()
    return page.locator(f"dialog#{dialog}")


def _say_why(dialog: Any, reason: str) -> None:
    dialog.locator("[name=reason]").fill(reason)
    dialog.locator(".dialog-foot button.button-main").click()


def test_a_recording_is_heard_by_who_says_why(person: Arrive, telephone: Dial, demo: Demo) -> None:
    agent, phone = person("agent2").sign_in(), telephone("+8613912352001")
    agent.locator("button[name=state][value=AVAILABLE]").click()
    phone.dial()
    expect(agent.locator(".offer")).to_be_visible()
    expect(agent.locator("#desk-queue")).to_contain_text("没有等候的来电", timeout=1000)
    agent.keyboard.press("a")
    expect(agent.locator("[data-phone-state]")).to_have_attribute("data-state", "talking")
    case = agent.locator(".callbar-line a").get_attribute("href") or ""
    phone.act("say", text="请问年休假怎么算？")
    expect(agent.locator("#desk-call")).to_contain_text("年休假怎么算")
    phone.act("hangup")
    agent.locator("#wrap-up button.button-main").click()
    # It is said here and now, not on the next page.
    expect(agent.locator("#toasts")).to_contain_text("话后处理已完成")
    agent.locator("button[name=state][value=AWAY]").click()
    agent.goto(case)
    # The worker fetches it from the carrier, and the page that is open shows it.
    agent.locator("[id^=recording-] input[name=reason]").fill("核对来电人的原话")
    agent.locator("[id^=recording-] button").click()
    assert agent.locator("audio").evaluate(LENGTH) > 0
    assert ("agent2", "核对来电人的原话", 0) in _looks(demo, "recording")
    shot(agent, "case-recording")


def test_files_go_up_and_down_and_a_refused_one_hears_why(person: Arrive, telephone: Dial) -> None:
    page = person("agent2").sign_in()
    text_opens_case(page, telephone("+8613912352002"), "我把考勤表发给你们")
    files = [
        FilePayload(name="考勤表.txt", mimeType="text/plain", buffer="十月出勤 26 天".encode()),
        FilePayload(name="工资条.exe", mimeType="application/pdf", buffer=b"MZ" + bytes(range(256))),
        FilePayload(name="录像.pdf", mimeType="application/pdf", buffer=b"%PDF-1.7" + bytes(20 * 1024**2)),
    ]
    page.locator("#upload").set_input_files(files)
    page.locator("#files form button").click()
    expect(page.locator("#toasts")).to_contain_text("工资条.exe：不接收这种类型的文件")
    expect(page.locator("#toasts")).to_contain_text("录像.pdf：文件超过 20 MiB")
    file = page.locator("#files").get_by_role("link", name="考勤表.txt")
    expect(file).to_have_count(1)
    with page.expect_download() as coming:
        file.click()
    assert coming.value.suggested_filename == "考勤表.txt"
    assert coming.value.path().read_text(encoding="utf-8") == "十月出勤 26 天"


def test_a_case_is_withdrawn_and_reopened_with_reasons(person: Arrive, telephone: Dial) -> None:
    page = person("supervisor").sign_in()
    text_opens_case(page, telephone("+8613912352003"), "单位已经把工资发了")
    _say_why(_more(page, "withdraw"), "职工来电说工资已发")
    expect(page.locator("#case-timeline")).to_contain_text("职工来电说工资已发")
    expect(page.locator(".case-head")).to_contain_text("已办结")
    page.locator(".case-head [data-dialog=reopen]").click()
    _say_why(page.locator("dialog#reopen"), "只发了一半")
    expect(page.locator("#case-timeline")).to_contain_text("只发了一半")
    expect(page.locator(".stages li[aria-current=step]")).to_contain_text("登记受理")


def test_a_declined_review_goes_back_to_the_supervisor(person: Arrive, telephone: Dial) -> None:
    agent = person("agent2").sign_in()
    case = text_opens_case(agent, telephone("+8613912352004"), "公司让我签空白合同")
    agent.locator(".case-head form[action$='/take-over/'] button").click()
    intake = agent.locator("#section-INTAKE")
    intake.locator("[name=narrative]").fill("公司要求签空白劳动合同。")
    intake.locator("[name=category]").select_option(index=1)
    intake.locator(".form-foot button").click()
    expect(intake.locator("[name=revision]")).to_have_value("1")
    agent.locator("#step [name=decision][value=REVIEW]").check()
    agent.locator("#step .form-foot button").click()
    expect(agent.locator(".stages li[aria-current=step]")).to_contain_text("法律审查")
    supervisor = person("supervisor").sign_in()
    supervisor.goto(case)
    dialog = _more(supervisor, "reassign")
    if dialog.locator("option").filter(has_text="赵清扬").count():
        dialog.locator("[name=person]").select_option(label="赵清扬 · 青岛市总工会")
        _say_why(dialog, "轮到赵律师")
    # Until the next page is there, this one may ask again for what is no longer theirs.
    lawyer = person("lawyer2", expected=404).sign_in()
    lawyer.goto(case)
    _say_why(_more(lawyer, "decline"), "与用人单位有利害关系")
    expect(lawyer).to_have_url(re.compile(r"/cases/$"))
    expect(lawyer.locator("#toasts")).to_contain_text("已")
    supervisor.goto("/floor/")
    expect(supervisor.locator(f"#floor-content a[href='{case}']")).to_be_visible()


def test_who_is_deactivated_is_out_at_once(person: Arrive) -> None:
    lawyer, admin = person("lawyer2").sign_in(), person("admin").sign_in()
    expect(lawyer).to_have_url(re.compile(r"/cases/$"))
    admin.goto("/staff/?q=lawyer2")
    admin.locator("a.row-link").click()
    admin.get_by_role("button", name=re.compile("^停用")).click()
    admin.locator("dialog#confirm [data-yes]").click()
    # The open page hears it through its socket and goes to the sign-in by itself.
    expect(lawyer).to_have_url(re.compile(r"/accounts/login/"))
    admin.goto("/staff/?q=lawyer2")
    admin.locator("a.row-link").click()
    admin.get_by_role("button", name="重新启用").or_(
        admin.locator("form[action$='/reactivate/'] button")
    ).click()


def test_what_is_typed_outlives_reload_and_crash(person: Arrive, telephone: Dial) -> None:
    first = person("agent2")
    first.sign_in()
    page = first.new_page()  # the tab that will crash
    case = text_opens_case(page, telephone("+8613912352005"), "想问一下加班费")
    narrative = page.locator("#section-INTAKE [name=narrative]")
    narrative.fill("每天加班两小时。")
    expect(page.locator("#section-INTAKE [data-save-state]")).to_contain_text("已保存")
    page.reload()
    expect(narrative).to_have_value("每天加班两小时。")
    # Not yet saved when the page goes: it is saved on the way out.
    narrative.press_sequentially("没有加班费。")
    page.reload()
    expect(narrative).to_have_value(re.compile("每天加班两小时。"))
    expect(narrative).to_have_value(re.compile("没有加班费。"))
    # Another browser of the same person, after this one is taken away without a word.
    with pytest.raises(Error, match="crash"):
        page.goto("chrome://crash")
    other = person("agent2").sign_in()
    other.goto(case)
    expect(other.locator("#section-INTAKE [name=narrative]")).to_have_value(re.compile("没有加班费。"))


def test_a_message_is_moved_to_a_case_of_its_own_and_back(person: Arrive, telephone: Dial) -> None:
    page, phone = person("supervisor").sign_in(), telephone("+8613912352006")
    case = text_opens_case(page, phone, "工资条上少了全勤奖")
    phone.write("另外我表弟被辞退了")
    entry = page.locator("li.event").filter(has_text="表弟被辞退")
    entry.get_by_role("button", name="另一件事").click()
    expect(page).not_to_have_url(re.compile(case))
    expect(page.locator("#case-timeline")).to_contain_text("表弟被辞退")
    expect(page.locator("#case-timeline")).not_to_contain_text("全勤奖")
    page.get_by_role("button", name="放回原案件").click()
    expect(page).to_have_url(re.compile(case))
    expect(page.locator("#case-timeline")).to_contain_text("表弟被辞退")


def test_a_reply_counts_its_messages_and_who_opted_out_gets_none(person: Arrive, telephone: Dial) -> None:
    page, phone = person("supervisor").sign_in(), telephone("+8613912352007")
    text_opens_case(page, phone, "问一下工伤认定")
    page.locator("#reply-text").fill("请带好病历。" * 12)
    expect(page.locator("[data-segments]")).to_contain_text("2 条")
    page.locator("#reply-text").press("Control+Enter")
    expect(page.locator("#case-timeline .delivery")).to_contain_text("已送达")
    expect(page.locator("#reply-text")).to_have_value("")
    phone.write("TD")
    expect(page.locator("#case-timeline")).to_contain_text("不再接收短信")
    page.reload()
    expect(page.locator("#reply-text")).to_have_count(0)
    expect(page.locator("#reply")).to_contain_text("请改用电话联系")


def test_the_keyboard_alone_is_enough(person: Arrive) -> None:
    page = person("agent2").sign_in()
    page.keyboard.press("g")
    page.keyboard.press("c")
    expect(page).to_have_url(re.compile(r"/cases/$"))
    page.keyboard.press("/")
    expect(page.locator("#finder")).to_be_focused()
    page.keyboard.type("工资")
    page.keyboard.press("Enter")
    expect(page.locator("#results li:has(h2)").first).to_be_visible()
    page.locator("#results li h2 a").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".case-head")).to_be_visible()
    page.keyboard.press("?")
    expect(page.locator("dialog#keys")).to_contain_text("写备注")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    expect(page.locator("#note-text")).to_be_focused()
    page.keyboard.press("Tab")
    page.locator(".case-head [data-dialog=drawing]").click()
    drawing = page.locator("dialog#drawing img")
    assert drawing.evaluate("async (image) => (await image.decode(), image.naturalWidth)") > 0
    shot(page, "case-drawing")
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("q")
    expect(page).to_have_url(re.compile(r"/desk/$"))


def test_the_longest_of_everything_fits_and_prints(person: Arrive, telephone: Dial) -> None:
    page = person("supervisor").sign_in()
    case = text_opens_case(page, telephone("+8613912352008"), "情况很复杂")
    for section, fields in {
        "INTAKE": {"narrative": "单位欠薪，多次协商未果。" * 133, "summary": "欠薪" * 25},
        "CALLER": {"name": "阿卜杜拉·买买提江·艾合买提"},
        "EMPLOYERS": {"rows-0-name": "青岛" + "超长名称示例" * 6 + "公司"},
    }.items():
        form = page.locator(f"#section-{section}")
        for name, value in fields.items():
            form.locator(f"[name='{name}']").fill(value)
        form.locator(".form-foot button").click()
        expect(form.locator("[name=revision]")).to_have_value("1")
    for address in (
        case,
        "/cases/",
        "/search/?q=超长名称示例",
        "/cases/?stage=MEDIATION&urgency=P0&lawyer=1",
    ):
        for size in (WIDE, PHONE):
            page.set_viewport_size(size)
            page.goto(address)
            assert overflow(page) == [], (address, size)
            shot(page, f"longest-{size['width']}-{len(address)}")
    page.set_viewport_size(WIDE)
    page.goto(case)
    page.emulate_media(media="print")
    expect(page.locator(".topbar, #case-work, #talk, .button:visible").locator("visible=true")).to_have_count(
        0
    )
    expect(page.locator(".story")).to_contain_text("单位欠薪，多次协商未果。" * 133)
    expect(page.locator(".story")).to_be_visible()
    expect(page.locator("main")).to_contain_text("阿卜杜拉·买买提江·艾合买提")


SPOKEN = {
    "supervisor": ("/floor/", "/cases/", "/search/", "CASE"),
    "agent2": ("/desk/",),
    "admin": ("/staff/", "/staff/new/", "/hours/", "/prompts/", "/accounts/password/change/"),
}
TEXTS = """() => {
  const found = new Set();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) found.add(walk.currentNode.textContent.trim());
  for (const name of ["aria-label", "placeholder", "title", "alt"])
    for (const one of document.querySelectorAll(`[${name}]`)) found.add(one.getAttribute(name).trim());
  return [...found];
}"""


def test_each_language_is_whole(person: Arrive) -> None:
    """No text of one language stands on a page of the other."""
    chinese = {row["name_zh"] for row in json.loads((ROOT / "hotline/fixtures/categories.json").read_text())}
    english: set[str] = set()
    for part in (ROOT / "hotline/locale/zh_Hans/parts").glob("*.po"):
        for message in read_po(BytesIO(part.read_bytes()), locale="zh_Hans"):
            if isinstance(message.id, str) and message.id and message.string != message.id:
                english.add(message.id)
                chinese.add(message.string)
    english.discard("English")  # a language's own name, on the switch
    left: list[str] = []
    for username, addresses in SPOKEN.items():
        page = person(username).sign_in()
        case = ""
        if "CASE" in addresses:
            page.goto("/cases/")
            case = page.locator("a.row-link").first.get_attribute("href") or ""
        for language, foreign in (("en", chinese), ("zh-hans", english)):
            page.evaluate("one => document.querySelector(`[data-choose-language=${one}]`).click()", language)
            expect(page.locator(f"[data-choose-language={language}]")).to_have_attribute(
                "aria-pressed", "true"
            )
            for address in addresses:
                page.goto(address.replace("CASE", case))
                left += [f"{language} {address}: {text}" for text in page.evaluate(TEXTS) if text in foreign]
    assert not left, "\n".join(sorted(set(left)))
