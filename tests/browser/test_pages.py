"""Every kind of page: readable by everyone, in light and dark, at both widths, and with an input method."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from deploy.demo import Demo
from tests.browser.house import PHONE, WIDE, Person, counting_posts, overflow, shot, violations

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
PAGES: dict[str, tuple[str, ...]] = {
    "supervisor": ("/floor/", "/cases/", "/cases/?closed=1", "/search/", "/search/?q=工资", "CASE"),
    "agent2": ("/desk/", "/cases/", "CASE"),
    "lawyer": ("/cases/", "CASE"),
    "mediator": ("/cases/", "CASE"),
    "admin": ("/staff/", "/staff/new/", "/staff/1/", "/hours/", "/prompts/", "/accounts/password/change/"),
    "": ("/accounts/login/",),
}
"""Who opens what; CASE is the first case of their list."""
Arrive = Callable[..., Person]


@pytest.fixture
def visitors(person: Arrive) -> Iterator[Callable[[str], Page]]:
    """The page of someone who is signed in; the empty name is a stranger."""
    yield lambda username: person(username).sign_in() if username else person("stranger").page


@pytest.mark.parametrize("username", PAGES)
def test_pages_can_be_read_by_everyone(visitors: Callable[[str], Page], username: str) -> None:
    page = visitors(username)
    found: list[str] = []
    for address in _addresses(page, username):
        page.goto(address)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            expect(page.locator("html")).to_have_attribute("data-scheme", scheme)
            found += [f"{address} {scheme}: {text}" for text in violations(page)]
            shot(page, f"page-{username or 'stranger'}-{_name(address)}-{scheme}")
        for size in (WIDE, PHONE):
            page.set_viewport_size(size)
            found += [f"{address} at {size['width']}: {text}" for text in overflow(page)]
        shot(page, f"page-{username or 'stranger'}-{_name(address)}-phone")
        page.set_viewport_size(WIDE)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("stage", ["LEGAL_REVIEW", "MEDIATION", "ARBITRATION", "QUALITY"])
def test_english_words_fit_a_telephone(visitors: Callable[[str], Page], demo: Demo, stage: str) -> None:
    """They are longer than the Chinese ones: stages, marks of persons, orders, the lists that open."""
    page = visitors("supervisor")
    page.context.add_cookies([{"name": "django_language", "value": "en", "url": demo.address}])
    page.set_viewport_size(PHONE)
    page.goto(f"/cases/?stage={stage}")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    found: list[str] = [f"order: {text}" for text in page.evaluate(CUT_OFF)]
    for menu in page.locator(".chips > .menu > summary").all():
        menu.click()
        found += [f"{menu.inner_text()}: {text}" for text in overflow(page)]
        menu.click()
    for address in _cases(page)[:6]:
        page.goto(address)
        found += [f"{address}: {text}" for text in overflow(page)]
    assert not found, "\n".join(found)


CUT_OFF = """() => [...document.querySelectorAll(".switch")]
  .filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.textContent)"""


def _addresses(page: Page, username: str) -> list[str]:
    addresses = list(PAGES[username])
    if "CASE" in addresses:
        page.goto("/cases/")
        addresses[addresses.index("CASE")] = _cases(page)[0]
    return addresses


def _cases(page: Page) -> list[str]:
    """The cases that the list on the page leads to."""
    first = page.locator("main a[href^='/cases/']").filter(has_not_text="").locator("visible=true")
    links = first.evaluate_all("links => links.map((link) => link.getAttribute('href'))")
    return [link for link in dict.fromkeys(links) if link.strip("/").split("/")[-1].isdecimal()]


def _name(address: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in address.strip("/")) or "home"


def test_enter_that_chooses_a_word_sends_nothing(visitors: Callable[[str], Page]) -> None:
    page = visitors("agent2")
    page.goto(_addresses(page, "agent2")[-1])
    note = page.locator("#note-text")
    note.scroll_into_view_if_needed()
    with counting_posts(page) as posts:
        note.fill("已联系来电人")
        for modifier in ({}, {"ctrlKey": True}):
            event = {"key": "Enter", "isComposing": True, "bubbles": True, "cancelable": True, **modifier}
            note.dispatch_event("keydown", event)
        page.wait_for_timeout(400)
        assert posts == []
        expect(note).to_have_value("已联系来电人")
        # The same key without an input method at work sends it: the test can tell the difference.
        note.press("Control+Enter")
        expect(note).to_have_value("")
        assert len(posts) == 1
    expect(page.locator("main")).to_contain_text("已联系来电人")


def test_the_page_lets_no_foreign_script_in(demo: Demo, chromium: Browser) -> None:
    context = chromium.new_context(base_url=demo.address)
    page = context.new_page()
    answer = page.goto("/accounts/login/")
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "'unsafe-inline'" not in policy and "'unsafe-eval'" not in policy
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {text: 'window.bad = 1'}))"
    )
    assert page.evaluate("window.bad") is None
    context.close()
