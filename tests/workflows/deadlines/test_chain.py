"""Chains of events against dates worked out by hand, and what holds of every chain."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.deadlines.book import FILE
from workflows.deadlines.calendar import OFFICIAL
from workflows.deadlines.chain import Effect, Happening, Reckoning, Why, follow, kinds, kinds_for, parse
from workflows.deadlines.compute import due
from workflows.deadlines.rules import DeadlineError, all_rules

Event = tuple[str, date] | tuple[str, date, date]
ACCEPTED = date(2026, 8, 17)


def chain(rule: str, start: date, *events: Event, confirmed: bool = True) -> Reckoning:
    later = [Happening(kind, on, until=until[0] if until else None, confirmed=confirmed, key=n)
             for n, (kind, on, *until) in enumerate(events)]  # fmt: skip
    return follow(FILE.rule_on(rule), Happening("START", start), later)


AWARD = "arbitration.award"
VECTORS: list[tuple[str, date, tuple[Event, ...], date]] = [
    # Nothing happened: 17 Aug + 45 = 1 Oct, rolled to 8 Oct.
    (AWARD, ACCEPTED, (), date(2026, 10, 8)),
    # A party is added on 1 Sep: 45 days from there, 29 + 16 Oct (Fri).
    (AWARD, ACCEPTED, (("PARTY_ADDED", date(2026, 9, 1)),), date(2026, 10, 16)),
    # Each later restart counts anew from its own day: 21 Sep + 45 = 5 Nov (Thu).
    (
        AWARD,
        ACCEPTED,
        (("PARTY_ADDED", date(2026, 9, 1)), ("CLAIMS_CHANGED", date(2026, 9, 21))),
        date(2026, 11, 5),
    ),
    # A counter-application, then a transfer: from the transfer, 9 Oct + 45 = 23 Nov (Mon).
    (
        AWARD,
        ACCEPTED,
        (("COUNTERCLAIM", date(2026, 9, 1)), ("TRANSFERRED", date(2026, 10, 9))),
        date(2026, 11, 23),
    ),
    # Suspended 1 to 21 Sep for an assessment: 20 days do not count; 1 Oct + 20 = 21 Oct (Wed).
    (
        AWARD,
        ACCEPTED,
        (("TRIAL_SUSPENDED", date(2026, 9, 1)), ("TRIAL_RESUMED", date(2026, 9, 21))),
        date(2026, 10, 21),
    ),
    # Public notice within a suspension: the whole of 1 to 30 Sep once, 29 days; 1 Oct + 29 = 30 Oct (Fri).
    (
        AWARD,
        ACCEPTED,
        (
            ("TRIAL_SUSPENDED", date(2026, 9, 1)),
            ("PUBLIC_NOTICE", date(2026, 9, 10)),
            ("TRIAL_RESUMED", date(2026, 9, 21)),
            ("PUBLIC_NOTICE_OVER", date(2026, 9, 30)),
        ),
        date(2026, 10, 30),
    ),
    # What did not count before a restart no longer matters: 1 Oct + 45 = 15 Nov (Sun), hence Mon 16.
    (
        AWARD,
        ACCEPTED,
        (
            ("TRIAL_SUSPENDED", date(2026, 9, 1)),
            ("TRIAL_RESUMED", date(2026, 9, 21)),
            ("PARTY_ADDED", date(2026, 10, 1)),
        ),
        date(2026, 11, 16),
    ),
    # Extended: 60 days from acceptance, 16 Oct (Fri).
    (AWARD, ACCEPTED, (("AWARD_EXTENDED", date(2026, 9, 28)),), date(2026, 10, 16)),
    # An extension belongs to its own run: after a restart it is 45 days again, 12 Oct + 45 = 26 Nov (Thu).
    (
        AWARD,
        ACCEPTED,
        (("AWARD_EXTENDED", date(2026, 9, 28)), ("PARTY_ADDED", date(2026, 10, 12))),
        date(2026, 11, 26),
    ),
    # Still suspended: the end as it stood on 1 Sep.
    (AWARD, ACCEPTED, (("TRIAL_SUSPENDED", date(2026, 9, 1)),), date(2026, 10, 8)),
    # The application was completed on 12 Feb: five working days from there, 26 Feb.
    ("arbitration.acceptance", date(2026, 2, 2), (("CORRECTED", date(2026, 2, 12)),), date(2026, 2, 26)),
    # Limitation: one year from knowing, Mon 9 Jun 2025 to Tue 9 Jun 2026.
    ("limitation.general", date(2025, 6, 9), (), date(2026, 6, 9)),
    # A claim to the employer begins the year anew: 24 Nov 2025 to Tue 24 Nov 2026.
    (
        "limitation.general",
        date(2025, 6, 9),
        (("CLAIM_TO_EMPLOYER", date(2025, 11, 24)),),
        date(2026, 11, 24),
    ),
    # Claim, complaint, promise: the last counts, Mon 6 Jul 2026.
    (
        "limitation.general",
        date(2024, 6, 10),
        (
            ("CLAIM_TO_EMPLOYER", date(2024, 9, 2)),
            ("COMPLAINT_TO_AUTHORITY", date(2025, 3, 3)),
            ("EMPLOYER_AGREED", date(2025, 7, 6)),
        ),
        date(2026, 7, 6),
    ),
    # In hospital without a representative, 1 to 31 Mar 2026: 30 days more; 9 Jun + 30 = 9 Jul 2026 (Thu).
    (
        "limitation.general",
        date(2025, 6, 9),
        (("LIMITATION_SUSPENDED", date(2026, 3, 1)), ("LIMITATION_RESUMED", date(2026, 3, 31))),
        date(2026, 7, 9),
    ),
    # Too late: the year was over on 9 Jun 2026; a claim in July begins nothing anew.
    ("limitation.general", date(2025, 6, 9), (("CLAIM_TO_EMPLOYER", date(2026, 7, 1)),), date(2026, 6, 9)),
    # Unpaid wages, from the end of the employment.
    ("limitation.wages", date(2025, 10, 3), (("EMPLOYER_AGREED", date(2025, 12, 1)),), date(2026, 12, 1)),
    # Both parties agree to mediate until 20 Nov; 15 days would have ended on 2 Nov + 15 = 17 Nov.
    (
        "mediation.acceptance_term",
        date(2026, 11, 2),
        (("BOTH_AGREED_LONGER", date(2026, 11, 10), date(2026, 11, 20)),),
        date(2026, 11, 20),
    ),
    # An agreement for an earlier day makes nothing shorter.
    (
        "mediation.acceptance_term",
        date(2026, 11, 2),
        (("BOTH_AGREED_LONGER", date(2026, 11, 10), date(2026, 11, 12)),),
        date(2026, 11, 17),
    ),
    # Working days stop, too: Mon 2 Nov, 3 and 4 counted, on again after the 18th: 19, 20, 23.
    (
        "service.handling",
        date(2026, 11, 2),
        (("LEGAL_PROCEDURE", date(2026, 11, 4)), ("LEGAL_PROCEDURE_OVER", date(2026, 11, 18))),
        date(2026, 11, 23),
    ),
    # Five and ten: 15 working days from Mon 2 Nov.
    ("service.handling", date(2026, 11, 2), (("SERVICE_EXTENDED", date(2026, 11, 6)),), date(2026, 11, 23)),
    # Approved until Mon 16 Nov alone: 9 to 13, and the 16th.
    (
        "service.handling",
        date(2026, 11, 2),
        (("SERVICE_EXTENDED", date(2026, 11, 6), date(2026, 11, 16)),),
        date(2026, 11, 16),
    ),
    # The award, approved until 10 Oct, a worked Saturday: nine days after 1 Oct.
    (AWARD, ACCEPTED, (("AWARD_EXTENDED", date(2026, 9, 20), date(2026, 10, 10)),), date(2026, 10, 10)),
    # The same, and then ten days of suspension: Tue 20 Oct.
    (
        AWARD,
        ACCEPTED,
        (
            ("AWARD_EXTENDED", date(2026, 9, 20), date(2026, 10, 10)),
            ("TRIAL_SUSPENDED", date(2026, 9, 21)),
            ("TRIAL_RESUMED", date(2026, 10, 1)),
        ),
        date(2026, 10, 20),
    ),
    # Approved until a day before the term ends: no extension.
    (AWARD, ACCEPTED, (("AWARD_EXTENDED", date(2026, 9, 20), date(2026, 9, 30)),), date(2026, 10, 8)),
    # An occupational history: 30 days anew from 1 Sep end on 1 Oct, hence 8 Oct.
    ("arbitration.occupational_award", ACCEPTED, (("PARTY_ADDED", date(2026, 9, 1)),), date(2026, 10, 8)),
]


@pytest.mark.parametrize(("rule", "start", "events", "expected"), VECTORS)
def test_where_a_chain_leads(rule: str, start: date, events: tuple[Event, ...], expected: date) -> None:
    assert chain(rule, start, *events).due == expected


def test_each_step_says_what_it_did() -> None:
    found = chain(
        AWARD,
        ACCEPTED,
        ("TRIAL_RESUMED", date(2026, 8, 20)),
        ("PARTY_ADDED", date(2026, 9, 1)),
        ("AWARD_EXTENDED", date(2026, 9, 2)),
        ("AWARD_EXTENDED", date(2026, 9, 3)),
        ("TRIAL_SUSPENDED", date(2026, 12, 1)),
    )
    assert [(step.effect, step.why) for step in found.steps] == [
        (Effect.START, Why.COUNTS),
        (Effect.RESUME, Why.NOT_PAUSED),
        (Effect.RESTART, Why.COUNTS),
        (Effect.EXTEND, Why.COUNTS),
        (Effect.EXTEND, Why.EXTENDED_ALREADY),
        (Effect.SUSPEND, Why.TOO_LATE),
    ]
    assert [step.due for step in found.steps][:3] == [
        date(2026, 10, 8),
        date(2026, 10, 8),
        date(2026, 10, 16),
    ]
    assert (found.start, found.extended, found.paused_since) == (date(2026, 9, 1), True, None)


def test_a_paused_period_says_since_when() -> None:
    assert chain(AWARD, ACCEPTED, ("TRIAL_SUSPENDED", date(2026, 9, 1))).paused_since == date(2026, 9, 1)


def test_what_nobody_has_confirmed_moves_nothing_but_says_where_it_would_lead() -> None:
    found = chain(
        "limitation.general", date(2025, 6, 9), ("CLAIM_TO_EMPLOYER", date(2025, 11, 24)), confirmed=False
    )
    assert found.due == date(2026, 6, 9)
    assert (found.steps[1].why, found.steps[1].would_be) == (Why.UNCONFIRMED, date(2026, 11, 24))


def test_the_rule_is_the_one_of_the_day_from_which_it_runs() -> None:
    # The law of 2008: a claim of before its day cannot begin a period of it.
    with pytest.raises(DeadlineError):
        chain("limitation.general", date(2008, 4, 30))


def test_every_kind_acts_on_rules_there_are_and_pauses_come_in_pairs() -> None:
    codes = {rule.code for rule in all_rules()}
    assert all(set(kind.rules) <= codes for kind in kinds().values())
    for effect in (Effect.SUSPEND, Effect.RESUME):
        pairs = {kind.pair for kind in kinds().values() if kind.effect == effect}
        assert pairs == {"limitation", "trial", "notice", "procedure"}
    extendable = {code for kind in kinds().values() if kind.effect == Effect.EXTEND for code in kind.rules}
    assert extendable == {rule.code for rule in all_rules() if rule.extension}
    assert [kind.code for kind in kinds_for("arbitration.acceptance")] == ["CORRECTED"]


@pytest.mark.parametrize(
    "change",
    [{"effect": "JUMP"}, {"law": "none"}, {"efect": "RESTART"}, {"effect": "SUSPEND"}, {"article_zh": ""}],
)
def test_mistakes_in_the_kinds_are_refused(change: dict) -> None:
    good = {
        "code": "X", "rules": [AWARD], "effect": "RESTART", "name_zh": "某", "name_en": "x",
        "law": "case_rules", "article_zh": "第46条", "article_en": "Art. 46", "text_zh": "某", "text_en": "x",
    }  # fmt: skip
    assert parse({"kinds": [good]})
    with pytest.raises(DeadlineError):
        parse({"kinds": [{**good, **change}]})


# --- What holds of every chain ---------------------------------------------------------------------

DAYS = st.dates(date(2025, 1, 1), date(2026, 12, 31))
EVENTS = st.lists(st.tuples(st.sampled_from([k.code for k in kinds_for(AWARD)]), DAYS), max_size=8)


@given(DAYS, EVENTS)
def test_no_chain_ends_before_its_bare_period(start: date, events: list[Event]) -> None:
    found = chain(AWARD, start, *events)
    assert found.due >= due(AWARD, start).due
    assert found.due >= due(AWARD, found.start).due
    assert found.start >= start and OFFICIAL.is_workday(found.due)
    assert len(found.steps) == len(events) + 1


@given(DAYS, EVENTS)
def test_the_order_in_which_events_are_entered_does_not_matter(start: date, events: list[Event]) -> None:
    days = [on for _kind, on in events]
    if len(set(days)) == len(days):
        assert chain(AWARD, start, *events).due == chain(AWARD, start, *reversed(events)).due


@given(DAYS, st.integers(0, 44), st.integers(0, 200))
def test_a_pause_adds_its_own_days_and_no_others(start: date, after: int, length: int) -> None:
    begins = start + timedelta(days=after)
    ends = begins + timedelta(days=length)
    found = chain(AWARD, start, ("TRIAL_SUSPENDED", begins), ("TRIAL_RESUMED", ends))
    assert found.raw == due(AWARD, start).raw + timedelta(days=length)


@given(DAYS, st.integers(-5, 40))
def test_an_extension_ends_by_the_day_approved(start: date, days: int) -> None:
    bare, longest = due(AWARD, start), due(AWARD, start, extension=True)
    until = bare.raw + timedelta(days=days)
    found = chain(AWARD, start, ("AWARD_EXTENDED", start, until))
    assert found.raw == max(bare.raw, min(until, longest.raw))
    assert found.extended == (days > 0)


@given(DAYS, EVENTS)
def test_unconfirmed_events_change_nothing(start: date, events: list[Event]) -> None:
    assert chain(AWARD, start, *events, confirmed=False).due == due(AWARD, start).due
