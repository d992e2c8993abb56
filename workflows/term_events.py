"""The door to what happens to a case's periods: entering, confirming, striking out, periods by hand.

Each is one transaction with the case locked; the clocks that it touches are followed again at once.
"""

from collections.abc import Collection
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hotline import access
from hotline.actions import cases, clocks, collectives, term_events
from hotline.enums import Role
from hotline.errors import Conflict, Invalid, NotAllowed, NotVisible
from hotline.models import Case, Clock, Staff, TermEvent
from hotline.models.cases import BY_HAND
from workflows import rulebook, terms
from workflows.deadlines.chain import Effect, Happening, Kind, kinds
from workflows.deadlines.rules import DeadlineError

LIMITATION = frozenset({terms.LIMITATION, terms.WAGES})


def may_enter(user: Staff, case: Case) -> bool:
    """Whether `user` may write what happens to the case's periods: who writes its facts, or mediates it."""
    return access.may(user, "facts", case) or access.may(user, "mediate", case)


def may_confirm(user: Staff, case: Case) -> bool:
    """Whether `user` may say that it is so: the case's lawyer."""
    return user.role == Role.LAWYER and access.may(user, "review", case)


def needs_lawyer(kind: Kind) -> bool:
    """Whether what was entered acts only once a lawyer has confirmed it: all that makes limitation longer."""
    return bool(LIMITATION & set(kind.rules))


@transaction.atomic
def enter(
    case_pk: int, actor: Staff, kind_code: str, on: date, *, until: date | None = None, note: str = ""
) -> TermEvent:
    """Write down that something happened on `on`. Raises Invalid, NotAllowed or Conflict."""
    case = _locked(case_pk, actor)
    kind = kinds().get(kind_code)
    if kind is None or kind.by_system:
        raise Invalid({"kind": _("Choose what happened.")})
    if not may_enter_kind(actor, kind):
        raise NotAllowed(_("A supervisor approves this, and enters it."))
    wrong = _wrong(kind, on, note) | _out_of_place(case, kind, on, until)
    if wrong:
        raise Invalid(wrong)
    if case.term_events.filter(kind=kind_code, on=on, struck_at=None, members=None).exists():
        raise Conflict(_("This stands there already."))
    sure = not needs_lawyer(kind) or may_confirm(actor, case)
    row = term_events.enter(case, actor, kind_code, on, until=until, note=note.strip()[:300], confirmed=sure)
    _follow(case, kind)
    return row


def may_enter_kind(user: Staff, kind: Kind) -> bool:
    """Whether a person may enter that kind of event; an approval of the house is its supervisor's."""
    return not kind.by_system and (not kind.by_supervisor or user.role == Role.SUPERVISOR)


def acts_on(case: Case, kind: Kind) -> list[Clock]:
    """The periods of the case that a kind of event acts on, as they run."""
    return [clock for clock in clocks.live(case) if clock.rule in kind.rules]


def has_place(case: Case, kind: Kind) -> bool:
    """Whether a kind can be entered now. What happened to limitation may be known before its start is."""
    return needs_lawyer(kind) or bool(acts_on(case, kind))


def _out_of_place(case: Case, kind: Kind, on: date, until: date | None) -> dict[str, str]:
    """What is wrong with an event on that day among the periods that run on the case."""
    wrong: dict[str, str] = {}
    running = acts_on(case, kind)
    if not has_place(case, kind):
        wrong["kind"] = _("No period that this could act on runs on the case.")
    started = min((clock.start for clock in running), default=on)
    # In a collective case the others' periods may have begun before the one that is nearest.
    if kind.effect != Effect.NONE and on < started and collectives.of(case) is None:
        wrong["on"] = _("The period runs from %(day)s only: what was before it changes nothing.") % {
            "day": started
        }
    if kind.effect == Effect.UNTIL and (until is None or until <= on):
        wrong["until"] = _("Enter the day agreed on, after the agreement.")
    if kind.effect == Effect.EXTEND and until is not None and running and not wrong:
        most = max(terms.would_end(clock, Happening(kind.code, on)) for clock in running)
        if not min(clock.due for clock in running) < until <= most:
            wrong["until"] = _("Longer than now, and until %(day)s at most.") % {"day": most}
    return wrong


def _wrong(kind: Kind, on: date, note: str) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if on > timezone.localdate():
        wrong["on"] = _("This day is still to come.")
    if (needs_lawyer(kind) or kind.effect == Effect.EXTEND) and not note.strip():
        wrong["note"] = _("Write down what shows it.")
    return wrong


def member_kinds() -> list[Kind]:
    """What can be entered for single members of a collective case: what acts on their limitation."""
    return [kind for kind in kinds().values() if needs_lawyer(kind) and not kind.by_system]


