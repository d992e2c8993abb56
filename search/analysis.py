"""How text becomes words to find, the same for every engine: an engine is given lists of words only.

Each Han character is a word of its own (docs/decisions/0003-one-token-per-han-character.md); a run of
other letters and digits is one word. A word is found where its characters stand together.
"""

import re
import unicodedata
from collections.abc import Iterator

from hotline.names import CONTROL, THOUSANDS, fold

_ALONE = "\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U000323af"
_WORD = re.compile(f"[{_ALONE}]|[^\\W_{_ALONE}]+")
_HALF_WIDTH = {ord("！") + place: ord("!") + place for place in range(94)}
_LONG_DIGITS = re.compile(r"(?<!\d)\d{7,}(?!\d)")
_SPACED_NUMBER = re.compile(r"(?<!\d)(?:\d{3,4}[ -]){1,3}\d{3,8}(?!\d)")
_HAN = re.compile("[\u3400-\u9fff\U00020000-\U000323af]")


def folded_places(text: str) -> tuple[str, list[int]]:
    """`text` folded character by character, and for each character of that its place in `text` itself."""
    if _folds_one_for_one(text):
        return fold(text), list(range(len(text)))
    folded: list[str] = []
    origin: list[int] = []
    for place, character in enumerate(text):
        if THOUSANDS.match(text, place):
            continue
        plain = fold(character)
        folded.append(plain)
        origin.extend([place] * len(plain))
    return "".join(folded), origin


def _folds_one_for_one(text: str) -> bool:
    """Whether each character stays where it is: nothing is left out, put together or taken apart."""
    plain = text.translate(_HALF_WIDTH)
    return (
        unicodedata.is_normalized("NFKC", plain)
        and len(plain.casefold()) == len(plain)
        and not CONTROL.search(text)
        and not THOUSANDS.search(text)
    )


def words(text: str) -> list[str]:
    """The words of `text` in their order."""
    return words_of(fold(text))


def words_of(folded: str) -> list[str]:
    """The words of a text that is folded already."""
    return _WORD.findall(folded)


def word_spans(text: str) -> Iterator[tuple[str, int, int]]:
    """The words of `text` with where each begins and ends in `text` itself."""
    folded, origin = folded_places(text)
    for match in _WORD.finditer(folded):
        yield match.group(), origin[match.start()], origin[match.end() - 1] + 1


def han(text: str) -> str:
    """The Han characters of `text`, folded, everything else left out."""
    return "".join(_HAN.findall(fold(text)))


def grams(digits: str, size: int) -> list[str]:
    """The overlapping pieces of `size` digits: 1391 3919 9198. A longer run is found as a phrase of them."""
    return [digits[i : i + size] for i in range(len(digits) - size + 1)]


def digits_in(text: str) -> list[str]:
    """The long numbers (7 digits and more) written in `text`, such as telephone numbers, spaces left out."""
    return digits_of(fold(text))


def digits_of(plain: str) -> list[str]:
    """The long numbers written in a text that is folded already."""
    spaced = [re.sub(r"\D", "", match) for match in _SPACED_NUMBER.findall(plain)]
    return [*_LONG_DIGITS.findall(plain), *(digits for digits in spaced if len(digits) >= 7)]


def compact(text: str) -> str:
    """The Latin letters and digits of `text` alone: what is left of a number when its dashes are gone."""
    return re.sub(r"[^0-9a-z]", "", fold(text))


def number_keys(number: str) -> list[str]:
    """What finds a case by its number QD12351-20261012-000123: all of it, or the end of it from 3 digits on.

    Only the number's own end counts: every number holds 12351 and the day, which would find everything.
    """
    day, _dash, serial = number.rpartition("-")
    ends = [serial[i:] for i in range(max(len(serial) - 2, 0))]
    return [compact(number), day.rpartition("-")[2] + serial, *ends]
