"""The door to a collective case: suggest and confirm it, its members, who joins it, who speaks for all.

The conditions of Art. 7 of the mediation and arbitration law stand in collective.toml. Each function is one
transaction with the case locked; the limitation of every member is reckoned anew at its end.
"""

import tomllib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from hotline import access, events
from hotline.actions import cases, duplicates
from hotline.actions import collectives as rows
from hotline.enums import ClaimKind, MemberState, Urgency
from hotline.errors import Conflict, Invalid, NotVisible
from hotline.models import Case, Collective, Member, Staff
from workflows import emergencies, member_terms, merges
from workflows.days import day_of

CONDITIONS_FILE = Path(__file__).with_name("collective.toml")


@cache
def conditions() -> dict[str, dict[str, Any]]:
    """The conditions, the number of representatives and the urgency, as data."""
    return tomllib.loads(CONDITIONS_FILE.read_text(encoding="utf-8"))


def least() -> int:
    """How many workers make a dispute collective."""
    return int(conditions()["conditions"]["persons"])


def is_dispute(case: Case) -> bool:
    """Whether the category is a labour dispute, which a commission may decide."""
    return is_category_of_dispute(case.category_id or "")


def is_category_of_dispute(code: str) -> bool:
    """The same by the code of a category."""
    listed = conditions()["conditions"]
    return code[:1] in listed["disputes"] and code not in listed["no_disputes"]


# --- Suggesting -----------------------------------------------------------------------------------
@dataclass(frozen=True)
class Suggestion:
    """That a case may be collective: how many it is about, with which other open cases of the employer."""

    persons: int
    others: list[Case]
    """Those that would join it."""
    into: list[Case]
    """Collective cases of the same employer that this one may join."""

    @property
    def enough(self) -> bool:
        """Whether there are enough of them."""
        return self.persons >= least()


def suggested(user: Staff, case: Case) -> Suggestion | None:
    """What suggests that `case` is, or belongs to, a collective case, of what `user` may see."""
    if not case.is_open or not is_dispute(case) or rows.of(case) is not None:
        return None
    near = duplicates.of_one_employer(user, case)
    into = [one for one in near if rows.of(one) is not None]
    others = [one for one in near if one not in into and is_dispute(one)]
    persons = case.persons + sum(one.persons for one in others)
    gathered = len(others) + 1 >= duplicates.SURGE
    if into or persons >= least() or gathered:
        return Suggestion(persons, others, into)
    return None


# --- Confirming -----------------------------------------------------------------------------------
@transaction.atomic
def confirm(
    case_pk: int,
    actor: Staff,
    kind: str,
    claim: str,
    *,
    assets_moved: bool = False,
    join: Collection[int] = (),
) -> Collective:
    """A supervisor or the lawyer confirms the three conditions; the cases `join` come into it at once.

    Raises Invalid naming each condition that is not met, NotAllowed, NotVisible, Conflict.
    """
    case, others = _locked_with(case_pk, join)
    access.check(actor, "collective", case)
    cases.refuse_closed(case)
    if rows.of(case) is not None:
        raise Conflict(_("This is a collective case already."))
    _refuse(case, kind, claim, case.persons + sum(one.persons for one in others))
    row = rows.confirm(case, actor, claim_kind=kind, claim=claim.strip()[:300], assets_moved=assets_moved)
    _hurry(case, actor, kind, assets_moved=assets_moved)
    _add_caller(case, actor)
    for other in others:
        _join(case, other, actor, _("Collective case: %(claim)s") % {"claim": row.claim})
    member_terms.follow(case)
    return row


def _refuse(case: Case, kind: str, claim: str, persons: int) -> None:
    missing: dict[str, str] = {}
    if persons < least():
        words = {"least": least(), "persons": persons}
        missing["persons"] = _("It takes %(least)s workers (Art. 7); there are %(persons)s.") % words
    if not is_dispute(case):
        missing["category"] = _("By its category this is no labour dispute.")
    if kind not in ClaimKind.values:
        missing["kind"] = _("Choose what all ask for.")
    if not claim.strip():
        missing["claim"] = _("Write down what all ask for in common.")
    if missing:
        raise Invalid(missing)


def _hurry(case: Case, actor: Staff, kind: str, *, assets_moved: bool) -> None:
    """Collective cases go first; where wages are owed and the employer moves its assets, it is an alarm."""
    rule = conditions()["urgency"]
    alarm = assets_moved and kind in rule["alarm_claims"]
    rows.hurry(case, actor, Urgency(rule["alarm"] if alarm else rule["at_least"]))
    emergencies.follow(case, actor)


