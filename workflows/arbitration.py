"""The door to what happens before the commission and with its award, and the periods that follow from it.

Labour Dispute Mediation and Arbitration Law, Art. 29 to 51. Every period is reckoned from rows: the
referral's days and the entries that stand. Each function is one transaction under the case's lock.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hotline import access
from hotline.actions import arbitration, cases, clocks
from hotline.enums import ArbitrationKind, ClockState, Stage
from hotline.errors import Conflict, Invalid, NotVisible
from hotline.models import ArbitrationEntry, Case, Referral, Staff
from hotline.models.prepared import Given, Prepared
from workflows import terms

K = ArbitrationKind
SERVICE, TRIBUNAL = "arbitration.service", "arbitration.tribunal"
DEFENCE, FORWARDED = "arbitration.defence", "arbitration.defence_forwarded"
NOTICE, POSTPONEMENT = "arbitration.hearing_notice", "arbitration.postponement"
REFUSAL, SUIT, SUIT_FINAL = "litigation.refusal", "litigation.award", "litigation.final_award"
ANNULMENT, AFTER_ANNULMENT = "litigation.annulment", "litigation.after_annulment"
ENFORCEMENT = "enforcement.application"
SUITS = frozenset({REFUSAL, SUIT, SUIT_FINAL, AFTER_ANNULMENT})
"""The periods in which the worker may go to court."""
UNTIL: Mapping[str, ArbitrationKind] = {
    SERVICE: K.SERVED,
    TRIBUNAL: K.TRIBUNAL,
    DEFENCE: K.DEFENCE,
    FORWARDED: K.DEFENCE_COPY,
}
"""What each of the commission's and the employer's periods waits for."""
RULES = (*UNTIL, NOTICE, POSTPONEMENT, *sorted(SUITS), ANNULMENT, ENFORCEMENT)
Start = tuple[date, str]
"""The day from which a period runs, and the row that says so."""


@dataclass(frozen=True)
class Entry:
    """What is asked for one kind of entry, and when it can be written."""

    since: str
    """The day of the referral before which it cannot lie."""
    asks: tuple[str, ...] = ("on", "note")
    needs: tuple[str, ...] = ("on",)
    after: ArbitrationKind | None = None
    """What must stand before it."""
    once: bool = True


ENTRIES: Mapping[ArbitrationKind, Entry] = {
    K.RECEIPT: Entry("filed_on"),
    K.SERVED: Entry("accepted_on"),
    K.TRIBUNAL: Entry("accepted_on"),
    K.DEFENCE: Entry("accepted_on", after=K.SERVED),
    K.DEFENCE_COPY: Entry("accepted_on", after=K.DEFENCE),
    K.HEARING: Entry("accepted_on", ("at", "place", "on", "note"), ("at", "place"), once=False),
    K.HELD: Entry("accepted_on", needs=("on", "note"), after=K.HEARING, once=False),
    K.PART_AWARD: Entry(
        "accepted_on", ("on", "final", "amount", "note"), ("on", "final", "note"), once=False
    ),
    K.EMPLOYER_GOT: Entry("awarded_on"),
    K.ANNULMENT: Entry("awarded_on"),
    K.ANNULLED: Entry("awarded_on", after=K.ANNULMENT),
    K.UPHELD: Entry("awarded_on", after=K.ANNULMENT),
    K.WITHDRAWN: Entry("filed_on"),
    K.STAYED_AWAY: Entry("accepted_on", after=K.HEARING),
}


def referral_of(case: Case) -> Referral | None:
    """The referral that the case is about now; None where it is at no referral."""
    row = Referral.objects.newest(case)
    return row if row is not None and row.filed_on is not None else None


def may_enter(user: Staff, case: Case, referral: Referral) -> bool:
    """Whether `user` writes what happens before the commission: the case's lawyer, at the referral."""
    here = case.is_open and case.stage == Stage.ARBITRATION and not referral.next_step
    return here and access.may(user, "refer", case)


STANDING = Prepared(
    lambda: (
        ArbitrationEntry.objects.filter(referral=Given("referral"), struck_at=None)
        .select_related("written_by")
        .order_by("pk")
    )
)


def standing(referral: Referral) -> dict[str, ArbitrationEntry]:
    """The newest entry of each kind that was not struck out."""
    return {row.kind: row for row in STANDING.all(referral=referral.pk)}


