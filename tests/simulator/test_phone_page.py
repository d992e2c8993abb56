"""The worker's telephone in a real browser, as wide as a telephone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from .conftest import NUMBER, Hotline, Simulator, until

CALLER = "+8613800000001"

pytestmark = pytest.mark.browser


@pytest.fixture
def page(chromium: Browser, simulator: Simulator) -> Iterator[Page]:
    problems: list[Any] = []
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    page = context.new_page()
    page.on("pageerror", lambda error: problems.append(error))
    page.on("console", lambda told: problems.append(told.text) if told.type == "error" else None)
    page.goto(simulator.url)
    yield page
    context.close()
    assert problems == []


def test_a_worker_calls_presses_keys_speaks_and_hangs_up(
    page: Page, simulator: Simulator, hotline: Hotline
) -> None:
    hotline.answers["/twilio/voice/"] = (
        '<Gather numDigits="1" timeout="900" action="/menu/"><Say>投诉请按1</Say></Gather>'
    )
    hotline.answers["/menu/"] = (
        '<Gather input="speech" timeout="900" action="/said/"><Say>请说</Say></Gather>'
    )
    hotline.answers["/said/"] = '<Pause length="9999"/>'
    for key in "12351":
        page.locator("#keys").get_by_role("button", name=key, exact=True).click()
    page.get_by_role("button", name="拨打", exact=True).click()
    expect(page.get_by_text("投诉请按1")).to_be_visible()
    page.locator("#call-keys").get_by_role("button", name="1", exact=True).click()
    expect(page.get_by_text("请说", exact=True)).to_be_visible()
    speech = page.get_by_label("输入要说的话")
    speech.fill("拖欠工资")
    speech.dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True})
    expect(speech).to_have_value("拖欠工资")
    assert not hotline.to("/said/"), "Enter while composing sends nothing"
    speech.press("Enter")
    assert hotline.wait_for("/said/")[0].params["SpeechResult"] == "拖欠工资"
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_role("button", name="挂断").click()
    expect(page.locator("#state")).to_have_text("通话结束")
    [call] = simulator.get("/sim/calls", number=CALLER)["calls"]
    assert (call["to"], call["ended_reason"]) == (NUMBER, "caller-hung-up")


def test_a_call_comes_in_and_is_answered_or_declined(
    page: Page, simulator: Simulator, hotline: Hotline
) -> None:
    hotline.answers["/callback/"] = '<Say>这里是12351</Say><Pause length="9999"/>'
    order = {"to": CALLER, "from_": NUMBER, "url": f"{hotline.url}/callback/", "timeout": 600}
    first = simulator.client().calls.create(**order)
    page.get_by_role("button", name="拒接").click()
    simulator.until_call(first.sid, status="busy")
    second = simulator.client().calls.create(**order)
    page.get_by_role("button", name="接听").click()
    expect(page.get_by_text("这里是12351")).to_be_visible()
    assert simulator.call(second.sid)["status"] == "in-progress"


def test_messages_go_both_ways_with_a_picture(
    page: Page, simulator: Simulator, hotline: Hotline, tmp_path: Path
) -> None:
    hotline.answers["/twilio/messages/"] = "<Message>已收到</Message>"
    picture = tmp_path / "合同.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n")
    page.get_by_role("button", name="短信").click()
    page.locator("#file").set_input_files(picture)
    page.get_by_label("输入短信").fill("合同照片")
    page.get_by_role("button", name="发送").click()
    expect(page.get_by_text("合同照片")).to_be_visible()
    expect(page.get_by_text("已收到")).to_be_visible()
    [post] = hotline.wait_for("/twilio/messages/")
    assert (post.params["From"], post.params["NumMedia"]) == (CALLER, "1")
    source = page.locator("#thread img").get_attribute("src")
    answer = requests.get(f"{simulator.url}{source}", timeout=5)
    assert answer.content == picture.read_bytes()
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_another_number_and_the_other_language(page: Page, simulator: Simulator, hotline: Hotline) -> None:
    page.get_by_role("link", name="English").click()
    page.get_by_label("My number").select_option("other")
    page.get_by_label("Another number").fill("139 0000 0009")
    page.get_by_role("button", name="Use").click()
    page.get_by_role("button", name="Call", exact=True).click()
    assert until(lambda: hotline.to("/twilio/voice/"))[0].params["From"] == "+8613900000009"
    expect(page.locator("html")).to_have_attribute("lang", "en")
