"""Saving a section of a case, and the drafts typed before that.

A save names the revision it began from: a save over someone else's change is refused (StaleSection),
and what was typed stays in the person's draft beside what is there now.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from hotline import access, bell, events
from hotline.actions import cases, conflicts
from hotline.bell import Ring
from hotline.enums import Section, Stage
from hotline.errors import Conflict, StaleSection
from hotline.models import (
    Case,
    CaseEmployer,
    Claim,
    Draft,
    Employer,
    Evidence,
    Mediation,
    Person,
    Referral,
    Review,
    SectionRevision,
    Staff,
)

Data = Mapping[str, Any]
Changes = dict[str, list[Any]]

CASE_FIELDS = (
    "urgency",
    "request_kind",
    "category",
    "summary",
    "narrative",
    "wishes",
    "district_code",
    "street_code",
    "employed_from",
    "employed_until",
    "has_contract",
    "known_on",
    "persons",
)
PERSON_FIELDS = (
    "name",
    "sex",
    "birth_date",
    "address",
    "union_member",
    "priority_groups",
    "confidential",
    "may_disclose",
    "may_text",
    "wants_woman",
    "language",
    "contact_from",
    "contact_until",
    "contact_note",
)
EMPLOYER_FIELDS = ("name", "aliases", "credit_code", "industry", "ownership", "district_code", "address")
CLAIM_FIELDS = ("kind", "amount", "period", "basis")
EVIDENCE_FIELDS = (
    "name",
    "kind",
    "proves",
    "source",
    "held_by_employer",
    "copies",
    "original_seen",
    "page_from",
    "page_to",
    "attachment_id",
)
REVIEW_FIELDS = ("opinion", "law", "limitation_from")
MEDIATION_FIELDS = ("accepted_on", "notes")
REFERRAL_FIELDS = (
    "commission",
    "ground",
    "jurisdiction",
    "authority",
    "authorised_on",
    "checked_on",
    "register_note",
    "reference",
    "minimum_wage",
)


STAGES: dict[Section, frozenset[Stage]] = {
    Section.REVIEW: frozenset({Stage.LEGAL_REVIEW, Stage.ARBITRATION}),
    Section.MEDIATION: frozenset({Stage.MEDIATION}),
    Section.REFERRAL: frozenset({Stage.ARBITRATION}),
}
"""Where a section is written; one that is not named is written at every stage before the closing."""


def revision_of(case: Case, section: Section) -> SectionRevision:
    """The section's revision; revision 0 where it was never saved."""
    row, _made = SectionRevision.objects.get_or_create(case=case, section=section)
    return row


@transaction.atomic
def save(case_pk: int, section: Section, actor: Staff, revision: int, data: Data) -> int:
    """Save `data` (cleaned by the section's form) and return the new revision.

    Raises NotVisible, NotAllowed, Conflict for a closed case, StaleSection when `revision` is not the
    present one. The event keeps what stood there before, so that nothing said is lost.
    """
    if section in {Section.CALLER, Section.EMPLOYERS}:
        events.several_cases()  # `_touch` marks the other cases of the person or employer
    case = Case.objects.locked(case_pk)
    access.check(actor, ACTIONS[section], case)
    cases.refuse_closed(case)
    if case.stage not in STAGES.get(section, {case.stage}):
        raise Conflict(
            _("%(section)s is not written at this stage: the case stands at %(stage)s now.")
            % {"section": section.label, "stage": case.get_stage_display()}
        )
    if section == Section.CALLER:
        # Before the section's row: the same person is being saved from another of their cases, perhaps.
        Person.objects.select_for_update(no_key=True).get(pk=case.person_id)
        case.person.refresh_from_db()
    row = revision_of(case, section)
    row = SectionRevision.objects.select_for_update(of=("self",)).select_related("saved_by").get(pk=row.pk)
    if row.revision != revision:
        raise StaleSection(
            _("%(name)s saved this section at %(time)s while you had it open. What you typed is kept.")
            % {"name": row.saved_by, "time": timezone.localtime(row.saved_at).strftime("%H:%M:%S")}
        )
    changes = WRITERS[section](case, actor, data)
    Draft.objects.filter(case=case, section=section, staff=actor).delete()
    if not changes:
        return row.revision
    row.revision, row.saved_by, row.saved_at = revision + 1, actor, timezone.now()
    row.save(update_fields=["revision", "saved_by", "saved_at"])
    events.record(case, "section.saved", actor=actor, section=section, revision=row.revision, changes=changes)
    return row.revision