def open_kinds(referral: Referral) -> list[ArbitrationKind]:
    """What can be written now."""
    there = standing(referral)
    return [kind for kind in K if not _untimely(referral, kind, there)]


@transaction.atomic
def enter(case_pk: int, actor: Staff, kind_code: str, said: Mapping[str, Any]) -> ArbitrationEntry:
    """Write down what happened. Raises Invalid naming all that is wrong, NotAllowed and Conflict."""
    case, referral = _locked(case_pk, actor)
    if kind_code not in K.values:
        raise Invalid({"kind": _("Choose what happened.")})
    kind, there = K(kind_code), standing(referral)
    if why := _untimely(referral, kind, there):
        raise Invalid({"kind": why})
    spec = ENTRIES[kind]
    told = {name: said.get(name) for name in spec.asks if said.get(name) not in (None, "")}
    if wrong := _wrong(referral, spec, kind, told, there):
        raise Invalid(wrong)
    row = arbitration.enter(case, referral, actor, kind, **told)
    if kind in arbitration.WITHDRAWALS:
        _end_term(case)
    follow(case)
    return row


@transaction.atomic
def strike(case_pk: int, actor: Staff, pk: int, reason: str) -> None:
    """It was not so. Raises Invalid without a reason, and Conflict where another entry rests on it."""
    case, referral = _locked(case_pk, actor)
    row = referral.entries.filter(pk=pk).first()
    if row is None:
        raise NotVisible(_("There is no such entry on this case."))
    if row.struck_at is not None:
        raise Conflict(_("This was struck out already."))
    if not reason.strip():
        raise Invalid({"reason": _("Write down why it is struck out.")})
    rest = referral.entries.filter(kind=row.kind, struck_at=None).exclude(pk=row.pk)
    resting = [kind for kind, spec in ENTRIES.items() if spec.after == row.kind]
    if not rest.exists() and referral.entries.filter(kind__in=resting, struck_at=None).exists():
        raise Conflict(_("Something that was written later rests on it: strike that out first."))
    row.referral = referral
    arbitration.strike(case, row, actor, reason.strip())
    if row.kind in arbitration.WITHDRAWALS:
        _run_term_again(case, referral)
    follow(case)


def _end_term(case: Case) -> None:
    """The application is withdrawn: the commission's own term ends, and limitation presses again."""
    clocks.end(case, terms.ACCEPTANCE, terms.AWARD, state=ClockState.DROPPED)
    terms.follow_limitation(case)


def _run_term_again(case: Case, referral: Referral) -> None:
    if referral.accepted_on is not None:
        terms.run(case, terms.AWARD, referral.accepted_on, source="referral.accepted_on")
    elif referral.filed_on is not None:
        terms.run(case, terms.ACCEPTANCE, referral.filed_on, source="referral.filed_on")
    terms.follow_limitation(case)


def _locked(case_pk: int, actor: Staff) -> tuple[Case, Referral]:
    case = Case.objects.locked(case_pk)
    access.check(actor, "refer", case)
    cases.refuse_closed(case)
    referral = referral_of(case)
    if referral is None or case.stage != Stage.ARBITRATION:
        raise Conflict(_("No application of this case is with a commission."))
    if referral.next_step:
        raise Conflict(_("It was decided already what comes next: nothing more is written down here."))
    return case, referral


def _untimely(referral: Referral, kind: ArbitrationKind, there: Mapping[str, Any]) -> str:
    """Why `kind` cannot be written now; empty where it can."""
    spec = ENTRIES[kind]
    if getattr(referral, spec.since) is None:
        if spec.since == "accepted_on":
            return _("The commission has not accepted the application yet.")
        return _("There is no award yet.")
    if referral.withdrawn_on:
        return _("The application was withdrawn.")
    ended = referral.refused_on or referral.awarded_on or referral.settled_on
    if ended and (spec.since == "accepted_on" or kind in arbitration.WITHDRAWALS):
        return _("The arbitration is over.")
    if kind == K.RECEIPT and (referral.accepted_on or referral.refused_on):
        return _("The commission has decided already.")
    if spec.after is not None and spec.after not in there:
        return _("First comes: %(what)s.") % {"what": spec.after.label}
    if kind in (K.HELD, K.STAYED_AWAY) and there[K.HEARING].planned is False:
        return _("No hearing is waited for.")
    if kind == K.ANNULMENT and not referral.final:
        return _("Only an award that is final for the employer is set aside (Art. 49).")
    if kind in (K.ANNULLED, K.UPHELD) and (K.ANNULLED in there or K.UPHELD in there):
        return _("The court has ruled already.")
    if spec.once and kind in there:
        return _("%(who)s has written this down already.") % {"who": there[kind].written_by}
    return ""