def _add_caller(case: Case, actor: Staff) -> None:
    person = case.person
    if person.name and not case.members.filter(name=person.name).exists():
        rows.add(case, actor, [_row_of(case) | {"claims": ()}])


def _row_of(case: Case) -> dict[str, Any]:
    """What a case says of its worker, as a member's row."""
    person = case.person
    contact = person.contacts.filter(kind="PHONE").order_by("pk").first()
    return {
        "name": person.name or (contact.value if contact else case.number),
        "phone": contact.value if contact else "",
        "identity_number": person.identity_number,
        "may_disclose": person.may_disclose,
        "known_on": case.known_on,
        "employed_until": case.employed_until,
        "claims": list(case.claims.values(*rows.CLAIM_FIELDS)),
    }


@transaction.atomic
def revoke(case_pk: int, actor: Staff, reason: str) -> None:
    """It is no collective case after all. Refused while cases have joined it: they are taken out first."""
    row = _locked(case_pk, actor, "collective")
    if not reason.strip():
        raise Invalid({"reason": _("Write down why it is no collective case.")})
    if rows.taking_part(row.case).exclude(joined_case=None).exists():
        raise Conflict(_("Cases have joined it: take them out first."))
    rows.revoke(row, actor, reason.strip())
    member_terms.follow(row.case)


# --- Members --------------------------------------------------------------------------------------
@transaction.atomic
def add(case_pk: int, actor: Staff, row: rows.Row) -> Member:
    """Add one member. Raises Invalid where the person is a member already."""
    collective = _locked(case_pk, actor, "facts")
    wrong = _known(_Known.of(collective.case), row)
    if wrong:
        raise Invalid(wrong)
    member = rows.add(collective.case, actor, [row])[0]
    member_terms.follow(collective.case)
    return member


@transaction.atomic
def add_all(case_pk: int, actor: Staff, lines: Sequence[tuple[int, rows.Row]]) -> int:
    """Add the members of a table, all or none; returns how many.

    `lines` are the numbers of the table's lines with what they say. Raises Invalid naming each line whose
    person is a member already or stands in the table twice: a table that is brought twice adds nobody twice.
    """
    collective = _locked(case_pk, actor, "facts")
    known, wrong = _Known.of(collective.case), {}
    for number, row in lines:
        for words in _known(known, row).values():
            wrong[f"line-{number}"] = _("Line %(line)s: %(words)s") % {"line": number, "words": words}
        known.take(row)
    if wrong:
        raise Invalid(wrong)
    if not lines:
        raise Invalid({"table": _("There is nobody in this table.")})
    rows.add(collective.case, actor, [row for _number, row in lines])
    member_terms.follow(collective.case)
    return len(lines)


@dataclass
class _Known:
    """By what the members of a case are known."""

    people: set[tuple[str, str]]
    identities: set[str]

    @classmethod
    def of(cls, case: Case, but: Member | None = None) -> "_Known":
        others = case.members.exclude(pk=but.pk) if but else case.members.all()
        found = list(others.values_list("name", "phone", "identity_hash"))
        return cls({(name, phone) for name, phone, _hash in found}, {hash_ for *_who, hash_ in found} - {""})

    def take(self, row: rows.Row) -> None:
        self.people.add((row["name"], row.get("phone", "")))
        if row.get("identity_number"):
            self.identities.add(rows.identity_key(row["identity_number"]))


def _known(known: _Known, row: rows.Row) -> dict[str, str]:
    """What says that the person of `row` is known already, by the field."""
    number = row.get("identity_number", "")
    if number and rows.identity_key(number) in known.identities:
        return {"identity_number": _("A member has this identity number already.")}
    if (row["name"], row.get("phone", "")) not in known.people:
        return {}
    if row.get("phone"):
        return {"phone": _("%(name)s with this number is a member already.") % {"name": row["name"]}}
    if number:
        return {}
    words = _("There is a member of the name %(name)s already: write down the telephone or identity number.")
    return {"name": words % {"name": row["name"]}}


@transaction.atomic
def change(case_pk: int, actor: Staff, member_pk: int, revision: int, row: rows.Row) -> Member:
    """Write anew what is known of a member. Raises Conflict when somebody else has written meanwhile."""
    collective = _locked(case_pk, actor, "facts")
    member = _member(collective.case, member_pk)
    if member.revision != revision:
        raise Conflict(_("%(name)s was changed meanwhile: look again.") % {"name": member.name})
    wrong = _known(_Known.of(collective.case, but=member), row)
    if wrong:
        raise Invalid(wrong)
    rows.change(member, actor, row)
    member_terms.follow(collective.case)
    return member


