"""Every kind of search there is, as it is typed, and what it must find of the seeded cases."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hotline.demo.bulk_words import Planted
from search.document import CaseDocument

SOUND_ALIKE = {"逄龑翀": "庞言冲", "逄奡堃": "庞傲昆", "逄彧旻": "庞玉民", "逄骉犇": "庞标奔"}
"""Planted names, written as one might after hearing them."""
TRADITIONAL = str.maketrans("转账号单", "轉賬號單")
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
Fits = Callable[[CaseDocument], bool]


@dataclass(frozen=True)
class Search:
    """One search as it is typed, and beside it the same in the engine's own terms."""

    typed: str
    bare: tuple[tuple[str, str], ...]
    """Field and words that must all be found; `-` before the field: must not; `|`: any one of these."""
    fits: Fits
    """Whether a case may be found by it, told from its texts without any engine."""
    wanted: tuple[str, ...] = ()
    """Numbers of the planted cases that it must find."""
    alone: bool = True
    """No other case is found."""
    offered: str = ""
    """The employer that is offered, where nothing is found."""


@dataclass(frozen=True)
class Kind:
    """A kind of search with its searches, which are measured in turn."""

    name: str
    searches: Sequence[Search]


def kinds(planted: Sequence[tuple[Planted, str]]) -> list[Kind]:
    """All kinds, for the planted cases that there are, each with its case number."""
    found: list[Kind] = []
    for name, make in _OF_ONE.items():
        searches = [made for one, number in planted if (made := make(one, number))]
        found += [Kind(name, searches)] if searches else []
    return [*found, *_of_several(planted), *_COMMON]


def _plain(doc: CaseDocument) -> str:
    return "".join(
        re.findall(r"\w", "\n".join((*doc.names, *doc.employers, *doc.codes, *doc.head, *doc.texts)))
    )


def _says(words: str) -> Fits:
    return lambda doc: words in _plain(doc)


def _named(name: str) -> Fits:
    return lambda doc: name in doc.names


def _has_digits(digits: str) -> Fits:
    def fits(doc: CaseDocument) -> bool:
        return any(digits in re.sub(r"\D", "", text) for text in (*doc.phones, *doc.texts, doc.number))

    return fits


def _compact(number: str) -> str:
    return number.lower().replace("-", "")


def _numbered(one: Planted, number: str, typed: str) -> Search:
    return Search(typed, (("number", _compact(number)),), lambda doc: doc.number == number, (number,))


def _by_sound(one: Planted, number: str, *, initials: bool) -> Search:
    from search import sounds

    keys = sounds.pinyin_keys([one.name])
    key = min((key for key in keys if len(key) == len(one.name)), key=len) if initials else max(keys, key=len)
    return Search(
        key, (("sound", key),), lambda doc: key in sounds.pinyin_keys(doc.names), (number,), alone=False
    )


def _homophone(one: Planted, number: str) -> Search | None:
    from search import sounds

    other = SOUND_ALIKE.get(one.name)
    if other is None:
        return None
    sound = sounds.whole_sound(one.name)

    def fits(doc: CaseDocument) -> bool:
        return any(sounds.whole_sound(name) == sound for name in doc.names)

    return Search(other, (("alike", sound),), fits, (number,), alone=False)


def _brand(one: Planted) -> str:
    return one.employer.removeprefix("青岛虚构")[:2]


