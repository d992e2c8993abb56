"""The end of a case: its check by points, the return visit before it closes, and being redone once.

Ordinances on hotlines have what was handled checked case by case and the worker asked; who is not satisfied
is sent back to be handled again, and what is then repeated without new facts is explained and ended.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hotline import access, events
from hotline.actions import clocks, quality
from hotline.enums import Satisfaction
from hotline.errors import Conflict, Invalid, NotVisible
from hotline.models import Case, QualityCheck, ReturnVisit, Staff
from workflows import terms
from workflows.decisions import Decision

Missing = dict[str, str]
SHEET_FILE = Path(__file__).with_name("scoring.toml")
DISSATISFIED = frozenset({Satisfaction.NO, Satisfaction.NOT_AT_ALL})


# --- The scoring sheet ----------------------------------------------------------------------------
@dataclass(frozen=True)
class Item:
    """One thing that a check gives points for."""

    code: str
    name_zh: str
    name_en: str
    points: int
    grounds_zh: str
    """What points are taken off for."""
    grounds_en: str


@dataclass(frozen=True)
class Sheet:
    """What a check goes by. A check that was done keeps the items as they were then."""

    edition: str
    items: tuple[Item, ...]


@cache
def sheet() -> Sheet:
    """The scoring sheet of scoring.toml. Raises ValueError where its points are not 100 in all."""
    data = tomllib.loads(SHEET_FILE.read_text(encoding="utf-8"))
    items = tuple(Item(**row) for row in data["items"])
    if sum(item.points for item in items) != 100:
        raise ValueError("the points of the scoring sheet are not 100 in all")
    return Sheet(data["edition"], items)


def scored(details: Mapping[str, Any]) -> dict[str, Any]:
    """What `actions.quality.score` keeps of a form's points and grounds."""
    scores = [
        {
            "code": item.code,
            "name_zh": item.name_zh,
            "name_en": item.name_en,
            "points": details[f"points_{item.code}"],
            "of": item.points,
            "ground": str(details.get(f"ground_{item.code}") or "").strip(),
        }
        for item in sheet().items
    ]
    return {"sheet": sheet().edition, "scores": scores, "total": sum(one["points"] for one in scores)}


def _missing_points(details: Mapping[str, Any]) -> Missing:
    missing: Missing = {}
    for item in sheet().items:
        points = details.get(f"points_{item.code}")
        if not isinstance(points, int) or not 0 <= points <= item.points:
            missing[f"points_{item.code}"] = _("Give 0 to %(points)s points.") % {"points": item.points}
        elif points < item.points and not str(details.get(f"ground_{item.code}") or "").strip():
            missing[f"ground_{item.code}"] = _("Write down what the points are taken off for.")
    return missing


# --- The check ------------------------------------------------------------------------------------
def missing_in_check(case: Case, decision: Decision, details: dict[str, Any]) -> Missing:
    """What the check still needs before it can be decided."""
    missing = _missing_points(details)
    if decision == Decision.RETURNED and not details.get("note", "").strip():
        missing["note"] = _("Write down what is to be made good.")
    return missing


def begin_check(case: Case) -> None:
    """The case waits for its check; the term of its handling is met, that of the check runs."""
    quality.open_check(case)
    clocks.end(case, terms.HANDLING, terms.DISPATCH)
    terms.run(case, terms.CHECK, timezone.localdate(), source="check.opened_at")


def write_check(case: Case, actor: Staff, decision: Decision, details: dict[str, Any]) -> None:
    """Keep the points; a case that did not pass is handled again."""
    quality.score(quality.open_check(case), actor, decision, scored(details), details.get("note", ""))
    clocks.end(case, terms.CHECK)
    if decision == Decision.RETURNED:
        _handle_again(case)


def _handle_again(case: Case) -> None:
    terms.run(case, terms.HANDLING, timezone.localdate(), source="case.handled_again")


def draw(case: Case) -> None:
    """Draw an answered consultation for a check, by its number."""
    if quality.draw(case):
        events.record(case, "check.drawn", topics=["floor"])


def check_for(user: Staff, pk: int) -> QualityCheck:
    """A drawn consultation's check that `user` may see. Raises NotVisible."""
    seen = access.visible(user, Case.objects.all())
    rows = QualityCheck.objects.select_related("case__person", "case__category", "case__agent", "checker")
    found = rows.filter(pk=pk, sampled=True, case__in=seen).first()
    if found is None:
        raise NotVisible(_("There is no such check among yours."))
    return found


