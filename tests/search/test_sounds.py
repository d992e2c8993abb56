"""Names are read as pypinyin reads them, word by word where it knows a word, else one by one."""

import pypinyin
import pytest

from search import sounds


@pytest.mark.parametrize("name", ["王国珍", "长城", "乐山行", "厍龑翀", "重庆", "单于长", "曾行朝", "a"])
@pytest.mark.parametrize("style", ["NORMAL", "FIRST_LETTER"])
def test_readings_are_those_of_the_whole_name(name: str, style: sounds.Style) -> None:
    read = pypinyin.pinyin(name, style=pypinyin.Style[style], heteronym=True)
    assert sounds._choices(name, style) == [tuple(dict.fromkeys(one)) for one in read]
    assert sounds._first_reading(name) == pypinyin.lazy_pinyin(name)


def test_a_word_is_read_as_a_word() -> None:
    assert sounds._holds_phrase("去长城") and not sounds._holds_phrase("厍龑翀")
    assert sounds.whole_sound("长城") == "chang'cheng" and sounds.whole_sound("成长") == "cheng'zhang"