_OF_ONE: dict[str, Callable[[Planted, str], Search | None]] = {
    "name of two characters": lambda one, number: Search(
        one.name[:2], (("body", one.name[:2]),), _says(one.name[:2]), (number,)
    ),
    "phrase across punctuation": lambda one, number: Search(
        f'"{one.place_told.replace("，", "")}"',
        (("body", one.place_told.replace("，", "")),),
        _says(one.place_told.replace("，", "")),
        (number,),
    ),
    "pinyin": lambda one, number: _by_sound(one, number, initials=False),
    "initials": lambda one, number: _by_sound(one, number, initials=True),
    "homophone": _homophone,
    "traditional characters": lambda one, number: Search(
        f"转账回执号{one.receipt}".translate(TRADITIONAL),
        (("body", f"转账回执号{one.receipt}"),),
        _says(f"转账回执号{one.receipt}"),
        (number,),
    ),
    "full-width digits": lambda one, number: Search(
        one.receipt.translate(FULL_WIDTH), (("grams4", one.receipt),), _has_digits(one.receipt), (number,)
    ),
    "four digits": lambda one, number: Search(
        one.number[-4:], (("grams4", one.number[-4:]),), _has_digits(one.number[-4:]), (number,), alone=False
    ),
    "a whole number": lambda one, number: Search(
        one.number[3:], (("grams4", one.number[3:]),), _has_digits(one.number[3:]), (number,)
    ),
    "case number": lambda one, number: _numbered(one, number, number),
    "case number without dashes": lambda one, number: _numbered(one, number, _compact(number)),
    "credit code": lambda one, number: Search(
        one.code, (("grams4", one.code.lower()),), lambda doc: one.code in doc.codes, (number,)
    ),
    "half a credit code": lambda one, number: Search(
        one.code[8:16], (("grams4", one.code[8:16].lower()),), lambda doc: one.code in doc.codes, (number,)
    ),
    "half an employer": lambda one, number: Search(
        f"{_brand(one)}纸鸢", (("employer", f"{_brand(one)}纸鸢"),), _says(f"{_brand(one)}纸鸢"), (number,)
    ),
    "an employer that looks alike": lambda one, number: Search(
        f"虚构{_brand(one)}纸鸳",
        (("body", f"虚构{_brand(one)}纸鸳"),),
        lambda doc: False,
        offered=one.employer,
    ),
    "field": lambda one, number: Search(
        f"姓名:{one.name} 单位:纸鸢", (("name", one.name), ("employer", "纸鸢")), _named(one.name), (number,)
    ),
}


def _of_several(planted: Sequence[tuple[Planted, str]]) -> list[Kind]:
    """Searches that find several planted cases."""
    numbers = {one.name: number for one, number in planted}
    single = []
    for letter in sorted({one.name[1] for one, _number in planted}):
        wanted = tuple(number for name, number in numbers.items() if letter in name)
        single.append(Search(letter, (("body", letter),), _says(letter), wanted))
    either, without = [], []
    for (one, number), (other, second) in zip(planted, planted[1:], strict=False):
        names = (one.name, other.name)
        either.append(
            Search(
                f"{one.name} 或 {other.name}",
                (("|body", one.name), ("|body", other.name)),
                lambda doc, names=names: any(name in doc.names for name in names),  # type: ignore[misc]
                (number, second),
            )
        )
        wanted = tuple(each for name, each in numbers.items() if name != one.name)
        without.append(
            Search(
                f"纸鸢 -{one.name}",
                (("body", "纸鸢"), ("-body", one.name)),
                lambda doc, name=one.name: name not in doc.names and "纸鸢" in _plain(doc),  # type: ignore[misc]
                wanted,
            )
        )
    return [
        Kind("one character", single),
        *([Kind("alternative", either), Kind("exclusion", without)] if either else []),
    ]


def _all_say(*words: str) -> Fits:
    return lambda doc: all(one in _plain(doc) for one in words)


_COMMON = [
    Kind(
        "a word in every third case",
        [Search(word, (("body", word),), _says(word), alone=False) for word in ("工资", "合同", "公司")],
    ),
    Kind(
        "two words",
        [
            Search("仲裁 工资", (("body", "仲裁"), ("body", "工资")), _all_say("仲裁", "工资"), alone=False),
            Search("律师 合同", (("body", "律师"), ("body", "合同")), _all_say("律师", "合同"), alone=False),
        ],
    ),
    Kind(
        "a phrase that is often said",
        [
            Search(f'"{words}"', (("body", words),), _says(words), alone=False)
            for words in ("微信聊天记录和银行流水", "先找劳动监察还是直接仲裁", "希望你们派人调解一下")
        ],
    ),
]