@transaction.atomic
def keep_draft(case: Case, section: str, staff: Staff, revision: int, data: Data) -> Draft:
    """Keep what `staff` has typed so far; a draft bumps no version and shows in no timeline."""
    draft, _made = Draft.objects.update_or_create(
        case=case,
        section=section,
        staff=staff,
        defaults={"data": dict(data), "revision": revision, "updated_at": timezone.now()},
    )
    return draft


def drop_draft(case: Case, section: str, staff: Staff) -> None:
    """Throw the person's own draft away."""
    Draft.objects.filter(case=case, section=section, staff=staff).delete()


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, models.Model) else value


def _update(row: models.Model, fields: Sequence[str], data: Data) -> Changes:
    """Set those of `fields` that `data` holds and that differ; return [before, after] of each."""
    changes: Changes = {}
    for name in fields:
        if name in data and getattr(row, name) != data[name]:
            changes[name] = [_plain(getattr(row, name)), _plain(data[name])]
            setattr(row, name, data[name])
    if changes:
        row.save(update_fields=list(changes))
    return changes


def _intake(case: Case, actor: Staff, data: Data) -> Changes:
    return _update(case, CASE_FIELDS, data)


def _caller(case: Case, actor: Staff, data: Data) -> Changes:
    changes = _update(case.person, PERSON_FIELDS, data)
    number = data.get("identity_number")
    if number is not None and number != case.person.identity_number:
        case.person.identity_number = number
        case.person.save(update_fields=["identity_token", "identity_hash"])
        changes["identity_number"] = ["***", "***"]
    if changes:
        others = Case.objects.filter(person=case.person).exclude(pk=case.pk)
        for other in others.order_by("pk"):
            # Whoever has the caller open there began from what no longer stands.
            row = revision_of(other, Section.CALLER)
            row.revision, row.saved_by, row.saved_at = row.revision + 1, actor, timezone.now()
            row.save(update_fields=["revision", "saved_by", "saved_at"])
        _touch(others, "person")
    return changes


def _employers(case: Case, actor: Staff, data: Data) -> Changes:
    _lock_employers(data["rows"])
    before = _employers_now(case)
    kept = []
    for row in data["rows"]:
        employer = _employer(row, case)
        part, _made = CaseEmployer.objects.get_or_create(case=case, employer=employer, role=row["role"])
        kept.append(part.pk)
    case.employers.exclude(pk__in=kept).delete()
    after = _employers_now(case)
    if before == after:
        return {}
    # Also where another case's employer has another name or code now.
    conflicts.mark_of_employers(
        CaseEmployer.objects.filter(pk__in=kept).values_list("employer_id", flat=True)
    )
    return {"employers": [before, after]}


def _employers_now(case: Case) -> list[dict[str, Any]]:
    parts = case.employers.select_related("employer")
    return [{"role": p.role} | {name: getattr(p.employer, name) for name in EMPLOYER_FIELDS} for p in parts]


def _lock_employers(rows: Sequence[Data]) -> None:
    """Lock those that `rows` may mean, by id: two cases that name the same ones in another order wait."""
    codes = [row["credit_code"] for row in rows if row.get("credit_code")]
    meant = Q(credit_code__in=codes) | Q(name__in=[row["name"] for row in rows], credit_code="")
    list(Employer.objects.select_for_update(no_key=True).filter(meant).order_by("pk"))


def _employer(row: Data, case: Case) -> Employer:
    """The employer a row of the form means, with what the row says of it: by credit code, else by name."""
    try:
        with transaction.atomic():
            return _described(row, case)
    except IntegrityError:
        # Someone has registered the same credit code at this moment: now it is found.
        return _described(row, case)