def _wrong(
    referral: Referral, spec: Entry, kind: ArbitrationKind, told: Mapping[str, Any], there: Mapping[str, Any]
) -> dict[str, str]:
    words = {
        "on": _("Enter the day."),
        "at": _("Enter day and time."),
        "final": _("Say whether it is final."),
    }
    wrong = {name: words.get(name, _("Fill this in.")) for name in spec.needs if told.get(name) is None}
    on, at = told.get("on"), told.get("at")
    since = _since(referral, spec, there)
    if on is not None and on > timezone.localdate():
        wrong["on"] = _("This day lies in the future.")
    elif on is not None and on < since:
        wrong["on"] = _("This day lies before %(day)s.") % {"day": since}
    if at is not None and timezone.localdate(at) < since:
        wrong["at"] = _("The hearing lies before the acceptance of %(day)s.") % {"day": since}
    elif at is not None and on is not None and timezone.localdate(at) < on:
        wrong["on"] = _("The notice came after the hearing.")
    if kind in (K.HELD, K.STAYED_AWAY) and on is not None and on < timezone.localdate(there[K.HEARING].at):
        wrong["on"] = _("The hearing is called for a later day.")
    return wrong


def _since(referral: Referral, spec: Entry, there: Mapping[str, Any]) -> date:
    before = there[spec.after].on if spec.after is not None else None
    first: date = getattr(referral, spec.since)
    return max(first, before) if before is not None else first


# --- Periods ------------------------------------------------------------------------------------
def follow(case: Case) -> None:
    """Let the periods of the newest referral follow what its rows say. Call it with the case locked."""
    referral = Referral.objects.newest(case)
    if referral is None:
        return
    there = standing(referral)
    wanted = periods(referral, there)
    today = timezone.localdate()
    for rule in RULES:
        start = wanted.get(rule)
        if start and (rule not in terms.LAPSING or terms.ends(rule, start[0]) >= today):
            terms.run(case, rule, start[0], source=start[1])
        else:
            met = UNTIL.get(rule) in there
            clocks.end(case, rule, state=ClockState.MET if met else ClockState.DROPPED)


def close(case: Case) -> None:
    """The commission is done with the case: no hearing is waited for, and what follows the award runs."""
    referral = Referral.objects.newest(case)
    if referral is not None:
        arbitration.no_hearing(referral)
    follow(case)


def periods(referral: Referral, there: Mapping[str, ArbitrationEntry]) -> dict[str, Start]:
    """From which day each period runs now, and which row says so."""
    if referral.refused_on is not None:
        return {REFUSAL: (referral.received_on or referral.refused_on, "referral.refused_on")}
    if referral.settled_on is not None:
        return {ENFORCEMENT: (referral.perform_by or referral.settled_on, "referral.settled_on")}
    if referral.awarded_on is not None:
        return _after_award(referral, there)
    if referral.withdrawn_on is not None:
        return _part_award(there)
    if referral.accepted_on is None:
        return {}
    return _before_award(referral, there)


def _before_award(referral: Referral, there: Mapping[str, ArbitrationEntry]) -> dict[str, Start]:
    assert referral.accepted_on is not None
    accepted = (referral.accepted_on, "referral.accepted_on")
    found: dict[str, Start] = {SERVICE: accepted, TRIBUNAL: accepted}
    for rule, kind in ((DEFENCE, K.SERVED), (FORWARDED, K.DEFENCE)):
        if kind in there and (on := there[kind].on) is not None:
            found[rule] = (on, f"arbitration.{kind}")
    hearing = there.get(K.HEARING)
    if hearing is not None and hearing.planned and hearing.at is not None:
        day = (timezone.localdate(hearing.at), "arbitration.HEARING")
        found |= {POSTPONEMENT: day} if hearing.on else {POSTPONEMENT: day, NOTICE: day}
    found |= _part_award(there)
    return {rule: start for rule, start in found.items() if UNTIL.get(rule) not in there}


def _part_award(there: Mapping[str, ArbitrationEntry]) -> dict[str, Start]:
    """What a part award opens: also one of the same day (Case-handling Rules, Art. 50)."""
    part = there.get(K.PART_AWARD)
    if part is None or part.on is None:
        return {}
    start = (part.on, "arbitration.PART_AWARD")
    return {SUIT_FINAL: start, ANNULMENT: start} if part.final else {SUIT: start}


