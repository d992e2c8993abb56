"""The periods of a case: from the rules as data, and what has happened, to the clocks and timers that run.

Every date can be reckoned again from rows: a clock keeps the day that began it, and `TermEvent` and the
case's own rows what came after.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from viewflow.workflow import STATUS
from viewflow.workflow.models import Task

from hotline.actions import clocks
from hotline.enums import ClaimKind, ClockState, Stage
from hotline.models import (
    Case,
    Claim,
    Clock,
    Collective,
    Event,
    Instalment,
    Measure,
    Mediation,
    Member,
    Merge,
    Referral,
    Review,
    TermEvent,
)
from hotline.models.prepared import Given, Prepared
from workflows import rulebook
from workflows.deadlines.book import Book
from workflows.deadlines.chain import START, Happening, Reckoning, follow, kinds_for
from workflows.deadlines.compute import alert_day
from workflows.deadlines.rules import DeadlineError, Rule
from workflows.derivation import as_data

LIMITATION = "limitation.general"
WAGES = "limitation.wages"
MEDIATION = "mediation.agreement"
SCREENING = "mediation.screening"
MEDIATION_TERM = "mediation.acceptance_term"
ACCEPTANCE = "arbitration.acceptance"
AWARD = "arbitration.award"
DISPATCH = "service.dispatch"
RETURN = "service.return"
HANDLING = "service.handling"
CHECK = "service.check"
VISIT = "service.visit"
DEMAND = "employer.demand"
LAPSING = frozenset(
    {
        DEMAND,
        "mediation.judicial_confirmation",
        "mediation.joint_review",
        "arbitration.service",
        "arbitration.tribunal",
        "arbitration.defence",
        "arbitration.defence_forwarded",
        "arbitration.postponement",
        "litigation.refusal",
        "litigation.award",
        "litigation.final_award",
        "litigation.annulment",
        "litigation.after_annulment",
    }
)
"""Periods in which somebody may do something, or the commission does: once over, nothing is left to do."""
NEVER = date(9999, 12, 30)
ONE_DAY = timedelta(days=1)
PROCEDURES = (Stage.MEDIATION, Stage.ARBITRATION)
WAGE_CLAIMS = (ClaimKind.WAGES, ClaimKind.OVERTIME)
WAGE_CATEGORIES = "A"
"""The group of categories that are about pay."""


def longest_extension(rule: str) -> int:
    """By how much `rule` may be made longer today, in its own unit."""
    return rulebook.shown().get(rule, timezone.localdate()).extension


# --- Running and following ----------------------------------------------------------------------
@dataclass(frozen=True)
class Owner:
    """What a clock belongs to besides its case; neither is the main path."""

    measure: Measure | None = None
    instalment: Instalment | None = None
    origin: Case | None = None
    member: Member | None = None


MAIN = Owner()


def run(
    case: Case,
    rule: str,
    start: date,
    *,
    measure: Measure | None = None,
    instalment: Instalment | None = None,
    source: str = "",
) -> Clock:
    """Run `rule` on `case` from `start`, which may be in the past; what has happened since is reckoned in."""
    book = rulebook.fresh()
    found = reckon(book, rule, start, happenings(case, rule), source)
    return _keep(book, case, rule, start, found, Owner(measure, instalment), source)


def reckon(book: Book, rule: str, start: date, later: Iterable[Happening], source: str = "") -> Reckoning:
    """Where the chain of `rule` from `start` leads by `book`."""
    return follow(book.rule_on(rule), Happening(START, start, note=source), later, book.calendar)


def ends(rule: str, start: date) -> date:
    """The last day of the period of `rule` from `start` as the book stands, with nothing in between."""
    return reckon(rulebook.fresh(), rule, start, ()).due


def refollow(book: Book, clock: Clock) -> Reckoning:
    """The clock's chain by `book`, from the rows as they stand; writes nothing."""
    return reckon(book, clock.rule, clock.start, _happened(clock), clock.source)


