"""Searching for a person: what they may see only, with the places where it was found."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

import structlog
from django.core import signing
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from hotline import access, crypto, events
from hotline.enums import Role
from hotline.identifiers import mask_number, normalise_number
from hotline.models import Case, Staff
from search import analysis, engines, highlight, lookup, masking, shown, suggest
from search.engine import FACETS, NO_FILTERS, Engine, EngineDown, Filters, Hits, Scope
from search.grammar import parse
from search.paging import Sort
from search.query import BadQuery, Days, ParsedQuery

log = structlog.get_logger(__name__)
SIZE_LIMIT = 100
SNIPPETS = 3


@dataclass(frozen=True)
class Snippet:
    """A place where the search was found."""

    label: str | Promise
    """Where in the case."""
    html: SafeString
    """The words around it, escaped, with <mark>; numbers are masked."""


@dataclass(frozen=True)
class FoundCase:
    """A case that was found, and where in it."""

    case: Case
    employer: str
    snippets: tuple[Snippet, ...]


@dataclass(frozen=True)
class Found:
    """What a search answers. With `error` set there is nothing else; it is meant for the person."""

    total: int = 0
    more: bool = False
    """There may be more than `total` ("10,000+"): counting them all would have cost too much."""
    cases: tuple[FoundCase, ...] = ()
    cursor: str | None = None
    """What `after` takes for the next page of this search of this person; None on the last one."""
    renewed: bool = False
    """The list that was being read has gone: this page goes on in the cases as they are now."""
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """How many there are of each value of the facets that were asked for (`engine.Hits.facets`)."""
    did_you_mean: tuple[str, ...] = ()
    """Employers' names like the one typed, where little was found."""
    error: str = ""
    error_at: tuple[int, int] | None = None
    """Which characters of what was typed `error` is about, from and up to."""
    engine_down: str = ""
    """Set when the index does not answer: only whole numbers were looked up. Meant for the person."""


def find(
    user: Staff,
    text: str,
    *,
    size: int = 20,
    after: str | None = None,
    sort: Sort = "newest",
    filters: Filters = NO_FILTERS,
    facets: Sequence[str] = FACETS,
    typing: bool = False,
    engine: Callable[[], Engine] = engines.reader,
) -> Found:
    """The cases `user` may see in which everything in `text` was written or said.

    `text` may be empty where `filters` are set. The engine searches in the person's scope only, totals and
    `facets` included (counted on the first page only); the rows have the last word. Each page of
    a search goes to the access log; while the person is `typing`, the last of a run of typing.
    """
    signer = _signer(user, text, sort, filters)
    try:
        query = understood(text, filters)
        place = _opened_cursor(signer, after)
    except BadQuery as error:
        return Found(error=error.message, error_at=(error.start, error.end) if error.end else None)
    size = min(max(size, 1), SIZE_LIMIT)
    if typing:
        events.looked_typing(user, "search", detail=_words_told(query), beside=_chosen_told(filters))
    else:
        events.looked(user, "search", detail=told(query, filters))
    try:
        asked = engine()
        hits = asked.search(
            query.with_keys(crypto.keyed_hash),
            scope_of(user),
            size=size,
            after=place,
            sort=sort,
            filters=filters,
            facets=() if place else facets,
        )
        offered = _offered(asked, user, query, hits) if place is None else ()
    except EngineDown as error:
        log.error("search.down", kind=type(error.__cause__ or error).__name__)
        return _from_rows(user, text, query, size)
    except ValueError:
        return Found(error=_no_such_page())
    cursor = signer.sign(hits.cursor) if hits.cursor else None
    return replace(_show(user, query, hits), cursor=cursor, did_you_mean=offered)


def understood(text: str, filters: Filters) -> ParsedQuery:
    """What `text` asks for; everything where it is empty and something is chosen. Raises BadQuery."""
    if filters and not text.strip():
        return ParsedQuery("")
    return lookup.looked_up(parse(text), text)


def told(query: ParsedQuery, filters: Filters) -> str:
    """What was asked for, for the access log: numbers masked, then what was chosen."""
    return f"{_words_told(query)} {_chosen_told(filters)}".strip()


def _words_told(query: ParsedQuery) -> str:
    return masking.hide_numbers(query.text)


def _chosen_told(filters: Filters) -> str:
    chosen = [f"{facet}={','.join(values)}" for facet, values in filters.values.items() if values]
    days = filters.days
    chosen += [f"{days.first or ''}..{days.last or ''}"] if days != Days() else []
    return " ".join(chosen)