@transaction.atomic
def set_state(case_pk: int, actor: Staff, member_pk: int, state: str, reason: str) -> Member:
    """A member withdraws, settles on their own, or takes part again. Raises Invalid, Conflict."""
    collective = _locked(case_pk, actor, "facts")
    member = _member(collective.case, member_pk)
    if state not in {MemberState.IN, MemberState.WITHDREW, MemberState.SETTLED}:
        raise Invalid({"state": _("Choose whether the person takes part.")})
    if not reason.strip():
        raise Invalid({"reason": _("Write down why.")})
    if state == MemberState.IN and member.state == MemberState.OWN_CASE:
        raise Conflict(_("%(name)s has a case of their own: let that case join again.") % {"name": member})
    if member.state == state:
        raise Conflict(_("This stands there already."))
    rows.set_state(member, actor, MemberState(state), reason.strip()[:300])
    member_terms.follow(collective.case)
    return member


@transaction.atomic
def choose(case_pk: int, actor: Staff, chosen: Iterable[int], on: date | None, how: str, powers: str) -> None:
    """Write down who speaks for all: three to five, by Art. 63 of the case-handling rules. Raises Invalid."""
    collective = _locked(case_pk, actor, "facts")
    wanted = set(chosen)
    members = list(rows.taking_part(collective.case).filter(pk__in=wanted))
    limits = conditions()["representatives"]
    missing = day_of({"on": on}, "on", _("the choice"))
    if len(members) != len(wanted):
        missing["members"] = _("Only who takes part speaks for all: look again and choose anew.")
    elif not limits["least"] <= len(members) <= limits["most"]:
        missing["members"] = _("Choose %(least)s to %(most)s representatives.") % limits
    if not how.strip():
        missing["how"] = _("Write down how they were chosen.")
    if not powers.strip():
        missing["powers"] = _("Write down what they may do for all.")
    if missing:
        raise Invalid(missing)
    what = {"chosen_on": on, "chosen_how": how.strip()[:200], "powers": powers.strip()[:300]}
    rows.choose(collective, actor, members, **what)


# --- Cases that join ------------------------------------------------------------------------------
@transaction.atomic
def join(case_pk: int, other_pk: int, actor: Staff, reason: str) -> Member:
    """Let the case `other_pk` join: it ends as merged into the collective one, its worker is a member.

    Undoing the merge takes both apart again (`merges.undo`). Raises what `merges.merge` does.
    """
    case, others = _locked_with(case_pk, [other_pk])
    access.check(actor, "merge", case)
    if rows.of(case) is None:
        raise Conflict(_("This is no collective case."))
    member = _join(case, others[0], actor, reason)
    member_terms.follow(case)
    return member


def _join(case: Case, other: Case, actor: Staff, reason: str) -> Member:
    merges.merge(other.pk, case.pk, actor, reason)
    case.refresh_from_db()
    row = _row_of(other)
    member = _same(case, other, row)
    if member is None:
        return rows.add(case, actor, [row], joined=other)[0]
    rows.come_back(member, actor, other)
    return member


def _same(case: Case, other: Case, row: rows.Row) -> Member | None:
    """The member who is the worker of `other`: was in with this case before, or stands in the table."""
    again = case.members.filter(joined_case=other).first()
    if again is not None:
        return again
    key = rows.identity_key(row["identity_number"])
    listed = case.members.filter(joined_case=None)
    return (listed.filter(identity_hash=key).first() if key else None) or (
        listed.filter(name=row["name"], phone=row["phone"]).first()
    )


# --- Rows -----------------------------------------------------------------------------------------
def _locked(case_pk: int, actor: Staff, action: str) -> Collective:
    case = Case.objects.locked(case_pk)
    access.check(actor, action, case)
    cases.refuse_closed(case)
    collective = rows.of(case)
    if collective is None:
        raise Conflict(_("This is no collective case."))
    collective.case = case
    return collective


def _locked_with(case_pk: int, others: Iterable[int]) -> tuple[Case, list[Case]]:
    """The case and the others, locked in the order of their ids."""
    wanted = sorted({case_pk, *others})
    if len(wanted) > 1:
        events.several_cases()
    try:
        found = {pk: Case.objects.locked(pk) for pk in wanted}
    except Case.DoesNotExist:
        raise NotVisible(_("There is no such case among yours.")) from None
    return found[case_pk], [found[pk] for pk in wanted if pk != case_pk]


def _member(case: Case, pk: int) -> Member:
    member = case.members.filter(pk=pk).first()
    if member is None:
        raise NotVisible(_("There is no such member in this case."))
    member.case = case
    return member