@transaction.atomic
def enter_for(
    case_pk: int, actor: Staff, members: Collection[int], kind_code: str, on: date, *, note: str
) -> TermEvent:
    """Write down what happened to the limitation of some members of a collective case, and of nobody else.

    Raises Invalid, NotAllowed or Conflict.
    """
    case = _locked(case_pk, actor)
    if collectives.of(case) is None:
        raise Conflict(_("This is no collective case."))
    kind = next((kind for kind in member_kinds() if kind.code == kind_code), None)
    if kind is None:
        raise Invalid({"kind": _("Choose what happened.")})
    wrong = _wrong(kind, on, note)
    chosen = list(collectives.taking_part(case).filter(pk__in=members).order_by("pk"))
    if not chosen:
        wrong["member"] = _("Choose the members to whom it happened.")
    elif len(chosen) != len(set(members)):
        wrong["member"] = _("Not all of them take part any more: look again and choose anew.")
    if wrong:
        raise Invalid(wrong)
    again = case.term_events.filter(kind=kind_code, on=on, struck_at=None)
    known = collectives.taking_part(case).filter(pk__in=members, term_events__in=again).first()
    if known is not None:
        raise Conflict(_("This stands there already for %(name)s.") % {"name": known.name})
    sure = may_confirm(actor, case)
    told = note.strip()[:300]
    row = term_events.enter(case, actor, kind_code, on, note=told, confirmed=sure, members=chosen)
    _follow(case, kind)
    return row


@transaction.atomic
def confirm(case_pk: int, actor: Staff, pk: int) -> None:
    """The case's lawyer says that it is so."""
    case = _locked(case_pk, actor)
    if not may_confirm(actor, case):
        raise NotAllowed(_("Only the case's lawyer confirms this."))
    row = _row(case, pk)
    if row.confirmed_at is None:
        term_events.confirm(row, actor)
        _follow(case, kinds()[row.kind])


@transaction.atomic
def strike(case_pk: int, actor: Staff, pk: int, reason: str) -> None:
    """It was not so. What a lawyer has confirmed only a lawyer strikes out."""
    case = _locked(case_pk, actor)
    row = _row(case, pk)
    if not reason.strip():
        raise Invalid({"reason": _("Write down why it is struck out.")})
    if row.confirmed_at and needs_lawyer(kinds()[row.kind]) and not may_confirm(actor, case):
        raise NotAllowed(_("A lawyer has confirmed this: only the case's lawyer strikes it out."))
    term_events.strike(row, actor, reason.strip())
    _follow(case, kinds()[row.kind])


@transaction.atomic
def add_clock(case_pk: int, actor: Staff, rule: str, start: date, note: str) -> Clock:
    """Run any rule on the case from `start`, by hand; `note` says from what."""
    case = _locked(case_pk, actor)
    if case.clocks.filter(rule=rule, measure=None, origin=None, member=None, state__in=clocks.LIVE).exists():
        raise Conflict(_("This period runs on the case already."))
    if not note.strip():
        raise Invalid({"note": _("Write down what shows it.")})
    if rule in LIMITATION:
        raise Invalid({"rule": _("Limitation runs from what the intake and the lawyer's review say.")})
    if start > timezone.localdate() and rule != terms.DEMAND and not _may_lie_ahead(rule):
        raise Invalid({"start": _("This day is still to come.")})
    try:
        return terms.run(case, rule, start, source=BY_HAND + note.strip()[:280])
    except DeadlineError:
        raise Invalid({"rule": _("This rule cannot be counted from that day.")}) from None


def _may_lie_ahead(code: str) -> bool:
    """Whether the rule's event may be planned: a hearing, the first day of work or leave."""
    rule = rulebook.fresh().latest(code)
    return rule is not None and (rule.before or rule.counts_start)


@transaction.atomic
def end_clock(case_pk: int, actor: Staff, pk: int) -> None:
    """What the period waited for has come."""
    case = _locked(case_pk, actor)
    clock = (
        case.clocks.filter(pk=pk, origin=None, member=None, state__in=clocks.LIVE)
        .select_related("measure")
        .first()
    )
    if clock is None:
        raise Conflict(_("This period no longer runs."))
    if not by_hand(clock):
        raise NotAllowed(_("This period ends with its step."))
    clocks.end(case, clock.rule)


def by_hand(clock: Clock) -> bool:
    """Whether a person has begun the period; others end with their step."""
    return clock.source.startswith(BY_HAND) and clock.measure is None and clock.origin_id is None


def _locked(case_pk: int, actor: Staff) -> Case:
    case = Case.objects.locked(case_pk)
    if not access.visible(actor, Case.objects.filter(pk=case.pk)).exists():
        raise NotVisible(_("There is no such case among yours."))
    if not may_enter(actor, case):
        raise NotAllowed(_("Your role does not allow this."))
    cases.refuse_closed(case)
    return case


def _row(case: Case, pk: int) -> TermEvent:
    row = case.term_events.filter(pk=pk).first()
    if row is None:
        raise NotVisible(_("There is no such entry on this case."))
    if row.struck_at is not None:
        raise Conflict(_("This was struck out already."))
    row.case = case
    return row


def _follow(case: Case, kind: Kind) -> None:
    if LIMITATION & set(kind.rules):
        terms.follow_limitation(case)
    terms.follow_all(case, set(kind.rules) - LIMITATION)
