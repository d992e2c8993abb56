"""What a call costs in requests: the parts of the desk that are rung in one moment are fetched together."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.house import Person, Telephone

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
QUIET_SECONDS = 2.5
MOST_ON_ACCEPTING = 8
MOST_ON_HANGING_UP = 8


class Gets:
    """The GETs by which the desk keeps itself fresh."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.seen: list[str] = []
        page.on("request", lambda asked: self._note(asked.method, asked.url))

    def _note(self, method: str, url: str) -> None:
        if method == "GET" and "/desk/parts/" in url:
            self.seen.append(url.partition("/desk/parts/")[2])

    def until_quiet(self) -> list[str]:
        """What was asked for until nothing more has been for a while."""
        count, since = len(self.seen), time.monotonic()
        while time.monotonic() - since < QUIET_SECONDS:
            self._page.wait_for_timeout(100)
            if len(self.seen) != count:
                count, since = len(self.seen), time.monotonic()
        seen, self.seen = self.seen, []
        return seen


def test_a_call_is_followed_with_few_requests(
    person: Callable[..., Person], telephone: Callable[[str], Telephone]
) -> None:
    agent, phone = person("agent").sign_in(), telephone("+8613912351088")
    agent.locator("button[name=state][value=AVAILABLE]").click()
    expect(agent.locator("button[name=state][value=AVAILABLE]")).to_have_attribute("aria-pressed", "true")
    phone.dial()
    expect(agent.locator(".offer")).to_contain_text("139****1088")
    gets = Gets(agent)
    gets.until_quiet()
    agent.keyboard.press("a")
    expect(agent.locator("[data-phone-state]")).to_have_attribute("data-state", "talking")
    accepting = gets.until_quiet()
    print("accepting", len(accepting), accepting)
    phone.act("say", text="老板三个月没发工资了。")
    expect(agent.locator("#desk-call")).to_contain_text("老板三个月没发工资了")
    print("said", gets.until_quiet())
    phone.act("hangup")
    expect(agent.locator("#wrap-up")).to_be_visible()
    hanging_up = gets.until_quiet()
    print("hanging up", len(hanging_up), hanging_up)
    agent.locator("#wrap-up button.button-main").click()
    expect(agent.locator("#wrap-up")).to_have_count(0)
    assert len(accepting) <= MOST_ON_ACCEPTING, accepting
    assert len(hanging_up) <= MOST_ON_HANGING_UP, hanging_up
