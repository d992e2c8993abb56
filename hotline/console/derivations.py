"""A clock for people: its name and article, each step that led to its date, and how it stands."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from hotline.console.sentences import rule_words
from hotline.enums import ClockState
from hotline.models import Case, Clock
from hotline.models.cases import BY_HAND
from workflows import terms
from workflows.deadlines.chain import Reckoning
from workflows.derivation import as_data
from workflows.term_events import by_hand

SOURCES: dict[str, Any] = {
    "case.known_on": gettext_lazy("as the worker says"),
    "case.employed_until": gettext_lazy("end of the employment"),
    "member.known_on": gettext_lazy("as the member says"),
    "member.employed_until": gettext_lazy("end of the member's employment"),
    "case.opened_at": gettext_lazy("the case was opened"),
    "dispatch.sent_at": gettext_lazy("dispatched to a unit"),
    "dispatch.ended_at": gettext_lazy("back from the unit"),
    "merge.case": gettext_lazy("the earlier word of the worker, in a merged case"),
    "case.reopened": gettext_lazy("the case was reopened"),
    "review.limitation_from": gettext_lazy("as the lawyer found"),
    "mediation.applied_on": gettext_lazy("the application for mediation"),
    "mediation.accepted_on": gettext_lazy("the mediation body's acceptance"),
    "agreement.on": gettext_lazy("the agreement took effect"),
    "instalment.due": gettext_lazy("as the parties agreed"),
    "referral.filed_on": gettext_lazy("filed with the commission"),
    "referral.accepted_on": gettext_lazy("accepted by the commission"),
    "referral.refused_on": gettext_lazy("refused by the commission"),
    "referral.received_on": gettext_lazy("award received by the worker"),
    "referral.settled_on": gettext_lazy("settlement signed for"),
    "referral.perform_by": gettext_lazy("last day for performance"),
}
"""Which row the start of a period comes from, in words."""
EFFECTS: dict[str, Any] = {
    "START": gettext_lazy("begins"),
    "RESTART": gettext_lazy("begins anew"),
    "SUSPEND": gettext_lazy("stops"),
    "RESUME": gettext_lazy("goes on"),
    "EXTEND": gettext_lazy("is extended"),
    "UNTIL": gettext_lazy("is longer by agreement"),
    "NONE": gettext_lazy("is noted"),
}
WHY_NOT: dict[str, Any] = {
    "UNCONFIRMED": gettext_lazy("no lawyer has confirmed it yet"),
    "BEFORE_START": gettext_lazy("it lies before the period began"),
    "TOO_LATE": gettext_lazy("the period was over"),
    "PAUSED_ALREADY": gettext_lazy("it had stopped already"),
    "NOT_PAUSED": gettext_lazy("it had not stopped"),
    "EXTENDED_ALREADY": gettext_lazy("it was extended already"),
    "NOT_LONGER": gettext_lazy("it makes the period no longer"),
}


@dataclass(frozen=True)
class ShownStep:
    """One step on the way to the date."""

    on: date
    name: str
    note: str
    basis: str
    effect: str
    why_not: str
    due: date
    would_be: date | None


@dataclass(frozen=True)
class ShownClock:
    """A clock with all that a reader needs to check its date."""

    clock: Clock
    name: str
    basis: str
    verified: bool
    steps: list[ShownStep]
    light: str
    by_hand: bool

    @property
    def words(self) -> str:
        """What was written with a period that a person has begun."""
        return self.clock.source.removeprefix(BY_HAND) if self.by_hand else ""

    @property
    def aid_first(self) -> bool:
        """Whether so little of the limitation is left that legal aid comes before its papers."""
        return self.light == "AID_FIRST"


def shown(case: Case) -> list[ShownClock]:
    """The clocks of the case, as they end."""
    chinese = (get_language() or "").startswith("zh")
    return [_shown(clock, chinese) for clock in case.clocks.select_related("measure")]


def _shown(clock: Clock, chinese: bool) -> ShownClock:
    name, basis = rule_words(clock.rule)
    rule = clock.derivation.get("rule", {})
    key = "zh" if chinese else "en"
    return ShownClock(
        clock,
        rule.get(f"name_{key}", name),
        rule.get(f"basis_{key}", basis),
        bool(rule.get("verified", True)),
        [_step(step, key) for step in clock.derivation.get("steps", [])],
        light_of(clock),
        by_hand(clock),
    )


def steps_of(found: Reckoning) -> list[ShownStep]:
    """Each step of a chain that no clock of its own keeps."""
    key = "zh" if (get_language() or "").startswith("zh") else "en"
    return [_step(step, key) for step in as_data(found)["steps"]]


def light_of(clock: Clock) -> str:
    """The last level that a running clock has reached today, or nothing."""
    if clock.state != ClockState.RUNNING:
        return ""
    levels = [
        level
        for level, day in clock.derivation.get("alerts", [])
        if date.fromisoformat(day) <= timezone.localdate() and level != "COMING"  # which presses nobody yet
    ]
    return str(levels[-1]) if levels else ""


def _step(step: dict[str, Any], key: str) -> ShownStep:
    note = str(step["note"])
    note = str(SOURCES[note]) if note in SOURCES else note.removeprefix(BY_HAND)
    return ShownStep(
        date.fromisoformat(step["on"]),
        step[f"name_{key}"],
        note,
        step[f"basis_{key}"],
        str(EFFECTS[step["effect"]]),
        str(WHY_NOT[step["why_not"]]) if step["why_not"] else "",
        date.fromisoformat(step["due"]),
        date.fromisoformat(step["would_be"]) if step["would_be"] else None,
    )


def limitation_note(case: Case) -> str:
    """Why no limitation runs, where a reader would look for one."""
    live = case.clocks.filter(rule__startswith="limitation.", state__in=["RUNNING", "PAUSED"])
    if live.exists() or not case.is_open:
        return ""
    if terms.is_filed(case):
        return _("The application is with the commission: limitation no longer presses.")
    if terms.wage_claims(case)[0] and not case.employed_until and case.known_on:
        return _("The employment lasts: the claim for wages is not limited until it ends (Art. 27).")
    return ""
