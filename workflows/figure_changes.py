"""Changing the figures of the calculators: added, followed by a new value, corrected, taken back.

A change is a `BookChange` with how the figure stood before and after; it moves no period, so that there is
nothing left for the worker. What was reckoned before keeps the figures it was reckoned with.
"""

from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hotline import events
from hotline.errors import Conflict, Invalid
from hotline.models import BookChange, FigureVersion, Staff
from workflows import rulebook
from workflows.book_changes import wait_turn
from workflows.calculators.figures import Figures
from workflows.calculators.parameters import Figure, covers, overlap
from workflows.calculators.sheet import plain

ADDED, FOLLOWED = "figure.added", "figure.followed"
CORRECTED, WITHDRAWN = "figure.corrected", "figure.withdrawn"


NEW = -1
"""The row of a figure that is not saved yet."""


class Overlap(Invalid):
    """Another figure, `other`, holds on the same day in the same place."""

    def __init__(self, other: Figure) -> None:
        words = _("Another figure holds at that time in the same place: %(value)s, %(first)s to %(last)s.")
        first, last = other.in_force_from or "…", other.in_force_to or "…"
        super().__init__(
            {"in_force_from": words % {"value": plain(other.value), "first": first, "last": last}}
        )
        self.other = other


@transaction.atomic
def save(actor: Staff, row: FigureVersion, revision: int) -> BookChange:
    """Add `row`, or put it in the place of the figure it names or behind it, as they stood at `revision`.

    Raises Invalid naming the field, Overlap naming the other figure, and Conflict if the book moved on.
    """
    wait_turn()
    book = _unchanged(revision)
    named = row.replaces or row.follows
    before = book.get(row.code, named) if named else None
    if named and before is None:
        raise Conflict(_("This figure was amended meanwhile: look at how it stands now."))
    if row.replaces and before is not None:
        row.follows = before.follows
    check(row, book)
    row.made_by, row.made_at = actor, timezone.now()
    row.save(force_insert=True)
    kind = CORRECTED if row.replaces else FOLLOWED if row.follows else ADDED
    return _note(actor, kind, row.code, before, rulebook.figure_of(row))


@transaction.atomic
def withdraw(actor: Staff, code: str, pk: int, revision: int) -> BookChange:
    """Take an administrator's figure back: what it stood in place of, or ended, holds again.

    Raises Overlap where that would hold beside another one, and Conflict.
    """
    wait_turn()
    book = _unchanged(revision)
    before = book.get(code, str(pk))
    if before is None:
        raise Conflict(_("This figure was amended meanwhile: look at how it stands now."))
    then = Figures(tuple(one for one in book.own if one.row != pk))
    _refuse_overlaps(then.of(code), [one for one in then.of(code) if one not in book.standing])
    FigureVersion.objects.filter(pk=pk).update(withdrawn_at=timezone.now())
    return _note(actor, WITHDRAWN, code, before, None)


def check(row: FigureVersion, book: Figures) -> None:
    """Raise Invalid, naming the field, if the figure that `row` holds makes no sense in `book`."""
    figure = replace(rulebook.figure_of(row), row=NEW)
    first, last = figure.in_force_from, figure.in_force_to
    wrong: dict[str, str] = {}
    if not (figure.value.is_finite() and figure.value > 0):
        wrong["value"] = _("The value must be above 0.")
    if not figure.article and not figure.source_zh:
        wrong["source_zh"] = _("Say where it comes from: an article, or the notice it was published in.")
    if first and last and last < first:
        wrong["in_force_to"] = _("The last day lies before the first one, %(day)s.") % {"day": first}
    followed = book.get(row.code, row.follows)
    if followed is not None:
        wrong |= _behind(figure, followed)
    if wrong:
        raise Invalid(wrong)
    then = Figures((figure, *book.own))
    _refuse_overlaps(then.of(row.code), [one for one in then.of(row.code) if one.row == NEW])


def _behind(figure: Figure, before: Figure) -> dict[str, str]:
    """What is wrong with a new value: it begins after the one that it ends, and holds wherever that did."""
    if figure.in_force_from is None:
        return {"in_force_from": _("Say from which day on the new value holds.")}
    if before.in_force_from and figure.in_force_from <= before.in_force_from:
        words = _("The figure before it begins on %(day)s itself: correct that one instead.")
        return {"in_force_from": words % {"day": before.in_force_from}}
    if figure.places and not all(any(covers(a, b) for a in figure.places) for b in before.places or [""]):
        return {"places": _("The figure before it holds in more places, and would end there, too.")}
    return {}


def _refuse_overlaps(standing: list[Figure], changed: list[Figure]) -> None:
    for one in changed:
        other = next((other for other in standing if other.key != one.key and overlap(one, other)), None)
        if other is not None:
            raise Overlap(other)


def _unchanged(revision: int) -> Figures:
    if rulebook.fresh().revision != revision:
        raise Conflict(
            _("The figures or rules were changed meanwhile: look at what stands now, and save again.")
        )
    return rulebook.figures()


def _note(actor: Staff, kind: str, code: str, before: Figure | None, after: Figure | None) -> BookChange:
    now = timezone.now()
    data = {"code": code, "before": _told(before), "after": _told(after)}
    change = BookChange.objects.create(kind=kind, actor=actor, at=now, done_at=now, data=data)
    events.looked(actor, kind, detail=f"{code} {_brief(before)} → {_brief(after)}")
    rulebook.forget()
    return change


def _told(figure: Figure | None) -> dict[str, Any] | None:
    """A figure as the change keeps it."""
    if figure is None:
        return None
    return {
        "value": plain(figure.value),
        "places": list(figure.places),
        "first": figure.in_force_from and figure.in_force_from.isoformat(),
        "last": figure.in_force_to and figure.in_force_to.isoformat(),
        "source_zh": figure.source(chinese=True),
        "source_en": figure.source(chinese=False),
        "verified": figure.verified,
    }


def _brief(figure: Figure | None) -> str:
    if figure is None:
        return "—"
    places = ",".join(figure.places)
    return f"{plain(figure.value)} {places} {figure.in_force_from or '…'}/{figure.in_force_to or '…'}"
