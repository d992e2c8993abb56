"""Two people write into one section: the second is not let over the first, and loses nothing."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.house import Person, Telephone, shot, text_opens_case, violations

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
ASKED = "单位要把我调到平度上班，我不同意就让我自己辞职，合法吗？"


def test_a_save_over_another_ones_shows_both(
    person: Callable[..., Person], telephone: Callable[[str], Telephone]
) -> None:
    one = person("agent2")
    other = person("supervisor", expected=409)
    first, second = one.sign_in(), other.sign_in()
    case = text_opens_case(first, telephone("+8613912351002"), ASKED)
    for page in (first, second):
        page.goto(case)
        expect(page.locator("main")).to_contain_text(ASKED)
    # The second types before the first has saved, so that the page leaves their form alone.
    second.locator("#section-INTAKE [name=summary]").fill("主管写的概括")
    expect(second.locator("#section-INTAKE [data-save-state]")).to_have_attribute("data-state", "saved")
    first.locator("#section-INTAKE [name=summary]").fill("坐席写的概括")
    first.locator("#section-INTAKE .form-foot button").click()
    expect(first.locator("#section-INTAKE [name=revision]")).to_have_value("1")
    second.locator("#section-INTAKE .form-foot button").click()
    conflict = second.locator("section.conflict")
    expect(conflict).to_contain_text("坐席写的概括")
    expect(conflict.locator("[name=summary]").first).to_have_value("主管写的概括")
    assert violations(second) == []
    shot(second, "case-conflict")
    # A change elsewhere in the case does not take the choice off the page.
    first.locator("#note-text").fill("请主管过目")
    first.locator("#note-text").press("Control+Enter")
    expect(second.locator("main")).to_contain_text("请主管过目")
    conflict.locator("button.button-main").click()
    expect(second.locator("#section-INTAKE [name=revision]")).to_have_value("2")
    expect(second.locator("#section-INTAKE [name=summary]")).to_have_value("主管写的概括")
    # And the first sees it arrive.
    expect(first.locator("#section-INTAKE [name=summary]")).to_have_value("主管写的概括")


def test_a_wrong_entry_is_named_and_kept(
    person: Callable[..., Person], telephone: Callable[[str], Telephone]
) -> None:
    page = person("agent2", expected=400).sign_in()
    text_opens_case(page, telephone("+8613912351003"), ASKED)
    caller = page.locator("#section-CALLER")
    caller.locator("[name=identity_number]").fill("370202199001011234")
    caller.locator("[name=name]").fill("石小满")
    caller.locator(".form-foot button").click()
    expect(caller.locator(".field-error").first).to_be_visible()
    expect(caller.locator("[name=name]")).to_have_value("石小满")
    expect(caller.locator("[name=identity_number]")).to_have_value("370202199001011234")
    page.locator("#note-text").fill("证件号待核")
    page.locator("#note-text").press("Control+Enter")
    expect(page.locator("#case-timeline")).to_contain_text("证件号待核")
    expect(caller.locator(".field-error").first).to_be_visible()
    assert violations(page) == []
    shot(page, "case-wrong-entry")
