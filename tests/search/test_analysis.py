"""Folding a whole text at once gives what folding it character by character gives, and every place in it."""

import pytest

from hotline.names import THOUSANDS
from search import analysis


@pytest.mark.parametrize(
    "text",
    [
        "老板拖欠工资，一共３１，０００元！",
        "轉賬回執號ＡＢＣ",
        "还差31,000元",
        "①㈱ﬁ",
        "Straße",
        "e\u0301te",
        "a\u200bb\xadc",
        "\u1100\u1161가",
        "ｶﾞ",
        "\U0002000b工𠀀",
        "",
    ],
)
def test_each_character_keeps_its_place(text: str) -> None:
    folded, origin, place = [], [], 0
    while place < len(text):
        if not THOUSANDS.match(text, place):
            plain = analysis.fold(text[place])
            folded.append(plain)
            origin += [place] * len(plain)
        place += 1
    assert analysis.folded_places(text) == ("".join(folded), origin)


@pytest.mark.parametrize("text", ["①", "ﬁ", "ß", "e\u0301", "a\u200b", "1,000", "\u1100\u1161"])
def test_what_changes_its_length_is_taken_apart(text: str) -> None:
    assert not analysis._folds_one_for_one(text)
    assert analysis._folds_one_for_one("老板，拖欠ＡＢＣ")