def would_end(clock: Clock, more: Happening) -> date:
    """When the clock's period would end if that had happened, too; writes nothing."""
    later = [*_happened(clock), more]
    return reckon(rulebook.fresh(), clock.rule, clock.start, later, clock.source).due


def watch(case: Case, origin: Case, rule: str, start: date, source: str) -> Clock:
    """Go on with a period of `origin`, which is merged into `case`, beside the case's own."""
    clock = Clock(case=case, origin=origin, rule=rule, start=start, source=source)
    book = rulebook.fresh()
    return _keep(book, case, rule, start, refollow(book, clock), Owner(origin=origin), source)


def watch_merged(case: Case) -> None:
    """Watch again what the cases merged into `case` brought: it is open again."""
    for row in case.absorbed.filter(undone_at=None).select_related("case"):
        watch_all(case, row)


def watch_all(case: Case, row: Merge) -> None:
    """Watch on `case` every period that the law counts and that ran on the merged one."""
    for rule, start, source in row.clocks:
        if not rule.startswith(clocks.SERVICE):
            watch(case, row.case, rule, date.fromisoformat(start), source)


def _happened(clock: Clock) -> list[Happening]:
    """What has happened to the clock's period; to one that is watched, what has since the merge, too."""
    if clock.member is not None:
        theirs = clock.member.term_events.filter(struck_at=None)
        since = timezone.localdate(clock.member.added_at)
        return [*happened_since(clock.case, clock.rule, since), *as_happenings(theirs, clock.rule)]
    if clock.origin is None:
        return happenings(clock.case, clock.rule)
    merged_on = clock.origin.merges.values_list("at", flat=True).latest("pk")
    later = happened_since(clock.case, clock.rule, timezone.localdate(merged_on))
    theirs = clock.case.term_events.filter(struck_at=None, members__joined_case=clock.origin)
    return [*happenings(clock.origin, clock.rule), *later, *as_happenings(theirs, clock.rule)]


def happened_since(case: Case, rule: str, day: date) -> list[Happening]:
    """What has happened to the periods of `rule` on `case` from `day` on."""
    return [one for one in happenings(case, rule) if one.on >= day]


def keep_for_member(
    book: Book, case: Case, member: Member, rule: str, start: date, found: Reckoning, source: str
) -> Clock:
    """Run on `case` the limitation of the member whose year is over first."""
    return _keep(book, case, rule, start, found, Owner(member=member), source)


def follow_again(clock: Clock) -> None:
    """Move a live clock to where its chain leads now, with its timer; call it with the case locked."""
    if clock.member_id is not None:
        _follow_members(clock.case)
        return
    book = rulebook.fresh()
    owner = Owner(clock.measure, clock.instalment, clock.origin)
    _keep(book, clock.case, clock.rule, clock.start, refollow(book, clock), owner, clock.source)


def follow_all(case: Case, rules: Collection[str]) -> None:
    """`follow_again` for the live clocks of `rules`."""
    for clock in clocks.live(case)[:]:
        if clock.rule in rules:
            follow_again(clock)


def _keep(
    book: Book, case: Case, rule: str, start: date, found: Reckoning, owner: Owner, source: str
) -> Clock:
    clock = clocks.start(
        case,
        rule,
        start,
        found.due,
        measure=owner.measure,
        instalment=owner.instalment,
        origin=owner.origin,
        member=owner.member,
        source=source,
        **_how(book, found),
    )
    if owner == MAIN:
        _set_timer(case, clock)
    return clock


def _how(book: Book, found: Reckoning) -> dict[str, Any]:
    """How a clock's end was found, and when it is to be told of: what `clocks.reckoned` takes."""
    alerts = _due_alerts(book, found.rule, found.due)
    told = [[level, day.isoformat()] for day, level in alerts]
    return {
        "provisional": found.provisional,
        "extended": found.extended,
        "paused_since": found.paused_since,
        "derivation": {**as_data(found), "alerts": told},
        "alert_on": alerts[0][0],
    }