def _after_award(referral: Referral, there: Mapping[str, ArbitrationEntry]) -> dict[str, Start]:
    """The award's periods, and beside them those of a part award that was of the other kind."""
    return _part_award(there) | _whole_award(referral, there)


def _whole_award(referral: Referral, there: Mapping[str, ArbitrationEntry]) -> dict[str, Start]:
    if K.ANNULLED in there:
        return {AFTER_ANNULMENT: (_on(there[K.ANNULLED]), "arbitration.ANNULLED")}
    assert referral.awarded_on is not None
    received: Start = (referral.received_on or referral.awarded_on, "referral.received_on")
    if not referral.final:
        return {SUIT: received, ENFORCEMENT: _performance(referral, received[0], there)}
    found = {SUIT_FINAL: received, ENFORCEMENT: _performance(referral, received[0], there)}
    if K.ANNULMENT not in there:
        theirs = there.get(K.EMPLOYER_GOT)
        found[ANNULMENT] = (_on(theirs), "arbitration.EMPLOYER_GOT") if theirs else received
    return found


def _on(row: ArbitrationEntry) -> date:
    assert row.on is not None  # `ENTRIES` asks for it
    return row.on


def _performance(referral: Referral, received: date, there: Mapping[str, ArbitrationEntry]) -> Start:
    """Civil Procedure Law, Art. 250: from the last day for performance, else from the award's force."""
    if referral.perform_by is not None:
        return referral.perform_by, "referral.perform_by"
    return _in_force(referral, received, there), "referral.received_on"


def _in_force(referral: Referral, received: date, there: Mapping[str, ArbitrationEntry]) -> date:
    """At once where it is final, else when neither side, each from its own receipt, sued (Art. 50)."""
    if referral.final:
        return received
    theirs = there.get(K.EMPLOYER_GOT)
    return terms.ends(SUIT, max(received, _on(theirs)) if theirs else received)


def may_be_enforced_from(referral: Referral) -> date | None:
    """From when enforcement can be applied for; None where there is nothing to enforce."""
    if referral.settled_on is not None:
        return referral.perform_by or referral.settled_on
    if referral.awarded_on is None or referral.refused_on is not None:
        return None
    there = standing(referral)
    if K.ANNULLED in there or (K.ANNULMENT in there and K.UPHELD not in there):
        return None
    received = referral.received_on or referral.awarded_on
    return max(_in_force(referral, received, there), referral.perform_by or received)


def suit_ends(case: Case) -> date | None:
    """The last day on which the worker can go to court, while that runs."""
    live = [one for one in clocks.live(case) if one.rule in SUITS and one.measure_id is None]
    return min((clock.due for clock in live), default=None)


def may_sue(case: Case, referral: Referral) -> str:
    """In words that the commission has not decided in time and the worker may sue (Art. 29, 43)."""
    if referral.refused_on or referral.awarded_on or referral.settled_on or referral.withdrawn_on:
        return ""
    rule = terms.AWARD if referral.accepted_on else terms.ACCEPTANCE
    waiting = [one for one in clocks.live(case) if one.rule == rule and one.measure_id is None]
    if any(one.paused_since or one.due >= timezone.localdate() for one in waiting):
        return ""
    return _("The commission has not decided in time: the worker may go to court.")


def after_withdrawal(case: Case, referral: Referral) -> str:
    """What a withdrawal leaves open, in words (Case-handling Rules, Art. 35 and 39); empty without one."""
    if referral.withdrawn_on is None:
        return ""
    if K.STAYED_AWAY in standing(referral):
        return _("Deemed withdrawn: the commission does not accept the same application again (Art. 39).")
    rules = (terms.LIMITATION, terms.WAGES)
    until = min((one.due for one in clocks.live(case) if one.rule in rules), default=None)
    if until is None:
        return _("The worker may apply to the commission again (Art. 35).")
    words = _("The worker may apply to the commission again (Art. 35); the limitation ends on %(day)s.")
    return words % {"day": until}


def notice_is_late(entry: ArbitrationEntry) -> date | None:
    """The day by which the notice of a hearing was due (Art. 35), where it came after it."""
    if entry.at is None or entry.on is None:
        return None
    due = terms.ends(NOTICE, timezone.localdate(entry.at))
    return due if entry.on > due else None
