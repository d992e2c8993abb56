"""What was found is marked where the engine found it, and nothing typed or said becomes markup."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analysis import word_spans, words
from search.grammar import parse
from search.highlight import snippet, whole


@pytest.mark.parametrize(
    ("text", "typed", "html"),
    [
        ("老板拖欠工资", "工资", "老板拖欠<mark>工资</mark>"),
        ("工资和工资", "工资", "<mark>工资</mark>和<mark>工资</mark>"),
        ("工资社保", "工资 社保", "<mark>工资社保</mark>"),
        ("工资社保", "工资 资社", "<mark>工资社</mark>保"),
        ("先说。工资", "说工资", "先<mark>说。工资</mark>"),
        ("还差31,000元", "31000", "还差<mark>31,000</mark>元"),
        ("还差31，000元", "31000元", "还差<mark>31，000元</mark>"),
        ("用ＡＢＣ系统", "abc", "用<mark>ＡＢＣ</mark>系统"),
        ("慢慢慢", "慢慢", "<mark>慢慢慢</mark>"),
        ("139****9198", "9198", "139****<mark>9198</mark>"),
        ("+86139****9198", "198", "+86139****9<mark>198</mark>"),
        ('<b>"工资"&', "工资", "&lt;b&gt;&quot;<mark>工资</mark>&quot;&amp;"),
        ("社保", "工资", None),
        ("foreman", "fore", None),
        ("", "工资", None),
    ],
)
def test_marks(text: str, typed: str, html: str | None) -> None:
    assert snippet(text, parse(typed)) == html


def test_a_long_text_is_cut_around_the_first_mark() -> None:
    html = snippet("前" * 500 + "工资" + "后" * 500, parse("工资"))
    assert html == "…" + "前" * 20 + "<mark>工资</mark>" + "后" * 68 + "…"


def test_a_mark_longer_than_the_cut_is_shown_whole() -> None:
    assert snippet("工" * 150, parse("工" * 150)) == "<mark>" + "工" * 150 + "</mark>"


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("zhou", "<mark>周明</mark>"),
        ("zm", "<mark>周明</mark>"),
        ("zhao", None),
        ("周明", "<mark>周明</mark>"),
    ],
)
def test_a_name_is_marked_for_its_sound(typed: str, html: str | None) -> None:
    assert snippet("周明", parse(typed), name=True) == html


def test_whole_escapes() -> None:
    assert whole("<a>") == "<mark>&lt;a&gt;</mark>"


@given(st.text(max_size=300))
def test_words_with_places_are_the_words_of_the_index(text: str) -> None:
    spans = list(word_spans(text))
    assert all(0 <= start < end <= len(text) for _word, start, end in spans)
    if text.isascii():
        assert [word for word, _start, _end in spans] == words(text)
