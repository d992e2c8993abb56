"""What a person types, taken apart: words, "phrases", names, digits. No operator and no engine's language."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from hotline.errors import HotlineError
from search import analysis

LENGTH_LIMIT = 200
TERMS_LIMIT = 12
_MOBILE = re.compile(r"(?<![\w])(?:\+?86[ -]?)?(1[3-9]\d)[ -]?(\d{4})[ -]?(\d{4})(?!\w)")
_PIECE = re.compile(r'"([^"]*)"|([^\s"、。;|]+)')
_COMMA = re.compile(r"(?<!\d),|,(?!\d)")
_IDENTITY = re.compile(r"\d{17}[\dx]")
_NUMBER = re.compile(r"(?:[a-z]{0,4}\d[\d-]*|\+[\d()-]+|\(\d+\)[\d-]+)")


class BadQuery(HotlineError):
    """There is nothing to search for, or too much; the message says which."""


@dataclass(frozen=True)
class Term:
    """One thing that must be found in a case, in any of these ways; an empty one is no way."""

    text: str
    words: tuple[str, ...]
    """Words that stand next to each other in a text, in this order."""
    digits: str = ""
    """Three or more digits that stand next to each other in a number."""
    number: str = ""
    """The case's number or its end."""
    sound: str = ""
    """A name as it sounds, or its initials."""
    key: str = ""
    """An identity number's keyed hash."""


@dataclass(frozen=True)
class ParsedQuery:
    """What must be found: every one of `terms`."""

    text: str
    terms: tuple[Term, ...]

    def with_keys(self, hashed: Callable[[str], str]) -> "ParsedQuery":
        """The same query, in which an identity number is also looked for by what `hashed` makes of it."""
        terms = (
            replace(term, key=hashed(term.text.upper())) if _IDENTITY.fullmatch(term.text) else term
            for term in self.terms
        )
        return replace(self, terms=tuple(terms))


def parse(text: str) -> ParsedQuery:
    """What `text` asks for. Raises BadQuery when it is empty, has no word in it, or is too long."""
    if len(text) > LENGTH_LIMIT:
        raise BadQuery(_("Search for %(limit)s characters at most.") % {"limit": LENGTH_LIMIT})
    plain = _MOBILE.sub(r"\1\2\3", re.sub("[“”„「」『』]", '"', analysis.fold(text)))
    pieces = [quoted or bare for quoted, bare in _PIECE.findall(_COMMA.sub(" ", plain))]
    terms = tuple(dict.fromkeys(term for piece in pieces if (term := _term(piece)).words))
    if not terms:
        raise BadQuery(_("Type a word, a name or a number to search for."))
    if len(terms) > TERMS_LIMIT:
        raise BadQuery(_("Search for %(limit)s words at most.") % {"limit": TERMS_LIMIT})
    return ParsedQuery(plain.strip(), terms)


def _term(piece: str) -> Term:
    words = tuple(analysis.words(piece))
    if len(words) == 1 and re.fullmatch("[a-z]{2,}", words[0]):
        return Term(piece, words, sound=words[0])
    if _NUMBER.fullmatch(piece) and not _IDENTITY.fullmatch(piece):
        digits = re.sub(r"\D", "", piece)
        whole = re.sub("[^0-9a-z]", "", piece)
        if len(digits) > 2:
            return Term(piece, words, digits="" if piece[0].isalpha() else digits, number=whole)
    return Term(piece, words)
