"""Takes apart what a person types: words, "phrases", alternatives, exclusions and fields (docs/search.md).

Everything else is text to be found. Errors say where in what was typed they are.
"""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypedDict

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from hotline import names
from hotline.identifiers import half_width
from search import analysis, sounds
from search.query import IDENTITY, VALUE_FIELDS, BadQuery, Clause, Days, ParsedQuery, Term

LENGTH_LIMIT = 200
TERMS_LIMIT = 12
FIELDS = {
    "name": ("姓名", "职工", "来电人", "name", "worker", "caller"),
    "phone": ("电话", "手机", "号码", "phone", "tel"),
    "number": ("案号", "编号", "案件编号", "工单", "number", "case"),
    "employer": ("单位", "用人单位", "企业", "公司", "employer", "company"),
    "lawyer": ("律师", "lawyer"),
    "agent": ("坐席", "agent"),
    "mediator": ("调解员", "mediator"),
    "category": ("类别", "类目", "诉求类目", "category"),
    "stage": ("阶段", "办理阶段", "stage"),
    "urgency": ("紧急", "紧急程度", "urgency"),
    "district": ("区", "区市", "地区", "district"),
    "date": ("日期", "登记日期", "date", "opened"),
}
"""The fields, and what people call them, the usual Chinese name first."""
_FIELD = {name: field for field, names in FIELDS.items() for name in names}
_MOBILE = r"(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\w)"
_PIECE = re.compile(
    rf"""(?P<alternative>\|)
    | (?P<minus>(?<![^\s"、。;|,])-(?=[^\s-]))?
      (?:(?P<field>[^\W\d_]{{1,20}}):)?
      (?: "(?P<quoted>[^"]*)"? | (?P<bare>(?<!\w){_MOBILE} | (?:[^\s"、。;|,]|(?<=\d),(?=\d))+ ) )?""",
    re.VERBOSE,
)
_NUMBER = re.compile(r"(?:[a-z]{0,4}\d[\d-]*|\+[\d()-]+|\(\d+\)[\d-]+)")
_CODE = re.compile(r"(?=[a-z]*\d)(?=\d*[a-z])[0-9a-z]{6,18}")
_DAY = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月?)|年?)")


class _Ways(TypedDict, total=False):
    """The ways of a Term that are text."""

    digits: str
    number: str
    sound: str
    alike: str


@dataclass(frozen=True)
class _Piece:
    """A piece of what was typed, its text folded."""

    text: str
    start: int
    end: int
    alternative: bool = False
    excluded: bool = False
    quoted: bool = False
    field: str = ""


def parse(typed: str) -> ParsedQuery:
    """What `typed` asks for. Raises BadQuery when it is empty, too long, or cannot be understood."""
    if len(typed) > LENGTH_LIMIT:
        message = _("Search for %(limit)s characters at most.") % {"limit": LENGTH_LIMIT}
        raise BadQuery(message, typed, LENGTH_LIMIT, len(typed))
    clauses: list[Clause] = []
    joining: _Piece | None = None
    for piece in _pieces(typed):
        if piece.alternative:
            _check_side(typed, piece, ready=bool(clauses) and joining is None)
            joining = piece
        elif term := _term(typed, piece):
            _add(typed, clauses, term, piece, joined=joining is not None)
            joining = None
    if joining:
        _check_side(typed, joining, ready=False)
    if not clauses:
        raise BadQuery(_("Type a word, a name or a number to search for."))
    return ParsedQuery(names.fold(typed).strip(), tuple(dict.fromkeys(clauses)))


def _pieces(typed: str) -> Iterator[_Piece]:
    folded, origin = analysis.folded_places(typed)
    folded = re.sub("[“”„「」『』]", '"', folded)
    for match in _PIECE.finditer(folded):
        if not match.group():
            continue
        start, end = origin[match.start()], origin[match.end() - 1] + 1
        bare = match["bare"] or ""
        yield _Piece(
            text=match["quoted"] if match["quoted"] is not None else bare,
            start=start,
            end=end,
            alternative=bool(match["alternative"]) or _is_or(match, typed[start:end]),
            excluded=bool(match["minus"]),
            quoted=match["quoted"] is not None,
            field=match["field"] or "",
        )


def _is_or(match: re.Match[str], written: str) -> bool:
    # In capitals only: "or" is a word like others.
    return match["bare"] == match.group() and half_width(written) in {"或", "OR"}


def _check_side(typed: str, piece: _Piece, *, ready: bool) -> None:
    if not ready:
        message = _("“%(piece)s” needs something before it and after it, one of which is found.")
        raise _wrong(message, typed, piece)


def _add(typed: str, clauses: list[Clause], term: Term, piece: _Piece, *, joined: bool) -> None:
    if joined and (piece.excluded or clauses[-1].excluded):
        message = _("“%(piece)s”: what is excluded cannot be one of several alternatives.")
        raise _wrong(message, typed, piece)
    if joined:
        clauses[-1] = Clause(tuple(dict.fromkeys((*clauses[-1].terms, term))))
    else:
        clauses.append(Clause((term,), piece.excluded))
    if sum(len(clause.terms) for clause in clauses) > TERMS_LIMIT:
        message = _("Search for %(limit)s words at most.") % {"limit": TERMS_LIMIT}
        raise BadQuery(message, typed, piece.start, len(typed))


