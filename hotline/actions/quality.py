"""Checking how a case was handled, and asking the worker about it. Call these with the case locked."""

import zlib
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils import timezone

from hotline import events
from hotline.models import Case, QualityCheck, ReturnVisit, Staff
from hotline.models.prepared import Given, Prepared, insert, update

CHECK = Prepared(lambda: QualityCheck.objects.filter(case=Given("case"), done_at=None))
VISIT = Prepared(lambda: ReturnVisit.objects.filter(case=Given("case"), done_at=None))
ANSWERS = ("way", "spoke_with", "received", "handled", "result", "satisfied", "more")
"""What the worker's answer is made of, and who gave it how."""


def open_check(case: Case, *, sampled: bool = False) -> QualityCheck:
    """The open check of `case`, made if there is none."""
    check = CHECK.first(case=case.pk)
    if check is None:
        return insert(QualityCheck(case=case, opened_at=timezone.now(), sampled=sampled))
    check.case = case
    if check.sampled and not sampled:  # drawn when the case was answered, and now on its path
        check.sampled = False
        update(check, "sampled")
    return check


def draw(case: Case) -> bool:
    """Whether an answered consultation is drawn for a check: `HOTLINE_SAMPLE_PERCENT` of them, by number.

    The number decides, so that nobody can choose and the same case is drawn once or never.
    """
    drawn = zlib.crc32(case.number.encode()) % 100 < settings.HOTLINE_SAMPLE_PERCENT
    if drawn:
        open_check(case, sampled=True)
    return drawn


def score(check: QualityCheck, actor: Staff, decision: str, scored: Mapping[str, Any], note: str) -> None:
    """Write down what `actor` found: `scored` has the sheet's edition, the scores and their total."""
    check.checker, check.decision, check.note, check.done_at = actor, decision, note, timezone.now()
    check.sheet, check.scores, check.total = scored["sheet"], scored["scores"], scored["total"]
    update(check, "checker", "decision", "note", "done_at", "sheet", "scores", "total")
    if check.sampled:
        events.record(check.case, "check.done", actor=actor, topics=["floor"], total=check.total, note=note)


def open_visit(case: Case) -> tuple[ReturnVisit, bool]:
    """The open return visit of `case`, and whether it was made now."""
    visit = VISIT.first(case=case.pk)
    if visit is None:
        return insert(ReturnVisit(case=case, opened_at=timezone.now())), True
    visit.case = case
    return visit, False


def not_reached(visit: ReturnVisit, actor: Staff) -> None:
    """The worker was not reached; the visit stays open."""
    visit.tries, visit.visitor = visit.tries + 1, actor
    update(visit, "tries", "visitor")


def answered(visit: ReturnVisit, actor: Staff, decision: str, answer: Mapping[str, Any], note: str) -> None:
    """What the worker answered, and what was decided on it."""
    for name in ANSWERS:
        if answer.get(name):
            setattr(visit, name, answer[name])
    visit.visitor, visit.decision, visit.note, visit.done_at = actor, decision, note, timezone.now()
    update(visit, *ANSWERS, "visitor", "decision", "note", "done_at")


def drop_open(case: Case) -> None:
    """The case ends without them: what nobody has done of check and visit is no longer to be done."""
    if CHECK.first(case=case.pk):
        case.checks.filter(done_at=None).delete()
    if VISIT.first(case=case.pk):
        case.visits.filter(done_at=None).delete()
