"""Conflicts of interest: a case's employers held against the clients of a lawyer and of their firm.

Lawyers Law, Art. 39: nobody represents both sides. The same credit code or the same name is a conflict; what
only looks alike, or was a client once, is possible and wants a supervisor's word. Clients' names are kept in
the check's row, for supervisors; the timeline says the result alone.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from hotline import access, events, names
from hotline.enums import CheckOccasion, CheckResult, Role
from hotline.errors import Conflict, Invalid
from hotline.models import Case, Client, ConflictCheck, ConflictMark, Employer, LawyerProfile, Staff
from hotline.models.prepared import Given, Prepared, insert, update

log = structlog.get_logger(__name__)
BATCH = 50


@dataclass(frozen=True)
class Finding:
    """An employer of the case that is, or may be, somebody's client."""

    employer: str
    client: str
    why: str
    """CODE, NAME: the same; ALIKE: a name that may mean it; FORMER: it was a client."""

    @property
    def certain(self) -> bool:
        """Whether it is a conflict without any doubt."""
        return self.why in {"CODE", "NAME"}


Findings = Mapping[int, list[Finding]]
"""What was found for each lawyer, by their id."""


EMPLOYERS = Prepared(lambda: Employer.objects.filter(cases__case=Given("case")).distinct().order_by("pk"))
CLIENTS = Prepared(lambda: Client.objects.order_by("pk"))
FIRMS = Prepared(lambda: LawyerProfile.objects.filter(firm__isnull=False).values_list("staff_id", "firm_id"))


def employers_of(case: Case) -> list[Employer]:
    """The employers that a lawyer is held against."""
    return EMPLOYERS.all(case=case.pk)


def find(employers: Collection[Employer], lawyers: Collection[int]) -> Findings:
    """What stands between each of `lawyers` (ids) and `employers`: their own clients and their firm's."""
    if not employers:
        return {}
    firms = dict(FIRMS.rows())
    at: dict[int | None, list[int]] = {}
    for pk in lawyers:
        at.setdefault(firms.get(pk), []).append(pk)
    found: dict[int, list[Finding]] = {}
    for client in CLIENTS.all():
        firm = client.firm_id or firms.get(client.lawyer_id or 0)
        concerned = at.get(firm, []) if firm else [pk for pk in lawyers if pk == client.lawyer_id]
        if concerned and (one := _between(employers, client)):
            for pk in concerned:
                found.setdefault(pk, []).append(one)
    return found


def _between(employers: Iterable[Employer], client: Client) -> Finding | None:
    """The worst that stands between a client and one of the employers."""
    hits = [Finding(e.name, client.name, why) for e in employers if (why := _why(e, client))]
    return min(hits, key=lambda hit: not hit.certain, default=None)


def _why(employer: Employer, client: Client) -> str:
    ours, theirs = _names(employer), _names(client)
    codes = {employer.credit_code, client.credit_code}
    if "" not in codes and len(codes) == 1:
        why = "CODE"
    elif {*map(names.plain_name, ours)} & {*map(names.plain_name, theirs)}:
        # Two houses may share a name; their codes tell them apart.
        why = "ALIKE" if "" not in codes else "NAME"
    elif any(names.alike(one, other) for one in ours for other in theirs):
        why = "ALIKE"
    else:
        return ""
    return "FORMER" if client.until and client.until < timezone.localdate() else why


def _names(row: Employer | Client) -> list[str]:
    return [row.name, *map(str, row.aliases)]


def result_of(findings: Collection[Finding]) -> CheckResult:
    """What the findings come to."""
    if not findings:
        return CheckResult.CLEAR
    return CheckResult.CONFLICT if any(one.certain for one in findings) else CheckResult.POSSIBLE


def words(findings: Iterable[Finding]) -> str:
    """The findings for a supervisor, who may read clients' names."""
    return "; ".join(
        _("%(employer)s – client %(client)s (%(why)s)")
        % {"employer": one.employer, "client": one.client, "why": why_words(one.why)}
        for one in findings
    )


