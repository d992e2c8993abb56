"""Names by their sound: pinyin, initials, and names that sound alike."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from itertools import product
from types import ModuleType
from typing import Literal

from search import analysis

Style = Literal["NORMAL", "FIRST_LETTER"]
_READINGS_LIMIT = 32
"""Different readings of one name that are kept."""
_NAME_LENGTH = 8
"""Characters of a name that are read."""
_FAMILY_NAMES = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌"
    "马苗凤花方俞任袁柳酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵"
    "湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高"
    "夏蔡田樊胡凌霍虞万支柯昝管卢莫经房裘缪干解应宗丁宣贲邓郁单杭洪包诸左石崔吉钮龚程嵇邢滑裴陆荣翁荀羊惠甄"
    "曲家封芮羿储靳汲邴糜松井段富巫乌焦巴弓牧隗山谷车侯宓蓬全郗班仰秋仲伊宫宁仇栾暴甘厉戎祖武符刘景詹束龙叶"
    "幸司韶郜黎蓟薄印宿白怀蒲邰从鄂索咸籍赖卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳逄姬申扶堵冉宰郦雍却璩桑桂濮"
    "牛寿通边扈燕冀郏浦尚农温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄阙东"
    "欧殳沃利蔚越夔隆师巩厍聂晁勾敖融冷訾辛阚那简饶空曾沙养鞠须丰巢关蒯相查荆红游竺权逯盖益桓公肖闫付代岳帅"
    "覃丛隋矫綦战修兰初衣由仝肇"
)
_LONG_FAMILY_NAMES = (
    *("万俟", "上官", "东方", "令狐", "公冶", "公孙", "公羊", "单于", "司徒", "司空", "司马", "夏侯", "太叔"),
    *("宇文", "宗政", "尉迟", "慕容", "欧阳", "淳于", "澹台", "濮阳", "申屠", "皇甫", "诸葛", "赫连", "轩辕"),
    *("钟离", "长孙", "闻人"),
)
_FAMILY_SOUNDS = {
    "万俟": "mo'qi",
    "单于": "chan'yu",
    "尉迟": "yu'chi",
    "澹台": "tan'tai",
    "仇": "qiu",
    "任": "ren",
    "华": "hua",
    "单": "shan",
    "尉": "wei",
    "解": "xie",
    "曾": "zeng",
    "查": "zha",
    "盖": "ge",
    "翟": "zhai",
    "缪": "miao",
    "燕": "yan",
    "宁": "ning",
    "乐": "yue",
    "区": "ou",
    "朴": "piao",
    "卜": "bu",
    "么": "yao",
    "召": "shao",
    "覃": "qin",
    "逄": "pang",
}
"""Characters that are read otherwise in a family name than elsewhere."""


def pinyin_keys(names: Iterable[str]) -> list[str]:
    """What finds names by their sound: each run of whole syllables, and the initials of all of them."""
    return sorted({key for name in names for key in _keys_of(name)})


@lru_cache(maxsize=20_000)
def _keys_of(name: str) -> frozenset[str]:
    keys = {"".join(reading) for reading in _readings(name, "FIRST_LETTER")}
    for reading in _readings(name, "NORMAL"):
        keys.update(_runs(reading))
    return frozenset(key for key in keys if len(key) > 1)


@lru_cache(maxsize=20_000)
def whole_sound(name: str) -> str:
    """How all of `name` is read, syllable by syllable and without tones: 王果真 and 王国珍 are one."""
    letters = analysis.han(name)[:_NAME_LENGTH]
    family = next((one for one in (letters[:2], letters[:1]) if one in _FAMILY_SOUNDS), "")
    sounds = [_FAMILY_SOUNDS[family]] if family else []
    return "'".join([*sounds, *_first_reading(letters[len(family) :])])


def like_a_name(letters: str) -> bool:
    """Whether a person may be called that: two to four characters, a family name first.

    Only such a word is looked for by its sound: of other words, far too many sound alike.
    """
    if not 2 <= len(letters) <= 4 or analysis.han(letters) != letters:
        return False
    return letters[0] in _FAMILY_NAMES or (len(letters) > 2 and letters.startswith(_LONG_FAMILY_NAMES))


@cache
def _tables() -> ModuleType:
    """pypinyin. Its tables take 50 MiB: a process for sockets alone reads no names and goes without."""
    import pypinyin

    return pypinyin


def _readings(name: str, style: Style) -> Iterator[tuple[str, ...]]:
    letters = analysis.han(name)[:_NAME_LENGTH]
    choices = _choices(letters, style) if letters else []
    for count, reading in enumerate(product(*choices) if choices else ()):
        if count == _READINGS_LIMIT:
            return
        yield reading


def _choices(letters: str, style: Style) -> list[tuple[str, ...]]:
    """For each syllable of `letters`, the ways in which it may be read."""
    if not _holds_phrase(letters):
        return [_of_character(letter, style) for letter in letters]
    tables = _tables()
    read = tables.pinyin(letters, style=tables.Style[style], heteronym=True)
    return [tuple(dict.fromkeys(one)) for one in read]


def _first_reading(letters: str) -> list[str]:
    if not _holds_phrase(letters):
        return [_first_of_character(letter) for letter in letters]
    return list(_tables().lazy_pinyin(letters))


def _holds_phrase(letters: str) -> bool:
    """Whether pypinyin knows some of the characters as a word, which is read as a whole.

    Else each is read by itself, and that is remembered: names are most of what indexing a case costs.
    """
    phrases = _phrases()
    ends = range(2, len(letters) + 1)
    return any(letters[start:end] in phrases for end in ends for start in range(end - 1))


@cache
def _phrases() -> Mapping[str, object]:
    from pypinyin.constants import PHRASES_DICT

    return PHRASES_DICT


@cache
def _of_character(letter: str, style: Style) -> tuple[str, ...]:
    tables = _tables()
    return tuple(dict.fromkeys(tables.pinyin(letter, style=tables.Style[style], heteronym=True)[0]))


@cache
def _first_of_character(letter: str) -> str:
    return str(_tables().lazy_pinyin(letter)[0])


def _runs(syllables: tuple[str, ...]) -> Iterator[str]:
    for start in range(len(syllables)):
        for end in range(start + 1, len(syllables) + 1):
            yield "".join(syllables[start:end])