def _described(row: Data, case: Case) -> Employer:
    code, name = row.get("credit_code", ""), row["name"]
    rows = Employer.objects.select_for_update(no_key=True)
    found = rows.filter(credit_code=code).first() if code else None
    found = found or rows.filter(name=name, credit_code="").first()
    employer = found or Employer.objects.create(name=name)
    values = {key: value for key, value in row.items() if value not in ("", None, [])}
    if employer.name != name:
        # Other cases know it by the name it had: that stays an alias.
        values["aliases"] = sorted({*employer.aliases, *row.get("aliases", []), employer.name} - {name})
    if _update(employer, EMPLOYER_FIELDS, values):
        _touch(Case.objects.filter(employers__employer=employer).exclude(pk=case.pk), "employer")
    return employer


def _touch(others: "models.QuerySet[Case]", kind: str) -> None:
    """A person or employer stands on other cases' pages and in their search documents, too."""
    found = list(others.distinct().order_by("pk"))
    # Without a version: nothing has happened in them. Saved searches and the drift meter go by the moment.
    # A case comes before the person and the employer, and these are locked already: who has a case in hand
    # is not waited for, and sets its moment themselves.
    rows = Case.objects.filter(pk__in=[other.pk for other in found])
    free = rows.select_for_update(skip_locked=True, no_key=True).order_by("pk").values_list("pk", flat=True)
    Case.objects.filter(pk__in=list(free)).update(updated_at=timezone.now())
    events.mark_for_search(*found)
    bell.ring(Ring(f"case:{other.pk}", kind) for other in found)


def _claims(case: Case, actor: Staff, data: Data) -> Changes:
    return _replace(case, Claim, CLAIM_FIELDS, data, "claims")


def _evidence(case: Case, actor: Staff, data: Data) -> Changes:
    return _replace(case, Evidence, EVIDENCE_FIELDS, data, "evidence")


def _replace(
    case: Case, table: type[Claim] | type[Evidence], fields: Sequence[str], data: Data, name: str
) -> Changes:
    """Put the lines of `data` in the place of those that stand there, unless they are the same."""
    rows: models.QuerySet[Any] = table._default_manager.filter(case=case)
    before = list(rows.values(*fields))
    lines = [table(case=case, **{k: row[k] for k in fields if k in row}) for row in data["rows"]]
    after = [{field: getattr(line, field) for field in fields} for line in lines]
    if before == after:
        return {}
    rows.delete()
    rows.bulk_create(lines)
    return {name: [before, after]}


def _review(case: Case, actor: Staff, data: Data) -> Changes:
    review = Review.objects.open_of(case)
    if review is None:
        review = Review.objects.create(case=case, lawyer=actor, created_at=timezone.now())
    return _update(review, REVIEW_FIELDS, data)


def _latest(rows: "models.Manager[Any]", missing: str) -> Any:
    row = rows.last()
    if row is None:
        raise Conflict(missing)
    return row


def _mediation(case: Case, actor: Staff, data: Data) -> Changes:
    row: Mediation = _latest(case.mediations, _("There is no mediation on this case."))
    return _update(row, MEDIATION_FIELDS, data)


def _referral(case: Case, actor: Staff, data: Data) -> Changes:
    row: Referral = _latest(case.referrals, _("There is no arbitration referral on this case."))
    return _update(row, REFERRAL_FIELDS, data)


WRITERS: dict[Section, Callable[[Case, Staff, Data], Changes]] = {
    Section.INTAKE: _intake,
    Section.CALLER: _caller,
    Section.EMPLOYERS: _employers,
    Section.CLAIMS: _claims,
    Section.EVIDENCE: _evidence,
    Section.REVIEW: _review,
    Section.MEDIATION: _mediation,
    Section.REFERRAL: _referral,
}
ACTIONS = {
    Section.INTAKE: "facts",
    Section.CALLER: "facts",
    Section.EMPLOYERS: "facts",
    Section.CLAIMS: "facts",
    Section.EVIDENCE: "facts",
    Section.REVIEW: "review",
    Section.MEDIATION: "mediate",
    Section.REFERRAL: "refer",
}
"""What one must be allowed to do (`access.may`) to save each section."""