def why_words(why: str) -> str:
    """Why an employer is taken for a client, in words."""
    return {
        "CODE": _("same credit code"),
        "NAME": _("same name"),
        "ALIKE": _("similar name"),
        "FORMER": _("former client"),
    }[why]


def check(
    case: Case,
    lawyer: Staff,
    occasion: CheckOccasion,
    actor: Staff | None = None,
    *,
    word: str = "",
    findings: Collection[Finding] | None = None,
) -> ConflictCheck | None:
    """Hold `lawyer` against the case and write it down; None where the case names no employer yet.

    Raises Conflict for a conflict, and for a possible one without `word`, naming the client: call it for
    supervisors only, or with `findings` that are clear. Call it with the case locked.
    """
    employers = employers_of(case)
    if not employers:
        return None
    if findings is None:
        findings = find(employers, [lawyer.pk]).get(lawyer.pk, [])
    result = result_of(findings)
    if result == CheckResult.CONFLICT:
        raise Conflict(
            _("Conflict of interest: %(name)s cannot have this case. %(why)s")
            % {"name": lawyer, "why": words(findings)}
        )
    if result == CheckResult.POSSIBLE and not word.strip():
        raise Invalid(
            {
                "word": _("Possible conflict of interest of %(name)s: %(why)s. Say why it is none.")
                % {"name": lawyer, "why": words(findings)}
            }
        )
    row = _write(case, lawyer, occasion, employers, findings, actor)
    if word.strip() and result == CheckResult.POSSIBLE:
        _settle(row, actor, word)
    return row


UNSETTLED = Prepared(
    lambda: ConflictCheck.objects.filter(case=Given("case"), lawyer=Given("lawyer"), settled_at=None)
)


def _write(
    case: Case,
    lawyer: Staff,
    occasion: CheckOccasion,
    employers: Iterable[Employer],
    findings: Collection[Finding],
    actor: Staff | None,
) -> ConflictCheck:
    result = result_of(findings)
    now = timezone.now()
    for before in UNSETTLED.all(case=case.pk, lawyer=lawyer.pk):
        before.settled_at = now
        update(before, "settled_at")
    row = insert(
        ConflictCheck(
            case=case,
            lawyer=lawyer,
            occasion=occasion,
            result=result,
            against=[{"name": e.name, "aliases": e.aliases, "credit_code": e.credit_code} for e in employers],
            findings=[asdict(one) for one in findings],
            actor=actor,
            at=now,
        )
    )
    events.record(
        case,
        "conflict.checked",
        actor=actor,
        topics=["floor"],
        check=row.pk,
        lawyer=str(lawyer),
        result=result,
        occasion=occasion,
    )
    return row


def open_checks(cases: QuerySet[Case]) -> QuerySet[ConflictCheck]:
    """What a supervisor has to settle in `cases`: found with someone who still works on the case."""
    found = ConflictCheck.objects.filter(settled_at=None, case__in=cases).exclude(result=CheckResult.CLEAR)
    return found.exclude(case__closed_at__isnull=False).select_related("case__person", "lawyer")


@transaction.atomic
def allow(check_pk: int, actor: Staff, word: str) -> ConflictCheck:
    """A supervisor says why a possible conflict is none. Raises Conflict when it is settled, or certain."""
    pk = ConflictCheck.objects.filter(pk=check_pk).values_list("case_id", flat=True).first()
    case = Case.objects.locked(pk or 0) if pk else None
    row = ConflictCheck.objects.select_related("lawyer").filter(pk=check_pk).first()
    if case is None or row is None:
        raise Conflict(_("There is no such check."))
    access.check(actor, "reassign", case)
    row.case = case
    if row.settled_at is not None:
        raise Conflict(_("This was settled meanwhile."))
    if row.result != CheckResult.POSSIBLE:
        raise Conflict(_("A certain conflict cannot be let pass: give the case to someone else."))
    if not word.strip():
        raise Invalid({"word": _("Say why it is no conflict.")})
    _settle(row, actor, word)
    return row