ENTERED = Prepared(lambda: TermEvent.objects.filter(case=Given("case"), struck_at=None, members=None))
APPLIED = Prepared(lambda: Mediation.objects.filter(case=Given("case")).values_list("applied_on"))
FILED = Prepared(
    lambda: Referral.objects.filter(case=Given("case")).exclude(filed_on=None).values_list("filed_on")
)
PENDING = Prepared(
    lambda: (
        Referral.objects.filter(case=Given("case"), refused_on=None, withdrawn_on=None)
        .exclude(filed_on=None)
        .values_list("pk")
    )
)
FOUND = Prepared(
    lambda: Review.objects.filter(case=Given("case")).exclude(limitation_from=None).order_by("-pk")[:1]
)
CLAIMED = Prepared(lambda: Claim.objects.filter(case=Given("case")).values_list("kind"))
PRESENT = Prepared(lambda: Mediation.objects.filter(case=Given("case"), ended_on=None).order_by("-pk")[:1])
COLLECTIVE = Prepared(lambda: Collective.objects.filter(case=Given("case")).values_list("pk"))
MOVES = Prepared(
    lambda: Event.objects.filter(case=Given("case"), kind="case.stage").values_list("at", "data")
)


def happenings(case: Case, rule: str) -> list[Happening]:
    """What has happened to the periods of `rule` on `case`: what people entered, and the case's own rows."""
    codes = [kind.code for kind in kinds_for(rule)]
    if not codes:
        return []
    found = as_happenings(ENTERED.all(case=case.pk), rule)
    if "MEDIATION_APPLIED" in codes:
        found += [Happening("MEDIATION_APPLIED", on) for (on,) in APPLIED.rows(case=case.pk)]
        found += [Happening("ARBITRATION_APPLIED", on) for (on,) in FILED.rows(case=case.pk)]
    if "LEGAL_PROCEDURE" in codes:
        found += _procedures(case)
    return found


def as_happenings(rows: Iterable[TermEvent], rule: str) -> list[Happening]:
    """Those of `rows` that act on the periods of `rule`."""
    codes = {kind.code for kind in kinds_for(rule)}
    return [
        Happening(row.kind, row.on, row.note, row.until, row.confirmed_at is not None, row.pk)
        for row in rows
        if row.kind in codes
    ]


def _procedures(case: Case) -> list[Happening]:
    """When the case went into mediation or arbitration, and when it came back."""
    found: list[Happening] = []
    inside = False
    for at, data in MOVES.rows(case=case.pk):  # in the order of their events
        if (data["stage"] in PROCEDURES) != inside:
            inside = not inside
            kind = "LEGAL_PROCEDURE" if inside else "LEGAL_PROCEDURE_OVER"
            found.append(Happening(kind, timezone.localdate(at), key=len(found)))
    return found


# --- Limitation ---------------------------------------------------------------------------------
def follow_limitation(case: Case) -> None:
    """Let the limitation run from what the lawyer found, else from what the worker says.

    Labour Dispute Mediation and Arbitration Law, Art. 27: one year from the day the worker knew or should
    have known; while the employment lasts, unpaid wages wait, and from its end the year runs. Once the
    application is with the commission it presses nobody.
    """
    filed = is_filed(case)
    starts = {} if filed else limitation_starts(case)
    if filed:
        clocks.end_watched(case)
    for clock in [one for one in clocks.live(case) if one.origin_id is not None]:
        follow_again(clock)
    for rule in (LIMITATION, WAGES):
        if rule in starts and holds(rule, starts[rule][0]):
            start, source = starts[rule]
            run(case, rule, start, source=source)
        else:
            clocks.end(case, rule, state=ClockState.MET if filed else ClockState.DROPPED)
    if COLLECTIVE.rows(case=case.pk):
        _follow_members(case)


def is_filed(case: Case) -> bool:
    """Whether the application is with the commission."""
    return bool(PENDING.rows(case=case.pk))


def _follow_members(case: Case) -> None:
    from workflows import member_terms  # it reckons by this module

    member_terms.follow(case)


