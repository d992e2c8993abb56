"""The tour reads pages as a browser does: what it would send, what is offered, what the page listens for."""

import pytest

from deploy.tour.page import read
from deploy.tour.report import NotSeen

FORM = """
<form method="post" action="/cases/7/sections/INTAKE/" data-autosave="/cases/7/draft/INTAKE/">
  <input type="hidden" name="csrfmiddlewaretoken" value="t0">
  <input type="hidden" name="revision" value="3">
  <input name="summary" value="拖欠 &amp; 克扣">
  <textarea name="narrative">
第一行
第二行</textarea>
  <select name="category"><option value="">—
  <option value="4" selected>拖欠工资</option><option value="5">工伤</select>
  <select name="kind"><option value="A">甲</option><option value="B">乙</option></select>
  <input type="radio" name="has_contract" value="YES">
  <input type="radio" name="has_contract" value="NO" checked>
  <input type="checkbox" name="confidential">
  <input name="off" value="x" disabled><input type="file" name="file">
  <template><input name="rows-__prefix__-name" value="pattern"></template>
  <button name="state" value="AVAILABLE">可接听</button>
</form>
"""


def test_a_form_sends_what_stands_in_it() -> None:
    form = read("/cases/7/", FORM).form("/cases/7/", "/INTAKE/")
    assert form.filled() == [
        ("csrfmiddlewaretoken", "t0"),
        ("revision", "3"),
        ("summary", "拖欠 & 克扣"),
        ("narrative", "第一行\n第二行"),
        ("category", "4"),
        ("kind", "A"),
        ("has_contract", "NO"),
    ]
    assert (form.method, form.autosave) == ("post", "/cases/7/draft/INTAKE/")


def test_only_what_is_offered_can_be_chosen() -> None:
    form = read("/", FORM).form("/cases/")
    assert form.choice("category", "工伤") == "5"
    assert ("has_contract", "YES") in form.filled(has_contract="YES", confidential="on", state="AVAILABLE")
    with pytest.raises(NotSeen, match="no choice 'MAYBE' of has_contract"):
        form.filled(has_contract="MAYBE")
    with pytest.raises(NotSeen, match="no field"):
        form.filled(**{"rows-__prefix__-name": "x"})
    with pytest.raises(NotSeen, match="no field off"):
        form.filled(off="y")


def test_a_page_without_its_form_is_not_seen() -> None:
    with pytest.raises(NotSeen, match="/desk/ has no form /offers/…/accept/; it has /desk/seat/"):
        read("/desk/", '<form action="/desk/seat/"></form>').form("/offers/", "/accept/")


def test_topics_are_those_of_the_page_with_the_version_shown() -> None:
    page = read(
        "/cases/7/",
        '<div data-topic="case:7" data-version="12"></div><p data-topic="floor unit:1" data-version="ab"></p>'
        '<div data-topic="case:7" data-version="13"></div><div data-topic="case:9"></div>',
    )
    assert page.topics == {"case:7": "", "floor": "ab", "unit:1": "ab"}


def test_the_place_is_the_stage_that_is_lit() -> None:
    strip = """<ol><li data-state="done">受理</li><li data-state="now"><b>审查</b> <i>(now)</i></li>
        <li data-state="ahead">调解</li></ol>"""
    page = read("/cases/7/", strip)
    assert page.place == 1
    assert page.stages[1] == ("now", "审查 (now)")
    with pytest.raises(NotSeen):
        _ = read("/", "<p></p>").place


def test_errors_and_text_are_read_as_people_see_them() -> None:
    page = read(
        "/",
        '<p class="field-error"><svg><title>!</title></svg><span>没有这一天</span></p>'
        "<script>var x</script><b>人</b>",
    )
    assert page.errors == ["没有这一天"]
    assert page.text == "没有这一天 人"