def _settle(row: ConflictCheck, actor: Staff | None, word: str) -> None:
    row.settled_at, row.settled_by, row.word = timezone.now(), actor, word.strip()[:200]
    row.save(update_fields=["settled_at", "settled_by", "word"])
    # The word may name a client: it stays in the row.
    events.record(row.case, "conflict.allowed", actor=actor, topics=["floor"], lawyer=str(row.lawyer))


def leave(case: Case, lawyer_pk: int) -> None:
    """This lawyer no longer works on the case: there is nothing to settle any more."""
    if not _involved(case).filter(pk=lawyer_pk).exists():
        open_ones = ConflictCheck.objects.filter(case=case, lawyer_id=lawyer_pk, settled_at=None)
        open_ones.update(settled_at=timezone.now())


# --- What comes later: an employer to a case, a client to a lawyer -----------------------------------
def mark(cases: Iterable[int]) -> None:
    """Have the people of `cases` (ids) checked again. For several, call `events.several_cases` first."""
    now = timezone.now()
    rows = [ConflictMark(case_id=pk, at=now) for pk in sorted(cases)]
    ConflictMark.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["case"], update_fields=["at"]
    )


def mark_of_lawyers(lawyers: Collection[int]) -> None:
    """Have the open cases of `lawyers` (ids) checked again: a client has come to one of them."""
    involved = Q(lawyer__in=lawyers) | Q(measures__holder__in=lawyers, measures__ended_at=None)
    mark(Case.objects.open().filter(involved).distinct().values_list("pk", flat=True))


def mark_of_employers(employers: Iterable[int]) -> None:
    """Have the open cases of `employers` (ids) checked again: one was named, or has another name now."""
    found = Case.objects.open().filter(employers__employer__in=list(employers))
    mark(found.distinct().values_list("pk", flat=True))


def recheck_due(_now: Any = None) -> int:
    """Check the marked cases again; returns how many. Several workers may: a mark is taken under its case."""
    done = 0
    for case_pk in ConflictMark.objects.order_by("at").values_list("case_id", flat=True)[:BATCH]:
        try:
            done += _recheck(case_pk)
        except Exception as error:  # whatever one case meets, the others must still be checked
            log.error("conflict check failed", case=case_pk, error=type(error).__name__)
            ConflictMark.objects.filter(case=case_pk).update(at=timezone.now())
    return done


@transaction.atomic
def _recheck(case_pk: int) -> int:
    case = Case.objects.locked(case_pk)
    if not ConflictMark.objects.filter(case=case).delete()[0]:
        return 0
    people = list(_involved(case)) if case.is_open else []
    employers = employers_of(case) if people else []
    found = find(employers, [person.pk for person in people])
    for person in people:
        findings = found.get(person.pk, [])
        last = ConflictCheck.objects.filter(case=case, lawyer=person).last()
        if employers and (last is None or last.findings != [asdict(one) for one in findings]):
            _write(case, person, CheckOccasion.AGAIN, employers, findings, None)
            if findings:
                _end_stand_in(case, person)
    return 1


def _involved(case: Case) -> QuerySet[Staff]:
    """The lawyers who work on the case: its own, who stand in, and who hold an open measure."""
    now = timezone.localdate()
    stands_in = Q(stand_ins__case=case, stand_ins__ended_at=None, stand_ins__absence__last_day__gte=now)
    holds = Q(measures__case=case, measures__ended_at=None)
    return Staff.objects.filter(Q(pk=case.lawyer_id) | stands_in | holds, role=Role.LAWYER).distinct()


def _end_stand_in(case: Case, person: Staff) -> None:
    """Who stands in is let in without a word of the lawyer's own: a doubt is enough to end it."""
    ended = case.stand_ins.filter(substitute=person, ended_at=None).update(ended_at=timezone.now())
    if ended:
        events.record(case, "stand_in.ended", topics=[f"staff:{person.pk}"], name=str(person))
