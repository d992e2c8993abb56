"""What people see in a browser while the database is away: the page, the bar, and their own words again."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from playwright.sync_api import expect

from deploy.demo import Demo
from tests.browser.conftest import demo, person, telephone  # noqa: F401 - fixtures
from tests.browser.house import PHONE, WIDE, Person, Telephone, overflow, shot, text_opens_case, violations

pytestmark = pytest.mark.browser
People, Phones = Callable[..., Person], Callable[[str], Telephone]


@contextmanager
def data_disk_gone(demo: Demo) -> Iterator[None]:  # noqa: F811
    """The folder with the database cannot be reached, as when its disk has failed."""
    away = demo.data.with_name(f"{demo.data.name}-away")
    demo.data.rename(away)
    while not demo.data.is_file():  # in its place, so that nobody makes the folder anew
        shutil.rmtree(demo.data, ignore_errors=True)
        with suppress(OSError):
            demo.data.touch(exist_ok=False)
    try:
        yield
    finally:
        demo.data.unlink()
        away.rename(demo.data)


def test_what_was_typed_stays_and_is_saved_when_the_database_is_back(
    demo: Demo,  # noqa: F811
    person: People,  # noqa: F811
    telephone: Phones,  # noqa: F811
) -> None:
    agent = person("agent", expected=503)
    page = agent.sign_in()
    text_opens_case(page, telephone("+8613800007771"), "老板跑了，三个月工资没发")
    form = page.locator("form[data-autosave]").first
    words = form.locator("textarea").first
    with data_disk_gone(demo):
        words.fill("来电人称三个月未发工资，老板失联。")
        expect(page.locator("#trouble")).to_contain_text("数据库暂时连接不上")
        expect(page.locator("#trouble")).to_contain_text("请继续通话")
        expect(form.locator("[data-save-state]")).to_have_attribute("data-state", "failed")
        for name, size in (("wide", WIDE), ("phone", PHONE)):
            page.set_viewport_size(size)
            shot(page, f"faults-bar-{name}")
            assert overflow(page) == []
        page.set_viewport_size(WIDE)
        other = agent.new_page()
        for scheme in ("light", "dark"):
            other.emulate_media(color_scheme=scheme)
            for name, size in (("wide", WIDE), ("phone", PHONE)):
                other.set_viewport_size(size)
                other.goto("/desk/")
                expect(other.locator("[data-trouble=database]")).to_contain_text("正在进行的通话不会中断")
                shot(other, f"faults-503-{scheme}-{name}")
                assert overflow(other) == [] and violations(other) == []
        assert words.input_value() == "来电人称三个月未发工资，老板失联。"
    expect(page.locator("#trouble")).to_be_hidden()
    expect(form.locator("[data-save-state]")).to_have_attribute("data-state", "saved")
    expect(other.locator("body[data-user]")).to_be_visible(timeout=40_000)  # by itself
    for each in (page, other):
        expect(each.locator("#connection")).to_be_hidden()
    # A socket that asks for entrance while nobody can be looked up is turned away and comes again.
    away = ("503", "WebSocket connection to")
    agent.complaints = [each for each in agent.complaints if not any(one in each for one in away)]