def _signer(user: Staff, text: str, sort: Sort, filters: Filters) -> signing.Signer:
    """Signs the cursors of this search of this person: under another search's words no page goes unlogged."""
    values = sorted((facet, tuple(chosen)) for facet, chosen in filters.values.items() if chosen)
    whose = repr((user.pk, text, sort, values, filters.days))
    return signing.Signer(salt=f"search.cursor.{sha256(whose.encode(errors='replace')).hexdigest()}")


def _opened_cursor(signer: signing.Signer, after: str | None) -> str | None:
    """The engine's own cursor; what goes to a browser and comes back is signed."""
    try:
        return signer.unsign(after) if after else None
    except signing.BadSignature:
        raise BadQuery(_no_such_page()) from None


def _no_such_page() -> str:
    return _("This page of the search does not exist: search again.")


def _offered(engine: Engine, user: Staff, query: ParsedQuery, hits: Hits) -> tuple[str, ...]:
    if hits.total >= suggest.FEW:
        return ()
    return suggest.employers(engine, scope_of(user), access.visible(user, Case.objects.all()), query)


def scope_of(user: Staff) -> Scope:
    """What `access.visible` lets `user` see, in the terms of the index."""
    if not user.is_active:
        return Scope()
    if user.role == Role.SUPERVISOR:
        return Scope(unit_paths=(user.unit.path,))
    if user.role == Role.AGENT:
        return Scope(unit_paths=(user.unit.path,), holder_id=user.pk)
    if user.role == Role.LAWYER:
        return Scope(lawyer_id=user.pk, holder_id=user.pk)
    if user.role == Role.MEDIATOR:
        return Scope(mediation_paths=(user.unit.path,))
    return Scope()


def _show(user: Staff, query: ParsedQuery, hits: Hits) -> Found:
    rows = {case.pk: case for case in _readable(user, Q(pk__in=hits.ids))}
    cases = _found_cases([rows[pk] for pk in hits.ids if pk in rows], query)
    # The index may be a moment behind a case that was taken from this person.
    hidden = len(hits.ids) - len(cases)
    return Found(
        total=hits.total - hidden, more=hits.more, cases=cases, renewed=hits.renewed, facets=hits.facets
    )


def _readable(user: Staff, which: Q) -> QuerySet[Case]:
    return access.visible(user, Case.objects.filter(which)).select_related("unit", "person", "category")


def _from_rows(user: Staff, text: str, query: ParsedQuery, size: int) -> Found:
    """The look-up that needs no index: a case's number or a telephone number in full."""
    which = Q(number__iexact=text.strip())
    phone = normalise_number(text)
    if phone:
        which |= Q(person__contacts__value=phone) | Q(interactions__contact__value=phone)
    ids = access.visible(user, Case.objects.filter(which)).values("pk").distinct()
    rows = _readable(user, Q(pk__in=ids)).order_by("-opened_at", "-pk")
    return Found(
        total=ids.count(),
        cases=_found_cases(list(rows[:size]), query),
        engine_down=_(
            "The search does not answer at the moment. "
            "A case number or a telephone number is still found when it is typed in full."
        ),
    )


def _found_cases(cases: Sequence[Case], query: ParsedQuery) -> tuple[FoundCase, ...]:
    told = shown.of(cases)
    # What was read a moment later may be without a case that is gone meanwhile.
    return tuple(_found_case(case, told[case.pk], query) for case in cases if case.pk in told)


def _found_case(case: Case, told: shown.Shown, query: ParsedQuery) -> FoundCase:
    return FoundCase(case, _("; ").join(told.employers), tuple(_snippets(case, told, query)))


def _snippets(case: Case, told: shown.Shown, query: ParsedQuery) -> list[Snippet]:
    found: list[Snippet] = []
    name = highlight.snippet(case.person.name, query, name=True)
    if name:
        found.append(Snippet(_("Caller"), name))
    found += _number_snippets(told.numbers, query)
    for one in told.texts:
        if len(found) >= SNIPPETS:
            break
        html = highlight.snippet(masking.hide_numbers(one.text), query)
        if html:
            found.append(Snippet(one.label, html))
    if not found:
        written = [number for one in told.texts for number in analysis.digits_in(one.text)]
        found = _number_snippets(written, query)
    return found[:SNIPPETS]


def _number_snippets(numbers: Sequence[str], query: ParsedQuery) -> list[Snippet]:
    wanted = [term.digits for term in query.terms if term.digits]
    matching = [n for n in numbers if any(digits in n for digits in wanted)]
    masked = list(dict.fromkeys(mask_number(number) for number in matching))
    # Digits behind the mask leave nothing to mark in it: the whole number is.
    return [Snippet(_("Number"), highlight.snippet(one, query) or highlight.whole(one)) for one in masked]
