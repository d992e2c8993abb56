"""The demo that the browser tests play on, people with their own browsers, and the worker's telephone."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import (
    APIRequestContext,
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Response,
    expect,
)

from deploy.demo import Demo
from deploy.progress import ROOT

SHOTS = ROOT / "test-results"
WIDE = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
PATIENCE = 20_000
expect.set_options(timeout=PATIENCE)
"""Milliseconds for anything to be seen; three processes and several browsers share the machine."""


class Person:
    """Someone of the staff at a browser of their own; whatever a page complains of is kept.

    `expected` is a refusal that the test is about: the browser's and htmx's line for it is no complaint.
    """

    def __init__(self, demo: Demo, browser: Browser, username: str, expected: int = 0) -> None:
        self.username = username
        self._expected = (f"status of {expected} ", f"Status Error Code {expected} ")
        self.complaints: list[str] = []
        self._demo = demo
        self.context: BrowserContext = browser.new_context(
            base_url=demo.address, locale="zh-CN", viewport=WIDE, reduced_motion="reduce"
        )
        self.context.set_default_timeout(PATIENCE)
        self.page = self.new_page()

    def new_page(self) -> Page:
        """Another tab."""
        page = self.context.new_page()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("response", self._answered)
        return page

    def sign_in(self) -> Page:
        """In through the page of the sign-in."""
        self.page.goto("/accounts/login/")
        self.page.locator("[name=login]").fill(self.username)
        self.page.locator("[name=password]").fill(self._demo.password)
        self.page.get_by_role("button", name="登录").click()
        expect(self.page.locator("body[data-user]")).to_be_visible()
        self.page.wait_for_load_state("load")  # its keys are heard from here on
        return self.page

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not any(one in message.text for one in self._expected):
            self.complaints.append(f"{message.location.get('url')}: {message.text}")

    def _answered(self, response: Response) -> None:
        if response.status >= 500:
            self.complaints.append(f"{response.request.method} {response.url} answers {response.status}")


class Telephone:
    """A worker's telephone at the carrier simulator."""

    def __init__(self, request: APIRequestContext, number: str) -> None:
        self._request = request
        self.number = number
        self.sid = ""

    def dial(self) -> None:
        """Dials 12351, and chooses legal matters as soon as the menu is heard."""
        answer = self._request.post("/sim/calls", data={"from": self.number})
        self.sid = answer.json()["sid"]
        self._until(lambda call: call["waiting_for"] == "digits", "the menu is not reached")
        self.act("digits", digits="1")

    def write(self, body: str) -> None:
        """Sends a text message."""
        answer = self._request.post("/sim/messages", data={"from": self.number, "body": body})
        assert answer.ok, answer.text()

    def act(self, what: str, **values: str) -> None:
        """Says, presses or hangs up."""
        answer = self._request.post(f"/sim/calls/{self.sid}/{what}", data=values)
        assert answer.ok, f"{what}: {answer.status} {answer.text()}"

    def hears(self, words: str) -> None:
        """Returns once `words` were heard."""
        self._until(
            lambda call: any(words in line["text"] for line in call["lines"]), f"{words} is not heard"
        )

    def _until(self, seen: Callable[[dict[str, Any]], bool], what: str) -> None:
        end = time.monotonic() + PATIENCE / 1000
        while not seen(call := self._request.get(f"/sim/calls/{self.sid}").json()):
            assert time.monotonic() < end, f"{what}: {call}"
            time.sleep(0.05)


def text_opens_case(page: Page, phone: Telephone, words: str) -> str:
    """The address of the case that a text message opens, seen at the top of the list."""
    page.goto("/cases/?whose=unit&sort=new")
    first = page.locator("a.row-link").first
    before = first.get_attribute("href") or ""
    phone.write(words)
    expect(first).not_to_have_attribute("href", before)
    case = first.get_attribute("href") or ""
    page.goto(case)
    expect(page.locator("#case-timeline")).to_contain_text(words)
    return case


def shot(page: Page, name: str) -> None:
    """Keeps a picture of the page under test-results/, which git does not."""
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png", animations="disabled", caret="initial")


AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text
RUN_AXE = """async () => {
  const found = await axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] });
  return found.violations.flatMap((v) => v.nodes.map((n) =>
    `${v.id} (${v.help}) at ${n.target.join(" ")}: ${(n.any[0] ?? n.all[0] ?? n.none[0])?.message ?? ""}`));
}"""
OVERFLOWING = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll("body *")]
    .filter((e) => e.getBoundingClientRect().right > width + 1 && e.checkVisibility())
    .slice(0, 3)
    .map((e) => `${e.tagName}.${e.className} ends at ${Math.round(e.getBoundingClientRect().right)}`);
}"""


def violations(page: Page) -> list[str]:
    """What axe finds on the page; its text is evaluated from outside, so the page's own policy stands."""
    page.evaluate(AXE(encoding="utf-8"))
    found: list[str] = page.evaluate(RUN_AXE)
    return found


def overflow(page: Page) -> list[str]:
    """The elements that make the page scroll sideways."""
    found: list[str] = page.evaluate(OVERFLOWING)
    return found


@contextmanager
def counting_posts(page: Page) -> Iterator[list[str]]:
    """The posts of the page within the block, less the drafts kept as one types."""
    posts: list[str] = []

    def note(request: Any) -> None:
        if request.method == "POST" and not re.search(r"/draft/|/segments/", request.url):
            posts.append(request.url)

    page.on("request", note)
    try:
        yield posts
    finally:
        page.remove_listener("request", note)
