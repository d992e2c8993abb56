"""The search as one types, in a browser: the last words win, the input method is left alone, keys, pages."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.house import PHONE, WIDE, Person, overflow, violations

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

ANOTHER_PART = """() => document.addEventListener("htmx:afterSwap", () => {
  const detail = { target: document.body, xhr: { status: 304 }, requestConfig: { verb: "get" } };
  document.body.dispatchEvent(new CustomEvent("htmx:beforeSwap", { bubbles: true, detail }));
}, { once: true })"""
"""The answer of another part of the page comes between the swap of "show more" and its end."""


@pytest.fixture
def page(person: Callable[..., Person]) -> Page:
    """The search page of the supervisor."""
    page = person("supervisor").sign_in()
    page.goto("/search/")
    return page


def asked_for(page: Page) -> list[str]:
    """Every search that the page asks for from now on."""
    asked: list[str] = []

    def note(request: Request) -> None:
        if "/search/?" in request.url:
            asked.append(request.url)

    page.on("request", note)
    return asked


def test_results_come_as_one_types_and_the_address_holds_them(page: Page) -> None:
    asked = asked_for(page)
    page.locator("#search-words").press_sequentially("zhang", delay=20)
    expect(page.locator("[data-total]")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/search/\?q=zhang$"))
    assert len(asked) == 1, asked
    page.locator("#search-words").fill("工资")
    expect(page.locator("#hits mark").first).to_have_text("工资")
    total = page.locator("[data-total]").inner_text()
    page.reload()
    expect(page.locator("#search-words")).to_have_value("工资")
    assert page.locator("[data-total]").inner_text() == total


def test_nothing_is_asked_while_an_input_method_composes(page: Page) -> None:
    asked = asked_for(page)
    page.locator("#search-words").evaluate(
        """(box) => {
          box.value = "gong";
          box.dispatchEvent(new InputEvent("input", { bubbles: true, isComposing: true }));
        }"""
    )
    page.wait_for_timeout(500)
    assert asked == []
    page.locator("#search-words").evaluate(
        """(box) => {
          box.value = "工资";
          box.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true }));
        }"""
    )
    expect(page.locator("#hits mark").first).to_have_text("工资")
    assert len(asked) == 1


def test_facets_pages_and_keys(page: Page) -> None:
    page.goto("/search/?from=2000-01-01")
    total = int(page.locator("[data-total]").get_attribute("data-total") or 0)
    hits = page.locator("[data-hit]")
    expect(hits).to_have_count(min(total, 20))
    page.evaluate(ANOTHER_PART)
    page.locator("[data-more]").click()
    expect(hits).to_have_count(min(total, 40))
    expect(hits.nth(20)).to_be_focused()
    choice = page.locator(".search-choice").first
    count = int(choice.locator(".number").inner_text())
    choice.click()
    expect(page.locator("[data-total]")).to_have_attribute("data-total", str(count))
    chip = page.locator("a.chip-on").first
    expect(chip).to_be_visible()
    # What is chosen stays when words are typed.
    page.locator("#search-words").fill("工资")
    expect(page).to_have_url(re.compile("q=.*stage="))
    page.locator("#search-words").press("ArrowDown")
    expect(hits.first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(hits.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".search-walk")).to_be_visible()
    second = page.url
    page.keyboard.press("k")
    expect(page).not_to_have_url(second)
    page.keyboard.press("j")
    expect(page).to_have_url(second)
    page.keyboard.press("u")
    expect(page.locator("#search-words")).to_have_value("工资")


@pytest.mark.parametrize(
    "address", ["/search/?q=工资", "/search/?q=律师:无此人", "/search/saved/", "/search/saved/new/?q=工资",
                "/search/export/?q=工资"],
)  # fmt: skip
def test_its_pages_can_be_read_by_everyone(page: Page, address: str) -> None:
    found: list[str] = []
    page.goto(address)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        expect(page.locator("html")).to_have_attribute("data-scheme", scheme)
        found += violations(page)
    for size in (WIDE, PHONE):
        page.set_viewport_size(size)
        found += overflow(page)
    assert not found, "\n".join(found)