@transaction.atomic
def check_drawn(pk: int, actor: Staff, details: dict[str, Any]) -> QualityCheck:
    """Write down the check of a drawn consultation. Raises NotVisible, NotAllowed, Conflict, Invalid."""
    check = check_for(actor, pk)
    case = Case.objects.locked(check.case_id)
    access.check(actor, "check", case)
    check = QualityCheck.objects.select_related("checker").filter(pk=pk).first() or check
    if check.done_at is not None:
        raise Conflict(_("%(name)s has checked this already.") % {"name": check.checker})
    if missing := _missing_points(details):
        raise Invalid(missing)
    check.case = case
    quality.score(check, actor, "", scored(details), details.get("note", ""))
    return check


# --- The return visit -----------------------------------------------------------------------------
def begin_visit(case: Case) -> None:
    """The case waits for the worker's answer; a further try goes on with the same visit."""
    _visit, made = quality.open_visit(case)
    if made:
        terms.run(case, terms.VISIT, timezone.localdate(), source="visit.opened_at")


def redone(case: Case) -> ReturnVisit | None:
    """The return visit after which the case was redone, if it was since it was opened or last reopened."""
    last = case.events.filter(kind="case.reopened").order_by("sequence").last()
    since = last.at if last else case.opened_at
    return case.visits.filter(decision=Decision.REDO, done_at__gte=since).last()


def missing_in_visit(case: Case, decision: Decision, details: dict[str, Any]) -> Missing:
    """What the return visit still needs before it can be decided."""
    if decision == Decision.UNREACHED:
        return {}
    note = details.get("note", "").strip()
    if decision == Decision.GIVEN_UP:
        return _missing_in_giving_up(case, note)
    missing: Missing = {}
    if not details.get("way"):
        missing["way"] = _("Say how the worker was asked.")
    dissatisfied = details.get("satisfied") in DISSATISFIED
    if decision == Decision.VISITED:
        if not details.get("result"):
            missing["result"] = _("Ask what came of it.")
        if not details.get("satisfied"):
            missing["satisfied"] = _("Ask whether the worker is satisfied.")
        elif dissatisfied and not note:
            missing["note"] = _("The worker is not satisfied: write down why it is closed all the same.")
        return missing
    if not dissatisfied:
        missing["satisfied"] = _("This is for a worker who is not satisfied.")
    return missing | _missing_in_again(case, decision, note, bool(details.get("no_new_facts")))


def _missing_in_again(case: Case, decision: Decision, note: str, no_new_facts: bool) -> Missing:
    before = redone(case) is not None
    if decision == Decision.REDO:
        if before:
            return {"decision": _("It was redone once already: close it, or end it with an explanation.")}
        return {} if note else {"note": _("Write down what the worker is not satisfied with.")}
    missing: Missing = {}
    if not before:
        missing["decision"] = _("It is redone once before it is ended with an explanation.")
    if not no_new_facts:
        missing["no_new_facts"] = _("Only what is repeated without new facts is ended so.")
    if not note:
        missing["note"] = _("Write down what was explained to the worker.")
    return missing


def _missing_in_giving_up(case: Case, note: str) -> Missing:
    missing: Missing = {}
    tries = quality.open_visit(case)[0].tries
    if tries < settings.HOTLINE_VISIT_TRIES:
        missing["decision"] = _("Tried %(tries)s times: the worker is tried %(wanted)s times first.") % {
            "tries": tries,
            "wanted": settings.HOTLINE_VISIT_TRIES,
        }
    if not note:
        missing["note"] = _("Write down when and how the worker was tried.")
    return missing


def write_visit(case: Case, actor: Staff, decision: Decision, details: dict[str, Any]) -> None:
    """Keep what the worker answered, or that they were not reached."""
    visit, _made = quality.open_visit(case)
    if decision == Decision.UNREACHED:
        quality.not_reached(visit, actor)
        return
    quality.answered(visit, actor, decision, details, details.get("note", ""))
    clocks.end(case, terms.VISIT)
    if decision == Decision.REDO:
        _handle_again(case)


def end(case: Case) -> None:
    """The case closes: what was open of check and visit is no longer to be done."""
    quality.drop_open(case)
