"""Marks what was found, in texts from the database: the same for every engine, and safe to put in a page."""

from collections.abc import Iterator, Sequence
from html import escape

from django.utils.safestring import SafeString, mark_safe

from hotline import names
from search import analysis, sounds
from search.query import ParsedQuery, Term

_BEFORE, _LENGTH = 20, 90
"""Characters shown before the first mark, and in all."""

Span = tuple[int, int]


def snippet(text: str, query: ParsedQuery, *, name: bool = False) -> SafeString | None:
    """The part of `text` around the first place found, HTML with <mark>; None where nothing is found.

    `name`: the text is a person's name, also found by its sound and then marked whole.
    """
    spans = _joined([span for term in query.terms for span in _found(text, term)])
    if not spans and name and _sounds_like(text, query.terms):
        spans = [(0, len(text))]
    return _cut(text, spans) if spans else None


def whole(text: str) -> SafeString:
    """`text` marked as a whole, for what was found by something it does not show."""
    return _cut(text, [(0, len(text))])


def _found(text: str, term: Term) -> Iterator[Span]:
    # Folding a long text at once is quick; taking it apart with positions is not.
    folded = names.fold(text)
    if term.words and "".join(term.words) in "".join(analysis.words_of(folded)):
        yield from _phrases(text, term.words)
    if term.digits and term.digits in folded:
        yield from _digit_runs(text, term.digits)


def _phrases(text: str, words: Sequence[str]) -> Iterator[Span]:
    spans = list(analysis.word_spans(text))
    size = len(words)
    for start in range(len(spans) - size + 1):
        if all(spans[start + i][0] == words[i] for i in range(size)):
            yield spans[start][1], spans[start + size - 1][2]


def _digit_runs(text: str, digits: str) -> Iterator[Span]:
    text = text.lower()
    start = text.find(digits)
    while start >= 0:
        yield start, start + len(digits)
        start = text.find(digits, start + 1)


def _sounds_like(name: str, terms: Sequence[Term]) -> bool:
    keys, whole = set(sounds.pinyin_keys([name])), sounds.whole_sound(name)
    return any(term.sound in keys or (term.alike and term.alike == whole) for term in terms)


def _joined(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _cut(text: str, spans: list[Span]) -> SafeString:
    first = max(spans[0][0] - _BEFORE, 0)
    last = min(max(first + _LENGTH, spans[0][1]), len(text))
    parts = ["…"] if first else []
    position = first
    for start, end in spans:
        if start >= last:
            break
        parts += [escape(text[position:start]), "<mark>", escape(text[start : min(end, last)]), "</mark>"]
        position = min(end, last)
    parts += [escape(text[position:last]), "…" if last < len(text) else ""]
    return mark_safe("".join(parts))  # noqa: S308 - every piece of text above is escaped