def holds(rule: str, start: date) -> bool:
    """Whether `rule` can be counted from `start`.

    The law of 2008 does not reach back to every day: a lawyer has to say what held then.
    """
    try:
        rulebook.fresh().get(rule, start)
    except DeadlineError:
        return False
    return True


def limitation_starts(case: Case) -> dict[str, tuple[date, str]]:
    """From which day each limitation runs, and which row says so."""
    review = FOUND.first(case=case.pk)
    wages, others = wage_claims(case)
    entered = ENTERED.all(case=case.pk)
    lasts = any(row.kind == "EMPLOYMENT_LASTS" and row.confirmed_at for row in entered)
    found: dict[str, tuple[date, str]] = {}
    if wages and case.employed_until:
        found[WAGES] = (case.employed_until, "case.employed_until")
    waits = wages and not case.employed_until and lasts
    known, source = case.known_on, "case.known_on"
    if known is None:
        known, source = case.employed_until, "case.employed_until"
    if known and (others or not (found or waits)):
        found[LIMITATION] = (known, source)
    if review and review.limitation_from and not waits:
        main = WAGES if WAGES in found and not others else LIMITATION
        found[main] = (review.limitation_from, "review.limitation_from")
    return found


def limitation_end(case: Case) -> date | None:
    """When the case's limitation ends by what is written down, whether or not its clock still runs."""
    book = rulebook.shown()
    starts = limitation_starts(case).items()
    found = [
        reckon(book, rule, day, happenings(case, rule)).due
        for rule, (day, _source) in starts
        if holds(rule, day)
    ]
    return min(found, default=None)


def wage_claims(case: Case) -> tuple[bool, bool]:
    """Whether the case has claims for wages, and whether it has others (or none itemised that say so)."""
    claims = {kind for (kind,) in CLAIMED.rows(case=case.pk)}
    if claims:
        return bool(claims & set(WAGE_CLAIMS)), bool(claims - set(WAGE_CLAIMS))
    wages = bool(case.category_id and case.category_id.startswith(WAGE_CATEGORIES))
    return wages, not wages


# --- The hotline's own terms --------------------------------------------------------------------
def service(at: datetime) -> list[Clock]:
    """The terms that a case opened `at` brings with it, dispatch and handling, reckoned and not saved."""
    book, on, source = rulebook.fresh(), timezone.localdate(at), "case.opened_at"
    fresh = []
    for rule in (DISPATCH, HANDLING):
        clock, found = Clock(rule=rule, start=on, source=source), reckon(book, rule, on, (), source)
        clocks.reckoned(clock, found.due, **_how(book, found))
        fresh.append(clock)
    return fresh


def follow_service(case: Case) -> None:
    """Let the hotline's own terms follow the case's stage: dispatched, in a procedure, or back from one."""
    if case.stage not in (Stage.INTAKE, Stage.CLOSED):
        clocks.end(case, DISPATCH)
    follow_all(case, [HANDLING])


# --- Mediation ----------------------------------------------------------------------------------
def follow_mediation(case: Case) -> None:
    """The terms of the present mediation, each from its own start.

    Art. 14 of the law counts from the application's receipt, Art. 29 of the provisions from its acceptance.
    """
    mediation = PRESENT.first(case=case.pk)
    if mediation is None:
        return
    run(case, MEDIATION, mediation.applied_on, source="mediation.applied_on")
    if mediation.accepted_on is None:
        run(case, SCREENING, mediation.applied_on, source="mediation.applied_on")
        clocks.end(case, MEDIATION_TERM, state=ClockState.DROPPED)
    else:
        clocks.end(case, SCREENING)
        run(case, MEDIATION_TERM, mediation.accepted_on, source="mediation.accepted_on")


def end_mediation(case: Case) -> None:
    """The mediation is over: its terms end."""
    clocks.end(case, MEDIATION, SCREENING, MEDIATION_TERM)


