"""How text becomes words to find, the same for every engine: an engine is given lists of words only.

Each Han character is a word of its own (docs/decisions/0003-one-token-per-han-character.md); a run of
other letters and digits is one word. A word is found where its characters stand together.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import product

from pypinyin import Style, pinyin

_ALONE = "\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U000323af"
_WORD = re.compile(f"[{_ALONE}]|[^\\W_{_ALONE}]+")
_HAN = re.compile("[\u3400-\u9fff\U00020000-\U000323af]")
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
_THOUSANDS = re.compile(r"(?<=\d)[,，](?=\d{3}(?!\d))")
_LONG_DIGITS = re.compile(r"(?<!\d)\d{7,}(?!\d)")
_SPACED_NUMBER = re.compile(r"(?<!\d)(?:\d{3,4}[ -]){1,3}\d{3,8}(?!\d)")
_READINGS_LIMIT = 32
"""Different readings of one name that are kept."""


def fold(text: str) -> str:
    """`text` with full-width forms, capitals and compatibility forms made plain; no control characters."""
    plain = _CONTROL.sub("", _THOUSANDS.sub("", text))
    return unicodedata.normalize("NFKC", plain).casefold()


def words(text: str) -> list[str]:
    """The words of `text` in their order."""
    return _WORD.findall(fold(text))


def word_spans(text: str) -> Iterator[tuple[str, int, int]]:
    """The words of `text` with where each begins and ends in `text` itself.

    Folded character by character, so that positions stay known where folding changes the length.
    """
    folded: list[str] = []
    origin: list[int] = []
    for position, character in enumerate(text):
        if _THOUSANDS.match(text, position):
            continue
        plain = fold(character)
        folded.append(plain)
        origin.extend([position] * len(plain))
    for match in _WORD.finditer("".join(folded)):
        yield match.group(), origin[match.start()], origin[match.end() - 1] + 1


def grams(digits: str, size: int) -> list[str]:
    """The overlapping pieces of `size` digits: 1391 3919 9198. A longer run is found as a phrase of them."""
    return [digits[i : i + size] for i in range(len(digits) - size + 1)]


def digits_in(text: str) -> list[str]:
    """The long numbers (7 digits and more) written in `text`, such as telephone numbers, spaces left out."""
    plain = fold(text)
    spaced = [re.sub(r"\D", "", match) for match in _SPACED_NUMBER.findall(plain)]
    return [*_LONG_DIGITS.findall(plain), *(digits for digits in spaced if len(digits) >= 7)]


def number_keys(number: str) -> list[str]:
    """What finds a case by its number QD12351-20261012-000123: all of it, or the end of it from 3 digits on.

    Only the number's own end counts: every number holds 12351 and the day, which would find everything.
    """
    plain = re.sub(r"[^0-9a-z]", "", fold(number))
    day, _dash, serial = number.rpartition("-")
    ends = [serial[i:] for i in range(max(len(serial) - 2, 0))]
    return [plain, day.rpartition("-")[2] + serial, *ends]


def pinyin_keys(names: Iterable[str]) -> list[str]:
    """What finds names by their sound: each run of whole syllables, and the initials of all of them."""
    keys: set[str] = set()
    for name in names:
        han = "".join(_HAN.findall(fold(name)))[:8]
        for style, whole in ((Style.NORMAL, False), (Style.FIRST_LETTER, True)):
            for reading in _readings(han, style):
                keys.update(["".join(reading)] if whole else _runs(reading))
    return sorted(key for key in keys if len(key) > 1)


def _readings(han: str, style: Style) -> Iterator[tuple[str, ...]]:
    choices = [list(dict.fromkeys(one)) for one in pinyin(han, style=style, heteronym=True)] if han else []
    for count, reading in enumerate(product(*choices) if choices else ()):
        if count == _READINGS_LIMIT:
            return
        yield reading


def _runs(syllables: tuple[str, ...]) -> Iterator[str]:
    for start in range(len(syllables)):
        for end in range(start + 1, len(syllables) + 1):
            yield "".join(syllables[start:end])
