"""Employers whose names look or sound like the one that was typed, offered and never silently found."""

from collections.abc import Iterable

from django.db.models import QuerySet

from hotline import names
from hotline.models import Case, Employer
from search import analysis, sounds
from search.engine import Engine, Scope
from search.query import ParsedQuery, Term, all_of

FEW = 3
"""A search that finds this many cases has found what was meant."""
_LOOKED_AT = 20
_OFFERED = 5
_SHORTEST = 3
"""Characters: of two, every other name is only one off."""


def employers(engine: Engine, scope: Scope, visible: QuerySet[Case], query: ParsedQuery) -> tuple[str, ...]:
    """Names of employers in cases that the person may see, one character off what `query` says or sounding
    like it, in another legal form or without its place; not those that it finds already."""
    offered: dict[str, None] = {}
    for core in dict.fromkeys(_cores(query.terms)):
        near = all_of([Term(core, near=core, sound=sounds.whole_sound(core))])
        ids = engine.search(near, scope, size=_LOOKED_AT).ids
        rows = Employer.objects.filter(cases__case__in=visible.filter(pk__in=ids)).distinct()
        for name in _names(rows):
            if _alike(names.employer_core(name), core):
                offered[name] = None
    typed = ["".join(term.words) for term in query.terms]
    new = [name for name in offered if not any(one and one in "".join(analysis.words(name)) for one in typed)]
    return tuple(new[:_OFFERED])


def _cores(terms: Iterable[Term]) -> Iterable[str]:
    for term in terms:
        core = names.employer_core(term.text)
        if term.field in {"", "employer"} and term.words and len(analysis.han(core)) >= _SHORTEST:
            yield core


def _names(rows: Iterable[Employer]) -> Iterable[str]:
    for row in rows:
        yield row.name
        yield from map(str, row.aliases)


def _alike(one: str, other: str) -> bool:
    return _one_off(one, other) or sounds.whole_sound(one) == sounds.whole_sound(other)


def _one_off(one: str, other: str) -> bool:
    """Whether one character changed, added or left out, or two changed places, makes `one` of `other`."""
    if len(one) > len(other):
        one, other = other, one
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    rest, other_rest = one[start:], other[start:]
    if len(one) < len(other):
        return rest == other_rest[1:]
    return rest[1:] == other_rest[1:] or (rest[:2] == other_rest[1::-1] and rest[2:] == other_rest[2:])