# --- Timers of the flow -------------------------------------------------------------------------
TIMERS = {MEDIATION: "mediation", ACCEPTANCE: "acceptance", AWARD: "award"}
"""The clock that each step's timer waits for."""
SCHEDULED = Prepared(
    lambda: Task.objects.filter(
        process__caseprocess__case=Given("case"), flow_task_type="TIMER", status=STATUS.SCHEDULED
    ).order_by("pk")
)


def _set_timer(case: Case, clock: Clock) -> None:
    """Let the flow's timer wait for the clock's present end; one that is paused has none."""
    if clock.rule not in TIMERS:
        return
    moment = end_of(NEVER if clock.state == ClockState.PAUSED else clock.due)
    for task in SCHEDULED.all(case=case.pk):
        if task.flow_task.name.startswith(f"{TIMERS[clock.rule]}__") and task.scheduled != moment:
            Task.objects.filter(pk=task.pk, status=STATUS.SCHEDULED).update(scheduled=moment)


def end_of(day: date) -> datetime:
    """The moment at which `day` is over, at the hotline's place."""
    zone = ZoneInfo(settings.TIME_ZONE)
    return datetime.combine(day + timedelta(days=1), time.min, zone).astimezone(UTC)


def _over(activation: Any, rule: str) -> datetime:
    running = clocks.live(activation.process.case)
    return _first_over(clock for clock in running if clock.rule == rule and clock.measure_id is None)


def _first_over(candidates: Iterable[Clock]) -> datetime:
    # Steps run the clock before they reach the node; without one there is nothing to warn of.
    running = (clock.due for clock in candidates if clock.state == ClockState.RUNNING)
    return end_of(min(running, default=NEVER))


def measure_over(activation: Any) -> datetime:
    """When the first of the periods is over that run for a measure at its step."""
    measure = activation.process.measure
    return _first_over(clock for clock in clocks.live(measure.case) if clock.measure_id == measure.pk)


def mediation_over(activation: Any) -> datetime:
    """When the term of mediation is over (Art. 14)."""
    return _over(activation, MEDIATION)


def acceptance_over(activation: Any) -> datetime:
    """When the commission's term for its decision is over (Art. 29)."""
    return _over(activation, ACCEPTANCE)


def award_over(activation: Any) -> datetime:
    """When the commission's term for its award is over (Art. 43)."""
    return _over(activation, AWARD)


# --- What is told -------------------------------------------------------------------------------
@dataclass(frozen=True)
class Reached:
    """What a clock has come to on a day, and when there is more to tell."""

    levels: list[str]
    next_on: date | None


def _due_alerts(book: Book, rule: Rule, due: date) -> list[tuple[date, str]]:
    days = [(alert_day(alert, due, book.calendar), alert.level.value) for alert in rule.alerts]
    return sorted([*days, (due + timedelta(days=1), "OVER")])


def reached(book: Book, clock: Clock, today: date) -> Reached:
    """The levels that `clock` has reached on `today`, the earliest first."""
    rule = book.get(clock.rule, clock.start)
    days = _due_alerts(book, rule, clock.due)
    later = [day for day, _level in days if day > today]
    return Reached([level for day, level in days if day <= today], min(later, default=None))


def note_over(case: Case, rule: str) -> None:
    """The term of `rule` is over: told once, whether the flow's timer or the sweep is first."""
    clock = case.clocks.filter(
        rule=rule, measure=None, origin=None, member=None, state__in=clocks.LIVE
    ).first()
    if clock is not None:
        _tell_over(case, clock)


def note_measure_over(measure: Measure) -> None:
    """The first of the periods that run for a measure is over: told once, too."""
    clock = measure.clocks.filter(state=ClockState.RUNNING).order_by("due").first()
    if clock is not None:
        _tell_over(measure.case, clock)


def _tell_over(case: Case, clock: Clock) -> None:
    clock.case = case
    found = reached(rulebook.fresh(), clock, max(timezone.localdate(), clock.due + timedelta(days=1)))
    clocks.tell(clock, found.levels, found.next_on)