def _term(typed: str, piece: _Piece) -> Term | None:
    """What `piece` looks for; None where it is punctuation only."""
    words = tuple(analysis.words(piece.text))
    if piece.field:
        return _in_field(typed, piece, words)
    if not words:
        return None
    ways: _Ways = {**_number_ways(piece.text), **_name_ways(piece, words)}
    return Term(_plain(piece.text), words, **ways, start=piece.start, end=piece.end)


def _plain(text: str) -> str:
    """`text`, or the eleven digits of the mobile number that it is."""
    return re.sub(r"\D", "", text)[-11:] if re.fullmatch(_MOBILE, text) else text


def _number_ways(text: str) -> _Ways:
    piece = _plain(text)
    if IDENTITY.fullmatch(piece):
        return {}
    if _NUMBER.fullmatch(piece):
        digits = re.sub(r"\D", "", piece)
        if len(digits) > 2:
            # Letters and digits may be a case's number, or the middle of a credit code.
            code = piece if _CODE.fullmatch(piece) else ""
            return {"digits": code if piece[0].isalpha() else digits, "number": analysis.compact(piece)}
    return {"digits": piece} if _CODE.fullmatch(piece) else {}


def _name_ways(piece: _Piece, words: tuple[str, ...]) -> _Ways:
    if len(words) == 1 and re.fullmatch("[a-z]{2,}", words[0]):
        return {"sound": words[0]}
    letters = "".join(words)
    if not piece.quoted and letters == piece.text and sounds.like_a_name(letters):
        return {"alike": sounds.whole_sound(letters)}
    return {}


def _in_field(typed: str, piece: _Piece, words: tuple[str, ...]) -> Term:
    field = _FIELD.get(piece.field)
    if field is None:
        message = _(
            "There is no field “%(field)s”. The fields are: %(fields)s. "
            "Put the piece in quotation marks to find it as text."
        )
        raise _wrong(message, typed, piece)
    if not words:
        raise _wrong(_("After “%(field)s:” stands what to find there, without a space."), typed, piece)
    days = _days(typed, piece) if field == "date" else None
    if days or field in VALUE_FIELDS:
        return Term(piece.text, days=days, field=field, start=piece.start, end=piece.end)
    ways: _Ways = _NUMBERS_OF[field](piece) if field in _NUMBERS_OF else _name_ways(piece, words)
    if field in {"phone", "number"}:
        if not ways:
            raise _wrong(_("“%(piece)s”: type three digits of the number or more."), typed, piece)
        words = ()
    return Term(_plain(piece.text), words, **ways, field=field, start=piece.start, end=piece.end)


def _digits_of(piece: _Piece) -> _Ways:
    digits = re.sub(r"\D", "", _plain(piece.text))
    return {"digits": digits} if len(digits) > 2 else {}


def _case_number_of(piece: _Piece) -> _Ways:
    whole = analysis.compact(piece.text)
    return {"number": whole} if len(whole) > 2 else {}


def _code_of(piece: _Piece) -> _Ways:
    return {"digits": _number_ways(piece.text).get("digits", "")}


_NUMBERS_OF = {"phone": _digits_of, "number": _case_number_of, "employer": _code_of}


def _days(typed: str, piece: _Piece) -> Days:
    first, dots, last = piece.text.partition("..")
    try:
        begins = _stretch(first) if first else None
        ends = _stretch(last) if last else None
    except ValueError:
        begins = ends = None
    if begins is None and ends is None:
        message = _(
            "“%(piece)s” is no date. A date is written as 2024, 2024-05, 2024-05-03 or 2024-05..2024-07."
        )
        raise _wrong(message, typed, piece)
    days = Days(begins and begins[0], ends[1] if ends else begins[1] if begins and not dots else None)
    if days.first and days.last and days.first > days.last:
        raise _wrong(_("“%(piece)s” ends before it begins."), typed, piece)
    return days


def _stretch(text: str) -> tuple[date, date]:
    """The first and the last day of a year, a month or a day. Raises ValueError."""
    match = _DAY.fullmatch(text)
    if match is None:
        raise ValueError(text)
    year, month, day = (int(part) if part else 0 for part in match.groups())
    if day:
        return date(year, month, day), date(year, month, day)
    if month:
        return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
    return date(year, 1, 1), date(year, 12, 31)


def _wrong(message: str, typed: str, piece: _Piece) -> BadQuery:
    chinese = (get_language() or "").startswith("zh")
    named = {
        "piece": typed[piece.start : piece.end],
        "field": piece.field,
        "fields": _(", ").join(names[0] if chinese else field for field, names in FIELDS.items()),
    }
    return BadQuery(message % named, typed, piece.start, piece.end)
